"""Photos of the work, taken on any job and shared with the customer by a tick (TEC-9)."""

from datetime import datetime

from sqlalchemy import select

from aftersales.db import add, db
from aftersales.domain.actors import Actor
from aftersales.domain.attachments import operations as attachments
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.errors import NotFound, Refused
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, Job
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.workshop.dispatch import need_own
from aftersales.domain.workshop.models import JobPhoto, PhotoPhase, ProblemReport
from aftersales.i18n import N_, gettext

VERB = "jobs.report_additional"


def add_to_job(
    job_id: int, *, site_id: int, attachment: Attachment, phase: PhotoPhase, actor: Actor, now: datetime
) -> JobPhoto:
    """Keep a photo with its job. The second arrival of one attachment is the first one's answer."""
    actor.need(VERB)
    job = db.session.get(Job, job_id)
    if job is None or job.voided_at:
        raise NotFound(gettext("There is no such job."))
    return _keep(
        JobPhoto(
            service_order_id=job.service_order_id, job_id=job_id, attachment_id=attachment.id, phase=phase
        ),
        attachment,
        site_id=site_id,
        title=job.title,
        actor=actor,
        now=now,
    )


def add_to_report(
    report_id: int, *, site_id: int, attachment: Attachment, actor: Actor, now: datetime
) -> JobPhoto:
    """Keep a photo with a reported problem. The second arrival of one attachment is the first one's answer."""
    actor.need(VERB)
    found = db.session.get(ProblemReport, report_id)
    if found is None:
        raise NotFound(gettext("There is no such report."))
    return _keep(
        JobPhoto(
            service_order_id=found.service_order_id,
            job_id=found.job_id,
            report_id=report_id,
            attachment_id=attachment.id,
            phase=PhotoPhase.BEFORE,
        ),
        attachment,
        site_id=site_id,
        title=found.text[:80],
        actor=actor,
        now=now,
    )


def share(photo_id: int, *, site_id: int, is_shared: bool, actor: Actor, now: datetime) -> JobPhoto:
    """Show the photo on the customer's page, or no longer."""
    actor.need(VERB)
    photo = db.session.get(JobPhoto, photo_id)
    if photo is None:
        raise NotFound(gettext("There is no such photo."))
    order = lock_order(photo.service_order_id, site_id=site_id)
    if not actor.may("orders.edit"):
        need_own(order, actor)
    attachment = db.session.get_one(Attachment, photo.attachment_id)
    if attachments.share(attachment, is_shared=is_shared, actor=actor, now=now):
        text = (
            N_("Photo shared with the customer")
            if is_shared
            else N_("Photo no longer shared with the customer")
        )
        timeline.note(order, EventKind.PHOTO, text, actor=actor, now=now)
    return photo


def _keep(
    photo: JobPhoto, attachment: Attachment, *, site_id: int, title: str, actor: Actor, now: datetime
) -> JobPhoto:
    order = lock_order(photo.service_order_id, site_id=site_id)
    if not actor.may("orders.edit"):
        need_own(order, actor)
    known = db.session.scalar(select(JobPhoto).where(JobPhoto.attachment_id == attachment.id))
    if known is not None:
        return known
    if order.is_closed:
        raise Refused(gettext("This order is closed."))
    attachment.service_order_id = order.id
    add(photo)
    timeline.note(order, EventKind.PHOTO, N_("Photo taken: %(title)s"), actor=actor, now=now, title=title)
    return photo
