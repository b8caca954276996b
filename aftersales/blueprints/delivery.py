"""Preparation and pickup: explain, pay, sign, hand over."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.billing import CreditForm, IssueForm, PaymentForm
from aftersales.db import transaction
from aftersales.domain.billing import operations as billing_operations
from aftersales.domain.billing import payments
from aftersales.domain.billing import queries as billing
from aftersales.domain.billing.models import InvoiceKind
from aftersales.domain.delivery import operations, queries
from aftersales.domain.delivery.models import Preparation, TakeOver
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents import queries as document_queries
from aftersales.domain.documents import signatures
from aftersales.domain.errors import DomainError, Invalid, NotFound, NotPermitted
from aftersales.domain.service_orders import queries as service_orders
from aftersales.domain.service_orders.models import Authorisation, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.service_orders.rules import job_standing
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites import queries as sites
from aftersales.i18n import gettext, speaking
from aftersales.money import ZERO
from aftersales.web import delivery_documents, htmx, media, session
from aftersales.web.access import needs
from aftersales.web.billing_documents import make_document
from aftersales.web.documents import render_and_store
from aftersales.web.errors import status_of

blueprint = Blueprint("delivery", __name__, url_prefix="/orders/<int:order_id>")

Ticks = tuple[dict[Any, bool], dict[Any, str]]


# --- preparation ---


@blueprint.get("/preparation")
@needs("delivery.prepare")
def preparation(order_id: int) -> str:
    order = _get(order_id)
    items = queries.list_preparation(order_id)
    return render_template("delivery/preparation.html", order=order, items=items, error=None)


@blueprint.post("/preparation/<kind>")
@needs("delivery.prepare")
def tick(order_id: int, kind: str) -> Response:
    _get(order_id)
    try:
        with transaction():
            operations.tick(
                order_id,
                _preparation(kind),
                is_done=request.form.get("done") == "1",
                only_started=request.form.get("started") == "1",
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _refused_preparation(order_id, error)
    if not htmx.is_partial():
        return htmx.redirect(url_for(".preparation", order_id=order_id))
    return htmx.respond(
        "delivery/preparation.html",
        "delivery/_preparation.html",
        order=_get(order_id),
        items=queries.list_preparation(order_id),
        error=None,
    )


def _preparation(kind: str) -> Preparation:
    if kind not in set(Preparation):
        raise NotFound(gettext("This point is not on the car's list."))
    return Preparation(kind)


@blueprint.post("/preparation")
@needs("delivery.prepare")
def finish_preparation(order_id: int) -> Response:
    _get(order_id)
    try:
        with transaction():
            operations.finish_preparation(order_id, actor=session.actor(), now=clock.now())
    except DomainError as error:
        return _refused_preparation(order_id, error)
    return htmx.redirect(url_for("orders.page", order_id=order_id))


def _refused_preparation(order_id: int, error: DomainError) -> Response:
    if isinstance(error, NotFound | NotPermitted):
        raise error
    return htmx.respond(
        "delivery/preparation.html",
        "delivery/_preparation.html",
        status=status_of(error),
        order=_get(order_id),
        items=queries.list_preparation(order_id),
        error=error,
    )


# --- pickup ---


@blueprint.get("/pickup")
@needs("invoices.read")
def pickup(order_id: int) -> str:
    return _pickup(_get(order_id))


@blueprint.post("/explanation")
@needs("delivery.hand_over")
def explain(order_id: int) -> Response | tuple[str, int]:
    order = _get(order_id)
    ticks, notes = _ticks(TakeOver)
    try:
        with transaction():
            actor, now = session.actor(), clock.now()
            operations.take_over(order_id, ticks=ticks, notes=notes, actor=actor, now=now)
            operations.explain(order_id, actor=actor, now=now)
    except DomainError as error:
        return _pickup(order, error=error), status_of(error)
    return _on(order_id)


@blueprint.post("/invoice")
@needs("invoices.issue")
def issue(order_id: int) -> Response | tuple[str, int]:
    """Issue the customer's invoice, then make its PDF; both can be repeated without harm."""
    order, form = _get(order_id), IssueForm()
    if not form.validate():
        return _pickup(order, error=Invalid(gettext("Look at the sum first, then issue the invoice."))), 422
    try:
        with transaction():
            invoice = billing_operations.issue(
                order_id,
                shown_gross=form.shown_gross.data,
                submission_id=form.submission_id.data or "",
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _pickup(_get(order_id), error=error), status_of(error)
    make_document(invoice.id, site_id=order.site_id)
    return _on(order_id)


@blueprint.post("/credit")
@needs("credit.allow")
def allow_credit(order_id: int) -> Response | tuple[str, int]:
    order, form = _get(order_id), CreditForm()
    if not form.validate():
        return _pickup(order, allowance=form), 422
    try:
        with transaction():
            payments.allow_credit(
                order_id, reason=form.reason.data or "", actor=session.actor(), now=clock.now()
            )
    except DomainError as error:
        return _pickup(_get(order_id), error=error, allowance=form), status_of(error)
    return _on(order_id)


@blueprint.post("/delivery-note")
@needs("delivery.hand_over")
def sign(order_id: int) -> Response | tuple[str, int]:
    """The customer signs: the note is rendered with what was ticked, signed by its digest, and a signed copy made."""
    order, now = _get(order_id), clock.now()
    if order.delivery_signed_at is not None:
        return _on(order_id)
    site = sites.get_site(order.site_id)
    ticks, notes = _ticks(operations.list_handed_over(order_id))
    content: dict[str, Any] = {
        "photos": queries.list_work_photos(order_id),
        "ticks": ticks,
        "notes": notes,
        "belongings": queries.list_belongings(order_id),
        "papers": queries.list_papers(order_id),
        "at": now,
    }
    jobs, language = service_orders.list_jobs(order_id), order.customer.language
    try:
        evidence = media.receive_signature(language=language)
        with speaking(language, site.timezone):
            note = render_and_store(
                delivery_documents.delivery_note(order, site, jobs, **content), language=language
            )
            consent = delivery_documents.consent()
        with transaction():
            if operations.awaits_signature(order_id):
                actor = session.actor()
                document = documents.record(note, site_id=site.id, service_order_id=order_id, now=now)
                signature = signatures.sign(
                    document, evidence, purpose="delivery", service_order_id=order_id, consent_text=consent,
                    totals={}, actor=actor, now=now,
                )  # fmt: skip
                operations.sign(order_id, signature, ticks=ticks, notes=notes, actor=actor, now=now)
    except DomainError as error:
        return _pickup(_get(order_id), error=error), status_of(error)
    order = _get(order_id)
    signed = document_queries.find_signature(order_id, "delivery")
    content["at"] = order.delivery_signed_at or now
    with speaking(language, site.timezone):
        copy = render_and_store(
            delivery_documents.delivery_note(
                order, site, service_orders.list_jobs(order_id), signed=signed, **content
            ),
            language=language,
        )
    with transaction():
        documents.record(copy, site_id=site.id, service_order_id=order_id, now=now, is_shared=True)
    return _on(order_id)


@blueprint.post("/hand-over")
@needs("delivery.hand_over")
def hand_over(order_id: int) -> Response | tuple[str, int]:
    """Gate pass and guarantee certificate are made, then the car leaves; a repeat goes on where it stopped."""
    order, now = _get(order_id), clock.now()
    site, language = sites.get_site(order.site_id), order.customer.language
    try:
        with transaction():
            delivery = operations.issue_gate_pass(order_id, actor=session.actor(), now=now)
        order, jobs = _get(order_id), service_orders.list_jobs(order_id)
        with speaking(language, site.timezone):
            papers = [
                render_and_store(paper, language=language)
                for paper in (
                    delivery_documents.gate_pass(
                        order, site, delivery, issued_by=session.person().name, at=now
                    ),
                    delivery_documents.guarantee_certificate(order, site, jobs, at=now),
                )
            ]
        with transaction():
            lock_order(order_id)  # before a paper's row holds the order for its foreign key
            for paper in papers:
                documents.record(paper, site_id=site.id, service_order_id=order_id, now=now, is_shared=True)
            operations.hand_over(
                order_id,
                lateness_reason=request.form.get("lateness_reason", ""),
                actor=session.actor(),
                now=now,
            )
    except DomainError as error:
        order = _get(order_id)
        if order.state is not OrderState.COMPLETED:  # else the car has left: a second tap
            return _pickup(order, error=error), status_of(error)
    return htmx.redirect(url_for("orders.page", order_id=order_id))


def _pickup(
    order: ServiceOrder, *, error: DomainError | None = None, allowance: CreditForm | None = None
) -> str:
    jobs = service_orders.list_jobs(order.id)
    invoices = billing.list_of_order(order.id)
    invoice = next((one for one in reversed(invoices) if one.kind is InvoiceKind.INVOICE), None)
    delivery = queries.find_delivery(order.id)
    to_pay = invoice.outstanding - billing.credited(invoice.id) if invoice else ZERO
    return render_template(
        "delivery/pickup.html",
        order=order,
        step=_step(order, delivery is not None and delivery.explained_at is not None),
        work=[job for job in jobs if job_standing(job) is Authorisation.AUTHORISED],
        still_open=[job for job in jobs if job_standing(job) is Authorisation.DECLINED],
        photos=queries.list_work_photos(order.id),
        draft=billing.draft(order) if invoice is None else None,
        invoice=billing.get_invoice(invoice.id, site_id=order.site_id) if invoice else None,
        to_pay=to_pay,
        payment=PaymentForm(formdata=None, amount=max(to_pay, ZERO)),
        allowance=allowance or CreditForm(formdata=None),
        issue_url=url_for(".issue", order_id=order.id),
        credit_url=url_for(".allow_credit", order_id=order.id),
        delivery=delivery,
        taken_over=queries.list_taken_over(delivery.id) if delivery else [],
        take_over=list(TakeOver),
        handed_over=operations.list_handed_over(order.id),
        belongings=queries.list_belongings(order.id),
        papers=queries.list_papers(order.id),
        collector=queries.find_collector(order.id),
        given=request.form,
        consent=delivery_documents.consent(),
        is_late=bool(order.promised_at and order.ready_at and order.ready_at > order.promised_at),
        error=error,
    )


def _step(order: ServiceOrder, is_explained: bool) -> int:
    """Where the pickup stands: 0 explain, 1 pay, 2 sign, 3 hand over, 4 done."""
    if order.state is OrderState.COMPLETED:
        return 4
    if not is_explained:
        return 0
    if order.invoiced_at is None or not (order.settled_at or order.credit_allowed_at):
        return 1
    return 3 if order.delivery_signed_at else 2


def _ticks(kinds: Iterable[StrEnum]) -> Ticks:
    """Ticks and notes of a form whose boxes are named by kind; what is not ticked comes as such."""
    ticks = {kind: request.form.get(kind.value) == "1" for kind in kinds}
    return ticks, {kind: request.form.get(f"{kind.value}-note", "") for kind in ticks}


def _get(order_id: int) -> ServiceOrder:
    return service_orders.get_order(order_id, site_id=session.person().site_id)


def _on(order_id: int) -> Response:
    return htmx.redirect(url_for("delivery.pickup", order_id=order_id))
