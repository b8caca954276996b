"""From prepared to handed over: each step has its order, its guard and its trace."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from aftersales.db import db, transaction
from aftersales.domain.billing import payments
from aftersales.domain.billing import queries as invoices
from aftersales.domain.billing.models import PaymentMethod, RevenueEntry
from aftersales.domain.delivery import operations, queries
from aftersales.domain.delivery.models import HandedOver, Preparation, TakeOver
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents import signatures
from aftersales.domain.documents.models import Signature
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import Invalid, Refused
from aftersales.domain.messaging.models import Message
from aftersales.domain.service_orders.models import LineKind, PayType, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.tasks.models import Task, TaskType
from tests import factories
from tests.cast import Cast
from tests.factories import NOW

AT = NOW + timedelta(hours=8)
ALL_OVER = dict.fromkeys(TakeOver, True)
ALL_GIVEN = dict.fromkeys(HandedOver, True)


@pytest.fixture(autouse=True)
def _context(app_context: Flask) -> None:
    """Operations run in the application's context."""


def explain(cast: Cast, order: ServiceOrder) -> None:
    with transaction():
        operations.take_over(order.id, ticks=ALL_OVER, notes={}, actor=cast.advisor.actor(), now=AT)
        operations.explain(order.id, actor=cast.advisor.actor(), now=AT)


def pay(cast: Cast, order: ServiceOrder) -> None:
    invoice = invoices.list_of_order(order.id)[0]
    with transaction():
        payments.take_payment(
            invoice.id, amount=invoice.gross, method=PaymentMethod.CARD, submission_id=f"pay-{invoice.id}",
            actor=cast.cashier.actor(), now=AT,
        )  # fmt: skip


def signature(cast: Cast, order: ServiceOrder) -> Signature:
    document = documents.record(
        factories.stored_pdf(), site_id=order.site_id, service_order_id=order.id, now=AT
    )
    return signatures.sign(
        document, Evidence(typed_name="Katarzyna Mazur"), purpose="delivery", service_order_id=order.id,
        consent_text="I got my car.", totals={}, actor=cast.advisor.actor(), now=AT,
    )  # fmt: skip


def sign(cast: Cast, order: ServiceOrder) -> None:
    with transaction():
        operations.sign(
            order.id, signature(cast, order), ticks=ALL_GIVEN, notes={}, actor=cast.advisor.actor(), now=AT
        )


def hand_over(cast: Cast, order: ServiceOrder, **values: str) -> None:
    with transaction():
        operations.issue_gate_pass(order.id, actor=cast.advisor.actor(), now=AT)
        operations.hand_over(order.id, actor=cast.advisor.actor(), now=AT, **values)


def test_the_car_leaves_paid_signed_and_with_its_set(cast: Cast, invoiced_order: ServiceOrder) -> None:
    """STEP-16, DLV-5: completed after invoice, payment and signature; the follow-up is planned (FUP-2)."""
    explain(cast, invoiced_order)
    pay(cast, invoiced_order)
    sign(cast, invoiced_order)
    hand_over(cast, invoiced_order)
    order = factories.fresh(invoiced_order)
    assert (order.state, order.closed_at) == (OrderState.COMPLETED, AT)
    open_tasks = db.session.scalars(select(Task).where(Task.closed_at.is_(None))).all()
    assert [task.type for task in open_tasks] == [TaskType.FOLLOW_UP]
    assert open_tasks[0].due_at == AT + timedelta(hours=24)
    assert order.vehicle.last_service_on == AT.date()
    assert order.vehicle.odometer == 118_420


def test_it_books_the_net_revenue_by_kind_in_the_month_of_the_site(
    cast: Cast, invoiced_order: ServiceOrder
) -> None:
    """STEP-17, REP-1: 180.00 and 189.00 gross are 146.34 and 153.66 net."""
    explain(cast, invoiced_order)
    pay(cast, invoiced_order)
    sign(cast, invoiced_order)
    hand_over(cast, invoiced_order)
    rows = db.session.execute(
        select(RevenueEntry.kind, RevenueEntry.pay_type, RevenueEntry.net).order_by(RevenueEntry.kind)
    ).all()
    assert [tuple(row) for row in rows] == [
        (LineKind.LABOUR, PayType.CUSTOMER, Decimal("146.34")),
        (LineKind.PART, PayType.CUSTOMER, Decimal("153.66")),
    ]


