"""/orders/…/short-visit: close without repair in three steps; each is a form that works without script."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.billing.models import Invoice
from aftersales.domain.documents.models import Document, DocumentKind
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import DIAGNOSIS, Authorisation, LineKind, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.factories import NOW
from tests.html import CheckingClient, parse, text_of

GIVEN = {"key": "1", "papers": "1", "invoice": "1", "gate_pass": "1"}
REASON = {"reason": "Too dear for now."}


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=3))


@pytest.fixture
def advisor(sign_in: SignIn, cast: Cast) -> CheckingClient:
    return sign_in(cast.advisor.id)


@pytest.fixture
def with_fee(app: Flask, cast: Cast, checked_in_order: ServiceOrder) -> ServiceOrder:
    """369.00 of work and a fee of 123.00 were agreed at check-in."""
    with app.app_context(), transaction():
        order = service_orders.lock_order(checked_in_order.id)
        actor = cast.advisor.actor()
        job = work.add_job(
            order.id, title="Technical diagnosis", canned_job_code=DIAGNOSIS, actor=actor, now=NOW
        )
        line = work.add_line(
            job.id, kind=LineKind.FEE, description="Diagnosis fee", quantity=Decimal(1),
            unit_price=Decimal("123.00"), actor=actor, now=NOW,
        )  # fmt: skip
        work.authorise(order, {line.id}, Authorisation.AUTHORISED)
    return checked_in_order


def words(client: CheckingClient, order: ServiceOrder) -> str:
    answer = client.get(f"/orders/{order.id}/short-visit")
    assert answer.status_code == 200
    return text_of(parse(answer.text).root)


def test_from_reason_to_gate_pass(app: Flask, advisor: CheckingClient, with_fee: ServiceOrder) -> None:
    """CHK-12: decide, invoice, pay, give back: the order is closed, invoice and gate pass are its papers."""
    path = f"/orders/{with_fee.id}/short-visit"
    assert "123.00" in words(advisor, with_fee)
    assert advisor.post(f"{path}/decision", data={**REASON, "fee": "charged"}).status_code == 303
    assert "Issue the invoice" in words(advisor, with_fee)
    issued = advisor.post(f"{path}/invoice", data={"shown_gross": "123.00", "submission_id": "fee-1"})
    assert issued.status_code == 303
    with app.app_context():
        invoice = db.session.scalars(select(Invoice)).one()
    paid = advisor.post(
        f"/invoices/{invoice.id}/payments",
        data={"amount": "123.00", "method": "card", "submission_id": "pay-1"},
    )
    assert paid.headers["Location"].endswith(path)  # back to where the payment was asked for
    assert advisor.post(f"{path}/closing", data=GIVEN).status_code == 303
    assert advisor.post(f"{path}/closing", data=GIVEN).status_code == 303  # the second tap
    with app.app_context():
        assert factories.fresh(with_fee).state is OrderState.CLOSED_WITHOUT_REPAIR
        kinds = set(db.session.scalars(select(Document.kind)))
        assert {DocumentKind.INVOICE, DocumentKind.GATE_PASS} <= kinds
    assert "The car has left" in words(advisor, with_fee)


def test_a_missing_reason_keeps_what_was_typed(advisor: CheckingClient, with_fee: ServiceOrder) -> None:
    path = f"/orders/{with_fee.id}/short-visit/decision"
    refused = advisor.post(path, data={"reason": "", "fee": "waived", "waiver_reason": "Our fault"})
    assert refused.status_code == 422
    assert 'value="Our fault"' in refused.text
    assert advisor.post(path, data={**REASON, "fee": "waived"}).status_code == 422
    assert advisor.post(path, data={**REASON, "fee": "free"}).status_code == 422


def test_an_unticked_thing_is_asked_for_before_the_car_leaves(
    app: Flask, advisor: CheckingClient, checked_in_order: ServiceOrder
) -> None:
    path = f"/orders/{checked_in_order.id}/short-visit"
    assert advisor.post(f"{path}/decision", data=REASON).status_code == 303
    refused = advisor.post(f"{path}/closing", data={"key": "1", "gate_pass": "1"})
    assert refused.status_code == 422
    assert "“Vehicle papers” is not ticked" in text_of(parse(refused.text).root)
    with app.app_context():
        assert factories.fresh(checked_in_order).state is OrderState.CHECKED_IN


def test_credit_allowed_lets_the_car_go(
    app: Flask, sign_in: SignIn, cast: Cast, advisor: CheckingClient, with_fee: ServiceOrder
) -> None:
    path, boss = f"/orders/{with_fee.id}/short-visit", sign_in(cast.service_manager.id)
    advisor.post(f"{path}/decision", data={**REASON, "fee": "charged"})
    advisor.post(f"{path}/invoice", data={"shown_gross": "123.00", "submission_id": "fee-1"})
    assert advisor.post(f"{path}/credit", data={"reason": "Fleet"}).status_code == 403
    assert boss.post(f"{path}/credit", data={"reason": ""}).status_code == 422
    assert boss.post(f"{path}/credit", data={"reason": "Fleet"}).status_code == 303
    assert advisor.post(f"{path}/closing", data=GIVEN).status_code == 303
    with app.app_context():
        assert factories.fresh(with_fee).state is OrderState.CLOSED_WITHOUT_REPAIR


def test_who_may_and_what_is_not_there(
    sign_in: SignIn, cast: Cast, app: Flask, checked_in_order: ServiceOrder
) -> None:
    path = f"/orders/{checked_in_order.id}/short-visit"
    assert sign_in(cast.technician.id).get(path).status_code == 403
    assert sign_in(cast.stranger.id).get(path).status_code == 404
    assert app.test_client().get(path).status_code == 303
