"""The plan that a careful person makes by hand: earliest promise first, each where it is finished soonest.

It is the baseline that the solver is measured against, its starting point, and what is shown when it gives nothing.
"""

from collections.abc import Iterable

from aftersales.domain.planning.problem import Placed, Problem, Stretch, Turn, Work

_NEVER = 10**9


def plan(problem: Problem) -> list[Placed]:
    """Place the works one after the other; a work that fits nowhere today is left out."""
    due = {car.id: car.due if car.due is not None else _NEVER for car in problem.cars}
    weight = {car.id: car.weight for car in problem.cars}
    people = {worker.id: list(worker.busy) for worker in problem.workers}
    turns = {worker.id: worker.turns for worker in problem.workers}
    bays = {spot.id: list(spot.busy) for spot in problem.spots}
    cars = {car.id: list(car.busy) for car in problem.cars}
    placed = []
    for work in sorted(
        problem.works, key=lambda each: (due[each.order], -weight[each.order], each.release, each.id)
    ):
        best: tuple[int, int, Placed] | None = None
        for worker in work.people:
            for spot in work.places:
                busy = (*people[worker], *bays[spot], *cars[work.order])
                found = earliest(work, turns[worker], busy)
                if found is None:
                    continue
                start, end = found
                key = (end, work.costs.get(worker, 0))
                if best is None or key < best[:2]:
                    best = (*key, Placed(work.id, worker, spot, start, end))
        if best is not None:
            chosen = best[2]
            placed.append(chosen)
            for taken in (people[chosen.worker], bays[chosen.spot], cars[work.order]):
                taken.append((chosen.start, chosen.end))
    return placed


def earliest(work: Work, turns: Iterable[Turn], busy: Iterable[Stretch]) -> Stretch | None:
    """The first stretch in which the work fits beside what is busy."""
    taken = sorted(busy)
    starts = {work.release}
    for turn in turns:
        starts.add(turn.start)
        starts.update(end for _, end in turn.breaks)
    starts.update(end for _, end in taken)
    for start in sorted(each for each in starts if each >= work.release):
        for turn in turns:
            end = turn.work_end(start, work.minutes)
            if end is not None and not any(begin < end and start < over for begin, over in taken):
                return start, end
    return None
