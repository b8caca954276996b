"""The walk around the car: photos at the stations, damage pins, things left in the car. Each arrives with an id made
on the tablet and counts once, however often it is sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from aftersales.db import add, db
from aftersales.domain.actors import Actor
from aftersales.domain.attachments import operations as attachments
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.attachments.operations import StoredPhoto
from aftersales.domain.checkins.kinds import DamageKind, Severity, Station, Zone
from aftersales.domain.checkins.models import CheckInPhoto, Damage
from aftersales.domain.checkins.operations import lock_checkin
from aftersales.domain.checkins.rules import MIDDLES
from aftersales.domain.errors import Invalid, NotFound
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, ServiceOrder
from aftersales.i18n import N_, gettext, label

_LARGEST_CM = 500


def add_photo(
    order_id: int,
    photo: StoredPhoto,
    *,
    station: Station,
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
) -> CheckInPhoto:
    """Keep a photo of a station as evidence, with its time and author (CHK-3). Sent twice it is there once."""
    order, checkin = lock_checkin(order_id, actor=actor, now=now, site_id=site_id)
    kept = attachments.keep(
        photo,
        site_id=order.site_id,
        service_order_id=order.id,
        caption=label(station),
        is_shared=True,
        actor=actor,
        now=now,
    )
    known = db.session.scalar(select(CheckInPhoto).where(CheckInPhoto.attachment_id == kept.id))
    if known is not None:
        return known
    taken = add(CheckInPhoto(checkin_id=checkin.id, station=station, attachment_id=kept.id))
    timeline.note(
        order, EventKind.PHOTO, N_("Photo taken: %(station)s"), actor=actor, now=now, station=label(station)
    )
    return taken


def add_damage(
    order_id: int,
    *,
    client_id: str,
    zone: Zone,
    kind: DamageKind,
    severity: Severity,
    actor: Actor,
    now: datetime,
    x: int = 0,
    y: int = 0,
    size_cm: int = 0,
    note: str = "",
    is_seen_by_customer: bool = False,
    photo: StoredPhoto | None = None,
    site_id: int | None = None,
) -> Damage:
    """Put a pin on the car map (CHK-4). Without a place it sits in the middle of its zone; sent twice it is one pin."""
    order, checkin = lock_checkin(order_id, actor=actor, now=now, site_id=site_id)
    if known := db.session.scalar(select(Damage).where(Damage.client_id == client_id)):
        return known
    if not 0 <= size_cm <= _LARGEST_CM:
        raise Invalid(gettext("Enter the size in centimetres, 0 to 500."), field="size_cm")
    if not (0 < x <= 680 and -2 <= y <= 816):
        x, y = MIDDLES[zone]
    kept = _keep(photo, order, caption=f"{label(kind)}, {label(zone)}", actor=actor, now=now)
    damage = add(
        Damage(
            checkin_id=checkin.id,
            vehicle_id=order.vehicle_id,
            client_id=client_id,
            zone=zone,
            x=x,
            y=y,
            kind=kind,
            severity=severity,
            size_cm=size_cm,
            note=note.strip(),
            is_seen_by_customer=is_seen_by_customer,
            attachment_id=kept.id if kept else None,
            created_at=now,
            created_by_name=actor.name,
        )
    )
    timeline.note(
        order,
        EventKind.EDIT,
        N_("Damage marked: %(damage)s, %(zone)s"),
        actor=actor,
        now=now,
        damage=label(kind),
        zone=label(zone),
    )
    return damage


def edit_damage(
    order_id: int,
    damage_id: int,
    *,
    values: dict[str, Any],
    actor: Actor,
    now: datetime,
    photo: StoredPhoto | None = None,
    site_id: int | None = None,
) -> Damage:
    """Correct a pin of this check-in: kind, severity, size, note, seen, or a further photo in place of the first."""
    order, damage = _lock_damage(order_id, damage_id, actor=actor, now=now, site_id=site_id)
    for name in ("kind", "severity", "size_cm", "note", "is_seen_by_customer"):
        if name in values:
            setattr(damage, name, values[name])
    if not 0 <= damage.size_cm <= _LARGEST_CM:
        raise Invalid(gettext("Enter the size in centimetres, 0 to 500."), field="size_cm")
    kept = _keep(photo, order, caption=f"{label(damage.kind)}, {label(damage.zone)}", actor=actor, now=now)
    if kept is not None:
        damage.attachment_id = kept.id
    db.session.flush()
    return damage


def void_damage(
    order_id: int, damage_id: int, *, actor: Actor, now: datetime, site_id: int | None = None
) -> Damage:
    """Take a pin of this check-in off the map; it stays on record."""
    order, damage = _lock_damage(order_id, damage_id, actor=actor, now=now, site_id=site_id)
    if damage.voided_at is None:
        damage.voided_at = now
        timeline.note(
            order,
            EventKind.EDIT,
            N_("Damage mark taken away: %(damage)s, %(zone)s"),
            actor=actor,
            now=now,
            damage=label(damage.kind),
            zone=label(damage.zone),
        )
    return damage


def _lock_damage(
    order_id: int, damage_id: int, *, actor: Actor, now: datetime, site_id: int | None
) -> tuple[ServiceOrder, Damage]:
    order, checkin = lock_checkin(order_id, actor=actor, now=now, site_id=site_id)
    damage = db.session.get(Damage, damage_id)
    if damage is None or damage.checkin_id != checkin.id:
        raise NotFound(gettext("There is no such damage on this order."))
    return order, damage


def _keep(
    photo: StoredPhoto | None, order: ServiceOrder, *, caption: str, actor: Actor, now: datetime
) -> Attachment | None:
    if photo is None:
        return None
    return attachments.keep(
        photo,
        site_id=order.site_id,
        service_order_id=order.id,
        caption=caption,
        is_shared=True,
        actor=actor,
        now=now,
    )
