"""Work that the customer put off: proposed anew on a later visit, or set aside for good."""

from datetime import datetime

from aftersales.db import db, locked
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.quotations.models import DeferredWork, QuotationJob
from aftersales.domain.service_orders import operations as orders
from aftersales.domain.service_orders import timeline, work
from aftersales.domain.service_orders.models import EventKind, Job, Line
from aftersales.i18n import N_, gettext


def take_up(deferred_id: int, order_id: int, *, site_id: int, actor: Actor, now: datetime) -> Job:
    """Propose put-off work on this order, with the lines and prices it had then, for the advisor to check.

    Leaves a proposed job; the work no longer counts as put off. Refuses work of another vehicle, and work that was
    taken up already.
    """
    actor.need("orders.edit")
    order = orders.lock_order(order_id, site_id=site_id)
    deferred = _lock_open(deferred_id)
    if deferred.vehicle_id != order.vehicle_id:
        raise NotFound(gettext("There is no such put-off work on this vehicle."))
    asked = db.session.get_one(QuotationJob, deferred.quotation_job_id)
    job = work.add_job(
        order_id,
        title=deferred.title,
        explanation=deferred.explanation,
        severity=deferred.severity,
        actor=actor,
        now=now,
    )
    for line in asked.lines:
        before = db.session.get_one(Line, line.line_id)
        work.add_line(
            job.id,
            kind=line.kind,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            tax_rate=line.tax_rate,
            article_id=before.article_id,
            article_number=line.article_number,
            supplied_by=line.supplied_by,
            part_grade=line.part_grade,
            is_safety_critical=line.is_safety_critical,
            skill=before.skill,
            actor=actor,
            now=now,
        )
    deferred.closed_at, deferred.taken_up_order_id = now, order_id
    deferred.closed_reason = gettext("Proposed again")
    db.session.flush()
    return job


def set_aside(
    deferred_id: int, *, reason: str, order_id: int, site_id: int, actor: Actor, now: datetime
) -> None:
    """Put-off work that will not be done here: it stays on record with the reason."""
    actor.need("orders.edit")
    order = orders.lock_order(order_id, site_id=site_id)
    deferred = _lock_open(deferred_id)
    if deferred.vehicle_id != order.vehicle_id:
        raise NotFound(gettext("There is no such put-off work on this vehicle."))
    if not reason.strip():
        raise Invalid(gettext("Give a reason."), field="reason")
    deferred.closed_at, deferred.closed_reason = now, reason.strip()[:200]
    db.session.flush()
    timeline.note(
        order, EventKind.NOTE, N_("Put-off work set aside: %(title)s"), actor=actor, now=now, reason=reason.strip(),
        title=deferred.title,
    )  # fmt: skip


def _lock_open(deferred_id: int) -> DeferredWork:
    deferred = locked(DeferredWork, deferred_id)
    if deferred is None:
        raise NotFound(gettext("There is no such put-off work on this vehicle."))
    if deferred.closed_at:
        raise Refused(gettext("This work was taken up already."))
    return deferred
