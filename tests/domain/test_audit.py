"""The audit chain: complete, in order, and broken by any change."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from aftersales.db import add, db, transaction
from aftersales.domain import audit
from aftersales.domain.accounts.models import SignInTry
from aftersales.domain.actors import SYSTEM
from aftersales.domain.audit import AuditEntry, AuditHead
from aftersales.domain.errors import Refused
from tests.effort import rounds
from tests.races import at_once, in_transaction

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def note(action: str) -> None:
    subject = add(SignInTry(email="a@example.org", address="127.0.0.1", at=NOW))
    audit.record(action, subject, actor=SYSTEM, now=NOW)


def actions() -> list[str]:
    return [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]


def test_entries_of_several_transactions_make_one_chain(app_context: Flask) -> None:
    with transaction():
        note("first")
        note("second")
    with transaction():
        note("third")
    assert actions() == ["first", "second", "third"]
    assert audit.find_break() is None


def test_a_refused_act_leaves_no_entry_and_does_not_swallow_the_next_one(app_context: Flask) -> None:
    with pytest.raises(Refused), transaction():
        note("refused")
        raise Refused("not now")
    with transaction():
        note("allowed")
    assert actions() == ["allowed"]
    assert audit.find_break() is None


# --- what somebody with the database in hands can do, tried at random places of a chain of forty ---

Tamper = Callable[[random.Random], None]
ENTRIES = AuditEntry.__table__
LENGTH = 40


class _Undo(Exception):
    """Takes the tampering back, for the next round."""


@pytest.fixture
def chain(app_context: Flask) -> list[int]:
    """The ids of forty entries, written by several transactions."""
    for number in range(0, LENGTH, 4):
        with transaction():
            for one in range(number, number + 4):
                note(f"act {one}")
    assert audit.find_break() is None
    return list(db.session.scalars(select(AuditEntry.id).order_by(AuditEntry.id)))


def _some(luck: random.Random) -> int:
    return luck.choice(list(db.session.scalars(select(AuditEntry.id))))


def alter(luck: random.Random) -> None:
    """One value of one entry: a name, a time by a microsecond, the facts by a letter, a digest by a digit."""
    ident = _some(luck)
    row = db.session.execute(select(ENTRIES).where(ENTRIES.c.id == ident)).one()
    column = luck.choice(["at", "actor_name", "address", "action", "subject_type", "subject_id", "details",
                          "previous_digest", "digest"])  # fmt: skip
    value = getattr(row, column)
    other: Any
    if isinstance(value, datetime):
        other = value + timedelta(microseconds=1)
    elif isinstance(value, int):
        other = value + 1
    elif isinstance(value, dict):
        other = {**value, "reason": value.get("reason", "") + "x"}
    elif column.endswith("digest"):
        place = luck.randrange(64)
        other = value[:place] + ("1" if value[place] == "0" else "0") + value[place + 1 :]
    else:
        other = value + "x"
    db.session.execute(update(ENTRIES).where(ENTRIES.c.id == ident).values({column: other}))


def remove(luck: random.Random) -> None:
    db.session.execute(delete(ENTRIES).where(ENTRIES.c.id == _some(luck)))


def truncate(luck: random.Random) -> None:
    """The end, from some entry on; also everything."""
    db.session.execute(delete(ENTRIES).where(ENTRIES.c.id >= _some(luck)))


def swap(luck: random.Random) -> None:
    """Two entries trade places: all their values but the id."""
    ids = luck.sample(list(db.session.scalars(select(AuditEntry.id))), 2)
    rows = [db.session.execute(select(ENTRIES).where(ENTRIES.c.id == ident)).one()._mapping for ident in ids]
    columns = [column.name for column in ENTRIES.columns if column.name != "id"]
    for ident in ids:  # the digest is unique: out of the way first
        db.session.execute(update(ENTRIES).where(ENTRIES.c.id == ident).values(digest=f"moved {ident}"))
    for ident, row in zip(ids, reversed(rows), strict=True):
        db.session.execute(
            update(ENTRIES).where(ENTRIES.c.id == ident).values({name: row[name] for name in columns})
        )


def insert(luck: random.Random) -> None:
    """A forged entry at the end with a right digest of its own, following the last one."""
    last = db.session.execute(select(ENTRIES).order_by(ENTRIES.c.id.desc()).limit(1)).one()._mapping
    forged = AuditEntry(
        **{**last, "id": last["id"] + 1, "at": NOW, "action": "forged", "previous_digest": last["digest"]}
    )
    forged.digest = forged.computed_digest()
    db.session.add(forged)
    db.session.flush()


def behead(luck: random.Random) -> None:
    """The row that says how long the chain is."""
    db.session.execute(delete(AuditHead))


@pytest.mark.parametrize("tamper", [alter, remove, truncate, swap, insert, behead])
def test_tampering_is_found_wherever_it_happens(chain: list[int], tamper: Tamper) -> None:
    """PLT-3: alter, delete, insert, swap, truncate: all detected."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    luck, missed = random.Random(seed), []
    for number in range(rounds(20, 1000)):
        with pytest.raises(_Undo), transaction():
            tamper(luck)
            if audit.find_break() is None:
                missed.append(number)
            raise _Undo
    assert missed == [], f"seed {seed}"
    assert audit.find_break() is None


def test_the_break_is_named(chain: list[int]) -> None:
    """Whoever looks for it knows where to begin."""
    with transaction():
        db.session.execute(update(ENTRIES).where(ENTRIES.c.id == chain[7]).values(action="forged"))
    assert audit.find_break() == chain[7]


def test_an_instant_of_any_zone_keeps_the_chain_whole(app_context: Flask) -> None:
    """The database gives instants back in UTC; the digest does not depend on the zone they came in."""
    with transaction():
        subject = add(SignInTry(email="a@example.org", address="127.0.0.1", at=NOW))
        audit.record("act", subject, actor=SYSTEM, now=NOW.astimezone(ZoneInfo("Asia/Shanghai")))
    db.session.remove()
    assert audit.find_break() is None


def test_first_acts_at_the_same_moment_make_one_chain(app_context: Flask) -> None:
    acts = [in_transaction(lambda number=number: note(f"act {number}")) for number in range(8)]  # type: ignore[misc]
    at_once(app_context, *acts)
    db.session.rollback()
    assert len(actions()) == 8
    assert audit.find_break() is None
