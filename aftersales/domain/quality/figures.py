"""The quality supervisor's day: what waits to be inspected, what is in rework, and how often work holds (QCS-2)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.quality.models import CheckStage, QualityCheck, Rework
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.workshop.models import Clocking
from aftersales.domain.workshop.rules import minutes_between


@dataclass(frozen=True, slots=True)
class Waiting:
    """A car at a check. ``since`` is when it came there."""

    order_id: int
    number: str
    plate: str
    plate_country: str
    vehicle_title: str
    summary: str
    promised_at: datetime | None
    since: datetime
    rework_count: int
    open_rework: int
    rework_minutes: int
    technician: str | None


def list_waiting(site_id: int) -> list[Waiting]:
    """Cars that wait for their final inspection, the one promised first on top."""
    return _list(
        ServiceOrder.site_id == site_id,
        ServiceOrder.state == OrderState.QUALITY_CHECK,
    )


def list_in_rework(site_id: int) -> list[Waiting]:
    """Cars of which something that failed a check is still to be mended."""
    return _list(
        ServiceOrder.site_id == site_id,
        ServiceOrder.state == OrderState.REPAIRING,
        ServiceOrder.open_rework > 0,
    )


def _list(*conditions: object) -> list[Waiting]:
    rows = db.session.execute(
        select(
            ServiceOrder.id.label("order_id"),
            ServiceOrder.number,
            Vehicle.plate,
            Vehicle.plate_country,
            func.trim(Vehicle.make + " " + Vehicle.model).label("vehicle_title"),
            ServiceOrder.summary,
            ServiceOrder.promised_at,
            ServiceOrder.state_since.label("since"),
            ServiceOrder.rework_count,
            ServiceOrder.open_rework,
            ServiceOrder.rework_minutes,
            User.name.label("technician"),
        )
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .outerjoin(User, User.id == ServiceOrder.technician_id)
        .where(ServiceOrder.closed_at.is_(None), *conditions)  # type: ignore[arg-type]
        .order_by(ServiceOrder.promised_at.is_(None), ServiceOrder.promised_at, ServiceOrder.id)
    )
    return [Waiting(**row._mapping) for row in rows]


@dataclass(frozen=True, slots=True)
class Figures:
    """Final inspections of a span: cars inspected for the first time and passed at once, what was sent back, and minutes
    of rework by the clock."""

    inspected: int
    passed_first: int
    sent_back: int
    rework_minutes: int

    @property
    def first_time_share(self) -> Decimal | None:
        """Passed at their first final inspection of all inspected for the first time; None without any."""
        return Decimal(self.passed_first) / self.inspected if self.inspected else None


def figures_of(site_id: int, *, from_at: datetime, until_at: datetime) -> Figures:
    """The span's figures, by the moment at which the first final inspection ended, the rework was opened, the clock
    began; in three queries. What is behind each is listed by the functions below, from the same conditions."""
    inspected, passed = db.session.execute(
        select(
            func.count(QualityCheck.id), func.count(QualityCheck.id).filter(QualityCheck.is_passed.is_(True))
        ).where(*_first_inspections(site_id, from_at, until_at))
    ).one()
    sent_back = db.session.scalar(
        select(func.count(Rework.id))
        .join(QualityCheck, QualityCheck.id == Rework.quality_check_id)
        .where(*_sent_back(site_id, from_at, until_at))
    )
    clockings = db.session.execute(
        select(Clocking.started_at, Clocking.ended_at).where(*_rework_clocks(site_id, from_at, until_at))
    )
    minutes = sum(minutes_between(row[0], row[1]) for row in clockings if row[1] is not None)
    return Figures(inspected, passed, sent_back or 0, minutes)


@dataclass(frozen=True, slots=True)
class Behind:
    """A row behind one of the figures: what it was, who, when, and what it adds to the figure: a car that passed at once
    or did not, minutes of rework."""

    order_id: int
    number: str
    plate: str
    plate_country: str
    who: str
    at: datetime
    what: str = ""
    is_passed: bool | None = None
    minutes: int = 0


def list_inspected(site_id: int, *, from_at: datetime, until_at: datetime) -> list[Behind]:
    """The first final inspections of the span, newest first."""
    rows = db.session.execute(
        _behind(QualityCheck.checker_name, QualityCheck.checked_at, QualityCheck.is_passed)
        .join(QualityCheck, QualityCheck.service_order_id == ServiceOrder.id)
        .where(*_first_inspections(site_id, from_at, until_at))
        .order_by(QualityCheck.checked_at.desc(), QualityCheck.id.desc())
    )
    return [_row(row, is_passed=row[6]) for row in rows]


def list_sent_back(site_id: int, *, from_at: datetime, until_at: datetime) -> list[Behind]:
    """Each point that a check sent back in the span, newest first."""
    rows = db.session.execute(
        _behind(Rework.opened_by_name, Rework.opened_at, Rework.title)
        .join(Rework, Rework.service_order_id == ServiceOrder.id)
        .join(QualityCheck, QualityCheck.id == Rework.quality_check_id)
        .where(*_sent_back(site_id, from_at, until_at))
        .order_by(Rework.opened_at.desc(), Rework.id.desc())
    )
    return [_row(row, what=row[6]) for row in rows]


def list_rework_clocks(site_id: int, *, from_at: datetime, until_at: datetime) -> list[Behind]:
    """The clocks of rework that began in the span and have ended, newest first."""
    rows = db.session.execute(
        _behind(User.name, Clocking.started_at, func.coalesce(Rework.title, ""), Clocking.ended_at)
        .join(Clocking, Clocking.service_order_id == ServiceOrder.id)
        .join(User, User.id == Clocking.user_id)
        .outerjoin(Rework, Rework.id == Clocking.rework_id)
        .where(*_rework_clocks(site_id, from_at, until_at))
        .order_by(Clocking.started_at.desc(), Clocking.id.desc())
    )
    return [_row(row, what=row[6], minutes=minutes_between(row[5], row[7])) for row in rows]


def _behind(who: Any, at: Any, *more: Any) -> Select[Any]:
    return (
        select(ServiceOrder.id, ServiceOrder.number, Vehicle.plate, Vehicle.plate_country, who, at, *more)
        .select_from(ServiceOrder)
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
    )


def _row(row: Any, **more: Any) -> Behind:
    return Behind(row[0], row[1], row[2], row[3], row[4], row[5], **more)


def _first_inspections(site_id: int, from_at: datetime, until_at: datetime) -> tuple[Any, ...]:
    return (
        QualityCheck.site_id == site_id,
        QualityCheck.stage == CheckStage.FINAL,
        QualityCheck.round == 1,
        QualityCheck.checked_at >= from_at,
        QualityCheck.checked_at < until_at,
    )


def _sent_back(site_id: int, from_at: datetime, until_at: datetime) -> tuple[Any, ...]:
    return (QualityCheck.site_id == site_id, Rework.opened_at >= from_at, Rework.opened_at < until_at)


def _rework_clocks(site_id: int, from_at: datetime, until_at: datetime) -> tuple[Any, ...]:
    return (
        Clocking.site_id == site_id,
        Clocking.is_rework,
        Clocking.started_at >= from_at,
        Clocking.started_at < until_at,
        Clocking.ended_at.is_not(None),
    )
