"""Quotations: numbered, immutable versions of proposed work, the decision per job, and deferred work.

What was asked is copied here and never changes afterwards: later edits of the order make the next version.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    inspect,
    text,
)
from sqlalchemy.orm import InstanceState, Mapped, mapped_column, relationship

from aftersales.db import Base, Identified, Json, Money, Quantity, Rate, UtcDateTime, enum_type
from aftersales.domain.documents.models import Signature
from aftersales.domain.quotations import rules
from aftersales.domain.quotations.rules import QuotationState
from aftersales.domain.service_orders.models import LineKind, PartGrade, PayType, ServiceOrder, SuppliedBy
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for
from aftersales.money import Amount, TaxSum


class QuotationKind(StrEnum):
    """Where a version comes from: the check-in's signature, the diagnosis, or work found during repair."""

    CHECKIN = "checkin"
    QUOTATION = "quotation"
    SUPPLEMENT = "supplement"


class EstimateWay(StrEnum):
    """How the price was estimated (DIA-2); it stands on the estimate."""

    SYSTEM = "system"
    SYMPTOM = "symptom"
    ITEM = "item"


class AnsweredBy(StrEnum):
    """How the customer's answer reached us."""

    LINK = "link"
    IN_PERSON = "in_person"
    PHONE = "phone"


words_for(
    QuotationKind,
    {
        QuotationKind.CHECKIN: _l("Signed at check-in"),
        QuotationKind.QUOTATION: _l("Quote"),
        QuotationKind.SUPPLEMENT: _l("Additional work"),
    },
)
words_for(
    EstimateWay,
    {
        EstimateWay.SYSTEM: _l("By system: the price of the catalogue's jobs"),
        EstimateWay.SYMPTOM: _l("By symptom: with an allowance for what may be found"),
        EstimateWay.ITEM: _l("By item: the actual work and parts"),
    },
)
words_for(
    AnsweredBy,
    {
        AnsweredBy.LINK: _l("by the link"),
        AnsweredBy.IN_PERSON: _l("in person"),
        AnsweredBy.PHONE: _l("by phone"),
    },
)

_WAITING = text("answered_at IS NULL AND withdrawn_at IS NULL AND replaced_at IS NULL AND expired_at IS NULL")


