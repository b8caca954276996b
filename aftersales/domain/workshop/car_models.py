"""The car in the workshop's hands: compared with its check-in, safe to work on, its belongings left in place."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Identified, UtcDateTime, enum_type
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class ConsentWay(StrEnum):
    """How the customer said yes or no."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    MESSAGE = "message"


words_for(
    ConsentWay,
    {
        ConsentWay.PHONE: _l("By phone"),
        ConsentWay.IN_PERSON: _l("In person"),
        ConsentWay.MESSAGE: _l("By message"),
    },
)


class CarComparison(Identified, Base):
    """One point of the check-in record as the technician found it when taking over the car (TEC-1).

    ``point`` is a station's value, ``damage-<id>`` or ``else``. A difference has a note and is answered by the advisor.
    """

    __tablename__ = "car_comparisons"
    __table_args__ = (
        UniqueConstraint("service_order_id", "point"),
        CheckConstraint("is_same OR note <> ''", name="note"),
    )

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    point: Mapped[str] = mapped_column(String(40))
    is_same: Mapped[bool]
    note: Mapped[str] = mapped_column(String(300), default="")
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachments.id"))
    compared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    compared_by_name: Mapped[str] = mapped_column(String(200))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_name: Mapped[str] = mapped_column(String(200), default="")
    answer: Mapped[str] = mapped_column(String(300), default="")


class SafetyAcknowledgement(Identified, Base):
    """A technician read the safety notes of this car: high voltage is off and locked. Once per order and person."""

    __tablename__ = "safety_acknowledgements"
    __table_args__ = (UniqueConstraint("service_order_id", "user_id"),)

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user_name: Mapped[str] = mapped_column(String(200))
    acknowledged_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HighVoltageException(Identified, Base):
    """The manager lets somebody without the certificate work on this car, with the reason: once per order and person."""

    __tablename__ = "high_voltage_exceptions"
    __table_args__ = (
        UniqueConstraint("service_order_id", "user_id"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(300))
    allowed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    allowed_by_name: Mapped[str] = mapped_column(String(200))


class BelongingsRequest(Identified, Base):
    """A technician has to move something of the customer's; the customer is asked through the advisor (TEC-8)."""

    __tablename__ = "belongings_requests"
    __table_args__ = (
        Index(None, "service_order_id"),
        CheckConstraint("(answered_at IS NULL) = (is_allowed IS NULL)", name="answered"),
    )

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    what: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(String(200), default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_name: Mapped[str] = mapped_column(String(200))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    is_allowed: Mapped[bool | None]
    consent_by: Mapped[str] = mapped_column(String(120), default="")
    """Who said it: the customer, or who may decide for them."""
    way: Mapped[ConsentWay | None] = mapped_column(enum_type(ConsentWay))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_name: Mapped[str] = mapped_column(String(200), default="")
    answer: Mapped[str] = mapped_column(String(200), default="")
