"""Reading check-ins."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from aftersales.db import db
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.checkins.models import Belonging, CheckIn, CheckInPhoto, Damage, Station
from aftersales.domain.service_orders.models import ServiceOrder


@dataclass(frozen=True, slots=True)
class Walkaround:
    """What was seen and handed over at one check-in. ``photos`` holds each station's photos, the newest last;
    ``known`` is damage of the vehicle's earlier visits (CHK-4)."""

    photos: dict[Station, list[Attachment]] = field(default_factory=dict)
    damages: Sequence[Damage] = ()
    known: Sequence[Damage] = ()
    belongings: Sequence[Belonging] = ()

    def newest(self, station: Station) -> Attachment | None:
        """The photo of a station that counts."""
        taken = self.photos.get(station)
        return taken[-1] if taken else None


def find_checkin(order_id: int) -> CheckIn | None:
    """The order's check-in, None before the car arrived."""
    return db.session.scalar(select(CheckIn).where(CheckIn.service_order_id == order_id))


def walkaround_of(order: ServiceOrder, checkin: CheckIn | None) -> Walkaround:
    """Everything of the walk around the car, in three queries."""
    own = checkin.id if checkin else 0
    pins = list(
        db.session.scalars(
            select(Damage)
            .options(joinedload(Damage.attachment))
            .where(Damage.vehicle_id == order.vehicle_id, Damage.voided_at.is_(None))
            .order_by(Damage.id)
        )
    )
    return Walkaround(
        photos=photos_of(own),
        damages=[pin for pin in pins if pin.checkin_id == own],
        known=[pin for pin in pins if (not own or pin.checkin_id < own) and pin.repaired_at is None],
        belongings=belongings_of(own),
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


def belongings_of(checkin_id: int) -> list[Belonging]:
    """What was left in the car."""
    return list(
        db.session.scalars(
            select(Belonging)
            .where(Belonging.checkin_id == checkin_id, Belonging.voided_at.is_(None))
            .order_by(Belonging.id)
        )
    )
