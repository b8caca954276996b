"""The technician's tablet: my day, an order at work, accepting, clocking on and off, finishing jobs."""

from datetime import datetime
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain import submissions
from aftersales.domain.checkins import interviews
from aftersales.domain.errors import DomainError, Invalid
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites import queries as sites
from aftersales.domain.workshop import (
    at_work,
    belongings,
    board,
    clocking,
    comparison,
    dispatch,
    faults,
    my_day,
    progress,
    rules,
    safety,
    shifts,
)
from aftersales.domain.workshop import repair as starting
from aftersales.domain.workshop.models import PAUSES, EndReason, HandoverItem
from aftersales.i18n import gettext
from aftersales.web import addresses, htmx, job_screens, session, tablets, tickets
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("jobs", __name__)


@blueprint.get("/jobs")
@needs("jobs.clock")
def index() -> Response:
    """The page, or its list of cars for polling: 304 where nothing has changed since."""
    if not htmx.is_partial():
        return make_response(_index())
    tag = _tag()
    if request.if_none_match.contains_weak(tag):
        return _remembered(make_response("", 304), tag)
    return _remembered(make_response(render_template("jobs/_orders.html", **_cars())), tag)


@blueprint.post("/attendance")
@needs("attendance.clock")
def begin_day() -> Response | tuple[str, int]:
    try:
        with transaction():
            clocking.begin_day(site_id=session.person().site_id, actor=session.actor(), now=clock.now())
    except DomainError as error:
        return _index(error), status_of(error)
    return htmx.redirect(url_for(".index"))


@blueprint.post("/attendance/end")
@needs("attendance.clock")
def end_day() -> Response:
    with transaction():
        clocking.end_day(actor=session.actor(), now=clock.now())
    return htmx.redirect(url_for(".index"))


@blueprint.get("/orders/<int:order_id>/work")
@needs("jobs.clock")
def order(order_id: int) -> str:
    return _order(_get(order_id))


