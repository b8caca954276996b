"""The car in the workshop's hands: compared, safe to work on, belongings left in place (TEC-1, TEC-8, TEC-9)."""

from datetime import date, timedelta

import pytest

from aftersales.db import db, transaction
from aftersales.domain.checkins import walkaround
from aftersales.domain.checkins.kinds import DamageKind, Severity, Zone
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused
from aftersales.domain.service_orders.models import OrderEvent, ServiceOrder
from aftersales.domain.staffing.models import Technician
from aftersales.domain.tasks.models import Task, TaskType
from aftersales.domain.vehicles.models import Fuel
from aftersales.domain.workshop import belongings, clocking, comparison, safety
from aftersales.domain.workshop.car_models import (
    BelongingsRequest,
    CarComparison,
    ConsentWay,
    SafetyAcknowledgement,
)
from aftersales.domain.workshop.models import Clocking
from tests import factories
from tests.cast import Cast, Person

NOW = factories.NOW + timedelta(hours=1)


def open_tasks(kind: TaskType) -> list[Task]:
    return list(db.session.query(Task).filter_by(type=kind, closed_at=None))


# --- beside the check-in ---


@pytest.fixture
def scratched(cast: Cast, arrived_order: ServiceOrder) -> ServiceOrder:
    """Checked in with one known scratch, assigned to ``cast.technician``."""
    with transaction():
        walkaround.add_damage(
            arrived_order.id, client_id="pin-1", zone=Zone.DOOR_FL, kind=DamageKind.SCRATCH,
            severity=Severity.LIGHT, x=100, y=300, actor=cast.advisor.actor(), now=factories.NOW,
        )  # fmt: skip
    with transaction():
        order = factories.fresh(arrived_order)
        return factories.assign(cast, factories.check_in(cast, order))


def compare(order: ServiceOrder, cast: Cast, point: str, *, is_same: bool, note: str = "") -> CarComparison:
    with transaction():
        return comparison.compare(
            order.id, point, is_same=is_same, note=note, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW
        )  # fmt: skip


def test_the_points_are_the_photos_the_pins_and_everything_else(scratched: ServiceOrder) -> None:
    """TEC-1: vehicle check against the check-in record."""
    words = [point.words for point in comparison.list_points(scratched.id)]
    assert words == ["Scratch, Front door, left (Light)", "Anything else"]


def test_a_difference_has_a_note_and_becomes_the_advisors_task(cast: Cast, scratched: ServiceOrder) -> None:
    """TEC-1"""
    with pytest.raises(Invalid, match="what is different"):
        compare(scratched, cast, "else", is_same=False, note="  ")
    row = compare(scratched, cast, "else", is_same=False, note="The left mirror is broken")
    (task,) = open_tasks(TaskType.CAR_DIFFERS)
    assert task.note == "Anything else: The left mirror is broken"
    with pytest.raises(NotPermitted), transaction():
        comparison.answer(row.id, words="x", site_id=cast.site.id, actor=cast.technician.actor(), now=NOW)
    for _ in range(2):
        with transaction():
            comparison.answer(
                row.id, words="Customer knows: a cyclist", site_id=cast.site.id, actor=cast.advisor.actor(), now=NOW
            )  # fmt: skip
    assert open_tasks(TaskType.CAR_DIFFERS) == []
    assert factories.fresh(row).answer == "Customer knows: a cyclist"


def test_a_difference_that_was_a_mistake_closes_its_task(cast: Cast, scratched: ServiceOrder) -> None:
    compare(scratched, cast, "else", is_same=False, note="Dust, I thought it was a scratch")
    compare(scratched, cast, "else", is_same=True)
    assert open_tasks(TaskType.CAR_DIFFERS) == []


def test_one_tap_says_that_the_rest_is_the_same_and_keeps_the_difference(
    cast: Cast, scratched: ServiceOrder
) -> None:
    compare(scratched, cast, "else", is_same=False, note="Mirror")
    for expected in (1, 0):
        with transaction():
            count = comparison.rest_is_same(
                scratched.id, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW
            )
        assert count == expected
    assert comparison.summary(scratched.id) == comparison.Summary(total=2, different=1)


def test_a_point_that_is_not_of_this_check_in_is_not_there(cast: Cast, scratched: ServiceOrder) -> None:
    with pytest.raises(NotFound):
        compare(scratched, cast, "damage-999", is_same=True)


def test_a_stranger_does_not_compare(cast: Cast, scratched: ServiceOrder) -> None:
    with pytest.raises(NotPermitted), transaction():
        comparison.rest_is_same(
            scratched.id, site_id=cast.site.id, actor=cast.second_technician.actor(), now=NOW
        )


# --- high voltage ---


@pytest.fixture
def electric(cast: Cast, accepted_order: ServiceOrder) -> ServiceOrder:
    """In progress with ``cast.technician``; the car is electric, nobody has a certificate."""
    with transaction():
        order = factories.fresh(accepted_order)
        order.vehicle.fuel = Fuel.ELECTRIC
        db.session.flush()
    return factories.fresh(accepted_order)


def certify(cast: Cast, until: date | None, person: Person | None = None) -> None:
    with transaction():
        found = db.session.query(Technician).filter_by(user_id=(person or cast.technician).id).one()
        found.high_voltage_until = until


def clock_on(order: ServiceOrder, cast: Cast) -> Clocking:
    with transaction():
        return clocking.clock_on(
            factories.fresh(order).jobs[0].id, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW
        )


def acknowledge(order: ServiceOrder, cast: Cast) -> None:
    with transaction():
        safety.acknowledge(order.id, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW)


