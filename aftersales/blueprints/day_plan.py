"""The day plan: people and bays over the day, jobs beside it that nobody has planned, and the planner's proposal."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, make_response, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.clock import from_local, local_date
from aftersales.db import transaction
from aftersales.domain.errors import DomainError, Invalid
from aftersales.domain.planning import bookings
from aftersales.domain.sites import queries as sites
from aftersales.domain.workshop import planning
from aftersales.domain.workshop.planning import Step
from aftersales.i18n import gettext, ngettext
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.day_plan_screen import parse_place
from aftersales.web.day_plan_view import draw, draw_proposal
from aftersales.web.errors import status_of

blueprint = Blueprint("day_plan", __name__, url_prefix="/plan")

Answer = Response | tuple[str, int]


@blueprint.get("")
@needs("staffing.read")
def page() -> Response:
    """The page, its part, or its table for polling; 304 before anything is read when nothing has changed."""
    day, chosen, now = _day(), request.args.get("chosen", ""), clock.now()
    tag = _tag(day, now)
    if request.if_none_match.contains_weak(tag):
        return _remembered(make_response("", 304), tag)
    return _remembered(_show(day, chosen=chosen), tag)


@blueprint.post("/bookings")
@needs("dispatch.assign")
def book() -> Answer:
    """Plan a job, or all of an order, where a tap, a drag or the form says."""
    form = request.form
    day, chosen = _day(), form.get("chosen", "")

    def act() -> None:
        where = _where()
        shared: dict[str, Any] = {"site_id": _site_id(), "actor": session.actor(), "now": clock.now()}
        if order_id := form.get("order_id", type=int):
            if where.user_id is None or where.bay_id is None:
                raise Invalid(gettext("Choose a technician and a bay for the whole order."), field="user_id")
            planning.book_order(
                order_id, starts_at=where.starts_at, user_id=where.user_id, bay_id=where.bay_id, **shared
            )
            return
        planning.book_job(
            form.get("job_id", 0, type=int),
            starts_at=where.starts_at,
            user_id=where.user_id,
            bay_id=where.bay_id,
            minutes=form.get("minutes", type=int),
            overtime_reason=form.get("overtime_reason", ""),
            submission_id=form.get("submission_id", ""),
            **shared,
        )

    return _done(day, chosen, act, gettext("Planned."))


@blueprint.post("/bookings/<int:booking_id>")
@needs("dispatch.assign")
def move(booking_id: int) -> Answer:
    form = request.form

    def act() -> None:
        bookings.get(booking_id, site_id=_site_id())
        where = _where()
        planning.move(
            booking_id,
            site_id=_site_id(),
            version=form.get("version", type=int),
            starts_at=where.starts_at,
            user_id=where.user_id,
            bay_id=where.bay_id,
            minutes=form.get("minutes", type=int),
            overtime_reason=form.get("overtime_reason", ""),
            actor=session.actor(),
            now=clock.now(),
        )

    return _done(_day(), form.get("chosen", f"booking-{booking_id}"), act, gettext("Moved."))


@blueprint.post("/bookings/<int:booking_id>/removal")
@needs("dispatch.assign")
def take_off(booking_id: int) -> Answer:
    def act() -> None:
        planning.take_off(
            booking_id,
            site_id=_site_id(),
            version=request.form.get("version", type=int),
            actor=session.actor(),
            now=clock.now(),
        )

    return _done(_day(), "", act, gettext("Taken off the plan."))


@blueprint.post("/bookings/<int:booking_id>/fixed")
@needs("dispatch.assign")
def fix(booking_id: int) -> Answer:
    """Keep a booking where it is when the day is planned, or let it move again."""

    def act() -> None:
        planning.set_fixed(
            booking_id,
            is_fixed=request.form.get("is_fixed") == "1",
            site_id=_site_id(),
            version=request.form.get("version", type=int),
            actor=session.actor(),
            now=clock.now(),
        )

    return _done(_day(), f"booking-{booking_id}", act, gettext("Saved."))


@blueprint.post("/proposal")
@needs("dispatch.assign")
def propose() -> Response:
    """Plan the day anew, as a proposal. Nothing is written: it is a post since it takes seconds of work."""
    return htmx.respond(
        "day_plan/proposal.html", "day_plan/_proposal.html", **draw_proposal(_day(), clock.now())
    )


@blueprint.post("/acceptance")
@needs("dispatch.assign")
def accept() -> Answer:
    """Accept the ticked steps of the proposal, all or none."""
    day = _day()
    only = request.form.get("only")
    rows = [only] if only else request.form.getlist("step")
    done: list[int] = []

    def act() -> None:
        steps = [_step(row) for row in rows]
        if not steps:
            raise Invalid(gettext("Tick at least one step of the proposal."), field="step")
        done.append(planning.apply(steps, site_id=_site_id(), actor=session.actor(), now=clock.now()))

    words = ngettext("%(num)s job planned.", "%(num)s jobs planned.", len(rows))
    return _done(day, "", act, words)


@dataclass(frozen=True, slots=True)
class _Where:
    starts_at: datetime
    user_id: int | None
    bay_id: int | None


def _where() -> _Where:
    """The place that was meant: a tapped or dropped one, else the fields of the form."""
    form, timezone = request.form, session.person().timezone
    user_id, bay_id = form.get("user_id", type=int), form.get("bay_id", type=int)
    if place := form.get("place", ""):
        found = parse_place(place)
        if found is None:
            raise Invalid(gettext("Choose a place in the plan."), field="place")
        kind, ident, at = found
        return _Where(at, ident if kind == "user" else user_id, ident if kind == "bay" else bay_id)
    try:
        at = datetime.fromisoformat(f"{form.get('day', '')}T{form.get('time', '')}")
    except ValueError as error:
        raise Invalid(gettext("Enter the day and the time of the begin."), field="time") from error
    return _Where(from_local(at.replace(tzinfo=None), timezone), user_id, bay_id)


def _step(row: str) -> Step:
    """A step as the proposal's page carries it: job, person, bay, begin, minutes, booking and its version."""
    try:
        job, user, bay, at, minutes, booking, version = row.split("|")
        starts_at = datetime.fromisoformat(at)
        if starts_at.tzinfo is None:
            raise ValueError(at)
        return Step(
            int(job), int(user), int(bay), starts_at, int(minutes), int(booking) or None, int(version) or None
        )
    except ValueError as error:
        raise Invalid(gettext("This is no step of a proposal. Plan the day again."), field="step") from error


