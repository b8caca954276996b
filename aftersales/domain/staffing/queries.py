"""Reading bays, teams, technicians and attendance."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.errors import NotFound
from aftersales.domain.staffing.models import Attendance, Bay, Grade, Team, Technician
from aftersales.i18n import gettext


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team in the list: its leader and how many technicians it has."""

    id: int
    name: str
    leader_name: str | None
    technicians: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class TechnicianRow:
    """A technician in the list; ``since`` is when they clocked on for the day, None when they are not here."""

    id: int
    user_id: int
    name: str
    initials: str
    grade: Grade
    team_name: str | None
    hourly_cost: Decimal
    is_active: bool
    since: datetime | None


def list_bays(site_id: int, *, active_only: bool = False) -> list[Bay]:
    """The site's bays by name, those out of use last."""
    query = select(Bay).where(Bay.site_id == site_id).order_by(Bay.is_active.desc(), Bay.name)
    return list(db.session.scalars(query.where(Bay.is_active) if active_only else query))


def list_teams(site_id: int) -> list[TeamRow]:
    """The site's teams by name, dissolved ones last."""
    members = (
        select(func.count())
        .where(Technician.team_id == Team.id, Technician.is_active)
        .correlate(Team)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Team.id, Team.name, User.name, members, Team.is_active)
        .outerjoin(User, User.id == Team.leader_id)
        .where(Team.site_id == site_id)
        .order_by(Team.is_active.desc(), Team.name)
    )
    return [TeamRow(*row) for row in rows]


def list_technicians(site_id: int) -> list[TechnicianRow]:
    """The site's technicians by name, those who get no work any more last."""
    rows = db.session.execute(
        select(
            Technician.id,
            User.id,
            User.name,
            User.initials,
            Technician.grade,
            Team.name,
            Technician.hourly_cost,
            Technician.is_active,
            Attendance.started_at,
        )
        .join(User, User.id == Technician.user_id)
        .outerjoin(Team, Team.id == Technician.team_id)
        .outerjoin(Attendance, (Attendance.user_id == User.id) & Attendance.ended_at.is_(None))
        .where(Technician.site_id == site_id)
        .order_by(Technician.is_active.desc(), User.name)
    )
    return [TechnicianRow(*row) for row in rows]


def get_bay(bay_id: int, site_id: int) -> Bay:
    """The bay. Raises :class:`NotFound`, also for one of another site."""
    bay = db.session.get(Bay, bay_id)
    if bay is None or bay.site_id != site_id:
        raise NotFound(gettext("There is no such bay at this site."))
    return bay


def get_team(team_id: int, site_id: int) -> Team:
    """The team. Raises :class:`NotFound`, also for one of another site."""
    team = db.session.get(Team, team_id)
    if team is None or team.site_id != site_id:
        raise NotFound(gettext("There is no such team at this site."))
    return team


def get_technician(technician_id: int, site_id: int) -> Technician:
    """The technician. Raises :class:`NotFound`, also for one of another site."""
    technician = db.session.get(Technician, technician_id)
    if technician is None or technician.site_id != site_id:
        raise NotFound(gettext("There is no such technician at this site."))
    return technician


def find_technician(user_id: int, site_id: int) -> Technician | None:
    """What dispatch knows of this person at the site; None for people who do not repair."""
    return db.session.scalar(
        select(Technician).where(Technician.site_id == site_id, Technician.user_id == user_id)
    )
