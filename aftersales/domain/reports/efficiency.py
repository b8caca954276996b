"""What the efficiency report reads (REP-2). A month is that of the site's zone; which orders and sold hours count in it
follows from the basis. A fixed number of queries, however many orders."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from aftersales.clock import local_date
from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.quotations.models import Quotation
from aftersales.domain.reports import efficiency_rules as rules
from aftersales.domain.reports.efficiency_rules import (
    Basis,
    JobSold,
    Moment,
    OrderFigures,
    Share,
    TechnicianRow,
)
from aftersales.domain.reports.rules import Hours, Month, Visit, minutes_within
from aftersales.domain.service_orders.models import (
    Authorisation,
    EventKind,
    Job,
    Line,
    LineKind,
    OrderEvent,
    ServiceOrder,
)
from aftersales.domain.service_orders.states import CLOSED, OrderState
from aftersales.domain.staffing.models import Attendance, Bay
from aftersales.domain.staffing.working_time import find_working_time
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.workshop.models import Clocking


def in_month(site_id: int, month: Month, basis: Basis) -> ColumnElement[bool]:
    """The orders that count in the month."""
    of_site = ServiceOrder.site_id == site_id
    if basis is Basis.COMPLETED:
        return (
            of_site
            & (ServiceOrder.state == OrderState.COMPLETED)
            & (ServiceOrder.closed_at >= month.starts_at)
            & (ServiceOrder.closed_at < month.ends_at)
        )
    if basis is Basis.INVOICED:
        return (
            of_site
            & (ServiceOrder.invoiced_at >= month.starts_at)
            & (ServiceOrder.invoiced_at < month.ends_at)
        )
    clocked = select(Clocking.service_order_id).where(
        Clocking.site_id == site_id,
        Clocking.started_at < month.ends_at,
        or_(Clocking.ended_at.is_(None), Clocking.ended_at > month.starts_at),
    )
    done = (
        select(Job.service_order_id)
        .join(ServiceOrder, ServiceOrder.id == Job.service_order_id)
        .where(of_site, Job.done_at >= month.starts_at, Job.done_at < month.ends_at)
    )
    return of_site & or_(ServiceOrder.id.in_(clocked), ServiceOrder.id.in_(done))


def list_technicians(site_id: int, month: Month, basis: Basis, *, now: datetime) -> list[TechnicianRow]:
    """Attended, worked and sold minutes, rework, and the labour net per technician, by name.

    Attended and worked count the minutes that lie in the month, rework apart from worked. Sold are the standard hours of
    authorised labour of every pay type, split by who worked how long; by the day of the work each month gets the part
    that was clocked in it.
    """
    attended = _minutes(
        select(Attendance.user_id, Attendance.started_at, Attendance.ended_at),
        Attendance,
        site_id,
        month,
        now,
    )
    clocks = select(Clocking.user_id, Clocking.started_at, Clocking.ended_at)
    worked = _minutes(clocks.where(~Clocking.is_rework), Clocking, site_id, month, now)
    rework = _minutes(clocks.where(Clocking.is_rework), Clocking, site_id, month, now)
    sold: dict[int, Share] = defaultdict(Share)
    for _, shares in _sold(site_id, month, basis, now):
        for who, part in shares.items():
            sold[who] += part
    people = set(attended) | set(worked) | set(rework) | set(sold)
    names = {
        row.id: row.name for row in db.session.execute(select(User.id, User.name).where(User.id.in_(people)))
    }
    rows = [
        TechnicianRow(
            who,
            names.get(who, ""),
            Hours(attended.get(who, 0), worked.get(who, 0), sold[who].minutes),
            rework.get(who, 0),
            sold[who].net,
        )
        for who in people
    ]
    return sorted(rows, key=lambda row: (not row.name, row.name))


@dataclass(frozen=True, slots=True)
class OrderShare:
    """An order behind a technician's hours: minutes or an amount."""

    id: int
    number: str
    plate: str
    plate_country: str
    minutes: int
    net: Decimal


def list_sold(site_id: int, month: Month, basis: Basis, user_id: int, *, now: datetime) -> list[OrderShare]:
    """The orders whose parts sum to a technician's sold hours and labour net."""
    own: dict[int, Share] = defaultdict(Share)
    for job, shares in _sold(site_id, month, basis, now):
        if user_id in shares:
            own[job.order_id] += shares[user_id]
    return _named({order_id: (part.minutes, part.net) for order_id, part in own.items()})


