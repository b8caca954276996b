"""Two at once: real commits in threads, on whichever database the run is for.

Each race is first run against a twin that looks and then writes without a lock; there it must show the damage, or
else it would prove nothing.
"""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from aftersales.db import add, db, transaction
from aftersales.domain.errors import Refused
from aftersales.domain.fulfilment import arrivals
from aftersales.domain.fulfilment import operations as fulfilment
from aftersales.domain.parts import ledger
from aftersales.domain.parts.models import (
    Article,
    MovementKind,
    Reservation,
    Stock,
    StockMovement,
)
from aftersales.domain.service_orders import supply, work
from aftersales.domain.service_orders.models import Authorisation, Line, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from tests import stockroom as shelf
from tests.cast import Cast
from tests.effort import rounds
from tests.factories import NOW, fresh
from tests.races import Act, at_once, in_transaction
from tests.stockroom import Stockroom, balance, demand_of


def hand_out(cast: Cast, order_id: int, line_id: int, tap: str | None = None) -> Act:
    return in_transaction(
        lambda: fulfilment.hand_out(
            order_id, {line_id: Decimal(1)}, receiver_id=cast.technician.id, actor=cast.parts.actor(), now=NOW,
            site_id=cast.site.id, submission_id=tap,
        )
    )  # fmt: skip


def test_two_clerks_hand_out_the_last_part(app: Flask, cast: Cast, stockroom: Stockroom) -> None:
    """PRT-2: one winner, a refusal that says why for the other, never below zero."""
    for _round in range(rounds(20, 1000)):
        with transaction():
            hose = shelf.article(cast, stockroom, on_hand=1)
            order = shelf.waiting_order(cast, (hose, 1))
        line_id = demand_of(order, hose).id
        db.session.remove()
        answers = at_once(app, *[hand_out(cast, order.id, line_id)] * 2)
        refusals = [answer for answer in answers if isinstance(answer, Refused)]
        assert len(refusals) == 1, answers
        assert "handed them out already" in str(refusals[0])
        assert balance(stockroom.main, hose) == (0, 0)
        assert ledger.find_ledger_breaks([hose.id]) == []


def test_a_double_tap_hands_out_once_and_both_get_the_slip(
    app: Flask, cast: Cast, stockroom: Stockroom
) -> None:
    for number in range(rounds(20, 500)):
        with transaction():
            hose = shelf.article(cast, stockroom, on_hand=2)
            order = shelf.waiting_order(cast, (hose, 2))
        line_id = demand_of(order, hose).id
        db.session.remove()
        slips = at_once(app, *[hand_out(cast, order.id, line_id, f"tap-{number}")] * 2)
        assert len({slip.id for slip in slips}) == 1  # type: ignore[attr-defined]
        assert balance(stockroom.main, hose) == (1, 1)


def test_the_race_sees_a_clerk_who_looks_and_then_takes_without_a_lock(
    app: Flask, cast: Cast, stockroom: Stockroom
) -> None:
    """The broken twin: both see one piece, both take it, and the ledger no longer agrees with the shelf."""
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=1)
    db.session.remove()
    both_looked = threading.Barrier(2)

    def take() -> bool:
        row = db.session.execute(
            select(Stock.id, Stock.on_hand).where(
                Stock.article_id == hose.id, Stock.warehouse_id == stockroom.main
            )
        ).one()
        db.session.rollback()
        both_looked.wait(timeout=20)
        if row.on_hand < 1:
            return False
        with transaction():
            db.session.execute(update(Stock).where(Stock.id == row.id).values(on_hand=row.on_hand - 1))
            add(
                StockMovement(
                    stock_id=row.id, kind=MovementKind.ISSUE, on_hand_change=Decimal(-1), reserved_change=Decimal(0),
                    on_hand_after=row.on_hand - 1, reserved_after=Decimal(0), unit_cost=Decimal(0), at=NOW,
                    actor_name="Broken",
                )
            )  # fmt: skip
        return True

    assert at_once(app, take, take) == [True, True]
    assert ledger.find_ledger_breaks([hose.id]) != []
    with transaction():  # make it whole again: the fixture looks at the ledger after the test
        last = db.session.scalars(select(StockMovement).order_by(StockMovement.id.desc())).first()
        db.session.delete(last)


def proposed_for(cast: Cast, hose: Article, *, promised_in_hours: int) -> ServiceOrder:
    """An order whose part is authorised but not demanded yet."""
    order = shelf.order_with(cast, promised_in_hours=promised_in_hours)
    line = shelf.part_line(cast, order, hose, 1)
    work.authorise(order, {line.id}, Authorisation.AUTHORISED)
    return order


def demand(cast: Cast, order_id: int) -> Act:
    return in_transaction(
        lambda: supply.demand_authorised(lock_order(order_id), actor=cast.advisor.actor(), now=NOW)
    )


def test_two_orders_reserve_the_last_part(app: Flask, cast: Cast, stockroom: Stockroom) -> None:
    """PRT-2: never sold twice: one order has it, the other knows that it is missing."""
    for _round in range(rounds(20, 1000)):
        with transaction():
            hose = shelf.article(cast, stockroom, on_hand=1)
            orders = [proposed_for(cast, hose, promised_in_hours=hours) for hours in (4, 5)]
        db.session.remove()
        at_once(app, *(demand(cast, order.id) for order in orders))
        assert sorted(demand_of(order, hose).reserved for order in orders) == [0, 1]
        assert sorted(fresh(order).parts_missing for order in orders) == [0, 1]
        assert ledger.find_ledger_breaks([hose.id]) == []


