"""What the planner is asked and what it answers: plain numbers, so that it can be asked in a process of its own.

All times are whole minutes since one beginning that the caller chooses.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Stretch = tuple[int, int]
"""Begin and end; the end does not belong to it."""


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of work to be placed. ``release`` is when it may begin at the earliest (the car comes, parts arrive);
    ``people`` and ``places`` are who can do it and where; ``costs`` say how much less somebody suits it, in points."""

    id: int
    order: int
    minutes: int
    release: int
    people: tuple[int, ...]
    places: tuple[int, ...]
    costs: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Car:
    """An order: its promised time (None: nothing was promised) and how much each late minute weighs. ``busy`` is when
    work that stays is done on the car; ``last`` when that work ends."""

    id: int
    due: int | None
    weight: int = 1
    busy: tuple[Stretch, ...] = ()
    last: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """A shift with its breaks."""

    start: int
    end: int
    breaks: tuple[Stretch, ...] = ()

    def work_end(self, start: int, minutes: int) -> int | None:
        """When work that begins at ``start`` is done, breaks left out; None where it does not fit into the shift."""
        if not self.start <= start < self.end or any(begin <= start < end for begin, end in self.breaks):
            return None
        finish = start + minutes
        for begin, end in self.breaks:
            if start < begin < finish:
                finish += end - begin
        return finish if finish <= self.end else None


@dataclass(frozen=True, slots=True)
class Worker:
    id: int
    turns: tuple[Turn, ...]
    busy: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """A bay, and when it is taken or closed."""

    id: int
    busy: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """One day. ``overflow`` is when work that finds no place today would begin at the earliest."""

    works: tuple[Work, ...]
    cars: tuple[Car, ...]
    workers: tuple[Worker, ...]
    spots: tuple[Spot, ...]
    overflow: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Placed:
    """A work that has its person, bay and time."""

    work: int
    worker: int
    spot: int
    start: int
    end: int


def late_minutes(problem: Problem, placed: Iterable[Placed], *, weighted: bool = True) -> int:
    """The minutes by which cars are finished after their promise, each times the car's weight.

    Work without a place counts as if it were done next, from ``overflow`` on, one after the other per car: the least
    that it can take. So no plan looks better by leaving work out.
    """
    ends = {each.work: each.end for each in placed}
    last = {car.id: car.last for car in problem.cars}
    left = dict.fromkeys(last, 0)
    for work in problem.works:
        if work.id in ends:
            last[work.order] = max(last[work.order], ends[work.id])
        else:
            left[work.order] += work.minutes
    total = 0
    for car in problem.cars:
        if car.due is None:
            continue
        end = max(last[car.id], problem.overflow + left[car.id] if left[car.id] else 0)
        total += max(0, end - car.due) * (car.weight if weighted else 1)
    return total


def faults(problem: Problem, placed: Iterable[Placed]) -> list[str]:
    """What is wrong with a plan, for the tests and before it is shown: overlaps, wrong people, wrong times."""
    found: list[str] = []
    works = {work.id: work for work in problem.works}
    workers = {worker.id: worker for worker in problem.workers}
    taken: dict[tuple[str, int], list[Stretch]] = {}
    for worker in problem.workers:
        taken["worker", worker.id] = list(worker.busy)
    for spot in problem.spots:
        taken["spot", spot.id] = list(spot.busy)
    for car in problem.cars:
        taken["car", car.id] = list(car.busy)
    seen: set[int] = set()
    for each in placed:
        work = works.get(each.work)
        if work is None or each.work in seen:
            found.append(f"work {each.work} is unknown or placed twice")
            continue
        seen.add(each.work)
        if each.worker not in work.people or each.spot not in work.places:
            found.append(f"work {each.work} is given to somebody or a bay that does not suit")
            continue
        if each.start < work.release:
            found.append(f"work {each.work} begins before it may")
        ends = {turn.work_end(each.start, work.minutes) for turn in workers[each.worker].turns}
        if each.end not in ends:
            found.append(f"work {each.work} lies outside the shift")
        for key in (("worker", each.worker), ("spot", each.spot), ("car", work.order)):
            if any(begin < each.end and each.start < end for begin, end in taken[key]):
                found.append(f"work {each.work} overlaps at {key[0]} {key[1]}")
            taken[key].append((each.start, each.end))
    return found