def list_worked(
    site_id: int, month: Month, user_id: int, *, now: datetime, is_rework: bool = False
) -> list[OrderShare]:
    """The orders whose minutes sum to what the technician worked in the month."""
    minutes: dict[int, int] = defaultdict(int)
    for order_id, started_at, ended_at in db.session.execute(
        select(Clocking.service_order_id, Clocking.started_at, Clocking.ended_at).where(
            *_overlaps(Clocking, site_id, month), Clocking.user_id == user_id, Clocking.is_rework == is_rework
        )
    ):
        minutes[order_id] += minutes_within(started_at, ended_at, month, now)
    return _named({order_id: (spent, Decimal(0)) for order_id, spent in minutes.items()})


def list_attended(
    site_id: int, month: Month, user_id: int, *, now: datetime
) -> list[tuple[int, datetime, datetime | None, int]]:
    """The days whose minutes in the month sum to what the technician attended: id, begin, end, minutes."""
    rows = db.session.execute(
        select(Attendance.id, Attendance.started_at, Attendance.ended_at)
        .where(*_overlaps(Attendance, site_id, month), Attendance.user_id == user_id)
        .order_by(Attendance.started_at)
    )
    return [(row[0], row[1], row[2], minutes_within(row[1], row[2], month, now)) for row in rows]


