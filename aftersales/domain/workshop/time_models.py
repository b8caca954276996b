"""Time on the floor that needs a second look: forgotten clocks, corrections, and whether a job will be ready on time."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Identified, UtcDateTime

_WAITS = text("decided_at IS NULL")
_ASKED = text("asked_at IS NOT NULL")
_ONE_OF_TWO = "(clocking_id IS NULL) <> (attendance_id IS NULL)"


class ForgottenClock(Identified, Base):
    """A clock, of a job or of the day, that still ran after the end of the person's shift. Noticed once; whoever says
    that they still work is asked again after ``still_until``."""

    __tablename__ = "forgotten_clocks"
    __table_args__ = (
        CheckConstraint(_ONE_OF_TWO, name="one"),
        Index(None, "user_id"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    clocking_id: Mapped[int | None] = mapped_column(ForeignKey("clockings.id"), unique=True)
    attendance_id: Mapped[int | None] = mapped_column(ForeignKey("attendances.id"), unique=True)
    shift_ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noticed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    still_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Until when the person said that they still work."""


class ClockCorrection(Identified, Base):
    """A clock's time as it was and as it should be: who said so, when and why, and who agreed. Rows are only added and
    decided, never changed or deleted, so that both times stay readable for ever."""

    __tablename__ = "clock_corrections"
    __table_args__ = (
        CheckConstraint(_ONE_OF_TWO, name="one"),
        CheckConstraint("new_ended_at > new_started_at", name="order"),
        CheckConstraint("(decided_at IS NULL) = (is_accepted IS NULL)", name="decided"),
        Index(
            "uq_clock_corrections_waiting_clocking",
            "clocking_id",
            unique=True,
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
        Index(
            "uq_clock_corrections_waiting_attendance",
            "attendance_id",
            unique=True,
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
        Index(None, "site_id", "asked_at"),
        Index(None, "user_id"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    """Whose clock it is."""
    clocking_id: Mapped[int | None] = mapped_column(ForeignKey("clockings.id"))
    attendance_id: Mapped[int | None] = mapped_column(ForeignKey("attendances.id"))
    old_started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    old_ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None where the clock still ran when it was corrected."""
    new_started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    new_ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(300))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_by_name: Mapped[str] = mapped_column(String(200))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_name: Mapped[str] = mapped_column(String(200), default="")
    is_accepted: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(String(300), default="")
    """Why it was refused."""


class ProgressCheck(Identified, Base):
    """Whether a job will be ready on time (DSP-5): asked once per job when most of the planned time is used, or said by
    the technician unasked; then what was done about it."""

    __tablename__ = "progress_checks"
    __table_args__ = (
        Index(
            "uq_progress_checks_asked", "job_id", unique=True, sqlite_where=_ASKED, postgresql_where=_ASKED
        ),
        Index(None, "service_order_id"),
        CheckConstraint("(answered_at IS NULL) = (is_on_time IS NULL)", name="answered"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"))
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None where the technician said it unasked."""
    asked_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_name: Mapped[str] = mapped_column(String(200), default="")
    is_on_time: Mapped[bool | None]
    ready_by_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the technician expects to be done, where that is later than planned."""
    abnormal: Mapped[str] = mapped_column(Text, default="")
    measure: Mapped[str] = mapped_column(Text, default="")
    """What the manager or advisor did about it."""
    measured_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    measured_by_name: Mapped[str] = mapped_column(String(200), default="")
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the advisor told the customer, or decided that there is nothing to tell."""
    told_by_name: Mapped[str] = mapped_column(String(200), default="")
    told_how: Mapped[str] = mapped_column(String(300), default="")
    """How, or why not; empty where a new time was promised, whose message the customer got."""

    @property
    def is_alarming(self) -> bool:
        """Whether manager and advisor have to know."""
        return self.answered_at is not None and (not self.is_on_time or bool(self.abnormal))
