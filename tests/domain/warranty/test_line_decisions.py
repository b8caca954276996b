"""Whether the warranty pays a line: pending, with the manufacturer, yes, no, each with its reason (DIA-4)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.errors import Invalid, NotPermitted, Refused
from aftersales.domain.service_orders.models import Authorisation, Line, PayType, ServiceOrder
from aftersales.domain.tasks.models import Task, TaskType
from aftersales.domain.warranty import line_decisions
from aftersales.domain.warranty.models import LineState
from tests.cast import Cast

NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)


@pytest.fixture
def line(accepted_order: ServiceOrder) -> Line:
    return db.session.scalars(
        select(Line).where(Line.service_order_id == accepted_order.id).order_by(Line.id)
    ).first()  # type: ignore[return-value]


def ask(cast: Cast, line: Line) -> None:
    with transaction():
        line_decisions.ask(
            line.id,
            reason="Two years are not over.",
            site_id=cast.site.id,
            actor=cast.advisor.actor(),
            now=NOW,
        )


def decide(cast: Cast, line: Line, *, is_covered: bool, reason: str = "Recall 26-1") -> None:
    with transaction():
        line_decisions.decide(
            line.id,
            is_covered=is_covered,
            reason=reason,
            site_id=cast.site.id,
            actor=cast.claims.actor(),
            now=NOW,
        )


def fresh(line: Line) -> Line:
    return db.session.get_one(Line, line.id, populate_existing=True)


def open_tasks() -> list[Task]:
    return list(
        db.session.scalars(
            select(Task).where(Task.type == TaskType.DECIDE_LINE_WARRANTY, Task.closed_at.is_(None))
        )
    )


def test_pending_is_the_claims_officers_task_until_it_is_decided(cast: Cast, line: Line) -> None:
    """DIA-4: yes makes the manufacturer the payer, authorised on that ground."""
    ask(cast, line)
    assert [task.role for task in open_tasks()] == ["claims"]
    decide(cast, line, is_covered=True)
    assert open_tasks() == []
    assert (fresh(line).pay_type, fresh(line).authorisation) == (PayType.WARRANTY, Authorisation.AUTHORISED)


def test_no_gives_the_line_back_to_the_customer_who_is_told_why(cast: Cast, line: Line) -> None:
    decide(cast, line, is_covered=True)
    decide(cast, line, is_covered=False, reason="Wear is not covered.")
    (found,) = line_decisions.list_of_order(line.service_order_id)
    assert (found.standing, found.reason) == (LineState.NO, "Wear is not covered.")
    assert fresh(line).pay_type is PayType.CUSTOMER
    assert fresh(line).authorisation is Authorisation.PROPOSED


def test_what_is_open_after_diagnosis_goes_on_to_the_manufacturer(cast: Cast, line: Line) -> None:
    """DIA-4: with who and when."""
    ask(cast, line)
    for _ in range(2):
        with transaction():
            sent = line_decisions.diagnosis_is_over(
                line.service_order_id, actor=cast.technician.actor(), now=NOW
            )
    assert sent == 0
    (found,) = line_decisions.list_of_order(line.service_order_id)
    assert (found.standing, found.sent_on_by_name, found.sent_on_at) == (
        LineState.MANUFACTURER,
        cast.technician.actor().name,
        NOW,
    )


def test_a_decision_needs_a_reason_and_the_right_person(cast: Cast, line: Line) -> None:
    with pytest.raises(Invalid, match="Say why"):
        decide(cast, line, is_covered=False, reason=" ")
    with pytest.raises(NotPermitted), transaction():
        line_decisions.decide(
            line.id, is_covered=True, reason="x", site_id=cast.site.id, actor=cast.advisor.actor(), now=NOW
        )
    decide(cast, line, is_covered=False)
    with pytest.raises(Refused, match="This is decided"):
        ask(cast, line)
