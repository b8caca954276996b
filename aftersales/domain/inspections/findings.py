"""From a finding to proposed work in one tap (TEC-3)."""

from datetime import datetime

from sqlalchemy import select

from aftersales.db import db, locked
from aftersales.domain.actors import Actor
from aftersales.domain.catalogue import queries as catalogue
from aftersales.domain.errors import NotFound, Refused
from aftersales.domain.inspections import rules
from aftersales.domain.inspections.models import Inspection, InspectionItem
from aftersales.domain.service_orders import canned_jobs, work
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.sites.models import Site
from aftersales.i18n import gettext, speaking


def propose(item_id: int, *, actor: Actor, now: datetime, canned_job_code: str | None = None) -> Job:
    """Make the finding a proposed job with the lines of its canned job, explained to the customer in their language by
    what was measured. Twice is harmless.

    Without a canned job that is offered the job comes without lines, and the advisor prices it.
    """
    actor.need("inspections.propose")
    item, order_id = _lock_finding(item_id)
    if item.job_id is not None:
        job = db.session.get_one(Job, item.job_id)
        if job.voided_at is None:
            return job
    assert item.rating is not None
    code = item.canned_job_code if canned_job_code is None else canned_job_code
    canned = catalogue.find_canned_job_by_code(code) if code else None
    if canned is not None and not canned.is_active:
        canned = None
    title, told = _words(item, order_id, canned.explanation if canned else "")
    if canned is not None:
        job = canned_jobs.apply_canned_job(
            order_id, canned.code, explanation=told, severity=item.rating, actor=actor, now=now
        )
    else:
        job = work.add_job(
            order_id, title=title, explanation=told, severity=item.rating, actor=actor, now=now
        )
    item.job_id = job.id
    db.session.flush()
    return job


def propose_all(inspection_id: int, *, actor: Actor, now: datetime) -> tuple[list[Job], list[str]]:
    """Propose every finding that is not proposed yet. Returns the jobs, and the sentences of those that could not be.

    A missing price of one does not hold up the others: each is proposed in a savepoint of its own.
    """
    actor.need("inspections.propose")
    items = db.session.scalars(
        select(InspectionItem)
        .where(
            InspectionItem.inspection_id == inspection_id,
            InspectionItem.rating.in_(rules.FINDINGS),
            InspectionItem.job_id.is_(None),
        )
        .order_by(InspectionItem.position)
    ).all()
    jobs, refusals = [], []
    for item in items:
        try:
            with db.session.begin_nested():
                jobs.append(propose(item.id, actor=actor, now=now))
        except Refused as refusal:
            refusals.append(f"{item.shown('name')}: {refusal}")
    return jobs, refusals


def _words(item: InspectionItem, order_id: int, reason: str) -> tuple[str, str]:
    """The job's title as the workshop says it, and its explanation as the customer reads it: neither is the language
    of the technician who taps."""
    order = db.session.get_one(ServiceOrder, order_id)
    site = db.session.get_one(Site, order.site_id)
    with speaking(site.language, site.timezone):
        title = item.shown("name")
    with speaking(order.customer.language, site.timezone):
        return title, explanation(item, reason)


def explanation(item: InspectionItem, reason: str = "") -> str:
    """What the customer reads: each measured value with its limit, the technician's note, why it matters."""
    values = item.measured
    sentences = []
    for measure in item.measure_list:
        if measure.code not in values:
            continue
        value = values[measure.code]
        limit = measure.limit_for(value)
        if limit is None:
            continue
        sentences.append(
            gettext(
                "%(name)s %(value)s %(unit)s, limit %(limit)s %(unit)s.",
                name=measure.shown_name,
                value=value,
                unit=measure.unit,
                limit=limit,
            )
        )
    note = item.note.strip()
    if note:
        sentences.append(note if note.endswith((".", "!", "?")) else f"{note}.")
    return " ".join([*sentences, reason]).strip()


def _lock_finding(item_id: int) -> tuple[InspectionItem, int]:
    item = db.session.get(InspectionItem, item_id)
    if item is None:
        raise NotFound(gettext("There is no such inspection point."))
    inspection = db.session.get_one(Inspection, item.inspection_id)
    lock_order(inspection.service_order_id)
    fresh = locked(InspectionItem, item_id)
    assert fresh is not None
    if not fresh.is_finding:
        raise Refused(gettext("Only a point rated Soon or Urgent becomes proposed work."))
    return fresh, inspection.service_order_id
