"""Bookings: put into the plan, moved, taken off. The one place that writes them.

Every write first takes the plan's lock (:func:`lock_plan`), after the order's: so what was looked at still holds when
it is written, on both databases, also where one person works at two sites. Planning is done by few, and each write
takes milliseconds.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from aftersales.db import add, db, one_at_a_time
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused, Stale
from aftersales.domain.planning import words
from aftersales.domain.planning.models import Booking
from aftersales.domain.sites import operations as sites
from aftersales.domain.sites.models import Site
from aftersales.domain.staffing.calendar import Span
from aftersales.domain.staffing.timetable import Person, Place, Timetable
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.i18n import gettext

LONGEST = 16 * 60
JUST_NOW = timedelta(minutes=5)
"""A plan made on a screen may be this old when it arrives."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Where a job is wanted."""

    service_order_id: int
    job_id: int
    user_id: int
    bay_id: int
    starts_at: datetime
    minutes: int
    overtime_reason: str = ""


def lock_plan() -> None:
    """Wait for other planners until this transaction ends. Take the order's lock before."""
    one_at_a_time("plan")


def put(
    wish: Wish,
    timetable: Timetable,
    *,
    site_id: int,
    actor: Actor,
    now: datetime,
    is_fixed: bool = False,
    except_ids: Collection[int] = (),
) -> Booking:
    """Plan the job. Refuses what :func:`check` refuses; ``except_ids`` are bookings that move away in the same act."""
    actor.need("dispatch.assign")
    lock_plan()
    span = check(wish, timetable, now=now, except_ids=except_ids)
    booking = add(
        Booking(
            site_id=site_id,
            service_order_id=wish.service_order_id,
            job_id=wish.job_id,
            user_id=wish.user_id,
            bay_id=wish.bay_id,
            starts_at=span.start,
            ends_at=span.end,
            minutes=wish.minutes,
            is_fixed=is_fixed,
            overtime_reason=wish.overtime_reason.strip()[:200],
            planned_at=now,
            planned_by_name=actor.name,
        )
    )
    tasks.close_tasks(TaskType.PLAN_AGAIN, actor=actor, now=now, service_order_id=wish.service_order_id)
    _changed("plan.put", booking, actor=actor, now=now)
    return booking


def change(
    booking: Booking,
    wish: Wish,
    timetable: Timetable,
    *,
    actor: Actor,
    now: datetime,
    except_ids: Collection[int] = (),
) -> Booking:
    """Move the booking to where it is wanted. Refuses what :func:`check` refuses; unchanged, nothing happens."""
    actor.need("dispatch.assign")
    lock_plan()
    same = (wish.user_id, wish.bay_id, wish.starts_at, wish.minutes)
    if same == (booking.user_id, booking.bay_id, booking.starts_at, booking.minutes):
        return booking
    span = check(wish, timetable, now=now, except_ids={booking.id, *except_ids}, began_at=booking.starts_at)
    booking.user_id, booking.bay_id = wish.user_id, wish.bay_id
    booking.starts_at, booking.ends_at, booking.minutes = span.start, span.end, wish.minutes
    booking.overtime_reason = wish.overtime_reason.strip()[:200]
    _touch(booking, actor=actor, now=now)
    _changed("plan.move", booking, actor=actor, now=now)
    return booking


def set_fixed(booking: Booking, is_fixed: bool, *, actor: Actor, now: datetime) -> Booking:
    """Whether the planner leaves the booking where it is."""
    actor.need("dispatch.assign")
    if booking.is_fixed != is_fixed:
        booking.is_fixed = is_fixed
        _touch(booking, actor=actor, now=now)
        _changed("plan.fix", booking, actor=actor, now=now)
    return booking


