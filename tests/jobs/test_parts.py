"""Each minute free stock goes to the orders that wait for it."""

from datetime import timedelta

from flask import Flask

from aftersales.db import transaction
from aftersales.domain.service_orders import work
from aftersales.jobs import parts
from tests import factories
from tests import stockroom as shelf
from tests.cast import Cast
from tests.factories import NOW
from tests.stockroom import Stockroom, balance, demand_of


def test_a_part_that_a_voided_line_freed_reaches_the_order_that_waits(
    app: Flask, cast: Cast, stockroom: Stockroom
) -> None:
    """PRT-3: the order moves on by itself; the sweep run twice serves once."""
    with app.app_context():
        with transaction():
            hose = shelf.article(cast, stockroom, on_hand=1)
            first, second = shelf.order_with(cast, (hose, 1)), shelf.waiting_order(cast, (hose, 1))
            line_id = demand_of(first, hose).line_id
            work.void_line(line_id, reason="Not needed", actor=cast.advisor.actor(), now=NOW)
        for minute in (1, 2):
            parts.sweep(NOW + timedelta(minutes=minute))
        assert factories.fresh(second).state == "repairing"
        assert balance(stockroom.main, hose) == (1, 1)
