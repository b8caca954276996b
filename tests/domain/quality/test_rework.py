"""Rework: its own clock, kept apart from worked time, and nobody of it inspects the car (QCS-2, QCS-3)."""

from datetime import timedelta

import pytest

from aftersales.db import db, transaction
from aftersales.domain.errors import NotPermitted, Refused
from aftersales.domain.quality import final_check, queries, work_checks
from aftersales.domain.quality import rework as reworking
from aftersales.domain.quality.models import Rework
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.workshop import clocking
from aftersales.domain.workshop.models import Clocking, EndReason
from tests import factories
from tests.cast import Cast
from tests.domain.quality.test_quality import NOT_OK, NOW, check_of, self_check, verify
from tests.domain.quality.test_quality import in_quality_check as in_quality_check
from tests.domain.quality.test_quality import repairing as repairing


@pytest.fixture
def sent_back(cast: Cast, in_quality_check: ServiceOrder) -> Rework:
    """One line failed; an hour was worked on the job before."""
    item = check_of(in_quality_check).items[0]
    with transaction():
        db.session.add(
            Clocking(
                site_id=cast.site.id, service_order_id=in_quality_check.id, job_id=item.job_id or 0,
                user_id=cast.technician.id, started_at=NOW - timedelta(hours=1), ended_at=NOW,
                end_reason=EndReason.FINISHED,
            )
        )  # fmt: skip
    verify(item, cast, NOT_OK, reasons=("noise",), instruction="Rubs at the shield plate")
    with transaction():
        final_check.refuse(
            check_of(in_quality_check).id, site_id=cast.site.id, actor=cast.qc.actor(), now=NOW
        )
    return db.session.query(Rework).one()


def finish(work: Rework, cast: Cast, minutes: int) -> None:
    with transaction():
        reworking.finish(
            work.id, site_id=cast.site.id, note="Bent back", actor=cast.technician.actor(),
            now=NOW + timedelta(minutes=minutes),
        )  # fmt: skip


def begin(work: Rework, cast: Cast, minutes: int) -> Clocking:
    with transaction():
        return reworking.clock_on(
            work.id, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW + timedelta(minutes=minutes)
        )


def test_rework_has_a_clock_of_its_own(cast: Cast, sent_back: Rework) -> None:
    """QCS-2: its time stands beside the worked time, not in it."""
    begin(sent_back, cast, 10)
    finish(sent_back, cast, 35)
    order = db.session.get_one(ServiceOrder, sent_back.service_order_id, populate_existing=True)
    assert (order.worked_minutes, order.rework_minutes, order.open_clockings) == (60, 25, 0)
    assert queries.clocks_of_rework(order.id)[sent_back.id].minutes == 25


def test_two_taps_begin_one_clock(cast: Cast, sent_back: Rework) -> None:
    assert begin(sent_back, cast, 10).id == begin(sent_back, cast, 11).id


def test_a_colleague_on_the_rework_holds_it_open(cast: Cast, sent_back: Rework) -> None:
    with transaction():
        helper = db.session.get_one(ServiceOrder, sent_back.service_order_id)
        helper.jobs[0].technician_id = cast.second_technician.id
    with transaction():
        reworking.clock_on(sent_back.id, site_id=cast.site.id, actor=cast.second_technician.actor(), now=NOW)
    with pytest.raises(Refused, match="still clocked on to this rework"):
        finish(sent_back, cast, 20)


def test_work_on_a_finished_job_while_rework_is_open_is_rework(cast: Cast, sent_back: Rework) -> None:
    """QCS-2: also where the technician clocks on to the job and not to the rework."""
    with transaction():
        begun = clocking.clock_on(
            sent_back.job_id or 0, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW
        )
    assert begun.is_rework


def test_nobody_clocks_on_to_rework_that_is_done(cast: Cast, sent_back: Rework) -> None:
    finish(sent_back, cast, 5)
    with pytest.raises(Refused):
        begin(sent_back, cast, 6)
    assert db.session.query(Clocking).filter_by(ended_at=None).count() == 0


def test_who_clocked_on_does_not_inspect(cast: Cast, sent_back: Rework) -> None:
    """QCS-3: not the repairer, and nobody who clocked on to the order, even for a minute of rework."""
    finish(sent_back, cast, 5)
    order = db.session.get_one(ServiceOrder, sent_back.service_order_id)
    self_check(order, cast)
    with transaction():
        work_checks.finish_work(order.id, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW)
        db.session.add(
            Clocking(
                site_id=cast.site.id, service_order_id=order.id, job_id=sent_back.job_id or 0,
                user_id=cast.qc.id, started_at=NOW, ended_at=NOW + timedelta(minutes=1),
                end_reason=EndReason.FINISHED, is_rework=True,
            )
        )  # fmt: skip
    with pytest.raises(NotPermitted, match="You worked on this car"):
        verify(check_of(order).items[0], cast, NOT_OK)


def test_who_mended_what_failed_does_not_inspect(cast: Cast, sent_back: Rework) -> None:
    """QCS-3"""
    finish(sent_back, cast, 5)
    assert cast.technician.id in queries.hands_on(sent_back.service_order_id)


def test_after_the_leaders_no_the_technician_can_clock_on_again(cast: Cast, repairing: ServiceOrder) -> None:
    """TEC-5: the work goes back with the leader's words, as rework with a clock."""
    with transaction():
        factories.fresh(repairing).needs_leader_check = True
    self_check(repairing, cast)
    with transaction():
        work_checks.leader_check(
            repairing.id, site_id=cast.site.id, is_passed=False, note="Torque the bolts",
            actor=cast.leader.actor(), now=NOW,
        )  # fmt: skip
    work = db.session.query(Rework).one()
    assert begin(work, cast, 1).is_rework
    with pytest.raises(Refused, match="Rework is still open"):
        self_check(repairing, cast)
