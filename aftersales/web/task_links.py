"""Where each task is done: the screen that its type opens."""

from dataclasses import dataclass
from typing import Any, Protocol

from flask import Flask, url_for

from aftersales.domain.tasks.models import TaskType


class Linked(Protocol):
    """What a task's address is made of; the record and its rows in lists have it."""

    @property
    def type(self) -> TaskType: ...
    @property
    def service_order_id(self) -> int | None: ...
    @property
    def subject_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Screen:
    """An endpoint that takes ``order_id``, and the task's subject under the name ``subject`` where one is given."""

    endpoint: str
    subject: str = ""
    takes_order: bool = True


SCREENS: dict[TaskType, Screen] = {
    TaskType.CHECK_IN: Screen("checkins.car"),
    TaskType.ASSIGN_TECHNICIAN: Screen("dispatch.page"),
    TaskType.PLAN_AGAIN: Screen("dispatch.page"),
    TaskType.WASH_CAR: Screen("jobs.order"),
    TaskType.ACCEPT_JOB: Screen("jobs.order"),
    TaskType.START_REPAIR: Screen("jobs.repair"),
    TaskType.REPORT_ADDITIONAL: Screen("problems.page", "report_id"),
    TaskType.REWORK: Screen("quality.rework"),
    TaskType.LEADER_CHECK: Screen("quality.leader_check"),
    TaskType.FINAL_CHECK: Screen("quality.page"),
    TaskType.ORDER_PARTS: Screen("parts.request_page", "request_id", takes_order=False),
    TaskType.CONFIRM_PARTS: Screen("parts.request_page", "request_id", takes_order=False),
    TaskType.ISSUE_PARTS: Screen("order_parts.hand_out_page"),
    TaskType.PREPARE_CAR: Screen("delivery.preparation"),
    TaskType.HAND_OVER: Screen("delivery.pickup"),
    TaskType.FOLLOW_UP: Screen("followups.calls"),
    TaskType.CALL_NOT_FETCHED: Screen("followups.calls"),
    TaskType.TAKE_PAYMENT: Screen("delivery.pickup"),
    TaskType.SEND_QUOTATION: Screen("quotations.builder"),
    TaskType.CALL_ABOUT_QUOTATION: Screen("quotation_answers.answer_waiting"),
    TaskType.READ_ANSWER: Screen("quotation_answers.answer_slip", "quotation_id"),
    TaskType.DECIDE_WARRANTY: Screen("warranty.watch"),
    TaskType.FORGOTTEN_CLOCK: Screen("clocks.page", "clocking_id", takes_order=False),
    TaskType.FORGOTTEN_DAY: Screen("clocks.day", "attendance_id", takes_order=False),
    TaskType.DECIDE_CORRECTION: Screen("clocks.correction", "correction_id", takes_order=False),
    TaskType.ANSWER_PROGRESS: Screen("progress.page", "job_id", takes_order=False),
    TaskType.DELAY: Screen("progress.delay", "check_id"),
    TaskType.TELL_DELAY: Screen("progress.delay", "check_id"),
    TaskType.CAR_DIFFERS: Screen("car_check.page"),
    TaskType.MOVE_BELONGINGS: Screen("car_check.belongings", "request_id"),
    TaskType.COMEBACK: Screen("comebacks.notice", "notice_id", takes_order=False),
    TaskType.LOOK_AT_INSPECTION: Screen("diagnosis.report"),
    TaskType.DECIDE_LINE_WARRANTY: Screen("line_warranty.page"),
    TaskType.COME_AS_SPECIALIST: Screen("specialists.page", "call_id", takes_order=False),
    TaskType.MESSAGE_FAILED: Screen("outbox.message", "message_id", takes_order=False),
}
"""The screens of the tasks; areas add their rows. A task without one opens its order."""


def url_of(task: Linked) -> str:
    """The address of the task's screen."""
    screen = SCREENS.get(task.type)
    if screen is None:
        return url_for("orders.page", order_id=task.service_order_id) if task.service_order_id else "/"
    values: dict[str, Any] = {"order_id": task.service_order_id} if screen.takes_order else {}
    if screen.subject:
        values[screen.subject] = task.subject_id
    return url_for(screen.endpoint, **values)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["task_url"] = url_of
