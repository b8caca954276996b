"""Video and sound of an inspection point: how it knocks, how much play it has (TEC-2)."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from aftersales.db import add, db
from aftersales.domain.actors import Actor
from aftersales.domain.attachments import operations as attachments
from aftersales.domain.attachments import recordings
from aftersales.domain.attachments.operations import StoredPhoto
from aftersales.domain.errors import NotFound, Refused
from aftersales.domain.inspections.models import Inspection, InspectionClip, InspectionItem
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind
from aftersales.domain.service_orders.operations import lock_order
from aftersales.i18n import N_, gettext

MOST = 3
"""Recordings of one point: more would not be listened to."""


def add_clip(
    item_id: int, stored: StoredPhoto, *, seconds: int, site_id: int, actor: Actor, now: datetime
) -> InspectionClip:
    """Keep a recording with its point; the customer sees it as they see its photos. Sent twice it is there once."""
    actor.need("inspections.rate")
    item = db.session.get(InspectionItem, item_id)
    if item is None:
        raise NotFound(gettext("There is no such inspection point."))
    order = lock_order(db.session.get_one(Inspection, item.inspection_id).service_order_id, site_id=site_id)
    known = recordings.earlier(InspectionClip, stored.client_id)
    if known is not None:
        return known
    if order.is_closed:
        raise Refused(gettext("This order is closed."))
    count = select(func.count(InspectionClip.id)).where(InspectionClip.inspection_item_id == item_id)
    if (db.session.scalar(count) or 0) >= MOST:
        raise Refused(gettext("This point has %(n)s recordings already.", n=MOST))
    kept = attachments.keep(
        stored,
        site_id=order.site_id,
        service_order_id=order.id,
        caption=item.name,
        is_shared=True,
        actor=actor,
        now=now,
    )
    clip = add(InspectionClip(inspection_item_id=item_id, attachment_id=kept.id, seconds=seconds))
    timeline.note(order, EventKind.PHOTO, N_("Recording: %(what)s"), actor=actor, now=now, what=item.name)
    return clip


def list_of_item(item_id: int) -> list[InspectionClip]:
    """The point's recordings in the order in which they were made."""
    return list(
        db.session.scalars(
            select(InspectionClip)
            .join(InspectionClip.attachment)
            .options(contains_eager(InspectionClip.attachment))
            .where(InspectionClip.inspection_item_id == item_id)
            .order_by(InspectionClip.id)
        )
    )
