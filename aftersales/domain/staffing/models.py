"""Staffing: teams, bays, posts, what a technician is able to do, when somebody works, and who is here today."""

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Time, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Identified, Json, Money, UtcDateTime, Versioned, enum_type
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class Grade(StrEnum):
    SENIOR = "senior"
    INTERMEDIATE = "intermediate"
    JUNIOR = "junior"
    BODY = "body"
    PAINT = "paint"


class BayKind(StrEnum):
    LIFT = "lift"
    ALIGNMENT = "alignment"
    PAINT = "paint"
    EV = "ev"
    PRE_CHECK = "pre_check"
    WASH = "wash"


class Skill(StrEnum):
    """What a piece of labour asks for, and what a technician is able to do; each site prices an hour of it."""

    MECHANICAL = "mechanical"
    ELECTRICAL = "electrical"
    DIAGNOSIS = "diagnosis"
    BODY = "body"
    PAINT = "paint"


class Certificate(StrEnum):
    """A paper that some work asks for beside the skill. That for high voltage stands on the technician itself."""

    HIGH_VOLTAGE = "high_voltage"
    WARRANTY = "warranty"
    AIR_CONDITIONING = "air_conditioning"


class AbsenceKind(StrEnum):
    HOLIDAY = "holiday"
    SICK = "sick"
    TRAINING = "training"
    OTHER = "other"


words_for(
    Skill,
    {
        Skill.MECHANICAL: _l("Mechanical"),
        Skill.ELECTRICAL: _l("Electrical and high voltage"),
        Skill.DIAGNOSIS: _l("Diagnosis"),
        Skill.BODY: _l("Body"),
        Skill.PAINT: _l("Paint"),
    },
)
words_for(
    Certificate,
    {
        Certificate.HIGH_VOLTAGE: _l("High voltage (EV)"),
        Certificate.WARRANTY: _l("Warranty work"),
        Certificate.AIR_CONDITIONING: _l("Air conditioning"),
    },
)
words_for(
    AbsenceKind,
    {
        AbsenceKind.HOLIDAY: _l("Holiday"),
        AbsenceKind.SICK: _l("Sick"),
        AbsenceKind.TRAINING: _l("Training"),
        AbsenceKind.OTHER: _l("Other"),
    },
)
words_for(
    Grade,
    {
        Grade.SENIOR: _l("Senior"),
        Grade.INTERMEDIATE: _l("Intermediate"),
        Grade.JUNIOR: _l("Junior"),
        Grade.BODY: _l("Body"),
        Grade.PAINT: _l("Paint"),
    },
)
words_for(
    BayKind,
    {
        BayKind.LIFT: _l("Lift"),
        BayKind.ALIGNMENT: _l("Alignment"),
        BayKind.PAINT: _l("Paint"),
        BayKind.EV: _l("EV"),
        BayKind.PRE_CHECK: _l("Pre-check"),
        BayKind.WASH: _l("Wash"),
    },
)


class Team(Versioned, Base):
    """Technicians who work together under a team leader."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str] = mapped_column(String(80))
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    is_active: Mapped[bool] = mapped_column(default=True)


class Bay(Versioned, Base):
    """A place in the workshop where a car is worked on."""

    __tablename__ = "bays"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str] = mapped_column(String(40))
    kind: Mapped[BayKind] = mapped_column(enum_type(BayKind), default=BayKind.LIFT)
    is_active: Mapped[bool] = mapped_column(default=True)


class Technician(Versioned, Base):
    """What dispatch and cost reports need of a person who repairs: grade, team, cost of an hour."""

    __tablename__ = "technicians"
    __table_args__ = (UniqueConstraint("site_id", "user_id"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    grade: Mapped[Grade] = mapped_column(enum_type(Grade), default=Grade.INTERMEDIATE)
    hourly_cost: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    high_voltage_until: Mapped[date | None]
    """Last day of the certificate for work on electric and hybrid vehicles; None: without one (TEC-1)."""
    skills: Mapped[list[str]] = mapped_column(Json, default=list)
    """Values of :class:`Skill`. Where nothing was entered, the grade speaks: see :func:`.rules.skills_of`."""
    is_active: Mapped[bool] = mapped_column(default=True)


class TechnicianCertificate(Identified, Base):
    """A certificate that a technician holds, until the day it ends."""

    __tablename__ = "technician_certificates"
    __table_args__ = (UniqueConstraint("technician_id", "kind"),)

    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    kind: Mapped[Certificate] = mapped_column(enum_type(Certificate))
    valid_until: Mapped[date | None]


class ShiftDay(Identified, Base):
    """When a technician works on a weekday (Monday is 0), in wall-clock times of the site. A shift that ends before it
    begins runs past midnight. ``breaks`` are pairs of times, ``[["12:00", "12:30"]]``."""

    __tablename__ = "shift_days"
    __table_args__ = (
        UniqueConstraint("technician_id", "weekday"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
    )

    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    weekday: Mapped[int]
    starts_at: Mapped[time] = mapped_column(Time)
    ends_at: Mapped[time] = mapped_column(Time)
    breaks: Mapped[list[list[str]]] = mapped_column(Json, default=list)


class ShiftChange(Identified, Base):
    """Other times on one day than the weekly shift, also on a holiday; without times the day is off."""

    __tablename__ = "shift_changes"
    __table_args__ = (
        UniqueConstraint("technician_id", "day"),
        CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="both"),
    )

    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    day: Mapped[date]
    starts_at: Mapped[time | None] = mapped_column(Time)
    ends_at: Mapped[time | None] = mapped_column(Time)
    breaks: Mapped[list[list[str]]] = mapped_column(Json, default=list)
    note: Mapped[str] = mapped_column(String(120), default="")


class Absence(Identified, Base):
    """A technician is away, for whole days or a part of one. A withdrawn one stays on record."""

    __tablename__ = "absences"
    __table_args__ = (
        Index(None, "technician_id", "ends_at"),
        CheckConstraint("ends_at > starts_at", name="order"),
    )

    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    kind: Mapped[AbsenceKind] = mapped_column(enum_type(AbsenceKind))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(200), default="")
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by_name: Mapped[str] = mapped_column(String(200))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BayClosure(Identified, Base):
    """A bay cannot be used for a while: a lift is being repaired. A withdrawn closure stays on record."""

    __tablename__ = "bay_closures"
    __table_args__ = (
        Index(None, "bay_id", "ends_at"),
        CheckConstraint("ends_at > starts_at", name="order"),
    )

    bay_id: Mapped[int] = mapped_column(ForeignKey("bays.id"))
    reason: Mapped[str] = mapped_column(String(120))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by_name: Mapped[str] = mapped_column(String(200))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Post(Versioned, Base):
    """A post of the workshop's plan of staff, filled by a person or vacant since a day (DSP-6)."""

    __tablename__ = "posts"
    __table_args__ = (Index(None, "site_id"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    title: Mapped[str] = mapped_column(String(80))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    vacant_since: Mapped[date | None]
    is_active: Mapped[bool] = mapped_column(default=True)


_OPEN = text("ended_at IS NULL")


class Attendance(Identified, Base):
    """A person's working time at a site, from clocking on for the day to clocking off; one open at a time."""

    __tablename__ = "attendances"
    __table_args__ = (
        Index("uq_attendances_open", "user_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "site_id", "started_at"),
        CheckConstraint("ended_at >= started_at", name="order"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
