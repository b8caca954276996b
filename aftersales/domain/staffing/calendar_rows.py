"""Reading the staffing calendar for its pages: a technician's week, exceptions and absences; bays; posts."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from aftersales.clock import from_local
from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.errors import NotFound
from aftersales.domain.staffing import timetable
from aftersales.domain.staffing.calendar import Shift, Span
from aftersales.domain.staffing.models import (
    Absence,
    BayClosure,
    Certificate,
    Post,
    ShiftChange,
    ShiftDay,
    Team,
    Technician,
    TechnicianCertificate,
)
from aftersales.domain.staffing.timetable import Person
from aftersales.i18n import gettext


@dataclass(frozen=True, slots=True)
class TechnicianTimes:
    """All that was agreed with one technician."""

    technician: Technician
    name: str
    week: dict[int, ShiftDay]
    changes: list[ShiftChange]
    absences: list[Absence]
    certificates: dict[Certificate, date | None]


@dataclass(frozen=True, slots=True)
class DayOf:
    """A person's day in the calendar of a week: the shift, or why there is none."""

    day: date
    shift: Shift | None
    is_away: bool
    is_part_away: bool


@dataclass(frozen=True, slots=True)
class WeekRow:
    person: Person
    days: list[DayOf]


@dataclass(frozen=True, slots=True)
class WeekPage:
    """The calendar of a week: who works when, and the days on which the site is closed."""

    first: date
    days: list[date]
    rows: list[WeekRow]
    closed: dict[date, str]


@dataclass(frozen=True, slots=True)
class PostRow:
    id: int
    title: str
    team_name: str | None
    holder_name: str | None
    vacant_since: date | None
    is_active: bool


def week(site_id: int, first: date) -> WeekPage:
    """The week that begins on ``first``."""
    days = [first + timedelta(days=n) for n in range(7)]
    table = timetable.load(site_id, first=first, last=days[-1])
    rows = []
    for person in table.people:
        row = []
        for day in days:
            whole = Span(_midnight(day, table.timezone), _midnight(day + timedelta(days=1), table.timezone))
            shift = next((s for s in person.calendar.shifts if whole.start <= s.start < whole.end), None)
            span = Span(shift.start, shift.end) if shift else whole
            away = [each for each in person.calendar.away if each.overlaps(span)]
            covers = any(each.start <= span.start and span.end <= each.end for each in away)
            row.append(DayOf(day, shift, covers, bool(away) and not covers))
        rows.append(WeekRow(person, row))
    return WeekPage(first, days, rows, table.closed)


def times_of(technician_id: int, site_id: int, *, now: datetime, today: date) -> TechnicianTimes:
    """What was agreed with the technician; exceptions and absences from today on. Raises :class:`NotFound`."""
    row = db.session.execute(
        select(Technician, User.name)
        .join(User, User.id == Technician.user_id)
        .where(Technician.id == technician_id, Technician.site_id == site_id)
    ).one_or_none()
    if row is None:
        raise NotFound(gettext("There is no such technician at this site."))
    of = technician_id
    shifts = db.session.scalars(select(ShiftDay).where(ShiftDay.technician_id == of))
    changes = select(ShiftChange).where(ShiftChange.technician_id == of, ShiftChange.day >= today)
    absences = select(Absence).where(
        Absence.technician_id == of, Absence.withdrawn_at.is_(None), Absence.ends_at > now
    )
    held = select(TechnicianCertificate).where(TechnicianCertificate.technician_id == of)
    return TechnicianTimes(
        technician=row[0],
        name=row[1],
        week={shift.weekday: shift for shift in shifts},
        changes=list(db.session.scalars(changes.order_by(ShiftChange.day))),
        absences=list(db.session.scalars(absences.order_by(Absence.starts_at))),
        certificates={each.kind: each.valid_until for each in db.session.scalars(held)},
    )


def list_closures(bay_id: int, *, now: datetime) -> list[BayClosure]:
    """When the bay cannot be used, from now on."""
    query = select(BayClosure).where(
        BayClosure.bay_id == bay_id, BayClosure.withdrawn_at.is_(None), BayClosure.ends_at > now
    )
    return list(db.session.scalars(query.order_by(BayClosure.starts_at)))


def list_posts(site_id: int) -> list[PostRow]:
    """The plan of staff: vacant posts first, those that were given up last."""
    rows = db.session.execute(
        select(Post.id, Post.title, Team.name, User.name, Post.vacant_since, Post.is_active)
        .outerjoin(Team, Team.id == Post.team_id)
        .outerjoin(User, User.id == Post.holder_id)
        .where(Post.site_id == site_id)
        .order_by(Post.is_active.desc(), Post.holder_id.is_not(None), Post.title, User.name)
    )
    return [PostRow(*row) for row in rows]


def get_post(post_id: int, site_id: int) -> Post:
    """The post. Raises :class:`NotFound`, also for one of another site."""
    post = db.session.get(Post, post_id)
    if post is None or post.site_id != site_id:
        raise NotFound(gettext("There is no such entry at this site."))
    return post


def _midnight(day: date, timezone: str) -> datetime:
    return from_local(datetime.combine(day, time()), timezone)
