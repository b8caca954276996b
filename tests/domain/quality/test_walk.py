"""A car walked through every check, and two inspectors at once. The race is also run against a twin that looks first and
writes then: there it must show the damage."""

import threading
from datetime import timedelta

import pytest
from flask import Flask

from aftersales.db import db, transaction
from aftersales.domain.documents.models import Signature
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import Refused
from aftersales.domain.quality import figures, final_check, queries, work_checks
from aftersales.domain.quality import rework as reworking
from aftersales.domain.quality.final_check import Drive, Verdict
from aftersales.domain.quality.models import CheckResult, CheckStage, FaultReason, QualityCheck, Rework, Tick
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import OrderEvent, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.tasks.models import Task, TaskType
from tests import factories
from tests.cast import Cast, Person
from tests.effort import rounds
from tests.races import Act, at_once, in_transaction

NOW = factories.NOW + timedelta(hours=2)
SPAN = {"from_at": NOW - timedelta(days=1), "until_at": NOW + timedelta(days=1)}


def in_repair(cast: Cast) -> int:
    with transaction():
        order = factories.check_in(cast, factories.open_order(cast))
        factories.accept(cast, factories.assign(cast, order))
        service_orders.move(order, "start_repair", actor=cast.advisor.actor(), now=NOW)
        for bay in db.session.query(ServiceOrder).filter(ServiceOrder.bay_id.is_not(None)):
            bay.bay_id = None
    return order.id


def self_check(order_id: int, cast: Cast) -> None:
    lines = {line.id for job in queries.list_authorised_jobs(order_id) for line in job.lines}
    with transaction():
        work_checks.self_check(
            order_id, site_id=cast.site.id, line_ids=lines, actor=cast.technician.actor(), now=NOW
        )


def finish(order_id: int, cast: Cast) -> None:
    with transaction():
        work_checks.finish_work(order_id, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW)


def leader(order_id: int, cast: Cast, *, is_passed: bool) -> None:
    with transaction():
        work_checks.leader_check(
            order_id, site_id=cast.site.id, is_passed=is_passed, note="" if is_passed else "Torque the bolts",
            actor=cast.leader.actor(), now=NOW,
        )  # fmt: skip


def mend(cast: Cast, order_id: int) -> None:
    """Clock on to each open piece of rework, and say that it is done."""
    for work in [work.id for work in queries.list_reworks(order_id) if work.done_at is None]:
        with transaction():
            reworking.clock_on(work, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW)
        with transaction():
            reworking.finish(
                work, site_id=cast.site.id, note="", actor=cast.technician.actor(), now=NOW + timedelta(minutes=7)
            )  # fmt: skip


def fail(order_id: int, cast: Cast) -> None:
    check = queries.get_final_check(order_id)
    verdict = Verdict(CheckResult.NOT_OK, (FaultReason.NOISE,), "It rubs")
    with transaction():
        final_check.verify(check.items[0].id, verdict, site_id=cast.site.id, actor=cast.qc.actor(), now=NOW)
        final_check.refuse(check.id, site_id=cast.site.id, actor=cast.qc.actor(), now=NOW)


def verify_all(order_id: int, cast: Cast) -> int:
    check = queries.get_final_check(order_id)
    with transaction():
        for group in queries.groups_of(check):
            final_check.rest_is_ok(check.id, group.heading, site_id=cast.site.id, actor=cast.qc.actor())
        final_check.note_drive(
            check.id, Drive(118_420, 118_431, frozenset(Tick)), site_id=cast.site.id, actor=cast.qc.actor()
        )
    return check.id


def release(check_id: int, cast: Cast, by: Person) -> ServiceOrder:
    return final_check.release(
        check_id, site_id=cast.site.id, document=factories.stored_pdf(), evidence=Evidence(typed_name=by.name),
        consent_text="I verified every line.", version=queries.get_final_check(_order_of(check_id)).version,
        actor=by.actor(), now=NOW,
    )  # fmt: skip


def _order_of(check_id: int) -> int:
    return db.session.get_one(QualityCheck, check_id).service_order_id


def order_of(order_id: int) -> ServiceOrder:
    return db.session.get_one(ServiceOrder, order_id, populate_existing=True)


