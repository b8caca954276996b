"""Tasks: what a role or person has to do, with a due time and a link to its screen; closed by the act itself."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Identified, Json, UtcDateTime, enum_type
from aftersales.domain.accounts.permissions import Role
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class TaskType(StrEnum):
    CHECK_IN = "check_in"
    ASSIGN_TECHNICIAN = "assign_technician"
    PLAN_AGAIN = "plan_again"
    WASH_CAR = "wash_car"
    ACCEPT_JOB = "accept_job"
    SEND_QUOTATION = "send_quotation"
    REPORT_ADDITIONAL = "report_additional"
    CALL_ABOUT_QUOTATION = "call_about_quotation"
    READ_ANSWER = "read_answer"
    START_REPAIR = "start_repair"
    CONFIRM_PARTS = "confirm_parts"
    ISSUE_PARTS = "issue_parts"
    ORDER_PARTS = "order_parts"
    LEADER_CHECK = "leader_check"
    FINAL_CHECK = "final_check"
    REWORK = "rework"
    PREPARE_CAR = "prepare_car"
    HAND_OVER = "hand_over"
    TAKE_PAYMENT = "take_payment"
    CALL_NOT_FETCHED = "call_not_fetched"
    FOLLOW_UP = "follow_up"
    DECIDE_WARRANTY = "decide_warranty"
    APPROVE_DISCOUNT = "approve_discount"
    LOOK_AT_INSPECTION = "look_at_inspection"
    DECIDE_LINE_WARRANTY = "decide_line_warranty"
    COME_AS_SPECIALIST = "come_as_specialist"
    MESSAGE_FAILED = "message_failed"
    COMEBACK = "comeback"
    CAR_DIFFERS = "car_differs"
    MOVE_BELONGINGS = "move_belongings"
    FORGOTTEN_CLOCK = "forgotten_clock"
    FORGOTTEN_DAY = "forgotten_day"
    DECIDE_CORRECTION = "decide_correction"
    ANSWER_PROGRESS = "answer_progress"
    DELAY = "delay"
    TELL_DELAY = "tell_delay"


words_for(
    TaskType,
    {
        TaskType.CHECK_IN: _l("Check in the car"),
        TaskType.ASSIGN_TECHNICIAN: _l("Assign technician"),
        TaskType.PLAN_AGAIN: _l("Plan the work anew"),
        TaskType.WASH_CAR: _l("Wash the car"),
        TaskType.ACCEPT_JOB: _l("Accept the job"),
        TaskType.SEND_QUOTATION: _l("Send the quote"),
        TaskType.REPORT_ADDITIONAL: _l("Ask about additional work"),
        TaskType.CALL_ABOUT_QUOTATION: _l("Call about the quote"),
        TaskType.READ_ANSWER: _l("Read the customer's answer"),
        TaskType.START_REPAIR: _l("Start the repair"),
        TaskType.CONFIRM_PARTS: _l("Confirm when parts arrive"),
        TaskType.ISSUE_PARTS: _l("Hand out parts"),
        TaskType.ORDER_PARTS: _l("Order parts"),
        TaskType.LEADER_CHECK: _l("Team leader's check"),
        TaskType.FINAL_CHECK: _l("Final inspection"),
        TaskType.REWORK: _l("Rework"),
        TaskType.PREPARE_CAR: _l("Prepare the car"),
        TaskType.HAND_OVER: _l("Hand over the car"),
        TaskType.TAKE_PAYMENT: _l("Take the payment"),
        TaskType.CALL_NOT_FETCHED: _l("Call: car not fetched"),
        TaskType.FOLLOW_UP: _l("Follow-up call"),
        TaskType.DECIDE_WARRANTY: _l("Decide on the warranty warning"),
        TaskType.APPROVE_DISCOUNT: _l("Decide on a discount"),
        TaskType.LOOK_AT_INSPECTION: _l("Look at the inspection"),
        TaskType.DECIDE_LINE_WARRANTY: _l("Decide whether the warranty pays"),
        TaskType.COME_AS_SPECIALIST: _l("Come as specialist"),
        TaskType.MESSAGE_FAILED: _l("Message could not be sent"),
        TaskType.COMEBACK: _l("Read: your work came back"),
        TaskType.CAR_DIFFERS: _l("The car differs from the check-in"),
        TaskType.MOVE_BELONGINGS: _l("Ask: may belongings be moved?"),
        TaskType.FORGOTTEN_CLOCK: _l("A clock was forgotten"),
        TaskType.FORGOTTEN_DAY: _l("Nobody clocked off for the day"),
        TaskType.DECIDE_CORRECTION: _l("Decide on corrected times"),
        TaskType.ANSWER_PROGRESS: _l("On time?"),
        TaskType.DELAY: _l("A job is delayed: decide what to do"),
        TaskType.TELL_DELAY: _l("Tell the customer of a delay"),
    },
)

_OPEN = text("closed_at IS NULL")


class Task(Identified, Base):
    """One task for a role at a site or for one person; at most one open of a type per ``subject_key``."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("ix_tasks_open", "site_id", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(
            "uq_tasks_open_subject",
            "type",
            "subject_key",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(None, "service_order_id"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    type: Mapped[TaskType] = mapped_column(enum_type(TaskType))
    role: Mapped[Role | None] = mapped_column(enum_type(Role))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    service_order_id: Mapped[int | None] = mapped_column(ForeignKey("service_orders.id"))
    subject_id: Mapped[int | None]
    """The id that the task's screen needs beside the order, for example of the quotation or requisition."""
    subject_key: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(300), default="")
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_name: Mapped[str] = mapped_column(String(200), default="")
