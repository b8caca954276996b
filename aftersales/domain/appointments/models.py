"""Appointments: how a visit was agreed. The visit itself is a service order in state booked."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Money, UtcDateTime, Versioned, enum_type
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class BookingChannel(StrEnum):
    """How the customer asked for the appointment (APT-1)."""

    PHONE = "phone"
    WALK_IN = "walk_in"
    WEBSITE = "website"
    MESSAGE = "message"
    OTHER = "other"


words_for(
    BookingChannel,
    {
        BookingChannel.PHONE: _l("Phone"),
        BookingChannel.WALK_IN: _l("At the desk"),
        BookingChannel.WEBSITE: _l("Website"),
        BookingChannel.MESSAGE: _l("Message"),
        BookingChannel.OTHER: _l("Other"),
    },
)


class Appointment(Versioned, Base):
    """An agreed time and the preliminary order that it became (APT-7)."""

    __tablename__ = "appointments"
    __table_args__ = (Index(None, "site_id", "starts_at"), CheckConstraint("minutes > 0", name="minutes"))

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"), unique=True)
    channel: Mapped[BookingChannel] = mapped_column(enum_type(BookingChannel))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int] = mapped_column(default=60)
    """How long the work is expected to take."""
    rough_estimate: Mapped[Decimal | None] = mapped_column(Money)
    note: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_name: Mapped[str] = mapped_column(String(200))
