"""Taking payments: partial, mixed, once per submission; credit; paying back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask

from aftersales.db import transaction
from aftersales.domain.billing import credit_notes, payments, queries
from aftersales.domain.billing.models import Invoice, Payment, PaymentMethod
from aftersales.domain.errors import Invalid, NotPermitted, Refused
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.factories import NOW

PAID_AT = NOW + timedelta(hours=8)


@pytest.fixture(autouse=True)
def _context(app_context: Flask) -> None:
    """Operations run in the application's context."""


@pytest.fixture
def invoice(invoiced_order: ServiceOrder) -> Invoice:
    return queries.list_of_order(invoiced_order.id)[0]


def pay(cast: Cast, invoice: Invoice, amount: str, *, key: str = "tap-1", method: str = "card") -> Payment:
    with transaction():
        return payments.take_payment(
            invoice.id,
            amount=Decimal(amount),
            method=PaymentMethod(method),
            submission_id=key,
            actor=cast.cashier.actor(),
            now=PAID_AT,
        )


def test_cash_and_card_together_settle_the_invoice_and_the_order(cast: Cast, invoice: Invoice) -> None:
    """PAY-2: mixed and partial payments."""
    pay(cast, invoice, "100.00", key="a", method="cash")
    half = factories.fresh(invoice)
    assert (half.outstanding, half.settled_at) == (Decimal("269.00"), None)
    pay(cast, invoice, "269.00", key="b")
    assert factories.fresh(invoice).settled_at == PAID_AT
    order = factories.fresh(ServiceOrder(id=invoice.service_order_id))
    assert order.settled_at == PAID_AT


def test_a_second_tap_pays_once(cast: Cast, invoice: Invoice) -> None:
    """The same submission is the first one's payment."""
    first, second = pay(cast, invoice, "369.00"), pay(cast, invoice, "369.00")
    assert first.id == second.id
    assert factories.fresh(invoice).paid == Decimal("369.00")


@pytest.mark.parametrize("amount", ["0.00", "-5.00", "369.01"])
def test_nothing_and_too_much_are_refused(cast: Cast, invoice: Invoice, amount: str) -> None:
    with pytest.raises(Invalid):
        pay(cast, invoice, amount)
    assert factories.fresh(invoice).paid == 0


def test_only_the_service_manager_lets_a_car_go_unpaid(cast: Cast, invoiced_order: ServiceOrder) -> None:
    """DLV-8, PAY-3: credit is allowed by the service manager, with a reason."""
    with transaction(), pytest.raises(NotPermitted):
        payments.allow_credit(invoiced_order.id, reason="fleet", actor=cast.cashier.actor(), now=PAID_AT)
    with transaction(), pytest.raises(Invalid):
        payments.allow_credit(invoiced_order.id, reason=" ", actor=cast.service_manager.actor(), now=PAID_AT)
    with transaction():
        payments.allow_credit(
            invoiced_order.id, reason="fleet", actor=cast.service_manager.actor(), now=PAID_AT
        )
    assert factories.fresh(invoiced_order).credit_allowed_at == PAID_AT


def test_after_a_credit_note_the_overpaid_sum_goes_back_and_no_more(cast: Cast, invoice: Invoice) -> None:
    pay(cast, invoice, "369.00")
    part = next(line for line in invoice.lines if line.gross == Decimal("189.00"))
    with transaction():
        credit_notes.credit(
            invoice.id, quantities={part.id: Decimal(1)}, reason="wrong pads",
            actor=cast.service_manager.actor(), now=PAID_AT,
        )  # fmt: skip

    def back(amount: str, key: str) -> None:
        with transaction():
            payments.pay_back(
                invoice.id, amount=Decimal(amount), method=PaymentMethod.CASH, submission_id=key,
                reason="wrong pads", actor=cast.service_manager.actor(), now=PAID_AT,
            )  # fmt: skip

    with pytest.raises(Invalid, match=r"189\.00"):
        back("189.01", "x")
    back("189.00", "y")
    assert factories.fresh(invoice).paid == Decimal("180.00")
    with pytest.raises(Invalid):
        back("0.01", "z")


def test_a_payment_after_full_credit_is_refused(cast: Cast, invoice: Invoice) -> None:
    with transaction():
        credit_notes.credit(
            invoice.id, quantities={line.id: line.quantity for line in invoice.lines}, reason="cancelled",
            actor=cast.service_manager.actor(), now=PAID_AT,
        )  # fmt: skip
    with pytest.raises((Invalid, Refused)):
        pay(cast, invoice, "1.00")
