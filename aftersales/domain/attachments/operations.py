"""Keeping photos as evidence, and what is drawn over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from aftersales.db import add, db
from aftersales.domain.actors import Actor
from aftersales.domain.attachments.models import Attachment, PhotoMarks
from aftersales.domain.attachments.rules import Mark
from aftersales.domain.errors import Stale
from aftersales.i18n import gettext


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A cleaned photo whose bytes already lie in the store. ``client_id`` was made on the tablet."""

    client_id: str
    media_type: str
    sha256: str
    storage_key: str
    thumb_key: str
    width: int
    height: int
    size: int
    taken_at: datetime


def keep(
    photo: StoredPhoto,
    *,
    site_id: int,
    service_order_id: int | None,
    actor: Actor,
    now: datetime,
    caption: str = "",
    is_shared: bool = False,
) -> Attachment:
    """Put a stored photo on record. The second arrival of a ``client_id`` returns the first one's record.

    Call it under the order's lock: that is what makes two arrivals at once one photo.
    """
    known = db.session.scalar(select(Attachment).where(Attachment.client_id == photo.client_id))
    if known is not None:
        return known
    return add(
        Attachment(
            client_id=photo.client_id,
            site_id=site_id,
            service_order_id=service_order_id,
            media_type=photo.media_type,
            sha256=photo.sha256,
            storage_key=photo.storage_key,
            thumb_key=photo.thumb_key,
            width=photo.width,
            height=photo.height,
            size=photo.size,
            taken_at=min(photo.taken_at, now),
            created_at=now,
            author_id=actor.user_id,
            author_name=actor.name,
            caption=caption.strip()[:200],
            is_shared=is_shared,
        )
    )


def replace_marks(
    photo: Attachment, marks: Sequence[Mark], *, version: int, actor: Actor, now: datetime
) -> PhotoMarks:
    """Put this set of marks in place of the photo's earlier one; the picture stays as it is. ``version`` is that of
    the set that was on the screen, 0 where there was none. Refuses with :class:`Stale` when somebody else has drawn
    since. Call it under the order's lock."""
    known = db.session.scalar(
        select(PhotoMarks)
        .where(PhotoMarks.attachment_id == photo.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if (known.version if known else 0) != version:
        raise Stale(gettext("Somebody else drew on this photo meanwhile. Look at both, then save again."))
    values = [mark.as_json() for mark in marks]
    if known is None:
        known = PhotoMarks(attachment_id=photo.id, marked_at=now, marked_by_name=actor.name, marks=[])
        db.session.add(known)
    known.marks, known.marked_at = values, now
    known.marked_by_id, known.marked_by_name = actor.user_id, actor.name
    db.session.flush()
    return known


def share(attachment: Attachment, *, is_shared: bool, actor: Actor, now: datetime) -> bool:
    """Let the customer see it, or no longer, with who said so and when (TEC-9). False where nothing changed."""
    if attachment.is_shared == is_shared:
        return False
    attachment.is_shared, attachment.shared_at, attachment.shared_by_name = is_shared, now, actor.name
    db.session.flush()
    return True
