"""The time in which a site works: its opening hours without closed days and holidays, by the clock on its own wall.

Pure arithmetic on instants, so that a night with a change of the clocks counts what really passes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Date, Integer, Time, cast, literal, null, select, union_all

from aftersales.clock import from_local, local_date
from aftersales.db import Json, db
from aftersales.domain.sites import settings
from aftersales.domain.sites.models import ClosedDay, OpeningHours, Site
from aftersales.domain.staffing import public_holidays

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


def find_working_time(site_id: int, timezone: str, now: datetime) -> WorkingTime:
    """The site's working time around ``now``, in one query: a month back and as far ahead as anybody looks."""
    rows = db.session.execute(
        union_all(
            select(
                OpeningHours.weekday,
                OpeningHours.opens_at,
                OpeningHours.closes_at,
                cast(null(), Date).label("day"),
                Site.country,
                Site.settings,
            )
            .join(Site, Site.id == OpeningHours.site_id)
            .where(OpeningHours.site_id == site_id),
            select(
                cast(literal(-1), Integer),
                cast(null(), Time),
                cast(null(), Time),
                ClosedDay.day,
                literal(""),
                cast(null(), Json),
            ).where(ClosedDay.site_id == site_id),
        )
    ).all()
    closed = {row.day for row in rows if row.weekday < 0}
    of_site = next((row for row in rows if row.weekday >= 0), None)
    if of_site is not None and settings.value(of_site.settings, "holidays.observe"):
        today = local_date(now, timezone)
        region = settings.value(of_site.settings, "holidays.region")
        closed |= set(
            public_holidays.between(
                of_site.country, region, today - timedelta(days=31), today + timedelta(days=_HORIZON)
            )
        )
    return WorkingTime(
        timezone,
        {row.weekday: (row.opens_at, row.closes_at) for row in rows if row.weekday >= 0},
        frozenset(closed),
    )
