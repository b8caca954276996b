"""Who should do the work and in which bay: points and the three largest reasons, from values alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aftersales.domain.service_orders.models import PayType
from aftersales.domain.staffing.models import BayKind, Certificate, Grade, Skill
from aftersales.domain.vehicles.models import Fuel
from aftersales.domain.workshop import proposals
from aftersales.domain.workshop.needs import needs_of, together
from aftersales.domain.workshop.proposals import BayChoice, Candidate, Proposal, Work
from tests.factories import NOW

PLAIN = needs_of(skill=None, bay_kind=None, pay_type=PayType.CUSTOMER, fuel=Fuel.DIESEL)
WORK = Work(planned_minutes=120, needs=PLAIN)
ANNA = Candidate(
    1, "Anna", "AN", Grade.INTERMEDIATE, None, None, load=0, open_orders=0, visits=0, is_here=True,
    starts_at=NOW, ends_at=NOW + timedelta(hours=2),
)  # fmt: skip
BASIA = replace(ANNA, user_id=2, name="Basia", initials="BA")


def names(work: Work, *candidates: Candidate) -> list[str]:
    return [proposal.candidate.name for proposal in proposals.rank(work, candidates)]


def of(work: Work, who: Candidate) -> Proposal:
    return proposals.rank(work, [who])[0]


def words(proposal: Proposal) -> dict[str, int]:
    return {reason.words: reason.points for reason in proposal.reasons}


def test_the_lighter_load_comes_first_with_hours_and_points() -> None:
    """DSP-1: by load; each reason carries its number."""
    busy = replace(BASIA, load=130)
    ranked = proposals.rank(WORK, [busy, ANNA])
    assert [proposal.candidate.name for proposal in ranked] == ["Anna", "Basia"]
    assert words(ranked[0]) == {"No other work waits": 20, "At work now": 10}
    assert words(ranked[1]) == {"2:10 h of work waits before this": -21, "At work now": 10}
    assert [proposal.points for proposal in ranked] == [30, -11]


def test_three_reasons_are_shown_the_weightiest_first() -> None:
    """DSP-1: each proposal lists its three largest reasons."""
    work = replace(WORK, planned_minutes=300, promised_at=NOW + timedelta(hours=3))
    proposal = of(work, replace(ANNA, grade=Grade.SENIOR, visits=2))
    assert len(proposal.reasons) == 5
    assert [reason.points for reason in proposal.shown] == [30, 20, 20]


def test_who_knows_the_car_comes_before_an_equal() -> None:
    knows = replace(BASIA, visits=2)
    assert names(WORK, ANNA, knows) == ["Basia", "Anna"]
    assert words(of(WORK, knows))["Worked on this car 2 times before"] == 20
    assert names(WORK, ANNA, replace(BASIA, visits=9, load=240)) == ["Anna", "Basia"]


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
    """DSP-1: by grade."""
    fits = replace(BASIA, grade=grade)
    assert names(work, ANNA, fits) == ["Basia", "Anna"]
    assert words(of(work, fits))[reason] == 15


def test_a_junior_is_not_proposed_for_a_comeback() -> None:
    short_comeback = replace(WORK, planned_minutes=60, is_comeback=True)
    assert names(short_comeback, replace(BASIA, grade=Grade.JUNIOR), ANNA) == ["Anna", "Basia"]


def test_an_electric_car_asks_for_the_certificate() -> None:
    """DSP-1, TEC-1: a certificate that is missing weighs more than a day of work."""
    needs = needs_of(skill=Skill.ELECTRICAL, bay_kind=None, pay_type=PayType.WARRANTY, fuel=Fuel.ELECTRIC)
    assert needs.certificates == {Certificate.HIGH_VOLTAGE, Certificate.WARRANTY}
    able = replace(
        BASIA,
        load=480,
        skills=frozenset({Skill.MECHANICAL, Skill.ELECTRICAL}),
        certificates=needs.certificates,
    )
    assert names(Work(120, needs), ANNA, able) == ["Basia", "Anna"]
    assert words(of(Work(120, needs), ANNA)) == {
        "No certificate: High voltage (EV), Warranty work": -100,
        "Lacks: Electrical and high voltage": -60,
        "No other work waits": 20,
        "At work now": 10,
    }


def test_who_is_not_on_shift_and_who_paints_come_last_and_it_is_said() -> None:
    """DSP-2: jobs go to technicians on shift."""
    away = replace(BASIA, is_here=False, is_on_shift=False)
    painter = replace(ANNA, name="Cela", grade=Grade.PAINT, skills=frozenset({Skill.PAINT}))
    ranked = proposals.rank(WORK, [away, painter, replace(ANNA, load=200)])
    assert [proposal.candidate.name for proposal in ranked] == ["Anna", "Basia", "Cela"]
    assert words(ranked[1])["Not on shift now"] == -100
    assert words(ranked[2])["Another trade: paint"] == -80


def test_the_promised_time_is_weighed_in_minutes() -> None:
    late = of(replace(WORK, promised_at=NOW + timedelta(hours=1)), ANNA)
    assert words(late)["Would finish 60 min after the promised time"] == -12
    kept = of(replace(WORK, promised_at=NOW + timedelta(hours=3)), ANNA)
    assert words(kept)["Done 60 min before the promised time"] == 30


def bay(number: int, kind: BayKind = BayKind.LIFT, holder: int | None = None, closed: str = "") -> BayChoice:
    return BayChoice(
        number,
        f"Bay {number}",
        kind,
        holder,
        "26-0001" if holder else None,
        "KR 1" if holder else None,
        closed,
    )


def test_the_cars_own_bay_comes_first_then_free_ones_that_fit() -> None:
    bays = [bay(1, holder=9), bay(2, BayKind.PAINT), bay(3, BayKind.ALIGNMENT), bay(4), bay(5, holder=7)]
    assert [each.id for each in proposals.rank_bays(WORK, [*bays, bay(6, closed="Lift broken")], own_order_id=7)] == [
        5, 4, 3, 2, 1, 6,
    ]  # fmt: skip


def test_work_goes_to_the_bay_that_it_needs() -> None:
    """DSP-1, DSP-6: bays with kinds."""
    bays = [bay(1), bay(2, BayKind.EV), bay(3, BayKind.ALIGNMENT), bay(4, BayKind.WASH)]
    electric = needs_of(skill=None, bay_kind=None, pay_type=PayType.CUSTOMER, fuel=Fuel.ELECTRIC)
    tracking = needs_of(skill=None, bay_kind=BayKind.ALIGNMENT, pay_type=PayType.CUSTOMER, fuel=Fuel.DIESEL)
    assert proposals.rank_bays(Work(60, electric), bays, 0)[0].id == 2
    assert proposals.rank_bays(WORK, bays, 0)[0].id == 1
    assert proposals.rank_bays(Work(60, together([PLAIN, tracking])), bays, 0)[0].id == 3
    assert not tracking.allows(BayKind.LIFT)
    assert not PLAIN.allows(BayKind.WASH)
