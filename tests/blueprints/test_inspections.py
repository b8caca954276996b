"""The checklist on the tablet: /orders/<id>/inspection, its points, its report."""

import io
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.documents.models import Document
from aftersales.domain.inspections import beginning, queries
from aftersales.domain.inspections.models import InspectionFlag, InspectionItem
from aftersales.domain.inspections.sheet import Sheet
from aftersales.domain.service_orders.models import Job, Line, ServiceOrder
from aftersales.domain.warranty import line_decisions
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn, Stage
from tests.html import CheckingClient, parse, text_of

PADS = {"pad-left": "8.1", "pad-right": "8"}
TREAD = {"fl": "6", "fr": "6", "rl": "5.5", "rr": "5.5"}


@pytest.fixture
def inspected(cast: Cast, stage: Stage, accepted_order: ServiceOrder) -> ServiceOrder:
    """In progress with ``cast.technician``; the inspection is begun; the catalogue is stocked."""

    def build() -> ServiceOrder:
        factories.stock_catalogue(cast)
        beginning.begin(accepted_order.id, now=factories.NOW)
        return accepted_order

    return stage.stand("inspected", build, after="accepted")


def sheet_of(app: Flask, order: ServiceOrder) -> Sheet:
    with app.app_context():
        return queries.get_sheet(order.id)


def item_id(app: Flask, order: ServiceOrder, code: str) -> int:
    return next(probe.id for probe in sheet_of(app, order).probes if probe.code == code)


def item(app: Flask, order: ServiceOrder, code: str) -> InspectionItem:
    with app.app_context():
        return db.session.get_one(InspectionItem, item_id(app, order, code))


