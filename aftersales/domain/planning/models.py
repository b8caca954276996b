"""The plan of the workshop: which job is planned for whom, in which bay, from when to when."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, UtcDateTime, Versioned

_STANDS = text("cancelled_at IS NULL")


class Booking(Versioned, Base):
    """A job, or a part of one, planned for a person and a bay. Of those that stand no two overlap for a person, a bay or
    a car: see :func:`.bookings.put`. One that was taken off stays on record.

    ``minutes`` is the work; ``ends_at`` lies later by the breaks that fall into it. It is a plan: who has the order and
    where the car stands now is said by the order's own ``technician_id`` and ``bay_id``.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        Index("ix_bookings_site", "site_id", "ends_at", sqlite_where=_STANDS, postgresql_where=_STANDS),
        Index("ix_bookings_person", "user_id", "ends_at", sqlite_where=_STANDS, postgresql_where=_STANDS),
        Index("ix_bookings_bay", "bay_id", "ends_at", sqlite_where=_STANDS, postgresql_where=_STANDS),
        Index(None, "service_order_id"),
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint("minutes > 0", name="minutes"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    bay_id: Mapped[int] = mapped_column(ForeignKey("bays.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int]
    is_fixed: Mapped[bool] = mapped_column(default=False)
    """The planner leaves it where it is."""
    overtime_reason: Mapped[str] = mapped_column(String(200), default="")
    """Why it lies outside the person's shift."""
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    planned_by_name: Mapped[str] = mapped_column(String(200))
    """Who changed it last, and when."""
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[str] = mapped_column(String(200), default="")
