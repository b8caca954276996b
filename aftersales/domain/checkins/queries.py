"""Reading check-ins."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from aftersales.db import db
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.checkins.kinds import Station
from aftersales.domain.checkins.models import (
    Belonging,
    CheckIn,
    CheckInPhoto,
    Damage,
    DamageSighting,
    StationSkip,
    VehiclePaper,
)
from aftersales.domain.service_orders.models import ServiceOrder


@dataclass(frozen=True, slots=True)
class Walkaround:
    """What was seen and handed over at one check-in. ``photos`` holds each station's photos, the newest last;
    ``known`` is damage of the vehicle's earlier visits (CHK-4); ``skips`` the stations left out and why (CHK-2)."""

    photos: dict[Station, list[Attachment]] = field(default_factory=dict)
    damages: Sequence[Damage] = ()
    known: Sequence[Damage] = ()
    belongings: Sequence[Belonging] = ()
    skips: dict[Station, StationSkip] = field(default_factory=dict)
    papers: Sequence[VehiclePaper] = ()
    seen: dict[int, DamageSighting] = field(default_factory=dict)
    """The newest look at each known damage at this check-in, by the damage."""

    @property
    def dealt_with(self) -> set[Station]:
        """The stations that were photographed, or left out with a reason."""
        return {*self.photos, *self.skips}

    @property
    def shown(self) -> list[Attachment]:
        """The photos that count: the newest of each station, then those of the new damage."""
        pins = (pin.attachment for pin in self.damages)
        return [*(taken[-1] for taken in self.photos.values()), *(photo for photo in pins if photo)]

    def newest(self, station: Station) -> Attachment | None:
        """The photo of a station that counts."""
        taken = self.photos.get(station)
        return taken[-1] if taken else None


def find_checkin(order_id: int) -> CheckIn | None:
    """The order's check-in, None before the car arrived."""
    return db.session.scalar(select(CheckIn).where(CheckIn.service_order_id == order_id))


def find_order_of_key(tag: str, *, site_id: int) -> int | None:
    """The order on which this key tag hangs now."""
    if not tag:
        return None
    return db.session.scalar(
        select(CheckIn.service_order_id)
        .where(CheckIn.site_id == site_id, CheckIn.key_tag == tag, CheckIn.key_returned_at.is_(None))
        .order_by(CheckIn.id.desc())
        .limit(1)
    )


def walkaround_of(order: ServiceOrder, checkin: CheckIn | None) -> Walkaround:
    """Everything of the walk around the car, in six queries."""
    own = checkin.id if checkin else 0
    photos, seen = photos_of(own), sightings_of(own)
    pins = list(
        db.session.scalars(
            select(Damage)
            .options(joinedload(Damage.attachment))
            .where(Damage.vehicle_id == order.vehicle_id, Damage.voided_at.is_(None))
            .order_by(Damage.id)
        )
    )
    return Walkaround(
        photos=photos,
        skips={station: skip for station, skip in skips_of(own).items() if station not in photos},
        damages=[pin for pin in pins if pin.checkin_id == own],
        known=[
            pin
            for pin in pins
            if (not own or pin.checkin_id < own) and (pin.repaired_at is None or pin.id in seen)
        ],
        seen=seen,
        belongings=belongings_of(own),
        papers=papers_of(own),
    )


def photos_of(checkin_id: int) -> dict[Station, list[Attachment]]:
    """The photos of each station, in the order in which they arrived."""
    found: dict[Station, list[Attachment]] = {}
    for photo in db.session.scalars(
        select(CheckInPhoto)
        .join(CheckInPhoto.attachment)
        .options(contains_eager(CheckInPhoto.attachment))
        .where(CheckInPhoto.checkin_id == checkin_id)
        .order_by(CheckInPhoto.id)
    ):
        found.setdefault(photo.station, []).append(photo.attachment)
    return found


def skips_of(checkin_id: int) -> dict[Station, StationSkip]:
    """The newest skip of each station that was left out, also where a photo was taken later."""
    return {
        skip.station: skip
        for skip in db.session.scalars(
            select(StationSkip)
            .where(StationSkip.checkin_id == checkin_id, StationSkip.voided_at.is_(None))
            .order_by(StationSkip.id)
        )
    }


def dealt_with(checkin_id: int) -> set[Station]:
    """The stations that were photographed, or left out with a reason (CHK-2), in one query."""
    taken = select(CheckInPhoto.station).where(CheckInPhoto.checkin_id == checkin_id)
    skipped = select(StationSkip.station).where(
        StationSkip.checkin_id == checkin_id, StationSkip.voided_at.is_(None)
    )
    return set(db.session.scalars(taken.union(skipped)))


def previous_photos(order: ServiceOrder, checkin: CheckIn | None) -> dict[Station, Attachment]:
    """The newest photo of each station from the vehicle's last earlier check-in at this site that has any: what the
    camera view lays over the live picture, and what the new photos are compared with. One query."""
    earlier = (
        select(func.max(CheckInPhoto.checkin_id))
        .join(CheckIn, CheckIn.id == CheckInPhoto.checkin_id)
        .where(CheckIn.vehicle_id == order.vehicle_id, CheckIn.site_id == order.site_id)
    )
    if checkin is not None:
        earlier = earlier.where(CheckIn.id < checkin.id)
    taken = db.session.scalars(
        select(CheckInPhoto)
        .join(CheckInPhoto.attachment)
        .options(contains_eager(CheckInPhoto.attachment))
        .where(CheckInPhoto.checkin_id == earlier.scalar_subquery())
        .order_by(CheckInPhoto.id)
    )
    return {photo.station: photo.attachment for photo in taken}


def belongings_of(checkin_id: int) -> list[Belonging]:
    """What was left in the car."""
    return list(
        db.session.scalars(
            select(Belonging)
            .options(joinedload(Belonging.attachment))
            .where(Belonging.checkin_id == checkin_id, Belonging.voided_at.is_(None))
            .order_by(Belonging.id)
        )
    )


def sightings_of(checkin_id: int) -> dict[int, DamageSighting]:
    """The newest look at each damage of an earlier visit."""
    looks = select(DamageSighting).where(DamageSighting.checkin_id == checkin_id).order_by(DamageSighting.id)
    return {look.damage_id: look for look in db.session.scalars(looks)}


def papers_of(checkin_id: int) -> list[VehiclePaper]:
    """The vehicle papers that the customer left with us."""
    return list(
        db.session.scalars(
            select(VehiclePaper)
            .where(VehiclePaper.checkin_id == checkin_id, VehiclePaper.voided_at.is_(None))
            .order_by(VehiclePaper.id)
        )
    )
