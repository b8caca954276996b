"""Service orders: one visit of one vehicle, its jobs, its lines and its timeline."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftersales.db import Base, Identified, Json, Money, Quantity, Rate, UtcDateTime, Versioned, enum_type
from aftersales.domain.accounts.models import User
from aftersales.domain.catalogue.kinds import LineKind as LineKind
from aftersales.domain.catalogue.kinds import PayType as PayType
from aftersales.domain.customers.models import Customer
from aftersales.domain.service_orders.states import CLOSED, LANES, Lane, OrderState
from aftersales.domain.staffing.models import BayKind, Skill
from aftersales.domain.vehicles.models import Vehicle
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for
from aftersales.money import Amount


class Authorisation(StrEnum):
    """Where a line stands with whoever pays it."""

    PROPOSED = "proposed"
    ASKED = "asked"
    AUTHORISED = "authorised"
    DECLINED = "declined"


class SuppliedBy(StrEnum):
    WORKSHOP = "workshop"
    CUSTOMER = "customer"


class PartGrade(StrEnum):
    ORIGINAL = "original"
    AFTERMARKET = "aftermarket"
    USED = "used"


class HoldReason(StrEnum):
    BAY = "bay"
    SUBLET = "sublet"
    INSURER = "insurer"
    CUSTOMER = "customer"
    OTHER = "other"


class Priority(StrEnum):
    """How much the order presses beside its promised time (DSP-1)."""

    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class WarrantyDecision(StrEnum):
    """What the claims officer or service manager decided about a warranty warning (APT-11)."""

    REPAIR = "repair"
    MANUFACTURER = "manufacturer"
    NO_CASE = "no_case"


class EventKind(StrEnum):
    """What a row of the timeline is about; decides its icon."""

    STATE = "state"
    EDIT = "edit"
    PHOTO = "photo"
    MESSAGE = "message"
    APPROVAL = "approval"
    FINDING = "finding"
    CLOCK = "clock"
    PARTS = "parts"
    QUALITY = "quality"
    PAYMENT = "payment"
    DOCUMENT = "document"
    NOTE = "note"


words_for(
    Authorisation,
    {
        Authorisation.PROPOSED: _l("Proposed"),
        Authorisation.ASKED: _l("Waiting"),
        Authorisation.AUTHORISED: _l("Approved"),
        Authorisation.DECLINED: _l("Declined"),
    },
)
words_for(SuppliedBy, {SuppliedBy.WORKSHOP: _l("Workshop"), SuppliedBy.CUSTOMER: _l("Customer")})
words_for(
    PartGrade,
    {
        PartGrade.ORIGINAL: _l("Original"),
        PartGrade.AFTERMARKET: _l("Aftermarket"),
        PartGrade.USED: _l("Used"),
    },
)
words_for(
    WarrantyDecision,
    {
        WarrantyDecision.REPAIR: _l("Repair once more"),
        WarrantyDecision.MANUFACTURER: _l("Ask the manufacturer first"),
        WarrantyDecision.NO_CASE: _l("The limits do not apply"),
    },
)
words_for(
    Priority, {Priority.NORMAL: _l("Normal"), Priority.HIGH: _l("High"), Priority.URGENT: _l("Very urgent")}
)
words_for(
    HoldReason,
    {
        HoldReason.BAY: _l("Waits for a bay"),
        HoldReason.SUBLET: _l("At another workshop"),
        HoldReason.INSURER: _l("Waits for the insurer"),
        HoldReason.CUSTOMER: _l("Waits for the customer"),
        HoldReason.OTHER: _l("On hold"),
    },
)

DIAGNOSIS = "diagnosis"
"""Marks the job that holds the fee for diagnosis and estimate; a visit without a repair owes nothing else."""

_OPEN = text("closed_at IS NULL")


class ServiceOrder(Versioned, Base):
    """One visit of one vehicle.

    The columns below "facts" are written by later areas in their own transactions (signed, passed, invoiced …);
    the guards in :mod:`.states` read only them, and so does the board.
    """

    __tablename__ = "service_orders"
    __table_args__ = (
        UniqueConstraint("site_id", "number"),
        Index(
            "ix_service_orders_board",
            "site_id",
            "state",
            "promised_at",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(None, "vehicle_id", "opened_at"),
        Index(None, "customer_id", "opened_at"),
        Index(None, "site_id", "opened_at"),
        Index(None, "site_id", "closed_at"),
        Index(None, "technician_id"),
        CheckConstraint("parts_missing >= 0 AND open_clockings >= 0 AND open_rework >= 0", name="counts"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    number: Mapped[str] = mapped_column(String(20))
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    advisor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    bay_id: Mapped[int | None] = mapped_column(ForeignKey("bays.id"))
    state: Mapped[OrderState] = mapped_column(enum_type(OrderState))
    state_since: Mapped[datetime] = mapped_column(UtcDateTime)
    hold_reason: Mapped[HoldReason | None] = mapped_column(enum_type(HoldReason))
    hold_note: Mapped[str] = mapped_column(String(200), default="")
    summary: Mapped[str] = mapped_column(String(300), default="")
    is_waiting: Mapped[bool] = mapped_column(default=False)
    """Whether the customer waits in the lounge."""
    priority: Mapped[Priority] = mapped_column(enum_type(Priority), default=Priority.NORMAL)
    briefing: Mapped[str] = mapped_column(String(500), default="")
    """What the technician has to know, as the workshop manager told it when giving the order (DSP-2)."""
    planned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the customer is expected to bring the car."""
    promised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_promised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    odometer: Mapped[int | None]
    comeback_of_id: Mapped[int | None] = mapped_column(ForeignKey("service_orders.id"))
    continues_id: Mapped[int | None] = mapped_column(ForeignKey("service_orders.id"))

    # facts
    warranty_warned: Mapped[bool] = mapped_column(default=False)
    """Whether the vehicle was near a warranty limit when this visit was booked or began (APT-11)."""
    warranty_decision: Mapped[WarrantyDecision | None] = mapped_column(enum_type(WarrantyDecision))
    checkin_signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    diagnosis_consent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    needs_wash: Mapped[bool] = mapped_column(default=False)
    """Whether the car is washed before the workshop takes it over."""
    washed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    workshop_received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    inspection_is_open: Mapped[bool] = mapped_column(default=False)
    inspection_completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waiting_quotations: Mapped[int] = mapped_column(default=0)
    authorised_lines: Mapped[int] = mapped_column(default=0)
    authorised_gross: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    agreed_fee: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    """The authorised fee for diagnosis and estimate: what the customer owes even without a repair."""
    planned_minutes: Mapped[int] = mapped_column(default=0)
    worked_minutes: Mapped[int] = mapped_column(default=0)
    parts_missing: Mapped[int] = mapped_column(default=0)
    parts_expected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    issued_parts: Mapped[int] = mapped_column(default=0)
    unsettled_parts: Mapped[int] = mapped_column(default=0)
    open_clockings: Mapped[int] = mapped_column(default=0)
    said_ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the technician said that the work will be done, where that is later than planned (DSP-5)."""
    done_jobs: Mapped[int] = mapped_column(default=0)
    repairer_ids: Mapped[list[int]] = mapped_column(Json, default=list)
    needs_leader_check: Mapped[bool] = mapped_column(default=False)
    self_checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leader_checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    qc_passed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    open_rework: Mapped[int] = mapped_column(default=0)
    rework_count: Mapped[int] = mapped_column(default=0)
    rework_minutes: Mapped[int] = mapped_column(default=0)
    """Time spent on rework; ``worked_minutes`` does not hold it."""
    comebacks: Mapped[int] = mapped_column(default=0)
    """How many later visits came back because of this one."""
    preparation_open: Mapped[int] = mapped_column(default=0)
    invoiced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    credit_allowed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivery_signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    vehicle: Mapped[Vehicle] = relationship()
    customer: Mapped[Customer] = relationship()
    advisor: Mapped[User | None] = relationship(foreign_keys=[advisor_id])
    technician: Mapped[User | None] = relationship(foreign_keys=[technician_id])
    jobs: Mapped[list["Job"]] = relationship(order_by="Job.position", back_populates="order")

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED

    @property
    def lane(self) -> Lane | None:
        """The board's column; anything on hold waits."""
        lane = LANES.get(self.state)
        return Lane.WAITING if lane and self.hold_reason else lane