def test_no_gate_pass_before_settlement_or_credit(cast: Cast, invoiced_order: ServiceOrder) -> None:
    """DLV-8: the gate pass is issued only after settlement or allowed credit."""
    explain(cast, invoiced_order)
    with transaction(), pytest.raises(Refused, match="not paid"):
        operations.issue_gate_pass(invoiced_order.id, actor=cast.advisor.actor(), now=AT)
    with transaction():
        payments.allow_credit(invoiced_order.id, reason="fleet", actor=cast.service_manager.actor(), now=AT)
        delivery = operations.issue_gate_pass(invoiced_order.id, actor=cast.advisor.actor(), now=AT)
    assert delivery.gate_pass_number == "G26-0001"


def test_no_signature_before_the_explanation_and_none_before_taking_over(
    cast: Cast, invoiced_order: ServiceOrder
) -> None:
    """DLV-4, DLV-7: taken over, then explained, then signed."""
    with transaction(), pytest.raises(Refused, match="over from the workshop"):
        operations.explain(invoiced_order.id, actor=cast.advisor.actor(), now=AT)
    with transaction(), pytest.raises(Refused, match="Explain the work"):
        operations.sign(
            invoiced_order.id, signature(cast, invoiced_order), ticks=ALL_GIVEN, notes={},
            actor=cast.advisor.actor(), now=AT,
        )  # fmt: skip


def test_what_is_not_ticked_needs_a_note(cast: Cast, invoiced_order: ServiceOrder) -> None:
    """DLV-7, DLV-5: nothing is passed over in silence."""
    ticks = {**ALL_OVER, TakeOver.CLEAN: False}
    with transaction(), pytest.raises(Invalid, match="not ticked"):
        operations.take_over(invoiced_order.id, ticks=ticks, notes={}, actor=cast.advisor.actor(), now=AT)
    with transaction():
        operations.take_over(
            invoiced_order.id, ticks=ticks, notes={TakeOver.CLEAN: "seat wet, customer told"},
            actor=cast.advisor.actor(), now=AT,
        )  # fmt: skip
    delivery = queries.find_delivery(invoiced_order.id)
    assert delivery is not None
    looked_at = {tick.looked_at: tick for tick in queries.list_taken_over(delivery.id)}
    assert list(looked_at) == list(TakeOver)
    assert not looked_at[TakeOver.CLEAN].is_done
    assert looked_at[TakeOver.CLEAN].note == "seat wet, customer told"


def test_a_late_car_needs_its_reason(cast: Cast, invoiced_order: ServiceOrder) -> None:
    """DLV-8: lateness is told with its reason."""
    explain(cast, invoiced_order)
    pay(cast, invoiced_order)
    sign(cast, invoiced_order)
    with transaction():
        factories.fresh(invoiced_order).promised_at = NOW + timedelta(hours=5)
    with pytest.raises(Invalid, match="later than promised"):
        hand_over(cast, invoiced_order)
    assert factories.fresh(invoiced_order).state is OrderState.READY_FOR_PICKUP
    hand_over(cast, invoiced_order, lateness_reason="the part came late")
    assert factories.fresh(invoiced_order).state is OrderState.COMPLETED


def test_the_preparation_list_has_a_wash_only_where_it_is_wanted(
    cast: Cast, accepted_order: ServiceOrder
) -> None:
    """DLV-1."""
    with transaction():
        factories.make_ready(cast, accepted_order, wants_wash=False)
    kinds = {item.kind for item in queries.list_preparation(accepted_order.id)}
    assert kinds == set(Preparation) - {Preparation.WASH}


def test_the_customer_is_told_once_per_channel_when_the_car_is_ready(
    cast: Cast, ready_order: ServiceOrder
) -> None:
    """STEP-15, DLV-3: SMS and e-mail with the amount."""
    messages = db.session.scalars(select(Message).where(Message.purpose == "ready_for_pickup")).all()
    assert sorted(message.channel for message in messages) == ["email", "sms"]
    assert all("369.00" in message.body for message in messages)
    with transaction():
        operations.announce_ready(factories.fresh(ready_order), now=AT)
    assert db.session.scalar(select(func.count()).select_from(Message)) == 2
