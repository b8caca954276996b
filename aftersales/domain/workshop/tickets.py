"""A car on the board: its lane, what it waits for, and how it stands against its promise (DSP-3). Values alone."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aftersales.domain.service_orders.models import HoldReason
from aftersales.domain.service_orders.states import LANES, Lane, OrderState
from aftersales.domain.service_orders.waits import BY_HOLD, Wait
from aftersales.domain.staffing.working_time import WorkingTimes
from aftersales.domain.workshop import rules
from aftersales.domain.workshop.dispatch import IN_WORKSHOP
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for

NO_SLACK = frozenset({OrderState.READY_FOR_PICKUP})
"""States in which the promise is kept or broken, so that no bar of time is drawn."""
DONE = frozenset({OrderState.QUALITY_CHECK, OrderState.PREPARING, OrderState.READY_FOR_PICKUP})
"""States in which the repair is over, whatever is left of its standard time."""


ORDER_OF_WORK = (
    OrderState.REPAIRING,
    OrderState.IN_PROGRESS,
    OrderState.ASSIGNED,
    OrderState.AWAITING_PARTS,
    OrderState.AWAITING_APPROVAL,
    OrderState.QUALITY_CHECK,
)
"""Cars that can be worked on stand before those that wait, what is begun before what is not."""


class Risk(StrEnum):
    """How a car stands against its promised time."""

    LATE = "late"
    AT_RISK = "at_risk"
    ON_TIME = "on_time"


words_for(Risk, {Risk.LATE: _l("Late"), Risk.AT_RISK: _l("At risk"), Risk.ON_TIME: _l("On time")})


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site sets for the lateness risk."""

    at_risk_minutes: int
    approval_hours: int
    times: WorkingTimes


@dataclass(frozen=True, slots=True)
class OpenClock:
    """A clock that runs on a car. ``job_left`` is what its job's plan has left, its running clocks not counted."""

    user_id: int
    job_id: int
    started_at: datetime
    is_rework: bool
    job_left: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """A car on the board."""

    id: int
    number: str
    state: OrderState
    state_since: datetime
    hold_reason: HoldReason | None
    hold_note: str
    summary: str
    promised_at: datetime | None
    arrived_at: datetime | None
    ready_at: datetime | None
    planned_minutes: int
    worked_minutes: int
    open_clockings: int
    parts_missing: int
    parts_expected_at: datetime | None
    waiting_quotations: int
    open_rework: int
    rework_count: int
    plate: str
    plate_country: str
    technician_id: int | None
    technician_initials: str | None
    technician_name: str | None
    team_name: str | None
    advisor_id: int | None
    advisor_name: str | None
    bay_id: int | None
    bay_name: str | None
    team_id: int | None
    said_ready_at: datetime | None
    left_minutes: int
    """What the plans of its jobs that are not done have left, running clocks not counted: a job that took longer takes
    nothing from another's time, and one that was done sooner leaves nothing."""
    planned_at: datetime | None
    """When the day plan has its next work by ``planned_user_id``, else by its technician."""
    planned_user_id: int | None
    clocks: tuple[OpenClock, ...] = ()
    """The clocks that run now, those left out that were forgotten: nobody knows how long those ran."""
    turn_at: datetime | None = None
    """When its person comes to it, where other work is before it (:mod:`.order_of_work`)."""

    @property
    def lane(self) -> Lane:
        return Lane.WAITING if self.hold_reason else LANES[self.state]

    @property
    def is_here(self) -> bool:
        """Whether it is in the workshop, so that it can be worked on."""
        return self.state in IN_WORKSHOP

    @property
    def stage(self) -> int:
        """How far the work on it is; see :data:`ORDER_OF_WORK`."""
        return ORDER_OF_WORK.index(self.state) if self.state in ORDER_OF_WORK else len(ORDER_OF_WORK)

    @property
    def is_in_bay(self) -> bool:
        return self.bay_id is not None and self.is_here

    @property
    def person_id(self) -> int | None:
        """Who works on it: its technician, else whom it is planned for."""
        return self.technician_id or self.planned_user_id

    def worked(self, now: datetime) -> int:
        """Minutes worked so far: the sum of the clocks, those that run until now. Rework is counted by itself."""
        return self.worked_minutes + sum(self._running(now).values())

    def left(self, now: datetime) -> int:
        """Minutes of planned work that nobody has clocked, job by job."""
        if self.state in DONE:
            return 0
        running, jobs = self._running(now), {clock.job_id: clock.job_left for clock in self.clocks}
        return max(0, self.left_minutes - sum(min(left, running[job]) for job, left in jobs.items()))

    def _running(self, now: datetime) -> Counter[int]:
        """The minutes of the clocks that run now, by job."""
        minutes = Counter[int]()
        for clock in self.clocks:
            if not clock.is_rework:
                minutes[clock.job_id] += rules.minutes_between(clock.started_at, now)
        return minutes

    @property
    def waits(self) -> tuple[Wait, ...]:
        """What the car waits for now."""
        found = []
        if self.hold_reason:
            found.append(BY_HOLD[self.hold_reason])
        if self.state is OrderState.CHECKED_IN:
            found.append(Wait.TECHNICIAN)
        if self.state is OrderState.ASSIGNED:
            found.append(Wait.ACCEPTANCE)
        if self.state is OrderState.AWAITING_APPROVAL or self.waiting_quotations:
            found.append(Wait.APPROVAL)
        if self.parts_missing:
            found.append(Wait.PARTS)
        return tuple(found)

    def remaining(self, now: datetime, approval_hours: int) -> rules.Remaining:
        """What is still to be done, and until when the car waits before that. Nobody knows the end of a wait that has
        lasted longer than it should."""
        until, is_waiting = None, self.state in (OrderState.AWAITING_PARTS, OrderState.AWAITING_APPROVAL)
        if self.state is OrderState.AWAITING_PARTS:
            until = self.parts_expected_at
        elif self.state is OrderState.AWAITING_APPROVAL:
            until = self.state_since + timedelta(hours=approval_hours)
        return rules.Remaining(
            minutes=self.left(now),
            people=len(self.clocks),
            waits_until=until,
            waits_without_date=self.hold_reason is not None
            or (is_waiting and (until is None or until <= now)),
            said_ready_at=self.said_ready_at,
            turn_at=self.turn_at,
        )

    def slack(self, now: datetime, by: Rules) -> rules.Slack | None:
        """The ticket's bar; None where nothing was promised or the car is ready."""
        if self.promised_at is None or self.arrived_at is None or self.state in NO_SLACK:
            return None
        left = self.remaining(now, by.approval_hours)
        return rules.slack(
            arrived_at=self.arrived_at,
            promised_at=self.promised_at,
            now=now,
            left=left,
            at_risk_minutes=by.at_risk_minutes,
            # What is left is done in the technician's shifts; with nothing left to repair the site's hours count.
            working_time=by.times.of(self.person_id if left.minutes else None),
        )

    def risk(self, now: datetime, by: Rules) -> Risk:
        """The lateness risk; without a promise there is none."""
        return risk_of(self.slack(now, by))


def risk_of(slack: rules.Slack | None) -> Risk:
    """The level of a bar; without one nothing is at risk."""
    if slack is None:
        return Risk.ON_TIME
    return Risk.LATE if slack.is_late else Risk.AT_RISK if slack.is_at_risk else Risk.ON_TIME
