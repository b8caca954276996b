"""What the efficiency report reads (REP-2). A month is that of the site's zone; which orders and sold hours count in it
follows from the basis. A fixed number of queries, however many orders."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true

from aftersales.clock import local_date
from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.billing.models import Invoice
from aftersales.domain.quality import comeback_queries
from aftersales.domain.quotations.models import Quotation
from aftersales.domain.reports import efficiency_rules as rules
from aftersales.domain.reports import sold
from aftersales.domain.reports.efficiency_rules import (
    Basis,
    Moment,
    OrderFigures,
    TechnicianRow,
)
from aftersales.domain.reports.rules import Hours, Month, Visit, minutes_within
from aftersales.domain.service_orders.models import (
    EventKind,
    OrderEvent,
    PayType,
    ServiceOrder,
)
from aftersales.domain.service_orders.states import CLOSED, OrderState
from aftersales.domain.sites import queries as sites
from aftersales.domain.staffing.models import Attendance, Bay
from aftersales.domain.staffing.working_time import find_working_time
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.workshop import running
from aftersales.domain.workshop.models import Clocking


def list_technicians(site_id: int, month: Month, basis: Basis, *, now: datetime) -> list[TechnicianRow]:
    """Attended, worked and sold minutes, rework, and the base of a commission per technician, by name.

    Attended and worked count the minutes that lie in the month, rework apart from worked; a clock that somebody forgot
    counts when its end is known (:func:`aftersales.domain.workshop.running.nobody_knows`). Sold are the standard hours of
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
    own = sold.by_technician(sold.sold(site_id, month, basis, now))
    credited = sold.by_technician(sold.credited(site_id, month, basis, now))
    people = set(attended) | set(worked) | set(rework) | set(own) | set(credited)
    names = {
        row.id: row.name for row in db.session.execute(select(User.id, User.name).where(User.id.in_(people)))
    }
    rows = [
        TechnicianRow(
            who,
            names.get(who, ""),
            Hours(attended.get(who, 0), worked.get(who, 0), own[who].minutes),
            rework.get(who, 0),
            own[who],
            credited[who],
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


def list_sold(
    site_id: int, month: Month, basis: Basis, user_id: int | None, *, now: datetime, is_credit: bool = False
) -> list[OrderShare]:
    """The orders whose parts sum to the sold hours and labour net of a technician, or of all; with ``is_credit`` to what
    credit notes took off them."""
    parts = (sold.credited if is_credit else sold.sold)(site_id, month, basis, now)
    own = sold.by_order(parts, user_id)
    return _named({order_id: (part.minutes, part.net) for order_id, part in own.items()})


def list_worked(
    site_id: int, month: Month, user_id: int | None, *, now: datetime, is_rework: bool = False
) -> list[OrderShare]:
    """The orders whose minutes sum to what the technician, or all, worked in the month."""
    minutes: dict[int, int] = defaultdict(int)
    for order_id, started_at, ended_at in db.session.execute(
        select(Clocking.service_order_id, Clocking.started_at, Clocking.ended_at).where(
            *_overlaps(Clocking, site_id, month), _of(Clocking, user_id), Clocking.is_rework == is_rework
        )
    ):
        minutes[order_id] += minutes_within(started_at, ended_at, month, now)
    return _named({order_id: (spent, Decimal(0)) for order_id, spent in minutes.items()})


@dataclass(frozen=True, slots=True)
class Day:
    """A stretch of attendance, with its minutes in the month."""

    name: str
    started_at: datetime
    ended_at: datetime | None
    minutes: int


def list_attended(site_id: int, month: Month, user_id: int | None, *, now: datetime) -> list[Day]:
    """The days whose minutes in the month sum to what the technician, or all, attended."""
    rows = db.session.execute(
        select(User.name, Attendance.started_at, Attendance.ended_at)
        .join(User, User.id == Attendance.user_id)
        .where(*_overlaps(Attendance, site_id, month), _of(Attendance, user_id))
        .order_by(Attendance.started_at, User.name)
    )
    return [Day(*row, minutes_within(row[1], row[2], month, now)) for row in rows]


def list_orders(site_id: int, month: Month, basis: Basis, *, now: datetime) -> list[OrderFigures]:
    """The month's orders with all that its figures come from, newest first. A comeback counts within the site's days
    after the first hand-over (QCS-2)."""
    which = sold.in_month(site_id, month, basis)
    within = sites.get_site(site_id).setting("comeback.days")
    approved = (
        select(Quotation.approved_gross)
        .where(Quotation.service_order_id == ServiceOrder.id, Quotation.approved_gross > 0)
        .correlate(ServiceOrder)
    )
    estimate = approved.order_by(Quotation.version_no).limit(1).scalar_subquery()
    invoiced = (
        select(func.sum(Invoice.gross))
        .where(Invoice.service_order_id == ServiceOrder.id, Invoice.pay_type == PayType.CUSTOMER)
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
            comeback_queries.came_back(within).label("is_comeback"),
            ServiceOrder.closed_at,
            estimate.label("estimate"),
            approved.with_only_columns(func.sum(Quotation.approved_gross))
            .scalar_subquery()
            .label("approved"),
            invoiced.label("invoiced"),
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
                    is_comeback=row.is_comeback,
                ),
                handed_over_at=row.closed_at,
                estimate=row.estimate,
                approved=row.approved,
                invoiced=row.invoiced,
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
        ~running.nobody_knows(kind),
    )


def _of(kind: type[Attendance] | type[Clocking], user_id: int | None) -> ColumnElement[bool]:
    return true() if user_id is None else kind.user_id == user_id


def _minutes(
    query: Any, kind: type[Attendance] | type[Clocking], site_id: int, month: Month, now: datetime
) -> dict[int, int]:
    """Each person's minutes that lie in the month."""
    minutes: dict[int, int] = defaultdict(int)
    for user_id, started_at, ended_at in db.session.execute(query.where(*_overlaps(kind, site_id, month))):
        minutes[user_id] += minutes_within(started_at, ended_at, month, now)
    return minutes
