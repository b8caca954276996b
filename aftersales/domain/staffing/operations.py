"""What happens to bays, teams, technicians and the working day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError

from aftersales.db import add, db, locked
from aftersales.domain import audit
from aftersales.domain.accounts import queries as accounts
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused, expect_version
from aftersales.domain.sites import operations as sites
from aftersales.domain.staffing.models import Attendance, Bay, BayKind, Grade, Team, Technician
from aftersales.i18n import gettext

VERB = "staffing.manage"
Named = TypeVar("Named", Bay, Team)
Own = TypeVar("Own", Bay, Team, Technician)


def add_bay(site_id: int, *, name: str, kind: BayKind, actor: Actor, now: datetime) -> Bay:
    """A new bay. Refuses a name that the site has already."""
    actor.need(VERB)
    bay = _add_named(Bay(site_id=site_id, name=_name(name), kind=kind))
    _changed("bays.add", bay, actor=actor, now=now)
    return bay


def change_bay(
    bay_id: int,
    *,
    site_id: int,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Bay:
    """Change a bay's name or kind, or take it out of use (``is_active``); nothing is deleted."""
    actor.need(VERB)
    bay = _own(Bay, bay_id, site_id)
    expect_version(bay, version)
    _set(bay, values, ("name", "kind", "is_active"))
    _changed("bays.change", bay, actor=actor, now=now)
    return bay


def add_team(site_id: int, *, name: str, leader_id: int | None, actor: Actor, now: datetime) -> Team:
    """A new team with its leader. Refuses a name that the site has already, and a leader without a role here."""
    actor.need(VERB)
    check_person(leader_id, site_id, "leader_id")
    team = _add_named(Team(site_id=site_id, name=_name(name), leader_id=leader_id))
    _changed("teams.add", team, actor=actor, now=now)
    return team


def change_team(
    team_id: int,
    *,
    site_id: int,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Team:
    """Change a team's name or leader, or dissolve it (``is_active``)."""
    actor.need(VERB)
    team = _own(Team, team_id, site_id)
    expect_version(team, version)
    check_person(values.get("leader_id"), site_id, "leader_id")
    _set(team, values, ("name", "leader_id", "is_active"))
    _changed("teams.change", team, actor=actor, now=now)
    return team


def add_technician(
    site_id: int,
    *,
    user_id: int,
    grade: Grade,
    actor: Actor,
    now: datetime,
    team_id: int | None = None,
    **more: Any,
) -> Technician:
    """Make a person of the site one whom dispatch may choose. ``more`` may hold ``hourly_cost``,
    ``skills`` and ``high_voltage_until``."""
    actor.need(VERB)
    check_person(user_id, site_id, "user_id")
    check_team(team_id, site_id)
    if db.session.scalar(
        select(Technician.id).where(Technician.site_id == site_id, Technician.user_id == user_id)
    ):
        raise Invalid(gettext("This person is a technician here already."), field="user_id")
    technician = add(Technician(site_id=site_id, user_id=user_id, grade=grade, team_id=team_id, **more))
    _changed("technicians.add", technician, actor=actor, now=now)
    return technician


def change_technician(
    technician_id: int,
    *,
    site_id: int,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Technician:
    """Change grade, skills, certificate for high voltage, team or hourly cost, or stop giving work to the person (``is_active``)."""
    actor.need(VERB)
    technician = _own(Technician, technician_id, site_id)
    expect_version(technician, version)
    check_team(values.get("team_id"), site_id)
    if values.get("hourly_cost", 0) < 0:
        raise Invalid(gettext("Enter a cost of 0 or more."), field="hourly_cost")
    _set(technician, values, ("grade", "team_id", "hourly_cost", "skills", "high_voltage_until", "is_active"))
    _changed("technicians.change", technician, actor=actor, now=now)
    return technician


def begin_day(user_id: int, *, site_id: int, now: datetime) -> Attendance:
    """Clock a person on for the day and lock their day, so that two clockings of one person wait for each other.

    Twice is harmless: a day that runs already goes on. Refuses while the person's day runs at another site.
    """
    insert = postgresql_insert if db.session().get_bind().dialect.name == "postgresql" else sqlite_insert
    begun = db.session.scalar(
        insert(Attendance)
        .values(site_id=site_id, user_id=user_id, started_at=now)
        .on_conflict_do_nothing(index_elements=["user_id"], index_where=Attendance.ended_at.is_(None))
        .returning(Attendance.id)
    )
    attendance = lock_day(user_id)
    if attendance is None:  # it ended between the two statements
        raise Refused(gettext("Your day has just ended on another tablet. Clock on again."))
    if attendance.site_id != site_id:
        raise Refused(gettext("You are clocked on at another site. Clock off there first."))
    if begun is not None:
        sites.note_change(site_id)
    return attendance


def lock_day(user_id: int) -> Attendance | None:
    """The person's running day, locked and fresh; None when they are not clocked on."""
    return db.session.scalar(
        select(Attendance)
        .where(Attendance.user_id == user_id, Attendance.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def end_day(attendance: Attendance, *, now: datetime) -> None:
    """Clock a person off for the day. Jobs that still run are the caller's to end first."""
    attendance.ended_at = now
    db.session.flush()
    sites.note_change(attendance.site_id)


def _name(name: str) -> str:
    if not name.strip():
        raise Invalid(gettext("Enter a name."), field="name")
    return name.strip()


def _add_named(record: Named) -> Named:
    try:
        with db.session.begin_nested():
            return add(record)
    except IntegrityError as error:
        raise Invalid(gettext("This name is taken. Choose another one."), field="name") from error


def _set(record: Own, values: Mapping[str, Any], names: tuple[str, ...]) -> None:
    if "name" in values:
        values = {**values, "name": _name(values["name"])}
    try:
        with db.session.begin_nested():
            for name in names:
                if name in values:
                    setattr(record, name, values[name])
            db.session.flush()
    except IntegrityError as error:
        raise Invalid(gettext("This name is taken. Choose another one."), field="name") from error


def _own(model: type[Own], ident: int, site_id: int) -> Own:
    record = locked(model, ident)
    if record is None or record.site_id != site_id:
        raise NotFound(gettext("There is no such entry at this site."))
    return record


def check_person(user_id: int | None, site_id: int, field: str) -> None:
    """Refuse a person without a role at the site."""
    if user_id is not None and not accounts.roles_at(user_id, site_id):
        raise Invalid(gettext("This person has no role at this site."), field=field)


def check_team(team_id: int | None, site_id: int) -> None:
    """Refuse a team of another site, and one that was dissolved."""
    if team_id is not None:
        team = db.session.get(Team, team_id)
        if team is None or team.site_id != site_id or not team.is_active:
            raise Invalid(gettext("Choose a team of this site."), field="team_id")


def _changed(action: str, record: Own, *, actor: Actor, now: datetime) -> None:
    audit.record(action, record, actor=actor, now=now, site_id=record.site_id)
    sites.note_change(record.site_id)
