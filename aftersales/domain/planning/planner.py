"""Planning a day: one function for everyone, whoever does the work behind it.

The solver is OR-Tools CP-SAT in a process of its own, so that neither a long search nor its memory nor a fault of it
reaches the web worker (docs/decisions/0022). It begins with the greedy plan and answers within the limit; where it
gives nothing (not installed, too slow, ended by a fault) the greedy plan is the answer and says so.
"""

import json
import logging
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aftersales.domain.planning import greedy
from aftersales.domain.planning.problem import Placed, Problem, faults, late_minutes

LIMIT_SECONDS = 2.0
"""How long the solver may search."""
START_SECONDS = 4.0
"""How long its process may take besides: on a busy machine Python and OR-Tools are slow to begin."""
SEARCHERS = 2
"""Threads of the search. With one it does not improve a plan piece by piece (measured: half as good); the process is
of low priority, so that pages go first."""

_PROGRAM = Path(__file__).with_name("cp_sat.py")
_one_at_a_time = threading.Lock()
"""One search per web worker: a second one at the same moment gets the greedy plan at once."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned day. ``by`` is ``"cp-sat"`` or ``"greedy"``; ``why`` says why the solver's plan was not taken."""

    placed: tuple[Placed, ...]
    late: int
    by: str
    why: str = ""


def plan_day(problem: Problem, *, seconds: float = LIMIT_SECONDS, by_processor: bool = False) -> Plan:
    """The best plan found in ``seconds``; never one with more late minutes than the greedy plan has.

    The benchmark counts ``by_processor``: on a busy machine it would measure the others' work. Nobody waits for it.
    """
    baseline = tuple(greedy.plan(problem))
    fallback = late_minutes(problem, baseline)
    if not problem.works:
        return Plan(baseline, fallback, "greedy")
    if not _one_at_a_time.acquire(blocking=False):
        return Plan(baseline, fallback, "greedy", "busy")
    try:
        answer, why = _ask(problem, baseline, seconds, by_processor=by_processor)
    finally:
        _one_at_a_time.release()
    if answer is None:
        return Plan(baseline, fallback, "greedy", why)
    placed = _placed(problem, answer["placed"])
    wrong = faults(problem, placed)
    if wrong:
        log.error("The solver's plan does not hold (%s); the greedy plan is shown.", "; ".join(wrong[:3]))
        return Plan(baseline, fallback, "greedy", "faulty")
    late = late_minutes(problem, placed)
    if late > fallback or (late == fallback and len(placed) < len(baseline)):
        return Plan(baseline, fallback, "greedy", "not better")
    return Plan(placed, late, "cp-sat")


def _ask(
    problem: Problem, baseline: tuple[Placed, ...], seconds: float, *, by_processor: bool
) -> tuple[Any, str]:
    """The solver's answer, or None and why there is none."""
    hint = [
        {"work": p.work, "worker": p.worker, "spot": p.spot, "start": p.start, "end": p.end} for p in baseline
    ]
    asked = {
        "problem": problem.as_json(),
        "hint": hint,
        "seconds": seconds,
        "workers": SEARCHERS,
        "by_processor": by_processor,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_PROGRAM)],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=None if by_processor else seconds + START_SECONDS,
            env={
                name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "HOME") if name in os.environ
            },
            check=True,
        )
        answer = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        log.warning("The solver did not answer within %s s; the greedy plan is shown.", seconds)
        return None, "too slow"
    except subprocess.CalledProcessError as error:
        is_missing = "No module named" in (error.stderr or "")
        log.warning("The solver failed: %s", (error.stderr or "").strip()[-300:])
        return None, "missing" if is_missing else "failed"
    except (OSError, ValueError):
        log.exception("The solver could not be asked; the greedy plan is shown.")
        return None, "failed"
    if answer["status"] not in ("OPTIMAL", "FEASIBLE"):
        return None, "nothing found"
    return answer, ""


def _placed(problem: Problem, rows: list[dict[str, int]]) -> tuple[Placed, ...]:
    """The solver's rows with their ends: begun on its grid of five minutes, each ends when its work is done."""
    works = {work.id: work for work in problem.works}
    workers = {worker.id: worker for worker in problem.workers}
    found = []
    for row in rows:
        work = works[row["work"]]
        ends = (turn.work_end(row["start"], work.minutes) for turn in workers[row["worker"]].turns)
        end = next((each for each in ends if each is not None), row["start"] + work.minutes)
        found.append(Placed(row["work"], row["worker"], row["spot"], row["start"], end))
    return tuple(sorted(found, key=lambda each: (each.start, each.worker)))
