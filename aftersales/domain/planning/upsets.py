"""When the calendar changes: absences, shifts, closed bays. What is planned and no longer fits comes off the plan, and the
workshop manager gets a task for each car, so that nothing is forgotten."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select

from aftersales.db import db
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.planning import bookings
from aftersales.domain.planning.models import Booking
from aftersales.domain.sites.models import Site
from aftersales.domain.staffing import operations as staffing
from aftersales.domain.staffing import times, timetable
from aftersales.domain.staffing.calendar import Span
from aftersales.domain.staffing.models import (
    Absence,
    AbsenceKind,
    Bay,
    BayClosure,
    Technician,
)
from aftersales.domain.staffing.times import WorkingDay
from aftersales.domain.staffing.timetable import Timetable
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.i18n import gettext


def add_absence(
    technician_id: int,
    *,
    kind: AbsenceKind,
    first: date,
    last: date,
    site_id: int,
    actor: Actor,
    now: datetime,
    from_time: time | None = None,
    until_time: time | None = None,
    note: str = "",
) -> Absence:
    """The technician is away; their bookings of that time come off the plan."""
    absence = times.add_absence(
        technician_id, kind=kind, first=first, last=last, from_time=from_time, until_time=until_time, note=note,
        site_id=site_id, actor=actor, now=now,
    )  # fmt: skip
    sweep(site_id, user_ids=[_user_of(technician_id)], actor=actor, now=now)
    return absence


def set_week(
    technician_id: int,
    days: dict[int, WorkingDay],
    *,
    site_id: int,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Technician:
    """The weekly shift; bookings outside it come off the plan."""
    technician = times.set_week(technician_id, days, site_id=site_id, actor=actor, now=now, version=version)
    sweep(site_id, user_ids=[technician.user_id], actor=actor, now=now)
    return technician


def change_day(
    technician_id: int,
    day: date,
    hours: WorkingDay | None,
    *,
    note: str,
    site_id: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Other times on one day; bookings outside them come off the plan."""
    times.change_day(technician_id, day, hours, note=note, site_id=site_id, actor=actor, now=now)
    sweep(site_id, user_ids=[_user_of(technician_id)], actor=actor, now=now)


def forget_change(change_id: int, *, technician_id: int, site_id: int, actor: Actor, now: datetime) -> None:
    """The weekly shift holds again; bookings outside it come off the plan."""
    times.forget_change(change_id, site_id=site_id, actor=actor, now=now)
    sweep(site_id, user_ids=[_user_of(technician_id)], actor=actor, now=now)


def close_bay(
    bay_id: int,
    *,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    site_id: int,
    actor: Actor,
    now: datetime,
) -> BayClosure:
    """The bay cannot be used for a while; its bookings of that time come off the plan."""
    closure = times.close_bay(
        bay_id, starts_at=starts_at, ends_at=ends_at, reason=reason, site_id=site_id, actor=actor, now=now
    )
    sweep(site_id, bay_ids=[bay_id], actor=actor, now=now)
    return closure


def change_bay(
    bay_id: int,
    *,
    site_id: int,
    values: dict[str, Any],
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Bay:
    """Change a bay or take it out of use; then its bookings come off the plan."""
    bay = staffing.change_bay(bay_id, site_id=site_id, values=values, actor=actor, now=now, version=version)
    if not bay.is_active:
        sweep(site_id, bay_ids=[bay_id], actor=actor, now=now)
    return bay


def change_technician(
    technician_id: int,
    *,
    site_id: int,
    values: dict[str, Any],
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Technician:
    """Change a technician, or give them no more work; then their bookings come off the plan."""
    technician = staffing.change_technician(
        technician_id, site_id=site_id, values=values, actor=actor, now=now, version=version
    )
    if not technician.is_active:
        sweep(site_id, user_ids=[technician.user_id], actor=actor, now=now)
    return technician


def sweep(
    site_id: int,
    *,
    actor: Actor,
    now: datetime,
    user_ids: Iterable[int] = (),
    bay_ids: Iterable[int] = (),
) -> int:
    """Take off what no longer fits of these people and bays, with a task per car. Returns how many bookings went.

    Overtime that was agreed with a reason stays, unless the person is away.
    """
    db.session.flush()
    bookings.lock_plan()
    ahead = list(
        db.session.scalars(
            select(Booking)
            .where(
                Booking.site_id == site_id,
                Booking.cancelled_at.is_(None),
                Booking.ends_at > now,
                or_(Booking.user_id.in_(list(user_ids)), Booking.bay_id.in_(list(bay_ids))),
            )
            .order_by(Booking.starts_at)
            .execution_options(populate_existing=True)
        )
    )
    if not ahead:
        return 0
    last = max(each.ends_at for each in ahead)
    table = timetable.load_from(site_id, now, ahead=last - now + timedelta(days=1))
    gone = 0
    for booking in ahead:
        why = _why_not(booking, table)
        if why is None:
            continue
        reason, until = why
        if booking.starts_at < now < until:
            booking.minutes = max(1, min(booking.minutes, Span(booking.starts_at, until).minutes))
            booking.ends_at = until  # it runs: until then it can go on
            booking.planned_at, booking.planned_by_name = now, actor.name
            db.session.flush()
        else:
            bookings.take_off(booking, reason=reason, actor=actor, now=now)
        _ask(booking, reason, actor=actor, now=now)
        gone += 1
    return gone


def _why_not(booking: Booking, table: Timetable) -> tuple[str, datetime] | None:
    """Why the booking cannot stay, and until when it can; None where it fits."""
    span = Span(booking.starts_at, booking.ends_at)
    person, place = table.person(booking.user_id), table.place(booking.bay_id)
    if person is None:
        return gettext("The technician gets no work here any more"), booking.starts_at
    if place is None:
        return gettext("The bay is out of use"), booking.starts_at
    for away in person.calendar.away:
        if away.overlaps(span):
            return gettext("%(name)s is away", name=person.name), away.start
    for closed, why in place.closures:
        if closed.overlaps(span):
            return gettext("Bay %(bay)s is closed: %(why)s", bay=place.name, why=why), closed.start
    if booking.overtime_reason:
        return None
    shift = person.calendar.shift_at(booking.starts_at)
    if shift is None:
        return gettext("%(name)s is not on shift", name=person.name), booking.starts_at
    if shift.end < booking.ends_at:
        return gettext("%(name)s is not on shift", name=person.name), shift.end
    return None


def _ask(booking: Booking, reason: str, *, actor: Actor, now: datetime) -> None:
    minutes = db.session.get_one(Site, booking.site_id).setting("assign.due_minutes")
    tasks.open_task(
        TaskType.PLAN_AGAIN,
        site_id=booking.site_id,
        role=Role.MANAGER,
        service_order_id=booking.service_order_id,
        due_at=now + timedelta(minutes=minutes),
        note=reason,
        now=now,
    )


def _user_of(technician_id: int) -> int:
    return db.session.get_one(Technician, technician_id).user_id
