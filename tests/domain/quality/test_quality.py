"""Self-check, team leader's check, final inspection: passed and signed, or sent back with reasons."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aftersales.db import db, transaction
from aftersales.domain.actors import Actor
from aftersales.domain.documents.models import Signature
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused, Stale
from aftersales.domain.inspections import beginning
from aftersales.domain.inspections import operations as inspections
from aftersales.domain.inspections import queries as inspection_queries
from aftersales.domain.inspections.operations import Ruling
from aftersales.domain.inspections.rules import Rating
from aftersales.domain.quality import figures, final_check, queries, work_checks
from aftersales.domain.quality import rework as reworking
from aftersales.domain.quality.final_check import Drive, Verdict
from aftersales.domain.quality.models import (
    CheckResult,
    CheckStage,
    FaultReason,
    QualityCheck,
    QualityCheckItem,
    Rework,
    Tick,
)
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import OrderEvent, ServiceOrder
from aftersales.domain.tasks.models import Task, TaskType
from tests import factories
from tests.cast import Cast

NOW = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
OK, NOT_OK = CheckResult.OK, CheckResult.NOT_OK
DRIVEN = Drive(start=118_420, end=118_431, ticks=frozenset(Tick), torque="Wheel bolts 120 Nm")


@pytest.fixture
def repairing(cast: Cast, accepted_order: ServiceOrder) -> ServiceOrder:
    """In repair, with an inspection that found a worn exhaust, a horn in order and no spare wheel."""
    by = cast.technician.actor()
    with transaction():
        beginning.begin(accepted_order.id, now=NOW)
    probes = {probe.code: probe.id for probe in inspection_queries.get_sheet(accepted_order.id).probes}
    with transaction():
        inspections.rate(probes["exhaust"], Ruling(Rating.SOON, {}, "Rust at the clamp"), actor=by, now=NOW)
        inspections.rate(probes["horn-washers"], Ruling(Rating.OK, {}, ""), actor=by, now=NOW)
        inspections.rate(probes["spare"], Ruling(Rating.NOT_APPLICABLE, {}, ""), actor=by, now=NOW)
        order = service_orders.lock_order(accepted_order.id)
        order.inspection_is_open = False
        return service_orders.move(order, "start_repair", actor=cast.advisor.actor(), now=NOW)


@pytest.fixture
def in_quality_check(cast: Cast, repairing: ServiceOrder) -> ServiceOrder:
    """Checked by ``cast.technician`` and waiting for the final inspection."""
    self_check(repairing, cast)
    with transaction():
        return work_checks.finish_work(
            repairing.id, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW
        )


def lines_of(order: ServiceOrder) -> list[int]:
    return [line.id for job in queries.list_authorised_jobs(order.id) for line in job.lines]


def self_check(order: ServiceOrder, cast: Cast, **values: Any) -> QualityCheck:
    with transaction():
        return work_checks.self_check(
            order.id,
            **{
                "site_id": cast.site.id,
                "line_ids": lines_of(order),
                "actor": cast.technician.actor(),
                "now": NOW,
                **values,
            },
        )


def check_of(order: ServiceOrder) -> QualityCheck:
    found = queries.find_final_check(order.id)
    assert found is not None
    return factories.fresh(found)


def verify(item: QualityCheckItem, cast: Cast, result: CheckResult, **values: Any) -> None:
    actor: Actor = values.pop("actor", cast.qc.actor())
    tablet = values.pop("tablet", "")
    with transaction():
        final_check.verify(
            item.id, Verdict(result, **values), site_id=cast.site.id, actor=actor, now=NOW, tablet=tablet
        )


def everything_ok(order: ServiceOrder, cast: Cast) -> QualityCheck:
    check = check_of(order)
    with transaction():
        for group in queries.groups_of(check):
            final_check.rest_is_ok(check.id, group.heading, site_id=cast.site.id, actor=cast.qc.actor())
        final_check.note_drive(check.id, DRIVEN, site_id=cast.site.id, actor=cast.qc.actor())
    return check_of(order)


def release(check: QualityCheck, cast: Cast, **values: Any) -> ServiceOrder:
    with transaction():
        return final_check.release(
            check.id,
            **{
                "site_id": cast.site.id,
                "document": factories.stored_pdf(),
                "evidence": Evidence(typed_name="Quentin Sowa"),
                "consent_text": "I verified every line and point.",
                "version": check.version,
                "actor": cast.qc.actor(),
                "now": NOW,
                **values,
            },
        )


# --- self-check and team leader ---


def test_the_self_check_confirms_every_authorised_line(cast: Cast, repairing: ServiceOrder) -> None:
    """TEC-5: first the technician checks the own work, line by line."""
    check = self_check(repairing, cast, note="Test drive fine")
    assert (check.stage, check.checker_name, check.note) == (
        CheckStage.SELF,
        "Tomasz Lis",
        "Test drive fine",
    )
    assert [item.title for item in check.items] == ["Replace brake pads", "Brake pads"]
    order = factories.fresh(repairing)
    assert order.self_checked_at == NOW
    assert all(job.done_at for job in order.jobs)


def test_a_line_that_is_not_ticked_is_named(cast: Cast, repairing: ServiceOrder) -> None:
    with pytest.raises(Invalid, match="Missing: Brake pads"):
        self_check(repairing, cast, line_ids=lines_of(repairing)[:1])
    assert factories.fresh(repairing).self_checked_at is None


def test_the_car_does_not_go_to_quality_check_without_the_self_check(
    cast: Cast, repairing: ServiceOrder
) -> None:
    """TEC-5"""
    with pytest.raises(Refused, match="self-check is missing"), transaction():
        work_checks.finish_work(repairing.id, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW)


def with_team(order: ServiceOrder) -> None:
    with transaction():
        service_orders.lock_order(order.id).needs_leader_check = True


def test_where_the_site_has_teams_the_leader_checks_before_quality_check(
    cast: Cast, repairing: ServiceOrder
) -> None:
    """TEC-5: self-check, then the team leader's with advice, then quality control."""
    with_team(repairing)
    self_check(repairing, cast)
    task = db.session.query(Task).filter_by(type=TaskType.LEADER_CHECK, closed_at=None).one()
    assert task.service_order_id == repairing.id
    with pytest.raises(Refused, match="team leader's check is missing"), transaction():
        work_checks.finish_work(repairing.id, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW)
    with transaction():
        check = work_checks.leader_check(
            repairing.id, site_id=cast.site.id, is_passed=True, note="Grease the guides next time",
            actor=cast.leader.actor(), now=NOW,
        )  # fmt: skip
    assert check.note == "Grease the guides next time"
    assert factories.fresh(task).closed_at == NOW
    with transaction():
        order = work_checks.finish_work(
            repairing.id, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW
        )
    assert order.state == "quality_check"


