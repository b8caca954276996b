"""Where key and car are while the car is with us: every move is a row, where they are now stands on the check-in
(CHK-7). The customer's signature does not cover it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from aftersales.db import add, db
from aftersales.domain.actors import Actor
from aftersales.domain.checkins.kinds import Custody, ParkingZone
from aftersales.domain.checkins.models import CheckIn, CustodyMove
from aftersales.domain.checkins.operations import begin, find_locked
from aftersales.domain.errors import Invalid, Refused
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.i18n import N_, gettext, label


def move_car(
    order_id: int,
    *,
    zone: ParkingZone | None,
    place: str,
    client_id: str,
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
) -> CheckIn:
    """The car stands somewhere else now: a zone, a place, or both. A move that arrives twice is one row."""
    order, checkin = _lock(order_id, actor=actor, now=now, site_id=site_id)
    if _is_known(client_id):
        return checkin
    place = place.strip()[:40]
    if zone is None and not place:
        raise Invalid(gettext("Say where the car stands now."), field="place")
    _record(
        checkin,
        CustodyMove(
            what=Custody.CAR,
            from_place=checkin.parking_place,
            from_zone=checkin.parking_zone,
            to_place=place,
            to_zone=zone or checkin.parking_zone,
        ),
        {"parking_place": place, "parking_zone": zone or checkin.parking_zone},
        client_id=client_id,
        actor=actor,
        now=now,
    )
    timeline.note(
        order,
        EventKind.EDIT,
        N_("Car moved to %(place)s"),
        actor=actor,
        now=now,
        place=", ".join(part for part in (label(zone) if zone else "", place) if part),
    )
    return checkin


def move_key(
    order_id: int,
    *,
    client_id: str,
    actor: Actor,
    now: datetime,
    slot: str = "",
    holder: str = "",
    site_id: int | None = None,
) -> CheckIn:
    """The key hangs in a slot of the cabinet, or somebody has it. Refuses a slot where another car's key hangs."""
    order, checkin = _lock(order_id, actor=actor, now=now, site_id=site_id)
    if _is_known(client_id):
        return checkin
    slot, holder = slot.strip()[:20], holder.strip()[:120]
    if bool(slot) == bool(holder):
        raise Invalid(gettext("Say in which slot the key hangs, or who has it."), field="slot")
    if slot and (number := _who_hangs_at(slot, checkin)):
        raise Invalid(
            gettext(
                "The key of order %(number)s hangs in slot %(slot)s. Take another one.",
                slot=slot,
                number=number,
            ),
            field="slot",
        )
    _record(
        checkin,
        CustodyMove(
            what=Custody.KEY,
            from_place=_key_place(checkin.key_slot, checkin.key_holder),
            to_place=_key_place(slot, holder),
        ),
        {"key_slot": slot, "key_holder": holder},
        client_id=client_id,
        actor=actor,
        now=now,
    )
    timeline.note(
        order,
        EventKind.EDIT,
        N_("Key in slot %(place)s") if slot else N_("Key with %(place)s"),
        actor=actor,
        now=now,
        place=slot or holder,
    )
    return checkin


def free(order: ServiceOrder, *, actor: Actor, now: datetime, has_key: bool = True) -> None:
    """The car left, with its key unless that was noted: tag, slot and place are free for the next one. The caller
    holds the order's lock."""
    checkin = find_locked(order)
    if checkin is None or _is_known(f"freed-{Custody.CAR}-{checkin.id}"):
        return
    moves = [(Custody.CAR, checkin.parking_place, checkin.parking_zone)]
    gone: dict[str, Any] = {"parking_place": "", "parking_zone": None}
    if has_key:
        moves.append((Custody.KEY, _key_place(checkin.key_slot, checkin.key_holder), None))
        gone |= {"key_slot": "", "key_holder": "", "key_returned_at": checkin.key_returned_at or now}
    for what, place, zone in moves:
        add(
            CustodyMove(
                checkin_id=checkin.id,
                client_id=f"freed-{what}-{checkin.id}",
                what=what,
                from_place=place,
                from_zone=zone,
                is_freed=True,
                moved_at=now,
                moved_by_name=actor.name,
            )
        )
    _put(checkin, gone)


def _lock(order_id: int, *, actor: Actor, now: datetime, site_id: int | None) -> tuple[ServiceOrder, CheckIn]:
    """The order and its check-in, begun where the car has only just arrived."""
    actor.need("cars.move")
    order = service_orders.lock_order(order_id, site_id=site_id)
    checkin = find_locked(order)
    if checkin is None and order.state is OrderState.ARRIVED:
        checkin = begin(order, now)
    if checkin is None or order.is_closed or order.state is OrderState.BOOKED:
        raise Refused(gettext("The car is not here. Only a car that has arrived is moved."))
    return order, checkin


def _key_place(slot: str, holder: str) -> str:
    """Where the key is, as the row of its move keeps it."""
    return gettext("Slot %(slot)s", slot=slot) if slot else holder


def _is_known(client_id: str) -> bool:
    return db.session.scalar(select(CustodyMove.id).where(CustodyMove.client_id == client_id)) is not None


def _record(
    checkin: CheckIn,
    move: CustodyMove,
    now_at: dict[str, Any],
    *,
    client_id: str,
    actor: Actor,
    now: datetime,
) -> None:
    move.checkin_id, move.client_id = checkin.id, client_id
    move.moved_at, move.moved_by_name = now, actor.name
    add(move)
    _put(checkin, now_at)


def _put(checkin: CheckIn, values: dict[str, Any]) -> None:
    """Past the version: a form of the check-in that is open, and what was signed, are not older for that."""
    db.session.execute(update(CheckIn).where(CheckIn.id == checkin.id).values(**values))
    db.session.refresh(checkin)


def _who_hangs_at(slot: str, checkin: CheckIn) -> str | None:
    """The number of the open order whose key hangs in this slot."""
    return db.session.scalar(
        select(ServiceOrder.number)
        .join(CheckIn, CheckIn.service_order_id == ServiceOrder.id)
        .where(
            CheckIn.site_id == checkin.site_id,
            CheckIn.key_slot == slot,
            CheckIn.id != checkin.id,
            ServiceOrder.closed_at.is_(None),
        )
        .limit(1)
    )
