"""The plan of a day as a table: its axis and cells, also in the nights in which clocks change."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from aftersales.domain.staffing.calendar import Calendar, Span, shift_on
from aftersales.domain.staffing.models import Grade
from aftersales.domain.staffing.timetable import Person, Timetable
from aftersales.web import day_plan_screen
from aftersales.web.day_plan_screen import axis_of, parse_place, person_rows

WARSAW = "Europe/Warsaw"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def table(day: date, starts: time, ends: time, away: tuple[Span, ...] = ()) -> Timetable:
    shift = shift_on(day, (starts, ends, ((time(12), time(12, 30)),)), WARSAW)
    person = Person(
        1,
        7,
        "Anna",
        "AN",
        Grade.SENIOR,
        None,
        None,
        frozenset(),
        frozenset(),
        False,
        True,
        Calendar((shift,), away),
    )
    return Timetable(WARSAW, (person,), ())


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 3, 29), ["00", "01", "03", "04", "05"]),
        (date(2026, 10, 25), ["00", "01", "02", "02", "03", "04", "05"]),
        (date(2026, 5, 12), ["00", "01", "02", "03", "04", "05"]),
    ],
)
def test_an_hour_that_is_missing_or_comes_twice(day: date, hours: list[str]) -> None:
    """DSP-6: the plan of such a night has the hours that the night has."""
    axis = axis_of(day, table(day, time(0), time(6)), [], LONG_AGO)
    assert axis.hours == hours
    assert axis.columns == 12 * len(hours)


def test_each_row_is_as_wide_as_the_day_and_free_time_is_a_place() -> None:
    day = date(2026, 5, 12)
    noon = datetime(2026, 5, 12, 10, 0, tzinfo=UTC)
    away = (Span(noon + timedelta(hours=2), noon + timedelta(hours=3)),)
    found = table(day, time(8), time(16), away)
    axis = axis_of(day, found, [], LONG_AGO)
    (row,) = person_rows(axis, found, [], noon - timedelta(hours=2), words=lambda person: "")
    assert sum(cell.columns for cell in row.cells) == axis.columns
    assert [(cell.kind, cell.columns) for cell in row.cells] == [
        ("free", 12), ("free", 12), ("free", 12), ("free", 12), ("break", 6), ("free", 6), ("free", 12), ("away", 12),
        ("free", 12),
    ]  # fmt: skip
    places = [parse_place(cell.place) for cell in row.cells if cell.place]
    assert places[0] == ("user", 7, noon - timedelta(hours=2))
    assert len(places) == 5  # not in the past, in the break, or while away


@pytest.mark.parametrize(
    "text", ["", "user-7", "user-~2026", "boss-7~2026-05-12T10:00:00+00:00", "user-7~2026-05-12T10:00:00"]
)
def test_a_place_that_is_none(text: str) -> None:
    assert day_plan_screen.parse_place(text) is None
