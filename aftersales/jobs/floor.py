"""Time on the workshop floor: jobs that use up their plan, and clocks that run on after the shift."""

from datetime import datetime

from aftersales.db import db, transaction
from aftersales.domain.sites import queries as sites
from aftersales.domain.workshop import forgotten, progress


def sweep(now: datetime) -> None:
    """Ask each technician once per job whether it will be ready on time, and about each forgotten clock. Running twice,
    or on two machines, finds nothing the second time: each asks under its order's lock."""
    places = [(site.id, site.setting("work.ask_percent")) for site in sites.list_sites()]
    for site_id, percent in places:
        jobs = progress.list_to_ask(site_id, percent, now)
        clocks, days = forgotten.list_overdue(site_id, now)
        db.session.rollback()
        for job_id in jobs:
            with transaction():
                progress.ask(job_id, now=now)
        for clocking_id in clocks:
            with transaction():
                forgotten.notice_clock(clocking_id, now=now)
        for attendance_id in days:
            with transaction():
                forgotten.notice_day(attendance_id, now=now)
