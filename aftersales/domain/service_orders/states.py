"""The service order's states and moves, as data. Nothing else knows which move is allowed.

``docs/states.md`` is drawn from here, and a test walks every pair of states.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.service_orders.guards import (
    CHECKIN_SIGNED,
    CHECKIN_UNSIGNED,
    DELIVERY_SIGNED,
    DIAGNOSIS_AGREED,
    FEE_SETTLED,
    INSPECTION_COMPLETE,
    INVOICED,
    IS_ASSIGNED,
    LEADER_CHECKED,
    NO_CLOCK_RUNS,
    NO_QUOTATION_WAITS,
    NO_REWORK_OPEN,
    NOT_INVOICED,
    NOT_THE_REPAIRER,
    NOTHING_DONE,
    NOTHING_ISSUED,
    PARTS_HERE,
    PARTS_SETTLED,
    PREPARED,
    QC_PASSED,
    QUOTATION_WAITS,
    REWORK_OPEN,
    SELF_CHECKED,
    SETTLED,
    TECHNICIAN_SET,
    WORK_AUTHORISED,
    Guard,
)
from aftersales.domain.tasks.models import TaskType
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for

if TYPE_CHECKING:
    from aftersales.domain.service_orders.models import ServiceOrder


class OrderState(StrEnum):
    BOOKED = "booked"
    ARRIVED = "arrived"
    CHECKED_IN = "checked_in"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    AWAITING_APPROVAL = "awaiting_approval"
    AWAITING_PARTS = "awaiting_parts"
    REPAIRING = "repairing"
    QUALITY_CHECK = "quality_check"
    PREPARING = "preparing"
    READY_FOR_PICKUP = "ready_for_pickup"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    CLOSED_WITHOUT_REPAIR = "closed_without_repair"


words_for(
    OrderState,
    {
        OrderState.BOOKED: _l("Booked"),
        OrderState.ARRIVED: _l("Arrived"),
        OrderState.CHECKED_IN: _l("Checked in"),
        OrderState.ASSIGNED: _l("Assigned"),
        OrderState.IN_PROGRESS: _l("In Progress"),
        OrderState.AWAITING_APPROVAL: _l("Awaiting Approval"),
        OrderState.AWAITING_PARTS: _l("Awaiting Parts"),
        OrderState.REPAIRING: _l("Repairing"),
        OrderState.QUALITY_CHECK: _l("Quality Check"),
        OrderState.PREPARING: _l("Preparing"),
        OrderState.READY_FOR_PICKUP: _l("Ready for Pickup"),
        OrderState.COMPLETED: _l("Completed"),
        OrderState.CANCELLED: _l("Cancelled"),
        OrderState.CLOSED_WITHOUT_REPAIR: _l("Closed without repair"),
    },
)

CLOSED = frozenset({OrderState.COMPLETED, OrderState.CANCELLED, OrderState.CLOSED_WITHOUT_REPAIR})


IN_WORKSHOP = (
    OrderState.ASSIGNED,
    OrderState.IN_PROGRESS,
    OrderState.AWAITING_APPROVAL,
    OrderState.AWAITING_PARTS,
    OrderState.REPAIRING,
    OrderState.QUALITY_CHECK,
)
"""States in which the car stands in its bay, unless the bay was freed."""


DONE = frozenset({OrderState.PREPARING, OrderState.READY_FOR_PICKUP})
"""The workshop's work is done: nothing is planned any more."""


class Lane(StrEnum):
    """A column of the workshop board."""

    ARRIVED = "arrived"
    DIAGNOSIS = "diagnosis"
    WAITING = "waiting"
    IN_WORK = "in_work"
    QUALITY_CHECK = "quality_check"
    READY = "ready"


words_for(
    Lane,
    {
        Lane.ARRIVED: _l("Arrived"),
        Lane.DIAGNOSIS: _l("Diagnosis"),
        Lane.WAITING: _l("Waiting"),
        Lane.IN_WORK: _l("In work"),
        Lane.QUALITY_CHECK: _l("Quality check"),
        Lane.READY: _l("Ready"),
    },
)

LANES: dict[OrderState, Lane] = {
    OrderState.ARRIVED: Lane.ARRIVED,
    OrderState.CHECKED_IN: Lane.ARRIVED,
    OrderState.ASSIGNED: Lane.ARRIVED,
    OrderState.IN_PROGRESS: Lane.DIAGNOSIS,
    OrderState.AWAITING_APPROVAL: Lane.WAITING,
    OrderState.AWAITING_PARTS: Lane.WAITING,
    OrderState.REPAIRING: Lane.IN_WORK,
    OrderState.QUALITY_CHECK: Lane.QUALITY_CHECK,
    OrderState.PREPARING: Lane.READY,
    OrderState.READY_FOR_PICKUP: Lane.READY,
}


@dataclass(frozen=True, slots=True)
class Move:
    """One named transition. With ``detour`` the order goes to ``detour[0]`` instead while ``detour[1]`` does not hold.

    ``clears`` are the facts on the order that no longer hold after the move.
    """

    name: str
    sources: tuple[OrderState | None, ...]
    target: OrderState
    verb: str
    guards: tuple[Guard, ...] = ()
    detour: tuple[OrderState, Guard] | None = None
    needs_reason: bool = False
    clears: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[OrderState, ...]:
        """Every state that this move can lead to."""
        return (self.target, self.detour[0]) if self.detour else (self.target,)

    def target_for(self, order: "ServiceOrder", actor: Actor) -> OrderState:
        """Where the move leads this order."""
        if self.detour and not self.detour[1].holds(order, actor):
            return self.detour[0]
        return self.target


