"""/inspection-templates: drafts, points, versions and which car gets which, as the manager works with them (TEC-2)."""

import io
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from aftersales import i18n
from aftersales.db import db, transaction
from aftersales.domain.accounts.models import User
from aftersales.domain.actors import SYSTEM
from aftersales.domain.documents.models import Document
from aftersales.domain.inspections import (
    beginning,
    findings,
    operations,
    queries,
    starter,
    template_points,
    template_queries,
    templates,
)
from aftersales.domain.inspections.models import InspectionTemplate
from aftersales.domain.inspections.operations import Ruling
from aftersales.domain.inspections.rules import Rating
from aftersales.domain.inspections.starter import Point
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.i18n import WRITTEN
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.factories import NOW
from tests.html import CheckingClient, parse, text_of

CODE = starter.CODE
WORDS = {"name": {"pl": "Hak holowniczy", "zh_Hans": "拖车钩"}, "area": {"pl": "Tył"}}


@pytest.fixture
def draft(app: Flask, cast: Cast) -> InspectionTemplate:
    """The draft of the common inspection's second version."""
    with app.app_context(), transaction():
        templates.stock(actor=SYSTEM, now=NOW)
        return templates.open_draft(CODE, actor=cast.manager.actor(), now=NOW)


@pytest.fixture
def manager(cast: Cast, sign_in: SignIn) -> CheckingClient:
    return sign_in(cast.manager.id)


def fields(page: str, form: str) -> dict[str, str]:
    """What the page would send of a form: its own fields and those elsewhere that name it."""
    html = parse(page)
    node = html.by_id(form)
    assert node is not None
    own = [field for field in html.all("input") if field.get("form") == form]
    inside = [field for field in node.iter() if field.tag == "input" and field.get("type") == "hidden"]
    return {field.get("name", ""): field.get("value", "") for field in [*inside, *own]}


def point_form(**values: str) -> dict[str, Any]:
    return {
        "area": "Rear", "name": "Tow bar", "kind": "rating", "is_mandatory": "y", "hint": "", "canned_job_code": "",
        "measures-0-name": "Play", "measures-0-unit": "mm", "measures-0-low": "0", "measures-0-high": "20",
        "measures-0-urgent_above": "3", "measures-0-words": "pl: Luz; zh-CN: 间隙; xx: nothing", **values,
    }  # fmt: skip


def test_only_who_keeps_templates_sees_them(cast: Cast, sign_in: SignIn, draft: InspectionTemplate) -> None:
    """PLT-3"""
    client = sign_in(cast.technician.id)
    for path in ("", f"/{draft.id}", "/choice", "/new"):
        assert client.get(f"/inspection-templates{path}").status_code == 403


def test_the_list_says_what_is_in_use_and_what_is_begun(
    manager: CheckingClient, draft: InspectionTemplate, count_queries: CountQueries
) -> None:
    with count_queries() as seen:
        page = manager.get("/inspection-templates").get_data(as_text=True)
    assert "38 points" in page and "Draft begun" in page and "In use" in page
    assert len(seen) <= 6


