"""What the last visit found beside today's values, and what the team leader is told (TEC-2)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.attachments.operations import StoredPhoto
from aftersales.domain.audit import AuditEntry
from aftersales.domain.errors import Invalid
from aftersales.domain.inspections import beginning, flags, operations, queries, wear
from aftersales.domain.inspections.models import FlagKind, InspectionFlag, InspectionItem
from aftersales.domain.inspections.operations import Ruling
from aftersales.domain.inspections.rules import Rating
from aftersales.domain.inspections.sheet import Probe
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.tasks.models import Task, TaskType
from tests import factories
from tests.cast import Cast

NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=200)
PADS = {"pad-left": Decimal("8"), "pad-right": Decimal("8")}
TREAD = dict.fromkeys(("fl", "fr", "rl", "rr"), Decimal("6"))


@pytest.mark.parametrize(
    ("before", "now", "then", "here", "figure"),
    [
        ("8", "6", 100_000, 110_000, "0.20"),
        ("8", "5", 100_000, 107_000, "0.43"),
        ("8", "6", None, 110_000, None),
        ("8", "6", 100_000, None, None),
        ("8", "6", 100_000, 100_000, None),
        ("8", "6", 110_000, 100_000, None),
        ("6", "8", 100_000, 110_000, None),
    ],
)
def test_wear_is_reckoned_per_thousand_and_only_where_it_can_be(
    before: str, now: str, then: int | None, here: int | None, figure: str | None
) -> None:
    """TEC-2: (before - now) / distance * 1000; no figure where an odometer is missing or did not move."""
    found = wear.per_thousand(
        before=Decimal(before), now=Decimal(now), odometer_before=then, odometer_now=here
    )
    assert (None if found is None else str(found)) == figure


def test_the_reach_is_the_distance_until_the_limit() -> None:
    assert wear.reach(now=Decimal("5"), limit=Decimal("3"), wear=Decimal("0.2")) == 10_000
    assert wear.reach(now=Decimal("2"), limit=Decimal("3"), wear=Decimal("0.2")) == 0
    assert wear.reach(now=Decimal("5"), limit=Decimal("3"), wear=None) is None


def inspect(cast: Cast, order: ServiceOrder, *, at: datetime, soon: str = "") -> None:
    """All points, OK but for one; slowly."""
    by = cast.technician.actor()
    with transaction():
        order = db.session.get_one(ServiceOrder, order.id)
        beginning.begin(order.id, now=at)
        sheet = queries.get_sheet(order.id)
        for number, area in enumerate(sheet.areas, 1):
            moment = at + number * timedelta(minutes=3)
            for probe in area.probes:
                if probe.code == soon:
                    operations.rate(probe.id, Ruling(Rating.SOON, {}, "Rust"), actor=by, now=moment)
                elif probe.must_be_looked_at:
                    values = TREAD if probe.code == "tread" else PADS
                    operations.rate(
                        probe.id, Ruling(None, values if probe.readings else {}, ""), actor=by, now=moment
                    )
            operations.rest_is_ok(sheet.id, area.key, sweep_id=area.key, actor=by, now=moment)
        operations.complete(sheet.id, actor=by, now=at + timedelta(minutes=30))


@pytest.fixture
def second_visit(cast: Cast, accepted_order: ServiceOrder) -> ServiceOrder:
    """The car was inspected 10,000 km ago, with a rusty exhaust that nobody repaired; its next inspection is begun."""
    with transaction():
        db.session.get_one(ServiceOrder, accepted_order.id).odometer = 100_000
    inspect(cast, accepted_order, at=NOW, soon="exhaust")
    with transaction():
        first = db.session.get_one(ServiceOrder, accepted_order.id)
        order = factories.open_order(cast, car=first.vehicle, now=LATER)
        order.odometer = 110_000
        beginning.begin(order.id, now=LATER)
        return order


def probe_of(order: ServiceOrder, code: str) -> Probe:
    return next(probe for probe in queries.get_sheet(order.id).probes if probe.code == code)


def test_the_last_value_and_the_wear_stand_beside_todays(cast: Cast, second_visit: ServiceOrder) -> None:
    """TEC-2"""
    by = cast.technician.actor()
    values = {"pad-left": Decimal("6"), "pad-right": Decimal("8.2")}
    with transaction():
        operations.rate(
            probe_of(second_visit, "brakes-front").id, Ruling(None, values, ""), actor=by, now=LATER
        )
    left, right, *_ = probe_of(second_visit, "brakes-front").readings
    assert (left.before, left.wear, left.reach) == (Decimal("8"), Decimal("0.20"), 15_000)
    assert (right.before, right.wear) == (Decimal("8"), None)


def test_what_was_soon_and_not_done_is_looked_at_again(cast: Cast, second_visit: ServiceOrder) -> None:
    """TEC-2: it cannot be swept with the rest, and says why it is asked."""
    by, probe = cast.technician.actor(), probe_of(second_visit, "exhaust")
    assert probe.before is not None
    assert (probe.before.look_again, probe.before.rating, probe.before.note) == (True, "soon", "Rust")
    sheet = queries.get_sheet(second_visit.id)
    with transaction():
        _, left = operations.rest_is_ok(
            sheet.id, "Under the car", sweep_id="x", actor=by, now=LATER + timedelta(minutes=5)
        )
    assert [item.code for item in left] == ["exhaust"]
    assert not probe_of(second_visit, "steering").before.look_again  # type: ignore[union-attr]


@pytest.fixture
def begun(accepted_order: ServiceOrder) -> ServiceOrder:
    with transaction():
        beginning.begin(accepted_order.id, now=NOW)
    return accepted_order


def sweep(cast: Cast, order: ServiceOrder, area: str, at: datetime) -> None:
    with transaction():
        sheet = queries.get_sheet(order.id)
        operations.rest_is_ok(sheet.id, area, sweep_id=area, actor=cast.technician.actor(), now=at)


def open_flags(order: ServiceOrder) -> list[InspectionFlag]:
    return list(flags.list_of(queries.get_sheet(order.id).id))


def test_an_area_closed_in_two_seconds_is_told_to_the_team_leader(cast: Cast, begun: ServiceOrder) -> None:
    """TEC-2: three seconds a point by default; the acknowledgement closes the task."""
    sweep(cast, begun, "Lights, wipers", NOW + timedelta(minutes=4))
    assert open_flags(begun) == []
    sweep(cast, begun, "Inside", NOW + timedelta(minutes=4, seconds=2))
    (flag,) = open_flags(begun)
    assert (flag.kind, flag.details["seconds"], flag.details["least"]) == (FlagKind.TOO_FAST, 2, 12)
    task = select(Task).where(Task.type == TaskType.LOOK_AT_INSPECTION, Task.closed_at.is_(None))
    opened = db.session.scalars(task).one()
    assert (opened.service_order_id, opened.role) == (begun.id, Role.LEADER)
    assert opened.note == f"{cast.technician.name} · Inside, 2 s"
    leader, site_id = cast.leader.actor(), cast.site.id
    with pytest.raises(Invalid), transaction():
        flags.acknowledge(flag.id, note=" ", site_id=site_id, actor=leader, now=NOW)
    for _ in range(2):
        with transaction():
            flags.acknowledge(
                flag.id, note="Looked at both seats first", site_id=site_id, actor=leader, now=NOW
            )
    assert db.session.scalars(task).first() is None


def test_a_leaders_own_haste_goes_to_the_manager(cast: Cast, begun: ServiceOrder) -> None:
    """TEC-2: nobody acknowledges himself."""
    sheet, by = queries.get_sheet(begun.id), cast.leader.actor()
    with transaction():
        for at, area in (
            (NOW + timedelta(minutes=4), "Lights, wipers"),
            (NOW + timedelta(minutes=4, seconds=2), "Inside"),
        ):
            operations.rest_is_ok(sheet.id, area, sweep_id=area, actor=by, now=at)
    task = db.session.scalars(select(Task).where(Task.type == TaskType.LOOK_AT_INSPECTION)).one()
    assert task.role == Role.MANAGER


def test_the_flag_goes_with_the_undo(cast: Cast, begun: ServiceOrder) -> None:
    sweep(cast, begun, "Lights, wipers", NOW + timedelta(minutes=4))
    sweep(cast, begun, "Inside", NOW + timedelta(minutes=4, seconds=2))
    with transaction():
        operations.undo_rest(
            queries.get_sheet(begun.id).id, sweep_id="Inside", actor=cast.technician.actor(), now=NOW
        )
    assert open_flags(begun) == []


def test_one_tap_for_an_area_is_one_act_in_the_audit(cast: Cast, begun: ServiceOrder) -> None:
    """TEC-2"""
    sweep(cast, begun, "Inside", NOW + timedelta(minutes=4))
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "inspections.rest_is_ok")
    ).all()
    assert len(entries) == 1


def test_the_same_picture_twice_is_flagged_and_sent_twice_it_is_not(cast: Cast, begun: ServiceOrder) -> None:
    """TEC-2: by the digest of the stored bytes."""
    first = StoredPhoto("one", "image/jpeg", "a" * 64, "one.jpg", "one-t.jpg", 800, 600, 9000, NOW)
    again = replace(first, client_id="two")
    by = cast.technician.actor()
    with transaction():
        operations.add_photo(probe_of(begun, "exhaust").id, first, actor=by, now=NOW)
        operations.add_photo(probe_of(begun, "exhaust").id, first, actor=by, now=NOW)
    assert open_flags(begun) == []
    with transaction():
        operations.add_photo(probe_of(begun, "steering").id, again, actor=by, now=NOW)
    (flag,) = open_flags(begun)
    assert (flag.kind, flag.details["earlier_point"]) == (FlagKind.REUSED_PHOTO, "Exhaust")


def test_a_point_that_needs_a_photo_is_not_done_without_it(cast: Cast, begun: ServiceOrder) -> None:
    with transaction():
        item = db.session.get_one(InspectionItem, probe_of(begun, "horn-washers").id)
        item.needs_photo = True
    sweep(cast, begun, "Lights, wipers", NOW + timedelta(minutes=4))
    assert probe_of(begun, "horn-washers").rating is None
    assert probe_of(begun, "headlights").rating == "ok"
