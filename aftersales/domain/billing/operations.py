"""Issuing invoices: what is billed to one payer becomes a numbered record that stays as it is."""

from datetime import datetime, timedelta
from decimal import Decimal

from aftersales.clock import local, local_date
from aftersales.db import add, db
from aftersales.domain import audit, numbering, submissions
from aftersales.domain.actors import Actor
from aftersales.domain.billing import queries
from aftersales.domain.billing.models import (
    Invoice,
    InvoiceKind,
    InvoiceLine,
    InvoiceTax,
)
from aftersales.domain.customers.models import Customer
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, PayType, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.service_orders.states import MOVES, OrderState
from aftersales.domain.sites import queries as sites
from aftersales.domain.sites.models import Site
from aftersales.i18n import N_, gettext, label
from aftersales.money import TaxSum, total

_BILLABLE = (OrderState.PREPARING, OrderState.READY_FOR_PICKUP)


def issue(
    order_id: int,
    *,
    shown_gross: Decimal | None,
    actor: Actor,
    now: datetime,
    pay_type: PayType = PayType.CUSTOMER,
    payer_id: int | None = None,
    only_fee: bool = False,
    submission_id: str = "",
) -> Invoice:
    """Issue the invoice of one payer, with the next number of the site's year (PAY-1, STEP-16).

    ``shown_gross`` is the sum the cashier saw: if parts came or went meanwhile, nothing is issued and the sentence
    says so. An order whose customer owes nothing (all warranty or internal) gets an invoice over 0.00, so that the
    hand-over has its paper and the rule "invoice issued" needs no exception. With ``only_fee`` the visit ends without a
    repair and its agreed fee alone is billed (CHK-12). The same ``submission_id`` issues once.
    """
    actor.need("invoices.issue")
    order = lock_order(order_id)
    if known := submissions.earlier(submission_id, now=now):
        return db.session.get_one(Invoice, known)
    if only_fee:
        _expect_fee(order)
    elif order.state not in _BILLABLE:
        raise Refused(
            gettext("The invoice is issued after the final inspection. The work is not finished yet.")
        )
    if any(one.pay_type is pay_type and _stands(one) for one in queries.list_of_order(order_id)):
        raise Refused(gettext("This order is invoiced already. Correct the invoice with a credit note."))
    site = sites.get_site(order.site_id)
    draft = queries.draft(order, pay_type, only_fee=only_fee)
    if shown_gross is not None and draft.amount.gross != shown_gross:
        raise Refused(
            gettext("The sum changed while you were looking at it. Check the new sum, then issue again.")
        )
    payer = _payer(order, pay_type, payer_id)
    invoice = record(
        order,
        site,
        InvoiceKind.INVOICE,
        payer,
        pay_type,
        lines=[
            InvoiceLine(
                line_id=one.line.id,
                job_position=one.job.position,
                job_title=one.job.title,
                kind=one.line.kind,
                description=one.line.description,
                article_number=one.line.article_number,
                quantity=one.quantity,
                approved_quantity=one.line.quantity,
                unit_price=one.line.unit_price,
                discount=one.line.discount,
                tax_rate=one.line.tax_rate,
                net=one.amount.net,
                tax=one.amount.tax,
                gross=one.amount.gross,
                approved_gross=one.line.gross,
                supplied_by=one.line.supplied_by,
                part_grade=one.line.part_grade,
                is_safety_critical=one.line.is_safety_critical,
            )
            for one in draft.lines
        ],
        sums=draft.sums,
        actor=actor,
        now=now,
    )
    if pay_type is PayType.CUSTOMER:
        order.invoiced_at = now
        if invoice.outstanding == 0:
            invoice.settled_at = order.settled_at = now
    timeline.note(
        order,
        EventKind.DOCUMENT,
        N_("Invoice %(number)s issued"),
        actor=actor,
        now=now,
        number=invoice.number,
    )
    submissions.keep(submission_id, invoice)
    return invoice


def record(
    order: ServiceOrder,
    site: Site,
    kind: InvoiceKind,
    payer: Customer,
    pay_type: PayType,
    *,
    lines: list[InvoiceLine],
    sums: list[TaxSum],
    actor: Actor,
    now: datetime,
    corrects: Invoice | None = None,
    reason: str = "",
) -> Invoice:
    """Give an invoice or credit note its number and put it on record with lines and taxes."""
    amount, here = total(sums), local(now, site.timezone)
    running = numbering.next_number(site.id, kind, here.year)
    letter = "" if kind is InvoiceKind.INVOICE else "C"
    invoice = add(
        Invoice(
            site_id=site.id,
            service_order_id=order.id,
            kind=kind,
            number=f"{site.code}{letter}/{here.year}/{running:04d}",
            corrects_id=corrects.id if corrects else None,
            reason=reason,
            pay_type=pay_type,
            payer_id=payer.id,
            payer_name=payer.name,
            payer_address=payer.address,
            payer_tax_id=payer.tax_id,
            currency=site.currency,
            includes_tax=site.prices_include_tax,
            net=amount.net,
            tax=amount.tax,
            gross=amount.gross,
            issued_at=now,
            issued_by_name=actor.name,
            supplied_on=local_date(order.ready_at or now, site.timezone),
            due_on=here.date() + timedelta(days=site.setting("invoice.due_days") if payer.has_credit else 0),
        )
    )
    for position, line in enumerate(lines, 1):
        line.invoice_id, line.position = invoice.id, position
        db.session.add(line)
    for part in sums:
        db.session.add(
            InvoiceTax(
                invoice_id=invoice.id,
                rate=part.rate,
                net=part.amount.net,
                tax=part.amount.tax,
                gross=part.amount.gross,
            )
        )
    db.session.flush()
    audit.record(
        f"invoices.{kind}",
        invoice,
        actor=actor,
        now=now,
        site_id=site.id,
        details={"number": invoice.number, "gross": str(invoice.gross), "reason": reason},
    )
    return invoice


def _expect_fee(order: ServiceOrder) -> None:
    """Refuse the invoice of a fee that nobody agreed to, or of a visit that cannot end without a repair now."""
    if order.state not in MOVES["close_without_repair"].sources:
        raise Refused(
            gettext("This cannot be done now: the order is in state “%(state)s”.", state=label(order.state))
        )
    if not order.agreed_fee:
        raise Refused(gettext("No fee was agreed. Nothing is to be invoiced."))


def _stands(invoice: Invoice) -> bool:
    """Whether an invoice still bills anything: one that was credited in full may be issued anew."""
    return invoice.kind is InvoiceKind.INVOICE and (
        invoice.gross == 0 or queries.credited(invoice.id) != invoice.gross
    )


def _payer(order: ServiceOrder, pay_type: PayType, payer_id: int | None) -> Customer:
    if pay_type in (PayType.INTERNAL, PayType.GOODWILL):
        raise Refused(gettext("The workshop itself pays for this work. There is nobody to invoice."))
    if payer_id is None and pay_type is not PayType.CUSTOMER:
        raise Invalid(gettext("Choose who pays: the insurer or the manufacturer."), field="payer_id")
    payer = db.session.get(Customer, payer_id or order.customer_id)
    if payer is None:
        raise NotFound(gettext("There is no such customer."))
    return payer
