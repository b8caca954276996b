"""What happens to vehicles: added, changed, sold on, read, warned about."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from aftersales.db import add, db, locked
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused, expect_version
from aftersales.domain.sites import queries as sites
from aftersales.domain.vehicles import plates, vins
from aftersales.domain.vehicles.models import (
    Fuel,
    OdometerReading,
    Ownership,
    Vehicle,
    VehicleWarning,
    WarningKind,
)
from aftersales.i18n import gettext

_EDITABLE = (
    "make", "model", "year", "engine", "fuel", "colour", "last_service_on", "next_service_on",
    "next_service_odometer", "warranty_until_on", "warranty_until_odometer",
)  # fmt: skip


def add_vehicle(
    *,
    site_id: int,
    plate: str,
    owner_id: int | None,
    actor: Actor,
    now: datetime,
    vin: str = "",
    plate_country: str = "",
    make: str = "",
    model: str = "",
    year: int | None = None,
    engine: str = "",
    fuel: Fuel = Fuel.OTHER,
    colour: str = "",
    odometer: int | None = None,
    last_service_on: date | None = None,
    next_service_on: date | None = None,
    warranty_until_on: date | None = None,
) -> Vehicle:
    """A new vehicle. What the VIN says fills in make and year that were left open.

    Refuses without a plate, with a VIN that cannot be one, and when the VIN is another vehicle's already.
    """
    actor.need("vehicles.write")
    vehicle = Vehicle(created_at=now, owner_id=owner_id, odometer=odometer)
    _set_identity(vehicle, plate=plate, country=plate_country, vin=vin, home=sites.get_site(site_id).country)
    decoded = vins.decode(vehicle.vin)
    _set(
        vehicle,
        {
            "make": make or decoded.maker,
            "model": model,
            "year": year or decoded.year,
            "engine": engine,
            "fuel": fuel,
            "colour": colour,
            "last_service_on": last_service_on,
            "next_service_on": next_service_on,
            "warranty_until_on": warranty_until_on,
        },
        now=now,
    )
    add(vehicle)
    if odometer is not None:
        add(OdometerReading(vehicle_id=vehicle.id, value=odometer, at=now, by_name=actor.name))
    if owner_id is not None:
        add(Ownership(vehicle_id=vehicle.id, customer_id=owner_id, from_at=now))
    audit.record("vehicles.add", vehicle, actor=actor, now=now, site_id=site_id)
    return vehicle


def edit_vehicle(
    vehicle_id: int,
    *,
    site_id: int,
    values: dict[str, Any],
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Vehicle:
    """Change a vehicle's data, plate and VIN included."""
    actor.need("vehicles.write")
    vehicle = lock_vehicle(vehicle_id)
    expect_version(vehicle, version)
    if {"plate", "vin", "plate_country"} & set(values):
        _set_identity(
            vehicle,
            plate=values.get("plate", vehicle.plate),
            country=values.get("plate_country", vehicle.plate_country),
            vin=values.get("vin", vehicle.vin),
            home=sites.get_site(site_id).country,
        )
    _set(vehicle, values, now=now)
    db.session.flush()
    audit.record(
        "vehicles.edit", vehicle, actor=actor, now=now, site_id=site_id, details={"fields": sorted(values)}
    )
    return vehicle


def change_owner(vehicle_id: int, *, customer_id: int, actor: Actor, now: datetime) -> Vehicle:
    """The vehicle belongs to somebody else from now on; who had it before stays on record."""
    actor.need("vehicles.write")
    vehicle = lock_vehicle(vehicle_id)
    if vehicle.owner_id == customer_id:
        return vehicle
    db.session.execute(
        update(Ownership)
        .where(Ownership.vehicle_id == vehicle_id, Ownership.until_at.is_(None))
        .values(until_at=now)
    )
    add(Ownership(vehicle_id=vehicle_id, customer_id=customer_id, from_at=now))
    vehicle.owner_id = customer_id
    db.session.flush()
    audit.record("vehicles.owner", vehicle, actor=actor, now=now, details={"customer_id": customer_id})
    return vehicle


