"""Invoices: issued at pickup, paid, corrected; what is still to be paid."""

from datetime import date
from decimal import Decimal

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.base import exact_number
from aftersales.blueprints.forms.billing import CreditNoteForm, PaymentForm, RepaymentForm
from aftersales.db import transaction
from aftersales.domain.billing import credit_notes, payments, queries
from aftersales.domain.billing.models import Invoice, InvoiceKind, PaymentMethod
from aftersales.domain.documents import queries as document_queries
from aftersales.domain.documents.models import DocumentKind
from aftersales.domain.errors import DomainError, Invalid
from aftersales.domain.service_orders import queries as service_orders
from aftersales.domain.service_orders.states import MOVES
from aftersales.i18n import gettext
from aftersales.money import ZERO
from aftersales.web import addresses, htmx, session
from aftersales.web.access import needs
from aftersales.web.billing_documents import make_document
from aftersales.web.errors import status_of

blueprint = Blueprint("invoices", __name__)


@blueprint.get("/invoices")
@needs("invoices.read")
def index() -> str:
    rows, more = queries.list_receivables(session.person().site_id, addresses.asked_id("before"))
    return render_template("invoices/index.html", invoices=rows, more=more, today=_today())


@blueprint.get("/invoices/<int:invoice_id>")
@needs("invoices.read")
def page(invoice_id: int) -> str:
    return _page(_get(invoice_id))


@blueprint.post("/invoices/<int:invoice_id>/document")
@needs("invoices.issue")
def render(invoice_id: int) -> Response:
    make_document(_get(invoice_id).id, site_id=session.person().site_id)
    return htmx.redirect(url_for(".page", invoice_id=invoice_id))


@blueprint.post("/invoices/<int:invoice_id>/payments")
@needs("payments.take")
def pay(invoice_id: int) -> Response | tuple[str, int]:
    invoice, form = _get(invoice_id), PaymentForm()
    if not form.validate():
        return _page(invoice, payment=form), 422
    try:
        with transaction():
            payments.take_payment(
                invoice_id,
                amount=form.amount.data,
                method=PaymentMethod(form.method.data),
                submission_id=form.submission_id.data,
                reference=form.reference.data or "",
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(_get(invoice_id), payment=form), status_of(error)
    make_document(invoice_id, site_id=invoice.site_id)
    flash(gettext("The payment is booked."))
    return htmx.redirect(_way_back(invoice))


@blueprint.post("/invoices/<int:invoice_id>/credit-note")
@needs("invoices.correct")
def credit(invoice_id: int) -> Response | tuple[str, int]:
    invoice, form = _get(invoice_id), CreditNoteForm()
    if not form.validate():
        return _page(invoice, reason=form), 422
    try:
        quantities = _quantities(invoice)
        with transaction():
            note = credit_notes.credit(
                invoice_id,
                quantities=quantities,
                reason=form.reason.data,
                submission_id=form.submission_id.data or "",
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(_get(invoice_id), reason=form), status_of(error)
    make_document(note.id, site_id=invoice.site_id)
    return htmx.redirect(url_for(".page", invoice_id=note.id))


@blueprint.post("/invoices/<int:invoice_id>/repayments")
@needs("invoices.correct")
def pay_back(invoice_id: int) -> Response | tuple[str, int]:
    invoice, form = _get(invoice_id), RepaymentForm()
    if not form.validate():
        return _page(invoice, repayment=form), 422
    try:
        with transaction():
            payments.pay_back(
                invoice_id,
                amount=form.amount.data,
                method=PaymentMethod(form.method.data),
                submission_id=form.submission_id.data,
                reason=form.reason.data,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(_get(invoice_id), repayment=form), status_of(error)
    make_document(invoice_id, site_id=invoice.site_id)
    return htmx.redirect(url_for(".page", invoice_id=invoice_id))


def _get(invoice_id: int) -> Invoice:
    return queries.get_invoice(invoice_id, site_id=session.person().site_id)


def _page(
    invoice: Invoice,
    *,
    payment: PaymentForm | None = None,
    repayment: RepaymentForm | None = None,
    reason: CreditNoteForm | None = None,
) -> str:
    order = service_orders.get_order(invoice.service_order_id, site_id=invoice.site_id)
    kind = DocumentKind.INVOICE if invoice.kind is InvoiceKind.INVOICE else DocumentKind.CREDIT_NOTE
    credited = queries.credited(invoice.id)
    to_pay = invoice.outstanding - credited
    return render_template(
        "invoices/page.html",
        invoice=invoice,
        order=order,
        form=payment or PaymentForm(formdata=None, amount=max(to_pay, ZERO)),
        repayment=repayment or RepaymentForm(formdata=None, amount=max(-to_pay, ZERO)),
        reason=reason or CreditNoteForm(formdata=None),
        given=request.form,
        credited=credited,
        to_pay=to_pay,
        document=document_queries.find_latest(order.id, kind, invoice.id),
    )


def _way_back(invoice: Invoice) -> str:
    order = service_orders.get_order(invoice.service_order_id, site_id=invoice.site_id)
    if order.is_closed:
        return url_for(".page", invoice_id=invoice.id)
    if order.state in MOVES["close_without_repair"].sources:
        return url_for("short_visits.page", order_id=order.id)
    return url_for("delivery.pickup", order_id=order.id)


def _quantities(invoice: Invoice) -> dict[int, Decimal]:
    """What is to be credited of each line; an empty field is nothing."""
    found = {}
    for line in invoice.lines:
        text = request.form.get(f"quantity-{line.id}", "").strip()
        try:
            found[line.id] = exact_number(text, scale=3) if text else Decimal(0)
        except ValueError as error:
            raise Invalid(f"{line.description}: {error}") from error
    return found


def _today() -> date:
    return clock.local_date(clock.now(), session.person().timezone)
