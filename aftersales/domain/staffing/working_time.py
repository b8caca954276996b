"""The time in which a site works, and in which its people do: opening hours without closed days and holidays, shifts
without breaks and absences, by the clock on the site's own wall.

Pure arithmetic on instants, so that a night with a change of the clocks counts what really passes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Date, Integer, Time, cast, literal, null, select, union_all

from aftersales.clock import from_local, local_date
from aftersales.db import Json, UtcDateTime, db
from aftersales.domain.sites import settings
from aftersales.domain.sites.models import ClosedDay, OpeningHours, Site
from aftersales.domain.staffing import public_holidays
from aftersales.domain.staffing.calendar import Hours, Shift, Span, Week, breaks_of, shift_on
from aftersales.domain.staffing.models import Absence, ShiftChange, ShiftDay, Technician

_HORIZON = 60
"""So many days are looked at; a site that is closed for longer is taken to work by the clock."""


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """Opening and closing per weekday (Monday is 0), the days without work, and the zone they are meant in."""

    timezone: str
    hours: Mapping[int, tuple[time, time]]
    closed: frozenset[date] = frozenset()

    def on(self, day: date) -> tuple[datetime, datetime] | None:
        """From when until when the site works on the day; None when it does not."""
        if day in self.closed or day.weekday() not in self.hours:
            return None
        opens, closes = self.hours[day.weekday()]
        return (
            from_local(datetime.combine(day, opens), self.timezone),
            from_local(datetime.combine(day, closes), self.timezone),
        )

    def closes_after(self, at: datetime) -> datetime | None:
        """When the working day ends in which ``at`` lies; None when nobody is expected to work then."""
        today = self.on(local_date(at, self.timezone))
        return today[1] if today and at < today[1] else None

    def after(self, at: datetime, minutes: int) -> datetime:
        """When work of so many minutes is over that is begun at ``at`` and rests while the site is closed.

        Work that is under way after closing, overtime, goes on at the next opening. No minutes are over at once.
        """
        left = timedelta(minutes=minutes)
        if not left:
            return at
        for begin, end in self._stretches(at):
            begin = max(begin, at)
            if begin + left <= end:
                return begin + left
            left -= end - begin
        return at + timedelta(minutes=minutes)

    def between(self, start: datetime, end: datetime) -> int:
        """How many whole minutes of working time lie between two instants; 0 when the end is not after the start."""
        if not self.hours:
            return max(0, int((end - start).total_seconds() // 60))
        worked = timedelta()
        for opens, closes in self._stretches(start):
            if opens >= end:
                break
            worked += max(min(closes, end) - max(opens, start), timedelta())
        return int(worked.total_seconds() // 60)

    def _stretches(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The working days from ``at`` on, those that are over left out."""
        first = local_date(at, self.timezone)
        for number in range(_HORIZON):
            stretch = self.on(first + timedelta(days=number))
            if stretch and stretch[1] > at:
                yield stretch


