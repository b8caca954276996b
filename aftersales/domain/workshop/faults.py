"""Confirming the fault: did the technician find what the customer describes? (TEC-1)"""

from datetime import datetime

from sqlalchemy import select

from aftersales.db import add, db
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, Job
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.workshop.clocking import CLOCKABLE
from aftersales.domain.workshop.dispatch import need_own
from aftersales.domain.workshop.models import FaultCheck
from aftersales.i18n import N_, gettext


def check(job_id: int, *, site_id: int, is_found: bool, note: str, actor: Actor, now: datetime) -> FaultCheck:
    """Record whether the fault was found; a later answer replaces the first, the timeline keeps both.

    Not found needs a note: the customer will ask what was tried. Refuses outside diagnosis and repair.
    """
    actor.need("jobs.clock")
    job = db.session.get(Job, job_id)
    if job is None or job.voided_at:
        raise NotFound(gettext("There is no such job."))
    order = lock_order(job.service_order_id, site_id=site_id)
    need_own(order, actor)
    if order.state not in CLOCKABLE:
        raise Refused(gettext("The fault is confirmed during diagnosis or repair."))
    if not is_found and not note.strip():
        raise Invalid(gettext("Say what you tried. The customer will ask."), field="note")
    known = db.session.scalar(select(FaultCheck).where(FaultCheck.job_id == job_id))
    if known is not None and (known.is_found, known.note) == (is_found, note.strip()):
        return known
    found = known or FaultCheck(job_id=job_id)
    found.is_found, found.note = is_found, note.strip()[:300]
    found.checked_at, found.checked_by_name = now, actor.name
    add(found)
    timeline.note(
        order,
        EventKind.FINDING,
        N_("Fault confirmed: %(title)s") if is_found else N_("Fault not found: %(title)s"),
        actor=actor,
        now=now,
        tone="" if is_found else "soon",
        reason=found.note,
        title=job.title,
    )
    return found
