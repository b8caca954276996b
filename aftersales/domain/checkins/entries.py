"""Single values of a record that two tablets may set while neither hears of the other.

Each setting is an entry with the value that was on the screen before it. Where that still stands, the new value is
taken; where another tablet set something else meanwhile, nothing is overwritten: the entry stays open with both values,
authors and times until a person decides (CHK-11). Values are texts as their form field shows them.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from aftersales.db import add, db
from aftersales.domain.actors import Actor
from aftersales.domain.checkins import operations
from aftersales.domain.checkins.models import CheckIn, Entry, Outcome
from aftersales.domain.errors import NotFound
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.i18n import gettext

SAME_HAND = timedelta(minutes=1)
"""How far apart a person's entries may seem the wrong way round. The time of each is reckoned from the moment it
arrived, which a slow network delays by seconds; a tablet sends its entries in the order in which they were made."""


def enter(
    order_id: int,
    name: str,
    value: Any,
    *,
    before: str,
    client_id: str,
    made_at: datetime,
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
    is_odometer_confirmed: bool = False,
) -> Entry:
    """Set one value of the check-in's forms. ``before`` is what the person saw there; sent twice it is one entry.

    Taken when that still stands, when the value is set already, and when the person follows an entry of their own
    faster than the answers came. Refuses as :func:`operations.edit` does.
    """
    order, checkin = operations.lock_checkin(order_id, actor=actor, now=now, site_id=site_id)
    if known := db.session.scalar(select(Entry).where(Entry.client_id == client_id)):
        return known
    text, current = as_text(value), as_text(current_value(order, checkin, name))
    last = _last_taken(order_id, name)
    stands_by = last if last is not None and last.value == current else None
    is_own = (
        stands_by is not None
        and stands_by.by_id == actor.user_id
        and stands_by.made_at <= made_at + SAME_HAND
    )
    entry = Entry(
        client_id=client_id, service_order_id=order_id, name=name, value=text, before=before, made_at=made_at, at=now,
        outcome=Outcome.TAKEN if current in (before, text) or is_own else Outcome.OPEN,
        by_id=actor.user_id, by_name=actor.name,
    )  # fmt: skip
    if entry.outcome is Outcome.OPEN:
        entry.other_value = current
        if stands_by is not None:
            entry.other_name, entry.other_made_at = stands_by.by_name, stands_by.made_at
    elif current != text:
        operations.edit(
            order_id, values={name: value}, actor=actor, now=now, site_id=site_id,
            is_odometer_confirmed=is_odometer_confirmed,
        )  # fmt: skip
    add(entry)
    checkin.open_conflicts = len({open_.name for open_ in list_open(order_id)})
    return entry


def current_value(order: ServiceOrder, checkin: CheckIn, name: str) -> Any:
    """What stands now in a field of the check-in's forms."""
    if name == "is_waiting":
        return order.is_waiting
    return getattr(checkin, operations.TICKS.get(name, name))


def as_text(value: Any) -> str:
    """A value as its form field sends it: a tick, and the moment of one, is ``1`` or nothing."""
    if value is None or value is False:
        return ""
    if value is True or isinstance(value, datetime):
        return "1"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def _last_taken(order_id: int, name: str) -> Entry | None:
    return db.session.scalar(
        select(Entry)
        .where(Entry.service_order_id == order_id, Entry.name == name, Entry.outcome == Outcome.TAKEN)
        .order_by(Entry.id.desc())
        .limit(1)
    )


def list_open(order_id: int) -> list[Entry]:
    """The values of an order that two tablets set differently, oldest first."""
    return list(
        db.session.scalars(
            select(Entry)
            .where(Entry.service_order_id == order_id, Entry.outcome == Outcome.OPEN)
            .order_by(Entry.id)
        )
    )


def decide(
    order_id: int,
    entry_id: int,
    value: Any,
    *,
    is_taken: bool,
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
) -> Entry:
    """A person chose one of the two values; ``value`` is that of the entry. Twice is harmless.

    Raises :class:`NotFound` for another order's entry.
    """
    _, checkin = operations.lock_checkin(order_id, actor=actor, now=now, site_id=site_id)
    entry = db.session.get(Entry, entry_id, populate_existing=True)
    if entry is None or entry.service_order_id != order_id:
        raise NotFound(gettext("There is no such entry."))
    if entry.outcome is not Outcome.OPEN:
        return entry
    # All open entries of this value were set against the same state: the decision stands for each of them.
    for other in list_open(order_id):
        if other.name == entry.name:
            other.outcome, other.decided_at, other.decided_by_name = Outcome.PUT_ASIDE, now, actor.name
    if is_taken:
        entry.outcome = Outcome.TAKEN
        operations.edit(
            order_id,
            values={entry.name: value},
            actor=actor,
            now=now,
            site_id=site_id,
            is_odometer_confirmed=True,
        )
    checkin.open_conflicts = len({open_.name for open_ in list_open(order_id)})
    db.session.flush()
    return entry