S = OrderState
_CHECKS = ("self_checked_at", "leader_checked_at", "qc_passed_at")

MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        Move("book", (None,), S.BOOKED, "appointments.write"),
        Move("arrive", (None, S.BOOKED), S.ARRIVED, "orders.open"),
        Move("sign_checkin", (S.ARRIVED,), S.CHECKED_IN, "checkins.write", (CHECKIN_SIGNED,)),
        Move("assign", (S.CHECKED_IN,), S.ASSIGNED, "dispatch.give", (CHECKIN_SIGNED, TECHNICIAN_SET)),
        Move("accept", (S.ASSIGNED,), S.IN_PROGRESS, "jobs.accept", (IS_ASSIGNED, DIAGNOSIS_AGREED)),
        Move(
            "send_quotation",
            (S.IN_PROGRESS,),
            S.AWAITING_APPROVAL,
            "quotations.send",
            (INSPECTION_COMPLETE, QUOTATION_WAITS, NOT_INVOICED),
        ),
        Move(
            "start_repair",
            (S.IN_PROGRESS,),
            S.REPAIRING,
            "repair.start",
            (INSPECTION_COMPLETE, WORK_AUTHORISED, NO_QUOTATION_WAITS, NOT_INVOICED),
            detour=(S.AWAITING_PARTS, PARTS_HERE),
        ),
        Move(
            "answer",
            (S.AWAITING_APPROVAL,),
            S.REPAIRING,
            "quotations.record_answer",
            (NO_QUOTATION_WAITS, WORK_AUTHORISED),
            detour=(S.AWAITING_PARTS, PARTS_HERE),
        ),
        Move("revise", (S.AWAITING_APPROVAL,), S.IN_PROGRESS, "quotations.write", (NO_QUOTATION_WAITS,)),
        Move(
            "parts_complete", (S.AWAITING_PARTS,), S.REPAIRING, "parts.receive", (PARTS_HERE, WORK_AUTHORISED)
        ),
        Move(
            "ask_again",
            (S.REPAIRING,),
            S.AWAITING_APPROVAL,
            "quotations.send",
            (QUOTATION_WAITS, NO_CLOCK_RUNS),
        ),
        Move(
            "finish_work",
            (S.REPAIRING,),
            S.QUALITY_CHECK,
            "repair.finish",
            (
                WORK_AUTHORISED,
                NO_CLOCK_RUNS,
                PARTS_HERE,
                PARTS_SETTLED,
                NO_QUOTATION_WAITS,
                NO_REWORK_OPEN,
                SELF_CHECKED,
                LEADER_CHECKED,
            ),
        ),
        Move(
            "fail",
            (S.QUALITY_CHECK,),
            S.REPAIRING,
            "quality.final_check",
            (NOT_THE_REPAIRER, REWORK_OPEN),
            needs_reason=True,
            clears=_CHECKS,
        ),
        Move(
            "pass",
            (S.QUALITY_CHECK,),
            S.READY_FOR_PICKUP,
            "quality.final_check",
            (NOT_THE_REPAIRER, QC_PASSED),
            detour=(S.PREPARING, PREPARED),
        ),
        Move("prepared", (S.PREPARING,), S.READY_FOR_PICKUP, "delivery.prepare", (QC_PASSED, PREPARED)),
        Move(
            "reopen",
            (S.PREPARING, S.READY_FOR_PICKUP),
            S.REPAIRING,
            "orders.reopen",
            (NOT_INVOICED,),
            needs_reason=True,
            clears=_CHECKS,
        ),
        Move(
            "hand_over",
            (S.READY_FOR_PICKUP,),
            S.COMPLETED,
            "delivery.hand_over",
            (INVOICED, SETTLED, DELIVERY_SIGNED),
        ),
        Move(
            "cancel",
            (S.BOOKED, S.ARRIVED),
            S.CANCELLED,
            "orders.cancel",
            (CHECKIN_UNSIGNED,),
            needs_reason=True,
        ),
        Move(
            "close_without_repair",
            (S.CHECKED_IN, S.ASSIGNED, S.IN_PROGRESS, S.AWAITING_APPROVAL, S.AWAITING_PARTS),
            S.CLOSED_WITHOUT_REPAIR,
            "orders.close_without_repair",
            (NO_CLOCK_RUNS, NOTHING_ISSUED, NOTHING_DONE, FEE_SETTLED),
            needs_reason=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class StandingTask:
    """A task that stands while an order is in a state: opened when it comes in, closed when it leaves.

    ``person`` names the order's column that holds the person; without one the role does it.
    """

    type: TaskType
    role: Role
    person: str = ""
    due_minutes: int = 0
    due_setting: str = field(default="")


STANDING_TASKS: dict[OrderState, StandingTask] = {
    S.ARRIVED: StandingTask(TaskType.CHECK_IN, Role.ADVISOR, "advisor_id", due_minutes=15),
    S.CHECKED_IN: StandingTask(TaskType.ASSIGN_TECHNICIAN, Role.MANAGER, due_setting="assign.due_minutes"),
    S.ASSIGNED: StandingTask(TaskType.ACCEPT_JOB, Role.TECHNICIAN, "technician_id", due_minutes=30),
    S.QUALITY_CHECK: StandingTask(TaskType.FINAL_CHECK, Role.QC, due_minutes=60),
    S.PREPARING: StandingTask(TaskType.PREPARE_CAR, Role.ADVISOR, "advisor_id", due_minutes=60),
    S.READY_FOR_PICKUP: StandingTask(TaskType.HAND_OVER, Role.ADVISOR, "advisor_id", due_minutes=24 * 60),
}
