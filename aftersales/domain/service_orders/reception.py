"""What reception reads: the day's cars, and what is known of a vehicle when its plate is typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload

from aftersales.db import db
from aftersales.domain.customers.models import Customer
from aftersales.domain.errors import NotFound
from aftersales.domain.service_orders import queries
from aftersales.domain.service_orders.models import HoldReason, ServiceOrder
from aftersales.domain.service_orders.queries import OrderRow
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.vehicles import plates
from aftersales.domain.vehicles.models import Vehicle, VehicleWarning
from aftersales.i18n import gettext

_READY = (OrderState.READY_FOR_PICKUP,)
_BEFORE_CHECKIN = (OrderState.BOOKED, OrderState.ARRIVED)


@dataclass(frozen=True, slots=True)
class DayRow:
    """A car of the day."""

    order_id: int
    number: str
    state: OrderState
    hold_reason: HoldReason | None
    summary: str
    is_waiting: bool
    planned_at: datetime | None
    arrived_at: datetime | None
    promised_at: datetime | None
    checkin_signed_at: datetime | None
    is_invoiced: bool
    is_settled: bool
    is_on_account: bool
    plate: str
    plate_country: str
    make: str
    model: str
    year: int | None
    customer_name: str

    @property
    def title(self) -> str:
        """Make, model and year, as far as known."""
        return " ".join(str(part) for part in (self.make, self.model, self.year) if part)


@dataclass(frozen=True, slots=True)
class Day:
    """The day's cars by what reception has to do with them."""

    arrivals: Sequence[DayRow]
    waiting: Sequence[DayRow]
    ready: Sequence[DayRow]
    checked_in: int


def list_day(site_id: int, *, since: datetime, until: datetime) -> Day:
    """The cars of one day in one query: booked and arrived ones, customers who wait, cars to be fetched.

    A booking that was missed on an earlier day still stands here until it is moved or cancelled.
    """
    query: Select[*tuple[Any, ...]] = (
        select(
            ServiceOrder.id,
            ServiceOrder.number,
            ServiceOrder.state,
            ServiceOrder.hold_reason,
            ServiceOrder.summary,
            ServiceOrder.is_waiting,
            ServiceOrder.planned_at,
            ServiceOrder.arrived_at,
            ServiceOrder.promised_at,
            ServiceOrder.checkin_signed_at,
            ServiceOrder.invoiced_at.is_not(None),
            ServiceOrder.settled_at.is_not(None),
            ServiceOrder.credit_allowed_at.is_not(None),
            Vehicle.plate,
            Vehicle.plate_country,
            Vehicle.make,
            Vehicle.model,
            Vehicle.year,
            Customer.name,
        )
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .join(Customer, Customer.id == ServiceOrder.customer_id)
        .where(
            ServiceOrder.site_id == site_id,
            ServiceOrder.closed_at.is_(None),
            or_(
                and_(ServiceOrder.state == OrderState.BOOKED, ServiceOrder.planned_at < until),
                ServiceOrder.state.in_((OrderState.ARRIVED, *_READY)),
                ServiceOrder.is_waiting,
                ServiceOrder.checkin_signed_at >= since,
            ),
        )
        .order_by(
            ServiceOrder.planned_at.is_(None),
            ServiceOrder.planned_at,
            ServiceOrder.arrived_at,
            ServiceOrder.id,
        )
    )
    rows = [DayRow(*row) for row in db.session.execute(query)]
    arrivals = sorted(
        (row for row in rows if row.state in _BEFORE_CHECKIN),
        key=lambda row: row.planned_at or row.arrived_at or since,
    )
    return Day(
        arrivals=arrivals,
        waiting=[
            row
            for row in rows
            if row.is_waiting and row.state is not OrderState.BOOKED and row.state not in _READY
        ],
        ready=[row for row in rows if row.state in _READY],
        checked_in=sum(row.checkin_signed_at is not None and row.checkin_signed_at >= since for row in rows),
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a vehicle when it stands before the desk (STEP-1)."""

    vehicle: Vehicle
    warnings: Sequence[VehicleWarning]
    visits: Sequence[OrderRow]
    comeback_of: OrderRow | None

    @property
    def open_orders(self) -> list[OrderRow]:
        return [visit for visit in self.visits if visit.closed_at is None]

    @property
    def last_visit(self) -> OrderRow | None:
        """The last visit that ended with the car handed over."""
        return next((visit for visit in self.visits if visit.state is OrderState.COMPLETED), None)


def find_by_plate(plate: str) -> list[Vehicle]:
    """The vehicles with this plate, however it is written; more than one where a plate was given anew."""
    normalised = plates.normalised(plate)
    if not normalised:
        return []
    return list(
        db.session.scalars(
            select(Vehicle)
            .options(joinedload(Vehicle.owner))
            .where(Vehicle.plate_normalised == normalised)
            .order_by(Vehicle.id.desc())
        )
    )


def find_by_vin(vin: str) -> list[Vehicle]:
    """The vehicles with this VIN, the newest first."""
    return list(
        db.session.scalars(
            select(Vehicle)
            .options(joinedload(Vehicle.owner))
            .where(Vehicle.vin == vin)
            .order_by(Vehicle.id.desc())
        )
    )


def get_known(vehicle_id: int, *, comeback_days: int, now: datetime) -> Known:
    """The vehicle with its open warnings and visits. Raises :class:`NotFound`.

    A visit that ended within ``comeback_days`` is a hint that this one may be a comeback.
    """
    vehicle = db.session.scalar(
        select(Vehicle).options(joinedload(Vehicle.owner)).where(Vehicle.id == vehicle_id)
    )
    if vehicle is None:
        raise NotFound(gettext("There is no such vehicle."))
    warnings = list(
        db.session.scalars(
            select(VehicleWarning)
            .where(VehicleWarning.vehicle_id == vehicle_id, VehicleWarning.closed_at.is_(None))
            .order_by(VehicleWarning.opened_at)
        )
    )
    visits = queries.list_of_vehicle(vehicle_id)
    limit = now - timedelta(days=comeback_days)
    return Known(
        vehicle=vehicle,
        warnings=warnings,
        visits=visits,
        comeback_of=next(
            (
                visit
                for visit in visits
                if visit.state is OrderState.COMPLETED and visit.closed_at and visit.closed_at >= limit
            ),
            None,
        ),
    )


def list_vehicles_of(customer_id: int) -> list[Vehicle]:
    """The vehicles that the customer has now."""
    return list(
        db.session.scalars(
            select(Vehicle).where(Vehicle.owner_id == customer_id).order_by(Vehicle.plate_normalised)
        )
    )
