"""Reading who works when and which bay can be used: the site's calendar, a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from aftersales.clock import from_local, local_date
from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.sites.models import ClosedDay, OpeningHours, Site
from aftersales.domain.staffing import public_holidays, rules
from aftersales.domain.staffing.calendar import Calendar, Hours, Span, Week, breaks_of, shifts_between
from aftersales.domain.staffing.models import (
    Absence,
    AbsenceKind,
    Attendance,
    Bay,
    BayClosure,
    BayKind,
    Certificate,
    Grade,
    ShiftChange,
    ShiftDay,
    Skill,
    Team,
    Technician,
    TechnicianCertificate,
)

AHEAD = timedelta(days=14)
"""How far the next free time is looked for."""


@dataclass(frozen=True, slots=True)
class Person:
    """A technician with their working time. ``id`` is the technician's, ``user_id`` the person's."""

    id: int
    user_id: int
    name: str
    initials: str
    grade: Grade
    team_id: int | None
    team_name: str | None
    skills: frozenset[Skill]
    certificates: frozenset[Certificate]
    is_here: bool
    """Whether they are clocked on for the day."""
    has_shifts: bool
    """Whether shifts were agreed; else the site's opening hours stand for them."""
    calendar: Calendar
    absences: tuple[tuple[Span, AbsenceKind], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A bay with the stretches in which it is closed, and why."""

    id: int
    name: str
    kind: BayKind
    closures: tuple[tuple[Span, str], ...] = ()

    def closed_in(self, span: Span) -> str:
        """Why the bay cannot be used in ``span``; empty where it can."""
        return next((reason for closed, reason in self.closures if closed.overlaps(span)), "")


@dataclass(frozen=True, slots=True)
class Timetable:
    """A site's people and bays over some days, with the days on which it is closed and why."""

    timezone: str
    people: tuple[Person, ...]
    places: tuple[Place, ...]
    closed: dict[date, str] = field(default_factory=dict)
    opening: dict[int, Hours] = field(default_factory=dict)
    """From when until when the site is open, by weekday (Monday is 0)."""

    def person(self, user_id: int) -> Person | None:
        return next((person for person in self.people if person.user_id == user_id), None)

    def place(self, bay_id: int) -> Place | None:
        return next((place for place in self.places if place.id == bay_id), None)


def load(site_id: int, *, first: date, last: date) -> Timetable:
    """The site's timetable for shifts that begin on the days from ``first`` to ``last``, both included.

    The night before belongs to it, for shifts that run past midnight.
    """
    site = db.session.get_one(Site, site_id)
    since = from_local(datetime.combine(first, time()), site.timezone)
    until = from_local(datetime.combine(last + timedelta(days=2), time()), site.timezone)
    closed = closed_days(site, first - timedelta(days=1), last)
    opening: dict[int, Hours] = {
        row.weekday: (row.opens_at, row.closes_at, ())
        for row in db.session.scalars(select(OpeningHours).where(OpeningHours.site_id == site_id))
    }
    return Timetable(
        timezone=site.timezone,
        people=_people(site, first, last, since, until, set(closed), opening),
        places=_places(site_id, since, until),
        closed=closed,
        opening=opening,
    )


def load_from(site_id: int, now: datetime, *, ahead: timedelta = AHEAD) -> Timetable:
    """The timetable from today on, as far ahead as the next free time is looked for."""
    first = local_date(now, db.session.get_one(Site, site_id).timezone)
    return load(site_id, first=first, last=first + ahead)


def closure_of(bay_id: int, at: datetime) -> str:
    """Why the bay cannot be used at this moment; empty where it can."""
    query = select(BayClosure.reason).where(
        BayClosure.bay_id == bay_id,
        BayClosure.withdrawn_at.is_(None),
        BayClosure.starts_at <= at,
        BayClosure.ends_at > at,
    )
    return db.session.scalar(query.limit(1)) or ""


def closed_days(site: Site, first: date, last: date) -> dict[date, str]:
    """Public holidays, where the site keeps them, and its own closed days; their names."""
    found: dict[date, str] = {}
    if site.setting("holidays.observe"):
        found.update(public_holidays.between(site.country, site.setting("holidays.region"), first, last))
    own = select(ClosedDay.day, ClosedDay.name).where(
        ClosedDay.site_id == site.id, ClosedDay.day >= first, ClosedDay.day <= last
    )
    for day, name in db.session.execute(own):
        found[day] = name or found.get(day, "")
    return found


def _people(
    site: Site,
    first: date,
    last: date,
    since: datetime,
    until: datetime,
    closed: set[date],
    opening: dict[int, Hours],
) -> tuple[Person, ...]:
    rows = db.session.execute(
        select(
            Technician.id, User.id, User.name, User.initials, Technician.grade, Technician.team_id, Team.name,
            Technician.skills, Attendance.id.is_not(None), Technician.high_voltage_until,
        )
        .join(User, User.id == Technician.user_id)
        .outerjoin(Team, Team.id == Technician.team_id)
        .outerjoin(
            Attendance,
            (Attendance.user_id == User.id) & Attendance.ended_at.is_(None) & (Attendance.site_id == site.id),
        )
        .where(Technician.site_id == site.id, Technician.is_active, User.disabled_at.is_(None))
        .order_by(User.name, User.id)
    ).all()  # fmt: skip
    ids = [row[0] for row in rows]
    weeks, own = _weeks(ids, opening, first, last)
    absences = _absences(ids, since, until)
    papers = _certificates(ids)
    found = []
    for row in rows:
        away = absences.get(row[0], [])
        shifts = shifts_between(
            weeks[row[0]], first - timedelta(days=1), last, closed=closed, timezone=site.timezone
        )
        found.append(
            Person(
                id=row[0],
                user_id=row[1],
                name=row[2],
                initials=row[3],
                grade=row[4],
                team_id=row[5],
                team_name=row[6],
                skills=rules.skills_of(row[7], row[4]),
                certificates=rules.valid_certificates(
                    [*papers.get(row[0], ()), *([(Certificate.HIGH_VOLTAGE, row[9])] if row[9] else ())],
                    first,
                ),
                is_here=bool(row[8]),
                has_shifts=row[0] in own,
                calendar=Calendar(shifts, tuple(span for span, _ in away)),
                absences=tuple(away),
            )
        )
    return tuple(found)


def _weeks(
    ids: Iterable[int], opening: dict[int, Hours], first: date, last: date
) -> tuple[dict[int, Week], set[int]]:
    """Each technician's week, and who has agreed one: for the others the site's opening hours stand."""
    days: dict[int, dict[int, Hours]] = {}
    for shift in db.session.scalars(select(ShiftDay).where(ShiftDay.technician_id.in_(ids))):
        days.setdefault(shift.technician_id, {})[shift.weekday] = (
            shift.starts_at, shift.ends_at, breaks_of(shift.breaks),
        )  # fmt: skip
    changes: dict[int, dict[date, Hours | None]] = {}
    wanted = select(ShiftChange).where(
        ShiftChange.technician_id.in_(ids),
        ShiftChange.day >= first - timedelta(days=1),
        ShiftChange.day <= last,
    )
    for change in db.session.scalars(wanted):
        changes.setdefault(change.technician_id, {})[change.day] = (
            (change.starts_at, change.ends_at, breaks_of(change.breaks))
            if change.starts_at is not None and change.ends_at is not None
            else None
        )
    return {ident: Week(days.get(ident, opening), changes.get(ident, {})) for ident in ids}, set(days)


def _absences(
    ids: Iterable[int], since: datetime, until: datetime
) -> dict[int, list[tuple[Span, AbsenceKind]]]:
    query = (
        select(Absence)
        .where(
            Absence.technician_id.in_(ids),
            Absence.withdrawn_at.is_(None),
            Absence.ends_at > since,
            Absence.starts_at < until,
        )
        .order_by(Absence.starts_at)
    )
    found: dict[int, list[tuple[Span, AbsenceKind]]] = {}
    for each in db.session.scalars(query):
        found.setdefault(each.technician_id, []).append((Span(each.starts_at, each.ends_at), each.kind))
    return found


def _certificates(ids: Iterable[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    query = select(
        TechnicianCertificate.technician_id, TechnicianCertificate.kind, TechnicianCertificate.valid_until
    ).where(TechnicianCertificate.technician_id.in_(ids))
    for technician_id, kind, until in db.session.execute(query):
        found.setdefault(technician_id, []).append((kind, until))
    return found


def _places(site_id: int, since: datetime, until: datetime) -> tuple[Place, ...]:
    query = (
        select(Bay.id, Bay.name, Bay.kind, BayClosure)
        .outerjoin(
            BayClosure,
            (BayClosure.bay_id == Bay.id)
            & BayClosure.withdrawn_at.is_(None)
            & (BayClosure.ends_at > since)
            & (BayClosure.starts_at < until),
        )
        .where(Bay.site_id == site_id, Bay.is_active)
        .order_by(Bay.name, Bay.id)
    )
    found: dict[int, Place] = {}
    for ident, name, kind, closure in db.session.execute(query):
        closures = found[ident].closures if ident in found else ()
        if closure is not None:
            closures = (*closures, (Span(closure.starts_at, closure.ends_at), closure.reason))
        found[ident] = Place(ident, name, kind, closures)
    return tuple(found.values())