def test_the_leader_can_send_the_work_back_with_a_word(cast: Cast, repairing: ServiceOrder) -> None:
    """TEC-5: the technician gets the advice as a task and has to check again."""
    with_team(repairing)
    self_check(repairing, cast)
    with pytest.raises(Invalid, match="Say what"), transaction():
        work_checks.leader_check(
            repairing.id, site_id=cast.site.id, is_passed=False, note=" ", actor=cast.leader.actor(), now=NOW
        )
    with transaction():
        work_checks.leader_check(
            repairing.id, site_id=cast.site.id, is_passed=False, note="Torque the wheel bolts",
            actor=cast.leader.actor(), now=NOW,
        )  # fmt: skip
    order = factories.fresh(repairing)
    assert (order.self_checked_at, order.open_rework, order.rework_count) == (None, 1, 0)
    task = db.session.query(Task).filter_by(type=TaskType.REWORK, closed_at=None).one()
    assert (task.person_id, task.note) == (
        cast.technician.id,
        "Team leader's check: Torque the wheel bolts",
    )
    with transaction():
        reworking.finish(
            task.subject_id or 0, site_id=cast.site.id, note="", actor=cast.technician.actor(), now=NOW
        )
    assert factories.fresh(task).closed_at is not None
    self_check(repairing, cast)


def test_a_technician_is_no_team_leader(cast: Cast, repairing: ServiceOrder) -> None:
    with_team(repairing)
    self_check(repairing, cast)
    with pytest.raises(NotPermitted), transaction():
        work_checks.leader_check(
            repairing.id, site_id=cast.site.id, is_passed=True, note="",
            actor=cast.technician.actor(), now=NOW,
        )  # fmt: skip


# --- final inspection ---


def test_the_final_inspection_lists_every_line_and_every_finding(
    cast: Cast, in_quality_check: ServiceOrder
) -> None:
    """QCS-1: every authorised line, every inspection point that was soon or urgent, and those that were in order."""
    groups = queries.groups_of(check_of(in_quality_check))
    assert [(group.heading, [item.title for item in group.items]) for group in groups] == [
        ("Front brakes squeal", ["Replace brake pads", "Brake pads"]),
        ("Multi-point inspection", ["Exhaust"]),
        ("Inspection: Lights, wipers", ["Horn and washers"]),
    ]
    assert [group.was_ok for group in groups] == [False, False, True]
    assert "Rust at the clamp" in groups[1].items[0].detail


