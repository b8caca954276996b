"""The check-in on the tablet, from the plate to the signature; without script everywhere."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.checkins import queries
from aftersales.domain.documents.models import Document, Signature
from aftersales.domain.quotations.models import Quotation
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import Line, ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.gateways.photographs import OWN
from tests.html import CheckingClient

STATIONS = ("vin", "left", "front", "right", "rear", "dashboard")


def picture() -> Path:
    return OWN / "left.jpg"


def photo(desk: CheckingClient, order: ServiceOrder, station: str, **values: str):  # type: ignore[no-untyped-def]
    return desk.post(
        f"/orders/{order.id}/check-in/photos",
        data={"station": station, "photo": (BytesIO(picture().read_bytes()), "p.jpg"), **values},
        content_type="multipart/form-data",
    )


def promise() -> str:
    at = clock.local(clock.now() + timedelta(days=1), "Europe/Warsaw")
    return at.strftime("%Y-%m-%dT%H:%M")


def walk_through(desk: CheckingClient, order: ServiceOrder) -> None:
    """Every step up to the document, as forms without script send it."""
    base = f"/orders/{order.id}/check-in"
    car = {
        "version": "0",
        "covers_fitted": "y",
        "old_parts": "give_back",
        "contact_way": "sms",
        "payment_way": "card",
    }
    assert desk.post(base, data=car).headers["Location"].endswith("/walk-around")
    for station in STATIONS:
        assert photo(desk, order, station).status_code == 303
    handed = {
        "version": version(desk, f"{base}/walk-around"),
        "odometer": "118420",
        "key_tag": "47",
        "fuel_eighths": "5",
    }
    assert desk.post(f"{base}/handed-over", data=handed).headers["Location"].endswith("/jobs")


def add_line(desk: CheckingClient, order: ServiceOrder, job_id: int, **values: str):  # type: ignore[no-untyped-def]
    return desk.post(
        f"/orders/{order.id}/check-in/jobs/{job_id}/lines",
        data={
            "kind": "labour",
            "description": "Replace brake pads",
            "quantity": "1.5",
            "unit_price": "120.00",
            **values,
        },
    )


def seen(desk: CheckingClient, base: str) -> str:
    """The agreement that the page of the jobs shows."""
    found = re.search(r'name="seen" value="([^"]+)"', desk.get(f"{base}/jobs").text)
    assert found
    return found[1]


def version(desk: CheckingClient, address: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', desk.get(address).text)
    assert found
    return found[1]


def job_id(app: Flask, order: ServiceOrder) -> int:
    with app.app_context():
        return factories.fresh(order).jobs[0].id


def digest_on(page: str) -> str:
    found = re.search(r'name="document_digest" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def test_the_whole_check_in_without_script(app: Flask, desk: CheckingClient, order: ServiceOrder) -> None:
    """STEP-2, CHK-10, CHK-13: from the car to the signature on exactly the document that was made."""
    base = f"/orders/{order.id}/check-in"
    walk_through(desk, order)
    assert add_line(desk, order, job_id(app, order)).status_code == 303
    agreed = desk.post(f"{base}/agreement", data={"seen": seen(desk, base), "promised_at": promise()})
    assert agreed.headers["Location"].endswith("/signature"), agreed.text
    page = desk.get(f"{base}/signature").text
    assert "Extra work, a higher price or a later time need my consent" in page
    signed = desk.post(
        f"{base}/signature",
        data={
            "document_digest": digest_on(page),
            "signature_name": "Katarzyna Mazur",
            "signature_relation": "owner",
        },
    )
    assert signed.headers["Location"] == f"/orders/{order.id}"
    with app.app_context():
        stands = factories.fresh(order)
        assert (stands.state, str(stands.authorised_gross)) == ("checked_in", "180.00")
        signature = db.session.query(Signature).one()
        assert (signature.typed_name, signature.relation, signature.method) == (
            "Katarzyna Mazur",
            "owner",
            "typed",
        )
        assert [version.kind for version in db.session.query(Quotation)] == ["checkin"]
        document = db.session.get_one(Document, signature.document_id)
        assert document.sha256 == signature.document_digest
    pdf = desk.get(f"/documents/{document.id}.pdf")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.data)).pages)
    for shown in (
        "Guarantee on our work",
        "Front brakes squeal",
        "Replace brake pads",
        "180.00",
        "118,420",
        "47",
        "Replaced parts are given back",
    ):
        assert shown in text


def test_the_signed_copy_shows_the_signature(app: Flask, desk: CheckingClient, order: ServiceOrder) -> None:
    """CHK-13: the customer gets a copy of order and check-in sheet."""
    test_the_whole_check_in_without_script(app, desk, order)
    with app.app_context():
        copy = db.session.query(Document).order_by(Document.version_no.desc()).first()
        assert copy is not None
        assert copy.is_shared
    text = "".join(
        page.extract_text() for page in PdfReader(BytesIO(desk.get(f"/documents/{copy.id}.pdf").data)).pages
    )
    assert "Katarzyna Mazur" in text


def test_a_lower_odometer_asks_once_more(desk: CheckingClient, order: ServiceOrder) -> None:
    """CHK-1"""
    address = f"/orders/{order.id}/check-in/handed-over"
    asked = desk.post(address, data={"version": "0", "odometer": "18420", "key_tag": "47"})
    assert asked.status_code == 422
    assert "it shows less than at the last visit" in asked.text
    assert 'value="47"' in asked.text
    assert (
        desk.post(
            address, data={"version": "0", "odometer": "18420", "is_odometer_confirmed": "y"}
        ).status_code
        == 303
    )


def test_an_older_tab_is_told_and_overwrites_nothing(desk: CheckingClient, order: ServiceOrder) -> None:
    """ORD-6"""
    address = f"/orders/{order.id}/check-in/handed-over"
    desk.post(address, data={"version": "0", "parking_place": "A1"})
    late = desk.post(address, data={"version": "0", "parking_place": "B2"})
    assert late.status_code == 409
    assert "Somebody else changed" in late.text
    assert "B2" in late.text
    assert "<td>A1</td>" in late.text  # what stands there now
    assert "A1" in desk.get(f"/orders/{order.id}/check-in/walk-around").text


def test_what_is_missing_stands_beside_the_refusal(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    add_line(desk, order, job_id(app, order))
    refused = desk.post(
        f"/orders/{order.id}/check-in/agreement", data={"version": "0", "promised_at": promise()}
    )
    assert refused.status_code == 409
    for sentence in ("protective covers", "Take the photo “Dashboard”", "Enter the odometer"):
        assert sentence in refused.text


def test_an_order_that_changed_after_the_document_is_not_signed(
    app: Flask, cast: Cast, desk: CheckingClient, order: ServiceOrder
) -> None:
    """CHK-10"""
    base = f"/orders/{order.id}/check-in"
    walk_through(desk, order)
    add_line(desk, order, job_id(app, order))
    desk.post(f"{base}/agreement", data={"seen": seen(desk, base), "promised_at": promise()})
    digest = digest_on(desk.get(f"{base}/signature").text)
    with app.app_context(), transaction():
        line = db.session.query(Line).one()
        work.edit_line(line.id, values={"unit_price": 130}, actor=cast.advisor.actor(), now=clock.now())
    late = desk.post(
        f"{base}/signature", data={"document_digest": digest, "signature_name": "Katarzyna Mazur"}
    )
    assert late.status_code == 409
    assert "Make the document" in late.text
    again = desk.post(f"{base}/document")
    assert again.status_code == 303
    fresh = digest_on(desk.get(f"{base}/signature").text)
    assert fresh != digest
    assert (
        desk.post(
            f"{base}/signature", data={"document_digest": fresh, "signature_name": "K. Mazur"}
        ).status_code
        == 303
    )


def test_a_line_changed_after_the_signature_says_that_it_needs_a_new_one(
    app: Flask, cast: Cast, desk: CheckingClient, order: ServiceOrder
) -> None:
    """CHK-10"""
    test_the_whole_check_in_without_script(app, desk, order)
    with app.app_context(), transaction():
        line = db.session.query(Line).one()
        work.edit_line(line.id, values={"unit_price": 130}, actor=cast.advisor.actor(), now=clock.now())
    assert "Needs a new signature" in desk.get(f"/orders/{order.id}/check-in/signature").text
    assert "Needs a new signature" in desk.get(f"/orders/{order.id}").text


def test_an_unknown_cause_is_signed_with_consent_and_fee(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    """DIA-8, CHK-13: the text says that costs follow after the diagnosis."""
    base = f"/orders/{order.id}/check-in"
    walk_through(desk, order)
    agreed = desk.post(
        f"{base}/agreement",
        data={
            "seen": seen(desk, base),
            "promised_at": promise(),
            "diagnosis_consented": "y",
            "diagnosis_fee": "123.00",
        },
    )
    assert agreed.status_code == 303, agreed.text
    page = desk.get(f"{base}/signature").text
    assert "the costs follow after the diagnosis" in page
    assert "PLN" in page
    desk.post(
        f"{base}/signature", data={"document_digest": digest_on(page), "signature_name": "Katarzyna Mazur"}
    )
    with app.app_context():
        stands = factories.fresh(order)
        assert stands.diagnosis_consent_at is not None
        assert str(stands.authorised_gross) == "123.00"


def test_a_booked_car_arrives_by_one_press(
    app: Flask, cast: Cast, desk: CheckingClient, booked_order: ServiceOrder
) -> None:
    """APT-7"""
    assert "The car is here" in desk.get(f"/orders/{booked_order.id}/check-in").text
    for _ in range(2):
        assert desk.post(f"/orders/{booked_order.id}/check-in/arrival").status_code == 303
    with app.app_context():
        assert factories.fresh(booked_order).state == "arrived"
        assert queries.find_checkin(booked_order.id) is not None


def test_a_canned_job_prices_a_concern(
    app: Flask, cast: Cast, desk: CheckingClient, order: ServiceOrder
) -> None:
    with app.app_context(), transaction():
        factories.stock_catalogue(cast)
    page = desk.get(f"/orders/{order.id}/check-in/jobs").text
    code = re.search(r'name="code" value="([^"]+)"', page)
    assert code
    for _ in range(2):
        desk.post(
            f"/orders/{order.id}/check-in/jobs/{job_id(app, order)}/canned",
            data={"code": code[1], "submission_id": "tablet-1-canned"},
        )
    with app.app_context():
        lines = [line.description for line in db.session.query(Line).filter_by(voided_at=None)]
        assert lines
        assert len(lines) == len(set(lines))


@pytest.mark.parametrize("step", ["", "/walk-around", "/jobs", "/signature", "/damages/new"])
def test_every_step_is_for_those_who_check_in(
    step: str, cast: Cast, sign_in: SignIn, client: CheckingClient, order: ServiceOrder
) -> None:
    """PLT-3: no sign-in, wrong role, another site."""
    address = f"/orders/{order.id}/check-in{step}"
    assert client.get(address).headers["Location"].startswith("/sign-in")
    assert sign_in(cast.technician.id).get(address).status_code == 403
    assert sign_in(cast.stranger.id).get(address).status_code == 404
    assert sign_in(cast.advisor.id).get(address).status_code == 200


def test_a_stranger_writes_nothing(app: Flask, cast: Cast, sign_in: SignIn, order: ServiceOrder) -> None:
    """PLT-3"""
    stranger, base = sign_in(cast.stranger.id), f"/orders/{order.id}/check-in"
    assert photo(stranger, order, "left").status_code == 404
    for address in (
        "",
        "/handed-over",
        "/damages",
        "/belongings",
        "/jobs",
        "/agreement",
        "/document",
        "/signature",
        "/arrival",
    ):
        data = {"version": "0", "zone": "roof", "kind": "dent", "severity": "light", "what": "x", "words": "x",
                "promised_at": promise(), "old_parts": "show", "contact_way": "sms"}  # fmt: skip
        assert stranger.post(base + address, data=data).status_code == 404, address
    with app.app_context():
        assert db.session.query(Attachment).count() == 0
        assert queries.find_checkin(order.id) is None


def test_no_step_asks_more_with_more_on_it(
    app: Flask, cast: Cast, desk: CheckingClient, order: ServiceOrder, count_queries: CountQueries
) -> None:
    """The person, order, check-in, photos, the last visit's, skips, pins and who saw them again, things, papers; site and lines where
    they are shown."""
    base = f"/orders/{order.id}/check-in"

    def asked() -> dict[str, int]:
        found = {}
        for step in ("/walk-around", "/jobs", "/signature"):
            with count_queries() as seen:
                desk.get(base + step)
            found[step] = len(seen)
        return found

    for station in ("left", "rear"):
        photo(desk, order, station)
    add_line(desk, order, job_id(app, order))
    before = asked()
    for station in STATIONS:
        photo(desk, order, station)
        desk.post(f"{base}/belongings", data={"submission_id": station, "what": station})
    for name in ("a", "b", "c"):
        add_line(desk, order, job_id(app, order), description=name)
    assert asked() == before
    assert before["/walk-around"] <= 10


def test_an_agreement_that_somebody_else_changed_meanwhile_is_refused(
    desk: CheckingClient, order: ServiceOrder
) -> None:
    """ORD-6: and one whose car was walked around meanwhile is not; those are other things."""
    base = f"/orders/{order.id}/check-in"
    before = seen(desk, base)
    desk.post(f"{base}/fields", data={"name": "key_tag", "value": "17"})
    first = desk.post(
        f"{base}/agreement", data={"seen": before, "promised_at": promise(), "diagnosis_consented": "y"}
    )
    assert "Somebody else" not in first.text
    late = desk.post(f"{base}/agreement", data={"seen": before, "promised_at": promise()})
    assert late.status_code == 409
    assert "Somebody else changed time or diagnosis meanwhile" in late.text
