"""Diagnosis: fault codes and values of diagnostic tools with their source, and the rules of the repair plan."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftersales.db import Base, Identified, UtcDateTime, Versioned, enum_type
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class CodeStatus(StrEnum):
    """What the tool said of a fault code."""

    ACTIVE = "active"
    PENDING = "pending"
    STORED = "stored"
    PERMANENT = "permanent"
    UNKNOWN = "unknown"


words_for(
    CodeStatus,
    {
        CodeStatus.ACTIVE: _l("Active"),
        CodeStatus.PENDING: _l("Pending"),
        CodeStatus.STORED: _l("Stored"),
        CodeStatus.PERMANENT: _l("Permanent"),
        CodeStatus.UNKNOWN: _l("Not said"),
    },
)


class ToolReport(Identified, Base):
    """What a diagnostic tool exported, as it came: the text itself is kept, with its digest (DIA-7)."""

    __tablename__ = "tool_reports"
    __table_args__ = (UniqueConstraint("service_order_id", "sha256"),)

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    file_name: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    lines_not_read: Mapped[int] = mapped_column(default=0)
    """Lines in which we found neither a fault code nor a value; they stand in the text."""
    taken_in_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_in_by_name: Mapped[str] = mapped_column(String(200))

    values: Mapped[list["ToolValue"]] = relationship(order_by="ToolValue.position")


class ToolValue(Identified, Base):
    """A value that a tool measured, as the tool wrote it."""

    __tablename__ = "tool_values"
    __table_args__ = (Index(None, "report_id"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("tool_reports.id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    value: Mapped[str] = mapped_column(String(60))
    unit: Mapped[str] = mapped_column(String(20), default="")


class FaultCode(Identified, Base):
    """A fault code on an order, entered by hand or read from a tool's report. A control unit has a code once; taken
    off with a reason it stays on record."""

    __tablename__ = "fault_codes"
    __table_args__ = (
        UniqueConstraint("service_order_id", "code", "unit"),
        Index(None, "code"),
    )

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    code: Mapped[str] = mapped_column(String(20))
    unit: Mapped[str] = mapped_column(String(60), default="")
    """The control unit that reports it."""
    text: Mapped[str] = mapped_column(String(300), default="")
    status: Mapped[CodeStatus] = mapped_column(enum_type(CodeStatus), default=CodeStatus.UNKNOWN)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("tool_reports.id"))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_by_name: Mapped[str] = mapped_column(String(200))
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remove_reason: Mapped[str] = mapped_column(String(200), default="")


class RepairRule(Versioned, Base):
    """Which canned job a symptom or a fault code speaks for. ``symptoms`` are alternatives with commas between them, of
    each all words have to stand in the concern; ``fault_codes`` likewise, ``P030*`` for all that begin so."""

    __tablename__ = "repair_rules"
    __table_args__ = (CheckConstraint("symptoms <> '' OR fault_codes <> ''", name="sign"),)

    symptoms: Mapped[str] = mapped_column(String(300), default="")
    fault_codes: Mapped[str] = mapped_column(String(200), default="")
    model_filter: Mapped[str] = mapped_column(String(200), default="")
    canned_job_code: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(300), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_name: Mapped[str] = mapped_column(String(200))
