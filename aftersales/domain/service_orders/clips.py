"""Video and sound with a concern: how it squeals, how it idles (CHK-8)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from aftersales.db import add, db
from aftersales.domain.actors import Actor
from aftersales.domain.attachments import operations as attachments
from aftersales.domain.attachments import recordings
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.attachments.operations import StoredPhoto
from aftersales.domain.errors import NotFound, Refused
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.job_models import JobClip
from aftersales.domain.service_orders.models import EventKind, Job
from aftersales.domain.service_orders.operations import lock_order
from aftersales.i18n import N_, gettext

VERB = "clips.add"
MOST = 10
"""Clips of one job: more would not be listened to."""


def add_clip(
    job_id: int,
    stored: StoredPhoto,
    *,
    seconds: int,
    is_shared: bool,
    actor: Actor,
    now: datetime,
    site_id: int,
) -> JobClip:
    """Keep a clip with its job, with time and author. Sent twice it is there once.

    Refuses on a closed order, on a job that was taken off, and when the job has its :data:`MOST` clips.
    """
    actor.need(VERB)
    job = _job(job_id)
    order = lock_order(job.service_order_id, site_id=site_id)
    known = recordings.earlier(JobClip, stored.client_id)
    if known is not None:
        return known
    if order.is_closed:
        raise Refused(gettext("This order is closed."))
    if db.session.scalar(select(func.count(JobClip.id)).where(JobClip.job_id == job_id)) == MOST:
        raise Refused(gettext("This job has %(n)s recordings already.", n=MOST))
    kept = attachments.keep(
        stored,
        site_id=order.site_id,
        service_order_id=order.id,
        caption=job.title,
        is_shared=is_shared,
        actor=actor,
        now=now,
    )
    clip = add(JobClip(service_order_id=order.id, job_id=job_id, attachment_id=kept.id, seconds=seconds))
    timeline.note(
        order, EventKind.PHOTO, N_("Recording added: %(title)s"), actor=actor, now=now, title=job.title
    )
    return clip


def share(clip_id: int, *, is_shared: bool, actor: Actor, now: datetime, site_id: int) -> JobClip:
    """Let the customer's link play the clip, or no longer."""
    actor.need(VERB)
    clip = recordings.get(JobClip, clip_id, site_id=site_id)
    order = lock_order(clip.service_order_id, site_id=site_id)
    if attachments.share(clip.attachment, is_shared=is_shared, actor=actor, now=now):
        text = (
            N_("Recording shared with the customer")
            if is_shared
            else N_("Recording no longer shared with the customer")
        )
        timeline.note(order, EventKind.PHOTO, text, actor=actor, now=now)
    return clip


def get_job(job_id: int, *, site_id: int) -> Job:
    """The job, if its order is the site's. Raises :class:`NotFound`."""
    job = _job(job_id)
    if job.order.site_id != site_id:
        raise NotFound(gettext("There is no such job."))
    return job


def clips_of(service_order_id: int, *, only_shared: bool = False) -> Sequence[JobClip]:
    """The order's clips in the order in which they were recorded, in one query."""
    query = (
        select(JobClip)
        .join(JobClip.attachment)
        .options(contains_eager(JobClip.attachment))
        .where(JobClip.service_order_id == service_order_id)
        .order_by(JobClip.id)
    )
    if only_shared:
        query = query.where(Attachment.is_shared)
    return list(db.session.scalars(query))


def by_job(service_order_id: int) -> dict[int, list[JobClip]]:
    """The order's clips by their job's id."""
    found: dict[int, list[JobClip]] = {}
    for clip in clips_of(service_order_id):
        found.setdefault(clip.job_id, []).append(clip)
    return found


def _job(job_id: int) -> Job:
    job = db.session.get(Job, job_id)
    if job is None or job.voided_at:
        raise NotFound(gettext("There is no such job."))
    return job