def list_orders(site_id: int, month: Month, basis: Basis, *, now: datetime) -> list[OrderFigures]:
    """The month's orders with all that its figures come from, newest first; in three queries."""
    which = in_month(site_id, month, basis)
    estimate = (
        select(Quotation.gross)
        .where(Quotation.service_order_id == ServiceOrder.id, Quotation.version_no == 1)
        .correlate(ServiceOrder)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            ServiceOrder.id,
            ServiceOrder.number,
            Vehicle.plate,
            Vehicle.plate_country,
            ServiceOrder.arrived_at,
            ServiceOrder.ready_at,
            ServiceOrder.first_promised_at,
            ServiceOrder.rework_count,
            ServiceOrder.qc_passed_at,
            ServiceOrder.comeback_of_id,
            ServiceOrder.closed_at,
            estimate.label("estimate"),
            ServiceOrder.authorised_gross,
            ServiceOrder.planned_minutes,
            ServiceOrder.worked_minutes,
        )
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .where(which)
        .order_by(ServiceOrder.id.desc())
    ).all()
    moments = _moments(which)
    found = []
    for row in rows:
        states, waits = rules.spend(moments.get(row.id, []), row.closed_at or now)
        found.append(
            OrderFigures(
                id=row.id,
                number=row.number,
                plate=row.plate,
                plate_country=row.plate_country,
                visit=Visit(
                    arrived_at=row.arrived_at,
                    ready_at=row.ready_at,
                    promised_at=row.first_promised_at,
                    rework_count=row.rework_count,
                    is_checked=row.qc_passed_at is not None,
                    is_comeback=row.comeback_of_id is not None,
                ),
                handed_over_at=row.closed_at,
                estimate=row.estimate,
                final=row.authorised_gross,
                planned=row.planned_minutes,
                worked=row.worked_minutes,
                states=states,
                waits=waits,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class BayTurnover:
    """How often the bays changed their car: cars that were given a bay, bays in use, open days."""

    cars: int
    bays: int
    days: int

    @property
    def per_bay_and_day(self) -> Decimal | None:
        """Cars ÷ (bays × open days), to two places."""
        places = self.bays * self.days
        return (Decimal(self.cars) / places).quantize(Decimal("0.01")) if places else None


def bay_turnover(site_id: int, timezone: str, month: Month, *, now: datetime) -> BayTurnover:
    """The month's bay turnover, its open days up to now."""
    hours = find_working_time(site_id, timezone, month.starts_at)
    length = (
        min(local_date(now, timezone) + timedelta(days=1), month.next.replace(day=1)) - month.first
    ).days
    days = sum(hours.on(month.first + timedelta(days=number)) is not None for number in range(length))
    bays = db.session.scalar(
        select(func.count()).select_from(Bay).where(Bay.site_id == site_id, Bay.is_active)
    )
    return BayTurnover(len(list_bay_orders(site_id, month)), bays or 0, days)


def list_bay_orders(site_id: int, month: Month) -> list[OrderShare]:
    """The orders that were given a bay in the month."""
    ids = db.session.scalars(
        select(OrderEvent.service_order_id)
        .join(ServiceOrder, ServiceOrder.id == OrderEvent.service_order_id)
        .where(
            ServiceOrder.site_id == site_id,
            OrderEvent.to_state == OrderState.ASSIGNED,
            OrderEvent.at >= month.starts_at,
            OrderEvent.at < month.ends_at,
        )
    )
    return _named(dict.fromkeys(ids, (0, Decimal(0))))


def _moments(which: ColumnElement[bool]) -> dict[int, list[Moment]]:
    """Each order's states and holds in the order of time."""
    rows = db.session.execute(
        select(OrderEvent.service_order_id, OrderEvent.at, OrderEvent.to_state, OrderEvent.params)
        .join(ServiceOrder, ServiceOrder.id == OrderEvent.service_order_id)
        .where(
            which,
            or_(
                OrderEvent.to_state.is_not(None),
                (OrderEvent.kind == EventKind.EDIT)
                & OrderEvent.text.in_(("On hold: %(why)s", "No longer on hold")),
            ),
        )
        .order_by(OrderEvent.service_order_id, OrderEvent.at, OrderEvent.id)
    )
    found: dict[int, list[Moment]] = defaultdict(list)
    for order_id, at, to_state, params in rows:
        state = OrderState(to_state) if to_state else None
        hold = "" if state in CLOSED else None if state else str(params.get("hold", ""))
        found[order_id].append(Moment(at, state, hold))
    return found


def _sold(site_id: int, month: Month, basis: Basis, now: datetime) -> list[tuple[JobSold, dict[int, Share]]]:
    """The labour sold per job, and each technician's part of it in the month."""
    which = in_month(site_id, month, basis)
    jobs = db.session.execute(
        select(
            Job.id,
            Job.service_order_id,
            Job.done_by_id,
            Job.done_at,
            ServiceOrder.technician_id,
            func.sum(Line.quantity).label("hours"),
            func.sum(Line.net).label("net"),
        )
        .join(Line, Line.job_id == Job.id)
        .join(ServiceOrder, ServiceOrder.id == Job.service_order_id)
        .where(
            which,
            Line.kind == LineKind.LABOUR,
            Line.authorisation == Authorisation.AUTHORISED,
            Line.voided_at.is_(None),
        )
        .group_by(Job.id, Job.service_order_id, Job.done_by_id, Job.done_at, ServiceOrder.technician_id)
        .order_by(Job.id)
    ).all()
    stretches: dict[int, list[tuple[int, datetime, datetime]]] = defaultdict(list)
    for job_id, user_id, started_at, ended_at in db.session.execute(
        select(Clocking.job_id, Clocking.user_id, Clocking.started_at, Clocking.ended_at)
        .join(ServiceOrder, ServiceOrder.id == Clocking.service_order_id)
        .where(which, ~Clocking.is_rework)
    ):
        stretches[job_id].append((user_id, started_at, ended_at or now))
    found = []
    for row in jobs:
        job = JobSold(
            row.service_order_id,
            int(row.hours * 60),
            row.net,
            tuple(stretches.get(row.id, ())),
            row.done_by_id or row.technician_id,
        )
        if basis is not Basis.CLOCKED:
            found.append((job, rules.split(job)))
        elif job.stretches and any(end > begin for _, begin, end in job.stretches):
            found.append((job, rules.split_by_day(job, month.starts_at, month.ends_at)))
        elif row.done_at and month.starts_at <= row.done_at < month.ends_at:
            found.append((job, rules.split(job)))
    return found


def _named(shares: dict[int, tuple[int, Decimal]]) -> list[OrderShare]:
    """The orders of these parts with number and plate, newest first."""
    rows = db.session.execute(
        select(ServiceOrder.id, ServiceOrder.number, Vehicle.plate, Vehicle.plate_country)
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .where(ServiceOrder.id.in_(list(shares)))
        .order_by(ServiceOrder.id.desc())
    )
    return [OrderShare(row[0], row[1], row[2], row[3], *shares[row[0]]) for row in rows]


def _overlaps(
    kind: type[Attendance] | type[Clocking], site_id: int, month: Month
) -> tuple[ColumnElement[bool], ...]:
    return (
        kind.site_id == site_id,
        kind.started_at < month.ends_at,
        or_(kind.ended_at.is_(None), kind.ended_at > month.starts_at),
    )


def _minutes(
    query: Any, kind: type[Attendance] | type[Clocking], site_id: int, month: Month, now: datetime
) -> dict[int, int]:
    """Each person's minutes that lie in the month."""
    minutes: dict[int, int] = defaultdict(int)
    for user_id, started_at, ended_at in db.session.execute(query.where(*_overlaps(kind, site_id, month))):
        minutes[user_id] += minutes_within(started_at, ended_at, month, now)
    return minutes
