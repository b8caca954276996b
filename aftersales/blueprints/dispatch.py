"""Assigning an order to people and a bay."""

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.errors import DomainError
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.workshop import dispatch, queries, rules
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("dispatch", __name__, url_prefix="/orders/<int:order_id>")


@blueprint.get("/assignment")
@needs("dispatch.assign")
def page(order_id: int) -> str:
    return _page(_get(order_id))


@blueprint.post("/assignment")
@needs("dispatch.assign")
def assign(order_id: int) -> Response | tuple[str, int]:
    _get(order_id)
    kind, _, ident = request.form.get("who", "").partition("-")
    chosen = int(ident) if ident.isdecimal() else None
    try:
        with transaction():
            dispatch.assign(
                order_id,
                site_id=session.person().site_id,
                technician_id=chosen if kind == "technician" else None,
                team_id=chosen if kind == "team" else None,
                bay_id=request.form.get("bay_id", 0, type=int),
                version=request.form.get("version", type=int),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _page(_get(order_id), error=error), status_of(error)
    return htmx.redirect(url_for("board.page"))


@blueprint.post("/bay-release")
@needs("jobs.clock")
def free_bay(order_id: int) -> Response:
    """The car leaves its bay; back to the screen that asked."""
    order = _get(order_id)
    if not session.person().may("dispatch.assign"):
        dispatch.need_own(order, session.actor())
    with transaction():
        dispatch.free_bay(order_id, site_id=session.person().site_id, actor=session.actor(), now=clock.now())
    waiting = request.form.get("for_order", type=int)
    if waiting:
        return htmx.redirect(url_for("dispatch.page", order_id=waiting))
    return htmx.redirect(url_for("jobs.order", order_id=order_id))


def _page(order: ServiceOrder, error: DomainError | None = None) -> str:
    now = clock.now()
    work = _work(order)
    bays = rules.rank_bays(work, queries.list_bay_choices(order.site_id), order.id)
    proposals = rules.rank(work, queries.list_candidates(order.site_id, vehicle_id=order.vehicle_id))
    teams = queries.list_active_teams(order.site_id) if session.person().has_teams else []
    return render_template(
        "dispatch/page.html",
        order=order,
        error=error,
        proposals=proposals,
        teams=teams,
        bays=bays,
        who=request.form.get("who") or _who(order, proposals),
        bay_id=request.form.get("bay_id", type=int) or _bay_id(order, bays),
        at=now,
    )


def _work(order: ServiceOrder) -> rules.Work:
    until = rules.minutes_between(clock.now(), order.promised_at) if order.promised_at else None
    return rules.Work(
        planned_minutes=order.planned_minutes,
        is_comeback=order.comeback_of_id is not None,
        is_urgent=order.is_waiting,
        fuel=order.vehicle.fuel,
        minutes_until_promise=until,
    )


def _who(order: ServiceOrder, proposals: list[rules.Proposal]) -> str:
    """Who stands chosen at first: who has the order, else the best proposal."""
    if order.technician_id:
        return f"technician-{order.technician_id}"
    if order.team_id:
        return f"team-{order.team_id}"
    return f"technician-{proposals[0].candidate.user_id}" if proposals else ""


def _bay_id(order: ServiceOrder, bays: list[rules.BayChoice]) -> int | None:
    if order.bay_id:
        return order.bay_id
    return next((bay.id for bay in bays if bay.is_free), None)


def _get(order_id: int) -> ServiceOrder:
    return orders.get_order(order_id, site_id=session.person().site_id)
