"""Reading clocks: a person's times, the team's clocks that run, corrections and their trace."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.errors import NotFound
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.staffing.models import Attendance
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.workshop import clocking, my_day, rules
from aftersales.domain.workshop.models import Clocking, EndReason
from aftersales.domain.workshop.time_models import ClockCorrection, ForgottenClock
from aftersales.i18n import gettext


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A person's stretch of work on a job."""

    id: int
    user_id: int
    user_name: str
    service_order_id: int
    number: str
    plate: str
    plate_country: str
    job_id: int
    title: str
    started_at: datetime
    ended_at: datetime | None
    end_reason: EndReason | None
    note: str
    stopped_by_name: str
    shift_ended_at: datetime | None
    """When the shift ended after which the clock ran on, where somebody has noticed."""
    correction_id: int | None
    """The correction that waits for a decision."""

    def minutes(self, now: datetime) -> int:
        return rules.minutes_between(self.started_at, self.ended_at or now)


@dataclass(frozen=True, slots=True)
class DayRow:
    """A person's attendance."""

    id: int
    user_id: int
    user_name: str
    started_at: datetime
    ended_at: datetime | None
    shift_ended_at: datetime | None
    correction_id: int | None

    def minutes(self, now: datetime) -> int:
        return rules.minutes_between(self.started_at, self.ended_at or now)


def list_clocks(user_id: int, site_id: int, *, since: datetime) -> list[ClockRow]:
    """The person's stretches of work that ended after ``since`` or still run, newest first."""
    return _clocks(
        Clocking.user_id == user_id,
        Clocking.site_id == site_id,
        (Clocking.ended_at.is_(None)) | (Clocking.ended_at > since),
    )


@dataclass(frozen=True, slots=True)
class OwnJob:
    """A job that a person may have worked on."""

    id: int
    title: str
    number: str
    plate: str


def list_own_jobs(user_id: int, site_id: int, *, since: datetime) -> list[OwnJob]:
    """The jobs of the cars that the workshop has taken over and that are the person's or their team's, and those that
    they clocked on to after ``since``; by car."""
    clocked = select(Clocking.job_id).where(Clocking.user_id == user_id, Clocking.started_at > since)
    rows = db.session.execute(
        select(Job.id, Job.title, ServiceOrder.number, Vehicle.plate)
        .join(ServiceOrder, ServiceOrder.id == Job.service_order_id)
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .where(
            ServiceOrder.site_id == site_id,
            ServiceOrder.state.not_in(clocking.BEFORE_WORK),
            Job.voided_at.is_(None),
            my_day.is_of(user_id, site_id) | Job.id.in_(clocked),
        )
        .order_by(ServiceOrder.id.desc(), Job.position)
    )
    return [OwnJob(*row) for row in rows]


def list_running(site_id: int) -> list[ClockRow]:
    """Every clock that runs at the site, newest first."""
    return _clocks(Clocking.site_id == site_id, Clocking.ended_at.is_(None))


def get_clock(clocking_id: int, site_id: int) -> ClockRow:
    """The stretch of work. Raises :class:`NotFound`, also for one of another site."""
    rows = _clocks(Clocking.id == clocking_id, Clocking.site_id == site_id)
    if not rows:
        raise NotFound(gettext("There is no such clock."))
    return rows[0]


def list_days(user_id: int, site_id: int, *, since: datetime) -> list[DayRow]:
    """The person's attendance that ended after ``since`` or still runs, newest first."""
    return _days(
        Attendance.user_id == user_id,
        Attendance.site_id == site_id,
        (Attendance.ended_at.is_(None)) | (Attendance.ended_at > since),
    )


def get_day(attendance_id: int, site_id: int) -> DayRow:
    """The attendance. Raises :class:`NotFound`, also for one of another site."""
    rows = _days(Attendance.id == attendance_id, Attendance.site_id == site_id)
    if not rows:
        raise NotFound(gettext("There is no such day."))
    return rows[0]


