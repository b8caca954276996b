"""APT-3: free times come from the workshop's own calendar: opening hours, holidays, shifts, absences, bays, day plan."""

import threading
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales.clock import from_local
from aftersales.db import add, db, transaction
from aftersales.domain.appointments.models import Appointment, BookingChannel
from aftersales.domain.errors import Refused
from aftersales.domain.planning import bookings as plan
from aftersales.domain.planning.models import Booking
from aftersales.domain.service_orders import bookings, free_times
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.sites.models import ClosedDay
from aftersales.domain.staffing.models import (
    Absence,
    AbsenceKind,
    Bay,
    BayClosure,
    BayKind,
    ShiftChange,
    ShiftDay,
    Technician,
)
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries
from tests.factories import NOW
from tests.races import Act, at_once, in_transaction

WEDNESDAY = date(2026, 5, 13)
Arrange = Callable[[Cast], None]


def local(hour: int, minute: int = 0, day: date = WEDNESDAY) -> datetime:
    return from_local(datetime.combine(day, time(hour, minute)), "Europe/Warsaw")


def book(cast: Cast, at: datetime, **values: object) -> ServiceOrder:
    car = factories.vehicle(cast)
    return bookings.book(
        **{
            "site_id": cast.site.id, "vehicle_id": car.id, "customer_id": car.owner_id, "starts_at": at,
            "channel": BookingChannel.PHONE, "concerns": ["Service"], "actor": cast.care.actor(), "now": NOW, **values,
        }  # type: ignore[arg-type]
    )  # fmt: skip


def free(cast: Cast, *, minutes: int = 60, now: datetime = NOW, **values: int) -> list[datetime]:
    return [
        one.starts_at for one in free_times.list_free_times(cast.site.id, minutes=minutes, now=now, **values)
    ]


def technicians(cast: Cast) -> list[int]:
    return list(db.session.scalars(select(Technician.id).where(Technician.site_id == cast.site.id)))


def _away(technician_id: int, start: datetime, end: datetime) -> None:
    add(
        Absence(
            technician_id=technician_id, kind=AbsenceKind.SICK, starts_at=start, ends_at=end, entered_at=NOW,
            entered_by_name="M",
        )
    )  # fmt: skip


def everybody_away(cast: Cast) -> None:
    for each in technicians(cast):
        _away(each, local(0), local(12))


def afternoon_shifts(cast: Cast) -> None:
    for each in technicians(cast):
        for weekday in range(6):
            add(
                ShiftDay(technician_id=each, weekday=weekday, starts_at=time(13), ends_at=time(17), breaks=[])
            )


def day_off(cast: Cast) -> None:
    for each in technicians(cast):
        add(ShiftChange(technician_id=each, day=WEDNESDAY))


def closed(cast: Cast) -> None:
    add(ClosedDay(site_id=cast.site.id, day=WEDNESDAY, name="Stocktake"))


def bays_closed(cast: Cast) -> None:
    for bay in cast.site.bay_ids:
        add(
            BayClosure(
                bay_id=bay, reason="Lift check", starts_at=local(8), ends_at=local(14), entered_at=NOW,
                entered_by_name="M",
            )
        )  # fmt: skip


def bays_that_repair_nothing(cast: Cast) -> None:
    for bay in cast.site.bay_ids:
        db.session.get_one(Bay, bay).kind = BayKind.WASH


def visits_agreed(cast: Cast) -> None:
    """Two visits of two hours at ten: with the preparation nobody is free from 9:45 to 12:00."""
    for _ in range(2):
        book(cast, local(10), minutes=120)


def day_planned(cast: Cast) -> None:
    for user_id, bay_id in zip(
        (cast.technician.id, cast.second_technician.id), cast.site.bay_ids, strict=True
    ):
        order = factories.check_in(cast, factories.open_order(cast))
        job = db.session.scalars(select(Job).where(Job.service_order_id == order.id)).one()
        add(
            Booking(
                site_id=cast.site.id, service_order_id=order.id, job_id=job.id, user_id=user_id, bay_id=bay_id,
                starts_at=local(8), ends_at=local(15), minutes=420, planned_at=NOW, planned_by_name="M",
            )
        )  # fmt: skip


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize(
    ("arrange", "wednesday"),
    [
        (lambda cast: None, [(8, 0), (12, 0)]),
        (everybody_away, [(12, 0)]),
        (afternoon_shifts, [(13, 0)]),
        (day_off, []),
        (closed, []),
        (bays_closed, [(14, 0)]),
        (bays_that_repair_nothing, []),
        (visits_agreed, [(8, 0), (12, 0)]),
        (day_planned, [(15, 0)]),
    ],
)  # fmt: skip
def test_the_first_free_times_of_a_day(
    cast: Cast, arrange: Arrange, wednesday: list[tuple[int, int]]
) -> None:
    with transaction():
        arrange(cast)
    found = [at for at in free(cast) if local(0) <= at < local(0) + timedelta(days=1)]
    assert found == [local(*clock) for clock in wednesday]


