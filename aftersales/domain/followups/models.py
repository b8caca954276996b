"""Care after the visit: calls to customers, and the reminders that were sent."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Identified, UtcDateTime, enum_type
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class CallReason(StrEnum):
    """Why we called: how the visit was, or why the car is not fetched."""

    FOLLOW_UP = "follow_up"
    NOT_FETCHED = "not_fetched"


class ReminderKind(StrEnum):
    NOT_FETCHED = "not_fetched"
    SERVICE_DUE = "service_due"
    APPOINTMENT = "appointment"


words_for(
    CallReason,
    {CallReason.FOLLOW_UP: _l("Follow-up call"), CallReason.NOT_FETCHED: _l("Call: car not fetched")},
)
words_for(
    ReminderKind,
    {
        ReminderKind.NOT_FETCHED: _l("Reminder to fetch the car"),
        ReminderKind.SERVICE_DUE: _l("Next service is due"),
        ReminderKind.APPOINTMENT: _l("Reminder of the appointment"),
    },
)


class CustomerCall(Identified, Base):
    """One call to the customer of an order, as it was logged. Rows are added, never changed (FUP-3).

    ``submission_id`` comes with the form: a second tap is the first one's call.
    """

    __tablename__ = "customer_calls"
    __table_args__ = (Index(None, "service_order_id"), Index(None, "site_id", "at"))

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    submission_id: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[CallReason] = mapped_column(enum_type(CallReason))
    was_reached: Mapped[bool]
    said: Mapped[str] = mapped_column(Text, default="")
    promised: Mapped[str] = mapped_column(String(300), default="")
    """What we promised the customer to do."""
    is_content: Mapped[bool | None]
    next_call_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(200))


class Reminder(Identified, Base):
    """A reminder that is dealt with: at most one per kind, subject and occasion, however often the sweep comes by."""

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("kind", "subject_id", "occasion"),)

    kind: Mapped[ReminderKind] = mapped_column(enum_type(ReminderKind))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    """The order or vehicle that the reminder is about."""
    occasion: Mapped[str] = mapped_column(String(40))
    """What makes it another occasion: the instant it was ready, the day the service falls due."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
