"""The board: every car that is here, and when its turn comes (DSP-3).

One narrow query over the partial index of open orders; everything on a ticket comes from columns. A car's row comes
once for each clock that runs on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.planning.models import Booking
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.service_orders.states import LANES, OrderState
from aftersales.domain.sites.models import SiteChange
from aftersales.domain.staffing.models import Bay, Team
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.workshop import order_of_work
from aftersales.domain.workshop.models import Clocking
from aftersales.domain.workshop.order_of_work import Turn
from aftersales.domain.workshop.running import nobody_knows
from aftersales.domain.workshop.tickets import OpenClock, Risk, Rules, Ticket

AHEAD = timedelta(days=1)
"""How far ahead a car that is still to come is counted among the work of whom it is planned for."""


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


def list_tickets(site_id: int, now: datetime, by: Rules) -> list[Ticket]:
    """Every car that is here, earliest promise first, and when its turn comes; in one query. Read with them, since they
    take their person's time, are the cars that the day plan expects before the same time tomorrow."""
    cars = _read(site_id, now)
    turns = order_of_work.begin_times((_turn(car, now, by) for car in cars), now, by.times)
    return [replace(car, turn_at=turns.get(car.id)) for car in cars if car.state in LANES]


def _turn(car: Ticket, now: datetime, by: Rules) -> Turn:
    return Turn(
        car.id,
        car.person_id,
        car.remaining(now, by.approval_hours),
        at_work=frozenset(clock.user_id for clock in car.clocks),
        is_here=car.is_here,
        stage=car.stage,
        planned_at=car.planned_at,
        promised_at=car.promised_at,
    )


def _read(site_id: int, now: datetime) -> list[Ticket]:
    technician, advisor, of_plan, of_clock = aliased(User), aliased(User), aliased(Job), aliased(Job)
    left = (
        select(
            func.coalesce(
                func.sum(
                    case((Job.planned_minutes > Job.worked_minutes, Job.planned_minutes - Job.worked_minutes), else_=0)
                ),
                0,
            )
        )
        .where(Job.service_order_id == ServiceOrder.id, Job.voided_at.is_(None), Job.done_at.is_(None))
        .correlate(ServiceOrder)
        .scalar_subquery()
    )  # fmt: skip
    # The booking that runs or comes next; where all are over and work is left, the first of those.
    planned = aliased(Booking)
    next_booking = (
        select(planned.id)
        .join(of_plan, of_plan.id == planned.job_id)
        .where(
            planned.service_order_id == ServiceOrder.id,
            planned.cancelled_at.is_(None),
            of_plan.done_at.is_(None),
            planned.user_id == func.coalesce(ServiceOrder.technician_id, planned.user_id),
        )
        .order_by(planned.ends_at <= now, planned.starts_at, planned.id)
        .limit(1)
        .correlate(ServiceOrder)
        .scalar_subquery()
    )
    expected = select(Booking.service_order_id).where(
        Booking.site_id == site_id,
        Booking.cancelled_at.is_(None),
        Booking.ends_at > now,
        Booking.starts_at < now + AHEAD,
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
            ServiceOrder.team_id,
            ServiceOrder.said_ready_at,
            left,
            Booking.starts_at,
            Booking.user_id,
            Clocking.user_id,
            Clocking.job_id,
            Clocking.started_at,
            Clocking.is_rework,
            case((of_clock.done_at.is_(None), of_clock.planned_minutes - of_clock.worked_minutes), else_=0),
        )
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .outerjoin(technician, technician.id == ServiceOrder.technician_id)
        .outerjoin(advisor, advisor.id == ServiceOrder.advisor_id)
        .outerjoin(Team, Team.id == ServiceOrder.team_id)
        .outerjoin(Bay, Bay.id == ServiceOrder.bay_id)
        .outerjoin(Booking, Booking.id == next_booking)
        .outerjoin(
            Clocking,
            and_(
                Clocking.service_order_id == ServiceOrder.id,
                Clocking.ended_at.is_(None),
                ~nobody_knows(Clocking),
            ),
        )
        .outerjoin(of_clock, of_clock.id == Clocking.job_id)
        # “closed_at IS NULL” stands here literally, so that the partial index is used.
        .where(
            ServiceOrder.site_id == site_id,
            ServiceOrder.closed_at.is_(None),
            or_(
                ServiceOrder.state.in_(list(LANES)),
                and_(ServiceOrder.state == OrderState.BOOKED, ServiceOrder.id.in_(expected)),
            ),
        )
        .order_by(ServiceOrder.promised_at.is_(None), ServiceOrder.promised_at, ServiceOrder.id, Clocking.id)
    )
    return [_ticket(list(each)) for _, each in groupby(rows, key=lambda row: row[0])]


def _ticket(rows: list[Any]) -> Ticket:
    """A car from its rows, one for each clock that runs on it."""
    *values, _, _, _, _, _ = rows[0]
    clocks = []
    for row in rows:
        *_, user_id, job_id, started_at, is_rework, job_left = row
        if user_id is not None:
            clocks.append(OpenClock(user_id, job_id, started_at, is_rework, max(0, job_left)))
    return replace(Ticket(*values), clocks=tuple(clocks))


def count_risks(risks: Iterable[Risk]) -> dict[Risk, int]:
    """How many cars are late, at risk and on time."""
    counts = dict.fromkeys(Risk, 0)
    for risk in risks:
        counts[risk] += 1
    return counts
