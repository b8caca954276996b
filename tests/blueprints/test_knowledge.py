"""/knowledge: searched by everybody of the floor, grown by team leaders, shown beside the job (TEC-6)."""

import io
from datetime import timedelta

import pytest
import typst
from flask import Flask
from sqlalchemy import select

from aftersales import clock
from aftersales.db import add, db, transaction
from aftersales.domain.knowledge import operations, proposals
from aftersales.domain.knowledge.models import KnowledgeCase, KnowledgeEntry
from aftersales.domain.knowledge.operations import About, Fault
from aftersales.domain.workshop.models import FaultCheck
from aftersales.jobs import knowledge as job
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.factories import NOW
from tests.gateways.photographs import own
from tests.html import parse, text_of

SQUEAL = "Front brakes squeal when cold"


def pdf(text: str) -> bytes:
    made: bytes = typst.compile(text.encode())  # type: ignore[assignment]
    return made


def upload(data: bytes, name: str = "manual.pdf", **fields: str) -> dict[str, object]:
    return {
        "file": (io.BytesIO(data), name), "title": "Brake manual", "kind": "manual", "models": "VW Passat, VW Golf",
        "codes": "c1095", "language": "pl", **fields,
    }  # fmt: skip


@pytest.fixture(autouse=True)
def the_day_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=1))


@pytest.fixture
def fault_id(app: Flask, cast: Cast) -> int:
    with app.app_context(), transaction():
        return operations.add_fault(
            About("EGR valve sticks", models="VW Passat", codes="P0401"), Fault("Jerks under load", "Soot", "Clean it"),
            actor=cast.leader.actor(), now=NOW,
        ).id  # fmt: skip


def closed_orders(app: Flask, cast: Cast, count: int, concern: str = SQUEAL) -> list[int]:
    """Jobs of orders that were completed, each with a mended complaint."""
    with app.app_context(), transaction():
        made = []
        for _ in range(count):
            order = factories.check_in(cast, factories.open_order(cast, concern=concern))
            factories.accept(cast, factories.assign(cast, order))
            factories.make_ready(cast, order)
            made.append(factories.hand_over(cast, order).jobs[0].id)
        return made


# --- searching ---


def test_the_floor_searches_and_opens(cast: Cast, sign_in: SignIn, fault_id: int) -> None:
    browser = sign_in(cast.technician.id)
    assert "Knowledge" in browser.get("/jobs").text
    page = browser.get("/knowledge?q=jerks")
    assert f"/knowledge/{fault_id}" in page.text
    part = browser.hx_get("/knowledge?code=P0401&model=passat")
    assert "<html" not in part.text and "EGR valve sticks" in part.text
    assert "Nothing is found" in browser.get("/knowledge?q=xyzzy").text
    shown = text_of(parse(browser.get(f"/knowledge/{fault_id}").text).root)
    assert "Soot" in shown and "Clean it" in shown and "P0401" in shown


@pytest.mark.parametrize(
    "query", ["kind=nothing", "q=%00", "q=" + "x" * 5000, "model=%25", "code=%22", "language=xx"]
)
def test_nonsense_in_the_address_finds_nothing_and_breaks_nothing(
    cast: Cast, sign_in: SignIn, fault_id: int, query: str
) -> None:
    assert sign_in(cast.technician.id).get(f"/knowledge?{query}").status_code == 200


def test_the_search_costs_the_same_for_few_and_many(
    app: Flask, cast: Cast, sign_in: SignIn, fault_id: int, count_queries: CountQueries
) -> None:
    with app.app_context(), transaction():
        for number in range(20):
            operations.add_fault(
                About(f"EGR {number}"), Fault("Jerks", "", "Clean"), actor=cast.leader.actor(), now=NOW
            )
    browser = sign_in(cast.technician.id)
    with count_queries() as seen:
        browser.get("/knowledge?q=jerks")
    assert len(seen) <= 3, "\n".join(seen)


def test_who_has_no_use_for_it_is_not_let_in(cast: Cast, sign_in: SignIn, fault_id: int) -> None:
    """PLT-3."""
    assert sign_in(cast.cashier.id).get("/knowledge").status_code == 403
    technician = sign_in(cast.technician.id)
    for path in ("/knowledge/documents/new", "/knowledge/proposals", f"/knowledge/{fault_id}/edit"):
        assert technician.get(path).status_code == 403, path
    assert technician.post("/knowledge/faults", data={"title": "x"}).status_code == 403


# --- putting in ---


