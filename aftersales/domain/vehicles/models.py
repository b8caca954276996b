"""Vehicles: plate, VIN, what they are, whose they are and what is known about them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftersales.db import Base, Identified, UtcDateTime, Versioned, enum_type
from aftersales.domain.customers.models import Customer
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class Fuel(StrEnum):
    PETROL = "petrol"
    DIESEL = "diesel"
    HYBRID = "hybrid"
    ELECTRIC = "electric"
    LPG = "lpg"
    OTHER = "other"


class WarningKind(StrEnum):
    """Why a vehicle's page warns at reception."""

    RECALL = "recall"
    SAFETY = "safety"
    PAYMENT = "payment"
    NOTE = "note"


words_for(
    Fuel,
    {
        Fuel.PETROL: _l("Petrol"),
        Fuel.DIESEL: _l("Diesel"),
        Fuel.HYBRID: _l("Hybrid"),
        Fuel.ELECTRIC: _l("Electric"),
        Fuel.LPG: _l("LPG"),
        Fuel.OTHER: _l("Other"),
    },
)
words_for(
    WarningKind,
    {
        WarningKind.RECALL: _l("Recall"),
        WarningKind.SAFETY: _l("Safety"),
        WarningKind.PAYMENT: _l("Open invoice"),
        WarningKind.NOTE: _l("Note"),
    },
)


_HAS_VIN = text("vin <> ''")


class Vehicle(Versioned, Base):
    """A vehicle. ``plate`` stands as written, ``plate_normalised`` without spaces, dots, dashes and case."""

    __tablename__ = "vehicles"
    __table_args__ = (
        Index(None, "plate_normalised"),
        Index("uq_vehicles_vin", "vin", unique=True, sqlite_where=_HAS_VIN, postgresql_where=_HAS_VIN),
        CheckConstraint("odometer >= 0", name="odometer"),
    )

    plate: Mapped[str] = mapped_column(String(20))
    plate_normalised: Mapped[str] = mapped_column(String(20))
    plate_country: Mapped[str] = mapped_column(String(2), default="")
    vin: Mapped[str] = mapped_column(String(17), default="")
    make: Mapped[str] = mapped_column(String(60), default="")
    model: Mapped[str] = mapped_column(String(80), default="")
    year: Mapped[int | None]
    engine: Mapped[str] = mapped_column(String(80), default="")
    fuel: Mapped[Fuel] = mapped_column(enum_type(Fuel), default=Fuel.OTHER)
    colour: Mapped[str] = mapped_column(String(40), default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    odometer: Mapped[int | None]
    last_service_on: Mapped[date | None]
    next_service_on: Mapped[date | None] = mapped_column(index=True)
    next_service_odometer: Mapped[int | None]
    warranty_until_on: Mapped[date | None]
    warranty_until_odometer: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    owner: Mapped[Customer | None] = relationship()

    @property
    def title(self) -> str:
        """Make, model and year, as far as known."""
        return " ".join(str(part) for part in (self.make, self.model, self.year) if part)


class Ownership(Identified, Base):
    """Who had the vehicle from when until when."""

    __tablename__ = "ownerships"

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"), index=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OdometerReading(Identified, Base):
    """What the odometer showed, in km or miles as the site counts, and who read it."""

    __tablename__ = "odometer_readings"

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"), index=True)
    service_order_id: Mapped[int | None] = mapped_column(ForeignKey("service_orders.id"))
    value: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_name: Mapped[str] = mapped_column(String(200))


class VehicleWarning(Identified, Base):
    """Something that reception must see when the vehicle comes, until it is closed."""

    __tablename__ = "vehicle_warnings"

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"), index=True)
    kind: Mapped[WarningKind] = mapped_column(enum_type(WarningKind))
    text: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