def test_a_car_passes_when_everything_is_verified_and_signed(
    cast: Cast, in_quality_check: ServiceOrder
) -> None:
    """STEP-13, QCS-4: the record carries name, document digest and time; the car is prepared next."""
    order = release(everything_ok(in_quality_check, cast), cast)
    assert order.state == "preparing"
    assert order.qc_passed_at == NOW
    check = check_of(in_quality_check)
    signature = db.session.get_one(Signature, check.signature_id)
    assert (signature.purpose, signature.typed_name) == ("quality", "Quentin Sowa")
    assert signature.document_digest == factories.stored_pdf().sha256
    assert (check.is_passed, check.checker_name) == (True, "Quentin Sowa")


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ("item", "Not checked yet: Replace brake pads"),
        ("road test", "odometer at the start and the end"),
        ("tick", "Not ticked: Fluids at level"),
    ],
)
def test_a_car_is_not_released_while_something_is_left(
    cast: Cast, in_quality_check: ServiceOrder, left_out: str, sentence: str
) -> None:
    """QCS-1: a hundred per cent, the road test and the fluids among them."""
    check = everything_ok(in_quality_check, cast)
    with transaction():
        if left_out == "item":
            final_check.verify(
                check.items[0].id, Verdict(None), site_id=cast.site.id, actor=cast.qc.actor(), now=NOW
            )
        drive = {
            "item": DRIVEN,
            "road test": Drive(ticks=frozenset(Tick)),
            "tick": Drive(118_420, 118_431, frozenset(Tick) - {Tick.FLUIDS}),
        }[left_out]
        final_check.note_drive(check.id, drive, site_id=cast.site.id, actor=cast.qc.actor())
    with pytest.raises(Refused, match=sentence):
        release(check_of(in_quality_check), cast)
    order = factories.fresh(in_quality_check)
    assert (order.state, order.qc_passed_at) == ("quality_check", None)


def test_a_record_without_a_name_is_not_signed(cast: Cast, in_quality_check: ServiceOrder) -> None:
    """QCS-4"""
    check = everything_ok(in_quality_check, cast)
    with pytest.raises(Invalid, match="full name"):
        release(check, cast, evidence=Evidence(typed_name=" "))
    assert factories.fresh(in_quality_check).state == "quality_check"


def test_what_changed_after_the_record_was_drawn_is_not_signed(
    cast: Cast, in_quality_check: ServiceOrder
) -> None:
    """QCS-4: exactly what the inspector saw is signed."""
    seen = everything_ok(in_quality_check, cast).version
    with transaction():
        other = Drive(118_420, 118_440, frozenset(Tick))
        final_check.note_drive(
            check_of(in_quality_check).id, other, site_id=cast.site.id, actor=cast.qc.actor()
        )
    with pytest.raises(Stale):
        release(check_of(in_quality_check), cast, version=seen)


def test_who_repaired_the_car_does_not_inspect_it(cast: Cast, in_quality_check: ServiceOrder) -> None:
    """QCS-3: a technical director who did the work is refused everywhere in the inspection."""
    assert cast.technician.id in factories.fresh(in_quality_check).repairer_ids
    with transaction():
        order = service_orders.lock_order(in_quality_check.id)
        order.repairer_ids = [*order.repairer_ids, cast.technical_director.id]
    check = check_of(in_quality_check)
    with pytest.raises(NotPermitted, match="You worked on this car"):
        verify(check.items[0], cast, OK, actor=cast.technical_director.actor())
    with pytest.raises(NotPermitted, match="You worked on this car"):
        release(everything_ok(in_quality_check, cast), cast, actor=cast.technical_director.actor())


def test_a_technician_does_not_inspect(cast: Cast, in_quality_check: ServiceOrder) -> None:
    with pytest.raises(NotPermitted):
        verify(check_of(in_quality_check).items[0], cast, OK, actor=cast.second_technician.actor())


def test_another_site_finds_no_inspection(cast: Cast, in_quality_check: ServiceOrder) -> None:
    item = check_of(in_quality_check).items[0]
    with pytest.raises(NotFound), transaction():
        final_check.verify(item.id, Verdict(OK), site_id=cast.other_site.id, actor=cast.qc.actor(), now=NOW)


def fail(order: ServiceOrder, cast: Cast) -> ServiceOrder:
    items = check_of(order).items
    verify(
        items[1], cast, NOT_OK, reasons=(FaultReason.NOISE,), instruction="Check the shield plate",
        technician_id=cast.second_technician.id,
    )  # fmt: skip
    with transaction():
        return final_check.refuse(check_of(order).id, site_id=cast.site.id, actor=cast.qc.actor(), now=NOW)


