"""Receiving a car: the order is opened with the customer's concerns, and its check-in begins."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from aftersales.db import add, db
from aftersales.domain import submissions
from aftersales.domain.actors import Actor
from aftersales.domain.checkins.kinds import Custody, ParkingZone
from aftersales.domain.checkins.models import CheckIn, CustodyMove
from aftersales.domain.errors import Invalid, Refused, Stale
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import timeline, work
from aftersales.domain.service_orders.models import EventKind, PayType, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites.models import Site
from aftersales.domain.vehicles import operations as vehicles
from aftersales.i18n import N_, gettext

_EDITABLE = (
    "brought_by", "fuel_eighths", "charge_percent", "parking_place", "old_parts", "wants_wash", "payment_way",
    "contact_way", "transport", "transport_note", "approver_name", "approver_phone", "approver_limit", "collector_name",
)  # fmt: skip
TICKS = {
    "covers_fitted": "covers_fitted_at",
    "identity_checked": "identity_checked_at",
    "belongings_asked": "belongings_asked_at",
}
"""Ticks of the forms, and where the moment of each is kept."""
_AFTER_SIGNING = {"parking_place"}
"""What the signature does not cover: the car is moved about."""


@dataclass(frozen=True, slots=True)
class Concern:
    """One complaint or wish in the customer's own words, and who is to pay for it."""

    words: str
    pay_type: PayType = PayType.CUSTOMER


def receive(
    *,
    site_id: int,
    vehicle_id: int,
    customer_id: int,
    concerns: Sequence[Concern],
    actor: Actor,
    now: datetime,
    promised_at: datetime | None = None,
    is_waiting: bool = False,
    comeback_of_id: int | None = None,
    client_id: str = "",
) -> ServiceOrder:
    """Open the order of a car that is here, one job per concern, and begin its check-in (STEP-2, ORD-1).

    The second arrival of a ``client_id`` gets the first one's order. Refuses without a concern, and while the vehicle
    has another order at this site that nobody has checked in yet.
    """
    actor.need("orders.open")
    if known := submissions.earlier(client_id, now=now):
        return service_orders.lock_order(known, site_id=site_id)
    worded = [concern for concern in concerns if concern.words.strip()]
    if not worded:
        raise Invalid(gettext("Write down at least one concern, in the customer's words."), field="concerns")
    if promised_at is not None and promised_at <= now:
        raise Invalid(gettext("The promised time has to be in the future."), field="promised_at")
    vehicles.lock_vehicle(vehicle_id)
    if waiting := _number_not_checked_in(site_id, vehicle_id):
        raise Refused(
            gettext(
                "This vehicle has order %(number)s, which is not checked in yet. Go on with that one.",
                number=waiting,
            )
        )
    order = service_orders.open_order(
        site_id=site_id,
        vehicle_id=vehicle_id,
        customer_id=customer_id,
        actor=actor,
        now=now,
        promised_at=promised_at,
        comeback_of_id=comeback_of_id,
    )
    order.is_waiting = is_waiting
    for concern in worded:
        work.add_job(
            order.id,
            title=concern.words,
            concern=concern.words,
            pay_type=concern.pay_type,
            actor=actor,
            now=now,
        )
    begin(order, now)
    submissions.keep(client_id, order)
    return order


def arrive(
    order_id: int, *, site_id: int, actor: Actor, now: datetime, is_waiting: bool | None = None
) -> ServiceOrder:
    """The booked car is here: what was agreed by the appointment stands, nothing is typed twice (APT-7).

    Safe to repeat: an order that has arrived already stays as it is.
    """
    order = service_orders.lock_order(order_id, site_id=site_id)
    if order.state is not OrderState.ARRIVED:
        service_orders.move(order, "arrive", actor=actor, now=now)
        if order.advisor_id is None and actor.user_id is not None:
            order.advisor_id = actor.user_id
    if is_waiting is not None:
        order.is_waiting = is_waiting
    if db.session.scalar(select(CheckIn.id).where(CheckIn.service_order_id == order_id)) is None:
        begin(order, now)
    return order


def lock_checkin(
    order_id: int, *, actor: Actor, now: datetime, site_id: int | None = None, version: int | None = None
) -> tuple[ServiceOrder, CheckIn]:
    """The order and its check-in under the order's lock, for a change before the customer signs.

    ``version`` is that of the form's page, 0 where there was no check-in yet: an older one is refused with what
    stands now (ORD-6). Refuses when it is signed or when the order is not at this point.
    """
    actor.need("checkins.write")
    order = service_orders.lock_order(order_id, site_id=site_id)
    checkin = find_locked(order)
    if version is not None and checkin is not None and checkin.version != version:
        raise Stale(
            gettext("Somebody else changed this check-in meanwhile. Compare, then save again."),
            current=checkin,
        )
    if checkin is not None and checkin.signed_at is not None:
        raise Refused(
            gettext("The customer has signed this check-in. What was signed does not change any more.")
        )
    if order.state is not OrderState.ARRIVED:
        raise Refused(gettext("Only a car that has arrived is checked in."))
    return order, checkin or begin(order, now)


