"""Free times for a visit (APT-3): when the site is open, and a technician on shift and a bay are free for as long as the
visit takes. Shifts, absences, holidays, closed bays and the day plan are those of the workshop: there is no second calendar.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import exists, select

from aftersales.clock import from_local, local, local_date
from aftersales.db import db
from aftersales.domain.appointments.models import Appointment
from aftersales.domain.planning.models import Booking
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites.models import Site
from aftersales.domain.staffing import timetable
from aftersales.domain.staffing.calendar import Span
from aftersales.domain.staffing.rules import NO_REPAIRS
from aftersales.domain.staffing.timetable import Timetable

LENGTHS = (30, 60, 90, 120, 180, 240, 360, 480)
"""Minutes that a visit may be said to take; breaks come on top."""
STEP = timedelta(minutes=30)
_NOON = time(12)


@dataclass(frozen=True, slots=True)
class FreeTime:
    """A time at which a car can come, with how many technicians and bays are free for all of the visit."""

    starts_at: datetime
    technicians: int
    bays: int


@dataclass(frozen=True, slots=True)
class Occupied:
    """What is taken already: the plan's bookings by person and by bay, and visits agreed that nobody has planned yet,
    each with the preparation before it."""

    people: dict[int, list[Span]]
    bays: dict[int, list[Span]]
    visits: list[Span]


def list_free_times(
    site_id: int, *, minutes: int, now: datetime, order_id: int | None = None, most: int = 8
) -> list[FreeTime]:
    """The next free times, the first of each morning and afternoon, within two weeks. ``order_id`` is a visit that moves,
    whose own time does not stand in its way. A fixed number of queries."""
    table = timetable.load_from(site_id, now)
    occupied = _occupied(site_id, now, except_order=order_id)
    found: list[FreeTime] = []
    seen: set[tuple[date, bool]] = set()
    for at in _candidates(table, now):
        here = local(at, table.timezone)
        half = (here.date(), here.time() < _NOON)
        if half in seen or (free := free_at(at, minutes, table, occupied)) is None:
            continue
        seen.add(half)
        found.append(free)
        if len(found) == most:
            break
    return found


def is_free(
    site_id: int, starts_at: datetime, *, minutes: int, now: datetime, order_id: int | None = None
) -> bool:
    """Whether the visit still fits then. Hold the plan's lock, so that what is seen holds when it is written."""
    table = timetable.load_from(site_id, now)
    if starts_at not in _candidates(table, now):
        return False
    occupied = _occupied(site_id, now, except_order=order_id)
    return free_at(starts_at, minutes, table, occupied) is not None


def free_at(at: datetime, minutes: int, table: Timetable, occupied: Occupied) -> FreeTime | None:
    """Who and what is free from ``at`` on for ``minutes`` of work; None where visits agreed already need all of it."""
    span = Span(at, at + timedelta(minutes=minutes))
    technicians = 0
    for person in table.people:
        end = person.calendar.work_end(at, minutes)
        own = Span(at, end) if end else None
        if own and not any(each.overlaps(own) for each in occupied.people.get(person.user_id, ())):
            technicians += 1
            span = Span(at, max(span.end, own.end))
    bays = sum(
        not place.closed_in(span) and not any(each.overlaps(span) for each in occupied.bays.get(place.id, ()))
        for place in table.places
        if place.kind not in NO_REPAIRS
    )
    visits = sum(each.overlaps(span) for each in occupied.visits)
    left = min(technicians, bays) - visits
    return FreeTime(at, technicians - visits, bays - visits) if left > 0 else None


def _candidates(table: Timetable, now: datetime) -> Iterator[datetime]:
    """Every half hour at which the site is open, from the next one on."""
    first = local_date(now, table.timezone)
    for day in (first + timedelta(days=n) for n in range(timetable.AHEAD.days + 1)):
        if day in table.closed or day.weekday() not in table.opening:
            continue
        opens, closes, _ = table.opening[day.weekday()]
        at = from_local(datetime.combine(day, opens), table.timezone)
        end = from_local(datetime.combine(day, closes), table.timezone)
        while at < end:
            if at > now:
                yield at
            at += STEP


def _occupied(site_id: int, now: datetime, *, except_order: int | None) -> Occupied:
    taken = Occupied({}, {}, [])
    stands = (Booking.cancelled_at.is_(None), Booking.ends_at > now)
    rows = db.session.execute(
        select(Booking.user_id, Booking.bay_id, Booking.starts_at, Booking.ends_at).where(
            Booking.site_id == site_id, *stands, Booking.service_order_id != (except_order or 0)
        )
    )
    for user_id, bay_id, starts_at, ends_at in rows:
        taken.people.setdefault(user_id, []).append(Span(starts_at, ends_at))
        taken.bays.setdefault(bay_id, []).append(Span(starts_at, ends_at))
    preparation = timedelta(
        minutes=db.session.get_one(Site, site_id).setting("appointments.preparation_minutes")
    )
    planned = exists().where(Booking.service_order_id == Appointment.service_order_id, *stands)
    visits = db.session.execute(
        select(Appointment.starts_at, Appointment.minutes)
        .join(ServiceOrder, ServiceOrder.id == Appointment.service_order_id)
        .where(
            Appointment.site_id == site_id,
            Appointment.starts_at > now - timedelta(days=1),
            ServiceOrder.state == OrderState.BOOKED,
            ServiceOrder.id != (except_order or 0),
            ~planned,
        )
    )
    for starts_at, minutes in visits:
        taken.visits.append(Span(starts_at - preparation, starts_at + timedelta(minutes=minutes)))
    return taken