def test_a_manual_is_put_in_read_and_opened(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """TEC-6: uploaded, its text taken out by the worker, found by it, sent as it was."""
    source = pdf("Kłocków, Łódź: torque 30 Nm")
    leader = sign_in(cast.leader.id)
    answer = leader.post("/knowledge/documents", data=upload(source))
    assert answer.status_code == 303
    assert "Its text is being read" in leader.get(answer.location).text
    assert "Brake manual" in leader.get("/knowledge?q=passat").text, "by its labels at once"
    assert "Brake manual" not in leader.get("/knowledge?q=klockow").text
    with app.app_context():
        for _ in range(2):
            job.sweep(NOW + timedelta(minutes=1))
    found = leader.get("/knowledge?q=klockow+lodz").text
    assert "Brake manual" in found
    sent = leader.get(f"{answer.location}/file")
    assert (sent.content_type, sent.data) == ("application/pdf", source)
    assert sent.headers["X-Content-Type-Options"] == "nosniff"


def test_a_picture_is_cleaned_and_found_by_its_title(cast: Cast, sign_in: SignIn) -> None:
    leader = sign_in(cast.leader.id)
    answer = leader.post("/knowledge/documents", data=upload(own(), "plan.jpg", kind="bulletin"))
    assert answer.status_code == 303
    sent = leader.get(f"{answer.location}/file")
    assert sent.content_type == "image/jpeg" and b"Exif" not in sent.data[:200]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Choose a file first"),
        (b"MZ a program", "no PDF and no picture"),
        (b"%PDF-1.7 broken", "damaged"),
        (b"\xff\xd8\xff broken", "damaged"),
    ],
)
def test_another_file_is_refused_with_the_reason_and_keeps_what_was_typed(
    app: Flask, cast: Cast, sign_in: SignIn, data: bytes, words: str
) -> None:
    form = upload(data, "manual.pdf" if data else "")
    answer = sign_in(cast.leader.id).post("/knowledge/documents", data=form)
    assert answer.status_code == 422 and words in answer.text
    assert "Brake manual" in answer.text
    with app.app_context():
        assert db.session.scalars(select(KnowledgeEntry)).all() == []