def _done(day: date, chosen: str, act: Callable[[], None], words: str) -> Answer:
    """Write, and show the plan: as it stands now also after a refusal, with its sentence and what was chosen."""
    try:
        with transaction():
            act()
    except DomainError as error:
        answer = _show(day, chosen=chosen, error=error)
        answer.status_code = status_of(error)
        return answer
    if htmx.is_partial():
        return _show(day, toast=words)
    flash(words)
    return htmx.redirect(url_for(".page", day=day.isoformat()))


def _show(day: date, *, chosen: str = "", error: DomainError | None = None, toast: str = "") -> Response:
    is_polled = request.headers.get("HX-Target") == "plan-now"
    shown = draw(day, clock.now(), chosen=chosen, error=error)
    part = "day_plan/_table.html" if is_polled else "day_plan/_plan.html"
    return htmx.respond("day_plan/page.html", part, toast=toast, **shown)


def _tag(day: date, now: datetime) -> str:
    """Changes with the site's data, with the minute (the line of the current time runs), and with who looks how."""
    person = session.person()
    looks = (
        request.query_string, htmx.is_partial(), request.headers.get("HX-Target"), person.session_id, person.language,
        person.theme, person.open_tasks, day,
    )  # fmt: skip
    seen = hashlib.sha256(repr(looks).encode()).hexdigest()[:12]
    return f"{person.site_id}-{sites.change_counter(person.site_id)}-{int(now.timestamp() // 60)}-{seen}"


def _remembered(answer: Response, tag: str) -> Response:
    answer.headers["ETag"] = f'W/"{tag}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.vary.add("HX-Request")
    return answer


def _day() -> date:
    """The day that is asked for, else today at the site."""
    text = request.values.get("day", "")
    today = local_date(clock.now(), session.person().timezone)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs(day - today) < timedelta(days=730) else today


def _site_id() -> int:
    return session.person().site_id
