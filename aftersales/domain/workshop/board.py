"""The board: every car that is here, its lane and how it stands against its promise (DSP-3).

One narrow query over the partial index of open orders; everything on a ticket comes from columns.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.service_orders.models import HoldReason, ServiceOrder
from aftersales.domain.service_orders.states import LANES, Lane, OrderState
from aftersales.domain.sites.models import SiteChange
from aftersales.domain.staffing.models import Bay, Team
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.workshop import rules
from aftersales.domain.workshop.dispatch import IN_WORKSHOP
from aftersales.domain.workshop.models import Clocking

NO_SLACK = frozenset({OrderState.PREPARING, OrderState.READY_FOR_PICKUP})
"""States in which the work is done, so that no bar of time is drawn."""


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
    """The earliest of the clocks that run now."""

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

    def slack(self, now: datetime, at_risk_minutes: int) -> rules.Slack | None:
        """The ticket's bar; None where nothing was promised or the work is done."""
        if self.promised_at is None or self.arrived_at is None or self.state in NO_SLACK:
            return None
        return rules.slack(
            arrived_at=self.arrived_at,
            promised_at=self.promised_at,
            now=now,
            left=rules.work_left(self.planned_minutes, self.worked(now)),
            at_risk_minutes=at_risk_minutes,
        )


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
        .where(Clocking.service_order_id == ServiceOrder.id, Clocking.ended_at.is_(None))
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


def count_late(tickets: Iterable[Ticket], now: datetime, at_risk_minutes: int) -> dict[str, int]:
    """How many cars are late, at risk and on time; those without a promise count as on time."""
    counts = {"late": 0, "at_risk": 0, "on_time": 0}
    for ticket in tickets:
        slack = ticket.slack(now, at_risk_minutes)
        counts[
            "late" if slack and slack.is_late else "at_risk" if slack and slack.is_at_risk else "on_time"
        ] += 1
    return counts
