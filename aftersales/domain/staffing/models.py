"""Staffing: teams, bays, what a technician is able to do, and who is here today."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Identified, Money, UtcDateTime, Versioned, enum_type
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
