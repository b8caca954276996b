"""Who should do the work and in which bay, and how an order stands against its promise: from values alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aftersales.domain.staffing.models import BayKind, Grade
from aftersales.domain.vehicles.models import Fuel
from aftersales.domain.workshop import rules
from aftersales.domain.workshop.rules import BayChoice, Candidate, Work
from tests.factories import NOW

WORK = Work(
    planned_minutes=120, is_comeback=False, is_urgent=False, fuel=Fuel.DIESEL, minutes_until_promise=480
)
ANNA = Candidate(
    1, "Anna", "AN", Grade.INTERMEDIATE, None, None, load=0, open_orders=0, visits=0, is_here=True
)
BASIA = replace(ANNA, user_id=2, name="Basia", initials="BA")


def names(work: Work, *candidates: Candidate) -> list[str]:
    return [proposal.candidate.name for proposal in rules.rank(work, candidates)]


def test_the_lighter_load_comes_first_and_says_so_in_hours() -> None:
    """DSP-1: by load, with the numbers."""
    busy = replace(BASIA, load=130)
    ranked = rules.rank(WORK, [busy, ANNA])
    assert [proposal.candidate.name for proposal in ranked] == ["Anna", "Basia"]
    assert ranked[0].reasons[0] == "At work now, nothing else waits"
    assert ranked[1].reasons == ("At work now, 2:10 h of work waits before this",)


def test_who_knows_the_car_comes_before_an_equal() -> None:
    knows = replace(BASIA, visits=2)
    assert names(WORK, ANNA, knows) == ["Basia", "Anna"]
    assert "Worked on this car 2 times before" in rules.rank(WORK, [knows])[0].reasons


def test_knowing_the_car_does_not_outweigh_a_morning_of_work() -> None:
    assert names(WORK, ANNA, replace(BASIA, visits=3, load=240)) == ["Anna", "Basia"]


@pytest.mark.parametrize(
    ("work", "grade", "reason"),
    [
        (replace(WORK, is_comeback=True), Grade.SENIOR, "Senior: fits a comeback"),
        (replace(WORK, planned_minutes=300), Grade.SENIOR, "Senior: fits difficult work"),
        (replace(WORK, is_urgent=True), Grade.SENIOR, "Senior: fits difficult work"),
        (replace(WORK, planned_minutes=60), Grade.JUNIOR, "Junior: fits short work"),
    ],
)
def test_the_grade_that_fits_comes_before_an_equal(work: Work, grade: Grade, reason: str) -> None:
    """DSP-1: by skill."""
    fits = replace(BASIA, grade=grade)
    assert names(work, ANNA, fits) == ["Basia", "Anna"]
    assert reason in rules.rank(work, [fits])[0].reasons


def test_a_junior_is_not_proposed_for_a_comeback() -> None:
    short_comeback = replace(WORK, planned_minutes=60, is_comeback=True)
    assert names(short_comeback, replace(BASIA, grade=Grade.JUNIOR), ANNA) == ["Anna", "Basia"]


def test_who_is_not_here_and_who_paints_come_last_and_it_is_said() -> None:
    """DSP-2: jobs go to technicians on shift."""
    away, painter = replace(BASIA, is_here=False), replace(ANNA, name="Cela", grade=Grade.PAINT)
    ranked = rules.rank(WORK, [away, painter, replace(ANNA, load=200)])
    assert [proposal.candidate.name for proposal in ranked] == ["Anna", "Cela", "Basia"]
    assert "Not clocked on today" in ranked[2].concerns
    assert "Works on paint, not on mechanics" in ranked[1].concerns


def test_work_that_would_end_after_the_promise_is_a_concern() -> None:
    late = rules.rank(WORK, [replace(ANNA, load=400)])[0]
    assert "Would finish after the promised time" in late.concerns
    assert rules.rank(replace(WORK, minutes_until_promise=None), [replace(ANNA, load=400)])[0].concerns == ()


def bay(number: int, kind: BayKind = BayKind.LIFT, holder: int | None = None) -> BayChoice:
    return BayChoice(number, f"Bay {number}", kind, holder, holder and "26-0001", holder and "KR 1")  # type: ignore[arg-type]


def test_the_cars_own_bay_comes_first_then_free_ones_that_fit() -> None:
    bays = [bay(1, holder=9), bay(2, BayKind.PAINT), bay(3, BayKind.ALIGNMENT), bay(4), bay(5, holder=7)]
    assert [each.id for each in rules.rank_bays(WORK, bays, own_order_id=7)] == [5, 4, 3, 2, 1]


def test_an_electric_car_goes_to_the_bay_for_electric_cars() -> None:
    bays = [bay(1), bay(2, BayKind.EV)]
    assert rules.rank_bays(replace(WORK, fuel=Fuel.ELECTRIC), bays, 0)[0].id == 2
    assert rules.rank_bays(WORK, bays, 0)[0].id == 1


def test_minutes_are_whole_and_never_negative() -> None:
    assert rules.minutes_between(NOW, NOW + timedelta(minutes=1, seconds=59)) == 1
    assert rules.minutes_between(NOW, NOW - timedelta(minutes=1)) == 0
    assert rules.work_left(60, 90) == 0
