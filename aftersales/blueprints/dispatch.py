"""Assigning an order: the proposal with its reasons, people and bays, a team, the priority, washing first."""

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.errors import DomainError, Invalid
from aftersales.domain.quality import comeback_queries
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import Priority, ServiceOrder
from aftersales.domain.staffing import timetable
from aftersales.domain.workshop import candidates, day_plan, dispatch, proposals, queries, teams, washing
from aftersales.domain.workshop.proposals import BayChoice, Proposal, Work
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("dispatch", __name__, url_prefix="/orders/<int:order_id>")

Answer = Response | tuple[str, int]


@blueprint.get("/assignment")
@needs("dispatch.assign")
def page(order_id: int) -> str:
    return _page(_get(order_id))


@blueprint.post("/assignment")
@needs("dispatch.assign")
def assign(order_id: int) -> Answer:
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
                briefing=request.form.get("briefing"),
                off_shift_reason=request.form.get("off_shift_reason", ""),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _page(_get(order_id), error=error), status_of(error)
    return htmx.redirect(url_for("board.page"))


@blueprint.get("/team")
@needs("dispatch.give")
def team(order_id: int) -> str:
    return _team_page(_get(order_id))


@blueprint.post("/team")
@needs("dispatch.give")
def give_to_team(order_id: int) -> Answer:
    """The advisor's way: work that one team can do, straight to that team."""
    _get(order_id)
    try:
        with transaction():
            teams.give_to_team(
                order_id,
                site_id=session.person().site_id,
                team_id=request.form.get("team_id", 0, type=int),
                bay_id=request.form.get("bay_id", 0, type=int),
                people=timetable.load_from(session.person().site_id, clock.now()).people,
                briefing=request.form.get("briefing", ""),
                version=request.form.get("version", type=int),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _team_page(_get(order_id), error=error), status_of(error)
    return htmx.redirect(url_for("orders.page", order_id=order_id))


@blueprint.post("/priority")
@needs("orders.prioritise")
def prioritise(order_id: int) -> Answer:
    order = _get(order_id)
    chosen = request.form.get("priority", "")
    try:
        if chosen not in list(Priority):
            raise Invalid(gettext("Choose a priority."), field="priority")
        with transaction():
            service_orders.prioritise(
                order_id,
                Priority(chosen),
                site_id=session.person().site_id,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        if session.person().may("dispatch.assign"):
            return _page(order, error=error), status_of(error)
        flash(str(error))
        return htmx.redirect(url_for("orders.page", order_id=order_id))
    flash(gettext("Saved."))
    if session.person().may("dispatch.assign"):
        return htmx.redirect(url_for(".page", order_id=order_id))
    return htmx.redirect(url_for("orders.page", order_id=order_id))


@blueprint.post("/wash")
@needs("jobs.accept")
def wash(order_id: int) -> Response:
    """Washed before the work, or not, with the reason."""
    _get(order_id)
    with transaction():
        washing.note_washed(
            order_id,
            site_id=session.person().site_id,
            skipped=request.form.get("skipped", ""),
            actor=session.actor(),
            now=clock.now(),
        )
    return htmx.redirect(url_for("jobs.order", order_id=order_id))


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
    table = timetable.load_from(order.site_id, now)
    work = candidates.work_of(order, order.vehicle.fuel)
    bays = proposals.rank_bays(
        work, candidates.list_bay_choices(order.site_id, timetable=table, now=now), order.id
    )
    ranked = proposals.rank(
        work,
        candidates.list_candidates(
            order.site_id,
            vehicle_id=order.vehicle_id,
            order_id=order.id,
            minutes=work.planned_minutes or session.person().setting("plan.default_minutes"),
            timetable=table,
            now=now,
        ),
    )
    who = request.form.get("who") or _who(order, ranked)
    best_bay = _best_bay(order, work, bays)
    return render_template(
        "dispatch/page.html",
        best_bay=best_bay,
        order=order,
        first_work=comeback_queries.people_of_first_work(order.id) if order.comeback_of_id else [],
        error=error,
        proposals=ranked,
        teams=queries.list_active_teams(order.site_id) if session.person().has_teams else [],
        bays=bays,
        bay_words={bay.id: proposals.bay_words(work, bay) for bay in bays},
        planned=day_plan.list_of_order(order.id, now=now),
        who=who,
        bay_id=request.form.get("bay_id", type=int) or (best_bay.id if best_bay else None),
        briefing=request.form.get("briefing", order.briefing),
        off_shift_reason=request.form.get("off_shift_reason", ""),
        asks_reason=any(not each.candidate.is_on_shift and not each.candidate.is_here for each in ranked),
        priorities=list(Priority),
        at=now,
    )


def _team_page(order: ServiceOrder, error: DomainError | None = None) -> str:
    now, person = clock.now(), session.person()
    table = timetable.load_from(order.site_id, now)
    work: Work = candidates.work_of(order, order.vehicle.fuel)
    bays = proposals.rank_bays(
        work, candidates.list_bay_choices(order.site_id, timetable=table, now=now), order.id
    )
    everyone = queries.list_active_teams(order.site_id)
    return render_template(
        "dispatch/team.html",
        order=order,
        error=error,
        is_allowed=person.setting("dispatch.advisor_gives") and person.has_teams,
        teams=teams.able_teams(work.needs, everyone, table.people),
        team_id=request.form.get("team_id", type=int),
        bays=[bay for bay in bays if bay.is_free],
        bay_id=request.form.get("bay_id", type=int),
        briefing=request.form.get("briefing", order.briefing),
    )


def _who(order: ServiceOrder, ranked: list[Proposal]) -> str:
    """Who stands chosen at first: who has the order, else the best proposal."""
    if order.technician_id:
        return f"technician-{order.technician_id}"
    if order.team_id:
        return f"team-{order.team_id}"
    return f"technician-{ranked[0].candidate.user_id}" if ranked else ""


def _best_bay(order: ServiceOrder, work: Work, bays: list[BayChoice]) -> BayChoice | None:
    """The bay in which the car stands, else the best free one that suits the work: no repair in the wash."""
    return next(
        (
            bay
            for bay in bays
            if bay.id == order.bay_id
            or (order.bay_id is None and bay.is_free and work.needs.allows(bay.kind))
        ),
        None,
    )


def _get(order_id: int) -> ServiceOrder:
    return orders.get_order(order_id, site_id=session.person().site_id)