@dataclass(frozen=True, slots=True)
class ShiftTime(WorkingTime):
    """The time in which one person works: their agreed shifts without breaks and absences."""

    week: Week = field(default_factory=Week)
    away: tuple[Span, ...] = ()

    def shift_of(self, day: date) -> Shift | None:
        """The shift that begins on the day."""
        hours = self.week.hours_on(day, is_closed=day in self.closed)
        return shift_on(day, hours, self.timezone) if hours else None

    def closes_after(self, at: datetime) -> datetime | None:
        """When the shift ends that runs at ``at`` or is still to begin on that day."""
        today = local_date(at, self.timezone)
        for day in (today - timedelta(days=1), today):
            shift = self.shift_of(day)
            if shift and at < shift.end:
                return shift.end
        return None

    def _stretches(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        first = local_date(at, self.timezone) - timedelta(days=1)  # a night shift may have begun yesterday
        for number in range(_HORIZON):
            shift = self.shift_of(first + timedelta(days=number))
            if shift is None or shift.end <= at:
                continue
            for begin, end in shift.without((*shift.breaks, *self.away)):
                if end > at:
                    yield begin, end


@dataclass(frozen=True, slots=True)
class WorkingTimes:
    """The site's working time, and that of each person with agreed shifts."""

    site: WorkingTime
    people: Mapping[int, ShiftTime] = field(default_factory=dict)

    def of(self, user_id: int | None) -> WorkingTime:
        """The person's own time; the site's where nobody is named or no shifts were agreed."""
        return self.people.get(user_id, self.site) if user_id else self.site


def find_working_time(site_id: int, timezone: str, now: datetime) -> WorkingTime:
    """The site's working time around ``now``, in one query: a month back and as far ahead as anybody looks."""
    return find_working_times(site_id, timezone, now).site


def find_working_times(site_id: int, timezone: str, now: datetime) -> WorkingTimes:
    """The site's working time around ``now`` and its technicians' shifts and absences from yesterday on, in one query."""
    today = local_date(now, timezone)
    no_text, no_json = literal(""), cast(null(), Json)
    no_id, no_weekday, no_time, no_day = (cast(null(), kind) for kind in (Integer, Integer, Time, Date))
    no_instant = cast(null(), UtcDateTime)
    of_site = (Technician.site_id == site_id, Technician.is_active)
    rows: Sequence[Any] = db.session.execute(
        union_all(
            select(
                literal("site").label("kind"),
                no_id.label("user_id"),
                OpeningHours.weekday.label("weekday"),
                OpeningHours.opens_at.label("begins"),
                OpeningHours.closes_at.label("ends"),
                no_json.label("breaks"),
                no_day.label("day"),
                no_instant.label("starts_at"),
                no_instant.label("ends_at"),
                Site.country.label("country"),
                Site.settings.label("settings"),
            )
            .join(Site, Site.id == OpeningHours.site_id)
            .where(OpeningHours.site_id == site_id),
            select(
                literal("closed"), no_id, no_weekday, no_time, no_time, no_json, ClosedDay.day, no_instant, no_instant,
                no_text, no_json,
            ).where(ClosedDay.site_id == site_id),
            select(
                literal("week"), Technician.user_id, ShiftDay.weekday, ShiftDay.starts_at, ShiftDay.ends_at,
                ShiftDay.breaks, no_day, no_instant, no_instant, no_text, no_json,
            )
            .join(Technician, Technician.id == ShiftDay.technician_id)
            .where(*of_site),
            select(
                literal("change"), Technician.user_id, no_weekday, ShiftChange.starts_at, ShiftChange.ends_at,
                ShiftChange.breaks, ShiftChange.day, no_instant, no_instant, no_text, no_json,
            )
            .join(Technician, Technician.id == ShiftChange.technician_id)
            .where(*of_site, ShiftChange.day >= today - timedelta(days=1)),
            select(
                literal("away"), Technician.user_id, no_weekday, no_time, no_time, no_json, no_day, Absence.starts_at,
                Absence.ends_at, no_text, no_json,
            )
            .join(Technician, Technician.id == Absence.technician_id)
            .where(*of_site, Absence.withdrawn_at.is_(None), Absence.ends_at > now),
        )
    ).all()  # fmt: skip
    closed = {row.day for row in rows if row.kind == "closed"}
    hours = [row for row in rows if row.kind == "site"]
    if hours and settings.value(hours[0].settings, "holidays.observe"):
        region = settings.value(hours[0].settings, "holidays.region")
        closed |= set(
            public_holidays.between(
                hours[0].country, region, today - timedelta(days=31), today + timedelta(days=_HORIZON)
            )
        )
    site = WorkingTime(timezone, {row.weekday: (row.begins, row.ends) for row in hours}, frozenset(closed))
    return WorkingTimes(site, _people(rows, site))


def _people(rows: Sequence[Any], site: WorkingTime) -> dict[int, ShiftTime]:
    """Each person's own time. Who has no agreed week works as the site is open, but for single days and absences."""
    weeks: dict[int, dict[int, Hours]] = {}
    changes: dict[int, dict[date, Hours | None]] = {}
    away: dict[int, list[Span]] = {}
    for row in rows:
        if row.kind == "week":
            weeks.setdefault(row.user_id, {})[row.weekday] = (row.begins, row.ends, breaks_of(row.breaks))
        elif row.kind == "change":
            changes.setdefault(row.user_id, {})[row.day] = (
                (row.begins, row.ends, breaks_of(row.breaks)) if row.begins and row.ends else None
            )
        elif row.kind == "away":
            away.setdefault(row.user_id, []).append(Span(row.starts_at, row.ends_at))
    opening: dict[int, Hours] = {day: (*hours, ()) for day, hours in site.hours.items()}
    return {
        user_id: ShiftTime(
            site.timezone,
            site.hours,
            site.closed,
            Week(weeks.get(user_id, opening), changes.get(user_id, {})),
            tuple(away.get(user_id, ())),
        )
        for user_id in {*weeks, *changes, *away}
    }