def read_odometer(
    vehicle_id: int,
    value: int,
    *,
    actor: Actor,
    now: datetime,
    service_order_id: int | None = None,
    is_confirmed: bool = False,
) -> Vehicle:
    """Keep what the odometer shows. A value below the last one is refused unless it is confirmed: an odometer may
    have been replaced, but far more often a digit is missing. One reading per order: a second one corrects it."""
    vehicle = lock_vehicle(vehicle_id)
    if value < 0 or value > 9_999_999:
        raise Invalid(gettext("Enter what the odometer shows, in whole numbers."), field="odometer")
    earlier = last_reading(vehicle_id, except_order_id=service_order_id)
    if earlier is not None and value < earlier and not is_confirmed:
        raise Invalid(
            gettext(
                "The last reading was %(last)s. Check the odometer, then confirm that it is lower now.",
                last=earlier,
            ),
            field="odometer",
        )
    reading = (
        db.session.scalar(select(OdometerReading).where(OdometerReading.service_order_id == service_order_id))
        if service_order_id is not None
        else None
    )
    if reading is None:
        reading = OdometerReading(vehicle_id=vehicle_id, service_order_id=service_order_id)
        db.session.add(reading)
    reading.value, reading.at, reading.by_name = value, now, actor.name
    vehicle.odometer = value
    db.session.flush()
    return vehicle


def last_reading(vehicle_id: int, *, except_order_id: int | None = None) -> int | None:
    """The newest reading before this visit, None where the odometer was never read."""
    query = (
        select(OdometerReading.value)
        .where(OdometerReading.vehicle_id == vehicle_id)
        .order_by(OdometerReading.at.desc(), OdometerReading.id.desc())
        .limit(1)
    )
    if except_order_id is not None:
        query = query.where(OdometerReading.service_order_id.is_distinct_from(except_order_id))
    return db.session.scalar(query)


def open_warning(
    vehicle_id: int, *, kind: WarningKind, text: str, actor: Actor, now: datetime
) -> VehicleWarning:
    """Reception sees this each time the vehicle comes, until it is closed."""
    actor.need("vehicles.write")
    if not text.strip():
        raise Invalid(gettext("Say what reception has to know."), field="text")
    warning = add(VehicleWarning(vehicle_id=vehicle_id, kind=kind, text=text.strip(), opened_at=now))
    audit.record("vehicles.warn", warning, actor=actor, now=now, details={"vehicle_id": vehicle_id})
    return warning


def close_warning(warning_id: int, *, vehicle_id: int, actor: Actor, now: datetime) -> VehicleWarning:
    """The warning no longer holds."""
    actor.need("vehicles.write")
    warning = locked(VehicleWarning, warning_id)
    if warning is None or warning.vehicle_id != vehicle_id:
        raise NotFound(gettext("There is no such warning."))
    if warning.closed_at is None:
        warning.closed_at = now
        db.session.flush()
        audit.record("vehicles.unwarn", warning, actor=actor, now=now)
    return warning


def lock_vehicle(vehicle_id: int) -> Vehicle:
    """The vehicle, locked and fresh. Raises :class:`NotFound`."""
    vehicle = locked(Vehicle, vehicle_id)
    if vehicle is None:
        raise NotFound(gettext("There is no such vehicle."))
    return vehicle


def _set_identity(vehicle: Vehicle, *, plate: str, country: str, vin: str, home: str) -> None:
    normalised = plates.normalised(plate)
    if not normalised:
        raise Invalid(gettext("Enter the plate."), field="plate")
    if len(normalised) > 20:
        raise Invalid(gettext("This is too long for a plate."), field="plate")
    if (checked := vins.check(vin)) and (other := _vehicle_with(checked, vehicle.id)):
        raise Refused(
            gettext("The vehicle with plate %(plate)s has this VIN already. Open that one.", plate=other)
        )
    vehicle.plate, vehicle.plate_normalised, vehicle.vin = plates.written(plate)[:20], normalised, checked
    vehicle.plate_country = country or plates.guess_country(plate, home=home)


def _vehicle_with(vin: str, except_id: int | None) -> str | None:
    return db.session.scalar(
        select(Vehicle.plate).where(Vehicle.vin == vin, Vehicle.id.is_distinct_from(except_id))
    )


def _set(vehicle: Vehicle, values: dict[str, Any], *, now: datetime) -> None:
    for field in _EDITABLE:
        if field in values:
            value = values[field]
            setattr(vehicle, field, value.strip() if isinstance(value, str) and field != "fuel" else value)
    if vehicle.year is not None and not 1900 <= vehicle.year <= now.year + 2:
        raise Invalid(gettext("Enter the model year with four digits."), field="year")
