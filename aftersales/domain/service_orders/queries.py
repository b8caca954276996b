"""Reading service orders. Lists select columns, not entities; the board's query is in :mod:`aftersales.domain.workshop`."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased, contains_eager

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.customers.models import Customer
from aftersales.domain.errors import NotFound
from aftersales.domain.service_orders.models import HoldReason, Job, Line, OrderEvent, ServiceOrder
from aftersales.domain.service_orders.states import CLOSED, OrderState
from aftersales.domain.vehicles.models import Vehicle
from aftersales.i18n import gettext

PAGE = 40


def find_id(order_id: int, *, site_id: int) -> int | None:
    """The id itself where the order is the site's."""
    return db.session.scalar(
        select(ServiceOrder.id).where(ServiceOrder.id == order_id, ServiceOrder.site_id == site_id)
    )


def find_id_by_number(number: str, *, site_id: int) -> int | None:
    """The id of the site's order with this number."""
    return db.session.scalar(
        select(ServiceOrder.id).where(ServiceOrder.number == number, ServiceOrder.site_id == site_id)
    )


def get_order(order_id: int, *, site_id: int) -> ServiceOrder:
    """The order with its vehicle, customer, advisor and technician in one query. Raises :class:`NotFound`, also for another site's."""
    advisor, technician = aliased(User), aliased(User)
    order = db.session.scalar(
        select(ServiceOrder)
        .join(ServiceOrder.vehicle)
        .join(ServiceOrder.customer)
        .outerjoin(ServiceOrder.advisor.of_type(advisor))
        .outerjoin(ServiceOrder.technician.of_type(technician))
        .options(
            contains_eager(ServiceOrder.vehicle),
            contains_eager(ServiceOrder.customer),
            contains_eager(ServiceOrder.advisor.of_type(advisor)),
            contains_eager(ServiceOrder.technician.of_type(technician)),
        )
        .where(ServiceOrder.id == order_id, ServiceOrder.site_id == site_id)
    )
    if order is None:
        raise NotFound(gettext("There is no such order at this site."))
    return order


def list_jobs(order_id: int) -> list[Job]:
    """The order's live jobs in order, each with its live lines, in one query."""
    return list(
        db.session.scalars(
            select(Job)
            .outerjoin(Line, (Line.job_id == Job.id) & Line.voided_at.is_(None))
            .options(contains_eager(Job.lines))
            .where(Job.service_order_id == order_id, Job.voided_at.is_(None))
            .order_by(Job.position, Line.position)
            # A job that is loaded already would keep the lines it had then, voided ones included.
            .execution_options(populate_existing=True)
        ).unique()
    )


def list_events(order_id: int, limit: int = 200) -> list[OrderEvent]:
    """The timeline, newest first."""
    return list(
        db.session.scalars(
            select(OrderEvent)
            .where(OrderEvent.service_order_id == order_id)
            .order_by(OrderEvent.at.desc(), OrderEvent.id.desc())
            .limit(limit)
        )
    )


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as a row of a list."""

    id: int
    number: str
    state: OrderState
    hold_reason: HoldReason | None
    summary: str
    opened_at: datetime
    promised_at: datetime | None
    closed_at: datetime | None
    plate: str
    plate_country: str
    make: str
    model: str
    customer_name: str
    advisor_initials: str | None
    site_id: int


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            ServiceOrder.id,
            ServiceOrder.number,
            ServiceOrder.state,
            ServiceOrder.hold_reason,
            ServiceOrder.summary,
            ServiceOrder.opened_at,
            ServiceOrder.promised_at,
            ServiceOrder.closed_at,
            Vehicle.plate,
            Vehicle.plate_country,
            Vehicle.make,
            Vehicle.model,
            Customer.name.label("customer_name"),
            User.initials.label("advisor_initials"),
            ServiceOrder.site_id,
        )
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .join(Customer, Customer.id == ServiceOrder.customer_id)
        .outerjoin(User, User.id == ServiceOrder.advisor_id)
    )


def list_orders(
    site_id: int,
    *,
    states: Collection[OrderState] = (),
    is_open: bool | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> tuple[list[OrderRow], int | None]:
    """A page of the site's orders, newest first, and the id to go on from (keyset paging), None at the end."""
    query = _rows().where(ServiceOrder.site_id == site_id).order_by(ServiceOrder.id.desc()).limit(limit + 1)
    if states:
        query = query.where(ServiceOrder.state.in_(states))
    if is_open is True:
        query = query.where(ServiceOrder.closed_at.is_(None))
    elif is_open is False:
        query = query.where(ServiceOrder.state.in_(CLOSED))
    if before:
        query = query.where(ServiceOrder.id < before)
    rows = [OrderRow(*row) for row in db.session.execute(query)]
    more = rows[limit - 1].id if len(rows) > limit else None
    return rows[:limit], more


def list_of_vehicle(vehicle_id: int, limit: int = 30) -> list[OrderRow]:
    """The visits of a vehicle at all sites, newest first."""
    query = (
        _rows()
        .where(ServiceOrder.vehicle_id == vehicle_id)
        .order_by(ServiceOrder.opened_at.desc())
        .limit(limit)
    )
    return [OrderRow(*row) for row in db.session.execute(query)]