class Job(Versioned, Base):
    """A piece of work on an order: one complaint or service, with its lines."""

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "service_order_id"), Index(None, "technician_id"))

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    concern: Mapped[str] = mapped_column(Text, default="")
    """The complaint in the customer's own words."""
    explanation: Mapped[str] = mapped_column(Text, default="")
    """What the customer reads beside the price: what is wrong, what it means for safety and time."""
    severity: Mapped[str] = mapped_column(String(10), default="")
    """"soon" or "urgent" where the job comes from a finding."""
    pay_type: Mapped[PayType] = mapped_column(enum_type(PayType), default=PayType.CUSTOMER)
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    canned_job_code: Mapped[str] = mapped_column(String(40), default="")
    skill: Mapped[Skill | None] = mapped_column(enum_type(Skill))
    """What the work asks for, and the kind of bay that it needs: copied from the canned job; None: nothing special."""
    bay_kind: Mapped[BayKind | None] = mapped_column(enum_type(BayKind))
    planned_minutes: Mapped[int] = mapped_column(default=0)  # a fact: its labour that was not declined
    worked_minutes: Mapped[int] = mapped_column(default=0)  # a fact: without running clocks and rework
    is_additional: Mapped[bool] = mapped_column(default=False)
    """Found after check-in, so that it needs its own authorisation."""
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void_reason: Mapped[str] = mapped_column(String(200), default="")

    order: Mapped[ServiceOrder] = relationship(back_populates="jobs")
    lines: Mapped[list["Line"]] = relationship(order_by="Line.position", back_populates="job")