class Quotation(Identified, Base):
    """One version: ``number`` is its order's, ``version_no`` counts per order from 1.

    Where it stands follows from the instants; at most one version of an order waits.
    """

    __tablename__ = "quotations"
    __table_args__ = (
        UniqueConstraint("service_order_id", "version_no"),
        Index(
            "uq_quotations_waiting",
            "service_order_id",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        Index("ix_quotations_due", "valid_until", sqlite_where=_WAITING, postgresql_where=_WAITING),
        CheckConstraint("net + tax = gross", name="sum"),
        CheckConstraint("approved_net + approved_tax = approved_gross", name="approved_sum"),
        CheckConstraint("version_no > 0", name="version"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    number: Mapped[str] = mapped_column(String(20))
    version_no: Mapped[int]
    kind: Mapped[QuotationKind] = mapped_column(enum_type(QuotationKind))
    currency: Mapped[str] = mapped_column(String(3))
    includes_tax: Mapped[bool]
    estimate_way: Mapped[EstimateWay] = mapped_column(enum_type(EstimateWay), default=EstimateWay.SYSTEM)
    note: Mapped[str] = mapped_column(Text, default="")
    promised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    promised_before_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    net: Mapped[Decimal] = mapped_column(Money)
    tax: Mapped[Decimal] = mapped_column(Money)
    gross: Mapped[Decimal] = mapped_column(Money)
    authorised_before_gross: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    """What the customer had approved on this order before, for the sum of both."""
    valid_until: Mapped[datetime] = mapped_column(UtcDateTime)
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 over everything that was asked; two versions with one digest ask the same."""
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    sent_by_name: Mapped[str] = mapped_column(String(200))

    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[AnsweredBy | None] = mapped_column(enum_type(AnsweredBy))
    answered_name: Mapped[str] = mapped_column(String(200), default="")
    """Who said yes or no, as they wrote their name or the advisor noted it."""
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_by_name: Mapped[str] = mapped_column(String(200), default="")
    answer_note: Mapped[str] = mapped_column(Text, default="")
    """For an answer by phone: the number called and what was said."""
    approved_net: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    approved_tax: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    approved_gross: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("signatures.id"))
    answer_document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the workshop took note of the answer (ORD-8): the hand-over of the supplement slip."""
    told_name: Mapped[str] = mapped_column(String(200), default="")

    order: Mapped[ServiceOrder] = relationship()
    signature: Mapped[Signature | None] = relationship()
    jobs: Mapped[list["QuotationJob"]] = relationship(
        order_by="QuotationJob.position", back_populates="quotation"
    )

    @property
    def state(self) -> QuotationState:
        return rules.state_of(self)

    @property
    def is_waiting(self) -> bool:
        return self.state is QuotationState.WAITING

    @property
    def asked_jobs(self) -> list["QuotationJob"]:
        """The jobs that the customer decides on; the others are paid by somebody else and only told."""
        return [job for job in self.jobs if job.is_asked]

    @property
    def amount(self) -> Amount:
        return Amount(self.net, self.tax, self.gross)

    @property
    def approved(self) -> Amount:
        return Amount(self.approved_net, self.approved_tax, self.approved_gross)

    @property
    def tax_sums(self) -> list[TaxSum]:
        """What all asked lines come to, by tax rate."""
        return rules.tax_sums(
            (line for job in self.asked_jobs for line in job.lines), includes_tax=self.includes_tax
        )


class QuotationJob(Identified, Base):
    """A job as it was asked, and the decision on it. ``shown`` is the side of the tax that the site's prices stand on."""

    __tablename__ = "quotation_jobs"
    __table_args__ = (
        UniqueConstraint("quotation_id", "job_id"),
        Index(None, "job_id"),
        CheckConstraint("net + tax = gross", name="sum"),
    )

    quotation_id: Mapped[int] = mapped_column(ForeignKey("quotations.id"))
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    explanation: Mapped[str] = mapped_column(Text, default="")
    severity: Mapped[str] = mapped_column(String(10), default="")
    pay_type: Mapped[PayType] = mapped_column(enum_type(PayType))
    is_asked: Mapped[bool]
    photo_ids: Mapped[list[int]] = mapped_column(Json, default=list)
    net: Mapped[Decimal] = mapped_column(Money)
    tax: Mapped[Decimal] = mapped_column(Money)
    gross: Mapped[Decimal] = mapped_column(Money)
    arrives_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the last of its parts that are not in stock is confirmed to come."""

    is_approved: Mapped[bool | None]
    decline_reason: Mapped[str] = mapped_column(Text, default="")

    quotation: Mapped[Quotation] = relationship(back_populates="jobs")
    lines: Mapped[list["QuotationLine"]] = relationship(
        order_by="QuotationLine.position", back_populates="job"
    )

    @property
    def shown(self) -> Decimal:
        """The amount beside the job: with tax where the site's prices include it, else without."""
        return self.gross if self.quotation.includes_tax else self.net


class QuotationLine(Identified, Base):
    """A line as it was asked."""

    __tablename__ = "quotation_lines"
    __table_args__ = (
        Index(None, "quotation_job_id"),
        Index(None, "line_id"),
        CheckConstraint("net + tax = gross", name="sum"),
    )

    quotation_job_id: Mapped[int] = mapped_column(ForeignKey("quotation_jobs.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    position: Mapped[int]
    kind: Mapped[LineKind] = mapped_column(enum_type(LineKind))
    description: Mapped[str] = mapped_column(String(200))
    article_number: Mapped[str] = mapped_column(String(60), default="")
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit_price: Mapped[Decimal] = mapped_column(Money)
    discount: Mapped[Decimal] = mapped_column(Rate)
    tax_rate: Mapped[Decimal] = mapped_column(Rate)
    net: Mapped[Decimal] = mapped_column(Money)
    tax: Mapped[Decimal] = mapped_column(Money)
    gross: Mapped[Decimal] = mapped_column(Money)
    supplied_by: Mapped[SuppliedBy] = mapped_column(enum_type(SuppliedBy))
    part_grade: Mapped[PartGrade] = mapped_column(enum_type(PartGrade))
    is_safety_critical: Mapped[bool] = mapped_column(default=False)
    is_in_stock: Mapped[bool] = mapped_column(default=True)
    arrives_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    job: Mapped[QuotationJob] = relationship(back_populates="lines")

    @property
    def amount(self) -> Amount:
        return Amount(self.net, self.tax, self.gross)


class DeferredWork(Identified, Base):
    """Work that the customer did not want now, with the day to come back to it (QUO-5)."""

    __tablename__ = "deferred_work"
    __table_args__ = (Index(None, "vehicle_id"), Index(None, "site_id", "due_on"))

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    quotation_job_id: Mapped[int] = mapped_column(ForeignKey("quotation_jobs.id"), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    explanation: Mapped[str] = mapped_column(Text, default="")
    severity: Mapped[str] = mapped_column(String(10), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_reason: Mapped[str] = mapped_column(String(200), default="")
    taken_up_order_id: Mapped[int | None] = mapped_column(ForeignKey("service_orders.id"))


_ANSWERS = {"is_approved", "decline_reason", "quotation", "lines", "job"}


@event.listens_for(QuotationJob, "before_update")
@event.listens_for(QuotationLine, "before_update")
def _refuse_change(mapper: Any, connection: Any, record: QuotationJob | QuotationLine) -> None:
    """What was asked stays as it was asked: only the answer is written into a version."""
    state: InstanceState[Any] = inspect(record)
    changed = {attribute.key for attribute in state.attrs if attribute.history.has_changes()} - _ANSWERS
    if changed:
        raise RuntimeError(f"A version of a quotation is immutable; {sorted(changed)} cannot be changed.")
