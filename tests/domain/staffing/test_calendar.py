"""Shifts, breaks and absences as instants, and where work fits."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from aftersales.domain.staffing import public_holidays
from aftersales.domain.staffing.calendar import Calendar, Shift, Span, Week, shift_on, shifts_between

WARSAW = "Europe/Warsaw"
LUNCH = ((time(12), time(12, 30)),)
DAY = (time(8), time(16), LUNCH)
TUESDAY = date(2026, 5, 12)


def at(hour: int, minute: int = 0, day: int = 12) -> datetime:
    """A wall-clock time in May in Kraków, two hours before UTC."""
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC) - timedelta(hours=2)


def shift() -> Shift:
    return shift_on(TUESDAY, DAY, WARSAW)


def test_wall_clock_times_become_instants() -> None:
    """DSP-6: times local to the site are stored as instants."""
    assert shift() == Shift(at(8), at(16), (Span(at(12), at(12, 30)),))


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 5, 12), 8)],
    ids=["spring", "autumn", "usual"],
)
def test_the_night_in_which_clocks_change_has_the_hours_that_it_has(day: date, hours: int) -> None:
    """DSP-6: a shift from 22 to 6 o'clock is an hour shorter in spring and an hour longer in autumn."""
    night = shift_on(day, (time(22), time(6), ((time(2, 30), time(3)),)), WARSAW)
    assert night.end - night.start == timedelta(hours=hours)
    assert all(night.start < each.start < each.end < night.end for each in night.breaks)


def test_work_goes_on_after_a_break() -> None:
    assert shift().work_end(at(11), 60) == at(12)
    assert shift().work_end(at(11), 90) == at(13)
    assert shift().work_end(at(12, 10), 30) is None  # begins in the break
    assert shift().work_end(at(15), 61) is None  # the shift ends before
    assert shift().minutes_between(at(11), at(13)) == 90


def test_an_absence_leaves_no_room() -> None:
    calendar = Calendar((shift(),), (Span(at(13), at(14)),))
    assert calendar.work_end(at(12, 30), 30) == at(13)
    assert calendar.work_end(at(12, 30), 31) is None
    assert not calendar.is_on_shift(at(13, 30))
    assert calendar.is_on_shift(at(12, 10))


def test_the_next_fit_is_the_first_of_all() -> None:
    """DSP-6: what is refused says the next free time."""
    calendar = Calendar((shift(), shift_on(TUESDAY + timedelta(days=1), DAY, WARSAW)), (Span(at(8), at(9)),))
    busy = [Span(at(9), at(11, 30)), Span(at(13), at(15, 30))]
    assert calendar.next_fit(at(8), 30, busy) == Span(at(11, 30), at(12))
    assert calendar.next_fit(at(8), 60, busy) == Span(at(11, 30), at(13))  # lunch lies between
    assert calendar.next_fit(at(8), 120, busy) == Span(at(8, day=13), at(10, day=13))
    assert calendar.next_fit(at(8), 900, busy) is None


def test_a_change_of_a_day_wins_also_where_the_site_is_closed() -> None:
    """DSP-6: exceptions; holidays and the site's own closing days are off unless somebody agreed to work."""
    holiday = date(2026, 5, 14)
    week = Week(dict.fromkeys(range(5), DAY), {holiday: (time(9), time(11), ()), TUESDAY: None})
    found = shifts_between(
        week, TUESDAY, date(2026, 5, 17), closed={holiday, date(2026, 5, 15)}, timezone=WARSAW
    )
    assert [(each.start, each.end) for each in found] == [
        (at(8, day=13), at(16, day=13)),
        (at(9, day=14), at(11, day=14)),
    ]


def test_public_holidays_come_from_the_sites_country() -> None:
    """DSP-6: per country and region."""
    assert date(2026, 5, 3) in public_holidays.between("PL", "", date(2026, 5, 1), date(2026, 5, 5))
    assert date(2026, 2, 17) in public_holidays.between("CN", "", date(2026, 2, 1), date(2026, 2, 28))
    corpus_christi = date(2026, 6, 4)
    assert corpus_christi in public_holidays.between("DE", "BY", corpus_christi, corpus_christi)
    assert corpus_christi not in public_holidays.between("DE", "", corpus_christi, corpus_christi)
    assert corpus_christi not in public_holidays.between("DE", "nowhere", corpus_christi, corpus_christi)
    assert public_holidays.between("XX", "", date(2026, 1, 1), date(2026, 12, 31)) == {}
