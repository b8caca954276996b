"""When people's shifts end: what tells a forgotten clock from overtime."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aftersales.clock import local_date
from aftersales.db import db
from aftersales.domain.sites.models import Site
from aftersales.domain.sites.working_time import WorkingTime, find_working_time

OVERTIME = timedelta(hours=4)
"""A clock begun after closing or on a closed day is looked at after so long."""


@dataclass(frozen=True, slots=True)
class Shifts:
    """The working time of a site, and how long after the end of a shift a running clock is taken for forgotten."""

    time: WorkingTime
    grace: timedelta

    def end_for(self, started_at: datetime) -> datetime:
        """When the shift ends in which a clock was started: at closing; begun outside working time, after a while."""
        return self.time.closes_after(started_at) or started_at + OVERTIME

    def is_overdue(self, started_at: datetime, now: datetime) -> bool:
        """Whether a clock that was started then and still runs looks forgotten."""
        return now >= self.end_for(started_at) + self.grace

    def is_stale(self, started_at: datetime, now: datetime) -> bool:
        """Whether it is of an earlier day: then “now” is no honest end any more, and the person has to say one."""
        zone = self.time.timezone
        return self.is_overdue(started_at, now) and local_date(started_at, zone) != local_date(now, zone)


def of_site(site_id: int) -> Shifts:
    """The site's shifts, in one query beside that of the site."""
    site = db.session.get_one(Site, site_id)
    return Shifts(
        find_working_time(site_id, site.timezone), timedelta(minutes=site.setting("clock.grace_minutes"))
    )
