"""Calling a customer after the visit, or because the car still stands here."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused
from aftersales.domain.followups import operations, queries, rules
from aftersales.domain.followups.models import CallReason, CustomerCall
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.tasks.models import Task, TaskType
from tests.cast import Cast, Person
from tests.factories import NOW

CLOSED = NOW + timedelta(hours=8)
DAY_AFTER = CLOSED + timedelta(hours=26)


def log(order: ServiceOrder, by: Person, **values: Any) -> CustomerCall:
    with transaction():
        return operations.log_call(
            order.id,
            **{
                "site_id": order.site_id,
                "was_reached": True,
                "is_content": True,
                "said": "All well, the brakes are quiet.",
                "submission_id": "call-1",
                "actor": by.actor(),
                "now": DAY_AFTER,
                **values,
            },
        )


def waiting(type_: TaskType = TaskType.FOLLOW_UP) -> list[Task]:
    return list(db.session.scalars(select(Task).where(Task.type == type_, Task.closed_at.is_(None))))


def test_the_first_call_is_due_24_to_72_hours_after_the_car_left(
    cast: Cast, completed_order: ServiceOrder
) -> None:
    """FUP-2: the task opens by itself for customer care, due when the window opens."""
    (task,) = waiting()
    window = rules.call_window(CLOSED, first_hours=24, latest_hours=72)
    assert (task.role, task.due_at) == (Role.CARE, CLOSED + timedelta(hours=24))
    assert window == (CLOSED + timedelta(hours=24), CLOSED + timedelta(hours=72))


def test_who_was_reached_needs_no_further_call(cast: Cast, completed_order: ServiceOrder) -> None:
    """FUP-2, FUP-3: the call is logged with who, when and what was said; its task is closed."""
    call = log(completed_order, cast.care)
    assert waiting() == []
    assert (call.reason, call.at, call.by_name) == (CallReason.FOLLOW_UP, DAY_AFTER, "Celina Duda")
    assert [known.said for known in queries.list_calls(completed_order.id)] == [
        "All well, the brakes are quiet."
    ]


def test_who_was_not_reached_is_called_again_in_four_hours(cast: Cast, completed_order: ServiceOrder) -> None:
    log(completed_order, cast.care, was_reached=False, said="", is_content=None)
    (task,) = waiting()
    assert task.due_at == DAY_AFTER + timedelta(hours=4)
    assert task.opened_at == DAY_AFTER


def test_a_planned_second_call_is_a_task_again(cast: Cast, completed_order: ServiceOrder) -> None:
    log(completed_order, cast.care, next_call_at=DAY_AFTER + timedelta(days=7))
    assert [task.due_at for task in waiting()] == [DAY_AFTER + timedelta(days=7)]


def test_a_customer_who_is_not_content_is_promised_something(
    cast: Cast, completed_order: ServiceOrder
) -> None:
    with pytest.raises(Invalid, match="what you promised"):
        log(completed_order, cast.care, is_content=False)
    assert queries.list_calls(completed_order.id) == []
    log(completed_order, cast.care, is_content=False, promised="Marta looks at it on Friday, for nothing")
    assert queries.list_calls(completed_order.id)[0].is_content is False


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"said": " "}, "what the customer said"),
        ({"is_content": None}, "is content"),
        ({"next_call_at": DAY_AFTER}, "in the future"),
    ],
)
def test_a_call_that_says_nothing_is_refused(
    cast: Cast, completed_order: ServiceOrder, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        log(completed_order, cast.care, **values)
    assert len(waiting()) == 1


def test_the_same_form_twice_logs_one_call(cast: Cast, completed_order: ServiceOrder) -> None:
    first, second = log(completed_order, cast.care), log(completed_order, cast.care, said="Something else")
    assert first.id == second.id
    assert len(queries.list_calls(completed_order.id)) == 1


def test_a_car_in_work_has_no_call_to_log(cast: Cast, accepted_order: ServiceOrder) -> None:
    with pytest.raises(Refused, match="not finished yet"):
        log(accepted_order, cast.advisor)


def test_a_car_that_stands_ready_is_called_about_without_the_question_of_content(
    cast: Cast, ready_order: ServiceOrder
) -> None:
    call = log(ready_order, cast.advisor, is_content=None, said="Comes on Friday at five")
    assert (call.reason, call.is_content) == (CallReason.NOT_FETCHED, None)


def test_technicians_and_other_sites_log_nothing(cast: Cast, completed_order: ServiceOrder) -> None:
    with pytest.raises(NotPermitted):
        log(completed_order, cast.technician)
    with pytest.raises(NotFound):
        log(completed_order, cast.stranger, site_id=cast.other_site.id)
    assert queries.list_calls(completed_order.id) == []


def test_the_list_shows_whom_to_call_with_the_visit_and_the_phone(
    cast: Cast, completed_order: ServiceOrder
) -> None:
    (due,) = queries.list_due_calls(cast.site.id)
    assert (due.number, due.summary) == (completed_order.number, "Front brakes squeal")
    assert queries.list_due_calls(cast.other_site.id) == []