def edit(
    order_id: int,
    *,
    values: dict[str, Any],
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
    version: int | None = None,
    is_odometer_confirmed: bool = False,
) -> CheckIn:
    """Keep what was seen, handed over and wished for. ``values`` may hold any of the form's fields.

    Refuses an odometer below the last reading unless it is confirmed, and a key tag that another car in the house has.
    """
    if set(values) <= _AFTER_SIGNING:
        actor.need("checkins.write")
        order = service_orders.lock_order(order_id, site_id=site_id)
        checkin = find_locked(order) or begin(order, now)
    else:
        order, checkin = lock_checkin(order_id, actor=actor, now=now, site_id=site_id, version=version)
    if (place := values.get("parking_place", checkin.parking_place)) != checkin.parking_place:
        _park(checkin, place, actor=actor, now=now)
    for name in _EDITABLE:
        if name in values:
            setattr(checkin, name, values[name])
    for name, tick in TICKS.items():
        if name in values:
            setattr(checkin, tick, (getattr(checkin, tick) or now) if values[name] else None)
    if "is_waiting" in values:
        order.is_waiting = bool(values["is_waiting"])
    if values.get("odometer") is not None:
        _read_odometer(
            order, checkin, values["odometer"], is_confirmed=is_odometer_confirmed, actor=actor, now=now
        )
    if "key_tag" in values:
        _hang_key(checkin, values["key_tag"].strip(), now=now)
    db.session.flush()
    return checkin


def find_locked(order: ServiceOrder) -> CheckIn | None:
    """The order's check-in, read afresh; the caller holds the order's lock."""
    return db.session.scalar(
        select(CheckIn)
        .where(CheckIn.service_order_id == order.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def begin(order: ServiceOrder, now: datetime) -> CheckIn:
    """An empty check-in of an order that has none; the caller holds the order's lock."""
    return add(
        CheckIn(service_order_id=order.id, site_id=order.site_id, vehicle_id=order.vehicle_id, started_at=now)
    )


def _number_not_checked_in(site_id: int, vehicle_id: int) -> str | None:
    return db.session.scalar(
        select(ServiceOrder.number).where(
            ServiceOrder.vehicle_id == vehicle_id,
            ServiceOrder.site_id == site_id,
            ServiceOrder.state == OrderState.ARRIVED,
        )
    )


def _read_odometer(
    order: ServiceOrder, checkin: CheckIn, value: int, *, is_confirmed: bool, actor: Actor, now: datetime
) -> None:
    vehicles.read_odometer(
        order.vehicle_id, value, service_order_id=order.id, is_confirmed=is_confirmed, actor=actor, now=now
    )
    if checkin.odometer != value:
        timeline.note(
            order, EventKind.EDIT, N_("Odometer read: %(value)s"), actor=actor, now=now, value=value
        )
    checkin.odometer = order.odometer = value


def _park(checkin: CheckIn, place: str, *, actor: Actor, now: datetime) -> None:
    """The place that was typed at check-in is the car's first one: it waits there."""
    zone = checkin.parking_zone or (ParkingZone.WAITING if place else None)
    add(
        CustodyMove(
            checkin_id=checkin.id,
            client_id=secrets.token_hex(16),
            what=Custody.CAR,
            from_place=checkin.parking_place,
            from_zone=checkin.parking_zone,
            to_place=place,
            to_zone=zone,
            moved_at=now,
            moved_by_name=actor.name,
        )
    )
    checkin.parking_zone = zone


def _hang_key(checkin: CheckIn, tag: str, *, now: datetime) -> None:
    """Give the car this key tag. Tags of orders that are closed are free again, whoever closed them."""
    if tag and tag != checkin.key_tag:
        # Two cars that want one tag at the same moment come one after the other. Not FOR UPDATE, which would also
        # hold up everyone who writes a row of this site.
        db.session.execute(select(Site.id).where(Site.id == checkin.site_id).with_for_update(key_share=True))
        holders = db.session.execute(
            select(CheckIn.id, ServiceOrder.number, ServiceOrder.closed_at)
            .join(ServiceOrder, ServiceOrder.id == CheckIn.service_order_id)
            .where(
                CheckIn.site_id == checkin.site_id,
                CheckIn.key_tag == tag,
                CheckIn.key_returned_at.is_(None),
                CheckIn.id != checkin.id,
            )
        ).all()
        for holder in holders:
            if holder.closed_at is None:
                raise Invalid(
                    gettext(
                        "Key tag %(tag)s hangs on order %(number)s. Take another one.",
                        tag=tag,
                        number=holder.number,
                    ),
                    field="key_tag",
                )
            db.session.execute(update(CheckIn).where(CheckIn.id == holder.id).values(key_returned_at=now))
    checkin.key_tag = tag
