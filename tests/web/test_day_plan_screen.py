"""The plan of a day as a table: its axis and cells, also in the nights in which clocks change."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.staffing.calendar import Calendar, Span, shift_on
from aftersales.domain.staffing.models import Grade
from aftersales.domain.staffing.timetable import Person, Timetable
from aftersales.domain.workshop.day_plan import Block
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
    (row,) = person_rows(
        axis, found, [], noon - timedelta(hours=2), words=lambda person: "", with_places=True
    )
    (track,) = row.tracks
    assert sum(cell.columns for cell in track) == axis.columns
    assert [(cell.kind, cell.columns) for cell in track] == [
        ("free", 12), ("free", 12), ("free", 12), ("free", 12), ("break", 6), ("free", 6), ("free", 12), ("away", 12),
        ("free", 12),
    ]  # fmt: skip
    assert {cell.columns for cell in row.places} == {
        12
    }  # each is as wide as an hour: a finger in a glove hits it
    places = [parse_place(cell.place) for cell in row.places if cell.place]
    assert places[0] == ("user", 7, noon - timedelta(hours=2))
    # Not in the past and not while away; after the break at half past.
    assert [place[2] - noon for place in places if place] == [
        timedelta(hours=-2), timedelta(hours=-1), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=3),
    ]  # fmt: skip


def block(number: int, starts_at: datetime, minutes: int) -> Block:
    return Block(
        number, 1, 1, "Wipers", 1, "26-0001", OrderState.REPAIRING, None, "KR 4W629", "PL", 7, 1, starts_at,
        starts_at + timedelta(minutes=minutes), minutes, False, "", "Paweł Król", starts_at, False, False,
    )  # fmt: skip


def test_short_bookings_are_wide_enough_to_hit_and_tell_their_true_time() -> None:
    """DSP-1: their cells begin where their time does, do not cover each other, and draw that time as a share."""
    day = date(2026, 5, 12)
    eight = datetime(2026, 5, 12, 6, 0, tzinfo=UTC)
    found = table(day, time(8), time(16))
    blocks = [
        block(1, eight, 15),
        block(2, eight + timedelta(minutes=15), 30),
        block(3, eight + timedelta(minutes=100), 120),
        block(4, eight + timedelta(hours=7, minutes=45), 15),
    ]
    axis = axis_of(day, found, blocks, LONG_AGO)
    (row,) = person_rows(axis, found, blocks, LONG_AGO, words=lambda person: "")
    seen = {}
    for number, track in enumerate(row.tracks):
        assert sum(cell.columns for cell in track) == axis.columns
        column = 0
        for cell in track:
            if cell.block is not None:
                seen[cell.block.id] = (number, column, cell.columns)
                assert cell.columns >= day_plan_screen.HIT
                # The solid part is where and as long as the booking is.
                assert (
                    axis.at(0) + (column + cell.lead * cell.columns) * day_plan_screen.STEP
                    == cell.block.starts_at
                )
                assert cell.share * cell.columns * 5 == pytest.approx(cell.block.minutes)
            column += cell.columns
    assert seen == {1: (0, 0, 20), 2: (1, 3, 20), 3: (0, 20, 24), 4: (0, 76, 20)}


def test_a_place_of_an_hour_is_its_first_free_quarter() -> None:
    day = date(2026, 5, 12)
    eight = datetime(2026, 5, 12, 6, 0, tzinfo=UTC)
    found = table(day, time(8), time(16))
    blocks = [block(1, eight, 20), block(2, eight + timedelta(hours=1), 60)]
    axis = axis_of(day, found, blocks, LONG_AGO)
    (row,) = person_rows(axis, found, blocks, LONG_AGO, words=lambda person: "", with_places=True)
    assert [cell.at and cell.at - eight for cell in row.places[:3]] == [
        timedelta(minutes=30), None, timedelta(hours=2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "user-7", "user-~2026", "boss-7~2026-05-12T10:00:00+00:00", "user-7~2026-05-12T10:00:00"]
)
def test_a_place_that_is_none(text: str) -> None:
    assert day_plan_screen.parse_place(text) is None
