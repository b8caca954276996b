"""How late cars are: the planner against the plan of a careful person, on the same generated days, in one run.

``python -m benchmarks.planner [--days 200] [--seed 20261122] [--jobs 40] [--people 8] [--seconds 2] [--wall]``

The seconds of the search are those of two processors, so that the figures are the same on a machine that has other things
to do. With ``--wall`` they are those of the clock, as in the product: then busy processors show as greedy plans taken.
"""

import argparse
import time
from random import Random

from aftersales.domain.planning import greedy, planner
from aftersales.domain.planning.problem import Car, Problem, Spot, Turn, Work, Worker, faults, late_minutes

_LENGTHS = (15, 30, 30, 45, 45, 60, 60, 90, 120, 150, 180, 240)
_SKILLS = ("mechanical", "electrical", "diagnosis")
_KINDS = ("lift", "lift", "lift", "lift", "lift", "alignment", "ev", "lift", "lift")


def day(random: Random, *, jobs: int = 40, people: int = 8) -> Problem:
    """A day as workshops have them: shifts of early and late people with a break, bays of kinds, two thirds of the cars
    with one job, promises that are tight for some, parts that come late for a few."""
    able = {
        number: {"mechanical"} | {skill for skill in _SKILLS[1:] if random.random() < 0.4}
        for number in range(people)
    }
    able[0] = set(_SKILLS)
    workers = tuple(
        Worker(
            number,
            (Turn(begin, begin + 8 * 60 + 30, ((begin + 240, begin + 270),)),),
            ((begin + 60, begin + 60 + random.choice((30, 60, 90))),) if random.random() < 0.3 else (),
        )
        for number in range(people)
        for begin in (random.choice((0, 0, 0, 120)),)
    )
    spots = tuple(Spot(number) for number in range(len(_KINDS)))
    works: list[Work] = []
    cars: list[Car] = []
    while len(works) < jobs:
        car, size = len(cars), min(random.choice((1, 1, 1, 1, 2, 3)), jobs - len(works))
        release = random.choice((0, 0, 0, 30, 60, 120, 180, 240))
        minutes = 0
        for _ in range(size):
            length, skill = random.choice(_LENGTHS), random.choice((*_SKILLS, "mechanical", "mechanical"))
            kind = random.choice(("any", "any", "any", "any", "alignment", "ev"))
            minutes += length
            late_part = random.choice((0, 0, 0, 0, 0, 0, 90, 180))
            works.append(
                Work(
                    len(works),
                    car,
                    length,
                    release + late_part,
                    tuple(number for number in range(people) if skill in able[number]),
                    tuple(n for n, each in enumerate(_KINDS) if kind in ("any", each)),
                )
            )
        due = release + minutes + random.choice((30, 60, 90, 120, 180, 240, 300))
        cars.append(Car(car, due, random.choice((1, 1, 1, 1, 2, 4))))
    return Problem(tuple(works), tuple(cars), workers, spots, overflow=24 * 60)


def compare(
    days: int, seed: int, *, jobs: int, people: int, seconds: float, wall: bool = True
) -> dict[str, float]:
    """Late minutes of both over all days; every plan is looked through for overlaps."""
    random, sums = Random(seed), {"greedy": 0, "planner": 0, "better": 0, "fallbacks": 0, "slowest": 0.0}
    for _ in range(days):
        problem = day(random, jobs=jobs, people=people)
        baseline = greedy.plan(problem)
        begun = time.monotonic()
        made = planner.plan_day(problem, seconds=seconds, by_processor=not wall)
        took = time.monotonic() - begun
        for wrong in (faults(problem, baseline), faults(problem, made.placed)):
            if wrong:
                raise AssertionError(wrong)
        before = late_minutes(problem, baseline)
        sums["greedy"] += before
        sums["planner"] += made.late
        sums["better"] += made.late < before
        sums["fallbacks"] += made.by == "greedy"
        sums["slowest"] = max(sums["slowest"], took)
    return sums


def main() -> None:
    asks = argparse.ArgumentParser(description=__doc__)
    asks.add_argument("--days", type=int, default=200)
    asks.add_argument("--seed", type=int, default=20_261_122)
    asks.add_argument("--jobs", type=int, default=40)
    asks.add_argument("--people", type=int, default=8)
    asks.add_argument("--seconds", type=float, default=planner.LIMIT_SECONDS)
    asks.add_argument("--wall", action="store_true")
    args = asks.parse_args()
    print(
        f"{args.days} days of {args.jobs} jobs and {args.people} people, seed {args.seed}, {args.seconds} s each"
    )
    sums = compare(
        args.days, args.seed, jobs=args.jobs, people=args.people, seconds=args.seconds, wall=args.wall
    )
    print(f"weighted late minutes: greedy {sums['greedy']:.0f}, planner {sums['planner']:.0f}"
          f" ({1 - sums['planner'] / max(1, sums['greedy']):.0%} less)")  # fmt: skip
    print(
        f"days better: {sums['better']:.0f}, greedy plan taken: {sums['fallbacks']:.0f}, slowest {sums['slowest']:.1f} s"
    )


if __name__ == "__main__":
    main()
