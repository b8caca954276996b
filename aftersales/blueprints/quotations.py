"""Quotations for staff: looking at what would be asked, sending it, its versions, the customer's links."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.quotations import SendForm, WithdrawForm
from aftersales.db import transaction
from aftersales.domain.attachments import queries as attachments
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.errors import DomainError, Stale
from aftersales.domain.links import operations as links
from aftersales.domain.links import queries as link_queries
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.messaging import queries as outbox
from aftersales.domain.messaging.purposes import PURPOSES
from aftersales.domain.quotations import deferred, operations, other_payers, queries, rules
from aftersales.domain.quotations.drafts import draft, items_digest, unknown_arrivals
from aftersales.domain.quotations.models import EstimateWay, Quotation
from aftersales.domain.service_orders import operations as order_operations
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import Authorisation, PayType, ServiceOrder
from aftersales.domain.sites import queries as sites
from aftersales.i18n import gettext
from aftersales.web import documents, htmx, quotation_documents, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("quotations", __name__, url_prefix="/orders/<int:order_id>")


# --- the next version ---


@blueprint.get("/quotation")
@needs("quotations.read")
def builder(order_id: int) -> str:
    order = _get(order_id)
    promised = clock.local(order.promised_at, session.person().timezone) if order.promised_at else None
    return _builder(order, SendForm(promised_at=promised))


@blueprint.post("/quotation")
@needs("quotations.send")
def send(order_id: int) -> Response | tuple[str, int]:
    """The PDF is made from the draft and stored first; the operation then checks that the draft still holds."""
    order, form, now = _get(order_id), SendForm(), clock.now()
    if not form.validate():
        return _builder(order, form), 422
    values: dict[str, Any] = {
        "promised_at": clock.from_local(form.promised_at.data, session.person().timezone),
        "note": form.note.data or "",
        "estimate_way": EstimateWay(form.estimate_way.data),
    }
    stored: StoredDocument | None = None
    try:
        made = draft(order, now=now, **values)
        if form.seen.data != items_digest(made):
            raise Stale(
                gettext("The work or a price has changed meanwhile. Look at the quote again, then send it.")
            )
        stored = _render(made, order)
        with transaction():
            quotation = operations.send(
                order_id,
                site_id=session.person().site_id,
                document=stored,
                expected_digest=made.digest,
                asks_again=form.asks_again.data,
                actor=session.actor(),
                now=now,
                **values,
            )
    except DomainError as error:
        if stored:
            documents.discard(stored)
        form.refuse(error)
        return _builder(_get(order_id), form), status_of(error)
    return htmx.redirect(url_for(".version", order_id=order_id, version_no=quotation.version_no))


@blueprint.post("/quotation/parts-question")
@needs("quotations.write")
def ask_parts_desk(order_id: int) -> Response:
    with transaction():
        operations.ask_parts_desk(
            order_id, site_id=session.person().site_id, actor=session.actor(), now=clock.now()
        )
    return htmx.redirect(url_for(".builder", order_id=order_id))


@blueprint.post("/quotation/other-payers")
@needs("quotations.authorise_other_payers")
def authorise_other_payers(order_id: int) -> Response | tuple[str, int]:
    try:
        with transaction():
            other_payers.authorise(
                order_id,
                site_id=session.person().site_id,
                job_ids=request.form.getlist("job_id", type=int),
                reason=request.form.get("reason", ""),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form = SendForm(formdata=None)
        form.refuse(error)
        return _builder(_get(order_id), form), status_of(error)
    return htmx.redirect(url_for(".builder", order_id=order_id))


@blueprint.post("/put-off-work/<int:deferred_id>/proposal")
@needs("orders.edit")
def take_up(order_id: int, deferred_id: int) -> Response:
    """Propose again what the customer put off on an earlier visit."""
    with transaction():
        deferred.take_up(
            deferred_id, order_id, site_id=session.person().site_id, actor=session.actor(), now=clock.now()
        )
    return htmx.redirect(url_for(".builder", order_id=order_id))


def _render(made: Quotation, order: ServiceOrder) -> StoredDocument:
    waiting = queries.find_waiting(order.id)
    return quotation_documents.render_asked(
        made,
        order,
        sites.get_site(order.site_id),
        photos={photo.id: photo for photo in attachments.list_of_order(order.id)},
        changes=rules.changes(waiting.jobs, made.jobs) if waiting else [],
        at=made.sent_at,
    )


def _builder(order: ServiceOrder, form: SendForm) -> str:
    now = clock.now()
    made = draft(order, promised_at=order.promised_at or now, now=now)
    form.seen.data = items_digest(made)
    waiting = queries.find_waiting(order.id)
    return render_template(
        "quotations/builder.html",
        order=order,
        form=form,
        quotation=made,
        unknown=unknown_arrivals(made),
        waiting=waiting,
        changes=rules.changes(waiting.jobs, made.jobs) if waiting else [],
        other_payers=_other_payers(order.id),
        deferred=[one for one in queries.list_deferred(order.vehicle_id) if one.service_order_id != order.id],
        unpriced=[job for job in orders.list_jobs(order.id) if not job.lines],
        versions=queries.list_versions(order.id),
        line_remark=quotation_documents.line_remark,
        change_text=quotation_documents.change_text,
    )


def _other_payers(order_id: int) -> list[Any]:
    """Jobs with lines that somebody else than the customer pays and has not authorised yet."""
    return [
        job
        for job in orders.list_jobs(order_id)
        if any(
            line.pay_type is not PayType.CUSTOMER and line.authorisation is not Authorisation.AUTHORISED
            for line in job.lines
        )
    ]


# --- a version ---


@blueprint.get("/quotations/<int:version_no>")
@needs("quotations.read")
def version(order_id: int, version_no: int) -> str:
    return _version(_get(order_id), _find(order_id, version_no), WithdrawForm())


@blueprint.post("/quotations/<int:version_no>/withdrawal")
@needs("quotations.write")
def withdraw(order_id: int, version_no: int) -> Response | tuple[str, int]:
    order, quotation, form = _get(order_id), _find(order_id, version_no), WithdrawForm()
    if not form.validate():
        return _version(order, quotation, form), 422
    try:
        with transaction():
            operations.withdraw(
                quotation.id,
                site_id=session.person().site_id,
                reason=form.reason.data,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _version(_get(order_id), _find(order_id, version_no), form), status_of(error)
    return htmx.redirect(url_for(".builder", order_id=order_id))


def _version(order: ServiceOrder, quotation: Quotation, form: WithdrawForm) -> str:
    link = link_queries.find_quotation_link(quotation.id)
    return render_template(
        "quotations/version.html",
        order=order,
        quotation=quotation,
        form=form,
        link=link,
        changes=queries.changes_since_previous(quotation),
        previous=queries.find_previous(quotation),
        versions=queries.list_versions(order.id),
        messages=outbox.list_of_link(link.id) if link else [],
        purposes=PURPOSES,
        line_remark=quotation_documents.line_remark,
        change_text=quotation_documents.change_text,
        delay=quotation_documents.delay_text(quotation),
    )


# --- links ---


@blueprint.post("/links")
@needs("quotations.send")
def send_new_link(order_id: int) -> Response:
    """Send the customer a fresh link to the order; the old ones say that they were replaced."""
    now = clock.now()
    with transaction():
        order = order_operations.lock_order(order_id, site_id=session.person().site_id)
        link = links.renew_order_link(site_id=order.site_id, service_order_id=order.id, now=now)
        messaging.queue("new_link", order=order, link=link, dedupe_key=f"link:{link.id}", now=now)
    return htmx.redirect(url_for("orders.page", order_id=order_id))


@blueprint.post("/links/revocation")
@needs("quotations.send")
def revoke_links(order_id: int) -> Response:
    """Take every link of the order back at once, for example after it went to a wrong number."""
    with transaction():
        order = order_operations.lock_order(order_id, site_id=session.person().site_id)
        links.revoke_all(order.id, now=clock.now())
    return htmx.redirect(url_for("orders.page", order_id=order_id))


# --- what the views share ---


def _get(order_id: int) -> ServiceOrder:
    return orders.get_order(order_id, site_id=session.person().site_id)


def _find(order_id: int, version_no: int) -> Quotation:
    return queries.get_version(order_id, version_no, site_id=session.person().site_id)
