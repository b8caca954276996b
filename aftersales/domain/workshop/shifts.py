"""When people's shifts end: what tells a forgotten clock from overtime."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aftersales.clock import local_date
from aftersales.db import db
from aftersales.domain.sites.models import Site
from aftersales.domain.staffing import timetable
from aftersales.domain.staffing.timetable import Timetable
from aftersales.domain.staffing.working_time import WorkingTime, find_working_time

OVERTIME = timedelta(hours=4)
"""A clock begun outside the person's shift and outside opening hours is looked at after so long."""


@dataclass(frozen=True, slots=True)
class Shifts:
    """The agreed shifts of a site's people over some days, its opening hours for those who have none, and how long after
    the end of a shift a running clock is taken for forgotten."""

    people: Timetable
    time: WorkingTime
    grace: timedelta

    def end_for(self, user_id: int, started_at: datetime) -> datetime:
        """When the shift ends in which the person's clock was started: their own, else at closing. A clock that was begun
        outside both is looked at after a while."""
        person = self.people.person(user_id)
        shift = person.calendar.shift_at(started_at) if person else None
        if shift is not None:
            return shift.end
        return self.time.closes_after(started_at) or started_at + OVERTIME

    def is_overdue(self, user_id: int, started_at: datetime, now: datetime) -> bool:
        """Whether a clock that was started then and still runs looks forgotten."""
        return now >= self.end_for(user_id, started_at) + self.grace


def around(site_id: int, *, earliest: datetime, now: datetime) -> Shifts:
    """The shifts from the day of ``earliest`` to today."""
    site = db.session.get_one(Site, site_id)
    return Shifts(
        timetable.load(
            site_id, first=local_date(earliest, site.timezone), last=local_date(now, site.timezone)
        ),
        find_working_time(site_id, site.timezone, now),
        timedelta(minutes=site.setting("clock.grace_minutes")),
    )


def is_stale(site_id: int, user_id: int, started_at: datetime, now: datetime) -> bool:
    """Whether a running clock is a forgotten one of an earlier day: then “now” is no honest end any more, and the person
    has to say one. On the day itself nothing more is asked of the database."""
    zone = db.session.get_one(Site, site_id).timezone
    if local_date(started_at, zone) == local_date(now, zone):
        return False
    return around(site_id, earliest=started_at, now=now).is_overdue(user_id, started_at, now)
