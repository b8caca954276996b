"""Planning jobs: each act locks the order, then the plan, and asks what is left of the job to do.

The plan says when and where; it does not hand the car to anybody: that is :func:`.dispatch.assign`. A planned job is its
person's from then on (``Job.technician_id``), so that it stands in their list once the order is in the workshop.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain import submissions
from aftersales.domain.actors import Actor
from aftersales.domain.errors import NotFound, Refused, Stale
from aftersales.domain.planning import bookings, words
from aftersales.domain.planning.bookings import Wish
from aftersales.domain.planning.models import Booking
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.sites.models import Site
from aftersales.domain.staffing import timetable
from aftersales.domain.staffing.calendar import Span
from aftersales.domain.staffing.rules import NO_REPAIRS
from aftersales.domain.staffing.timetable import Timetable
from aftersales.domain.workshop import day_plan
from aftersales.domain.workshop.day_plan import OpenJob
from aftersales.i18n import gettext


def book_job(
    job_id: int,
    *,
    site_id: int,
    starts_at: datetime,
    actor: Actor,
    now: datetime,
    user_id: int | None = None,
    bay_id: int | None = None,
    minutes: int | None = None,
    overtime_reason: str = "",
    submission_id: str = "",
) -> Booking:
    """Plan a job, or ``minutes`` of it, from ``starts_at`` on. Without a person or a bay one that suits and is free is
    taken. Refuses a job of which nothing is left to plan, with who planned it and when."""
    actor.need("dispatch.assign")
    order = _order_of_job(job_id, site_id)
    if known := submissions.earlier(submission_id, now=now):
        return db.session.get_one(Booking, known)
    bookings.lock_plan()
    job = _left(job_id, order, now)
    table = _table(site_id, starts_at, now)
    wish = _complete(
        job, table, starts_at, user_id, bay_id, min(minutes or job.minutes, job.minutes), overtime_reason, now
    )
    booking = bookings.put(wish, table, site_id=site_id, actor=actor, now=now)
    _give(job_id, wish.user_id)
    submissions.keep(submission_id, booking)
    return booking


def book_order(
    order_id: int,
    *,
    site_id: int,
    starts_at: datetime,
    user_id: int,
    bay_id: int,
    actor: Actor,
    now: datetime,
) -> list[Booking]:
    """Plan all that is left of the order, one job after the other, each at the next time that is free for all."""
    actor.need("dispatch.assign")
    lock_order(order_id, site_id=site_id)
    bookings.lock_plan()
    table = _table(site_id, starts_at, now)
    made, after = [], starts_at
    for job in _open_jobs(site_id, now, order_id):
        wish = Wish(order_id, job.id, user_id, bay_id, max(after, job.release or after), job.minutes)
        free = bookings.next_free(wish, table, now=now)
        if free is None:
            raise Refused(
                gettext("There is no free time for “%(title)s” in the next two weeks.", title=job.title)
            )
        wish = Wish(order_id, job.id, user_id, bay_id, free.start, job.minutes)
        made.append(bookings.put(wish, table, site_id=site_id, actor=actor, now=now))
        _give(job.id, user_id)
        after = made[-1].ends_at
    return made


def move(
    booking_id: int,
    *,
    site_id: int,
    version: int | None,
    actor: Actor,
    now: datetime,
    starts_at: datetime | None = None,
    user_id: int | None = None,
    bay_id: int | None = None,
    minutes: int | None = None,
    overtime_reason: str = "",
) -> Booking:
    """Move a booking to another time, person or bay; what is not said stays as it is. Refuses when somebody else changed
    it since it was shown, with who and when."""
    actor.need("dispatch.assign")
    booking = _lock(booking_id, site_id, version)
    at = starts_at or booking.starts_at
    wish = Wish(
        booking.service_order_id,
        booking.job_id,
        user_id or booking.user_id,
        bay_id or booking.bay_id,
        at,
        minutes or booking.minutes,
        overtime_reason or booking.overtime_reason,
    )
    bookings.change(booking, wish, _table(site_id, at, now), actor=actor, now=now)
    _give(booking.job_id, booking.user_id)
    return booking


def take_off(booking_id: int, *, site_id: int, version: int | None, actor: Actor, now: datetime) -> None:
    """Take a booking off the plan: what is left of its job is to be planned again."""
    actor.need("dispatch.assign")
    booking = _lock(booking_id, site_id, version)
    bookings.take_off(booking, reason=gettext("Taken off the plan"), actor=actor, now=now)


def set_fixed(
    booking_id: int, *, is_fixed: bool, site_id: int, version: int | None, actor: Actor, now: datetime
) -> None:
    """Whether the planner leaves the booking where it is."""
    bookings.set_fixed(_lock(booking_id, site_id, version), is_fixed, actor=actor, now=now)


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a proposed plan: a job to book, or a booking (with the version that was shown) to move."""

    job_id: int
    user_id: int
    bay_id: int
    starts_at: datetime
    minutes: int
    booking_id: int | None = None
    version: int | None = None


