"""Reading the workshop floor for dispatch: who and which bay could take an order."""

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.staffing.models import Attendance, Bay, Team, Technician
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.workshop import rules
from aftersales.domain.workshop.dispatch import IN_WORKSHOP


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
