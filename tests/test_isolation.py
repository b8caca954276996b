"""The tests' own ground: real commits, and nothing of one test is left for the next."""

import threading

import pytest
from flask import Flask

from aftersales.db import add, db, transaction
from aftersales.domain.accounts.models import SignInTry
from tests.factories import NOW
from tests.html import CheckingClient


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_writes_is_gone_for_the_next(app_context: Flask, turn: int) -> None:
    assert db.session.query(SignInTry).count() == 0
    with transaction():
        added = add(SignInTry(email="a@example.org", address="127.0.0.1", at=NOW))
    assert added.id == 1


def test_a_commit_is_seen_by_another_thread(app_context: Flask) -> None:
    with transaction():
        add(SignInTry(email="a@example.org", address="127.0.0.1", at=NOW))
    seen: list[int] = []

    def look() -> None:
        with app_context.app_context():
            seen.append(db.session.query(SignInTry).count())

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [1]


def test_the_product_answers(client: CheckingClient) -> None:
    assert client.get("/healthz").status_code == 200