def apply(steps: Collection[Step], *, site_id: int, actor: Actor, now: datetime) -> int:
    """Accept a proposed plan, or single steps of it, all or none. Refuses when somebody changed what it moves, or took
    a place that it wants. Returns how many steps were done."""
    actor.need("dispatch.assign")
    for order_id in sorted(_orders_of(step.job_id for step in steps)):
        lock_order(order_id, site_id=site_id)
    bookings.lock_plan()
    moving = {
        step.booking_id: bookings.lock(step.booking_id, site_id=site_id, version=step.version)
        for step in steps
        if step.booking_id is not None
    }
    if not steps:
        return 0
    table = _table(site_id, max(step.starts_at for step in steps), now)
    open_jobs = {job.id: job for job in _open_jobs(site_id, now)}
    waiting = set(moving)
    for step in sorted(steps, key=lambda each: each.starts_at):
        if step.booking_id is not None:
            booking = moving[step.booking_id]
            wish = Wish(
                booking.service_order_id,
                step.job_id,
                step.user_id,
                step.bay_id,
                step.starts_at,
                booking.minutes,
            )
            bookings.change(booking, wish, table, actor=actor, now=now, except_ids=waiting)
            waiting.discard(booking.id)
        else:
            job = open_jobs.get(step.job_id)
            if job is None:
                raise Stale(_planned_meanwhile(step.job_id, site_id))
            wish = Wish(
                job.order_id,
                job.id,
                step.user_id,
                step.bay_id,
                step.starts_at,
                min(step.minutes, job.minutes),
            )
            bookings.put(wish, table, site_id=site_id, actor=actor, now=now, except_ids=waiting)
        _give(step.job_id, step.user_id)
    return len(steps)


def follow(order: ServiceOrder, *, actor: Actor, now: datetime) -> None:
    """After the order was given to somebody and put into a bay: its bookings that say otherwise go, and what is left is
    planned for these from now on, as far as that is free today. The rest is left for the manager to plan."""
    if order.technician_id is None or order.bay_id is None:
        return
    bookings.lock_plan()
    standing = list(
        db.session.scalars(
            select(Booking)
            .where(
                Booking.service_order_id == order.id, Booking.cancelled_at.is_(None), Booking.ends_at > now
            )
            .execution_options(populate_existing=True)
        )
    )
    for booking in standing:
        if (booking.user_id, booking.bay_id) != (order.technician_id, order.bay_id) and not booking.is_fixed:
            bookings.take_off(booking, reason=gettext("Given to somebody else"), actor=actor, now=now)
    db.session.flush()
    table = timetable.load_from(order.site_id, now, ahead=timedelta(days=1))
    after = now
    for job in _open_jobs(order.site_id, now, order.id):
        if job.waits_for:
            continue
        wish = Wish(order.id, job.id, order.technician_id, order.bay_id, after, job.minutes)
        free = bookings.next_free(wish, table, now=now)
        person = table.person(order.technician_id)
        shift = person.calendar.shift_at(now) if person else None
        if free is None or shift is None or free.end > shift.end:
            continue
        wish = Wish(order.id, job.id, order.technician_id, order.bay_id, free.start, job.minutes)
        after = bookings.put(wish, table, site_id=order.site_id, actor=actor, now=now).ends_at


