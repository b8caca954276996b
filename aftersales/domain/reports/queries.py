"""What the reports read. A month is that of the site's zone; the basis of every figure is the moment of completion."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.billing.models import RevenueEntry
from aftersales.domain.customers.models import Customer
from aftersales.domain.quality import comeback_queries
from aftersales.domain.reports import rules
from aftersales.domain.reports.rules import Hours, Month, SoldJob, Visit
from aftersales.domain.service_orders.models import (
    Authorisation,
    Job,
    Line,
    LineKind,
    OrderEvent,
    PayType,
    ServiceOrder,
)
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites import queries as sites
from aftersales.domain.staffing.models import Attendance
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.workshop import running
from aftersales.domain.workshop.models import Clocking


@dataclass(frozen=True, slots=True)
class RevenueRow:
    """Net revenue of one kind of line and pay type."""

    kind: LineKind
    pay_type: PayType
    net: Decimal


def revenue(site_id: int, month: date) -> list[RevenueRow]:
    """The month's net revenue by kind of line and pay type (REP-1)."""
    rows = db.session.execute(
        select(RevenueEntry.kind, RevenueEntry.pay_type, func.sum(RevenueEntry.net))
        .where(RevenueEntry.site_id == site_id, RevenueEntry.month == month)
        .group_by(RevenueEntry.kind, RevenueEntry.pay_type)
    )
    return [RevenueRow(*row) for row in rows]


def revenue_by_advisor(site_id: int, month: date) -> list[tuple[int | None, str | None, Decimal]]:
    """The month's net revenue per advisor, highest first."""
    net = func.sum(RevenueEntry.net)
    rows = db.session.execute(
        select(RevenueEntry.advisor_id, User.name, net)
        .outerjoin(User, User.id == RevenueEntry.advisor_id)
        .where(RevenueEntry.site_id == site_id, RevenueEntry.month == month)
        .group_by(RevenueEntry.advisor_id, User.name)
        .order_by(net.desc())
    )
    return [(row[0], row[1], row[2]) for row in rows]


def revenue_by_month(site_id: int, months: list[date]) -> dict[date, list[RevenueRow]]:
    """Net revenue of several months, for the chart."""
    found: dict[date, list[RevenueRow]] = {month: [] for month in months}
    rows = db.session.execute(
        select(RevenueEntry.month, RevenueEntry.kind, RevenueEntry.pay_type, func.sum(RevenueEntry.net))
        .where(RevenueEntry.site_id == site_id, RevenueEntry.month.in_(months))
        .group_by(RevenueEntry.month, RevenueEntry.kind, RevenueEntry.pay_type)
    )
    for month, kind, pay_type, net in rows:
        found[month].append(RevenueRow(kind, pay_type, net))
    return found


@dataclass(frozen=True, slots=True)
class RevenueOrder:
    """An order behind a revenue figure, with its own part of it. ``is_credit`` marks a credit note's part."""

    id: int
    number: str
    plate: str
    plate_country: str
    customer_name: str
    net: Decimal
    is_credit: bool


def list_revenue_orders(
    site_id: int,
    month: date,
    *,
    kind: LineKind | None = None,
    pay_type: PayType | None = None,
    advisor_id: int | None = None,
) -> list[RevenueOrder]:
    """The orders whose parts sum to a revenue figure, newest first."""
    query = (
        select(
            ServiceOrder.id,
            ServiceOrder.number,
            Vehicle.plate,
            Vehicle.plate_country,
            Customer.name,
            func.sum(RevenueEntry.net),
            RevenueEntry.invoice_id.is_not(None),
        )
        .join(ServiceOrder, ServiceOrder.id == RevenueEntry.service_order_id)
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .join(Customer, Customer.id == ServiceOrder.customer_id)
        .where(RevenueEntry.site_id == site_id, RevenueEntry.month == month)
        .group_by(
            ServiceOrder.id,
            ServiceOrder.number,
            Vehicle.plate,
            Vehicle.plate_country,
            Customer.name,
            RevenueEntry.invoice_id.is_not(None),
        )
        .order_by(ServiceOrder.id.desc())
    )
    if kind:
        query = query.where(RevenueEntry.kind == kind)
    if pay_type:
        query = query.where(RevenueEntry.pay_type == pay_type)
    if advisor_id:
        query = query.where(RevenueEntry.advisor_id == advisor_id)
    return [RevenueOrder(*row) for row in db.session.execute(query)]


@dataclass(frozen=True, slots=True)
class TechnicianHours:
    """One technician's hours; id 0 and an empty name where nobody is answerable."""

    user_id: int
    name: str
    hours: Hours


def technician_hours(site_id: int, month: Month, *, now: datetime) -> list[TechnicianHours]:
    """Attended, worked and sold minutes per technician in the month, by name (REP-2).

    Attended and worked count the minutes that lie in the month. Sold counts the standard hours of authorised labour
    on orders completed in the month, of every pay type.
    """
    attended = _minutes_by_user(Attendance, site_id, month, now)
    worked = _minutes_by_user(Clocking, site_id, month, now)
    sold = rules.split_sold(job for _, job in _sold_jobs(site_id, month))
    people = set(attended) | set(worked) | set(sold)
    names = dict(db.session.execute(select(User.id, User.name).where(User.id.in_(people))).all())
    rows = [
        TechnicianHours(
            who, names.get(who, ""), Hours(attended.get(who, 0), worked.get(who, 0), sold.get(who, 0))
        )
        for who in people
    ]
    return sorted(rows, key=lambda row: (row.user_id == rules.UNASSIGNED, row.name))


@dataclass(frozen=True, slots=True)
class SoldOrder:
    """An order behind a technician's sold hours."""

    id: int
    number: str
    plate: str
    plate_country: str
    sold_minutes: int


