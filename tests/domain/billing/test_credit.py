"""Credit notes: they correct what an immutable invoice said, to the cent."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask

from aftersales.db import db, transaction
from aftersales.domain.billing import credit_notes, queries
from aftersales.domain.billing.models import Invoice, InvoiceKind
from aftersales.domain.errors import Invalid, NotPermitted, Refused
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites.models import Site
from tests import factories
from tests.cast import Cast
from tests.factories import NOW

LATER = NOW + timedelta(hours=9)


@pytest.fixture(autouse=True)
def _context(app_context: Flask) -> None:
    """Operations run in the application's context."""


def credit(cast: Cast, invoice: Invoice, quantities: dict[int, Decimal], reason: str = "agreed") -> Invoice:
    with transaction():
        return credit_notes.credit(
            invoice.id, quantities=quantities, reason=reason, actor=cast.service_manager.actor(), now=LATER
        )


@pytest.fixture
def invoice(invoiced_order: ServiceOrder) -> Invoice:
    return queries.list_of_order(invoiced_order.id)[0]


def test_it_takes_lines_off_under_a_number_of_its_own_and_leaves_the_invoice_as_it_is(
    cast: Cast, invoice: Invoice
) -> None:
    """PAY-1: immutable, credit note to correct."""
    labour = invoice.lines[0]
    note = credit(cast, invoice, {labour.id: Decimal("0.5")})
    assert (note.kind, note.number, note.gross) == (
        InvoiceKind.CREDIT_NOTE,
        "KRKC/2026/0001",
        Decimal("-60.00"),
    )
    assert factories.fresh(invoice).gross == Decimal("369.00")
    assert queries.credited(invoice.id) == Decimal("60.00")


def test_credited_in_parts_nothing_is_left_to_the_cent(cast: Cast, invoice: Invoice, app: Flask) -> None:
    """Roundings of parts never leave a cent behind: net prices, a rate that does not divide evenly."""
    for quantity in ("0.4", "0.7", "0.4"):
        credit(cast, invoice, {invoice.lines[0].id: Decimal(quantity)})
    credit(cast, invoice, {invoice.lines[1].id: Decimal(1)})
    notes = [one for one in queries.list_of_order(invoice.service_order_id) if one.corrects_id == invoice.id]
    for column in ("net", "tax", "gross"):
        assert sum(getattr(note, column) for note in notes) == -getattr(invoice, column)
    assert sum((line.gross for note in notes for line in note.lines), Decimal(0)) == -invoice.gross


def test_more_than_was_invoiced_cannot_be_credited(cast: Cast, invoice: Invoice) -> None:
    credit(cast, invoice, {invoice.lines[0].id: Decimal(1)})
    with pytest.raises(Invalid, match="At most"):
        credit(cast, invoice, {invoice.lines[0].id: Decimal("0.6")})


def test_it_needs_lines_a_reason_and_the_right(cast: Cast, invoice: Invoice) -> None:
    with pytest.raises(Invalid, match="at least one line"):
        credit(cast, invoice, {})
    with pytest.raises(Invalid, match="reason"):
        credit(cast, invoice, {invoice.lines[0].id: Decimal(1)}, reason=" ")
    with transaction(), pytest.raises(NotPermitted):
        credit_notes.credit(invoice.id, quantities={}, reason="x", actor=cast.cashier.actor(), now=LATER)


def test_a_credit_note_cannot_be_credited(cast: Cast, invoice: Invoice) -> None:
    note = credit(cast, invoice, {invoice.lines[0].id: Decimal(1)})
    with pytest.raises(Refused):
        credit(cast, note, {note.lines[0].id: Decimal(1)})


def test_an_invoice_credited_in_full_may_be_issued_anew(cast: Cast, invoice: Invoice) -> None:
    credit(cast, invoice, {line.id: line.quantity for line in invoice.lines})
    order = db.session.get_one(ServiceOrder, invoice.service_order_id)
    with transaction():
        again = factories.invoice(cast, order, now=LATER)
    assert again.gross == invoice.gross
    assert db.session.get_one(Site, cast.site.id).code in again.number
