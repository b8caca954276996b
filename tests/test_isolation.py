"""The tests' own ground: real commits, and nothing of one test is left for the next."""

import threading

import pytest
from flask import Flask

from aftersales.db import add, db, transaction
from aftersales.domain.parts.models import Article
from tests.html import CheckingClient


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_writes_is_gone_for_the_next(app_context: Flask, turn: int) -> None:
    assert db.session.query(Article).count() == 0
    with transaction():
        article = add(Article(number="OIL-1", name="Oil filter", price=10, cost=5))
    assert article.id == 1


def test_a_commit_is_seen_by_another_thread(app_context: Flask) -> None:
    with transaction():
        add(Article(number="OIL-1", name="Oil filter", price=10, cost=5))
    seen: list[int] = []

    def look() -> None:
        with app_context.app_context():
            seen.append(db.session.query(Article).count())

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [1]


def test_the_product_answers(client: CheckingClient) -> None:
    assert client.get("/healthz").status_code == 200