def list_sold_orders(site_id: int, month: Month, user_id: int) -> list[SoldOrder]:
    """The orders whose parts sum to a technician's sold hours."""
    by_order: dict[int, list[SoldJob]] = defaultdict(list)
    for order_id, job in _sold_jobs(site_id, month):
        by_order[order_id].append(job)
    own = {order_id: rules.split_sold(jobs).get(user_id, 0) for order_id, jobs in by_order.items()}
    rows = db.session.execute(
        select(ServiceOrder.id, ServiceOrder.number, Vehicle.plate, Vehicle.plate_country)
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .where(ServiceOrder.id.in_([order_id for order_id, minutes in own.items() if minutes]))
        .order_by(ServiceOrder.id.desc())
    )
    return [SoldOrder(*row, own[row.id]) for row in rows]


@dataclass(frozen=True, slots=True)
class CompletedOrder:
    """An order completed in the month, with what its visit figures come from."""

    id: int
    number: str
    plate: str
    plate_country: str
    closed_at: datetime
    visit: Visit


def list_completed(site_id: int, month: Month) -> list[CompletedOrder]:
    """The orders completed in the month, newest first."""
    rows = db.session.execute(
        select(
            ServiceOrder.id,
            ServiceOrder.number,
            Vehicle.plate,
            Vehicle.plate_country,
            ServiceOrder.closed_at,
            ServiceOrder.arrived_at,
            ServiceOrder.ready_at,
            ServiceOrder.first_promised_at,
            ServiceOrder.rework_count,
            ServiceOrder.qc_passed_at,
            comeback_queries.came_back(sites.get_site(site_id).setting("comeback.days")).label("is_comeback"),
        )
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .where(*_completed_in(site_id, month))
        .order_by(ServiceOrder.closed_at.desc())
    )
    return [
        CompletedOrder(
            row.id,
            row.number,
            row.plate,
            row.plate_country,
            row.closed_at,
            Visit(
                arrived_at=row.arrived_at,
                ready_at=row.ready_at,
                promised_at=row.first_promised_at,
                rework_count=row.rework_count,
                is_checked=row.qc_passed_at is not None,
                is_comeback=row.is_comeback,
            ),
        )
        for row in rows
    ]


def minutes_by_state(site_id: int, month: Month) -> dict[OrderState, int]:
    """How many minutes the orders completed in the month spent in each state, from their timeline."""
    rows = db.session.execute(
        select(OrderEvent.service_order_id, OrderEvent.at, OrderEvent.to_state)
        .join(ServiceOrder, ServiceOrder.id == OrderEvent.service_order_id)
        .where(*_completed_in(site_id, month), OrderEvent.to_state.is_not(None))
        .order_by(OrderEvent.service_order_id, OrderEvent.at, OrderEvent.id)
    ).all()
    spent: dict[OrderState, int] = defaultdict(int)
    for before, after in zip(rows, rows[1:], strict=False):
        if before.service_order_id == after.service_order_id:
            spent[OrderState(before.to_state)] += int((after.at - before.at).total_seconds() // 60)
    return spent


def _completed_in(site_id: int, month: Month) -> tuple[ColumnElement[bool], ...]:
    return (
        ServiceOrder.site_id == site_id,
        ServiceOrder.state == OrderState.COMPLETED,
        ServiceOrder.closed_at >= month.starts_at,
        ServiceOrder.closed_at < month.ends_at,
    )


def _minutes_by_user(
    kind: type[Attendance] | type[Clocking], site_id: int, month: Month, now: datetime
) -> dict[int, int]:
    minutes: dict[int, int] = defaultdict(int)
    rows = db.session.execute(
        select(kind.user_id, kind.started_at, kind.ended_at).where(
            kind.site_id == site_id,
            kind.started_at < month.ends_at,
            or_(kind.ended_at.is_(None), kind.ended_at > month.starts_at),
            ~running.nobody_knows(kind),
            # Rework is neither worked nor sold (QCS-2).
            ~Clocking.is_rework if kind is Clocking else Attendance.id.is_not(None),
        )
    )
    for user_id, started_at, ended_at in rows:
        minutes[user_id] += rules.minutes_within(started_at, ended_at, month, now)
    return minutes


def _sold_jobs(site_id: int, month: Month) -> list[tuple[int, SoldJob]]:
    """The labour sold per job on orders completed in the month, with who worked on it."""
    sold = db.session.execute(
        select(
            Job.id, Job.service_order_id, Job.done_by_id, ServiceOrder.technician_id, func.sum(Line.quantity).label("hours")
        )
        .join(Line, Line.job_id == Job.id)
        .join(ServiceOrder, ServiceOrder.id == Job.service_order_id)
        .where(
            *_completed_in(site_id, month),
            Line.kind == LineKind.LABOUR,
            Line.authorisation == Authorisation.AUTHORISED,
            Line.voided_at.is_(None),
        )
        .group_by(Job.id, Job.service_order_id, Job.done_by_id, ServiceOrder.technician_id)
    ).all()  # fmt: skip
    worked: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for job_id, user_id, started_at, ended_at in db.session.execute(
        select(Clocking.job_id, Clocking.user_id, Clocking.started_at, Clocking.ended_at)
        .join(ServiceOrder, ServiceOrder.id == Clocking.service_order_id)
        .where(*_completed_in(site_id, month), Clocking.ended_at.is_not(None), ~Clocking.is_rework)
    ):
        if ended_at is not None:
            worked[job_id][user_id] += int((ended_at - started_at).total_seconds() // 60)
    return [
        (
            row.service_order_id,
            SoldJob(
                minutes=int(row.hours * 60),
                worked=dict(worked.get(row.id, {})),
                fallback=row.done_by_id or row.technician_id,
            ),
        )
        for row in sold
    ]
