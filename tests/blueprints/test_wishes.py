"""Wishes at check-in: transport, who else may approve and collect (CHK-9)."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.checkins import queries
from aftersales.domain.documents.models import Document
from aftersales.domain.quotations.models import Quotation
from aftersales.domain.quotations.rules import QuotationState
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.blueprints.test_checkin import add_line, job_id, promise, seen, version, walk_through
from tests.cast import Cast
from tests.html import CheckingClient

CAR = {
    "covers_fitted": "y", "old_parts": "dispose", "contact_way": "phone", "transport": "taxi",
    "transport_note": "to the airport", "approver_name": "Jan Mazur", "approver_phone": "+48 601 000 111",
    "approver_limit": "500", "collector_name": "Ewa Mazur",
}  # fmt: skip


def test_wishes_are_kept_and_stand_in_the_document(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    """CHK-9: also who may approve up to what amount and who may collect; a skipped photo with its reason."""
    base = f"/orders/{order.id}/check-in"
    walk_through(desk, order)
    desk.post(f"{base}/stations/interior/skip", data={"reason": "declined"})
    add_line(desk, order, job_id(app, order))
    assert desk.post(base, data={**CAR, "version": version(desk, base)}).status_code == 303
    page = desk.get(base).text
    for words in ("to the airport", "Jan Mazur", "+48 601 000 111", 'value="500', "Ewa Mazur"):
        assert words in page
    agreed = desk.post(f"{base}/agreement", data={"seen": seen(desk, base), "promised_at": promise()})
    assert agreed.headers["Location"].endswith("/signature"), agreed.text
    shown = desk.get(f"{base}/signature").text
    with app.app_context():
        document = db.session.query(Document).order_by(Document.id.desc()).first()
        assert document
    pdf = desk.get(f"/documents/{document.id}.pdf")
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf.data)).pages).split())
    for words in ("Taxi, to the airport", "Jan Mazur, +48 601 000 111, up to", "500.00", "Ewa Mazur"):
        assert words in text
        assert words in shown.replace("\u00a0", " ")
    assert "Not photographed" in text
    assert "The customer declines" in text


def test_an_amount_needs_a_name_and_stays_in_the_form(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    base = f"/orders/{order.id}/check-in"
    answer = desk.post(base, data={**CAR, "version": "0", "approver_name": ""})
    assert answer.status_code == 422
    assert "Say who may approve up to this amount." in answer.text
    assert "to the airport" in answer.text
    with app.app_context():
        assert queries.find_checkin(order.id) is None


def allow(app: Flask, quotation: Quotation, limit: str) -> None:
    with app.app_context(), transaction():
        checkin = queries.find_checkin(quotation.service_order_id)
        assert checkin
        checkin.approver_name, checkin.approver_limit = "Jan Mazur", Decimal(limit)


@pytest.fixture
def quotation(cast: Cast, app: Flask, accepted_order: ServiceOrder) -> Quotation:
    with app.app_context(), transaction():
        now, order = clock.now(), factories.fresh(accepted_order)
        factories.propose(cast, order)
        return factories.send_quotation(cast, order, now=now, promised_at=now + timedelta(hours=6))


def answer_of(app: Flask, quotation: Quotation, **values: str) -> dict[str, str]:
    with app.app_context():
        (job,) = factories.fresh(quotation).asked_jobs
        return {f"item-{job.id}": "yes", "by": "phone", "name": "Jan  mazur", "note": "Called him", **values}


def test_more_than_somebody_may_approve_has_to_be_confirmed(
    app: Flask, desk: CheckingClient, quotation: Quotation
) -> None:
    """CHK-9"""
    allow(app, quotation, "100.00")
    url = f"/orders/{quotation.service_order_id}/quotations/1/answer"
    page = desk.get(f"/orders/{quotation.service_order_id}/quotation/answer").text
    assert "Jan Mazur may approve, up to" in page
    assert "All items together are more." in page
    refused = desk.post(url, data=answer_of(app, quotation))
    assert refused.status_code == 422
    assert "This is more than Jan Mazur may approve." in refused.text
    with app.app_context():
        assert factories.fresh(quotation).state is QuotationState.WAITING
    confirmed = answer_of(app, quotation, is_over_limit_confirmed="y")
    assert desk.post(url, data=confirmed).status_code == 303


@pytest.mark.parametrize(("limit", "name"), [("9999.00", "Jan Mazur"), ("100.00", "Katarzyna Mazur")])
def test_within_the_limit_or_from_the_customer_nothing_is_confirmed(
    app: Flask, desk: CheckingClient, quotation: Quotation, limit: str, name: str
) -> None:
    allow(app, quotation, limit)
    url = f"/orders/{quotation.service_order_id}/quotations/1/answer"
    assert desk.post(url, data=answer_of(app, quotation, name=name)).status_code == 303