@pytest.mark.parametrize("fuel", [Fuel.ELECTRIC, Fuel.HYBRID])
def test_without_the_certificate_nobody_clocks_on_to_high_voltage(
    cast: Cast, electric: ServiceOrder, fuel: Fuel
) -> None:
    """TEC-1"""
    with transaction():
        factories.fresh(electric).vehicle.fuel = fuel
    with pytest.raises(Refused, match="only people with the certificate"):
        clock_on(electric, cast)
    with pytest.raises(Refused, match="only people with the certificate"):
        acknowledge(electric, cast)
    assert db.session.query(Clocking).count() == 0


@pytest.mark.parametrize(
    ("until", "holds"), [(date(2026, 5, 11), False), (date(2026, 5, 12), True), (date(2027, 1, 1), True)]
)
def test_the_certificate_holds_on_its_last_day(
    cast: Cast, electric: ServiceOrder, until: date, holds: bool
) -> None:
    certify(cast, until)
    if not holds:
        with pytest.raises(Refused, match="ended on 2026-05-11"):
            acknowledge(electric, cast)
        return
    with pytest.raises(Refused, match="read the safety notes"):
        clock_on(electric, cast)
    acknowledge(electric, cast)
    assert clock_on(electric, cast).ended_at is None


def test_the_notes_are_read_once_per_person_and_order(cast: Cast, electric: ServiceOrder) -> None:
    """TEC-1: acknowledged before the first clock-on, with the time; two taps are one."""
    certify(cast, date(2027, 1, 1))
    acknowledge(electric, cast)
    acknowledge(electric, cast)
    (row,) = db.session.query(SafetyAcknowledgement)
    assert (row.acknowledged_at, row.user_name) == (NOW, "Tomasz Lis")


def test_the_manager_lets_somebody_with_a_reason(cast: Cast, electric: ServiceOrder) -> None:
    """TEC-1"""

    def allow(reason: str, by: Person) -> None:
        with transaction():
            safety.allow(
                electric.id, cast.technician.id, reason=reason, site_id=cast.site.id, actor=by.actor(), now=NOW
            )  # fmt: skip

    with pytest.raises(NotPermitted):
        allow("I know how", cast.technician)
    with pytest.raises(Invalid, match="Say why"):
        allow("  ", cast.manager)
    allow("Wheels only, Jan watches", cast.manager)
    acknowledge(electric, cast)
    assert clock_on(electric, cast).id
    texts = [event.reason for event in db.session.query(OrderEvent)]
    assert "Wheels only, Jan watches" in texts


def test_a_petrol_car_asks_for_nothing(cast: Cast, accepted_order: ServiceOrder) -> None:
    assert safety.find(factories.fresh(accepted_order), cast.technician.id, on=NOW.date()) is None
    assert clock_on(accepted_order, cast).id


# --- belongings ---


def ask(order: ServiceOrder, cast: Cast, **values: str) -> BelongingsRequest:
    with transaction():
        return belongings.ask(
            order.id,
            **{"what": "Child seat", "why": "The rear bench comes out", "submission_id": "", **values},
            site_id=cast.site.id,
            actor=cast.technician.actor(),
            now=NOW,
        )


def reply(request: BelongingsRequest, cast: Cast, *, is_allowed: bool, by: str = "Katarzyna Mazur") -> None:
    with transaction():
        belongings.answer(
            request.id, is_allowed=is_allowed, consent_by=by, way=ConsentWay.PHONE, note="Into the office",
            site_id=cast.site.id, actor=cast.advisor.actor(), now=NOW + timedelta(minutes=9),
        )  # fmt: skip


def test_moving_belongings_goes_through_the_advisor_and_is_recorded(
    cast: Cast, accepted_order: ServiceOrder
) -> None:
    """TEC-8: asked, a task; answered with who, how and when; the task closes."""
    request = ask(accepted_order, cast)
    (task,) = open_tasks(TaskType.MOVE_BELONGINGS)
    assert task.note == "Child seat: The rear bench comes out"
    with pytest.raises(Invalid, match="who said it"):
        reply(request, cast, is_allowed=True, by=" ")
    reply(request, cast, is_allowed=True)
    found = factories.fresh(request)
    assert (found.is_allowed, found.consent_by, found.way) == (True, "Katarzyna Mazur", ConsentWay.PHONE)
    assert found.answered_at == NOW + timedelta(minutes=9)
    assert open_tasks(TaskType.MOVE_BELONGINGS) == []


def test_an_answer_stands(cast: Cast, accepted_order: ServiceOrder) -> None:
    """TEC-8: the technician may have acted upon it; another answer is refused, the same one is harmless."""
    request = ask(accepted_order, cast)
    reply(request, cast, is_allowed=False)
    reply(request, cast, is_allowed=False)
    with pytest.raises(Refused, match="answered this already"):
        reply(request, cast, is_allowed=True)


def test_two_taps_ask_once(cast: Cast, accepted_order: ServiceOrder) -> None:
    first = ask(accepted_order, cast, submission_id="ask-1")
    assert ask(accepted_order, cast, submission_id="ask-1").id == first.id
    assert db.session.query(BelongingsRequest).count() == 1


def test_the_technician_does_not_answer_for_the_customer(cast: Cast, accepted_order: ServiceOrder) -> None:
    """TEC-8"""
    request = ask(accepted_order, cast)
    with pytest.raises(NotPermitted), transaction():
        belongings.answer(
            request.id, is_allowed=True, consent_by="Me", way=ConsentWay.PHONE, note="", site_id=cast.site.id,
            actor=cast.technician.actor(), now=NOW,
        )  # fmt: skip
