"""The catalogue: what an hour costs, how long an operation takes, and canned jobs made of both and of articles."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftersales.db import Base, Identified, Money, Quantity, UtcDateTime, Versioned, enum_type
from aftersales.domain.catalogue.kinds import LineKind, PayType, PriceSource, Skill, SpecKind
from aftersales.domain.staffing.models import BayKind

_FOR_ALL = text("pay_type IS NULL")


class LabourRate(Versioned, Base):
    """The price of an hour at a site for a skill, in the site's currency and as its prices are (with or without
    tax). ``pay_type`` is None for everyone who has no rate of their own. A line copies the price; a change of the
    rate never touches it."""

    __tablename__ = "labour_rates"
    __table_args__ = (
        Index("uq_labour_rates_pay_type", "site_id", "skill", "pay_type", unique=True),
        Index(
            "uq_labour_rates_for_all",
            "site_id",
            "skill",
            unique=True,
            sqlite_where=_FOR_ALL,
            postgresql_where=_FOR_ALL,
        ),
        CheckConstraint("price >= 0", name="price"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    skill: Mapped[Skill] = mapped_column(enum_type(Skill))
    pay_type: Mapped[PayType | None] = mapped_column(enum_type(PayType))
    price: Mapped[Decimal] = mapped_column(Money)


class LabourTime(Versioned, Base):
    """The standard hours of one operation (PAY-8)."""

    __tablename__ = "labour_times"
    __table_args__ = (CheckConstraint("hours > 0", name="hours"),)

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    hours: Mapped[Decimal] = mapped_column(Quantity)
    skill: Mapped[Skill] = mapped_column(enum_type(Skill), default=Skill.MECHANICAL)
    is_active: Mapped[bool] = mapped_column(default=True)


class CannedJob(Versioned, Base):
    """Work that is sold often, ready to be put on an order. ``model_filter`` are words of which the vehicle has to
    carry one (``"TDI, Passat"``); empty fits every vehicle."""

    __tablename__ = "canned_jobs"

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    explanation: Mapped[str] = mapped_column(Text, default="")
    """What the customer reads beside the price."""
    model_filter: Mapped[str] = mapped_column(String(200), default="")
    bay_kind: Mapped[BayKind | None] = mapped_column(enum_type(BayKind))
    """The kind of bay that the work needs; None: any."""
    is_active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    lines: Mapped[list["CannedJobLine"]] = relationship(
        order_by="CannedJobLine.position", back_populates="canned_job", cascade="all, delete-orphan"
    )
    specs: Mapped[list["CannedJobSpec"]] = relationship(
        order_by="CannedJobSpec.position", back_populates="canned_job", cascade="all, delete-orphan"
    )


class CannedJobLine(Identified, Base):
    """One line that a canned job brings. ``quantity`` is the standard hours of labour, else pieces or litres."""

    __tablename__ = "canned_job_lines"
    __table_args__ = (
        Index(None, "canned_job_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("(price_source = 'fixed') = (unit_price IS NOT NULL)", name="fixed_price"),
        CheckConstraint("price_source <> 'article' OR article_number <> ''", name="article"),
    )

    canned_job_id: Mapped[int] = mapped_column(ForeignKey("canned_jobs.id"))
    position: Mapped[int]
    kind: Mapped[LineKind] = mapped_column(enum_type(LineKind))
    description: Mapped[str] = mapped_column(String(200))
    skill: Mapped[Skill] = mapped_column(enum_type(Skill), default=Skill.MECHANICAL)
    labour_time_code: Mapped[str] = mapped_column(String(40), default="")
    article_number: Mapped[str] = mapped_column(String(60), default="")
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    price_source: Mapped[PriceSource] = mapped_column(enum_type(PriceSource))
    unit_price: Mapped[Decimal | None] = mapped_column(Money)

    canned_job: Mapped[CannedJob] = relationship(back_populates="lines")


class CannedJobSpec(Identified, Base):
    """A torque to tighten to, or a fluid to fill, that the work asks for (QCS-1). ``low`` and ``high`` are the limits of
    what was really measured, in ``unit`` like the ``nominal`` value; orders copy all of it."""

    __tablename__ = "canned_job_specs"
    __table_args__ = (
        Index(None, "canned_job_id"),
        CheckConstraint("low <= nominal AND nominal <= high", name="limits"),
    )

    canned_job_id: Mapped[int] = mapped_column(ForeignKey("canned_jobs.id"))
    position: Mapped[int]
    kind: Mapped[SpecKind] = mapped_column(enum_type(SpecKind))
    name: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(12))
    nominal: Mapped[Decimal] = mapped_column(Quantity)
    low: Mapped[Decimal] = mapped_column(Quantity)
    high: Mapped[Decimal] = mapped_column(Quantity)

    canned_job: Mapped[CannedJob] = relationship(back_populates="specs")
