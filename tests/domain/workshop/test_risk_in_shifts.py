"""The lateness risk in the shifts of the person who does the work: breaks, absences, nights, changed clocks."""

from datetime import date, datetime, time, timedelta

import pytest

from aftersales.clock import from_local
from aftersales.db import transaction
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.staffing import times
from aftersales.domain.staffing.models import AbsenceKind
from aftersales.domain.staffing.queries import find_technician
from aftersales.domain.staffing.times import WorkingDay
from aftersales.domain.staffing.working_time import WorkingTimes, find_working_times
from aftersales.domain.workshop import board
from aftersales.domain.workshop.tickets import Risk, Rules
from tests.cast import Cast, Person
from tests.conftest import CountQueries
from tests.factories import NOW, fresh

ZONE = "Europe/Warsaw"
EARLY = WorkingDay(time(7), time(15, 30), ((time(11), time(11, 30)),))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return from_local(datetime.combine(date(2026, 5, day), time(hour, minute)), ZONE)


def works(cast: Cast, person: Person, *weekdays: int, as_agreed: WorkingDay = EARLY) -> int:
    found = find_technician(person.id, cast.site.id)
    assert found is not None
    with transaction():
        times.set_week(
            found.id, dict.fromkeys(weekdays, as_agreed), site_id=cast.site.id, actor=cast.manager.actor(), now=NOW
        )  # fmt: skip
    return found.id


def found(cast: Cast, now: datetime = NOW) -> WorkingTimes:
    return find_working_times(cast.site.id, ZONE, now)


def test_work_goes_on_in_the_next_shift_not_while_the_site_is_open(cast: Cast) -> None:
    """DSP-3, DSP-6: the site is open until six, Tomasz goes at half past three and does not work on Wednesdays."""
    works(cast, cast.technician, 0, 1, 3, 4)
    all_times = found(cast)
    mine, sites = all_times.of(cast.technician.id), all_times.of(None)
    assert sites.after(at(12, 15), 60) == at(12, 16)
    assert mine.after(at(12, 15), 60) == at(14, 7, 30)
    assert mine.after(at(12, 10, 30), 60) == at(12, 12)  # the break lies between
    assert mine.between(at(12, 15), at(14, 8)) == 90
    assert all_times.of(cast.second_technician.id) is sites  # nothing was agreed: as the site is open


def test_absences_and_other_times_on_a_day_count(cast: Cast) -> None:
    """DSP-6: away on Wednesday from ten; on Thursday a short day."""
    technician_id = works(cast, cast.technician, *range(5))
    with transaction():
        times.add_absence(
            technician_id, kind=AbsenceKind.HOLIDAY, first=date(2026, 5, 13), last=date(2026, 5, 13),
            from_time=time(10), site_id=cast.site.id, actor=cast.manager.actor(), now=NOW,
        )  # fmt: skip
        times.change_day(
            technician_id, date(2026, 5, 14), WorkingDay(time(12), time(14)), site_id=cast.site.id,
            actor=cast.manager.actor(), now=NOW,
        )  # fmt: skip
    mine = found(cast).of(cast.technician.id)
    assert mine.after(at(13, 9), 120) == at(14, 13)
    assert mine.after(at(14, 13), 120) == at(15, 8)


@pytest.mark.parametrize(
    ("night", "hours"), [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 5, 16), 8)]
)
def test_a_night_shift_has_the_hours_that_the_night_has(cast: Cast, night: date, hours: int) -> None:
    """DSP-6: clocks change in the night of a Saturday; the shift runs from ten in the evening to six."""
    works(cast, cast.technician, 5, as_agreed=WorkingDay(time(22), time(6)))
    begin = from_local(datetime.combine(night, time(22)), ZONE)
    mine = found(cast, begin).of(cast.technician.id)
    assert mine.between(begin, begin + timedelta(days=1)) == hours * 60
    in_the_night = begin + timedelta(hours=3)
    assert mine.after(in_the_night, 60) == in_the_night + timedelta(hours=1)
    assert mine.closes_after(in_the_night) == begin + timedelta(hours=hours)


def test_a_car_is_late_when_its_technician_goes_before_it_is_done(
    cast: Cast, accepted_order: ServiceOrder
) -> None:
    """DSP-3: an hour and a half of work from 14:30, promised at 17:00: on time by the site's hours, late by the shift."""
    order = fresh(accepted_order)
    with transaction():
        fresh(order).promised_at = at(12, 17)
    now = at(12, 14, 30)

    def risk() -> Risk:
        by = Rules(30, 24, found(cast, now))
        (ticket,) = board.list_tickets(cast.site.id, now, by)
        return ticket.risk(now, by)

    assert risk() is Risk.ON_TIME
    works(cast, cast.technician, *range(5))
    assert risk() is Risk.LATE


def test_shifts_absences_and_hours_are_one_query(cast: Cast, count_queries: CountQueries) -> None:
    works(cast, cast.technician, *range(5))
    works(cast, cast.second_technician, *range(5))
    with count_queries() as seen:
        found(cast)
    assert len(seen) == 1
