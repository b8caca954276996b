"""Clock acts that were tapped on a tablet without network and arrive later (DSP-4): what they count from."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from aftersales.db import db
from aftersales.domain.errors import Refused
from aftersales.domain.service_orders.models import Job
from aftersales.domain.staffing import operations as staffing
from aftersales.domain.workshop.models import Clocking
from aftersales.i18n import gettext

LATEST = timedelta(hours=2)
"""What arrives later than this is no clock any more but a correction, with a reason and the leader's yes."""
WORTH_SAYING = timedelta(minutes=1)


def counted_at(user_id: int, *, made_at: datetime | None, now: datetime) -> datetime:
    """The moment that a tap counts from: when it was made, by the tablet's corrected clock. Locks the person's day.

    Refuses what arrives :data:`LATEST` or more after it was made, and what another clock of the person has overtaken: two
    tablets of one person do not change each other's times unseen.
    """
    staffing.lock_day(user_id)
    if made_at is None or made_at >= now:
        return now
    if now - made_at > LATEST:
        raise Refused(
            gettext("This waited on the tablet for more than two hours. Say the time yourself at My times.")
        )
    began, ended = db.session.execute(
        select(func.max(Clocking.started_at), func.max(Clocking.ended_at)).where(Clocking.user_id == user_id)
    ).one()
    if any(known is not None and known > made_at for known in (began, ended)):
        raise Refused(
            gettext(
                "Since this was tapped another clock of yours began or ended. Look at My times and correct it there."
            )
        )
    return made_at


def refuse_other_pause(
    job: Job, running: Clocking | None, *, user_id: int, at: datetime, arrived: datetime
) -> None:
    """Refuse a pause that was meant for ``job`` where another one runs by now, or, where it arrives late, none: then the
    clock that was tapped before it never began, and the time must not vanish unseen. A second tap on one pause is none.
    """
    if running is not None and running.job_id != job.id:
        raise Refused(
            gettext(
                "By now you are clocked on to another job: “%(job)s”. It was not paused. Look at it first.",
                job=db.session.get_one(Job, running.job_id).title,
            )
        )
    if running is not None or arrived - at < WORTH_SAYING:
        return
    ended = db.session.scalar(
        select(func.max(Clocking.ended_at)).where(Clocking.user_id == user_id, Clocking.job_id == job.id)
    )
    if ended is None or at - ended >= WORTH_SAYING:
        raise Refused(
            gettext(
                "No clock of yours ran on “%(job)s” when this was tapped. Say the time yourself at My times.",
                job=job.title,
            )
        )


def words(at: datetime, now: datetime) -> str:
    """What the order's timeline says of a tap that arrived late; empty for one that came at once."""
    if now - at < WORTH_SAYING:
        return ""
    minutes = int((now - at).total_seconds() // 60)
    return gettext("Tapped without network, arrived %(n)s min later.", n=minutes)
