"""The solver, run as a program of its own by :mod:`.planner`: a problem as JSON in, placed works as JSON out.

It imports nothing of the product, so that it starts quickly, and its memory (about 130 MB with OR-Tools) goes back
when it ends. Time runs in steps of five minutes.

The model: each work may be present; then one person's shift and one bay hold it. Tasks do not overlap at a person, in
a bay or on one car. Work that is begun before a break ends later by that break. The sum of weighted late minutes is
made small first; then what suits people less, then early ends.
"""

import json
import os
import sys
import threading
import time
from typing import Any

from ortools.sat.python import cp_model

STEP = 5
LATE, LEFT_OUT, COST = 100, 40, 5
"""Points of the objective: a late minute (times the car's weight), a step of work left out, a point of ``costs``."""


class Model:
    """The constraint model of one problem."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.problem = problem
        self.model = cp_model.CpModel()
        self.horizon = max(
            [_up(turn["end"]) for worker in problem["workers"] for turn in worker["turns"]] or [0]
        )
        self.workers = {worker["id"]: worker for worker in problem["workers"]}
        self.at_worker: dict[int, list[Any]] = {w["id"]: self._taken(w["busy"]) for w in problem["workers"]}
        self.at_spot: dict[int, list[Any]] = {s["id"]: self._taken(s["busy"]) for s in problem["spots"]}
        self.at_car: dict[int, list[Any]] = {c["id"]: self._taken(c["busy"]) for c in problem["cars"]}
        self.present: dict[int, Any] = {}
        self.start: dict[int, Any] = {}
        self.end: dict[int, Any] = {}
        self.who: dict[tuple[int, int], Any] = {}
        self.where: dict[tuple[int, int], Any] = {}
        self.size: dict[int, Any] = {}
        self.crosses: dict[int, dict[tuple[int, int], Any]] = {}
        self.before: dict[tuple[int, int, int, int], Any] = {}
        self.turns: dict[tuple[int, int, int], Any] = {}
        self.late: dict[int, Any] = {}
        self.objective: list[Any] = []
        for work in problem["works"]:
            self._work(work)
        for lane in (*self.at_worker.values(), *self.at_spot.values(), *self.at_car.values()):
            if len(lane) > 1:
                self.model.add_no_overlap(lane)
        self._lateness()
        self.model.minimize(sum(self.objective))

    def _taken(self, stretches: list[list[int]]) -> list[Any]:
        """What stays, as intervals; where two of them overlap they become one."""
        merged: list[list[int]] = []
        for begin, end in sorted((_down(b), _up(e)) for b, e in stretches):
            if merged and begin <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            elif end > begin:
                merged.append([begin, end])
        return [self.model.new_fixed_size_interval_var(b, e - b, f"busy{b}") for b, e in merged]

    def _work(self, work: dict[str, Any]) -> None:
        model, ident, length = self.model, work["id"], _up(work["minutes"])
        release = _up(max(0, work["release"]))
        here = self.present[ident] = model.new_bool_var(f"present{ident}")
        if release + length > self.horizon:
            model.add(here == 0)
            self.objective.append(LEFT_OUT * length)
            return
        breaks = sorted(
            {
                (_down(begin), _up(end))
                for worker in work["people"]
                for turn in self.workers[worker]["turns"]
                for begin, end in turn["breaks"]
            }
        )
        longest = length + sum(end - begin for begin, end in breaks)
        start = self.start[ident] = model.new_int_var(release, self.horizon - length, f"start{ident}")
        end = self.end[ident] = model.new_int_var(release + length, self.horizon, f"end{ident}")
        size = self.size[ident] = model.new_int_var(length, longest, f"size{ident}")
        crossed = self.crosses[ident] = {b: model.new_bool_var(f"cross{ident}-{b[0]}") for b in breaks}
        model.add(size == length + sum((e - b) * crossed[b, e] for b, e in breaks))
        model.add(end == start + size)
        turns = []
        for worker in work["people"]:
            turns += self._given_to(ident, worker, length, release, breaks)
        model.add(sum(turns) == here) if turns else model.add(here == 0)
        for worker in work["people"]:
            if (ident, worker) in self.who:
                interval = model.new_optional_interval_var(
                    start, size, end, self.who[ident, worker], f"w{ident}"
                )
                self.at_worker[worker].append(interval)
                self.objective.append(COST * work["costs"].get(str(worker), 0) * self.who[ident, worker])
        places = []
        for spot in work["places"]:
            chosen = self.where[ident, spot] = model.new_bool_var(f"at{ident}-{spot}")
            places.append(chosen)
            self.at_spot[spot].append(model.new_optional_interval_var(start, size, end, chosen, f"s{ident}"))
        model.add(sum(places) == here) if places else model.add(here == 0)
        self.at_car[work["order"]].append(
            model.new_optional_interval_var(start, size, end, here, f"c{ident}")
        )
        self.objective.append(LEFT_OUT * length * (1 - here))
        self.objective.append(end)

    def _given_to(
        self, ident: int, worker: int, length: int, release: int, breaks: list[tuple[int, int]]
    ) -> list[Any]:
        """One literal for each shift of the person in which the work may lie."""
        model, found = self.model, list[Any]()
        for number, turn in enumerate(self.workers[worker]["turns"]):
            first, last = max(release, _up(turn["start"])), _down(turn["end"])
            if first + length > last:
                continue
            chosen = self.turns[ident, worker, number] = model.new_bool_var(f"in{ident}-{worker}-{number}")
            found.append(chosen)
            model.add(self.start[ident] >= first).only_enforce_if(chosen)
            model.add(self.end[ident] <= last).only_enforce_if(chosen)
            own = {(_down(begin), _up(end)) for begin, end in turn["breaks"]}
            for each in breaks:
                crosses = self.crosses[ident][each]
                if each not in own:
                    model.add(crosses == 0).only_enforce_if(chosen)
                    continue
                begin, end = each
                before = model.new_bool_var(f"before{ident}-{worker}-{begin}")
                self.before[ident, worker, number, begin] = before
                model.add(self.start[ident] < begin).only_enforce_if(chosen, before)
                model.add(self.start[ident] >= end).only_enforce_if(chosen, before.negated())
                model.add_implication(crosses, before).only_enforce_if(chosen)
                # Begun before the break and not done by then: the end lies after it.
                model.add(self.end[ident] <= begin).only_enforce_if(chosen, before, crosses.negated())
                model.add(self.end[ident] > end).only_enforce_if(chosen, crosses)
        if found:
            who = self.who[ident, worker] = model.new_bool_var(f"who{ident}-{worker}")
            model.add(sum(found) == who)
        return found

    def _lateness(self) -> None:
        """Each car's late minutes: as :func:`.problem.late_minutes` counts them."""
        model, problem = self.model, self.problem
        overflow = problem["overflow"]
        for car in problem["cars"]:
            if car["due"] is None:
                continue
            works = [work for work in problem["works"] if work["order"] == car["id"]]
            most = overflow + sum(work["minutes"] for work in works) + car["last"]
            late = self.late[car["id"]] = model.new_int_var(
                max(0, car["last"] - car["due"]), max(0, most), f"late{car['id']}"
            )
            for work in works:
                if work["id"] in self.end:
                    model.add(late >= STEP * self.end[work["id"]] - car["due"]).only_enforce_if(
                        self.present[work["id"]]
                    )
            left = sum(work["minutes"] * (1 - self.present[work["id"]]) for work in works)
            for work in works:
                model.add(late >= overflow + left - car["due"]).only_enforce_if(
                    self.present[work["id"]].negated()
                )
            self.objective.append(LATE * car["weight"] * late)

    def hint(self, placed: list[dict[str, int]]) -> None:
        """Begin with a plan that is known: every variable gets its value, so that the search has it at once."""
        add, known = self.model.add_hint, {each["work"]: each for each in placed}
        for work in self.problem["works"]:
            ident = work["id"]
            each = known.get(ident) if ident in self.start else None
            add(self.present[ident], each is not None)
            if ident not in self.start:
                continue
            length = _up(work["minutes"])
            start = _up(each["start"]) if each else _up(max(0, work["release"]))
            end = _up(each["end"]) if each else start + length
            add(self.start[ident], start)
            add(self.end[ident], end)
            add(self.size[ident], end - start)
            own = self._breaks_of(each["worker"], start) if each else set()
            for (begin, over), literal in self.crosses[ident].items():
                add(literal, each is not None and (begin, over) in own and start < begin < end)
            self._hint_choices(ident, each, start)
        self._hint_lateness(known)

    def _hint_choices(self, ident: int, each: dict[str, int] | None, start: int) -> None:
        add = self.model.add_hint
        for (work, worker), literal in self.who.items():
            if work == ident:
                add(literal, each is not None and worker == each["worker"])
        for (work, spot), literal in self.where.items():
            if work == ident:
                add(literal, each is not None and spot == each["spot"])
        for (work, worker, number), literal in self.turns.items():
            if work == ident:
                turn = self.workers[worker]["turns"][number]
                add(literal, each is not None and worker == each["worker"]
                    and _up(turn["start"]) <= start < _down(turn["end"]))  # fmt: skip
        for (work, _worker, _number, begin), literal in self.before.items():
            if work == ident:
                add(literal, start < begin)

    def _hint_lateness(self, known: dict[int, dict[str, int]]) -> None:
        for car in self.problem["cars"]:
            if car["id"] not in self.late:
                continue
            last, left = car["last"], 0
            for work in self.problem["works"]:
                if work["order"] == car["id"] and work["id"] in known:
                    last = max(last, STEP * _up(known[work["id"]]["end"]))
                elif work["order"] == car["id"]:
                    left += work["minutes"]
            end = max(last, self.problem["overflow"] + left if left else 0)
            self.model.add_hint(self.late[car["id"]], max(0, end - car["due"]))

    def _breaks_of(self, worker: int, start: int) -> set[tuple[int, int]]:
        return {
            (_down(begin), _up(end))
            for turn in self.workers[worker]["turns"]
            if _up(turn["start"]) <= start < _down(turn["end"])
            for begin, end in turn["breaks"]
        }


