"""Video and sound, whatever they are of: found by their id, and known again when they are sent twice."""

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from aftersales.db import db
from aftersales.domain.attachments.models import Attachment, Recording
from aftersales.domain.errors import NotFound
from aftersales.i18n import gettext

R = TypeVar("R", bound=Recording)


def get(kind: type[R], recording_id: int, *, site_id: int) -> R:
    """The recording with its attachment, if it is the site's. Raises :class:`NotFound`."""
    found = db.session.scalar(
        select(kind)
        .join(kind.attachment)
        .options(contains_eager(kind.attachment))
        .where(kind.id == recording_id, Attachment.site_id == site_id)
    )
    if found is None:
        raise NotFound(gettext("There is no such recording."))
    return found


def earlier(kind: type[R], client_id: str) -> R | None:
    """What the first arrival of the tablet's id became."""
    return db.session.scalar(select(kind).join(kind.attachment).where(Attachment.client_id == client_id))
