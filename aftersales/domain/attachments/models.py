"""Attachments: photos kept as evidence. The stored bytes are the cleaned ones; their digest proves them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from aftersales.db import Base, Identified, Json, UtcDateTime, Versioned


class Attachment(Identified, Base):
    """One photo, drawing, video or sound. ``client_id`` is made on the tablet: a second arrival of it is the first one's answer."""

    __tablename__ = "attachments"
    __table_args__ = (Index(None, "service_order_id"), Index(None, "sha256"))

    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int | None] = mapped_column(ForeignKey("service_orders.id"))
    media_type: Mapped[str] = mapped_column(String(60))
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(200))
    thumb_key: Mapped[str] = mapped_column(String(200))
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    author_name: Mapped[str] = mapped_column(String(200))
    caption: Mapped[str] = mapped_column(String(200), default="")
    is_shared: Mapped[bool] = mapped_column(default=False)
    """Whether the customer's link shows it."""
    shared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was last shared or taken back on its own, and by whom."""
    shared_by_name: Mapped[str] = mapped_column(String(200), default="")

    @property
    def is_picture(self) -> bool:
        """Video and sound are kept here, too; they have no thumbnail."""
        return self.media_type.startswith("image/")


class Recording(Identified):
    """A video or sound of something: a job's concern, an inspection point. Its bytes, and whether the customer may play
    it, stand on the attachment; a recording has no thumbnail."""

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachments.id"), unique=True)
    seconds: Mapped[int]

    @declared_attr
    @classmethod
    def attachment(cls) -> Mapped[Attachment]:
        return relationship(Attachment)

    @property
    def is_video(self) -> bool:
        """Whether there is something to see."""
        return self.attachment.media_type.startswith("video/")


class PhotoMarks(Versioned, Base):
    """Arrows, circles and words drawn over a photo, in units of the stored picture; replaced as one set. They lie
    beside the picture, whose bytes never change. ``marks`` is what :func:`rules.read_marks` accepted."""

    __tablename__ = "photo_marks"

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachments.id"), unique=True)
    marks: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    marked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    marked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    marked_by_name: Mapped[str] = mapped_column(String(200))