def test_a_visit_takes_its_whole_time_and_its_preparation(cast: Cast) -> None:
    """At nine an hour does not fit before the preparation at 9:45 for the visits at ten; half an hour does."""
    with transaction():
        visits_agreed(cast)

    def at_nine(minutes: int) -> bool:
        return free_times.is_free(cast.site.id, local(9), minutes=minutes, now=NOW)

    assert (at_nine(30), at_nine(60)) == (True, False)
    assert not free_times.is_free(cast.site.id, local(19), minutes=30, now=NOW)  # after closing
    assert not free_times.is_free(cast.site.id, local(9, 10), minutes=30, now=NOW)  # no time that we propose


def test_public_holidays_and_sundays_are_left_out(cast: Cast) -> None:
    """4 June 2026 is Corpus Christi, a holiday in Poland."""
    days = {at.date() for at in free(cast, now=local(18, day=date(2026, 6, 3)))}
    assert date(2026, 6, 4) not in days and date(2026, 6, 7) not in days
    assert min(days) == date(2026, 6, 5)


def test_a_proposed_time_that_somebody_took_is_refused_with_the_next(cast: Cast) -> None:
    with transaction():
        taken = book(cast, local(10), is_proposed=True, minutes=120)
        book(cast, local(10), is_proposed=True, minutes=120)
    with transaction(), pytest.raises(Refused, match="taken since. Next free: 09:30"):
        book(cast, local(10), is_proposed=True)
    with transaction():
        book(cast, local(10))  # the desk's own decision
        bookings.reschedule(taken.id, starts_at=local(13), is_proposed=True, actor=cast.care.actor(), now=NOW)
    assert factories.fresh(taken).planned_at == local(13)


def test_a_visit_that_moves_does_not_stand_in_its_own_way(cast: Cast) -> None:
    with transaction():
        for each in technicians(cast)[1:]:
            _away(each, NOW, NOW + timedelta(days=30))
        order = book(cast, local(8), minutes=120)
    assert local(8) not in free(cast)
    assert local(8) in free(cast, order_id=order.id)


def test_however_many_visits_the_queries_are_as_many(cast: Cast, count_queries: CountQueries) -> None:
    counts = []
    for visits in (0, 6):
        with transaction():
            for number in range(visits):
                book(cast, local(8 + number))
            day_planned(cast)
        with count_queries() as seen:
            free(cast)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 13


def _desks(cast: Cast, number: int) -> list[Act]:
    """So many who choose the same proposed time; two technicians and two bays are free then."""
    db.session.remove()
    return [in_transaction(lambda: book(cast, local(10), is_proposed=True)) for _ in range(number)]


def _agreed() -> int:
    return db.session.query(Appointment).count()


def test_many_desks_choose_one_time_at_once(app: Flask, cast: Cast) -> None:
    """A bay is never booked twice, also under simultaneous requests."""
    answers = at_once(app, *_desks(cast, 6))
    assert sum(isinstance(answer, Refused) for answer in answers) == 4
    assert _agreed() == 2


@pytest.mark.postgres
def test_the_race_sees_that_the_lock_is_switched_off(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken twin: all have found the time free before one of them takes it. SQLite writes one after the other."""
    all_looked = threading.Barrier(3)
    look = free_times.is_free

    def look_and_wait(*where: Any, **what: Any) -> bool:
        is_free = look(*where, **what)
        all_looked.wait(timeout=20)
        return is_free

    monkeypatch.setattr(plan, "lock_plan", lambda: None)
    monkeypatch.setattr(free_times, "is_free", look_and_wait)
    at_once(app, *_desks(cast, 3))
    assert _agreed() == 3
