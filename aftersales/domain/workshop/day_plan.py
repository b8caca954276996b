"""Reading the plan of a day: what is planned for whom and where, and what is not planned yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.planning.models import Booking
from aftersales.domain.service_orders.models import (
    Authorisation,
    Job,
    Line,
    LineKind,
    PayType,
    Priority,
    ServiceOrder,
)
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.staffing.models import Bay, BayKind, Skill
from aftersales.domain.vehicles.models import Fuel, Vehicle
from aftersales.domain.workshop.models import Clocking
from aftersales.domain.workshop.needs import Needs, needs_of
from aftersales.domain.workshop.running import nobody_knows

PLANNABLE = frozenset(
    {
        OrderState.BOOKED,
        OrderState.ARRIVED,
        OrderState.CHECKED_IN,
        OrderState.ASSIGNED,
        OrderState.IN_PROGRESS,
        OrderState.AWAITING_APPROVAL,
        OrderState.AWAITING_PARTS,
        OrderState.REPAIRING,
    }
)
"""States in which work on the order can be planned."""
LEAST_MINUTES, STEP_MINUTES = 15, 5
"""Nothing shorter is planned: to a car one has to go, and work that has used up its time is still to be done.
What lies under a step of the plan beside what is planned is rounding."""
_UNSIGNED = frozenset({OrderState.BOOKED, OrderState.ARRIVED})


@dataclass(frozen=True, slots=True)
class Block:
    """A booking as the plan shows it."""

    id: int
    version: int
    job_id: int
    title: str
    order_id: int
    number: str
    state: OrderState
    promised_at: datetime | None
    plate: str
    plate_country: str
    user_id: int
    bay_id: int
    starts_at: datetime
    ends_at: datetime
    minutes: int
    is_fixed: bool
    overtime_reason: str
    planned_by_name: str
    planned_at: datetime
    is_done: bool
    is_running: bool
    """Whether somebody is clocked on to the job now."""
    tone: str = ""
    """``urgent`` where the plan ends the order after its promise, ``soon`` where less than the reserve is left."""


@dataclass(frozen=True, slots=True)
class OpenJob:
    """A job of which work is left that nobody has planned: ``minutes`` of it. ``release`` is when it may begin."""

    id: int
    title: str
    order_id: int
    order_version: int
    number: str
    state: OrderState
    plate: str
    plate_country: str
    vehicle_title: str
    promised_at: datetime | None
    priority: Priority
    is_waiting: bool
    is_comeback: bool
    technician_id: int | None
    bay_id: int | None
    minutes: int
    release: datetime | None
    waits_for: str
    """``hold``, ``approval`` or ``parts`` without a date: nobody knows when it can begin. Empty where it can."""
    needs: Needs

    @property
    def weight(self) -> int:
        """How much each late minute of the order weighs: the priority, doubled where the customer waits or came back."""
        weight = {Priority.NORMAL: 1, Priority.HIGH: 2, Priority.URGENT: 4}[self.priority]
        return weight * (2 if self.is_waiting or self.is_comeback else 1)


def list_blocks(
    site_id: int, *, since: datetime, until: datetime, now: datetime, at_risk_minutes: int
) -> list[Block]:
    """The bookings that stand and touch the stretch of time, in the order of time."""
    running = (
        select(Clocking.id)
        .where(Clocking.job_id == Booking.job_id, Clocking.ended_at.is_(None))
        .correlate(Booking)
        .exists()
    )
    other = Booking.__table__.alias("other")
    order_end = (
        select(func.max(other.c.ends_at))
        .where(other.c.service_order_id == Booking.service_order_id, other.c.cancelled_at.is_(None))
        .correlate(Booking)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            Booking.id, Booking.version, Job.id, Job.title, ServiceOrder.id, ServiceOrder.number, ServiceOrder.state,
            ServiceOrder.promised_at, Vehicle.plate, Vehicle.plate_country, Booking.user_id, Booking.bay_id,
            Booking.starts_at, Booking.ends_at, Booking.minutes, Booking.is_fixed, Booking.overtime_reason,
            Booking.planned_by_name, Booking.planned_at, Job.done_at.is_not(None), running, order_end,
        )
        .join(Job, Job.id == Booking.job_id)
        .join(ServiceOrder, ServiceOrder.id == Booking.service_order_id)
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .where(
            Booking.site_id == site_id,
            Booking.cancelled_at.is_(None),
            Booking.starts_at < until,
            Booking.ends_at > since,
        )
        .order_by(Booking.starts_at, Booking.id)
    )  # fmt: skip
    return [_block(tuple(row), now, at_risk_minutes) for row in rows]


def _block(row: tuple[Any, ...], now: datetime, at_risk_minutes: int) -> Block:
    *values, is_done, is_running, last = row
    state, promised_at = row[6], row[7]
    tone = ""
    if promised_at is not None and state in PLANNABLE:
        spare = int((promised_at - max(last, now)).total_seconds() // 60)
        tone = "urgent" if spare < 0 else "soon" if spare < at_risk_minutes else ""
    whole: tuple[Any, ...] = (*values, bool(is_done), bool(is_running), tone)
    return Block(*whole)


def list_open_jobs(
    site_id: int,
    *,
    now: datetime,
    default_minutes: int,
    order_id: int | None = None,
    with_planned: bool = False,
) -> list[OpenJob]:
    """Jobs of which work is left to plan, the most pressing first; with ``with_planned`` those too of which all is planned
    already (then ``minutes`` is all that is left to do)."""
    labour = case(
        (
            (Line.kind == LineKind.LABOUR) & (Line.authorisation != Authorisation.DECLINED),
            Line.quantity,
        ),
        else_=0,
    )
    authorised = case((Line.authorisation == Authorisation.AUTHORISED, 1), else_=0)
    query = (
        select(
            Job.id, Job.title, Job.skill, Job.bay_kind, Job.pay_type, Job.technician_id,
            ServiceOrder.id, ServiceOrder.version, ServiceOrder.number, ServiceOrder.state, Vehicle.plate,
            Vehicle.plate_country, Vehicle.make, Vehicle.model, Vehicle.fuel, ServiceOrder.promised_at,
            ServiceOrder.priority, ServiceOrder.is_waiting, ServiceOrder.comeback_of_id, ServiceOrder.technician_id,
            ServiceOrder.bay_id, ServiceOrder.planned_at, ServiceOrder.parts_missing, ServiceOrder.parts_expected_at,
            ServiceOrder.hold_reason,
            func.coalesce(func.sum(labour), 0), func.coalesce(func.sum(authorised), 0), func.count(Line.id),
        )
        .join(ServiceOrder, ServiceOrder.id == Job.service_order_id)
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .outerjoin(Line, (Line.job_id == Job.id) & Line.voided_at.is_(None))
        .where(
            ServiceOrder.site_id == site_id,
            ServiceOrder.closed_at.is_(None),
            ServiceOrder.state.in_(PLANNABLE),
            Job.voided_at.is_(None),
            Job.done_at.is_(None),
        )
        .group_by(Job.id, ServiceOrder.id, Vehicle.id)
        .order_by(ServiceOrder.promised_at.is_(None), ServiceOrder.promised_at, ServiceOrder.id, Job.position)
    )  # fmt: skip
    if order_id is not None:
        query = query.where(ServiceOrder.id == order_id)
    rows = [tuple(row) for row in db.session.execute(query)]
    ids = [row[0] for row in rows]
    worked, ahead = _worked(ids, now), _planned_ahead(ids, now)
    found = []
    for row in rows:
        job = _open_job(
            row, worked.get(row[0], 0), 0 if with_planned else ahead.get(row[0], 0), default_minutes
        )
        if job is not None:
            found.append(job)
    return found


def _open_job(row: tuple[Any, ...], worked: int, ahead: int, default_minutes: int) -> OpenJob | None:
    (
        ident, title, skill, bay_kind, pay_type, job_technician, order_id, version, number, state, plate, country,
        make, model, fuel, promised_at, priority, is_waiting, comeback_of, technician_id, bay_id, planned_at,
        parts_missing, parts_expected_at, hold_reason, hours, authorised, lines,
    ) = row  # fmt: skip
    if lines and not authorised and state not in _UNSIGNED:
        return None  # nobody has said yes to it yet
    whole = int(Decimal(hours) * 60) or default_minutes
    left = max(0, whole - worked) - ahead
    if not ahead:
        left = max(left, LEAST_MINUTES)  # it is not done, whatever the clock says
    if left < (STEP_MINUTES if ahead else 1):
        return None
    waits_for = ""
    if hold_reason is not None:
        waits_for = "hold"
    elif state is OrderState.AWAITING_APPROVAL:
        waits_for = "approval"
    elif parts_missing and parts_expected_at is None:
        waits_for = "parts"
    release = planned_at if state is OrderState.BOOKED else parts_expected_at if parts_missing else None
    return OpenJob(
        id=ident,
        title=title,
        order_id=order_id,
        order_version=version,
        number=number,
        state=state,
        plate=plate,
        plate_country=country,
        vehicle_title=" ".join(part for part in (make, model) if part),
        promised_at=promised_at,
        priority=priority,
        is_waiting=is_waiting,
        is_comeback=comeback_of is not None,
        technician_id=job_technician or technician_id,
        bay_id=bay_id,
        minutes=left,
        release=release,
        waits_for=waits_for,
        needs=needs_of(
            skill=Skill(skill) if skill else None,
            bay_kind=BayKind(bay_kind) if bay_kind else None,
            pay_type=PayType(pay_type),
            fuel=Fuel(fuel),
        ),
    )


def _worked(job_ids: Iterable[int], now: datetime) -> dict[int, int]:
    """Minutes that were clocked on each job, those that run now included. Rework is no work on the plan, and of a
    forgotten clock nobody knows how long it ran."""
    found: dict[int, int] = {}
    rows = db.session.execute(
        select(Clocking.job_id, Clocking.started_at, Clocking.ended_at).where(
            Clocking.job_id.in_(list(job_ids)), ~Clocking.is_rework, ~nobody_knows(Clocking)
        )
    )
    for job_id, started_at, ended_at in rows:
        minutes = int(((ended_at or now) - started_at).total_seconds() // 60)
        found[job_id] = found.get(job_id, 0) + max(0, minutes)
    return found


def _planned_ahead(job_ids: Iterable[int], now: datetime) -> dict[int, int]:
    """Minutes of each job that stand in the plan from now on. Of a booking that runs, the share that is left."""
    found: dict[int, int] = {}
    rows = db.session.execute(
        select(Booking.job_id, Booking.starts_at, Booking.ends_at, Booking.minutes).where(
            Booking.job_id.in_(list(job_ids)), Booking.cancelled_at.is_(None), Booking.ends_at > now
        )
    )
    for job_id, starts_at, ends_at, minutes in rows:
        left = minutes
        if starts_at < now:
            left = round(minutes * ((ends_at - now) / (ends_at - starts_at)))
        found[job_id] = found.get(job_id, 0) + left
    return found


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """A booking in words: for the pages of one order."""

    title: str
    name: str
    bay_name: str
    starts_at: datetime
    ends_at: datetime


def list_of_order(order_id: int, *, now: datetime) -> list[PlannedPart]:
    """What is planned for the order from now on."""
    rows = db.session.execute(
        select(Job.title, User.name, Bay.name, Booking.starts_at, Booking.ends_at)
        .join(Job, Job.id == Booking.job_id)
        .join(User, User.id == Booking.user_id)
        .join(Bay, Bay.id == Booking.bay_id)
        .where(Booking.service_order_id == order_id, Booking.cancelled_at.is_(None), Booking.ends_at > now)
        .order_by(Booking.starts_at)
    )
    return [PlannedPart(*row) for row in rows]