def take_off(booking: Booking, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take the booking off the plan; what ran already stays as it was until now. Twice is harmless."""
    if booking.cancelled_at is not None or booking.ends_at <= now:
        return
    if booking.starts_at < now:
        booking.ends_at = now
        booking.minutes = max(1, min(booking.minutes, Span(booking.starts_at, now).minutes))
    else:
        booking.cancelled_at, booking.cancel_reason = now, reason[:200]
    _touch(booking, actor=actor, now=now)
    _changed("plan.take_off", booking, actor=actor, now=now)


def drop_order(order_id: int, *, reason: str, actor: Actor, now: datetime) -> int:
    """The order leaves the workshop: its bookings go. Returns how many."""
    return _drop(Booking.service_order_id == order_id, reason=reason, actor=actor, now=now)


def drop_job(job_id: int, *, reason: str, actor: Actor, now: datetime) -> int:
    """The job is done or taken off its order: its bookings go, and its people and bay are free from now on."""
    return _drop(Booking.job_id == job_id, reason=reason, actor=actor, now=now)


def drop_before(order_id: int, starts_at: datetime, *, reason: str, actor: Actor, now: datetime) -> int:
    """The car comes later: bookings that begin before that go."""
    on_it = (Booking.service_order_id == order_id) & (Booking.starts_at < starts_at)
    return _drop(on_it, reason=reason, actor=actor, now=now)


def _drop(which: object, *, reason: str, actor: Actor, now: datetime) -> int:
    query = select(Booking).where(which, Booking.cancelled_at.is_(None), Booking.ends_at > now)  # type: ignore[arg-type]
    if db.session.scalar(query.limit(1)) is None:
        return 0
    lock_plan()
    found = list(db.session.scalars(query.execution_options(populate_existing=True)))
    for booking in found:
        take_off(booking, reason=reason, actor=actor, now=now)
    return len(found)


def get(booking_id: int, *, site_id: int) -> Booking:
    """A booking of the site, whatever became of it. Raises :class:`NotFound` for another site's."""
    booking = db.session.get(Booking, booking_id)
    if booking is None or booking.site_id != site_id:
        raise NotFound(gettext("There is no such entry in the plan."))
    return booking


def lock(booking_id: int, *, site_id: int, version: int | None) -> Booking:
    """The booking, fresh, under the plan's lock. Refuses one that somebody changed or took off since it was shown, with
    who and when. The order's lock has to be taken before."""
    lock_plan()
    booking = get(booking_id, site_id=site_id)
    db.session.refresh(booking)
    if booking.cancelled_at is not None or (version is not None and booking.version != version):
        zone = db.session.get_one(Site, site_id).timezone
        raise Stale(
            gettext(
                "%(who)s changed this at %(time)s. The plan is shown as it stands now; do it again if it is still right.",
                who=booking.planned_by_name,
                time=words.at(booking.planned_at, zone, now=booking.planned_at),
            ),
            current=booking,
        )
    return booking


def check(
    wish: Wish,
    timetable: Timetable,
    *,
    now: datetime,
    except_ids: Collection[int] = (),
    began_at: datetime | None = None,
) -> Span:
    """The stretch that the wish takes. Refuses a person or bay of another site, a time that is past, one outside the
    shift without a reason, one in which the person is away or the bay closed, and one that is taken; each refusal of a
    time says the next free one."""
    if not 0 < wish.minutes <= LONGEST:
        raise Invalid(gettext("Plan at least one minute and at most 16 hours."), field="minutes")
    if wish.starts_at < now - JUST_NOW and wish.starts_at != began_at:
        raise Refused(gettext("This time is past. Choose a later one."))
    person, place = timetable.person(wish.user_id), timetable.place(wish.bay_id)
    if person is None:
        raise Invalid(gettext("Choose a technician of this site."), field="user_id")
    if place is None:
        raise Invalid(gettext("Choose a bay of this site."), field="bay_id")
    end = person.calendar.work_end(wish.starts_at, wish.minutes)
    if end is None:
        if person.calendar.is_away(Span(wish.starts_at, wish.starts_at + timedelta(minutes=wish.minutes))):
            _refuse(gettext("%(name)s is away then.", name=person.name), wish, timetable, now, except_ids)
        if not wish.overtime_reason.strip():
            _refuse(
                gettext(
                    "%(name)s is not on shift for all of that. For overtime give a reason.", name=person.name
                ),
                wish, timetable, now, except_ids,
            )  # fmt: skip
        end = wish.starts_at + timedelta(minutes=wish.minutes)
    span = Span(wish.starts_at, end)
    if closed := place.closed_in(span):
        _refuse(
            gettext("Bay %(bay)s is closed then: %(why)s.", bay=place.name, why=closed),
            wish, timetable, now, except_ids,
        )  # fmt: skip
    for other in _overlapping(wish, span, except_ids):
        _refuse(_taken_by(other, wish, person, place, timetable, now), wish, timetable, now, except_ids)
    return span


def next_free(
    wish: Wish,
    timetable: Timetable,
    *,
    now: datetime,
    except_ids: Collection[int] = (),
    others: Iterable[Span] | None = None,
) -> Span | None:
    """The first stretch from the wished time on that is free for the person, the bay and the car."""
    person, place = timetable.person(wish.user_id), timetable.place(wish.bay_id)
    if person is None or place is None:
        return None
    after = max(wish.starts_at, now)
    if others is None:
        others = (
            Span(each.starts_at, each.ends_at) for each in _of_wish(wish, Booking.ends_at > after, except_ids)
        )
    busy = list(others)
    busy += [closed for closed, _ in place.closures]
    return person.calendar.next_fit(after, wish.minutes, busy)


def _refuse(why: str, wish: Wish, timetable: Timetable, now: datetime, except_ids: Collection[int]) -> None:
    free = next_free(wish, timetable, now=now, except_ids=except_ids)
    if free is None:
        raise Refused(gettext("%(why)s There is no free time in the next two weeks.", why=why))
    time = words.at(free.start, timetable.timezone, now=now)
    raise Refused(gettext("%(why)s Next free: %(time)s.", why=why, time=time))


def _taken_by(
    other: Booking, wish: Wish, person: Person, place: Place, timetable: Timetable, now: datetime
) -> str:
    what = person.name if other.user_id == wish.user_id else gettext("Bay %(bay)s", bay=place.name)
    if other.user_id != wish.user_id and other.bay_id != wish.bay_id:
        what = gettext("The car")
    return gettext(
        "%(what)s is taken from %(start)s to %(end)s.",
        what=what,
        start=words.at(other.starts_at, timetable.timezone, now=now),
        end=words.at(other.ends_at, timetable.timezone, now=now),
    )


def _overlapping(wish: Wish, span: Span, except_ids: Collection[int]) -> list[Booking]:
    within = (Booking.starts_at < span.end) & (Booking.ends_at > span.start)
    return _of_wish(wish, within, except_ids)


def _of_wish(wish: Wish, within: object, except_ids: Collection[int]) -> list[Booking]:
    """The bookings that stand of the wish's person, bay or car."""
    query = (
        select(Booking)
        .where(
            Booking.cancelled_at.is_(None),
            Booking.id.not_in(list(except_ids)),
            within,  # type: ignore[arg-type]
            or_(
                Booking.user_id == wish.user_id,
                Booking.bay_id == wish.bay_id,
                Booking.service_order_id == wish.service_order_id,
            ),
        )
        .order_by(Booking.starts_at)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def _touch(booking: Booking, *, actor: Actor, now: datetime) -> None:
    booking.planned_at, booking.planned_by_name = now, actor.name
    db.session.flush()


def _changed(action: str, booking: Booking, *, actor: Actor, now: datetime) -> None:
    audit.record(
        action,
        booking,
        actor=actor,
        now=now,
        site_id=booking.site_id,
        details={
            "job_id": booking.job_id,
            "user_id": booking.user_id,
            "bay_id": booking.bay_id,
            "starts_at": booking.starts_at.isoformat(),
            "ends_at": booking.ends_at.isoformat(),
            "reason": booking.cancel_reason or booking.overtime_reason,
        },
    )
    sites.note_change(booking.site_id)