def test_a_car_walks_through_every_check_and_back(cast: Cast) -> None:
    """TEC-5, QCS-1, QCS-2: self-check, the leader's no, rework, self-check, the leader's yes, the inspector's no, rework,
    all checks again, passed. Rework is counted once: the leader's no is not the final inspection's."""
    order_id = in_repair(cast)
    with transaction():
        service_orders.lock_order(order_id).needs_leader_check = True
    self_check(order_id, cast)
    with pytest.raises(Refused, match="team leader's check is missing"):
        finish(order_id, cast)
    leader(order_id, cast, is_passed=False)
    with pytest.raises(Refused, match="Rework is still open"):
        self_check(order_id, cast)
    mend(cast, order_id)
    self_check(order_id, cast)
    leader(order_id, cast, is_passed=True)
    finish(order_id, cast)
    fail(order_id, cast)
    order = order_of(order_id)
    assert (order.state, order.open_rework, order.rework_count) == (OrderState.REPAIRING, 1, 1)
    assert (order.self_checked_at, order.leader_checked_at) == (None, None)
    mend(cast, order_id)
    self_check(order_id, cast)
    leader(order_id, cast, is_passed=True)
    finish(order_id, cast)
    check_id = verify_all(order_id, cast)
    with transaction():
        release(check_id, cast, cast.qc)
    order = order_of(order_id)
    assert order.state is OrderState.PREPARING
    assert (order.rework_minutes, order.worked_minutes) == (14, 0)
    assert [(each.stage, each.is_passed) for each in queries.list_checks(order_id)] == [
        (CheckStage.SELF, True), (CheckStage.LEADER, False), (CheckStage.SELF, True), (CheckStage.LEADER, True),
        (CheckStage.FINAL, False), (CheckStage.SELF, True), (CheckStage.LEADER, True), (CheckStage.FINAL, True),
    ]  # fmt: skip
    moved = [
        event.to_state
        for event in db.session.query(OrderEvent).filter_by(service_order_id=order_id).order_by(OrderEvent.id)
        if event.to_state
    ]
    assert moved[-4:] == ["quality_check", "repairing", "quality_check", "preparing"]
    made = figures.figures_of(cast.site.id, **SPAN)
    assert (made.passed_first, made.inspected) == (0, 1)
    kinds = (TaskType.REWORK, TaskType.LEADER_CHECK, TaskType.FINAL_CHECK)
    assert db.session.query(Task).filter(Task.type.in_(kinds), Task.closed_at.is_(None)).count() == 0


def ready_for_verdict(cast: Cast) -> tuple[int, int]:
    """A car whose points are verified, one of them marked by both inspectors' screens; its order and its check."""
    order_id = in_repair(cast)
    self_check(order_id, cast)
    finish(order_id, cast)
    check_id = verify_all(order_id, cast)
    db.session.remove()
    return order_id, check_id


def pass_it(check_id: int, cast: Cast, by: Person) -> Act:
    return in_transaction(lambda: release(check_id, cast, by))


def send_it_back(check_id: int, cast: Cast, by: Person) -> Act:
    def act() -> object:
        check = queries.get_final_check(_order_of(check_id))
        verdict = Verdict(CheckResult.NOT_OK, (FaultReason.NOISE,), "It rubs")
        final_check.verify(check.items[0].id, verdict, site_id=cast.site.id, actor=by.actor(), now=NOW)
        return final_check.refuse(check_id, site_id=cast.site.id, actor=by.actor(), now=NOW)

    return in_transaction(act)


def test_two_inspectors_pass_and_fail_one_car_at_once(app: Flask, cast: Cast) -> None:
    """QCS-1, QCS-2: one verdict stands; the other inspector reads that the inspection is over."""
    for _round in range(rounds(6, 200)):
        order_id, check_id = ready_for_verdict(cast)
        answers = at_once(
            app, pass_it(check_id, cast, cast.qc), send_it_back(check_id, cast, cast.technical_director)
        )
        refusals = [answer for answer in answers if isinstance(answer, Refused)]
        assert len(refusals) == 1, answers
        order = order_of(order_id)
        signed = db.session.query(Signature).filter_by(service_order_id=order_id, purpose="quality").count()
        reworks = db.session.query(Rework).filter_by(service_order_id=order_id).count()
        expected = (1, 0) if order.state is OrderState.PREPARING else (0, 1)
        assert (signed, reworks) == expected
        db.session.remove()


def test_two_inspectors_pass_one_car_at_once(app: Flask, cast: Cast) -> None:
    """QCS-4: one signature; the order moves on once."""
    for _round in range(rounds(4, 200)):
        order_id, check_id = ready_for_verdict(cast)
        at_once(app, *(pass_it(check_id, cast, by) for by in (cast.qc, cast.technical_director)))
        assert (
            db.session.query(Signature).filter_by(service_order_id=order_id, purpose="quality").count() == 1
        )
        db.session.remove()


def test_the_race_sees_inspectors_who_look_and_then_decide(app: Flask, cast: Cast) -> None:
    """The broken twin: both see an open inspection; one signs, the other opens rework on the same car."""
    order_id, check_id = ready_for_verdict(cast)
    both_looked = threading.Barrier(2)

    def look_then(decide: Act) -> Act:
        def act() -> None:
            assert queries.get_final_check(order_id).checked_at is None
            db.session.rollback()
            both_looked.wait(timeout=20)
            with transaction():
                decide()

        return act

    def sign() -> None:
        document = final_check.documents.record(
            factories.stored_pdf(),
            site_id=cast.site.id,
            service_order_id=order_id,
            now=NOW,
            subject_id=check_id,
        )
        final_check.signatures.sign(
            document, Evidence(typed_name="Quentin"), purpose="quality", service_order_id=order_id,
            consent_text="x", totals={}, actor=cast.qc.actor(), now=NOW,
        )  # fmt: skip

    def open_rework() -> None:
        check = queries.get_final_check(order_id)
        reworking.send_back(
            check,
            order_of(order_id),
            title="x",
            instruction="x",
            item=check.items[0],
            actor=cast.qc.actor(),
            now=NOW,
        )

    at_once(app, look_then(sign), look_then(open_rework))
    signed = db.session.query(Signature).filter_by(service_order_id=order_id, purpose="quality").count()
    assert (signed, db.session.query(Rework).filter_by(service_order_id=order_id).count()) == (1, 1)