def test_a_scan_says_that_only_its_title_is_found(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    leader = sign_in(cast.leader.id)
    answer = leader.post("/knowledge/documents", data=upload(pdf("#rect(width: 9cm)")))
    with app.app_context():
        job.sweep(NOW)
    assert "No text could be read" in leader.get(answer.location).text


def test_an_entry_is_edited_and_withdrawn(cast: Cast, sign_in: SignIn, fault_id: int) -> None:
    leader = sign_in(cast.leader.id)
    form = {
        "title": "EGR valve",
        "symptom": "Jerks at idle",
        "remedy": "Replace",
        "models": "",
        "codes": "P0402",
        "language": "",
    }
    stale = leader.post(f"/knowledge/{fault_id}", data={**form, "version": "0"})
    assert stale.status_code == 409
    (version,) = (
        one.get("value") for one in parse(leader.get(f"/knowledge/{fault_id}/edit").text).all("input")
        if one.get("name") == "version"
    )  # fmt: skip
    assert leader.post(f"/knowledge/{fault_id}", data={**form, "version": version}).status_code == 303
    assert "EGR valve" in leader.get("/knowledge?code=P0402").text
    assert leader.post(f"/knowledge/{fault_id}/withdrawal").status_code == 303
    assert "is withdrawn" in leader.get("/knowledge").text
    assert "EGR valve" not in leader.get("/knowledge?code=P0402").text
    assert "Withdrawn" in leader.get(f"/knowledge/{fault_id}").text


def test_a_fault_has_no_file(cast: Cast, sign_in: SignIn, fault_id: int) -> None:
    browser = sign_in(cast.technician.id)
    assert browser.get(f"/knowledge/{fault_id}/file").status_code == 404
    assert browser.get("/knowledge/999999").status_code == 404


# --- beside the job ---


def test_what_fits_stands_beside_the_job(app: Flask, cast: Cast, sign_in: SignIn, fault_id: int) -> None:
    """TEC-6: by the code in the customer's words and the model; the page and the part of it."""
    with app.app_context(), transaction():
        order = factories.check_in(cast, factories.open_order(cast, concern="Engine lamp, P0401 was read"))
        factories.accept(cast, factories.assign(cast, order))
        order_id = order.id
    browser = sign_in(cast.technician.id)
    assert f"/orders/{order_id}/knowledge" in browser.get(f"/orders/{order_id}/work").text
    part = browser.hx_get(f"/orders/{order_id}/knowledge")
    assert "<html" not in part.text and "EGR valve sticks" in part.text and "P0401" in part.text
    assert "EGR valve sticks" in browser.get(f"/orders/{order_id}/knowledge").text
    assert sign_in(cast.stranger.id).get(f"/orders/{order_id}/knowledge").status_code == 404


# --- grown from closed orders ---


def test_a_team_leader_makes_a_common_fault_of_closed_orders(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """TEC-6: symptom, cause, remedy and model come from the orders; the count of orders stands with it."""
    job_id = closed_orders(app, cast, 2)[-1]
    leader = sign_in(cast.leader.id)
    page = leader.get("/knowledge/proposals")
    assert SQUEAL in page.text and "2 orders" in page.text
    form = parse(leader.get(f"/knowledge/proposals/{job_id}").text)
    typed = {one.get("name"): text_of(one).strip() for one in form.all("textarea")}
    assert SQUEAL in typed["symptom"] and "Brake pads" in typed["remedy"]
    assert "VW Passat 2.0 TDI" in [
        one.get("value") for one in form.all("input") if one.get("name") == "models"
    ]
    data = {
        "title": "Front brakes squeal", "symptom": SQUEAL, "cause": "Glazed pads", "remedy": "New pads",
        "models": "VW Passat", "codes": "", "language": "en", "known_id": "",
    }  # fmt: skip
    answer = leader.post(f"/knowledge/proposals/{job_id}", data=data)
    assert answer.status_code == 303
    assert "2 orders had it" in leader.get(answer.location).text
    assert SQUEAL not in leader.get("/knowledge/proposals").text
    assert leader.post(f"/knowledge/proposals/{job_id}", data=data).status_code == 404, "decided already"
    (again,) = closed_orders(app, cast, 1)
    known = answer.location.rpartition("/")[2]
    assert leader.post(f"/knowledge/proposals/{again}", data={**data, "known_id": known}).status_code == 303
    assert "3 orders had it" in leader.get(answer.location).text


def test_what_a_technician_confirmed_is_proposed_first(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """TEC-6: a service that was due is no fault; the cause is what the technician wrote, the remedy what was done."""
    (confirmed,) = closed_orders(app, cast, 1)
    closed_orders(app, cast, 2, concern="Oil service is due")
    with app.app_context(), transaction():
        add(
            FaultCheck(
                job_id=confirmed, is_found=True, note="Glazed pads", checked_at=NOW, checked_by_name="Tomasz"
            )
        )
    page = sign_in(cast.leader.id).get("/knowledge/proposals").text
    assert page.index(SQUEAL) < page.index("Oil service is due")
    assert page.count("Fault confirmed") == 1
    with app.app_context():
        draft = proposals.draft(confirmed, site_id=cast.site.id, now=NOW + timedelta(days=1))
    assert (draft.cause, SQUEAL in draft.remedy) == ("Glazed pads", False)


def test_an_entry_that_a_colleague_changed_is_shown_beside(
    cast: Cast, sign_in: SignIn, fault_id: int
) -> None:
    """ORD-6: the second save shows both texts, and can be sent again."""
    leader = sign_in(cast.leader.id)
    shown = parse(leader.get(f"/knowledge/{fault_id}/edit").text).all("input")
    version = next(one.get("value") for one in shown if one.get("name") == "version")
    form = {"title": "EGR", "symptom": "Jerks", "cause": "", "remedy": "Flush", "models": "", "codes": "",
            "language": "", "version": version}  # fmt: skip
    assert leader.post(f"/knowledge/{fault_id}", data=form).status_code == 303
    answer = leader.post(f"/knowledge/{fault_id}", data={**form, "remedy": "Replace"})
    compared = parse(answer.text).by_id("differences")
    assert answer.status_code == 409 and compared is not None
    assert "Replace" in text_of(compared) and "Flush" in text_of(compared)
    version = next(
        one.get("value") for one in parse(answer.text).all("input") if one.get("name") == "version"
    )
    again = leader.post(f"/knowledge/{fault_id}", data={**form, "remedy": "Replace", "version": version})
    assert again.status_code == 303


def test_what_is_no_common_fault_is_set_aside(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    (job_id,) = closed_orders(app, cast, 1)
    leader = sign_in(cast.leader.id)
    assert leader.post(f"/knowledge/proposals/{job_id}/aside").status_code == 303
    assert "Nothing is proposed" in leader.get("/knowledge/proposals").text
    with app.app_context():
        case = db.session.scalars(select(KnowledgeCase)).one()
        assert case.entry_id is None and case.decided_by_name == cast.leader.name


def test_another_sites_orders_are_not_proposed(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """PLT-3."""
    (job_id,) = closed_orders(app, cast, 1)
    other = sign_in(cast.other_manager.id)
    assert "Nothing is proposed" in other.get("/knowledge/proposals").text
    assert other.get(f"/knowledge/proposals/{job_id}").status_code == 404


def test_open_orders_and_old_ones_propose_nothing(app: Flask, cast: Cast) -> None:
    closed_orders(app, cast, 1)
    with app.app_context():
        with transaction():
            factories.open_order(cast, concern=SQUEAL)
        assert len(proposals.list_proposals(cast.site.id, now=NOW + timedelta(days=1))) == 1
        assert proposals.list_proposals(cast.site.id, now=NOW + timedelta(days=200)) == []