def list_corrections(
    *, clocking_id: int | None = None, attendance_id: int | None = None
) -> list[ClockCorrection]:
    """The trace of a clock: every correction with old and new times, oldest first."""
    is_it = (
        ClockCorrection.clocking_id == clocking_id
        if clocking_id is not None
        else ClockCorrection.attendance_id == attendance_id
    )
    return list(db.session.scalars(select(ClockCorrection).where(is_it).order_by(ClockCorrection.id)))


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A correction in a list, with whose it is and what it is about."""

    correction: ClockCorrection
    user_name: str
    title: str | None
    number: str | None


def list_waiting(site_id: int) -> list[CorrectionRow]:
    """The corrections that wait for a decision, oldest first."""
    return _corrections(ClockCorrection.site_id == site_id, ClockCorrection.decided_at.is_(None))


def get_correction(correction_id: int, site_id: int) -> CorrectionRow:
    """The correction. Raises :class:`NotFound`, also for one of another site."""
    rows = _corrections(ClockCorrection.id == correction_id, ClockCorrection.site_id == site_id)
    if not rows:
        raise NotFound(gettext("There is no such correction."))
    return rows[0]


def _corrections(*where: ColumnElement[bool]) -> list[CorrectionRow]:
    rows = db.session.execute(
        select(ClockCorrection, User.name, Job.title, ServiceOrder.number)
        .join(User, User.id == ClockCorrection.user_id)
        .outerjoin(Clocking, Clocking.id == ClockCorrection.clocking_id)
        .outerjoin(Job, Job.id == Clocking.job_id)
        .outerjoin(ServiceOrder, ServiceOrder.id == Clocking.service_order_id)
        .where(*where)
        .order_by(ClockCorrection.id)
    )
    return [CorrectionRow(row[0], row[1], row[2], row[3]) for row in rows]


def _clocks(*where: ColumnElement[bool]) -> list[ClockRow]:
    query: Any = (
        select(
            Clocking.id,
            Clocking.user_id,
            User.name,
            Clocking.service_order_id,
            ServiceOrder.number,
            Vehicle.plate,
            Vehicle.plate_country,
            Clocking.job_id,
            Job.title,
            Clocking.started_at,
            Clocking.ended_at,
            Clocking.end_reason,
            Clocking.note,
            Clocking.stopped_by_name,
            ForgottenClock.shift_ended_at,
            ClockCorrection.id,
        )
        .join(User, User.id == Clocking.user_id)
        .join(ServiceOrder, ServiceOrder.id == Clocking.service_order_id)
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .join(Job, Job.id == Clocking.job_id)
        .outerjoin(ForgottenClock, ForgottenClock.clocking_id == Clocking.id)
        .outerjoin(
            ClockCorrection,
            (ClockCorrection.clocking_id == Clocking.id) & ClockCorrection.decided_at.is_(None),
        )
        .where(*where)
        .order_by(Clocking.started_at.desc(), Clocking.id.desc())
    )
    return [ClockRow(*tuple(row)) for row in db.session.execute(query)]


def _days(*where: ColumnElement[bool]) -> list[DayRow]:
    query: Any = (
        select(
            Attendance.id,
            Attendance.user_id,
            User.name,
            Attendance.started_at,
            Attendance.ended_at,
            ForgottenClock.shift_ended_at,
            ClockCorrection.id,
        )
        .join(User, User.id == Attendance.user_id)
        .outerjoin(ForgottenClock, ForgottenClock.attendance_id == Attendance.id)
        .outerjoin(
            ClockCorrection,
            (ClockCorrection.attendance_id == Attendance.id) & ClockCorrection.decided_at.is_(None),
        )
        .where(*where)
        .order_by(Attendance.started_at.desc(), Attendance.id.desc())
    )
    return [DayRow(*tuple(row)) for row in db.session.execute(query)]