def solve(
    problem: dict[str, Any],
    placed: list[dict[str, int]],
    *,
    seconds: float,
    workers: int,
    by_processor: bool = False,
) -> dict[str, Any]:
    """The best plan found in ``seconds``, and the solver's word for how good it is.

    ``by_processor`` counts the time that the processors gave instead of the time on the wall: what the search would
    find on a machine with nothing else to do, also where it has to share.
    """
    made = Model(problem)
    made.hint(placed)
    solver = cp_model.CpSolver()
    if by_processor:
        _stop_after(solver, time.process_time() + seconds * workers)
    else:
        solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = 1
    status = solver.solve(made.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {"status": solver.status_name(status), "placed": []}
    found = []
    for work in problem["works"]:
        ident = work["id"]
        if ident not in made.start or not solver.value(made.present[ident]):
            continue
        worker = next(
            w for w in work["people"] if (ident, w) in made.who and solver.value(made.who[ident, w])
        )
        spot = next(s for s in work["places"] if solver.value(made.where[ident, s]))
        start = STEP * solver.value(made.start[ident])
        found.append({"work": ident, "worker": worker, "spot": spot, "start": start})
    return {"status": solver.status_name(status), "placed": found}


def _stop_after(solver: Any, processor_seconds: float) -> None:
    """End the search when the process has used so many seconds of all its threads together."""

    def watch() -> None:
        while time.process_time() < processor_seconds:
            time.sleep(0.05)
        solver.stop_search()

    threading.Thread(target=watch, daemon=True).start()


def _up(minutes: int) -> int:
    return -(-minutes // STEP)


def _down(minutes: int) -> int:
    return minutes // STEP


def main() -> None:
    os.nice(10)  # pages go first
    asked = json.load(sys.stdin)
    answer = solve(
        asked["problem"],
        asked["hint"],
        seconds=asked["seconds"],
        workers=asked["workers"],
        by_processor=asked["by_processor"],
    )
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
