"""Comebacks: earlier work of ours that did not hold, or the advisor's no with its reason (QCS-2)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftersales.db import Base, Identified, UtcDateTime


class Comeback(Identified, Base):
    """An answer to the question whether a visit is here because an earlier one did not hold. One per visit and earlier
    job; a later answer replaces it, the timeline keeps both."""

    __tablename__ = "comebacks"
    __table_args__ = (
        UniqueConstraint("service_order_id", "first_order_id", "first_job_id"),
        Index(None, "first_order_id"),
        Index(None, "site_id", "decided_at"),
        CheckConstraint("first_order_id <> service_order_id", name="two_orders"),
        CheckConstraint("is_comeback OR reason <> ''", name="reason"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    """The concern of this visit; None: the visit as a whole."""
    first_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    first_job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    is_comeback: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(300), default="")
    """Why it is none, in the advisor's words."""
    days_after: Mapped[int | None]
    """Whole days from the first hand-over to this arrival, in the site's zone."""
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_name: Mapped[str] = mapped_column(String(200))

    notices: Mapped[list["ComebackNotice"]] = relationship(order_by="ComebackNotice.id")


class ComebackNotice(Identified, Base):
    """Who did or inspected the first work and is told; ``read_at`` and what they say to it."""

    __tablename__ = "comeback_notices"
    __table_args__ = (UniqueConstraint("comeback_id", "user_id"),)

    comeback_id: Mapped[int] = mapped_column(ForeignKey("comebacks.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user_name: Mapped[str] = mapped_column(String(200))
    was_inspector: Mapped[bool] = mapped_column(default=False)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(300), default="")
