"""On time? The technician is asked at 75 % of the plan; a no reaches manager and advisor (DSP-5). The job has 1:30 h of
planned time, so that it is asked after 67.5 minutes."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.accounts import administration
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused
from aftersales.domain.messaging.models import Message
from aftersales.domain.service_orders.models import OrderEvent, ServiceOrder
from aftersales.domain.sites import operations as sites
from aftersales.domain.tasks.models import Task, TaskType
from aftersales.domain.workshop import clocking, progress
from aftersales.domain.workshop.models import EndReason
from aftersales.domain.workshop.time_models import ProgressCheck
from aftersales.jobs import floor
from tests.cast import Cast, Person
from tests.factories import NOW, fresh

START = NOW + timedelta(hours=1)
ASKED = START + timedelta(minutes=68)


@pytest.fixture(autouse=True)
def _context(app_context: Flask) -> None:
    """Operations alone, in one context."""


@pytest.fixture
def job_id(cast: Cast, accepted_order: ServiceOrder) -> int:
    """The technician works on it since ten."""
    found = fresh(accepted_order).jobs[0].id
    with transaction():
        clocking.clock_on(found, site_id=cast.site.id, actor=cast.technician.actor(), now=START)
    return found


def checks() -> list[ProgressCheck]:
    return list(db.session.scalars(select(ProgressCheck).order_by(ProgressCheck.id)))


def open_tasks(*types: TaskType) -> list[tuple[TaskType, int | None, str | None]]:
    query = select(Task).where(Task.type.in_(types), Task.closed_at.is_(None)).order_by(Task.id)
    return [(task.type, task.person_id, task.role) for task in db.session.scalars(query)]


def answer(
    cast: Cast, job_id: int, who: Person | None = None, *, now: datetime = ASKED, **said: Any
) -> ProgressCheck:
    with transaction():
        return progress.answer(
            job_id, site_id=cast.site.id, actor=(who or cast.technician).actor(), now=now,
            **{"is_on_time": True, **said},
        )  # fmt: skip


def late(cast: Cast, job_id: int, **more: Any) -> ProgressCheck:
    return answer(
        cast, job_id, is_on_time=False, ready_by_at=NOW + timedelta(hours=9), abnormal="A bolt broke", **more
    )


def test_the_technician_is_asked_once_at_three_quarters_of_the_plan(cast: Cast, job_id: int) -> None:
    """DSP-5: at 75 %, once per job, whoever sweeps how often."""
    floor.sweep(START + timedelta(minutes=67))
    assert checks() == []
    for minute in (68, 69, 80):
        floor.sweep(START + timedelta(minutes=minute))
    (asked,) = checks()
    assert (asked.job_id, asked.asked_user_id, asked.answered_at) == (job_id, cast.technician.id, None)
    assert open_tasks(TaskType.ANSWER_PROGRESS) == [(TaskType.ANSWER_PROGRESS, cast.technician.id, None)]


def test_nobody_is_asked_because_a_forgotten_clock_ran_on(cast: Cast, job_id: int) -> None:
    """DSP-5: whoever left after twenty minutes has not used up the plan an hour later."""
    with transaction():
        administration.disable(
            cast.technician.id, actor=cast.admin.actor(), now=START + timedelta(minutes=20)
        )
    for minute in (21, 80):
        floor.sweep(START + timedelta(minutes=minute))
    assert checks() == []
    assert progress.clocked_minutes([job_id], START + timedelta(minutes=80)) == {}


def test_time_of_earlier_stretches_counts_and_the_share_is_a_setting(cast: Cast, job_id: int) -> None:
    with transaction():
        sites.set_settings(cast.site.id, values={"work.ask_percent": 80}, actor=cast.admin.actor(), now=NOW)
    with transaction():
        clocking.clock_off(
            reason=EndReason.BREAK, actor=cast.technician.actor(), now=START + timedelta(minutes=40)
        )
    floor.sweep(START + timedelta(hours=3))
    assert checks() == []  # nobody works on it
    again = START + timedelta(hours=4)
    with transaction():
        clocking.clock_on(job_id, site_id=cast.site.id, actor=cast.technician.actor(), now=again)
    floor.sweep(again + timedelta(minutes=31))
    assert checks() == []
    floor.sweep(again + timedelta(minutes=32))  # 72 of 90 minutes
    assert len(checks()) == 1


@pytest.mark.parametrize("percent", [69, 81])
def test_the_share_lies_between_70_and_80(cast: Cast, percent: int) -> None:
    """DSP-5."""
    with pytest.raises(Invalid, match="from 70 to 80"), transaction():
        sites.set_settings(
            cast.site.id, values={"work.ask_percent": percent}, actor=cast.admin.actor(), now=NOW
        )


def test_a_yes_is_the_end_of_it(cast: Cast, job_id: int) -> None:
    floor.sweep(ASKED)
    answer(cast, job_id)
    assert open_tasks(TaskType.ANSWER_PROGRESS, TaskType.DELAY, TaskType.TELL_DELAY) == []
    floor.sweep(ASKED + timedelta(minutes=5))
    assert len(checks()) == 1


def test_a_no_alerts_manager_and_advisor(cast: Cast, accepted_order: ServiceOrder, job_id: int) -> None:
    """DSP-5: a delay alerts both, stands in the timeline and counts for the risk."""
    floor.sweep(ASKED)
    said = late(cast, job_id)
    assert said.id == checks()[0].id  # the answer to the question, not a second row
    assert open_tasks(TaskType.DELAY, TaskType.TELL_DELAY) == [
        (TaskType.DELAY, None, "manager"),
        (TaskType.TELL_DELAY, cast.advisor.id, "advisor"),
    ]
    texts = list(db.session.scalars(select(OrderEvent.text)))
    assert "Delayed: %(title)s, ready by %(ready_at)s" in texts
    assert fresh(db.session.get_one(ServiceOrder, said.service_order_id)).said_ready_at == NOW + timedelta(
        hours=9
    )


def test_something_abnormal_alerts_them_too(cast: Cast, job_id: int) -> None:
    answer(cast, job_id, abnormal="The oil has metal in it")
    assert len(open_tasks(TaskType.DELAY, TaskType.TELL_DELAY)) == 2


def test_it_can_be_said_at_any_moment_and_again(cast: Cast, job_id: int) -> None:
    """DSP-5: then or reported at any moment."""
    said = late(cast, job_id, now=START + timedelta(minutes=5))
    assert said.asked_at is None
    floor.sweep(ASKED)  # it is asked all the same
    answer(cast, job_id)
    assert [check.is_on_time for check in checks()] == [False, True]
    assert (
        fresh(db.session.get_one(ServiceOrder, said.service_order_id)).said_ready_at is None
    )  # the newest word counts


def test_sent_twice_it_is_said_once(cast: Cast, job_id: int) -> None:
    first, second = (late(cast, job_id, client_id="tap-1") for _ in range(2))
    assert first.id == second.id
    assert len(checks()) == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"is_on_time": False}, "Say when"),
        ({"is_on_time": False, "ready_by_at": NOW}, "That time is over"),
    ],
)
def test_a_no_says_when(cast: Cast, job_id: int, said: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        answer(cast, job_id, **said)


def test_strangers_say_nothing(cast: Cast, job_id: int) -> None:
    with pytest.raises(NotPermitted):
        answer(cast, job_id, cast.second_technician)
    with pytest.raises(NotFound), transaction():
        progress.answer(
            job_id, is_on_time=True, site_id=cast.other_site.id, actor=cast.other_manager.actor(), now=ASKED
        )


def test_the_measure_taken_is_recorded(cast: Cast, job_id: int) -> None:
    """DSP-5: and closes the manager's task."""
    said = late(cast, job_id)
    with pytest.raises(Invalid, match="Say what"), transaction():
        progress.measure(said.id, words=" ", site_id=cast.site.id, actor=cast.manager.actor(), now=ASKED)
    with transaction():
        progress.measure(
            said.id, words="Jan helps", site_id=cast.site.id, actor=cast.manager.actor(), now=ASKED
        )
    assert (fresh(said).measure, fresh(said).measured_by_name) == ("Jan helps", cast.manager.name)
    assert open_tasks(TaskType.DELAY, TaskType.TELL_DELAY) == [
        (TaskType.TELL_DELAY, cast.advisor.id, "advisor")
    ]


