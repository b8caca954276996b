"""The workshop floor: clockings on jobs, photos of the work, problems reported to the advisor."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Identified, UtcDateTime, enum_type
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class EndReason(StrEnum):
    """Why a clocking ended: the job is finished, or work on it pauses."""

    FINISHED = "finished"
    BREAK = "break"
    PARTS = "parts"
    APPROVAL = "approval"
    BAY = "bay"
    OTHER_JOB = "other_job"
    END_OF_DAY = "end_of_day"
    OTHER = "other"
    STOPPED = "stopped"
    FORGOTTEN = "forgotten"


class PhotoPhase(StrEnum):
    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class HandoverItem(StrEnum):
    """What the workshop receives with a car (DSP-2)."""

    CAR = "car"
    KEY = "key"
    ORDER = "order"
    CHECKIN_SHEET = "checkin_sheet"


PAUSES = (
    EndReason.BREAK,
    EndReason.PARTS,
    EndReason.APPROVAL,
    EndReason.BAY,
    EndReason.OTHER_JOB,
    EndReason.END_OF_DAY,
    EndReason.OTHER,
)
"""The reasons that a person may give for a pause."""

words_for(
    EndReason,
    {
        EndReason.FINISHED: _l("Finished"),
        EndReason.BREAK: _l("Break"),
        EndReason.PARTS: _l("Waits for parts"),
        EndReason.APPROVAL: _l("Waits for approval"),
        EndReason.BAY: _l("Waits for bay or tool"),
        EndReason.OTHER_JOB: _l("Called to another job"),
        EndReason.END_OF_DAY: _l("End of the day"),
        EndReason.OTHER: _l("Other"),
        EndReason.STOPPED: _l("Stopped by a colleague"),
        EndReason.FORGOTTEN: _l("Forgotten and corrected"),
    },
)
words_for(
    PhotoPhase,
    {
        PhotoPhase.BEFORE: _l("Before"),
        PhotoPhase.DURING: _l("During the work"),
        PhotoPhase.AFTER: _l("After"),
    },
)
words_for(
    HandoverItem,
    {
        HandoverItem.CAR: _l("Car"),
        HandoverItem.KEY: _l("Key"),
        HandoverItem.ORDER: _l("Service order"),
        HandoverItem.CHECKIN_SHEET: _l("Check-in sheet"),
    },
)

_RUNNING = text("ended_at IS NULL")


class Clocking(Identified, Base):
    """A person's time on a job, from start to stop; a pause ends one and going on begins another.

    At most one runs per person: the database holds that too.
    """

    __tablename__ = "clockings"
    __table_args__ = (
        Index(
            "uq_clockings_running", "user_id", unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING
        ),
        Index(
            "ix_clockings_running_order", "service_order_id", sqlite_where=_RUNNING, postgresql_where=_RUNNING
        ),
        Index(None, "service_order_id"),
        Index(None, "job_id"),
        Index(None, "site_id", "started_at"),
        CheckConstraint("ended_at >= started_at", name="order"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[EndReason | None] = mapped_column(enum_type(EndReason))
    note: Mapped[str] = mapped_column(String(200), default="")
    is_rework: Mapped[bool] = mapped_column(default=False)
    """Whether it mends what failed a check; this time is neither worked nor sold (QCS-2)."""
    rework_id: Mapped[int | None] = mapped_column(ForeignKey("reworks.id"))
    stopped_by_name: Mapped[str] = mapped_column(String(200), default="")
    """Who ended it where that was somebody else than the person."""


class FaultCheck(Identified, Base):
    """Whether the technician found the fault that the customer describes (TEC-1); asked once per job."""

    __tablename__ = "fault_checks"

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"), unique=True)
    is_found: Mapped[bool]
    note: Mapped[str] = mapped_column(String(300), default="")
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_by_name: Mapped[str] = mapped_column(String(200))


class ProblemReport(Identified, Base):
    """What a technician found beyond the approved work, until the advisor takes it up or sets it aside (ORD-4)."""

    __tablename__ = "problem_reports"
    __table_args__ = (
        Index(None, "service_order_id"),
        CheckConstraint("extra_minutes >= 0", name="extra_minutes"),
    )

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    """The job during which it was found."""
    text: Mapped[str] = mapped_column(Text)
    is_unsafe: Mapped[bool] = mapped_column(default=False)
    """Whether the car should not be driven like this."""
    extra_minutes: Mapped[int] = mapped_column(default=0)
    """How much longer the work would take, as the technician estimates it."""
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reported_by_name: Mapped[str] = mapped_column(String(200))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_name: Mapped[str] = mapped_column(String(200), default="")
    answer: Mapped[str] = mapped_column(String(200), default="")
    """Why it was set aside; empty when it became a job."""
    new_job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))


class JobPhoto(Identified, Base):
    """A photo of the work (TEC-9) or of a reported problem. Whether the customer sees it stands on the attachment."""

    __tablename__ = "job_photos"
    __table_args__ = (Index(None, "service_order_id"), Index(None, "job_id"), Index(None, "report_id"))

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("problem_reports.id"))
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachments.id"), unique=True)
    phase: Mapped[PhotoPhase] = mapped_column(enum_type(PhotoPhase))
