"""Invoices: issued at pickup, paid, corrected; what is still to be paid."""

from datetime import date
from decimal import Decimal, InvalidOperation

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.billing import PaymentForm
from aftersales.blueprints.forms.orders import ReasonForm
from aftersales.db import transaction
from aftersales.domain.billing import operations as billing
from aftersales.domain.billing import queries
from aftersales.domain.billing.models import Invoice, InvoiceKind, PaymentMethod
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents import queries as document_queries
from aftersales.domain.documents.models import DocumentKind
from aftersales.domain.errors import DomainError, Invalid
from aftersales.domain.service_orders import queries as service_orders
from aftersales.domain.sites import queries as sites
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.billing_documents import invoice_data
from aftersales.web.documents import render_and_store
from aftersales.web.errors import status_of

blueprint = Blueprint("invoices", __name__)


@blueprint.get("/invoices")
@needs("invoices.read")
def index() -> str:
    rows, more = queries.list_receivables(session.person().site_id, request.args.get("before", type=int))
    return render_template("invoices/index.html", invoices=rows, more=more, today=_today())


@blueprint.get("/invoices/<int:invoice_id>")
@needs("invoices.read")
def page(invoice_id: int) -> str:
    return _page(_get(invoice_id), _payment_form(_get(invoice_id)), ReasonForm())


@blueprint.post("/orders/<int:order_id>/invoice")
@needs("invoices.issue")
def issue(order_id: int) -> Response:
    """Issue the customer's invoice, then make its PDF; both can be repeated without harm."""
    service_orders.get_order(order_id, site_id=session.person().site_id)
    with transaction():
        invoice = billing.issue(order_id, shown_gross=_shown_sum(), actor=session.actor(), now=clock.now())
    make_document(invoice.id)
    return htmx.redirect(url_for("delivery.pickup", order_id=order_id))


@blueprint.post("/invoices/<int:invoice_id>/document")
@needs("invoices.issue")
def render(invoice_id: int) -> Response:
    make_document(_get(invoice_id).id)
    return htmx.redirect(url_for(".page", invoice_id=invoice_id))


@blueprint.post("/invoices/<int:invoice_id>/payments")
@needs("payments.take")
def pay(invoice_id: int) -> Response | tuple[str, int]:
    invoice, form = _get(invoice_id), PaymentForm()
    if not form.validate():
        return _page(invoice, form, ReasonForm()), 422
    try:
        with transaction():
            billing.take_payment(
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
        return _page(_get(invoice_id), form, ReasonForm()), status_of(error)
    make_document(invoice_id)
    flash(gettext("The payment is booked."))
    return htmx.redirect(_way_back(invoice))


@blueprint.post("/orders/<int:order_id>/credit")
@needs("credit.allow")
def allow_credit(order_id: int) -> Response:
    service_orders.get_order(order_id, site_id=session.person().site_id)
    with transaction():
        billing.allow_credit(
            order_id, reason=request.form.get("reason", ""), actor=session.actor(), now=clock.now()
        )
    return htmx.redirect(url_for("delivery.pickup", order_id=order_id))


@blueprint.post("/invoices/<int:invoice_id>/credit-note")
@needs("invoices.correct")
def credit(invoice_id: int) -> Response | tuple[str, int]:
    invoice, form = _get(invoice_id), ReasonForm()
    if not form.validate():
        return _page(invoice, _payment_form(invoice), form), 422
    try:
        quantities = {line.id: _quantity(f"quantity-{line.id}") for line in invoice.lines}
        with transaction():
            note = billing.credit(
                invoice_id,
                quantities=quantities,
                reason=form.reason.data,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        current = _get(invoice_id)
        return _page(current, _payment_form(current), form), status_of(error)
    make_document(note.id)
    return htmx.redirect(url_for(".page", invoice_id=note.id))


@blueprint.post("/invoices/<int:invoice_id>/repayments")
@needs("invoices.correct")
def pay_back(invoice_id: int) -> Response:
    _get(invoice_id)
    with transaction():
        billing.pay_back(
            invoice_id,
            amount=_quantity("amount"),
            method=PaymentMethod(request.form.get("method", PaymentMethod.TRANSFER)),
            submission_id=request.form.get("submission_id", ""),
            reason=request.form.get("reason", ""),
            actor=session.actor(),
            now=clock.now(),
        )
    return htmx.redirect(url_for(".page", invoice_id=invoice_id))


def make_document(invoice_id: int) -> None:
    """Render the invoice as it stands, with its payments, and put the PDF on record as the next version."""
    invoice = _get(invoice_id)
    order = service_orders.get_order(invoice.service_order_id, site_id=invoice.site_id)
    corrects = _get(invoice.corrects_id) if invoice.corrects_id else None
    site = sites.get_site(invoice.site_id)
    stored = render_and_store(
        invoice_data(invoice, order, site, corrects=corrects), language=order.customer.language
    )
    with transaction():
        documents.record(
            stored,
            site_id=site.id,
            service_order_id=order.id,
            subject_id=invoice_id,
            is_shared=True,
            now=clock.now(),
        )


def _get(invoice_id: int) -> Invoice:
    return queries.get_invoice(invoice_id, site_id=session.person().site_id)


def _page(invoice: Invoice, form: PaymentForm, reason: ReasonForm) -> str:
    order = service_orders.get_order(invoice.service_order_id, site_id=invoice.site_id)
    kind = DocumentKind.INVOICE if invoice.kind is InvoiceKind.INVOICE else DocumentKind.CREDIT_NOTE
    credited = queries.credited(invoice.id)
    return render_template(
        "invoices/page.html",
        invoice=invoice,
        order=order,
        form=form,
        reason=reason,
        credited=credited,
        to_pay=invoice.outstanding - credited,
        document=document_queries.find_latest(order.id, kind, invoice.id),
    )


def _payment_form(invoice: Invoice) -> PaymentForm:
    return PaymentForm(
        formdata=None, amount=max(invoice.outstanding - queries.credited(invoice.id), Decimal(0))
    )


def _way_back(invoice: Invoice) -> str:
    order = service_orders.get_order(invoice.service_order_id, site_id=invoice.site_id)
    if order.is_closed:
        return url_for(".page", invoice_id=invoice.id)
    return url_for("delivery.pickup", order_id=order.id)


def _shown_sum() -> Decimal | None:
    return _quantity("shown_gross") if "shown_gross" in request.form else None


def _quantity(name: str) -> Decimal:
    """A number from a plain form field; empty is 0."""
    text = request.form.get(name, "").strip().replace(",", ".")
    try:
        return Decimal(text or "0")
    except InvalidOperation as error:
        raise Invalid(
            gettext("“%(text)s” is not a number. Enter for example 1.5.", text=text), field=name
        ) from error


def _today() -> date:
    return clock.local_date(clock.now(), session.person().timezone)