def test_a_template_is_begun_filled_and_put_in_use(manager: CheckingClient, app: Flask) -> None:
    """TEC-2: code, name, a point with a limit, its words by language, then version 1."""
    made = manager.post("/inspection-templates", data={"code": "tow-1", "name": "Tow bars"})
    page = manager.get(made.location).get_data(as_text=True)
    assert "No points yet" in page
    template_id = int(made.location.rsplit("/", 1)[1])
    refused = manager.post(f"/inspection-templates/{template_id}/publication", data=fields(page, "publish"))
    assert refused.status_code == 409 and "Add at least one point" in refused.get_data(as_text=True)
    saved = manager.post(
        f"/inspection-templates/{template_id}/points",
        data={**point_form(), "version": fields(page, "form")["version"], "name-pl": "Hak holowniczy"},
    )
    assert saved.status_code == 303, saved.get_data(as_text=True)
    page = manager.get(f"/inspection-templates/{template_id}").get_data(as_text=True)
    assert "Play (mm)" in page
    manager.post(f"/inspection-templates/{template_id}/publication", data=fields(page, "publish"))
    with app.app_context():
        found = template_queries.get(template_id)
        point = found.items[0]
        assert (found.code, found.version_no, found.is_draft) == ("TOW-1", 1, False)
        assert point.words["name"] == {"pl": "Hak holowniczy"}
        assert point.measure_list[0].words == {"pl": "Luz", "zh_Hans": "间隙"}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "Name the point."),
        ({"area": ""}, "Name the area."),
        ({"kind": ""}, "Choose the kind of answer."),
        ({"kind": "value", "measures-0-name": ""}, "Say what is measured"),
        ({"measures-0-urgent_above": "30"}, "must lie between 0 and 20 mm"),
        ({"measures-0-urgent_above": "three"}, "Enter a number, for example 1.6 or -25."),
        ({"measures-0-low": "20"}, "the lowest value must be below the highest"),
        ({"measures-0-step": "0"}, "the step must be above 0"),
    ],
)
def test_a_wrong_point_is_refused_and_keeps_what_was_typed(
    manager: CheckingClient, draft: InspectionTemplate, wrong: dict[str, str], sentence: str
) -> None:
    answer = manager.post(
        f"/inspection-templates/{draft.id}/points",
        data={**point_form(**wrong), "version": "1", "hint": "Look at the lock", "name-pl": "Hak"},
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code in (409, 422)
    assert sentence in page
    assert "Look at the lock" in page and 'value="Hak"' in page


def test_after_moving_a_point_the_same_page_still_saves_and_publishes(
    manager: CheckingClient, app: Flask, draft: InspectionTemplate
) -> None:
    """TEC-2: the part that comes back carries the new version for every form of the page."""
    page = manager.get(f"/inspection-templates/{draft.id}").get_data(as_text=True)
    with app.app_context():
        first = template_queries.get(draft.id).items[0]
    moved = manager.hx_post(
        f"/inspection-templates/{draft.id}/points/{first.id}/move",
        data={"way": "down", "version": fields(page, "form")["version"]},
    )
    part = parse(moved.get_data(as_text=True))
    versions = {f.get("form"): f.get("value") for f in part.all("input") if f.get("form")}
    assert set(versions) == {"form", "publish", "discard"}
    answer = manager.post(
        f"/inspection-templates/{draft.id}/publication", data={"version": versions["publish"]}
    )
    assert answer.status_code == 303
    with app.app_context():
        found = template_queries.get(draft.id)
        assert (found.is_draft, found.items[1].code) == (False, first.code)


def test_a_second_manager_is_shown_both_and_saves_knowingly(
    manager: CheckingClient, app: Flask, cast: Cast, draft: InspectionTemplate
) -> None:
    """ORD-6: name typed here, name saved meanwhile; the next save is a decision."""
    version = fields(manager.get(f"/inspection-templates/{draft.id}").get_data(as_text=True), "form")[
        "version"
    ]
    change = {"name": "Mine", "model_filter": "", "job_codes": "", "version": version}
    with app.app_context(), transaction():
        templates.change(
            draft.id, name="Theirs", words={}, model_filter="Golf", job_codes=(), pay_types=(), fuels=(),
            version=None, actor=cast.manager.actor(), now=NOW,
        )  # fmt: skip
    answer = manager.post(f"/inspection-templates/{draft.id}", data=change)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    compared = parse(page).by_id("differences")
    assert compared is not None
    assert "Mine" in text_of(compared) and "Theirs" in text_of(compared) and "Golf" in text_of(compared)
    again = manager.post(
        f"/inspection-templates/{draft.id}", data={**change, "version": fields(page, "form")["version"]}
    )
    assert again.status_code == 303
    with app.app_context():
        assert template_queries.get(draft.id).name == "Mine"


def test_a_point_that_somebody_changed_meanwhile_is_shown_beside(
    manager: CheckingClient, app: Flask, cast: Cast, draft: InspectionTemplate
) -> None:
    """ORD-6: its limits too."""
    with app.app_context():
        point = next(item for item in template_queries.get(draft.id).items if item.code == "brakes-front")
        version = template_queries.get(draft.id).version
    with app.app_context(), transaction():
        template_points.save_point(
            draft.id, Point("Brakes", "", "Front brakes"), item_id=point.id, version=None,
            actor=cast.manager.actor(), now=NOW,
        )  # fmt: skip
    answer = manager.post(
        f"/inspection-templates/{draft.id}/points/{point.id}",
        data={**point_form(area="Brakes", name="Front"), "version": str(version)},
    )
    compared = parse(answer.get_data(as_text=True)).by_id("differences")
    assert answer.status_code == 409 and compared is not None
    assert "Front brakes" in text_of(compared)
    assert "Play, mm, Urgent above 3" in text_of(compared)


def test_a_draft_is_thrown_away_only_as_it_was_seen(
    manager: CheckingClient, app: Flask, cast: Cast, draft: InspectionTemplate
) -> None:
    page = manager.get(f"/inspection-templates/{draft.id}").get_data(as_text=True)
    with app.app_context(), transaction():
        template_points.move_area(
            draft.id, "Brakes", by=-1, version=None, actor=cast.manager.actor(), now=NOW
        )
    refused = manager.post(f"/inspection-templates/{draft.id}/discard", data=fields(page, "discard"))
    assert refused.status_code == 409
    fresh = fields(refused.get_data(as_text=True), "discard")
    assert manager.post(f"/inspection-templates/{draft.id}/discard", data=fresh).status_code == 303
    assert manager.get(f"/inspection-templates/{draft.id}").status_code == 404


def test_what_is_in_use_is_not_edited_by_its_address(
    manager: CheckingClient, app: Flask, draft: InspectionTemplate
) -> None:
    with app.app_context():
        in_use = templates.get_newest(CODE)
        point = in_use.items[0].id
    for path in ("/points/new", f"/points/{point}"):
        assert manager.get(f"/inspection-templates/{in_use.id}{path}").status_code == 404
    moved = manager.post(f"/inspection-templates/{in_use.id}/points/{point}/move", data={"way": "out"})
    assert moved.status_code == 409
    assert "stays as it is" in moved.get_data(as_text=True)


def test_the_choice_names_the_reason_for_each(manager: CheckingClient, app: Flask, cast: Cast) -> None:
    """TEC-2: assigned by model, job, payer and drive."""
    with app.app_context(), transaction():
        templates.stock_all(actor=SYSTEM, now=NOW)
        car = factories.vehicle(cast, plate="KR 77EV1")
    page = manager.get(f"/inspection-templates/choice?plate={car.plate_normalised}").get_data(as_text=True)
    assert "This one" in page and "Does not fit: drive." in page
    assert "No car" in manager.get("/inspection-templates/choice?plate=ZZ99999").get_data(as_text=True)


# --- an inspection that has begun, and its readers' languages ---


@pytest.fixture
def begun(app: Flask, cast: Cast, accepted_order: ServiceOrder) -> ServiceOrder:
    """Begun from a template of one point, which has words in Polish and Chinese; its customer reads Polish."""
    with app.app_context(), transaction():
        templates.save_template(
            code="ONE", name="Tow bar", points=[Point("Rear", "tow", "Tow bar", words=WORDS)], actor=SYSTEM, now=NOW
        )  # fmt: skip
        db.session.get_one(ServiceOrder, accepted_order.id).customer.language = "pl"
        beginning.begin(accepted_order.id, now=NOW)
    return accepted_order


def rate_it(app: Flask, cast: Cast, order: ServiceOrder) -> int:
    with app.app_context(), transaction():
        item_id = queries.get_sheet(order.id).probes[0].id
        operations.rate(item_id, Ruling(Rating.SOON, {}, "Loose"), actor=cast.technician.actor(), now=NOW)
    return item_id


def printed(app: Flask, client: CheckingClient, kind: str) -> str:
    with app.app_context():
        document = next(one for one in db.session.query(Document) if one.kind.value == kind)
    pdf = client.get(f"/documents/{document.id}.pdf").data
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_an_edit_reaches_neither_the_tablet_nor_the_paper_of_what_has_begun(
    app: Flask, cast: Cast, sign_in: SignIn, begun: ServiceOrder
) -> None:
    """TEC-2: the template is renamed, its point reworded and put in use while a technician inspects; page and PDF print
    the version that they were begun with."""
    by = {"actor": cast.manager.actor(), "now": NOW}
    with app.app_context(), transaction():
        draft = templates.open_draft("ONE", **by)
        template_points.save_point(
            draft.id, Point("Front", "", "Winch"), item_id=draft.items[0].id, version=None, **by
        )
        templates.publish(draft.id, version=None, **by)
    rate_it(app, cast, begun)
    client = sign_in(cast.technician.id)
    page = client.get(f"/orders/{begun.id}/inspection").get_data(as_text=True)
    assert "Tow bar, version 1" in page and "Winch" not in page
    assert client.post(f"/orders/{begun.id}/inspection/completion").status_code == 303
    sheet = printed(app, client, "inspection")
    assert "Tow bar, version 1" in sheet and "Winch" not in sheet
    report = client.get(f"/orders/{begun.id}/inspection/report").get_data(as_text=True)
    assert "Tow bar, version 1" in report


def test_each_reader_has_the_words_of_their_language(
    app: Flask, cast: Cast, sign_in: SignIn, begun: ServiceOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TEC-2, PLT-4: a Chinese technician, a Polish customer: tablet, proposed work and PDF each in its reader's words,
    whoever tapped."""
    for code in ("pl", "zh_Hans"):
        monkeypatch.setitem(i18n.LANGUAGES, code, WRITTEN[code])
    with app.app_context(), transaction():
        db.session.get_one(User, cast.technician.id).language = "zh_Hans"
    item_id = rate_it(app, cast, begun)
    client = sign_in(cast.technician.id)
    page = client.get(f"/orders/{begun.id}/inspection").get_data(as_text=True)
    assert "拖车钩" in page and "Hak holowniczy" not in page
    assert client.post(f"/orders/{begun.id}/inspection/completion").status_code == 303
    with app.app_context():
        document = next(one for one in db.session.query(Document) if one.kind.value == "inspection")
        assert document.language == "pl"
    sheet = printed(app, client, "inspection")
    assert "Hak holowniczy" in sheet and "Tył" in sheet and "拖车钩" not in sheet
    with app.app_context(), transaction():
        job = findings.propose(item_id, actor=cast.technician.actor(), now=NOW)
        assert job.title == "Tow bar"  # as the workshop says it


def test_a_language_that_is_not_spoken_yet_is_english_throughout(
    app: Flask, cast: Cast, sign_in: SignIn, begun: ServiceOrder
) -> None:
    """PLT-4: no paper of two languages, and none that calls English words Polish."""
    rate_it(app, cast, begun)
    client = sign_in(cast.technician.id)
    client.post(f"/orders/{begun.id}/inspection/completion")
    assert "Tow bar" in printed(app, client, "inspection")
    with app.app_context():
        assert {document.language for document in db.session.query(Document)} == {"en"}
