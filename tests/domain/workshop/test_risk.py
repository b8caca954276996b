"""The lateness risk of a car, and the working time that it is reckoned in."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask

from aftersales.db import transaction
from aftersales.domain.sites import operations as sites
from aftersales.domain.staffing.working_time import WorkingTime, find_working_time
from aftersales.domain.workshop import rules
from aftersales.domain.workshop.rules import Remaining, Slack
from tests.cast import Cast
from tests.factories import NOW

HOURS = WorkingTime(
    "Europe/Warsaw", {day: (time(8), time(18)) for day in range(6)}, closed=frozenset({date(2026, 5, 14)})
)
"""NOW is Tuesday, nine in the morning; Thursday is a holiday."""


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of May by the wall in Kraków, which is two hours ahead of UTC."""
    return datetime(2026, 5, day, hour - 2, minute, tzinfo=UTC)


def slack(promised_at: datetime, left: Remaining, now: datetime = NOW) -> Slack:
    return rules.slack(
        arrived_at=NOW - timedelta(hours=1),
        promised_at=promised_at,
        now=now,
        left=left,
        at_risk_minutes=30,
        working_time=HOURS,
    )


@pytest.mark.parametrize(
    ("left", "spare", "tone"),
    [(60, 60, ""), (90, 30, ""), (91, 29, "soon"), (120, 0, "soon"), (121, -1, "urgent")],
)
def test_a_car_is_at_risk_under_the_setting_and_late_beyond_its_promise(
    left: int, spare: int, tone: str
) -> None:
    """DSP-3: lateness risk."""
    found = slack(NOW + timedelta(hours=2), Remaining(left))
    assert (found.spare, found.tone) == (spare, tone)
    assert 0 <= found.used <= found.end <= 1
    assert 0 < found.due < 1


def test_the_night_is_no_spare_time() -> None:
    """DSP-3: 17:30, two hours of work, promised for nine tomorrow: half an hour today and an hour and a half tomorrow
    end at half past nine."""
    found = slack(at(13, 9), Remaining(120), now=at(12, 17, 30))
    assert (found.expected_end, found.spare, found.tone) == (at(13, 9, 30), -30, "urgent")


def test_spare_minutes_are_working_minutes() -> None:
    """An hour is left this evening, the promise is for nine tomorrow: an hour tonight and one tomorrow are spare."""
    found = slack(at(13, 9), Remaining(30), now=at(12, 16, 30))
    assert (found.spare, found.tone) == (120, "")


def test_waiting_for_parts_comes_before_the_work() -> None:
    """DSP-3: the expected arrival of the part counts."""
    found = slack(at(13, 12), Remaining(120, waits_until=at(13, 9)))
    assert (found.expected_end, found.spare) == (at(13, 11), 60)


def test_a_wait_without_a_date_is_a_risk() -> None:
    found = slack(at(15, 17), Remaining(60, waits_without_date=True))
    assert (found.tone, found.waits_without_date) == ("soon", True)


def test_two_people_halve_what_is_left() -> None:
    """DSP-4: team work is possible."""
    assert slack(at(12, 12), Remaining(121, people=2)).expected_end == at(12, 10, 1)


def test_the_technicians_word_counts_where_it_is_later() -> None:
    """DSP-5."""
    assert slack(at(12, 12), Remaining(60, said_ready_at=at(12, 13))).tone == "urgent"
    assert slack(at(12, 12), Remaining(60, said_ready_at=at(12, 9, 30))).expected_end == at(12, 10)


def test_overtime_goes_on_by_the_clock() -> None:
    """Somebody works on the car at half past seven in the evening: it is done tonight, not tomorrow."""
    found = slack(at(12, 21), Remaining(60, people=1), now=at(12, 19, 30))
    assert (found.expected_end, found.spare) == (at(12, 20, 30), 30)
    assert slack(at(12, 21), Remaining(60, people=0), now=at(12, 19, 30)).is_late


def test_the_bar_of_a_car_far_beyond_its_promise_stays_whole() -> None:
    found = slack(NOW - timedelta(days=1), Remaining(60))
    assert found.is_late
    assert found.due <= found.used <= found.end <= 1


def test_work_rests_over_holiday_and_weekend() -> None:
    """From Wednesday 17:00 on: an hour that day, Thursday is a holiday, ten hours on Friday, ten on Saturday."""
    assert HOURS.after(at(13, 17), 60) == at(13, 18)
    assert HOURS.after(at(13, 17), 61) == at(15, 8, 1)
    assert HOURS.after(at(16, 17), 61) == at(18, 8, 1)  # Sunday is closed
    assert HOURS.between(at(13, 17), at(15, 9)) == 120
    assert HOURS.between(at(15, 9), at(13, 17)) == 0


def test_a_night_with_a_change_of_the_clocks_has_its_real_length() -> None:
    """On 25 October 2026 an hour comes twice: from midnight to six are seven hours."""
    always = WorkingTime("Europe/Warsaw", {day: (time(0), time(6)) for day in range(7)})
    begin = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    assert always.between(begin, begin + timedelta(hours=24)) == 420
    assert always.after(begin, 420) == datetime(2026, 10, 25, 5, 0, tzinfo=UTC)


def test_a_site_without_hours_works_by_the_clock() -> None:
    nothing = WorkingTime("Europe/Warsaw", {})
    assert nothing.after(NOW, 90) == NOW + timedelta(minutes=90)
    assert nothing.between(NOW, NOW + timedelta(minutes=90)) == 90
    assert nothing.closes_after(NOW) is None


def test_the_sites_hours_and_closed_days_are_read_together(app_context: Flask, cast: Cast) -> None:
    with transaction():
        sites.close_on(cast.site.id, date(2026, 5, 14), name="Feast", actor=cast.admin.actor(), now=NOW)
    found = find_working_time(cast.site.id, cast.site.timezone, NOW)
    assert (found.hours, found.timezone) == (HOURS.hours, HOURS.timezone)
    assert {date(2026, 5, 14), date(2026, 5, 3)} <= found.closed  # 3 May is a public holiday
    assert date(2026, 5, 12) not in found.closed


def test_one_promises_the_next_quarter() -> None:
    assert rules.next_quarter(at(12, 9, 1)) == at(12, 9, 15)
    assert rules.next_quarter(at(12, 9, 15)) == at(12, 9, 15)