@blueprint.post("/orders/<int:order_id>/acceptance")
@needs("jobs.accept")
def accept(order_id: int) -> Response | tuple[str, int]:
    _get(order_id)
    ticked = set(request.form.getlist("acknowledged"))
    try:
        with transaction():
            dispatch.accept(
                order_id,
                site_id=session.person().site_id,
                acknowledged={item for item in HandoverItem if item in ticked},
                differences=request.form.get("differences", ""),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _order(_get(order_id), error), status_of(error)
    return htmx.redirect(url_for(".order", order_id=order_id))


@blueprint.get("/orders/<int:order_id>/repair")
@needs("repair.start")
def repair(order_id: int) -> str:
    return _repair(_get(order_id))


@blueprint.post("/orders/<int:order_id>/repair")
@needs("repair.start")
def start_repair(order_id: int) -> Response | tuple[str, int]:
    _get(order_id)
    try:
        with transaction():
            starting.start(order_id, site_id=session.person().site_id, actor=session.actor(), now=clock.now())
    except DomainError as error:
        return _repair(_get(order_id), error), status_of(error)
    endpoint = ".order" if session.person().may("jobs.clock") else "orders.page"
    return htmx.redirect(url_for(endpoint, order_id=order_id))


@blueprint.post("/jobs/<int:job_id>/clocking")
@needs("jobs.clock")
def clock_on(job_id: int) -> Response | tuple[str, int]:
    """Begin on a job. A tablet without network keeps the tap and sends it again: it counts once."""
    job = at_work.get_job(job_id, session.person().site_id)
    sent, now = request.form.get("submission_id", ""), clock.now()
    try:
        with transaction():
            if submissions.earlier(sent, now=now) is None:
                begun = clocking.clock_on(
                    job_id,
                    site_id=session.person().site_id,
                    switch="switch" in request.form,
                    instead_of=addresses.posted_id("instead_of"),
                    actor=session.actor(),
                    now=now,
                    made_at=tablets.made_at(),
                )
                submissions.keep(sent, begun)
    except DomainError as error:
        return _order(_get(job.service_order_id), error), status_of(error)
    return htmx.redirect(url_for(".order", order_id=job.service_order_id))


@blueprint.post("/clocking/end")
@needs("jobs.clock")
def clock_off() -> Response | tuple[str, int]:
    """Pause the running job. Back to its order. A tablet without network keeps the tap, as it does with the first one."""
    sent, now = request.form.get("submission_id", ""), clock.now()
    try:
        with transaction():
            earlier = submissions.earlier(sent, now=now)
            ended = clocking.find(earlier) if earlier else None
            if ended is None:
                ended = clocking.clock_off(
                    reason=_pause(),
                    note=request.form.get("note", ""),
                    job_id=addresses.posted_id("job_id"),
                    actor=session.actor(),
                    now=now,
                    made_at=tablets.made_at(),
                )
                if ended is not None:
                    submissions.keep(sent, ended)
    except DomainError as error:
        return _index(error), status_of(error)
    if ended is None:
        return htmx.redirect(url_for(".index"))
    return htmx.redirect(url_for(".order", order_id=ended.service_order_id))


@blueprint.post("/jobs/<int:job_id>/completion")
@needs("jobs.clock")
def finish(job_id: int) -> Response | tuple[str, int]:
    job = at_work.get_job(job_id, session.person().site_id)
    try:
        with transaction():
            clocking.finish_job(
                job_id,
                site_id=session.person().site_id,
                actor=session.actor(),
                now=clock.now(),
                made_at=tablets.made_at(),
            )
    except DomainError as error:
        return _order(_get(job.service_order_id), error), status_of(error)
    return htmx.redirect(url_for(".order", order_id=job.service_order_id))


@blueprint.post("/jobs/<int:job_id>/fault")
@needs("jobs.clock")
def check_fault(job_id: int) -> Response | tuple[str, int]:
    """Whether the fault was found that the customer describes."""
    job = at_work.get_job(job_id, session.person().site_id)
    try:
        with transaction():
            faults.check(
                job_id,
                site_id=session.person().site_id,
                is_found=request.form.get("is_found") == "yes",
                note=request.form.get("note", ""),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _order(_get(job.service_order_id), error), status_of(error)
    return htmx.redirect(url_for(".order", order_id=job.service_order_id))


def _pause() -> EndReason:
    reason = request.form.get("reason", "")
    if reason not in PAUSES:
        raise Invalid(gettext("Choose why you pause."), field="reason")
    return EndReason(reason)


def _cars() -> dict[str, Any]:
    """What the list of my cars shows."""
    person, now = session.person(), clock.now()
    by = tickets.site_rules(now)
    return {"day": my_day.my_day(person.user_id, person.site_id, now, by), "at": now, "by": by}


def _tag() -> str:
    """Changes with the site's data, with the minute (spare times run) and with who looks."""
    person, minute = session.person(), int(clock.now().timestamp() // 60)
    changes = sites.change_counter(person.site_id)
    return f"{person.site_id}-{changes}-{minute}-{person.user_id}-{person.language}"


def _remembered(answer: Response, tag: str) -> Response:
    answer.headers["ETag"] = f'W/"{tag}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.vary.add("HX-Request")
    return answer


def _index(error: DomainError | None = None) -> str:
    person, now, cars = session.person(), clock.now(), _cars()
    day = cars["day"]
    return render_template(
        "jobs/index.html",
        **cars,
        stopped=my_day.list_stopped(person.user_id, now),
        planned=progress.planned_minutes([day.running_job_id]) if day.running_job_id else {},
        clocked=progress.clocked_minutes([day.running_job_id], now) if day.running_job_id else {},
        is_stale=_is_stale(day.running_since, now),
        pauses=PAUSES,
        error=error,
    )


def _order(order: ServiceOrder, error: DomainError | None = None) -> str:
    person, now = session.person(), clock.now()
    jobs, running = at_work.find(order.id, person.user_id)
    return render_template(
        "jobs/order.html",
        order=order,
        jobs=jobs,
        reports=at_work.list_reports(order.id),
        brief=at_work.find_brief(order.id),
        interviews=interviews.of_order(order.id),
        running=running,
        is_stale=_is_stale(running.started_at if running else None, now),
        is_own=dispatch.is_own(order, session.actor()),
        yard_pages=_yard_pages(order),
        links=job_screens.offered(order, person, jobs),
        slack=_slack(order),
        asked=progress.find_asked(job.id for job in jobs if job.running),
        requests=belongings.list_of_order(order.id),
        compared=comparison.summary(order.id),
        safety=safety.find(order, person.user_id, on=clock.local_date(now, person.timezone)),
        handover=list(HandoverItem),
        ticked=request.form.getlist("acknowledged"),
        differences=request.form.get("differences", ""),
        pauses=PAUSES,
        at=now,
        error=error,
    )


def _repair(order: ServiceOrder, error: DomainError | None = None) -> str:
    jobs = at_work.list_work(order.id)
    return render_template(
        "jobs/repair.html",
        order=order,
        approved=[job for job in jobs if job.is_authorised],
        others=[job for job in jobs if not job.is_authorised],
        error=error,
    )


def _is_stale(since: datetime | None, now: datetime) -> bool:
    """Whether the person's running clock is a forgotten one, whose end has to be said; a night shift's is not."""
    person = session.person()
    if since is None or clock.local_date(since, person.timezone) == clock.local_date(now, person.timezone):
        return False
    return shifts.is_stale(person.site_id, person.user_id, since, now)


def _yard_pages(order: ServiceOrder) -> list[str]:
    """What has to open at the car without Wi-Fi: this page, and the checks that belong to it now."""
    pages = [url_for(".order", order_id=order.id)]
    if order.state in (OrderState.ASSIGNED, OrderState.IN_PROGRESS):
        pages.append(url_for("car_check.page", order_id=order.id))
    if order.state is OrderState.REPAIRING:
        pages.append(url_for("quality.self_check", order_id=order.id))
    return pages


def _slack(order: ServiceOrder) -> rules.Slack | None:
    """Where the order stands against its promise: what the board says of it."""
    now = clock.now()
    by = tickets.site_rules(now)
    found = (each for each in board.list_tickets(order.site_id, now, by) if each.id == order.id)
    return next((ticket.slack(now, by) for ticket in found), None)


def _get(order_id: int) -> ServiceOrder:
    return orders.get_order(order_id, site_id=session.person().site_id)
