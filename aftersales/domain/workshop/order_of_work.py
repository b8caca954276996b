"""In which order a person's cars are worked on, and when the turn of each comes (DSP-3). Values alone.

A car that somebody is clocked on to is under way. A person who is clocked on is free when that car is expected to be
done; from then on they take, each time, the first of their cars that can be begun:

1. those in the workshop, in the order of the day plan; then those without a plan, what is begun before what is not, by
   promised time;
2. those that are still to come or to be checked in, from the time on at which they are planned.

A car whose wait has an end (parts, the customer's answer) can be begun then, a planned one not before its planned time.
One that waits and nobody knows until when takes no turn, and neither does one on which nothing is left to do.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aftersales.domain.staffing.working_time import WorkingTimes
from aftersales.domain.workshop.rules import Remaining, expected_end

_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Turn:
    """A car in somebody's order of work."""

    car_id: int
    person_id: int | None
    left: Remaining
    at_work: frozenset[int] = frozenset()
    """Who is clocked on to it now."""
    is_here: bool = True
    """Whether it is in the workshop, so that it can be begun."""
    stage: int = 0
    """How far it is: among cars without a plan what is begun comes before what is not."""
    planned_at: datetime | None = None
    promised_at: datetime | None = None

    def can_begin(self, now: datetime) -> datetime:
        """From when on it can be worked on."""
        return max(now, self.left.waits_until or now, self.planned_at or now)

    @property
    def takes_a_turn(self) -> bool:
        return self.left.minutes > 0 and not self.at_work and not self.left.waits_without_date

    @property
    def rank(self) -> tuple[bool, datetime, int, datetime, int]:
        """Its place among those that can be begun at the same moment."""
        planned_at, promised_at = self.planned_at or _LAST, self.promised_at or _LAST
        return (not self.is_here, planned_at, self.stage, promised_at, self.car_id)


def begin_times(turns: Iterable[Turn], now: datetime, times: WorkingTimes) -> dict[int, datetime]:
    """When the work on each car begins for which somebody has to be free first. Cars that are under way, wait without a
    date, have nobody yet or nothing left to do are not in it: nothing is before them."""
    free: dict[int, datetime] = {}
    lists: dict[int, list[Turn]] = {}
    for turn in turns:
        end = expected_end(turn.left, now, times.of(turn.person_id)) if turn.at_work else now
        for person in turn.at_work:
            free[person] = max(free.get(person, now), end)
        if turn.takes_a_turn and turn.person_id is not None:
            lists.setdefault(turn.person_id, []).append(turn)
    begins: dict[int, datetime] = {}
    for person, waiting in lists.items():
        at = free.get(person, now)
        waiting.sort(key=lambda turn: turn.rank)
        while waiting:
            at = max(at, min(turn.can_begin(now) for turn in waiting))
            turn = next(each for each in waiting if each.can_begin(now) <= at)
            waiting.remove(turn)
            begins[turn.car_id] = at
            at = expected_end(replace(turn.left, turn_at=at), now, times.of(person))
    return begins