def test_the_new_promise_and_its_message_go_out_together(
    cast: Cast, accepted_order: ServiceOrder, job_id: int
) -> None:
    """DSP-5: the advisor tells the customer; the promised time changes with its reason (ORD-3)."""
    said = late(cast, job_id)
    promised = NOW + timedelta(hours=10)
    with transaction():
        progress.tell_by_message(
            said.id, promised_at=promised, reason="A bolt broke", site_id=cast.site.id,
            actor=cast.advisor.actor(), now=ASKED,
        )  # fmt: skip
    assert fresh(accepted_order).promised_at == promised
    messages = list(db.session.scalars(select(Message)))
    assert {message.purpose for message in messages} == {"promise_changed"}
    assert any("A bolt broke" in message.body for message in messages)
    assert open_tasks(TaskType.TELL_DELAY) == []
    assert fresh(said).told_by_name == cast.advisor.name


def test_a_customer_who_was_called_is_told_too(cast: Cast, job_id: int) -> None:
    said = late(cast, job_id)
    with transaction():
        progress.tell_otherwise(
            said.id, how="Called, she agrees", site_id=cast.site.id, actor=cast.advisor.actor(), now=ASKED
        )
    assert (open_tasks(TaskType.TELL_DELAY), fresh(said).told_how) == ([], "Called, she agrees")


def test_nothing_is_done_about_a_question_without_an_answer(cast: Cast, job_id: int) -> None:
    floor.sweep(ASKED)
    with pytest.raises(Refused, match="not answered"), transaction():
        progress.measure(
            checks()[0].id, words="x", site_id=cast.site.id, actor=cast.manager.actor(), now=ASKED
        )
