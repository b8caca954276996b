"""Single values of a record that two tablets may set while neither hears of the other.

Each setting is an entry with the value that was on the screen before it. Where that still stands, the new value is
taken; where another tablet set something else meanwhile, nothing is overwritten: the entry stays open with both values,
authors and times until a person decides (CHK-11). Values are texts as their form field shows them.
"""

from datetime import datetime

from sqlalchemy import select, update

from aftersales.db import add, db
from aftersales.domain.actors import Actor
from aftersales.domain.checkins.models import Entry, Outcome
from aftersales.domain.errors import NotFound
from aftersales.i18n import gettext


def find(client_id: str) -> Entry | None:
    """The first arrival of this entry."""
    return db.session.scalar(select(Entry).where(Entry.client_id == client_id))


def enter(
    order_id: int,
    name: str,
    value: str,
    *,
    before: str,
    current: str,
    client_id: str,
    made_at: datetime,
    actor: Actor,
    now: datetime,
) -> Entry:
    """Note that a value was set. The caller holds the order's lock, has asked :func:`find`, and writes the value where
    the outcome is ``TAKEN``: when ``current`` is what the person saw before, or what they set. A person who follows
    their own entries faster than the answers come is never in conflict with themselves."""
    last = db.session.scalar(
        select(Entry)
        .where(Entry.service_order_id == order_id, Entry.name == name, Entry.outcome == Outcome.TAKEN)
        .order_by(Entry.id.desc())
        .limit(1)
    )
    is_own = (
        last is not None and last.by_id == actor.user_id and last.value == current and last.made_at <= made_at
    )
    outcome = Outcome.TAKEN if current in (before, value) or is_own else Outcome.OPEN
    entry = Entry(
        client_id=client_id, service_order_id=order_id, name=name, value=value, before=before, outcome=outcome,
        made_at=made_at, at=now, by_id=actor.user_id, by_name=actor.name,
    )  # fmt: skip
    if outcome is Outcome.OPEN:
        entry.other_value = current
        if last is not None and last.value == current:
            entry.other_name, entry.other_made_at = last.by_name, last.made_at
    return add(entry)


def list_open(order_id: int) -> list[Entry]:
    """The values of an order that two tablets set differently, oldest first."""
    return list(
        db.session.scalars(
            select(Entry)
            .where(Entry.service_order_id == order_id, Entry.outcome == Outcome.OPEN)
            .order_by(Entry.id)
        )
    )


def decide(entry_id: int, order_id: int, *, is_taken: bool, actor: Actor, now: datetime) -> Entry:
    """A person chose one of the two values. The caller holds the order's lock and writes the value if it is taken.
    Twice is harmless. Raises :class:`NotFound` for another order's entry."""
    entry = db.session.get(Entry, entry_id)
    if entry is None or entry.service_order_id != order_id:
        raise NotFound(gettext("There is no such entry."))
    if entry.outcome is Outcome.OPEN:
        # The other open entries of this value were set against the same state: the decision stands for all of them.
        db.session.execute(
            update(Entry)
            .where(
                Entry.service_order_id == order_id, Entry.name == entry.name, Entry.outcome == Outcome.OPEN
            )
            .values(outcome=Outcome.PUT_ASIDE, decided_at=now, decided_by_name=actor.name)
        )
        if is_taken:
            entry.outcome = Outcome.TAKEN
        db.session.flush()
    return entry