class Line(Versioned, Base):
    """Labour, part, material, sublet or fee. Prices and rates are copied here and do not follow the catalogue.

    ``unit_price`` is as entered: with or without tax as the site's prices are. Labour's ``quantity`` is the standard
    hours (PAY-8). ``discount`` is a share.
    """

    __tablename__ = "lines"
    __table_args__ = (
        Index(None, "service_order_id"),
        Index(None, "job_id"),
        CheckConstraint("quantity >= 0", name="quantity"),
        CheckConstraint("discount >= 0 AND discount <= 10000", name="discount"),
        CheckConstraint("net + tax = gross", name="sum"),
    )

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"))
    position: Mapped[int]
    kind: Mapped[LineKind] = mapped_column(enum_type(LineKind))
    skill: Mapped[Skill | None] = mapped_column(enum_type(Skill))
    """The kind of work that labour is, as the canned job or whoever typed it says; None: ordinary, mechanical."""
    description: Mapped[str] = mapped_column(String(200))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    article_number: Mapped[str] = mapped_column(String(60), default="")
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit_price: Mapped[Decimal] = mapped_column(Money)
    discount: Mapped[Decimal] = mapped_column(Rate, default=Decimal(0))
    tax_rate: Mapped[Decimal] = mapped_column(Rate)
    net: Mapped[Decimal] = mapped_column(Money)
    tax: Mapped[Decimal] = mapped_column(Money)
    gross: Mapped[Decimal] = mapped_column(Money)
    pay_type: Mapped[PayType] = mapped_column(enum_type(PayType), default=PayType.CUSTOMER)
    authorisation: Mapped[Authorisation] = mapped_column(
        enum_type(Authorisation), default=Authorisation.PROPOSED
    )
    supplied_by: Mapped[SuppliedBy] = mapped_column(enum_type(SuppliedBy), default=SuppliedBy.WORKSHOP)
    part_grade: Mapped[PartGrade] = mapped_column(enum_type(PartGrade), default=PartGrade.ORIGINAL)
    is_safety_critical: Mapped[bool] = mapped_column(default=False)
    """Copied from the article, or ticked where the part has none (DIA-3)."""
    standard_change_reason: Mapped[str] = mapped_column(String(200), default="")
    """Why the hours differ from the labour-time standard (PAY-8)."""
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the customer signed the check-in with this line on it."""
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void_reason: Mapped[str] = mapped_column(String(200), default="")

    job: Mapped[Job] = relationship(back_populates="lines")

    @property
    def needs_new_signature(self) -> bool:
        """Whether the line was changed after the customer signed it (CHK-10)."""
        return self.signed_at is not None and self.authorisation is Authorisation.PROPOSED

    @property
    def amount(self) -> Amount:
        return Amount(self.net, self.tax, self.gross)


class OrderEvent(Identified, Base):
    """One row of the order's timeline. ``text`` is a message id with named placeholders, shown in the reader's language."""

    __tablename__ = "order_events"
    __table_args__ = (Index(None, "service_order_id", "at"),)

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[EventKind] = mapped_column(enum_type(EventKind))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    actor_name: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    tone: Mapped[str] = mapped_column(String(10), default="")
    from_state: Mapped[str | None] = mapped_column(String(40))
    to_state: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text, default="")
