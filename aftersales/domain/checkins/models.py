"""Check-ins: what was seen, handed over and agreed when a car came, as the customer signed it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftersales.db import Base, Identified, Json, Money, UtcDateTime, Versioned, enum_type
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.checkins.kinds import (
    ContactWay,
    Custody,
    DamageKind,
    OldParts,
    PaperKind,
    ParkingZone,
    PaymentWay,
    Severity,
    Station,
    Transport,
    Zone,
)

_KEY_IN_HOUSE = text("key_tag <> '' AND key_returned_at IS NULL")


class CheckIn(Versioned, Base):
    """The record of one arrival. It is changed until it is signed; ``prepared_digest`` says of which content the
    document of ``document_id`` was made, so that nobody signs something else than what is on the screen."""

    __tablename__ = "checkins"
    __table_args__ = (
        Index(
            "uq_checkins_key_tag",
            "site_id",
            "key_tag",
            unique=True,
            sqlite_where=_KEY_IN_HOUSE,
            postgresql_where=_KEY_IN_HOUSE,
        ),
        CheckConstraint("fuel_eighths BETWEEN 0 AND 8", name="fuel"),
        CheckConstraint("charge_percent BETWEEN 0 AND 100", name="charge"),
        CheckConstraint("odometer >= 0", name="odometer"),
        CheckConstraint("diagnosis_fee >= 0", name="fee"),
        CheckConstraint("approver_limit >= 0", name="approver_limit"),
    )

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    covers_fitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    identity_checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    brought_by: Mapped[str] = mapped_column(String(120), default="")
    """Who brought the car where it was not the customer."""
    odometer: Mapped[int | None]
    fuel_eighths: Mapped[int | None]
    charge_percent: Mapped[int | None]
    key_tag: Mapped[str] = mapped_column(String(20), default="")
    key_slot: Mapped[str] = mapped_column(String(20), default="")
    """The slot of the key cabinet; empty while somebody has the key."""
    key_holder: Mapped[str] = mapped_column(String(120), default="")
    """Who has the key now; empty while it hangs in the cabinet."""
    key_returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    parking_place: Mapped[str] = mapped_column(String(40), default="")
    parking_zone: Mapped[ParkingZone | None] = mapped_column(enum_type(ParkingZone))
    old_parts: Mapped[OldParts] = mapped_column(enum_type(OldParts), default=OldParts.DISPOSE)
    wants_wash: Mapped[bool] = mapped_column(default=False)
    payment_way: Mapped[PaymentWay | None] = mapped_column(enum_type(PaymentWay))
    contact_way: Mapped[ContactWay] = mapped_column(enum_type(ContactWay), default=ContactWay.PHONE)
    transport: Mapped[Transport] = mapped_column(enum_type(Transport), default=Transport.NONE)
    transport_note: Mapped[str] = mapped_column(String(120), default="")
    approver_name: Mapped[str] = mapped_column(String(120), default="")
    """Who may approve further work besides the customer, up to ``approver_limit`` (None: without a limit)."""
    approver_phone: Mapped[str] = mapped_column(String(40), default="")
    approver_limit: Mapped[Decimal | None] = mapped_column(Money)
    collector_name: Mapped[str] = mapped_column(String(120), default="")
    """Who may collect the car besides the customer; empty: only the customer."""
    diagnosis_consented: Mapped[bool] = mapped_column(default=False)
    diagnosis_fee: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))
    belongings_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    prepared_digest: Mapped[str] = mapped_column(String(64), default="")
    open_conflicts: Mapped[int] = mapped_column(default=0)
    """Fields that two tablets set differently and nobody has decided on yet."""
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("signatures.id"))
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    list_document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    """The list of belongings and papers, which has a signature of its own (CHK-5, CHK-6)."""
    list_prepared_digest: Mapped[str] = mapped_column(String(64), default="")
    list_signature_id: Mapped[int | None] = mapped_column(ForeignKey("signatures.id"))
    list_signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CheckInPhoto(Identified, Base):
    """A photo taken at a station of the walkaround; the newest of a station is the one that counts."""

    __tablename__ = "checkin_photos"
    __table_args__ = (UniqueConstraint("attachment_id"),)

    checkin_id: Mapped[int] = mapped_column(ForeignKey("checkins.id"), index=True)
    station: Mapped[Station] = mapped_column(enum_type(Station))
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachments.id"))

    attachment: Mapped[Attachment] = relationship()


class StationSkip(Identified, Base):
    """A station that was left out, with the reason (CHK-2). A photo of the station counts more than a skip."""

    __tablename__ = "station_skips"

    checkin_id: Mapped[int] = mapped_column(ForeignKey("checkins.id"), index=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    station: Mapped[Station] = mapped_column(enum_type(Station))
    reason: Mapped[str] = mapped_column(String(200))
    skipped_at: Mapped[datetime] = mapped_column(UtcDateTime)
    skipped_by_name: Mapped[str] = mapped_column(String(200))
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Damage(Versioned, Base):
    """One pin on the car map. ``x`` and ``y`` are units of the drawing (0-680 and 0-816, front at the top).

    ``client_id`` is made on the tablet: the second arrival of it is the first one's answer.
    """

    __tablename__ = "damages"
    __table_args__ = (
        Index(None, "vehicle_id"),
        CheckConstraint("x BETWEEN 0 AND 680 AND y BETWEEN -2 AND 816", name="place"),
        CheckConstraint("size_cm >= 0", name="size"),
    )

    checkin_id: Mapped[int] = mapped_column(ForeignKey("checkins.id"), index=True)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"))
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    zone: Mapped[Zone] = mapped_column(enum_type(Zone))
    x: Mapped[int]
    y: Mapped[int]
    kind: Mapped[DamageKind] = mapped_column(enum_type(DamageKind))
    severity: Mapped[Severity] = mapped_column(enum_type(Severity))
    size_cm: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(Text, default="")
    is_seen_by_customer: Mapped[bool] = mapped_column(default=False)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachments.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_name: Mapped[str] = mapped_column(String(200))
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    repaired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    attachment: Mapped[Attachment | None] = relationship()


class Belonging(Versioned, Base):
    """Something the customer left in the car; kept in a numbered box where that is wiser (CHK-5)."""

    __tablename__ = "belongings"

    checkin_id: Mapped[int] = mapped_column(ForeignKey("checkins.id"), index=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    what: Mapped[str] = mapped_column(String(120))
    box: Mapped[str] = mapped_column(String(20), default="")
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachments.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    attachment: Mapped[Attachment | None] = relationship()


class DamageSighting(Identified, Base):
    """Somebody looked again at damage of an earlier visit: still there, or repaired meanwhile. The newest counts."""

    __tablename__ = "damage_sightings"

    damage_id: Mapped[int] = mapped_column(ForeignKey("damages.id"), index=True)
    checkin_id: Mapped[int] = mapped_column(ForeignKey("checkins.id"), index=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    is_there: Mapped[bool]
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_by_name: Mapped[str] = mapped_column(String(200))


class VehiclePaper(Identified, Base):
    """A vehicle paper that the customer left with us, its validity and what differs from the car (CHK-6)."""

    __tablename__ = "vehicle_papers"

    checkin_id: Mapped[int] = mapped_column(ForeignKey("checkins.id"), index=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[PaperKind] = mapped_column(enum_type(PaperKind))
    number: Mapped[str] = mapped_column(String(60), default="")
    valid_until: Mapped[date | None]
    difference: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_name: Mapped[str] = mapped_column(String(200))
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CustodyMove(Identified, Base):
    """The key or the car went from one place to another (CHK-7). Where both are now stands on the check-in."""

    __tablename__ = "custody_moves"

    checkin_id: Mapped[int] = mapped_column(ForeignKey("checkins.id"), index=True)
    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    what: Mapped[Custody] = mapped_column(enum_type(Custody))
    from_place: Mapped[str] = mapped_column(String(160), default="")
    from_zone: Mapped[ParkingZone | None] = mapped_column(enum_type(ParkingZone, "from_zone"))
    to_place: Mapped[str] = mapped_column(String(160), default="")
    to_zone: Mapped[ParkingZone | None] = mapped_column(enum_type(ParkingZone, "to_zone"))
    is_freed: Mapped[bool] = mapped_column(default=False)
    """Handed to the customer: key and place are free for the next car."""
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_by_name: Mapped[str] = mapped_column(String(200))


class Interview(Versioned, Base):
    """What was asked about one concern (CHK-8). ``answers`` holds, by the question's code, the chosen codes and the
    free words, as the catalogue of ``catalogue_version`` knows them."""

    __tablename__ = "interviews"
    __table_args__ = (CheckConstraint("road_test_km >= 0", name="road_test_km"),)

    checkin_id: Mapped[int] = mapped_column(ForeignKey("checkins.id"), index=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"), unique=True)
    restated: Mapped[str] = mapped_column(Text, default="")
    answers: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    catalogue_version: Mapped[int]
    is_road_tested: Mapped[bool] = mapped_column(default=False)
    road_test_km: Mapped[int | None]
    road_test_by: Mapped[str] = mapped_column(String(120), default="")
    road_test_found: Mapped[str] = mapped_column(Text, default="")
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_by_name: Mapped[str] = mapped_column(String(200))


class Outcome(StrEnum):
    TAKEN = "taken"
    OPEN = "open"
    """Another value was set meanwhile: somebody has to decide."""
    PUT_ASIDE = "put_aside"
    """Somebody decided for the other value."""


class Entry(Identified, Base):
    """One setting of one value. ``made_at`` is when the person did it, ``at`` when it arrived; ``other_*`` is what
    stood there instead of ``before``, where that was somebody else's."""

    __tablename__ = "checkin_entries"
    __table_args__ = (Index(None, "service_order_id", "outcome"),)

    client_id: Mapped[str] = mapped_column(String(64), unique=True)
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    name: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(Text)
    outcome: Mapped[Outcome] = mapped_column(enum_type(Outcome))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    other_value: Mapped[str] = mapped_column(Text, default="")
    other_name: Mapped[str] = mapped_column(String(200), default="")
    other_made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_name: Mapped[str] = mapped_column(String(200), default="")
