"""Correcting an invoice by credit notes; the invoice itself stays as it was issued."""

from datetime import datetime
from decimal import Decimal

from aftersales.db import db
from aftersales.domain import submissions
from aftersales.domain.actors import Actor
from aftersales.domain.billing import queries
from aftersales.domain.billing.models import (
    Invoice,
    InvoiceKind,
    InvoiceLine,
)
from aftersales.domain.billing.operations import record
from aftersales.domain.billing.payments import lock_invoice, settle
from aftersales.domain.billing.revenue import book
from aftersales.domain.billing.rules import credited_amount
from aftersales.domain.customers.models import Customer
from aftersales.domain.errors import Invalid, Refused
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind
from aftersales.domain.sites import queries as sites
from aftersales.i18n import N_, gettext
from aftersales.money import Amount, TaxSum, sum_by_rate


def credit(
    invoice_id: int,
    *,
    quantities: dict[int, Decimal],
    reason: str,
    actor: Actor,
    now: datetime,
    submission_id: str = "",
) -> Invoice:
    """Correct an invoice by a credit note over ``quantities`` per invoice line id; the invoice itself stays as it is.

    A line can be credited up to what was invoiced less what earlier credit notes took. Revenue of a completed order
    falls in the credit note's own month. The same ``submission_id`` credits once.
    """
    actor.need("invoices.correct")
    invoice, order = lock_invoice(invoice_id)
    if known := submissions.earlier(submission_id, now=now):
        return db.session.get_one(Invoice, known)
    if invoice.kind is InvoiceKind.CREDIT_NOTE:
        raise Refused(gettext("A credit note cannot be corrected. Correct the invoice."))
    if not reason.strip():
        raise Invalid(gettext("Give a reason."), field="reason")
    site = sites.get_site(order.site_id)
    left = _left_to_credit(invoice)
    lines = []
    for original in invoice.lines:
        quantity = quantities.get(original.id, Decimal(0))
        if not quantity:
            continue
        if quantity < 0 or quantity > left[original.id][0]:
            raise Invalid(
                gettext("At most %(n)s of “%(what)s” can be credited.", n=f"{left[original.id][0].normalize():f}",
                        what=original.description),
                field="quantities",
            )  # fmt: skip
        amount = credited_amount(original, quantity, left[original.id], invoice.includes_tax)
        lines.append(_credited_line(original, quantity, amount))
    if not lines:
        raise Invalid(gettext("Choose at least one line to credit."), field="quantities")
    payer = db.session.get_one(Customer, invoice.payer_id)
    if all(quantities.get(one.id, Decimal(0)) == left[one.id][0] for one in invoice.lines):
        sums = _taxes_left(invoice)
    else:
        sums = sum_by_rate([(one.tax_rate, one.amount) for one in lines], includes_tax=invoice.includes_tax)
    note = record(
        order, site, InvoiceKind.CREDIT_NOTE, payer, invoice.pay_type, lines=lines, sums=sums,
        actor=actor, now=now, corrects=invoice, reason=reason.strip(),
    )  # fmt: skip
    note.settled_at = now
    settle(invoice, order, now)
    if order.is_closed:
        book(order, site, [(one.kind, invoice.pay_type, one.net) for one in lines], now, credit_note=note)
    timeline.note(
        order, EventKind.DOCUMENT, N_("Credit note %(number)s issued"), actor=actor, now=now,
        reason=reason.strip(), number=note.number,
    )  # fmt: skip
    submissions.keep(submission_id, note)
    return note


def _left_to_credit(invoice: Invoice) -> dict[int, tuple[Decimal, Amount]]:
    """Per invoice line: the quantity and amount that no credit note took yet."""
    left = {line.line_id: (line.quantity, line.amount) for line in invoice.lines}
    for note in queries.list_of_order(invoice.service_order_id):
        if note.corrects_id == invoice.id:
            for line in note.lines:
                quantity, amount = left[line.line_id]
                left[line.line_id] = (quantity + line.quantity, amount + line.amount)
    return {line.id: left[line.line_id] for line in invoice.lines}


def _taxes_left(invoice: Invoice) -> list[TaxSum]:
    """The last credit note takes exactly what is left of each rate, so that in sum nothing stands."""
    left = {one.rate: Amount(one.net, one.tax, one.gross) for one in invoice.taxes}
    for note in queries.list_of_order(invoice.service_order_id):
        if note.corrects_id == invoice.id:
            for one in note.taxes:
                left[one.rate] += Amount(one.net, one.tax, one.gross)
    return [TaxSum(rate, -amount) for rate, amount in left.items()]


def _credited_line(original: InvoiceLine, quantity: Decimal, amount: Amount) -> InvoiceLine:
    copied = (
        "line_id", "job_position", "job_title", "kind", "description", "article_number", "unit_price", "discount",
        "tax_rate", "supplied_by", "part_grade", "is_safety_critical",
    )  # fmt: skip
    return InvoiceLine(
        **{name: getattr(original, name) for name in copied},
        quantity=-quantity,
        approved_quantity=Decimal(0),
        approved_gross=Decimal(0),
        net=-amount.net,
        tax=-amount.tax,
        gross=-amount.gross,
    )
