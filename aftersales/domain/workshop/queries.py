"""Reading the workshop floor: who and which bay could take an order, a technician's jobs, an order at work."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.service_orders.models import (
    HoldReason,
    Job,
    ServiceOrder,
)
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.staffing.models import Attendance, Bay, Team, Technician
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.workshop import rules
from aftersales.domain.workshop.dispatch import IN_WORKSHOP
from aftersales.domain.workshop.models import Clocking

# --- dispatch -------------------------------------------------------------------------------------------------------


def list_candidates(site_id: int, *, vehicle_id: int) -> list[rules.Candidate]:
    """The technicians who could take work at the site, with their load and whether they know the vehicle."""
    left = ServiceOrder.planned_minutes - ServiceOrder.worked_minutes
    is_mine = (
        (ServiceOrder.technician_id == Technician.user_id)
        & ServiceOrder.closed_at.is_(None)
        & ServiceOrder.state.in_(IN_WORKSHOP)
    )
    load = (
        select(func.sum(case((left > 0, left), else_=0)))
        .where(is_mine)
        .correlate(Technician)
        .scalar_subquery()
    )
    count = select(func.count(ServiceOrder.id)).where(is_mine).correlate(Technician).scalar_subquery()
    earlier = aliased(ServiceOrder)
    visits = (
        select(func.count(earlier.id))
        .where(
            earlier.vehicle_id == vehicle_id,
            earlier.technician_id == Technician.user_id,
            earlier.closed_at.is_not(None),
        )
        .correlate(Technician)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            User.id, User.name, User.initials, Technician.grade, Technician.team_id, Team.name, load, count, visits,
            Attendance.id.is_not(None),
        )
        .join(User, User.id == Technician.user_id)
        .outerjoin(Team, Team.id == Technician.team_id)
        .outerjoin(
            Attendance,
            (Attendance.user_id == User.id) & Attendance.ended_at.is_(None) & (Attendance.site_id == site_id),
        )
        .where(Technician.site_id == site_id, Technician.is_active, User.disabled_at.is_(None))
    )  # fmt: skip
    return [
        rules.Candidate(
            row[0], row[1], row[2], row[3], row[4], row[5], int(row[6] or 0), row[7], row[8], bool(row[9])
        )
        for row in rows
    ]


def list_bay_choices(site_id: int) -> list[rules.BayChoice]:
    """The site's bays and the order that holds each."""
    rows = db.session.execute(
        select(Bay.id, Bay.name, Bay.kind, ServiceOrder.id, ServiceOrder.number, Vehicle.plate)
        .outerjoin(
            ServiceOrder,
            and_(
                ServiceOrder.bay_id == Bay.id,
                ServiceOrder.closed_at.is_(None),
                ServiceOrder.state.in_(IN_WORKSHOP),
            ),
        )
        .outerjoin(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .where(Bay.site_id == site_id, Bay.is_active)
        .order_by(Bay.name)
    )
    # After a reopened order two cars may claim one bay; it is shown once.
    return list({row[0]: rules.BayChoice(*row) for row in rows}.values())


def list_active_teams(site_id: int) -> list[Team]:
    return list(
        db.session.scalars(select(Team).where(Team.site_id == site_id, Team.is_active).order_by(Team.name))
    )


# --- a technician's jobs --------------------------------------------------------------------------------------------


_ORDER_OF_WORK = (
    OrderState.REPAIRING,
    OrderState.IN_PROGRESS,
    OrderState.ASSIGNED,
    OrderState.AWAITING_PARTS,
    OrderState.AWAITING_APPROVAL,
    OrderState.QUALITY_CHECK,
)
"""Cars that can be worked on stand before those that wait; among equals the earliest promise is first."""


@dataclass(slots=True)
class MyOrder:
    """An order in a technician's list, with the titles of its jobs in the customer's words."""

    id: int
    number: str
    state: OrderState
    hold_reason: HoldReason | None
    promised_at: datetime | None
    arrived_at: datetime | None
    planned_minutes: int
    worked_minutes: int
    open_clockings: int
    open_rework: int
    is_mine: bool
    plate: str
    plate_country: str
    vehicle_title: str
    bay_name: str | None
    concerns: list[str] = field(default_factory=list)

    def slack(self, now: datetime, at_risk_minutes: int) -> rules.Slack | None:
        if self.promised_at is None or self.arrived_at is None:
            return None
        return rules.slack(
            arrived_at=self.arrived_at,
            promised_at=self.promised_at,
            now=now,
            left=rules.work_left(self.planned_minutes, self.worked_minutes),
            at_risk_minutes=at_risk_minutes,
        )


@dataclass(frozen=True, slots=True)
class MyDay:
    """What a technician's first page shows: the day, the running job, the orders."""

    day_since: datetime | None
    running_since: datetime | None
    running_job_id: int | None
    running_title: str | None
    running_order_id: int | None
    orders: list[MyOrder]


def my_day(user_id: int, site_id: int) -> MyDay:
    """The person's day, running job and orders, in one query: own orders, those of their team, those where they help."""
    running_job = aliased(Job)
    rows = db.session.execute(
        select(
            Attendance.started_at.label("day_since"),
            Clocking.started_at.label("running_since"),
            running_job.id.label("running_job_id"),
            running_job.title.label("running_title"),
            running_job.service_order_id.label("running_order_id"),
            ServiceOrder.id,
            ServiceOrder.number,
            ServiceOrder.state,
            ServiceOrder.hold_reason,
            ServiceOrder.promised_at,
            ServiceOrder.arrived_at,
            ServiceOrder.planned_minutes,
            ServiceOrder.worked_minutes,
            ServiceOrder.open_clockings,
            ServiceOrder.open_rework,
            ServiceOrder.technician_id,
            Vehicle.plate,
            Vehicle.plate_country,
            Vehicle.make,
            Vehicle.model,
            Vehicle.year,
            Bay.name.label("bay_name"),
            Job.title,
            Job.concern,
        )
        .select_from(User)
        .outerjoin(Attendance, (Attendance.user_id == User.id) & Attendance.ended_at.is_(None))
        .outerjoin(Clocking, (Clocking.user_id == User.id) & Clocking.ended_at.is_(None))
        .outerjoin(running_job, running_job.id == Clocking.job_id)
        .outerjoin(ServiceOrder, _is_of(user_id, site_id))
        .outerjoin(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .outerjoin(Bay, Bay.id == ServiceOrder.bay_id)
        .outerjoin(Job, (Job.service_order_id == ServiceOrder.id) & Job.voided_at.is_(None))
        .where(User.id == user_id)
        .order_by(
            (ServiceOrder.technician_id == user_id).desc(),
            ServiceOrder.promised_at.is_(None),
            ServiceOrder.promised_at,
            ServiceOrder.id,
            Job.position,
        )
    ).all()
    found: dict[int, MyOrder] = {}
    for row in rows:
        if row.id is None:
            continue
        order = found.setdefault(
            row.id,
            MyOrder(
                row.id,
                row.number,
                row.state,
                row.hold_reason,
                row.promised_at,
                row.arrived_at,
                row.planned_minutes,
                row.worked_minutes,
                row.open_clockings,
                row.open_rework,
                row.technician_id == user_id,
                row.plate,
                row.plate_country,
                " ".join(str(part) for part in (row.make, row.model, row.year) if part),
                row.bay_name,
            ),
        )
        if row.title:
            order.concerns.append(row.concern or row.title)
    first = rows[0]
    return MyDay(
        first.day_since,
        first.running_since,
        first.running_job_id,
        first.running_title,
        first.running_order_id,
        sorted(found.values(), key=lambda order: (not order.is_mine, _ORDER_OF_WORK.index(order.state))),
    )


def _is_of(user_id: int, site_id: int) -> ColumnElement[bool]:
    """Orders in the workshop that are the person's own, their team's, or that have a job given to them."""
    team = select(Technician.team_id).where(
        Technician.user_id == user_id, Technician.site_id == site_id, Technician.team_id.is_not(None)
    )
    led = select(Team.id).where(Team.leader_id == user_id, Team.site_id == site_id)
    helps = select(Job.service_order_id).where(Job.technician_id == user_id, Job.voided_at.is_(None))
    return and_(
        ServiceOrder.site_id == site_id,
        ServiceOrder.closed_at.is_(None),
        ServiceOrder.state.in_(IN_WORKSHOP),
        or_(
            ServiceOrder.technician_id == user_id,
            ServiceOrder.team_id.in_(team),
            ServiceOrder.team_id.in_(led),
            ServiceOrder.id.in_(helps),
        ),
    )