def test_the_race_sees_orders_that_reserve_without_a_lock(
    app: Flask, cast: Cast, stockroom: Stockroom
) -> None:
    """The broken twin: both find one free piece and both promise it."""
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=1)
        orders = [shelf.order_with(cast) for _order in range(2)]
        for order in orders:
            shelf.part_line(cast, order, hose, 1)
            supply.ask_arrivals(order, actor=cast.advisor.actor(), now=NOW)
        lines = {order.id: demand_of(order, hose).id for order in orders}
    db.session.remove()
    both_looked = threading.Barrier(2)

    def reserve(line_id: int) -> Act:
        def act() -> bool:
            row = db.session.execute(
                select(Stock.id, Stock.free.label("free")).where(
                    Stock.article_id == hose.id, Stock.warehouse_id == stockroom.main
                )
            ).one()
            db.session.rollback()
            both_looked.wait(timeout=20)
            with transaction():
                db.session.execute(update(Stock).where(Stock.id == row.id).values(reserved=row.free))
                add(Reservation(requisition_line_id=line_id, warehouse_id=stockroom.main, quantity=row.free))
            return True

        return act

    at_once(app, *(reserve(line_id) for line_id in lines.values()))
    assert any("reservations" in found.what for found in ledger.find_ledger_breaks([hose.id]))
    with transaction():
        db.session.execute(delete(Reservation))
        db.session.execute(update(Stock).values(reserved=Decimal(0)))


def test_goods_that_arrive_while_an_order_begins_to_wait_reach_it(
    app: Flask, cast: Cast, stockroom: Stockroom
) -> None:
    """PRT-3: whichever comes first, nobody waits for a part that lies free on the shelf, and nobody waits for ever."""
    for _round in range(rounds(20, 500)):
        with transaction():
            hose = shelf.article(cast, stockroom)
            waiting = shelf.waiting_order(cast, (hose, 1), promised_in_hours=9)
            purchase = shelf.purchase(cast, stockroom, (hose, 2))
            new = proposed_for(cast, hose, promised_in_hours=4)
        line_id = fresh(purchase).lines[0].id
        db.session.remove()
        at_once(
            app,
            demand(cast, new.id),
            in_transaction(
                lambda purchase=purchase, line_id=line_id: arrivals.receive(  # type: ignore[misc]
                    purchase.id, {line_id: Decimal(2)}, actor=cast.parts.actor(), now=NOW + timedelta(hours=1),
                    site_id=cast.site.id,
                )
            ),
        )  # fmt: skip
        assert (fresh(waiting).state, fresh(new).parts_missing) == ("repairing", 0)
        assert balance(stockroom.main, hose) == (2, 2)
        assert ledger.find_ledger_breaks([hose.id]) == []


@pytest.mark.parametrize("clerks", [2, 10])
def test_many_taps_on_receive_take_the_goods_in_once(
    app: Flask, cast: Cast, stockroom: Stockroom, clerks: int
) -> None:
    for number in range(rounds(5, 100)):
        with transaction():
            hose = shelf.article(cast, stockroom)
            purchase = shelf.purchase(cast, stockroom, (hose, 20))
        line_id = fresh(purchase).lines[0].id
        db.session.remove()
        act = in_transaction(
            lambda purchase=purchase, line_id=line_id, number=number: arrivals.receive(  # type: ignore[misc]
                purchase.id, {line_id: Decimal(1)}, actor=cast.parts.actor(), now=NOW, site_id=cast.site.id,
                submission_id=f"tap-{number}",
            )
        )  # fmt: skip
        at_once(app, *[act] * clerks)
        assert balance(stockroom.main, hose) == (1, 0)


def test_voiding_and_receiving_at_once_do_not_wait_for_each_other(
    app: Flask, cast: Cast, stockroom: Stockroom
) -> None:
    """The locks are taken in one order, so that PostgreSQL finds no deadlock."""
    for _round in range(rounds(10, 300)):
        with transaction():
            hose, belt = shelf.article(cast, stockroom), shelf.article(cast, stockroom)
            orders = [shelf.waiting_order(cast, (hose, 1), (belt, 1)) for _order in range(2)]
            purchases = [shelf.purchase(cast, stockroom, (made, 2)) for made in (belt, hose)]
            voided = db.session.get_one(Line, demand_of(orders[0], hose).line_id)
        lines = [fresh(purchase).lines[0].id for purchase in purchases]
        db.session.remove()
        at_once(
            app,
            in_transaction(lambda: work.void_line(voided.id, reason="No", actor=cast.advisor.actor(), now=NOW)),  # noqa: B023 (called before the next round)
            *(
                in_transaction(
                    lambda purchase=purchase, line_id=line_id: arrivals.receive(  # type: ignore[misc]
                        purchase.id, {line_id: Decimal(2)}, actor=cast.parts.actor(), now=NOW, site_id=cast.site.id
                    )
                )
                for purchase, line_id in zip(purchases, lines, strict=True)
            ),
        )  # fmt: skip
        assert [fresh(order).parts_missing for order in orders] == [0, 0]
        assert ledger.find_ledger_breaks([hose.id, belt.id]) == []
