"""What is recorded on a job while it is done: measured values and clips."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Quantity, UtcDateTime, Versioned, enum_type
from aftersales.domain.attachments.models import Recording
from aftersales.domain.catalogue.kinds import LineKind as LineKind
from aftersales.domain.catalogue.kinds import PayType as PayType
from aftersales.domain.catalogue.kinds import SpecKind


class JobSpec(Versioned, Base):
    """A torque or fluid that the job asks for, copied from its canned job, and what was really measured (QCS-1).
    ``nominal``, ``low``, ``high`` and ``actual`` are in ``unit``."""

    __tablename__ = "job_specs"
    __table_args__ = (Index(None, "service_order_id"), Index(None, "job_id"))

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"))
    position: Mapped[int]
    kind: Mapped[SpecKind] = mapped_column(enum_type(SpecKind))
    name: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(12))
    nominal: Mapped[Decimal] = mapped_column(Quantity)
    low: Mapped[Decimal] = mapped_column(Quantity)
    high: Mapped[Decimal] = mapped_column(Quantity)
    actual: Mapped[Decimal | None] = mapped_column(Quantity)
    remark: Mapped[str] = mapped_column(String(200), default="")
    """Why the value lies outside its limits."""
    entered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    entered_by_name: Mapped[str] = mapped_column(String(200), default="")

    @property
    def light(self) -> str:
        """The colour of the value: ok within the limits (these count as within), else urgent; empty without one."""
        if self.actual is None:
            return ""
        return "ok" if self.low <= self.actual <= self.high else "urgent"


class JobClip(Recording, Base):
    """A video or sound recording of a concern (CHK-8)."""

    __tablename__ = "job_clips"
    __table_args__ = (Index(None, "service_order_id"), Index(None, "job_id"))

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"))
