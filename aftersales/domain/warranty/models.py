"""Warranty: recall and service campaigns of the manufacturer, and the watch over statutory limits."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftersales.db import Base, Identified, UtcDateTime, Versioned, enum_type
from aftersales.domain.service_orders.models import Line, WarrantyDecision
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class CampaignKind(StrEnum):
    RECALL = "recall"
    SERVICE = "service"


class WatchLevel(StrEnum):
    """How near a vehicle is to a limit of its country's warranty law."""

    NEAR = "near"
    OVER = "over"


class LineState(StrEnum):
    """Where a line stands with the warranty (DIA-4)."""

    PENDING = "pending"
    MANUFACTURER = "manufacturer"
    YES = "yes"
    NO = "no"


OPEN_STATES = (LineState.PENDING, LineState.MANUFACTURER)

words_for(
    LineState,
    {
        LineState.PENDING: _l("Warranty is being looked at"),
        LineState.MANUFACTURER: _l("The manufacturer decides"),
        LineState.YES: _l("Warranty pays"),
        LineState.NO: _l("Not under warranty"),
    },
)
words_for(CampaignKind, {CampaignKind.RECALL: _l("Recall"), CampaignKind.SERVICE: _l("Service campaign")})
words_for(WatchLevel, {WatchLevel.NEAR: _l("Near the limit"), WatchLevel.OVER: _l("Over the limit")})


class Campaign(Versioned, Base):
    """A recall or service campaign of a manufacturer, for the vehicles on its VIN list (WAR-5). The same for all
    sites."""

    __tablename__ = "campaigns"
    __table_args__ = (CheckConstraint("until_on IS NULL OR until_on >= from_on", name="term"),)

    number: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[CampaignKind] = mapped_column(enum_type(CampaignKind))
    reference: Mapped[str] = mapped_column(String(80), default="")
    """The manufacturer's own reference."""
    instruction: Mapped[str] = mapped_column(Text, default="")
    canned_job_code: Mapped[str] = mapped_column(String(40), default="")
    """The remedy as a canned job; empty: a job of the campaign's title, priced by the advisor."""
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_name: Mapped[str] = mapped_column(String(200))


class CampaignVehicle(Identified, Base):
    """One VIN of a campaign's list. It is done when its job is done here, or noted as done elsewhere."""

    __tablename__ = "campaign_vehicles"
    __table_args__ = (UniqueConstraint("campaign_id", "vin"), Index(None, "vin"))

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    vin: Mapped[str] = mapped_column(String(17))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    """The job that it was put on an order as."""
    done_on: Mapped[date | None]
    """Noted by hand: done elsewhere."""
    done_note: Mapped[str] = mapped_column(String(200), default="")
    done_by_name: Mapped[str] = mapped_column(String(200), default="")


class WarrantyWatch(Versioned, Base):
    """The warning that a visit began with, as it was counted then, and what was decided about it (APT-11)."""

    __tablename__ = "warranty_watches"

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"), unique=True)
    level: Mapped[WatchLevel] = mapped_column(enum_type(WatchLevel))
    fault: Mapped[str] = mapped_column(String(200), default="")
    repairs: Mapped[int]
    repairs_limit: Mapped[int]
    days: Mapped[int]
    days_limit: Mapped[int]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decision: Mapped[WarrantyDecision | None] = mapped_column(enum_type(WarrantyDecision))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_name: Mapped[str] = mapped_column(String(200), default="")


class LineWarranty(Versioned, Base):
    """Whether the warranty pays a line: asked, perhaps sent on to the manufacturer, decided. ``reason`` is what the
    customer is told; each step keeps who and when."""

    __tablename__ = "line_warranties"
    __table_args__ = (
        Index(None, "service_order_id"),
        CheckConstraint("(standing IN ('yes', 'no')) = (decided_at IS NOT NULL)", name="decided"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"), unique=True)
    standing: Mapped[LineState] = mapped_column(enum_type(LineState), default=LineState.PENDING)
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_name: Mapped[str] = mapped_column(String(200))
    sent_on_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_on_by_name: Mapped[str] = mapped_column(String(200), default="")
    reference: Mapped[str] = mapped_column(String(60), default="")
    """The manufacturer's number of the case."""
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_by_name: Mapped[str] = mapped_column(String(200), default="")

    line: Mapped[Line] = relationship()

    @property
    def is_open(self) -> bool:
        return self.standing in OPEN_STATES
