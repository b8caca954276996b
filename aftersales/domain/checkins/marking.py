"""Drawing on photos: arrows, circles and words beside the stored picture (CHK-3)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from aftersales.db import db
from aftersales.domain import submissions
from aftersales.domain.actors import Actor
from aftersales.domain.attachments import operations as attachments
from aftersales.domain.attachments import queries as photos
from aftersales.domain.attachments.models import Attachment, PhotoMarks
from aftersales.domain.attachments.rules import Mark
from aftersales.domain.checkins.models import Belonging, CheckIn, CheckInPhoto, Damage
from aftersales.domain.errors import Refused
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, ServiceOrder
from aftersales.i18n import N_, gettext


def mark_photo(
    photo_id: int,
    marks: Sequence[Mark],
    *,
    version: int,
    client_id: str,
    actor: Actor,
    now: datetime,
    site_id: int,
) -> PhotoMarks:
    """Replace the marks of a photo as one set and note it on the order; the picture's bytes never change.

    The second arrival of ``client_id`` gets the first one's marks. Refuses on a photo that the customer's signature
    covers, on a closed order, and (:class:`Stale`) when somebody else has drawn since ``version``.
    """
    actor.need("photos.mark")
    photo = photos.get_photo(photo_id, site_id=site_id)
    order = (
        service_orders.lock_order(photo.service_order_id, site_id=site_id) if photo.service_order_id else None
    )
    if submissions.earlier(client_id, now=now) is not None and (known := photos.find_marks(photo.id)):
        return known
    if why := why_fixed(photo):
        raise Refused(why)
    kept = attachments.replace_marks(photo, marks, version=version, actor=actor, now=now)
    submissions.keep(client_id, kept)
    if order is not None:
        timeline.note(
            order,
            EventKind.PHOTO,
            N_("Photo marked: %(caption)s, %(n)s marks"),
            actor=actor,
            now=now,
            caption=photo.caption or str(photo.id),
            n=len(marks),
        )
    return kept


def why_fixed(photo: Attachment) -> str:
    """Why nothing can be drawn on the photo any more; empty where it can."""
    if photo.media_type != "image/jpeg":
        return gettext("Only photos can be drawn on.")
    if photo.service_order_id is None:
        return ""
    order = db.session.get_one(ServiceOrder, photo.service_order_id)
    if order.is_closed:
        return gettext("This order is closed. Its photos stay as they are.")
    if order.checkin_signed_at and _is_of_checkin(photo):
        return gettext("The customer signed this photo with the check-in. Its marks stay as they are.")
    return ""


def _is_of_checkin(photo: Attachment) -> bool:
    """Whether the photo is of a station, a damage or a belonging of a signed check-in."""
    return bool(
        db.session.scalar(
            select(CheckIn.id)
            .where(
                CheckIn.service_order_id == photo.service_order_id,
                CheckIn.signed_at.is_not(None),
                or_(
                    *(
                        CheckIn.id.in_(select(record.checkin_id).where(record.attachment_id == photo.id))
                        for record in (CheckInPhoto, Damage, Belonging)
                    )
                ),
            )
            .limit(1)
        )
    )
