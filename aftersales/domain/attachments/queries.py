"""Reading photos."""

from collections.abc import Collection

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.attachments.models import Attachment, PhotoMarks
from aftersales.domain.errors import NotFound
from aftersales.i18n import gettext


def get_photo(attachment_id: int, *, site_id: int) -> Attachment:
    """The photo, if it belongs to the site. Raises :class:`NotFound`."""
    photo = db.session.get(Attachment, attachment_id)
    if photo is None or photo.site_id != site_id or not photo.is_picture:
        raise NotFound(gettext("There is no such photo."))
    return photo


def list_of_order(service_order_id: int, *, only_shared: bool = False) -> list[Attachment]:
    """The photos of an order in the order in which they were taken."""
    query = select(Attachment).where(
        Attachment.service_order_id == service_order_id, Attachment.media_type.startswith("image/")
    )
    if only_shared:
        query = query.where(Attachment.is_shared)
    return list(db.session.scalars(query.order_by(Attachment.taken_at, Attachment.id)))


def find_marks(attachment_id: int) -> PhotoMarks | None:
    """What is drawn over the photo, None where nothing ever was."""
    return db.session.scalar(select(PhotoMarks).where(PhotoMarks.attachment_id == attachment_id))


def marks_of(attachment_ids: Collection[int]) -> dict[int, PhotoMarks]:
    """What is drawn over these photos, by photo, in one query; without those on which nothing is left."""
    found = db.session.scalars(select(PhotoMarks).where(PhotoMarks.attachment_id.in_(attachment_ids)))
    return {marks.attachment_id: marks for marks in found if marks.marks}
