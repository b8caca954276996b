"""Delivery: preparing the car, explaining the work, and handing car, papers and key over as one set."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Identified, Money, UtcDateTime, Versioned, enum_type
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class Preparation(StrEnum):
    """What is done to a car before the customer is called (DLV-1)."""

    WASH = "wash"
    CLEAN_INSIDE = "clean_inside"
    BELONGINGS = "belongings"
    COVERS_OFF = "covers_off"
    PAPERS = "papers"
    PARK = "park"


class TakeOver(StrEnum):
    """What the advisor looks at when taking the car over from the workshop (DLV-7)."""

    EXTERIOR = "exterior"
    BELONGINGS = "belongings"
    CLEAN = "clean"
    SLIPS = "slips"
    ACCOUNT = "account"


class HandedOver(StrEnum):
    """The set that goes with the car (DLV-5, DLV-8)."""

    KEY = "key"
    BELONGINGS = "belongings"
    OLD_PARTS = "old_parts"
    PAPERS = "papers"
    REPAIR_ORDER = "repair_order"
    INVOICE = "invoice"
    CERTIFICATE = "certificate"
    GATE_PASS = "gate_pass"


class FeeDecision(StrEnum):
    """What becomes of the fee for diagnosis and estimate when a visit ends without a repair (CHK-12)."""

    CHARGED = "charged"
    WAIVED = "waived"
    NONE_AGREED = "none_agreed"


words_for(
    FeeDecision,
    {
        FeeDecision.CHARGED: _l("Charge the fee"),
        FeeDecision.WAIVED: _l("Waive the fee"),
        FeeDecision.NONE_AGREED: _l("No fee was agreed"),
    },
)
words_for(
    Preparation,
    {
        Preparation.WASH: _l("Wash the car"),
        Preparation.CLEAN_INSIDE: _l("Clean inside"),
        Preparation.BELONGINGS: _l("Put the belongings back"),
        Preparation.COVERS_OFF: _l("Take the covers off"),
        Preparation.PAPERS: _l("Put the papers together"),
        Preparation.PARK: _l("Park facing out"),
    },
)
words_for(
    TakeOver,
    {
        TakeOver.EXTERIOR: _l("Exterior as at check-in"),
        TakeOver.BELONGINGS: _l("Belongings counted"),
        TakeOver.CLEAN: _l("Cabin, boot and engine bay clean"),
        TakeOver.SLIPS: _l("All workshop and parts slips are in"),
        TakeOver.ACCOUNT: _l("The account is totalled"),
    },
)
words_for(
    HandedOver,
    {
        HandedOver.KEY: _l("Key"),
        HandedOver.BELONGINGS: _l("Belongings"),
        HandedOver.OLD_PARTS: _l("Old parts"),
        HandedOver.PAPERS: _l("Vehicle papers"),
        HandedOver.REPAIR_ORDER: _l("Repair order"),
        HandedOver.INVOICE: _l("Invoice"),
        HandedOver.CERTIFICATE: _l("Guarantee certificate"),
        HandedOver.GATE_PASS: _l("Gate pass"),
    },
)


class PreparationItem(Identified, Base):
    """One point of a car's preparation list."""

    __tablename__ = "preparation_items"
    __table_args__ = (UniqueConstraint("service_order_id", "kind"),)

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    kind: Mapped[Preparation] = mapped_column(enum_type(Preparation))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_name: Mapped[str] = mapped_column(String(200), default="")


class Delivery(Versioned, Base):
    """The hand-over of one order."""

    __tablename__ = "deliveries"

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"), unique=True)
    taken_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_over_by_name: Mapped[str] = mapped_column(String(200), default="")
    explained_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    explained_by_name: Mapped[str] = mapped_column(String(200), default="")
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("signatures.id"))
    gate_pass_number: Mapped[str] = mapped_column(String(20), default="")
    gate_pass_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lateness_reason: Mapped[str] = mapped_column(String(200), default="")
    handed_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_over_by_name: Mapped[str] = mapped_column(String(200), default="")


class ShortVisit(Versioned, Base):
    """A visit that ends without a repair: why, and what becomes of its fee (CHK-12)."""

    __tablename__ = "short_visits"

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"), unique=True)
    reason: Mapped[str] = mapped_column(Text)
    fee: Mapped[FeeDecision] = mapped_column(enum_type(FeeDecision))
    fee_gross: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    """The fee that had been agreed when this was decided."""
    waiver_reason: Mapped[str] = mapped_column(String(200), default="")
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_name: Mapped[str] = mapped_column(String(200))


TAKE_OVER, HAND_OVER = "take_over", "hand_over"
"""The stages at which things are ticked."""


class DeliveryTick(Identified, Base):
    """One thing looked at while taking over, or given back at the hand-over; "no" needs a note."""

    __tablename__ = "delivery_ticks"
    __table_args__ = (UniqueConstraint("delivery_id", "stage", "kind"),)

    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"))
    stage: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    """A :class:`TakeOver` or :class:`HandedOver`, by the stage."""
    is_done: Mapped[bool]
    note: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_name: Mapped[str] = mapped_column(String(200))

    @property
    def looked_at(self) -> "TakeOver | HandedOver":
        """What the tick is about."""
        return TakeOver(self.kind) if self.stage == TAKE_OVER else HandedOver(self.kind)
