"""Torques and fluids: copied from the canned job, entered by the technician, verified and printed (QCS-1)."""

from decimal import Decimal

import pytest

from aftersales.db import db, transaction
from aftersales.domain.catalogue import operations as catalogue
from aftersales.domain.catalogue import queries as catalogue_queries
from aftersales.domain.catalogue.kinds import SpecKind
from aftersales.domain.catalogue.operations import CannedSpec
from aftersales.domain.errors import Invalid
from aftersales.domain.quality import queries, work_checks
from aftersales.domain.service_orders import canned_jobs, specs, work
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.job_models import JobSpec
from aftersales.domain.service_orders.models import Authorisation, Job, ServiceOrder
from aftersales.domain.service_orders.specs import Entered
from tests import factories
from tests.cast import Cast

NOW = factories.NOW


@pytest.fixture
def repairing(cast: Cast, accepted_order: ServiceOrder) -> ServiceOrder:
    """In repair with the front brake pads as an authorised canned job."""
    with transaction():
        factories.stock_catalogue(cast)
        job = canned_jobs.apply_canned_job(
            accepted_order.id, "BRAKE-PADS-F", actor=cast.advisor.actor(), now=NOW
        )
        order = service_orders.lock_order(accepted_order.id)
        work.authorise(order, {line.id for line in job.lines}, Authorisation.AUTHORISED)
        order.parts_missing = 0
        return service_orders.move(order, "start_repair", actor=cast.advisor.actor(), now=NOW)


def by_name(order: ServiceOrder) -> dict[str, JobSpec]:
    return {spec.name: spec for spec in specs.list_of_order(order.id)}


def measure(order: ServiceOrder, cast: Cast, **values: tuple[str, str]) -> None:
    named = {"pins": "Guide pins, front caliper", "wheels": "Wheel bolts"}
    entered = {
        by_name(order)[named[key]].id: Entered(Decimal(value) if value else None, remark)
        for key, (value, remark) in values.items()
    }
    with transaction():
        work_checks.enter_measured(
            order.id, entered, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW
        )


def check_myself(order: ServiceOrder, cast: Cast) -> None:
    lines = [line.id for job in queries.list_authorised_jobs(order.id) for line in job.lines]
    with transaction():
        work_checks.self_check(
            order.id, site_id=cast.site.id, line_ids=lines, actor=cast.technician.actor(), now=NOW
        )


def test_a_canned_job_brings_its_torques_and_the_order_keeps_them(
    cast: Cast, repairing: ServiceOrder
) -> None:
    """QCS-1: the list stands on the order; a later change of the catalogue does not touch it."""
    assert {name: (spec.nominal, spec.unit) for name, spec in by_name(repairing).items()} == {
        "Guide pins, front caliper": (Decimal(35), "Nm"),
        "Wheel bolts": (Decimal(120), "Nm"),
    }
    canned = catalogue_queries.find_canned_job_by_code("BRAKE-PADS-F")
    assert canned is not None
    with transaction():
        for spec in db.session.get_one(type(canned), canned.id).specs:
            spec.nominal = spec.low = spec.high = Decimal(1)
    assert by_name(repairing)["Wheel bolts"].nominal == 120


@pytest.mark.parametrize(
    ("value", "light"),
    [("109.999", "urgent"), ("110", "ok"), ("120", "ok"), ("130", "ok"), ("130.001", "urgent")],
)
def test_the_limits_themselves_are_within(
    cast: Cast, repairing: ServiceOrder, value: str, light: str
) -> None:
    measure(repairing, cast, wheels=(value, ""))
    spec = by_name(repairing)["Wheel bolts"]
    assert (spec.light, spec.entered_by_name) == (light, "Tomasz Lis")


def test_the_self_check_asks_for_every_value(cast: Cast, repairing: ServiceOrder) -> None:
    measure(repairing, cast, pins=("35", ""))
    with pytest.raises(Invalid, match="Wheel bolts.*enter what you measured"):
        check_myself(repairing, cast)
    measure(repairing, cast, wheels=("120", ""))
    check_myself(repairing, cast)
    assert factories.fresh(repairing).self_checked_at == NOW


def test_a_value_outside_needs_a_word_on_why(cast: Cast, repairing: ServiceOrder) -> None:
    measure(repairing, cast, pins=("35", ""), wheels=("150", ""))
    with pytest.raises(Invalid, match="outside its limits"):
        check_myself(repairing, cast)
    measure(repairing, cast, wheels=("150", "Steel wheels of the customer: 150 Nm on their plate"))
    check_myself(repairing, cast)


def test_a_value_below_zero_is_refused(cast: Cast, repairing: ServiceOrder) -> None:
    with pytest.raises(Invalid, match="0 or more"):
        measure(repairing, cast, wheels=("-1", ""))


def test_the_inspector_verifies_each_value_as_a_point_of_its_own(cast: Cast, repairing: ServiceOrder) -> None:
    """QCS-1: 100 %: every line and every torque and fluid. The point keeps the value as it was checked."""
    measure(repairing, cast, pins=("35", ""), wheels=("150", "Steel wheels"))
    check_myself(repairing, cast)
    with transaction():
        work_checks.finish_work(repairing.id, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW)
    check = queries.get_final_check(repairing.id)
    points = {item.title: item for item in check.items if item.spec_id}
    assert {title: (item.value, item.unit, item.is_outside) for title, item in points.items()} == {
        "Guide pins, front caliper": (Decimal(35), "Nm", False),
        "Wheel bolts": (Decimal(150), "Nm", True),
    }
    assert points["Wheel bolts"].detail == "Steel wheels"


def test_a_job_that_was_taken_off_asks_for_nothing(cast: Cast, repairing: ServiceOrder) -> None:
    job = db.session.query(Job).filter_by(canned_job_code="BRAKE-PADS-F").one()
    with transaction():
        work.void_job(job.id, reason="Not wanted", actor=cast.advisor.actor(), now=NOW)
    assert specs.list_of_order(repairing.id) == []


def test_a_torque_with_its_value_outside_its_own_limits_is_no_torque(cast: Cast) -> None:
    with transaction():
        factories.stock_catalogue(cast)
    canned = catalogue_queries.find_canned_job_by_code("TYRES-4")
    assert canned is not None
    bad = CannedSpec(SpecKind.TORQUE, "Wheel bolts", "Nm", Decimal(120), low=Decimal(125))
    with pytest.raises(Invalid, match="between its limits"), transaction():
        catalogue.save_canned_job(
            canned.id, code=canned.code, name=canned.name, explanation="", model_filter="",
            lines=[catalogue.CannedLine(line.kind, line.description, line.quantity, article_number=line.article_number)
                   for line in canned.lines],
            specs=[bad], actor=cast.manager.actor(), now=NOW,
        )  # fmt: skip
