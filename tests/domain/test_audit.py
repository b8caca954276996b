"""The audit chain: complete, in order, and broken by any change."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from aftersales.db import add, db, transaction
from aftersales.domain import audit
from aftersales.domain.accounts.models import SignInTry
from aftersales.domain.actors import SYSTEM
from aftersales.domain.audit import AuditEntry
from aftersales.domain.errors import Refused

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


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entries SET actor_name = 'Somebody' WHERE action = 'second'",
        "DELETE FROM audit_entries WHERE action = 'second'",
        "DELETE FROM audit_entries WHERE action = 'third'",
    ],
)
def test_a_changed_or_missing_entry_is_found(app_context: Flask, change: str) -> None:
    with transaction():
        for action in ("first", "second", "third"):
            note(action)
    with transaction():
        db.session.execute(db.text(change))
    assert audit.find_break() is not None
