"""Messaging: the outbox. A message is a row first and a job second."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Identified, UtcDateTime, enum_type
from aftersales.domain.customers.models import Channel
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class MessageState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


words_for(
    MessageState,
    {
        MessageState.QUEUED: _l("Waiting"),
        MessageState.SENDING: _l("Being sent"),
        MessageState.SENT: _l("Sent"),
        MessageState.FAILED: _l("Failed"),
        MessageState.UNCERTAIN: _l("Uncertain"),
        MessageState.CANCELLED: _l("Cancelled"),
    },
)

_OPEN = text("state IN ('queued', 'sending')")


class Message(Identified, Base):
    """One e-mail or SMS to one recipient with a purpose; at most one per event, recipient and channel.

    ``body`` holds ``{link}`` where the customer's link goes; the address is put in when it is sent, never stored.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_due", "not_before_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "service_order_id"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int | None] = mapped_column(ForeignKey("service_orders.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("links.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    purpose: Mapped[str] = mapped_column(String(60))
    channel: Mapped[Channel] = mapped_column(enum_type(Channel))
    recipient: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text)
    dedupe_key: Mapped[str] = mapped_column(String(160), unique=True)
    respects_quiet_hours: Mapped[bool] = mapped_column(default=False)
    state: Mapped[MessageState] = mapped_column(enum_type(MessageState), default=MessageState.QUEUED)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before_at: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    provider_reference: Mapped[str] = mapped_column(String(200), default="")
    error: Mapped[str] = mapped_column(Text, default="")