def test_a_failure_names_items_and_reasons_and_goes_back_as_rework(
    cast: Cast, in_quality_check: ServiceOrder
) -> None:
    """QCS-2: back to repair with reasons, counted, and a task for who has to do it."""
    order = fail(in_quality_check, cast)
    assert (order.state, order.open_rework, order.rework_count) == ("repairing", 1, 1)
    assert (order.self_checked_at, order.qc_passed_at) == (None, None)
    rework = db.session.query(Rework).one()
    assert (rework.title, rework.reasons, rework.instruction) == (
        "Brake pads",
        ["noise"],
        "Check the shield plate",
    )
    task = db.session.query(Task).filter_by(type=TaskType.REWORK, closed_at=None).one()
    assert (task.person_id, task.subject_id) == (cast.second_technician.id, rework.id)
    last = db.session.query(OrderEvent).filter_by(to_state="repairing").order_by(OrderEvent.id.desc()).first()
    assert last and last.reason == "Brake pads: Check the shield plate"


@pytest.mark.parametrize("values", [{}, {"instruction": "Look again"}, {"reasons": (FaultReason.NOISE,)}])
def test_a_failure_without_reason_and_instruction_is_refused(
    cast: Cast, in_quality_check: ServiceOrder, values: dict[str, Any]
) -> None:
    """QCS-2"""
    verify(check_of(in_quality_check).items[0], cast, NOT_OK, **values)
    with pytest.raises(Invalid, match="say what is wrong and what to do"), transaction():
        final_check.refuse(
            check_of(in_quality_check).id, site_id=cast.site.id, actor=cast.qc.actor(), now=NOW
        )
    assert factories.fresh(in_quality_check).state == "quality_check"


def test_nothing_to_send_back_is_refused(cast: Cast, in_quality_check: ServiceOrder) -> None:
    with pytest.raises(Refused, match="Nothing is marked"), transaction():
        final_check.refuse(
            check_of(in_quality_check).id, site_id=cast.site.id, actor=cast.qc.actor(), now=NOW
        )


def test_after_rework_everything_is_checked_again(cast: Cast, in_quality_check: ServiceOrder) -> None:
    """QCS-1, QCS-2: rework done, self-check, and a second round of the whole inspection."""
    fail(in_quality_check, cast)
    with pytest.raises(Refused, match="Rework is still open"):
        self_check(in_quality_check, cast)
    rework = db.session.query(Rework).one()
    for _ in range(2):
        with transaction():
            reworking.finish(
                rework.id,
                site_id=cast.site.id,
                note="Bent back",
                actor=cast.second_technician.actor(),
                now=NOW,
            )
    assert factories.fresh(in_quality_check).open_rework == 0
    assert db.session.query(Task).filter_by(type=TaskType.REWORK, closed_at=None).count() == 0
    self_check(in_quality_check, cast)
    with transaction():
        work_checks.finish_work(
            in_quality_check.id, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW
        )
    check = check_of(in_quality_check)
    assert check.round == 2
    assert {item.result for item in check.items} == {None}
    assert release(everything_ok(in_quality_check, cast), cast).state == "preparing"


def first_time(site_id: int, **span: datetime) -> tuple[int, int]:
    made = figures.figures_of(site_id, **span)
    return made.passed_first, made.inspected


def test_first_time_pass_counts_cars_whose_first_inspection_passed(
    cast: Cast, in_quality_check: ServiceOrder
) -> None:
    """QCS-2: the second round of a car does not make its first one good."""
    span = {"from_at": NOW - timedelta(days=1), "until_at": NOW + timedelta(days=1)}
    assert first_time(cast.site.id, **span) == (0, 0)
    fail(in_quality_check, cast)
    assert first_time(cast.site.id, **span) == (0, 1)
    test_after_rework = db.session.query(Rework).one()
    with transaction():
        reworking.finish(
            test_after_rework.id, site_id=cast.site.id, note="", actor=cast.second_technician.actor(), now=NOW
        )
    self_check(in_quality_check, cast)
    with transaction():
        work_checks.finish_work(
            in_quality_check.id, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW
        )
    release(everything_ok(in_quality_check, cast), cast)
    assert first_time(cast.site.id, **span) == (0, 1)


def test_two_tablets_do_not_overwrite_each_others_verdicts(
    cast: Cast, in_quality_check: ServiceOrder
) -> None:
    """ORD-6"""
    item = check_of(in_quality_check).items[0]
    seen = item.version
    verify(item, cast, NOT_OK, version=seen, tablet="first")
    with pytest.raises(Stale, match="another tablet: Not OK"):
        verify(item, cast, OK, version=seen, tablet="second")
    verify(item, cast, OK, version=seen, tablet="first")
    assert factories.fresh(item).result is OK


def test_the_road_test_does_not_drive_backwards(cast: Cast, in_quality_check: ServiceOrder) -> None:
    check = check_of(in_quality_check)
    for drive, sentence in (
        (Drive(118_430, 118_420), "below its start"),
        (Drive(118_000, 118_420), "At check-in"),
    ):
        with pytest.raises(Invalid, match=sentence), transaction():
            final_check.note_drive(check.id, drive, site_id=cast.site.id, actor=cast.qc.actor())
