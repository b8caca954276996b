"""Fault codes, reports of diagnostic tools, and the repair plan with its reasons (DIA-7, DIA-9)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.actors import SYSTEM
from aftersales.domain.errors import Invalid, Refused
from aftersales.domain.inspections import fault_codes, repair_plan, tool_files, trouble_codes
from aftersales.domain.inspections.diagnosis_models import CodeStatus
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.tasks.models import Task, TaskType
from aftersales.domain.workshop import specialists
from aftersales.domain.workshop.call_models import CallPlace
from tests import factories
from tests.cast import Cast

NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("p0401", "P0401"),
        ("P0401-00", "P0401-00"),
        ("u0100:87", "U0100-87"),
        ("00532", "00532"),
        ("2A87", "2A87"),
    ],
)
def test_a_code_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert trouble_codes.normalised(typed) == kept


@pytest.mark.parametrize("typed", ["", "P04", "engine", "P0401 and more", "<b>"])
def test_what_is_no_code_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Invalid, match="for example P0401"):
        trouble_codes.normalised(typed)


@pytest.mark.parametrize(
    ("text", "codes", "values", "unread"),
    [
        ("Code;Description;Status\nP0401;EGR flow;stored\nU0100-87;No communication;active\n", 2, 0, 0),
        ("故障码,描述,状态\nP0301,一缸失火,当前\n", 1, 0, 0),
        ("name\tvalue\tunit\nCoolant\t88\t°C\n", 0, 1, 0),
        ("Scan\nP0401 - EGR - pending\nBattery voltage: 12.4 V\nNo other fault\n", 1, 1, 2),
    ],
)
def test_a_report_is_read_as_a_table_or_as_lines(text: str, codes: int, values: int, unread: int) -> None:
    """DIA-7: CSV and plain text, in any of the languages; what says nothing is counted."""
    found = tool_files.read(text)
    assert (len(found.codes), len(found.values), found.lines_not_read) == (codes, values, unread)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("P0AA6 Isolation fault - stored", "Isolation fault"),
        ("P1B3E-00: Cell module 7: voltage difference (sporadic)", "Cell module 7: voltage difference"),
        ("P0401 EGR, flow too low", "EGR, flow too low"),
        ("P0301 stored", "stored"),
    ],
)
def test_the_status_is_no_part_of_what_a_code_means(line: str, text: str) -> None:
    """DIA-7: it stands beside it in a column of its own."""
    assert tool_files.read(line).codes[0].text == text


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("not present", "stored"),
        ("present", "active"),
        ("Sporadic", "pending"),
        ("当前", "active"),
        ("", "unknown"),
    ],
)
def test_the_tools_words_name_a_status(words: str, status: str) -> None:
    assert tool_files.status_of(words) == status


def test_a_report_that_says_nothing_is_refused() -> None:
    for text in ("", "hello", "x" * (tool_files.LARGEST + 1)):
        with pytest.raises(Invalid):
            tool_files.read(text)
    with pytest.raises(Invalid, match="no text file"):
        tool_files.decoded(b"\x00\x01\x02\x00")


def test_the_same_report_twice_is_one_and_its_text_is_kept(cast: Cast, accepted_order: ServiceOrder) -> None:
    """DIA-7"""
    by, text = cast.technician.actor(), "P0401 EGR - stored\nBattery voltage: 12.4 V\n"
    for _ in range(2):
        with transaction():
            fault_codes.take_in(
                accepted_order.id, text=text, file_name="scan.txt", site_id=cast.site.id, actor=by, now=NOW
            )
    (report,) = fault_codes.list_reports(accepted_order.id)
    assert (report.text, report.file_name, len(report.values)) == (text, "scan.txt", 1)
    (code,) = fault_codes.list_codes(accepted_order.id)
    assert (code.code, code.status, code.report_id) == ("P0401", CodeStatus.STORED, report.id)


def test_a_code_taken_off_stays_on_record_and_comes_back_when_it_is_read_again(
    cast: Cast, accepted_order: ServiceOrder
) -> None:
    by = {"site_id": cast.site.id, "actor": cast.technician.actor(), "now": NOW}
    with transaction():
        code = fault_codes.note(accepted_order.id, code="P0401", **by)  # type: ignore[arg-type]
        assert code.text == "Exhaust gas recirculation: flow too low"
        fault_codes.remove(code.id, reason="Another car", **by)  # type: ignore[arg-type]
    assert not fault_codes.list_codes(accepted_order.id)
    with transaction():
        fault_codes.note(accepted_order.id, code="P0401", **by)  # type: ignore[arg-type]
    assert len(fault_codes.list_codes(accepted_order.id)) == 1


def test_rules_and_closed_orders_speak_for_a_job_with_their_reasons(
    cast: Cast, completed_order: ServiceOrder
) -> None:
    """DIA-9: ranked by weight; the reasons are shown."""
    site_id, now = cast.site.id, factories.NOW
    with transaction():
        factories.stock_catalogue(cast)
        repair_plan.stock_rules(actor=SYSTEM, now=now)
        job = db.session.scalars(select(Job).where(Job.service_order_id == completed_order.id)).first()
        assert job is not None
        job.canned_job_code = "BRAKE-FLUID"
        job.done_at = now
        closed = fault_codes.FaultCode(
            service_order_id=completed_order.id, code="P0301-00", text="", status=CodeStatus.STORED,
            noted_at=now, noted_by_name="Tomasz",
        )  # fmt: skip
        db.session.add(closed)
        order = factories.open_order(cast)
        fault_codes.note(order.id, code="P0301", site_id=site_id, actor=SYSTEM, now=now)
    plan = repair_plan.plan(db.session.get_one(ServiceOrder, order.id))
    reasons = {one.code: one.reasons for one in plan}
    assert reasons["BRAKE-FLUID"] == ["1 of 1 closed orders with P0301 did this."]
    assert "Rule for fault code P0301. Check coils before plugs are ordered." in reasons["SPARK-PLUGS"]


def test_a_specialist_is_called_in_one_tap_and_the_caller_sees_who_comes(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    """DIA-9: one call while it waits; a task with the place; the first who says so comes."""
    site_id = cast.site.id
    for _ in range(2):
        with transaction():
            call = specialists.call(
                arrived_order.id, CallPlace.PRE_CHECK, site_id=site_id, actor=cast.advisor.actor(), now=NOW
            )
    task = db.session.scalars(select(Task).where(Task.type == TaskType.COME_AS_SPECIALIST)).one()
    assert (task.role, task.note) == ("technical_director", f"Pre-check bay: {cast.advisor.name}")
    director = cast.technical_director.actor()
    with transaction():
        specialists.acknowledge(call.id, site_id=site_id, actor=director, now=NOW)
    with pytest.raises(Refused, match="comes already"), transaction():
        specialists.acknowledge(call.id, site_id=site_id, actor=cast.leader.actor(), now=NOW)
    (shown,) = specialists.list_of_order(arrived_order.id)
    assert shown.acknowledged_by_name == director.name
    assert db.session.scalars(select(Task).where(Task.id == task.id)).one().closed_at is not None
