"""The multi-point inspection: begun with the work, coloured by its limits, complete when nothing is skipped."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from aftersales.db import db, transaction
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import SYSTEM, Actor
from aftersales.domain.attachments.operations import StoredPhoto
from aftersales.domain.errors import Invalid, NotPermitted, Refused, Stale
from aftersales.domain.inspections import (
    beginning,
    operations,
    queries,
    rules,
    starter,
    templates,
)
from aftersales.domain.inspections.models import InspectionItem
from aftersales.domain.inspections.operations import Incomplete, Ruling
from aftersales.domain.inspections.rules import Measure, Missing, Rating
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.tasks.models import Task, TaskType
from tests import factories
from tests.cast import Cast

NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)


@pytest.fixture
def inspected(accepted_order: ServiceOrder) -> ServiceOrder:
    """In progress, with its inspection begun."""
    with transaction():
        beginning.begin(accepted_order.id, now=NOW)
    return accepted_order


def item_of(order: ServiceOrder, code: str) -> InspectionItem:
    sheet = queries.get_sheet(order.id)
    probe = next(probe for probe in sheet.probes if probe.code == code)
    return db.session.get_one(InspectionItem, probe.id, populate_existing=True)


def rate(
    order: ServiceOrder,
    code: str,
    rating: Rating | None,
    values: dict[str, str] | None = None,
    *,
    by: Actor,
    note: str = "",
    version: int | None = None,
    tablet: str = "",
) -> InspectionItem:
    entered = {name: Decimal(value) for name, value in (values or {}).items()}
    with transaction():
        return operations.rate(
            item_of(order, code).id, Ruling(rating, entered, note, version), actor=by, now=NOW, tablet=tablet
        )


def photo(name: str = "tablet-photo-1") -> StoredPhoto:
    return StoredPhoto(name, "image/jpeg", "0" * 64, f"{name}.jpg", f"{name}-t.jpg", 800, 600, 9000, NOW)


def fill(order: ServiceOrder, by: Actor) -> None:
    """Everything OK, with the values that are required."""
    pads = {"pad-left": "8", "pad-right": "8"}
    rate(order, "brakes-front", None, pads, by=by)
    rate(order, "brakes-rear", None, pads, by=by)
    rate(order, "tread", None, dict.fromkeys(("fl", "fr", "rl", "rr"), "6"), by=by)
    sheet = queries.get_sheet(order.id)
    with transaction():
        for area in sheet.areas:
            operations.rest_is_ok(sheet.id, area.key, sweep_id="all", actor=by, now=NOW)


def test_the_inspection_has_38_points_in_seven_areas(inspected: ServiceOrder) -> None:
    """TEC-2: a real multi-point inspection stands on the order, and keeps the quotation waiting."""
    sheet = queries.get_sheet(inspected.id)
    assert [(area.name, len(area.probes)) for area in sheet.areas] == [
        ("Lights, wipers", 6),
        ("Under the bonnet", 7),
        ("Brakes", 5),
        ("Tyres, wheels", 5),
        ("Under the car", 8),
        ("Inside", 4),
        ("Road test", 3),
    ]
    assert (sheet.total, sheet.done) == (38, 0)
    assert factories.fresh(inspected).inspection_is_open


def test_beginning_twice_is_one_inspection(inspected: ServiceOrder) -> None:
    first = queries.get_sheet(inspected.id).id
    with transaction():
        assert beginning.begin(inspected.id, now=NOW).id == first
    assert queries.get_sheet(inspected.id).total == 38


@pytest.mark.parametrize(
    ("value", "rating"), [("6.5", "ok"), ("4", "ok"), ("3.9", "soon"), ("3", "soon"), ("2.9", "urgent")]
)
def test_a_measured_value_sets_the_colour_by_its_limits(
    inspected: ServiceOrder, cast: Cast, value: str, rating: str
) -> None:
    """TEC-2: pads: advise from 4 mm, limit 3 mm."""
    item = rate(
        inspected, "brakes-front", None, {"pad-left": value, "pad-right": "9"}, by=cast.technician.actor()
    )
    assert item.rating == rating


def test_the_worst_value_counts(inspected: ServiceOrder, cast: Cast) -> None:
    """TEC-2: four tyres, one below the legal limit."""
    values = {"fl": "4.1", "fr": "4.0", "rl": "3.0", "rr": "1.5"}
    assert rate(inspected, "tread", None, values, by=cast.technician.actor()).rating is Rating.URGENT


def test_a_person_may_make_the_colour_worse_but_not_better(inspected: ServiceOrder, cast: Cast) -> None:
    """TEC-2: the limit decides; a person may only be stricter."""
    by = cast.technician.actor()
    values = {"pad-left": "3.5", "pad-right": "3.6"}
    assert rate(inspected, "brakes-front", None, values, by=by).rating is Rating.SOON
    with pytest.raises(Invalid, match="3.5 mm: that cannot be rated better than Soon"):
        rate(inspected, "brakes-front", Rating.OK, values, by=by)
    assert item_of(inspected, "brakes-front").rating is Rating.SOON
    assert rate(inspected, "brakes-front", Rating.URGENT, values, by=by).rating is Rating.URGENT


def test_a_mistyped_value_leaves_no_trace_but_a_stricter_verdict_stays(
    inspected: ServiceOrder, cast: Cast
) -> None:
    by = cast.technician.actor()
    bad, good = {"pad-left": "2.9", "pad-right": "9"}, {"pad-left": "9.2", "pad-right": "9"}
    rate(inspected, "brakes-front", None, bad, by=by)
    assert rate(inspected, "brakes-front", Rating.URGENT, good, by=by).rating is Rating.OK
    rate(inspected, "brakes-front", Rating.SOON, good, by=by)
    better = {"pad-left": "9.3", "pad-right": "9"}
    assert rate(inspected, "brakes-front", Rating.SOON, better, by=by).rating is Rating.SOON


def test_a_value_that_cannot_be_true_is_refused(inspected: ServiceOrder, cast: Cast) -> None:
    with pytest.raises(Invalid, match="between 0 and 14 mm"):
        rate(inspected, "brakes-front", None, {"pad-left": "29"}, by=cast.technician.actor())
    assert item_of(inspected, "brakes-front").values == {}


def test_the_rest_is_ok_rates_what_is_left_and_can_be_undone(inspected: ServiceOrder, cast: Cast) -> None:
    """TEC-2: one tap for an area; what was rated before keeps its rating, also after the undo."""
    by = cast.technician.actor()
    rate(inspected, "brake-fluid", None, {"boiling": "172"}, by=by)
    sheet = queries.get_sheet(inspected.id)
    with transaction():
        rated, left = operations.rest_is_ok(sheet.id, "Brakes", sweep_id="one", actor=by, now=NOW)
    assert rated == 2
    assert [item.code for item in left] == ["brakes-front", "brakes-rear"]
    assert item_of(inspected, "brake-fluid").rating is Rating.SOON
    rate(inspected, "parking-brake", Rating.SOON, by=by)
    with transaction():
        assert operations.undo_rest(sheet.id, sweep_id="one", actor=by, now=NOW) == 1
    assert item_of(inspected, "brake-hoses").rating is None
    assert item_of(inspected, "parking-brake").rating is Rating.SOON
    assert item_of(inspected, "brake-fluid").rating is Rating.SOON


def test_a_mandatory_point_cannot_be_skipped(inspected: ServiceOrder, cast: Cast) -> None:
    """TEC-2: the inspection does not end while a mandatory point is open; what is not mandatory may stay open."""
    by = cast.technician.actor()
    fill(inspected, by)
    sheet = queries.get_sheet(inspected.id)
    rate(inspected, "headlights", None, by=by)
    rate(inspected, "spare", None, by=by)
    with pytest.raises(Incomplete, match="Left: Headlights") as refusal, transaction():
        operations.complete(sheet.id, actor=by, now=NOW)
    assert [item.code for item in refusal.value.items] == ["headlights"]
    assert factories.fresh(inspected).inspection_is_open
    rate(inspected, "headlights", Rating.OK, by=by)
    with transaction():
        operations.complete(sheet.id, actor=by, now=NOW)
    order = factories.fresh(inspected)
    assert (order.inspection_is_open, order.inspection_completed_at) == (False, NOW)


def test_required_values_cannot_be_skipped(inspected: ServiceOrder, cast: Cast) -> None:
    by = cast.technician.actor()
    fill(inspected, by)
    rate(inspected, "tread", Rating.OK, {"fl": "6"}, by=by)
    with pytest.raises(Incomplete, match="Tread depth"), transaction():
        operations.complete(queries.get_sheet(inspected.id).id, actor=by, now=NOW)


@pytest.mark.parametrize("evidence", ["photo", "note"])
def test_urgent_needs_a_photo_or_a_note(inspected: ServiceOrder, cast: Cast, evidence: str) -> None:
    """TEC-2"""
    by = cast.technician.actor()
    fill(inspected, by)
    item = rate(inspected, "exhaust", Rating.URGENT, by=by)
    assert item.what_is_missing() is Missing.EVIDENCE
    sheet = queries.get_sheet(inspected.id)
    with pytest.raises(Incomplete, match="Exhaust"), transaction():
        operations.complete(sheet.id, actor=by, now=NOW)
    if evidence == "photo":
        with transaction():
            operations.add_photo(item.id, photo(), actor=by, now=NOW)
    else:
        rate(inspected, "exhaust", Rating.URGENT, by=by, note="Rusted through at the rear silencer")
    with transaction():
        operations.complete(sheet.id, actor=by, now=NOW)
    assert not factories.fresh(inspected).inspection_is_open


def test_the_same_photo_twice_is_one_photo(inspected: ServiceOrder, cast: Cast) -> None:
    item = item_of(inspected, "exhaust")
    for _ in range(2):
        with transaction():
            operations.add_photo(item.id, photo(), actor=cast.technician.actor(), now=NOW)
    assert len(item_of(inspected, "exhaust").photos) == 1


def test_findings_become_the_advisors_task(inspected: ServiceOrder, cast: Cast) -> None:
    """STEP-4: what was found waits for the advisor to be quoted."""
    by = cast.technician.actor()
    fill(inspected, by)
    rate(inspected, "exhaust", Rating.SOON, by=by)
    with transaction():
        operations.complete(queries.get_sheet(inspected.id).id, actor=by, now=NOW)
    task = db.session.query(Task).filter_by(type=TaskType.SEND_QUOTATION).one()
    assert (task.person_id, task.due_at) == (cast.advisor.id, NOW + timedelta(minutes=30))


def test_a_clean_inspection_asks_nobody_for_a_quotation(inspected: ServiceOrder, cast: Cast) -> None:
    by = cast.technician.actor()
    fill(inspected, by)
    with transaction():
        operations.complete(queries.get_sheet(inspected.id).id, actor=by, now=NOW)
    assert db.session.query(Task).filter_by(type=TaskType.SEND_QUOTATION).count() == 0


def test_a_complete_inspection_no_longer_changes(inspected: ServiceOrder, cast: Cast) -> None:
    by = cast.technician.actor()
    fill(inspected, by)
    sheet = queries.get_sheet(inspected.id)
    with transaction():
        operations.complete(sheet.id, actor=by, now=NOW)
    with pytest.raises(Refused, match="complete"):
        rate(inspected, "horn-washers", Rating.SOON, by=by)
    with transaction():
        again = operations.complete(sheet.id, actor=by, now=NOW + timedelta(hours=1))
    assert again.completed_at == NOW


def test_a_quotation_waits_for_the_open_inspection(inspected: ServiceOrder, cast: Cast) -> None:
    """TEC-2: mandatory means that nothing goes to the customer before."""
    with pytest.raises(Refused, match="inspection is not complete"), transaction():
        order = service_orders.lock_order(inspected.id)
        order.waiting_quotations = 1
        service_orders.move(order, "send_quotation", actor=cast.advisor.actor(), now=NOW)


def test_two_tablets_do_not_overwrite_each_other(inspected: ServiceOrder, cast: Cast) -> None:
    """ORD-6: the second tablet learns what the first one said, and nothing is lost."""
    first, second = cast.technician.actor(), cast.second_technician.actor()
    version = item_of(inspected, "exhaust").version
    rate(inspected, "exhaust", Rating.URGENT, by=first, version=version, tablet="first", note="Rust")
    with pytest.raises(Stale, match="Tomasz Lis changed this meanwhile on another tablet: Urgent"):
        rate(inspected, "exhaust", Rating.OK, by=second, version=version, tablet="second")
    item = item_of(inspected, "exhaust")
    assert (item.rating, item.note) == (Rating.URGENT, "Rust")


def test_one_tablet_may_follow_itself_before_its_answer_came(inspected: ServiceOrder, cast: Cast) -> None:
    by = cast.technician.actor()
    version = item_of(inspected, "exhaust").version
    rate(inspected, "exhaust", Rating.OK, by=by, version=version, tablet="first")
    assert (
        rate(inspected, "exhaust", Rating.SOON, by=by, version=version, tablet="first").rating is Rating.SOON
    )


def test_an_advisor_does_not_rate(inspected: ServiceOrder, cast: Cast) -> None:
    with pytest.raises(NotPermitted):
        rate(inspected, "exhaust", Rating.OK, by=cast.advisor.actor())


def test_a_new_version_of_the_template_leaves_begun_inspections_alone(
    inspected: ServiceOrder, cast: Cast
) -> None:
    """TEC-2: an edit never changes an inspection that was begun."""
    with transaction():
        shorter = templates.save_template(
            code=starter.CODE, name="Short", points=starter.POINTS[:3], actor=cast.manager.actor(), now=NOW
        )
    assert shorter.version_no == 2
    assert queries.get_sheet(inspected.id).total == 38
    with transaction():
        other = factories.open_order(cast)
        beginning.begin(other.id, now=NOW)
    assert queries.get_sheet(other.id).total == 3


def test_a_template_for_a_model_is_taken_for_it(cast: Cast) -> None:
    """TEC-2: templates per model."""
    with transaction():
        templates.stock(actor=SYSTEM, now=NOW)
        templates.save_template(
            code="EV", name="Electric", model_filter="Tesla, electric", points=starter.POINTS[:5],
            actor=cast.manager.actor(), now=NOW,
        )  # fmt: skip
        electric = factories.open_order(cast, car=factories.vehicle(cast, make="Tesla", model="Model 3"))
        petrol = factories.open_order(cast)
        beginning.begin(electric.id, now=NOW)
        beginning.begin(petrol.id, now=NOW)
    assert queries.get_sheet(electric.id).total == 5
    assert queries.get_sheet(petrol.id).total == 38


def test_a_measure_survives_being_stored() -> None:
    for point in starter.POINTS:
        for measure in point.measures:
            assert Measure.from_json(measure.to_json()) == measure


@pytest.mark.parametrize(("value", "limit"), [("2.0", "3"), ("3.5", "3"), ("5", None)])
def test_the_limit_told_is_the_hard_one(value: str, limit: str | None) -> None:
    pad = starter.POINTS[13].measures[0]
    assert pad.limit_for(Decimal(value)) == (Decimal(limit) if limit else None)


def test_a_value_above_an_upper_limit_counts_too() -> None:
    frost = next(point for point in starter.POINTS if point.code == "coolant").measures[0]
    assert frost.rating(Decimal(-37)) is Rating.OK
    assert frost.rating(Decimal(-20)) is Rating.SOON
    assert frost.rating(Decimal(-10)) is Rating.URGENT
    assert rules.measured_rating([frost], {}) is None


def test_who_rates_is_decided_by_the_map() -> None:
    assert Actor("x", 1, frozenset({Role.TECHNICIAN})).may("inspections.rate")
    assert not Actor("x", 1, frozenset({Role.QC})).may("inspections.rate")
