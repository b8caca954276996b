"""In which order a person's cars are worked on, and when the turn of each comes."""

from datetime import UTC, datetime, time, timedelta

import pytest

from aftersales.domain.staffing.working_time import WorkingTime, WorkingTimes
from aftersales.domain.workshop import rules
from aftersales.domain.workshop.order_of_work import Turn, begin_times
from aftersales.domain.workshop.rules import Remaining
from tests.factories import NOW

TIMES = WorkingTimes(WorkingTime("Europe/Warsaw", {day: (time(8), time(18)) for day in range(6)}))
TOMASZ, ANNA = 7, 8


def at(hour: int, minute: int = 0, day: int = 12) -> datetime:
    """A time on the wall in Kraków; NOW is Tuesday, 12 May, nine o'clock."""
    return datetime(2026, 5, day, hour - 2, minute, tzinfo=UTC)


def car(car_id: int, minutes: int, *, person: int | None = TOMASZ, **values: object) -> Turn:
    """A car with so many minutes left."""
    left = {key: values.pop(key) for key in tuple(values) if key in Remaining.__dataclass_fields__}
    return Turn(car_id, person, Remaining(minutes, **{"people": 0, **left}), **values)  # type: ignore[arg-type]


def at_work(car_id: int, minutes: int, *people: int, **values: object) -> Turn:
    """A car that these people are clocked on to."""
    return car(car_id, minutes, people=len(people), at_work=frozenset(people), **values)


def begins(*turns: Turn, now: datetime = NOW) -> dict[int, datetime]:
    return begin_times(turns, now, TIMES)


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        pytest.param([at_work(1, 60, TOMASZ), car(2, 30)], {2: at(10)}, id="after what is under way"),
        pytest.param(
            [at_work(1, 61, TOMASZ, ANNA), car(2, 30)], {2: at(9, 31)}, id="two people are done sooner"
        ),
        pytest.param(
            [at_work(1, 30, TOMASZ, said_ready_at=at(11)), car(2, 30)], {2: at(11)}, id="the technician's word"
        ),
        pytest.param(
            [at_work(1, 60, TOMASZ, person=ANNA), car(2, 30)], {2: at(10)}, id="who helps elsewhere is not free"
        ),
        pytest.param(
            [at_work(1, 60, ANNA), car(2, 30)], {2: NOW}, id="others work on it: its technician is free"
        ),
        pytest.param(
            [car(1, 60, promised_at=at(12)), car(2, 30, promised_at=at(11)), car(3, 15, stage=2, promised_at=at(10))],
            {2: NOW, 1: at(9, 30), 3: at(10, 30)},
            id="what is begun first, then by promise",
        ),
        pytest.param(
            [car(1, 60, promised_at=at(10)), car(2, 45, planned_at=at(8)), car(3, 15, planned_at=at(8, 30))],
            {2: NOW, 3: at(9, 45), 1: at(10)},
            id="the plan first",
        ),
        pytest.param(
            [car(1, 120, planned_at=at(13)), car(2, 60)], {2: NOW, 1: at(13)}, id="a gap in the plan is used"
        ),
        pytest.param(
            [car(1, 60), car(2, 60, waits_until=at(9, 20))], {1: NOW, 2: at(10)}, id="a part that comes meanwhile"
        ),
        pytest.param(
            [car(1, 60, waits_without_date=True), car(2, 60)], {2: NOW}, id="who waits without a date holds up nobody"
        ),
        pytest.param([car(1, 0), car(2, 60)], {2: NOW}, id="nothing left, no turn"),
        pytest.param([car(1, 60, person=None), car(2, 60)], {2: NOW}, id="nobody's car"),
        pytest.param([car(1, 60, person=ANNA), car(2, 60)], {1: NOW, 2: NOW}, id="each has a list of their own"),
        pytest.param(
            [car(1, 60), car(2, 60, is_here=False, planned_at=at(9, 30)), car(3, 60, stage=1)],
            {1: NOW, 3: at(10), 2: at(11)},
            id="a car that is still to come waits for those that are here",
        ),
        pytest.param(
            [car(1, 90, is_here=False, planned_at=at(10)), car(2, 60, planned_at=at(11))],
            {1: at(10), 2: at(11, 30)},
            id="a car that is still to come takes its time",
        ),
        pytest.param(
            [car(1, 510), car(2, 60, stage=1), car(3, 60, stage=2)],
            {1: NOW, 2: at(17, 30), 3: at(8, 30, day=13)},
            id="work goes on the next morning",
        ),
    ],
)  # fmt: skip
def test_a_turn_comes_when_what_is_before_it_is_done(
    turns: list[Turn], expected: dict[int, datetime]
) -> None:
    """DSP-3: other work of the same person counts for the expected end."""
    assert begins(*turns) == expected
    assert begins(*reversed(turns)) == expected


def test_overtime_is_not_counted_again_in_the_morning() -> None:
    """Tomasz stays until half past eight; the next car is begun when the shift begins."""
    assert begins(at_work(1, 60, TOMASZ), car(2, 30), now=at(19, 30)) == {2: at(20, 30)}
    left = Remaining(30, people=0, turn_at=at(20, 30))
    assert rules.expected_end(left, at(19, 30), TIMES.site) == at(8, 30, day=13)


@pytest.mark.parametrize(
    ("night", "end"),
    [
        (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 5, tzinfo=UTC)),
        (datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 6, tzinfo=UTC)),
    ],
    ids=["spring: midnight to seven are six hours", "autumn: eight"],
)
def test_on_the_days_on_which_clocks_change_turns_have_their_real_length(
    night: datetime, end: datetime
) -> None:
    """DSP-3: two cars of an even share each fill the night shift to its last minute, and one more begins a day later."""
    nights = WorkingTime("Europe/Warsaw", {day: (time(0), time(7)) for day in range(7)})
    half = int((end - night) / timedelta(minutes=2))
    found = begin_times([car(1, half), car(2, half), car(3, 30)], night, WorkingTimes(nights))
    assert found == {1: night, 2: night + timedelta(minutes=half), 3: end}
    last = Remaining(30, people=0, turn_at=found[3])
    next_opening = nights.after(end, 1) - timedelta(minutes=1)
    assert rules.expected_end(last, night, nights) == next_opening + timedelta(minutes=30)
    assert next_opening - end == timedelta(hours=17)