def said(
    app: Flask, order: ServiceOrder, code: str, rating: str = "", values: dict[str, str] | None = None,
    note: str = "", version: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The fields that the page sends for one point."""
    found = item(app, order, code)
    key = found.id
    return {
        f"rating-{key}": rating,
        f"version-{key}": str(version or found.version),
        f"note-{key}": note,
        **{f"value-{key}-{name}": value for name, value in (values or {}).items()},
    }


def rate(
    client: CheckingClient, app: Flask, order: ServiceOrder, code: str, rating: str = "", **more: Any
) -> Any:
    return client.hx_post(
        f"/inspection-items/{item_id(app, order, code)}", data=said(app, order, code, rating, **more)
    )


def fill(client: CheckingClient, app: Flask, order: ServiceOrder) -> int:
    """Everything OK, the way a technician does it. Returns the number of taps: verdicts, fields, buttons, areas."""
    taps = 0
    for code, values in (("brakes-front", PADS), ("brakes-rear", PADS), ("tread", TREAD)):
        assert rate(client, app, order, code, values=values).status_code == 200
        taps += len(values)
    for area in sheet_of(app, order).areas:
        answer = client.hx_post(
            f"/orders/{order.id}/inspection/areas/{area.slug}/rest", data={"submission_id": area.slug}
        )
        assert answer.status_code == 200
        taps += 2  # The rest is OK, and on to the next area
    return taps


def test_it_needs_a_sign_in(client: CheckingClient, inspected: ServiceOrder) -> None:
    assert client.get(f"/orders/{inspected.id}/inspection").location.startswith("/sign-in")


def test_the_technician_sees_the_points_of_an_area_and_all_areas(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    """TEC-2"""
    answer = sign_in(cast.technician.id).get(f"/orders/{inspected.id}/inspection?area=3")
    page = parse(answer.get_data(as_text=True))
    (areas,) = [nav for nav in page.all("nav") if nav.get("id") == "inspection-areas"]
    assert [text_of(link) for link in areas.iter("a")][:3] == [
        "Lights, wipers0/6",
        "Under the bonnet0/7",
        "Brakes0/5",
    ]
    assert "Front pads and discs" in answer.get_data(as_text=True)
    assert "0 of 38 checked" in answer.get_data(as_text=True)


def test_the_page_costs_at_most_six_queries_and_no_more_when_it_is_filled(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder, count_queries: CountQueries
) -> None:
    client = sign_in(cast.technician.id)
    with count_queries() as seen:
        client.get(f"/orders/{inspected.id}/inspection")
    before = len(seen)
    assert before <= 6
    fill(client, app, inspected)
    with count_queries() as seen:
        client.get(f"/orders/{inspected.id}/inspection?area=3")
    assert len(seen) <= before


def test_rating_a_point_answers_its_row_the_areas_and_the_bar(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    """TEC-2: the measured value sets the colour at once."""
    client = sign_in(cast.technician.id)
    answer = rate(client, app, inspected, "brakes-front", values={"pad-left": "2.9", "pad-right": "3.2"})
    assert answer.status_code == 200
    text = answer.get_data(as_text=True)
    assert f'id="probe-{item_id(app, inspected, "brakes-front")}"' in text
    assert text.count("hx-swap-oob") == 2
    assert "1 urgent, 0 soon" in text
    assert "Urgent needs a photo or a note" in text
    assert item(app, inspected, "brakes-front").rating == "urgent"


def test_a_refused_value_stays_in_its_field_with_the_reason(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    client = sign_in(cast.technician.id)
    answer = rate(client, app, inspected, "brakes-front", values={"pad-left": "99", "pad-right": "8"})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert 'value="99"' in text
    assert "between 0 and 14 mm" in text
    assert item(app, inspected, "brakes-front").values == {}


@pytest.mark.parametrize("nonsense", ["thick", "NaN", "1e9999", "--"])
def test_nonsense_in_a_number_field_is_no_crash(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder, nonsense: str
) -> None:
    client = sign_in(cast.technician.id)
    assert rate(client, app, inspected, "brakes-front", values={"pad-left": nonsense}).status_code == 422


def test_a_comma_is_a_decimal_point(app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder) -> None:
    client = sign_in(cast.technician.id)
    rate(client, app, inspected, "brake-fluid", values={"boiling": "171,5"})
    assert item(app, inspected, "brake-fluid").measured == {"boiling": Decimal("171.5")}


def test_the_second_tablet_gets_both_ratings_and_overwrites_nothing(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    """ORD-6"""
    first, second = sign_in(cast.technician.id), sign_in(cast.technician.id)
    seen = item(app, inspected, "exhaust").version
    rate(first, app, inspected, "exhaust", "soon", version=seen)
    answer = rate(second, app, inspected, "exhaust", "ok", version=seen)
    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert "changed this meanwhile on another tablet: Soon" in text
    assert "You chose OK; Soon is saved." in text
    assert item(app, inspected, "exhaust").rating == "soon"


def test_the_rest_is_ok_rates_the_area_and_the_toast_takes_it_back(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    """TEC-2"""
    client = sign_in(cast.technician.id)
    rate(client, app, inspected, "exhaust", "soon")
    url = f"/orders/{inspected.id}/inspection/areas/5/rest"
    answer = client.hx_post(url, data={"submission_id": "once"})
    assert "7 points are OK." in answer.headers["HX-Trigger"]
    assert sheet_of(app, inspected).areas[4].done == 8
    assert client.hx_post(f"{url}/once/undo").status_code == 200
    assert [probe.code for probe in sheet_of(app, inspected).areas[4].probes if probe.rating] == ["exhaust"]


def test_the_rest_is_ok_leaves_out_what_has_to_be_measured(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    answer = sign_in(cast.technician.id).hx_post(
        f"/orders/{inspected.id}/inspection/areas/3/rest", data={"submission_id": "once"}
    )
    assert "Look at these first: Front pads and discs, Rear pads and discs." in answer.headers["HX-Trigger"]


def test_without_script_an_area_is_saved_by_one_form_and_leads_to_the_next(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    client = sign_in(cast.technician.id)
    data = {
        **said(app, inspected, "warning-lamps", "ok"),
        **said(app, inspected, "pollen-filter", "soon", note="Damp"),
        **said(app, inspected, "air-conditioning", values={"vent": "7"}),
        **said(app, inspected, "belts-airbags", "ok"),
    }
    answer = client.post(f"/orders/{inspected.id}/inspection/areas/6", data=data)
    assert answer.status_code == 303
    assert answer.location.endswith("/inspection?area=7")
    assert sheet_of(app, inspected).areas[5].done == 4
    assert item(app, inspected, "pollen-filter").note == "Damp"


def test_without_script_a_refusal_keeps_what_was_typed_and_saves_the_other_points(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    client = sign_in(cast.technician.id)
    data = {
        **said(app, inspected, "air-conditioning", values={"vent": "700"}, note="Smells"),
        **said(app, inspected, "belts-airbags", "ok"),
    }
    answer = client.post(f"/orders/{inspected.id}/inspection/areas/6", data=data)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert 'value="700"' in text and "Smells" in text
    assert item(app, inspected, "belts-airbags").rating == "ok"


def test_a_whole_inspection_takes_at_most_forty_taps(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    """TEC-2, and QUALITY's limit: 30 lines in 40 taps, typing the eight required values among them."""
    client = sign_in(cast.technician.id)
    taps = fill(client, app, inspected)
    taps += 1
    answer = client.post(f"/orders/{inspected.id}/inspection/completion")
    assert answer.status_code == 303
    assert taps <= 40


def test_completing_makes_the_sheet_and_the_diagnosis_report(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    """DIA-1: the report as a PDF on the order, with its page."""
    client = sign_in(cast.technician.id)
    fill(client, app, inspected)
    rate(client, app, inspected, "exhaust", "soon", note="Rust at the clamp")
    answer = client.post(f"/orders/{inspected.id}/inspection/completion")
    assert answer.location.endswith(f"/orders/{inspected.id}/inspection/report")
    with app.app_context():
        kinds = {document.kind.value for document in db.session.query(Document)}
    assert kinds == {"inspection", "diagnosis_report"}
    report = client.get(answer.location).get_data(as_text=True)
    assert "Rust at the clamp" in report
    assert "Diagnosis report" in report


def test_an_incomplete_inspection_leads_to_the_first_point_that_is_left(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    """TEC-2: mandatory points cannot be skipped."""
    client = sign_in(cast.technician.id)
    fill(client, app, inspected)
    rate(client, app, inspected, "exhaust", "urgent")
    answer = client.post(f"/orders/{inspected.id}/inspection/completion", data={"area": "1"})
    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert "The inspection is not complete." in text
    assert "Left: Exhaust." in text
    assert "Drive shafts and boots" in text


def picture() -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", (800, 600), "brown").save(data, "JPEG")
    data.seek(0)
    return data


def test_a_photo_of_a_point_arrives_once_and_is_evidence(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    """TEC-2: urgent with a photo needs no note."""
    client = sign_in(cast.technician.id)
    rate(client, app, inspected, "exhaust", "urgent")
    url = f"/inspection-items/{item_id(app, inspected, 'exhaust')}/photos"
    for _ in range(2):
        answer = client.hx_post(
            url,
            data={"photo": (picture(), "photo.jpg"), "photo_id": "tablet-photo-0001"},
            content_type="multipart/form-data",
        )
        assert answer.status_code == 204
    probe = next(probe for probe in sheet_of(app, inspected).probes if probe.code == "exhaust")
    assert len(probe.photo_ids) == 1
    assert probe.missing is None


def test_a_finding_is_proposed_in_one_tap(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    """TEC-3: the row says so, and the order has the job with its lines."""
    client = sign_in(cast.technician.id)
    rate(client, app, inspected, "brake-fluid", values={"boiling": "172"})
    key = item_id(app, inspected, "brake-fluid")
    answer = client.hx_post(
        f"/inspection-items/{key}/proposal",
        data=said(app, inspected, "brake-fluid", "soon", {"boiling": "172"}),
    )
    assert "Proposed as work" in answer.get_data(as_text=True)
    with app.app_context():
        job = db.session.query(Job).filter_by(canned_job_code="BRAKE-FLUID").one()
        assert job.severity == "soon"
        assert job.explanation.startswith("Boiling point 172 °C, limit 165 °C.")
        assert [line.article_number for line in job.lines] == ["", "BRAKE-DOT4"]


def test_the_advisor_proposes_all_findings_from_the_report(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    """TEC-3"""
    technician = sign_in(cast.technician.id)
    fill(technician, app, inspected)
    rate(technician, app, inspected, "exhaust", "soon")
    rate(technician, app, inspected, "battery", values={"voltage": "12.1"})
    technician.post(f"/orders/{inspected.id}/inspection/completion")
    advisor = sign_in(cast.advisor.id)
    answer = advisor.post(f"/orders/{inspected.id}/inspection/proposals")
    assert answer.status_code == 303
    with app.app_context():
        titles = [job.title for job in factories.fresh(inspected).jobs]
    assert titles[1:] == ["Battery", "Rear silencer"]
    assert "2 jobs proposed." in advisor.get(answer.location).get_data(as_text=True)


def test_advice_stands_in_the_report(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    """DIA-1, DIA-9: fault, probable cause and advice."""
    client = sign_in(cast.technician.id)
    client.post(
        f"/orders/{inspected.id}/inspection/conclusion",
        data={"fault": "Pulls left.", "cause": "The caliper sticks.", "advice": "New caliper."},
    )
    report = client.get(f"/orders/{inspected.id}/inspection/report").get_data(as_text=True)
    assert "The caliper sticks." in report
    assert "New caliper." in report


def test_the_report_says_where_a_line_stands_with_the_warranty(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    """DIA-4: pending with the reason, on the page as on paper."""
    with app.app_context(), transaction():
        line = db.session.scalars(select(Line).where(Line.service_order_id == inspected.id).limit(1)).one()
        line_decisions.ask(
            line.id, reason="The part is four months old.", site_id=cast.site.id, actor=cast.advisor.actor(),
            now=factories.NOW,
        )  # fmt: skip
    page = sign_in(cast.advisor.id).get(f"/orders/{inspected.id}/inspection/report")
    card = parse(page.get_data(as_text=True)).by_id("warranty")
    assert card is not None
    assert "being looked at. The part is four months old." in text_of(card)


def test_two_who_write_the_diagnosis_are_shown_each_others_words(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    """ORD-6, DIA-9: the second save shows both; nothing typed is lost, and saving again is a decision."""
    client, address = sign_in(cast.technician.id), f"/orders/{inspected.id}/inspection/conclusion"
    form = {
        "fault": "Pulls left.",
        "cause": "",
        "advice": "",
        "version": str(sheet_of(app, inspected).version),
    }
    assert client.post(address, data=form).status_code == 303
    answer = client.post(address, data={**form, "fault": "Pulls right."})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Pulls right." in page and "Saved now: Pulls left." in page
    now = str(sheet_of(app, inspected).version)
    assert client.post(address, data={**form, "fault": "Pulls right.", "version": now}).status_code == 303
    assert sheet_of(app, inspected).fault == "Pulls right."


def test_somebody_elses_diagnosis_is_read_and_not_written(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    """PLT-3"""
    other = sign_in(cast.second_technician.id)
    answer = other.post(f"/orders/{inspected.id}/inspection/conclusion", data={"fault": "Mine"})
    assert answer.status_code == 403
    page = other.get(f"/orders/{inspected.id}/inspection/report").get_data(as_text=True)
    assert "Save the diagnosis" not in page and "Nothing found so far" in page and "0 of 38 points" in page


def test_a_leader_settles_a_note_about_haste_with_what_was_found(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    """TEC-2: the report says who, which area, how fast; the leader writes what came of it, nobody else can."""
    technician = sign_in(cast.technician.id)
    for slug in ("1", "2"):
        technician.hx_post(
            f"/orders/{inspected.id}/inspection/areas/{slug}/rest", data={"submission_id": slug}
        )
    address = f"/orders/{inspected.id}/inspection/report"
    page = technician.get(address).get_data(as_text=True)
    assert "Checked very fast" in page and "I looked at it" not in page
    with app.app_context():
        flag = db.session.scalars(select(InspectionFlag).order_by(InspectionFlag.id)).first()
    assert flag is not None
    acknowledged = f"/inspection-flags/{flag.id}/acknowledgement"
    assert technician.post(acknowledged, data={"note": "Fine"}).status_code == 403
    leader = sign_in(cast.leader.id)
    shown = leader.get(address).get_data(as_text=True)
    assert cast.technician.name in shown and "points in" in shown and "I looked at it" in shown
    assert "Say in a few words" in leader.post(acknowledged, data={}, follow_redirects=True).get_data(
        as_text=True
    )
    after = leader.post(acknowledged, data={"note": "Asked him; he looked first"}, follow_redirects=True)
    assert "Asked him; he looked first" in after.get_data(as_text=True)


def test_the_advisor_reads_but_does_not_rate(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    client = sign_in(cast.advisor.id)
    page = client.get(f"/orders/{inspected.id}/inspection")
    assert page.status_code == 200
    assert 'type="radio"' not in page.get_data(as_text=True)
    assert rate(client, app, inspected, "exhaust", "ok").status_code == 403


def test_a_technician_does_not_rate_somebody_elses_order(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    client = sign_in(cast.second_technician.id)
    assert rate(client, app, inspected, "exhaust", "ok").status_code == 403
    assert item(app, inspected, "exhaust").rating is None


def test_another_site_finds_nothing(app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder) -> None:
    client = sign_in(cast.other_manager.id)
    assert client.get(f"/orders/{inspected.id}/inspection").status_code == 404
    assert rate(client, app, inspected, "exhaust", "ok").status_code == 404
    assert client.get(f"/orders/{inspected.id}/inspection/report").status_code == 404


def test_a_complete_inspection_is_only_read(
    app: Flask, cast: Cast, sign_in: SignIn, inspected: ServiceOrder
) -> None:
    client = sign_in(cast.technician.id)
    fill(client, app, inspected)
    client.post(f"/orders/{inspected.id}/inspection/completion")
    page = client.get(f"/orders/{inspected.id}/inspection").get_data(as_text=True)
    assert "This inspection is complete." in page
    assert 'type="radio"' not in page
    assert rate(client, app, inspected, "exhaust", "soon").status_code == 409