def _complete(
    job: OpenJob,
    table: Timetable,
    starts_at: datetime,
    user_id: int | None,
    bay_id: int | None,
    minutes: int,
    overtime_reason: str,
    now: datetime,
) -> Wish:
    """The wish with a person and a bay: those named, else the first that suit and are free then; else the first that
    suit, so that the refusal can say the next free time."""
    people = [user_id] if user_id else _people_for(job, table)
    bays = [bay_id] if bay_id else _bays_for(job, table)
    if not people or not bays:
        raise Refused(gettext("There is nobody, or no bay, that this work could be planned for."))
    first = None
    for user in people:
        for bay in bays:
            wish = Wish(job.order_id, job.id, user, bay, starts_at, minutes, overtime_reason)
            first = first or wish
            free = bookings.next_free(wish, table, now=now)
            if free is not None and free.start == max(starts_at, now):
                return wish
    assert first is not None
    return first


def _people_for(job: OpenJob, table: Timetable) -> list[int]:
    """Whose job it is, then who has what it needs."""
    able = sorted(
        table.people,
        key=lambda person: (
            person.user_id != job.technician_id,
            job.needs.lacks(person.skills, person.certificates),
            person.name,
        ),
    )
    return [person.user_id for person in able]


def _bays_for(job: OpenJob, table: Timetable) -> list[int]:
    """The bay in which the car stands, then those that suit, best first."""
    suiting = [place for place in table.places if job.needs.allows(place.kind)] or [
        place for place in table.places if place.kind not in NO_REPAIRS
    ]
    ranked = sorted(suiting, key=lambda p: (p.id != job.bay_id, job.needs.bay_rank(p.kind), p.name))
    return [place.id for place in ranked]


def _lock(booking_id: int, site_id: int, version: int | None) -> Booking:
    known = db.session.get(Booking, booking_id)
    if known is None or known.site_id != site_id:
        raise NotFound(gettext("There is no such entry in the plan."))
    lock_order(known.service_order_id, site_id=site_id)
    return bookings.lock(booking_id, site_id=site_id, version=version)


def _order_of_job(job_id: int, site_id: int) -> ServiceOrder:
    job = db.session.get(Job, job_id)
    if job is None:
        raise NotFound(gettext("There is no such job."))
    return lock_order(job.service_order_id, site_id=site_id)


def _orders_of(job_ids: Iterable[int]) -> set[int]:
    return set(db.session.scalars(select(Job.service_order_id).where(Job.id.in_(list(job_ids)))))


def _left(job_id: int, order: ServiceOrder, now: datetime) -> OpenJob:
    """The job with what is left of it to plan."""
    for job in _open_jobs(order.site_id, now, order.id):
        if job.id == job_id:
            return job
    raise Stale(_planned_meanwhile(job_id, order.site_id))


def _planned_meanwhile(job_id: int, site_id: int) -> str:
    """Why nothing is left of the job: who planned it and when; or that there is nothing to do."""
    latest = db.session.scalar(
        select(Booking)
        .where(Booking.job_id == job_id, Booking.cancelled_at.is_(None))
        .order_by(Booking.planned_at.desc())
        .limit(1)
    )
    if latest is None:
        return gettext(
            "Nothing of this job can be planned now: it is done, not approved, or taken off its order."
        )
    zone = db.session.get_one(Site, site_id).timezone
    return gettext(
        "%(who)s planned this job at %(time)s. The plan is shown as it stands now.",
        who=latest.planned_by_name,
        time=words.at(latest.planned_at, zone, now=latest.planned_at),
    )


def _open_jobs(site_id: int, now: datetime, order_id: int | None = None) -> list[OpenJob]:
    minutes = db.session.get_one(Site, site_id).setting("plan.default_minutes")
    return day_plan.list_open_jobs(site_id, now=now, default_minutes=minutes, order_id=order_id)


def _table(site_id: int, until: datetime, now: datetime) -> Timetable:
    """The timetable from today until two weeks after the wished time."""
    ahead = max(Span(now, until).end - now, timedelta()) + timetable.AHEAD
    return timetable.load_from(site_id, now, ahead=ahead)


def _give(job_id: int, user_id: int) -> None:
    db.session.get_one(Job, job_id).technician_id = user_id
    db.session.flush()
