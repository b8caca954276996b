"""A visit that ends without a repair: the reason, the agreed fee, and the car goes back (CHK-12)."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from aftersales import clock
from aftersales.blueprints.forms.base import Form
from aftersales.blueprints.forms.billing import CreditForm, IssueForm, PaymentForm
from aftersales.db import transaction
from aftersales.domain.billing import operations as billing_operations
from aftersales.domain.billing import payments
from aftersales.domain.billing import queries as billing
from aftersales.domain.billing.models import InvoiceKind
from aftersales.domain.delivery import queries, short_visits
from aftersales.domain.delivery.models import FeeDecision, HandedOver, ShortVisit
from aftersales.domain.documents import operations as documents
from aftersales.domain.errors import DomainError, Invalid
from aftersales.domain.service_orders import queries as service_orders
from aftersales.domain.service_orders.guards import FEE_SETTLED
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites import queries as sites
from aftersales.i18n import gettext, label, speaking
from aftersales.i18n import lazy_gettext as _l
from aftersales.money import ZERO
from aftersales.web import delivery_documents, htmx, session
from aftersales.web.access import needs
from aftersales.web.billing_documents import make_document
from aftersales.web.documents import render_and_store
from aftersales.web.errors import status_of

blueprint = Blueprint("short_visits", __name__, url_prefix="/orders/<int:order_id>/short-visit")


class DecisionForm(Form):
    reason = TextAreaField(_l("Why the visit ends"), [DataRequired(_l("Give a reason.")), Length(max=500)])
    fee = RadioField(_l("The agreed fee"), default=FeeDecision.CHARGED.value)
    waiver_reason = StringField(_l("Why the fee is waived"), [Length(max=200)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fee.choices = [(one.value, label(one)) for one in (FeeDecision.CHARGED, FeeDecision.WAIVED)]


@blueprint.get("")
@needs("orders.close_without_repair")
def page(order_id: int) -> str:
    return _page(_get(order_id))


@blueprint.post("/decision")
@needs("orders.close_without_repair")
def decide(order_id: int) -> Response | tuple[str, int]:
    order, form = _get(order_id), DecisionForm()
    if not order.agreed_fee:
        form.fee.data = form.fee.default  # nothing was agreed: the page has no choice to make
    if not form.validate():
        return _page(order, decision=form), 422
    try:
        with transaction():
            short_visits.decide(
                order_id,
                reason=form.reason.data or "",
                waives_fee=form.fee.data == FeeDecision.WAIVED,
                waiver_reason=form.waiver_reason.data or "",
                site_id=order.site_id,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(_get(order_id), decision=form), status_of(error)
    return _on(order_id)


@blueprint.post("/invoice")
@needs("invoices.issue")
def issue(order_id: int) -> Response | tuple[str, int]:
    """Issue the invoice of the fee, then make its PDF; both can be repeated without harm."""
    order, form = _get(order_id), IssueForm()
    if not form.validate():
        return _page(order, error=Invalid(gettext("Look at the sum first, then issue the invoice."))), 422
    try:
        with transaction():
            invoice = billing_operations.issue(
                order_id,
                shown_gross=form.shown_gross.data,
                only_fee=True,
                submission_id=form.submission_id.data or "",
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _page(_get(order_id), error=error), status_of(error)
    make_document(invoice.id, site_id=order.site_id)
    return _on(order_id)


@blueprint.post("/credit")
@needs("credit.allow")
def allow_credit(order_id: int) -> Response | tuple[str, int]:
    order, form = _get(order_id), CreditForm()
    if not form.validate():
        return _page(order, allowance=form), 422
    try:
        with transaction():
            payments.allow_credit(
                order_id, reason=form.reason.data or "", actor=session.actor(), now=clock.now()
            )
    except DomainError as error:
        return _page(_get(order_id), error=error, allowance=form), status_of(error)
    return _on(order_id)


@blueprint.post("/closing")
@needs("orders.close_without_repair")
def close(order_id: int) -> Response | tuple[str, int]:
    """The gate pass is made, then the order is closed and the car leaves; a repeat goes on where it stopped."""
    order, now = _get(order_id), clock.now()
    site, language = sites.get_site(order.site_id), order.customer.language
    kinds = short_visits.list_handed_over(order)
    try:
        with transaction():
            delivery = short_visits.issue_gate_pass(
                order_id, site_id=order.site_id, actor=session.actor(), now=now
            )
        with speaking(language, site.timezone):
            paper = delivery_documents.gate_pass(
                _get(order_id), site, delivery, issued_by=session.person().name, at=now
            )
            stored = render_and_store(paper, language=language)
        with transaction():
            lock_order(order_id)  # before the paper's row holds the order for its foreign key
            documents.record(stored, site_id=site.id, service_order_id=order_id, now=now, is_shared=True)
            short_visits.close(
                order_id,
                ticks={kind: request.form.get(kind.value) == "1" for kind in kinds},
                notes={kind: request.form.get(f"{kind.value}-note", "") for kind in kinds},
                site_id=order.site_id,
                actor=session.actor(),
                now=now,
            )
    except DomainError as error:
        order = _get(order_id)
        if order.state is not OrderState.CLOSED_WITHOUT_REPAIR:  # else the car has left: a second tap
            return _page(order, error=error), status_of(error)
    return htmx.redirect(url_for("orders.page", order_id=order_id))


def _page(
    order: ServiceOrder,
    *,
    error: DomainError | None = None,
    decision: DecisionForm | None = None,
    allowance: CreditForm | None = None,
) -> str:
    visit = queries.find_short_visit(order.id)
    invoices = billing.list_of_order(order.id)
    invoice = next((one for one in reversed(invoices) if one.kind is InvoiceKind.INVOICE), None)
    to_pay = invoice.outstanding - billing.credited(invoice.id) if invoice else ZERO
    step = _step(order, visit)
    return render_template(
        "short_visits/page.html",
        order=order,
        visit=visit,
        step=step,
        obstacles=short_visits.list_obstacles(order, session.actor()) if not order.is_closed else [],
        decision=decision or DecisionForm(formdata=None, **_decided(visit)),
        draft=billing.draft(order, only_fee=True) if invoice is None else None,
        invoice=billing.get_invoice(invoice.id, site_id=order.site_id) if invoice else None,
        to_pay=to_pay,
        payment=PaymentForm(formdata=None, amount=max(to_pay, ZERO)),
        allowance=allowance or CreditForm(formdata=None),
        issue_url=url_for(".issue", order_id=order.id),
        credit_url=url_for(".allow_credit", order_id=order.id),
        handed_over=short_visits.list_handed_over(order) if step == 2 else list[HandedOver](),
        belongings=queries.list_belongings(order.id) if step == 2 else [],
        given=request.form,
        error=error,
    )


def _decided(visit: ShortVisit | None) -> dict[str, Any]:
    if visit is None:
        return {}
    return {"reason": visit.reason, "fee": visit.fee.value, "waiver_reason": visit.waiver_reason}


def _step(order: ServiceOrder, visit: ShortVisit | None) -> int:
    """Where the visit stands: 0 decide, 1 pay the fee, 2 give back and close, 3 closed."""
    if order.is_closed:
        return 3
    if visit is None:
        return 0
    return 2 if FEE_SETTLED.holds(order, session.actor()) else 1


def _get(order_id: int) -> ServiceOrder:
    return service_orders.get_order(order_id, site_id=session.person().site_id)


def _on(order_id: int) -> Response:
    return htmx.redirect(url_for(".page", order_id=order_id))
