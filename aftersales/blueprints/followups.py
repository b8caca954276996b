"""Calls to customers: those that wait, those that were made, and logging one."""

import secrets

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.followups import CallForm
from aftersales.db import transaction
from aftersales.domain.errors import DomainError
from aftersales.domain.followups import operations, queries, rules
from aftersales.domain.service_orders import queries as service_orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("followups", __name__)


@blueprint.get("/follow-ups")
@needs("followups.read")
def index() -> Response:
    site_id = session.person().site_id
    calls, more = queries.list_last_calls(site_id, before=request.args.get("before", type=int))
    due = queries.list_due_calls(site_id)
    return htmx.respond(
        "followups/index.html", "followups/_calls.html", due=due, calls=calls, more=more, at=clock.now()
    )


@blueprint.get("/orders/<int:order_id>/calls")
@needs("followups.read")
def calls(order_id: int) -> str:
    return _page(_get(order_id), CallForm())


@blueprint.post("/orders/<int:order_id>/calls")
@needs("followups.write")
def log(order_id: int) -> Response | tuple[str, int]:
    order, form = _get(order_id), CallForm()
    if not form.validate():
        return _page(order, form), 422
    person = session.person()
    try:
        with transaction():
            operations.log_call(
                order_id,
                site_id=person.site_id,
                was_reached=bool(form.answer("was_reached")),
                said=form.said.data or "",
                promised=form.promised.data or "",
                is_content=form.answer("is_content"),
                next_call_at=clock.from_local(form.next_call_at.data, person.timezone)
                if form.next_call_at.data
                else None,
                submission_id=form.submission_id.data or secrets.token_hex(16),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(_get(order_id), form), status_of(error)
    flash(gettext("The call is logged."))
    return htmx.redirect(url_for(".index"))


def _get(order_id: int) -> ServiceOrder:
    return service_orders.get_order(order_id, site_id=session.person().site_id)


def _page(order: ServiceOrder, form: CallForm) -> str:
    person = session.person()
    window = None
    if order.closed_at:
        window = rules.call_window(
            order.closed_at,
            first_hours=person.setting("followup.first_hours"),
            latest_hours=person.setting("followup.latest_hours"),
        )
    return render_template(
        "followups/calls.html",
        order=order,
        form=form,
        reason=operations.REASONS.get(order.state),
        window=window,
        calls=queries.list_calls(order.id),
        jobs=service_orders.list_jobs(order.id),
        can_log=person.may("followups.write") and order.state in operations.REASONS,
    )
