"""The board: every car that is here, its lane and how it stands against its promise (DSP-3).

One narrow query over the partial index of open orders; everything on a ticket comes from columns.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.service_orders.models import HoldReason, ServiceOrder
from aftersales.domain.service_orders.states import LANES, Lane, OrderState
from aftersales.domain.sites.models import SiteChange
from aftersales.domain.staffing.models import Bay, Team
from aftersales.domain.staffing.working_time import WorkingTimes
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.workshop import rules
from aftersales.domain.workshop.dispatch import IN_WORKSHOP
from aftersales.domain.workshop.models import Clocking
from aftersales.domain.workshop.time_models import ForgottenClock
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for

NO_SLACK = frozenset({OrderState.READY_FOR_PICKUP})
"""States in which the promise is kept or broken, so that no bar of time is drawn."""


class Risk(StrEnum):
    """How a car stands against its promised time."""

    LATE = "late"
    AT_RISK = "at_risk"
    ON_TIME = "on_time"


class Wait(StrEnum):
    """What a car waits for; a car may wait for several things."""

    TECHNICIAN = "technician"
    ACCEPTANCE = "acceptance"
    APPROVAL = "approval"
    PARTS = "parts"
    BAY = "bay"
    SUBLET = "sublet"
    INSURER = "insurer"
    CUSTOMER = "customer"
    OTHER = "other"


words_for(Risk, {Risk.LATE: _l("Late"), Risk.AT_RISK: _l("At risk"), Risk.ON_TIME: _l("On time")})
words_for(
    Wait,
    {
        Wait.TECHNICIAN: _l("No technician yet"),
        Wait.ACCEPTANCE: _l("Not accepted yet"),
        Wait.APPROVAL: _l("Approval"),
        Wait.PARTS: _l("Parts"),
        Wait.BAY: _l("Bay"),
        Wait.SUBLET: _l("Another workshop"),
        Wait.INSURER: _l("Insurer"),
        Wait.CUSTOMER: _l("Customer"),
        Wait.OTHER: _l("On hold"),
    },
)
_HOLDS = {reason: Wait(reason.value) for reason in HoldReason}


@dataclass(frozen=True, slots=True)
class Rules:
    """What a site sets for the lateness risk."""

    at_risk_minutes: int
    approval_hours: int
    times: WorkingTimes


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
    clocked_since: datetime | None
    """The earliest of the clocks that run now, those left out that were forgotten."""
    team_id: int | None
    said_ready_at: datetime | None

    @property
    def lane(self) -> Lane:
        return Lane.WAITING if self.hold_reason else LANES[self.state]

    @property
    def is_in_bay(self) -> bool:
        return self.bay_id is not None and self.state in IN_WORKSHOP

    def worked(self, now: datetime) -> int:
        """Minutes worked so far, the clocks that run now included."""
        running = rules.minutes_between(self.clocked_since, now) if self.clocked_since else 0
        return self.worked_minutes + running * self.open_clockings

    @property
    def waits(self) -> tuple[Wait, ...]:
        """What the car waits for now."""
        found = []
        if self.hold_reason:
            found.append(_HOLDS[self.hold_reason])
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
        """What is still to be done, and until when the car waits before that."""
        until = None
        if self.state is OrderState.AWAITING_PARTS:
            until = self.parts_expected_at
        elif self.state is OrderState.AWAITING_APPROVAL:
            until = self.state_since + timedelta(hours=approval_hours)
        is_done = self.state in (OrderState.PREPARING, OrderState.READY_FOR_PICKUP)
        return rules.Remaining(
            minutes=0 if is_done else rules.work_left(self.planned_minutes, self.worked(now)),
            people=self.open_clockings,
            waits_until=until,
            waits_without_date=self.hold_reason is not None
            or (self.state is OrderState.AWAITING_PARTS and until is None),
            said_ready_at=self.said_ready_at,
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
            working_time=by.times.of(self.technician_id if left.minutes else None),
        )

    def risk(self, now: datetime, by: Rules) -> Risk:
        """The lateness risk; without a promise there is none."""
        return risk_of(self.slack(now, by))


def risk_of(slack: rules.Slack | None) -> Risk:
    """The level of a bar; without one nothing is at risk."""
    if slack is None:
        return Risk.ON_TIME
    return Risk.LATE if slack.is_late else Risk.AT_RISK if slack.is_at_risk else Risk.ON_TIME


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells a polling screen whether anything changed, and the number of bays in the header."""

    changes: int
    bays: int


def stamp(site_id: int) -> Stamp:
    """The site's change counter and its number of bays, in one query."""
    bays = (
        select(func.count()).select_from(Bay).where(Bay.site_id == site_id, Bay.is_active).scalar_subquery()
    )
    changes = select(SiteChange.counter).where(SiteChange.site_id == site_id).scalar_subquery()
    row = db.session.execute(select(changes, bays)).one()
    return Stamp(row[0] or 0, row[1])


def list_tickets(site_id: int) -> list[Ticket]:
    """Every car that is here, earliest promise first, in one query."""
    technician, advisor = aliased(User), aliased(User)
    running = (
        select(func.min(Clocking.started_at))
        .outerjoin(
            ForgottenClock, (ForgottenClock.clocking_id == Clocking.id) & ForgottenClock.still_until.is_(None)
        )
        .where(
            Clocking.service_order_id == ServiceOrder.id,
            Clocking.ended_at.is_(None),
            ForgottenClock.id.is_(None),  # nobody knows how long those ran
        )
        .correlate(ServiceOrder)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            ServiceOrder.id,
            ServiceOrder.number,
            ServiceOrder.state,
            ServiceOrder.state_since,
            ServiceOrder.hold_reason,
            ServiceOrder.hold_note,
            ServiceOrder.summary,
            ServiceOrder.promised_at,
            ServiceOrder.arrived_at,
            ServiceOrder.ready_at,
            ServiceOrder.planned_minutes,
            ServiceOrder.worked_minutes,
            ServiceOrder.open_clockings,
            ServiceOrder.parts_missing,
            ServiceOrder.parts_expected_at,
            ServiceOrder.waiting_quotations,
            ServiceOrder.open_rework,
            ServiceOrder.rework_count,
            Vehicle.plate,
            Vehicle.plate_country,
            ServiceOrder.technician_id,
            technician.initials,
            technician.name,
            Team.name,
            ServiceOrder.advisor_id,
            advisor.name,
            ServiceOrder.bay_id,
            Bay.name,
            running,
            ServiceOrder.team_id,
            ServiceOrder.said_ready_at,
        )
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .outerjoin(technician, technician.id == ServiceOrder.technician_id)
        .outerjoin(advisor, advisor.id == ServiceOrder.advisor_id)
        .outerjoin(Team, Team.id == ServiceOrder.team_id)
        .outerjoin(Bay, Bay.id == ServiceOrder.bay_id)
        # “closed_at IS NULL” stands here literally, so that the partial index is used.
        .where(
            ServiceOrder.site_id == site_id,
            ServiceOrder.closed_at.is_(None),
            ServiceOrder.state.in_(list(LANES)),
        )
        .order_by(ServiceOrder.promised_at.is_(None), ServiceOrder.promised_at, ServiceOrder.id)
    )
    return [Ticket(*tuple(row)) for row in rows]


def count_risks(risks: Iterable[Risk]) -> dict[Risk, int]:
    """How many cars are late, at risk and on time."""
    counts = dict.fromkeys(Risk, 0)
    for risk in risks:
        counts[risk] += 1
    return counts
