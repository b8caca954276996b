"""What a finding becomes: work proposed to the advisor."""

import pytest

from aftersales.db import transaction
from aftersales.domain.actors import SYSTEM
from aftersales.domain.catalogue import starter as catalogue_starter
from aftersales.domain.errors import Refused
from aftersales.domain.inspections import (
    beginning,
    findings,
    queries,
)
from aftersales.domain.inspections.rules import Rating
from aftersales.domain.service_orders.models import Authorisation, ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.domain.inspections.test_inspections import NOW, item_of, rate


@pytest.fixture
def inspected(accepted_order: ServiceOrder) -> ServiceOrder:
    """In progress, with its inspection begun."""
    with transaction():
        beginning.begin(accepted_order.id, now=NOW)
    return accepted_order


@pytest.fixture
def stocked(cast: Cast) -> None:
    with transaction():
        factories.stock_catalogue(cast)


@pytest.mark.usefixtures("stocked")
def test_a_finding_becomes_proposed_work_in_one_step(inspected: ServiceOrder, cast: Cast) -> None:
    """TEC-3: with labour and parts, the measured value and its limit for the customer, and its light."""
    by = cast.technician.actor()
    item = rate(
        inspected, "brakes-front", None, {"pad-left": "2.9", "pad-right": "3.2"}, by=by, note="Inner pad worn"
    )
    with transaction():
        job = findings.propose(item.id, actor=by, now=NOW)
    job = factories.fresh(job)
    assert (job.title, job.severity, job.is_additional) == ("Front brake discs and pads", "urgent", True)
    assert job.explanation.startswith(
        "Pad left 2.9 mm, limit 3 mm. Pad right 3.2 mm, limit 3 mm. Inner pad worn."
    )
    assert [line.article_number for line in job.lines][:3] == ["", "5N0698151", "5Q0615301F"]
    assert {line.authorisation for line in job.lines} == {Authorisation.PROPOSED}
    assert item_of(inspected, "brakes-front").job_id == job.id


@pytest.mark.usefixtures("stocked")
def test_proposing_twice_is_one_job(inspected: ServiceOrder, cast: Cast) -> None:
    by = cast.technician.actor()
    item = rate(inspected, "brake-fluid", None, {"boiling": "172"}, by=by)
    with transaction():
        first = findings.propose(item.id, actor=by, now=NOW).id
    with transaction():
        assert findings.propose(item.id, actor=by, now=NOW).id == first


def test_a_finding_without_a_canned_job_is_proposed_for_the_advisor_to_price(
    inspected: ServiceOrder, cast: Cast
) -> None:
    by = cast.technician.actor()
    item = rate(inspected, "gearbox", Rating.SOON, by=by, note="Damp at the drive shaft seal")
    with transaction():
        job = findings.propose(item.id, actor=by, now=NOW)
    assert (job.title, job.explanation) == ("Gearbox and axles", "Damp at the drive shaft seal.")
    assert factories.fresh(job).lines == []


@pytest.mark.usefixtures("stocked")
def test_all_findings_are_proposed_at_once(inspected: ServiceOrder, cast: Cast) -> None:
    """TEC-3"""
    by = cast.technician.actor()
    rate(inspected, "brake-fluid", None, {"boiling": "172"}, by=by)
    rate(inspected, "exhaust", Rating.SOON, by=by)
    rate(inspected, "horn-washers", Rating.OK, by=by)
    with transaction():
        jobs, refusals = findings.propose_all(queries.get_sheet(inspected.id).id, actor=by, now=NOW)
    assert [job.title for job in jobs] == ["Brake fluid", "Rear silencer"]
    assert refusals == []


def test_a_missing_price_of_one_finding_does_not_hold_up_the_others(
    inspected: ServiceOrder, cast: Cast
) -> None:
    by = cast.technician.actor()
    with transaction():
        catalogue_starter.stock(actor=SYSTEM, now=NOW)
        catalogue_starter.price_hours(cast.site.id, "PLN", actor=SYSTEM, now=NOW)
    rate(inspected, "exhaust", Rating.SOON, by=by)
    rate(inspected, "gearbox", Rating.SOON, by=by)
    with transaction():
        jobs, refusals = findings.propose_all(queries.get_sheet(inspected.id).id, actor=by, now=NOW)
    assert [job.title for job in jobs] == ["Gearbox and axles"]
    assert len(refusals) == 1 and "5Q0253609" in refusals[0]
    titles = [job.title for job in factories.fresh(inspected).jobs]
    assert titles == ["Front brakes squeal", "Gearbox and axles"]


def test_a_point_that_is_ok_is_not_proposed(inspected: ServiceOrder, cast: Cast) -> None:
    item = rate(inspected, "exhaust", Rating.OK, by=cast.technician.actor())
    with pytest.raises(Refused, match="Only a point"), transaction():
        findings.propose(item.id, actor=cast.technician.actor(), now=NOW)
