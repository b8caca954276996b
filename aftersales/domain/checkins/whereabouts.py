"""Reading where the cars of a site and their keys are (CHK-7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.checkins.kinds import ParkingZone
from aftersales.domain.checkins.models import CheckIn, CustodyMove
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.staffing.models import Bay
from aftersales.domain.vehicles.models import Vehicle

SHOWN = 400
"""More cars than that do not stand on any yard; the list says so when it is cut."""


@dataclass(frozen=True, slots=True)
class ParkedCar:
    """One car that is here, with its place and key."""

    order_id: int
    number: str
    state: OrderState
    plate: str
    plate_country: str
    title: str
    zone: ParkingZone | None
    place: str
    bay: str
    key_tag: str
    key_slot: str
    key_holder: str


def list_cars(site_id: int) -> list[ParkedCar]:
    """Every car that is on the premises, in one query, by plate."""
    rows = db.session.execute(
        select(
            ServiceOrder.id,
            ServiceOrder.number,
            ServiceOrder.state,
            Vehicle.plate,
            Vehicle.plate_country,
            Vehicle.make,
            Vehicle.model,
            CheckIn.parking_zone,
            CheckIn.parking_place,
            Bay.name.label("bay"),
            CheckIn.key_tag,
            CheckIn.key_slot,
            CheckIn.key_holder,
        )
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .outerjoin(CheckIn, CheckIn.service_order_id == ServiceOrder.id)
        .outerjoin(Bay, Bay.id == ServiceOrder.bay_id)
        .where(
            ServiceOrder.site_id == site_id,
            ServiceOrder.closed_at.is_(None),
            ServiceOrder.state != OrderState.BOOKED,
            # An order that only continues another one has no check-in: its car is not here for it.
            CheckIn.id.is_not(None) | (ServiceOrder.state == OrderState.ARRIVED),
        )
        .order_by(Vehicle.plate, ServiceOrder.id)
        .limit(SHOWN)
    )
    return [
        ParkedCar(
            row.id,
            row.number,
            row.state,
            row.plate,
            row.plate_country,
            " ".join(part for part in (row.make, row.model) if part),
            row.parking_zone,
            row.parking_place or "",
            row.bay or "",
            row.key_tag or "",
            row.key_slot or "",
            row.key_holder or "",
        )
        for row in rows
    ]


def list_moves(checkin_id: int) -> Sequence[CustodyMove]:
    """Where key and car have been, the newest first."""
    return db.session.scalars(
        select(CustodyMove).where(CustodyMove.checkin_id == checkin_id).order_by(CustodyMove.id.desc())
    ).all()


def taken_places(site_id: int, *, besides: int) -> dict[str, str]:
    """Which parking places are taken, with the plate of the car that stands there; ``besides`` is left out."""
    rows = db.session.execute(
        select(CheckIn.parking_place, Vehicle.plate)
        .join(ServiceOrder, ServiceOrder.id == CheckIn.service_order_id)
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .where(
            ServiceOrder.site_id == site_id,
            ServiceOrder.closed_at.is_(None),
            CheckIn.parking_place != "",
            CheckIn.service_order_id != besides,
        )
    )
    return {row.parking_place: row.plate for row in rows}
