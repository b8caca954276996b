"""The warranty watch: the same fault too often, or too many days in the workshop (APT-11)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.errors import Invalid, NotPermitted, Stale
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import (
    DIAGNOSIS,
    OrderEvent,
    PayType,
    ServiceOrder,
    WarrantyDecision,
)
from aftersales.domain.sites.models import Site
from aftersales.domain.tasks.models import Task, TaskType
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.warranty import operations, queries, rules
from aftersales.domain.warranty.models import WatchLevel
from aftersales.domain.warranty.rules import Count, Limits, Term, WatchedJob
from tests import factories
from tests.cast import Cast
from tests.factories import NOW

CHINA = Limits(same_fault=4, days=30)
TERM = Term(date(2027, 1, 1), 50_000)


def visit(
    order_id: int, *, hours: int = 5, code: str = "", words: str = "Gearbox jerks", **values: object
) -> WatchedJob:
    """A visit of five hours in which the fault was repaired under warranty."""
    given = {
        "order_id": order_id, "arrived_at": NOW, "left_at": NOW + timedelta(hours=hours), "arrived_on": NOW.date(),
        "odometer": 20_000, "pay_type": PayType.WARRANTY, "canned_job_code": code, "concern": words, "title": words,
        "is_done": True, **values,
    }  # fmt: skip
    return WatchedJob(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("repairs", "days", "level"),
    [
        (2, 28, None),
        (3, 0, WatchLevel.NEAR),  # one before the limit of four
        (4, 0, WatchLevel.NEAR),
        (5, 0, WatchLevel.OVER),  # more than four times
        (0, 29, WatchLevel.NEAR),
        (0, 30, WatchLevel.NEAR),
        (0, 31, WatchLevel.OVER),  # over thirty days
        (3, 31, WatchLevel.OVER),
    ],
)
def test_near_begins_one_before_the_limit_and_over_is_more_than_it(
    repairs: int, days: int, level: WatchLevel | None
) -> None:
    """APT-11, China: the same fault repaired more than 4 times, over 30 days in the workshop."""
    assert rules.level_of(Count("Gearbox jerks", repairs, days), CHINA) is level


def test_the_presets_are_the_countrys_and_a_site_may_set_its_own() -> None:
    assert rules.limits_of("CN", is_watched=True, same_fault=0, days=0) == CHINA
    assert not rules.limits_of("PL", is_watched=True, same_fault=0, days=0)
    assert not rules.limits_of("CN", is_watched=False, same_fault=0, days=0)
    assert rules.limits_of("CN", is_watched=True, same_fault=2, days=0) == Limits(2, 30)
    assert rules.limits_of("PL", is_watched=True, same_fault=0, days=15) == Limits(0, 15)
    assert rules.level_of(Count("x", 99, 14), Limits(0, 15)) is WatchLevel.NEAR  # no limit of repairs there


def test_one_fault_is_one_canned_job_or_one_wording() -> None:
    """Three visits for the gearbox, however it is written; once by its code; the brakes are another fault. A visit
    with two jobs of one fault counts once. Days: 5 h, 5 h, 25 h, 48 h, 5 h are 1 + 1 + 2 + 2 + 1 = 7."""
    jobs = [
        visit(1, words="Gearbox jerks"),
        visit(1, words="gearbox  JERKS"),
        visit(2, words="gearbox jerks", pay_type=PayType.CUSTOMER),
        visit(3, hours=25, words="Gearbox jerks"),
        visit(4, hours=48, code="DSG-OIL", words="Gearbox jerks"),
        visit(5, words="Brakes squeal"),
    ]
    assert rules.count(jobs, TERM) == Count("Gearbox jerks", repairs=3, days=7)


def test_what_is_no_repair_of_a_fault_under_warranty_is_not_counted() -> None:
    """Maintenance, diagnosis fees, insurance and internal work, visits after the term or the distance; a job that was
    not done takes its days, but repairs nothing."""
    jobs = [
        visit(1, code="OIL-DIESEL"),
        visit(2, code=DIAGNOSIS),
        visit(3, pay_type=PayType.INSURANCE),
        visit(4, pay_type=PayType.INTERNAL),
        visit(5, arrived_on=date(2027, 1, 2)),
        visit(6, odometer=50_001),
        visit(7, is_done=False, hours=30),
    ]
    assert rules.count(jobs, TERM, maintenance=["OIL", ""]) == Count("", repairs=0, days=2)
    assert rules.count([visit(1)], Term(None)) == Count()


# --- in the workshop ---


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def been_here(cast: Cast, car: Vehicle, *, times: int, stay: timedelta, fault: str = "Gearbox jerks") -> None:
    """So many completed visits with one fault repaired, a week apart."""
    for number in range(times):
        came = NOW - timedelta(days=200 - 7 * number)
        order = factories.open_order(cast, car=car, concern=fault, now=came)
        factories.accept(cast, factories.assign(cast, factories.check_in(cast, order)))
        factories.make_ready(cast, order, now=came + stay)
        factories.hand_over(cast, order, now=came + stay, lateness_reason="The part was late")


def law(site_id: int, **values: int) -> None:
    site = db.session.get_one(Site, site_id)
    site.settings = {**site.settings, **{f"warranty.{name}": value for name, value in values.items()}}


def car_under_warranty(cast: Cast) -> Vehicle:
    car = factories.vehicle(cast)
    car.warranty_until_on = date(2027, 12, 31)
    return car


def open_tasks() -> list[tuple[Role | None, datetime]]:
    return [
        (task.role, task.due_at)
        for task in db.session.scalars(
            select(Task)
            .where(Task.type == TaskType.DECIDE_WARRANTY, Task.closed_at.is_(None))
            .order_by(Task.role)
        )
    ]


@pytest.mark.usefixtures("context")
def test_a_booking_is_warned_two_people_decide_once_and_the_decision_stands(cast: Cast) -> None:
    """APT-11: three repairs of four are near; the claims officer's decision closes the service manager's task too."""
    with transaction():
        law(cast.site.id, same_fault_limit=4, days_limit=30)
        car = car_under_warranty(cast)
        been_here(cast, car, times=3, stay=timedelta(hours=30))
        due = NOW + timedelta(days=2)
        order = factories.open_order(cast, car=car, is_booking=True, planned_at=due)
        record = operations.watch(order.id, actor=cast.advisor.actor(), now=NOW)
        assert record is not None
        assert (record.level, record.fault, record.repairs, record.days) == (
            WatchLevel.NEAR, "Gearbox jerks", 3, 6,
        )  # fmt: skip
        assert order.warranty_warned
        assert open_tasks() == [(Role.CLAIMS, due), (Role.SERVICE_MANAGER, due)]
        operations.watch(order.id, actor=cast.advisor.actor(), now=NOW)  # the car arrives: nothing new
        assert len(open_tasks()) == 2
        operations.decide(
            order.id, decision=WarrantyDecision.MANUFACTURER, reason="Ask about a new gearbox.",
            actor=cast.claims.actor(), now=NOW,
        )  # fmt: skip
        assert open_tasks() == []
        operations.watch(order.id, actor=cast.advisor.actor(), now=NOW + timedelta(days=2))
        assert open_tasks() == []  # decided is decided
        assert order.warranty_decision is WarrantyDecision.MANUFACTURER
    reasons = db.session.scalars(select(OrderEvent.reason).where(OrderEvent.service_order_id == order.id))
    assert "Ask about a new gearbox." in set(reasons)


@pytest.mark.usefixtures("context")
def test_over_the_limit_asks_anew_after_near_was_decided(cast: Cast) -> None:
    with transaction():
        law(cast.site.id, same_fault_limit=3)
        car = car_under_warranty(cast)
        been_here(cast, car, times=3, stay=timedelta(hours=5))
        order = factories.open_order(cast, car=car)
        operations.watch(order.id, actor=cast.advisor.actor(), now=NOW)
        operations.decide(
            order.id,
            decision=WarrantyDecision.REPAIR,
            reason="Last try",
            actor=cast.service_manager.actor(),
            now=NOW,
        )
        law(cast.site.id, same_fault_limit=2)
        record = operations.watch(order.id, actor=cast.advisor.actor(), now=NOW)
        assert record is not None and record.level is WatchLevel.OVER and record.decision is None
        assert order.warranty_decision is None and len(open_tasks()) == 2


@pytest.mark.usefixtures("context")
def test_without_a_law_a_term_or_a_history_nothing_warns(cast: Cast) -> None:
    """Kraków watches nothing by default; a car without a known end of warranty is not watched."""
    with transaction():
        car = car_under_warranty(cast)
        been_here(cast, car, times=3, stay=timedelta(hours=5))
        order = factories.open_order(cast, car=car)
        assert operations.watch(order.id, actor=cast.advisor.actor(), now=NOW) is None
        law(cast.site.id, same_fault_limit=4)
        site = db.session.get_one(Site, cast.site.id)
        assert queries.watch_alert(car, site, now=NOW) is not None
        assert queries.watch_alert(car, site, now=NOW + timedelta(days=700)) is None
        car.warranty_until_on = None
        assert operations.watch(order.id, actor=cast.advisor.actor(), now=NOW) is None
        assert not service_orders.lock_order(order.id).warranty_warned


@pytest.mark.usefixtures("context")
def test_a_decision_needs_its_reason_its_role_and_the_newest_page(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    with transaction():
        law(cast.site.id, same_fault_limit=1)
        car = db.session.get_one(Vehicle, arrived_order.vehicle_id)
        car.warranty_until_on = date(2027, 12, 31)
        order = service_orders.lock_order(arrived_order.id)
        # A limit of one is near from the first visit on: 0 repairs are one before it.
        record = operations.watch(order.id, actor=cast.advisor.actor(), now=NOW)
        assert record is not None
        given = {"decision": WarrantyDecision.NO_CASE, "reason": "Another fault", "now": NOW}
        with pytest.raises(NotPermitted):
            operations.decide(order.id, actor=cast.advisor.actor(), **given)  # type: ignore[arg-type]
        with pytest.raises(Invalid):
            operations.decide(order.id, actor=cast.claims.actor(), **{**given, "reason": " "})  # type: ignore[arg-type]
        with pytest.raises(Stale):
            operations.decide(order.id, actor=cast.claims.actor(), version=record.version - 1, **given)  # type: ignore[arg-type]
