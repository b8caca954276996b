"""Whatever is done in whatever order: the ledger comes to the balance, nothing is promised twice, nothing below zero."""

import contextlib
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from aftersales.db import db, transaction
from aftersales.domain.errors import DomainError, Invalid, Refused
from aftersales.domain.fulfilment import arrivals
from aftersales.domain.fulfilment import operations as fulfilment
from aftersales.domain.parts import ledger, rules, stock
from aftersales.domain.parts.models import RequisitionLine, Reservation, Stock
from aftersales.domain.parts.purchase_models import PurchaseOrder
from aftersales.domain.service_orders import supply, work
from aftersales.domain.service_orders.models import Line, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from tests import cast as casting
from tests import stockroom as shelf
from tests.cast import Cast
from tests.conftest import Stage
from tests.effort import rounds
from tests.factories import NOW
from tests.stockroom import Stockroom, balance

Step = tuple[str, int, int]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["demand", "void", "hand_out", "give_back", "purchase", "receive", "adjust", "transfer", "cancel"]),
        st.integers(0, 7),
        st.integers(-3, 4),
    ),
    max_size=25,
)  # fmt: skip


class Workshop:
    """One article in two warehouses, and everything that people may do with it."""

    def __init__(self) -> None:
        with transaction():
            self.cast = casting.hire()
            self.stockroom = shelf.furnish(self.cast)
            self.article = shelf.article(self.cast, self.stockroom, on_hand=3, second=1)

    def do(self, step: Step) -> None:
        """Do it if it may be done; a refusal leaves everything as it was."""
        name, which, quantity = step
        with contextlib.suppress(DomainError), transaction():
            getattr(self, name)(which, quantity)

    def pick(self, model: type[RequisitionLine] | type[PurchaseOrder], which: int) -> int:
        found = list(db.session.scalars(select(model.id).order_by(model.id)))
        if not found:
            raise Refused("nothing there yet")
        return found[which % len(found)]

    def demand(self, which: int, quantity: int) -> None:
        shelf.waiting_order(self.cast, (self.article, max(quantity, 1)), promised_in_hours=1 + which)

    def void(self, which: int, quantity: int) -> None:
        line = db.session.get_one(RequisitionLine, self.pick(RequisitionLine, which))
        work.void_line(line.line_id, reason="No", actor=self.cast.advisor.actor(), now=NOW)

    def hand_out(self, which: int, quantity: int) -> None:
        line = db.session.get_one(RequisitionLine, self.pick(RequisitionLine, which))
        fulfilment.hand_out(
            line.service_order_id, {line.id: Decimal(quantity)}, receiver_id=self.cast.technician.id,
            actor=self.cast.parts.actor(), now=NOW, site_id=self.cast.site.id,
        )  # fmt: skip

    def give_back(self, which: int, quantity: int) -> None:
        fulfilment.take_back(
            self.pick(RequisitionLine, which), quantity=Decimal(quantity), reason="No", now=NOW,
            warehouse_id=self.stockroom.second, actor=self.cast.parts.actor(), site_id=self.cast.site.id,
        )  # fmt: skip

    def purchase(self, which: int, quantity: int) -> None:
        shelf.purchase(self.cast, self.stockroom, (self.article, quantity), in_hours=1 + which)

    def receive(self, which: int, quantity: int) -> None:
        found = db.session.get_one(PurchaseOrder, self.pick(PurchaseOrder, which))
        shelf.receive(self.cast, found, quantity)

    def cancel(self, which: int, quantity: int) -> None:
        arrivals.cancel_rest(
            self.pick(PurchaseOrder, which), reason="No", actor=self.cast.parts.actor(), now=NOW,
            site_id=self.cast.site.id,
        )  # fmt: skip

    def adjust(self, which: int, quantity: int) -> None:
        shelf.put_on_shelf(self.cast, self.stockroom.main, self.article, quantity)

    def transfer(self, which: int, quantity: int) -> None:
        stock.transfer(
            self.article.id, from_warehouse_id=self.stockroom.main, to_warehouse_id=self.stockroom.second,
            quantity=Decimal(quantity), actor=self.cast.parts.actor(), now=NOW,
        )  # fmt: skip

    def check(self) -> None:
        assert ledger.find_ledger_breaks() == []
        for row in db.session.scalars(select(Stock).execution_options(populate_existing=True)):
            assert 0 <= row.reserved <= row.on_hand
        for order in db.session.scalars(select(ServiceOrder).execution_options(populate_existing=True)):
            lines = db.session.scalars(
                select(RequisitionLine)
                .where(RequisitionLine.service_order_id == order.id)
                .execution_options(populate_existing=True)
            ).all()
            assert order.parts_missing == sum(line.missing > 0 for line in lines)
            assert order.issued_parts == sum(line.with_workshop > 0 for line in lines)
            if order.state == "awaiting_parts" and order.authorised_lines:
                assert order.parts_missing > 0
        waiting = sum(line.missing for line in db.session.scalars(select(RequisitionLine)))
        free = db.session.scalar(select(func.sum(Stock.free))) or 0
        assert not (waiting and free) or self.has_voided()

    def has_voided(self) -> bool:
        """What a voided line frees waits for the sweep; so does what is moved between warehouses."""
        return bool(db.session.scalar(select(Line.id).where(Line.voided_at.is_not(None)).limit(1)))


@settings(
    max_examples=rounds(25, 400), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_any_sequence_of_acts_keeps_ledger_and_balance_equal(
    app: Flask, stage: Stage, steps: list[Step]
) -> None:
    """PRT-2: every movement is a ledger row, reserved never exceeds what is there, nothing falls below zero."""
    db.session.remove()
    stage.clear()  # each example begins with an empty workshop
    workshop = Workshop()
    for step in steps:
        workshop.do(step)
        workshop.check()


def test_a_balance_changed_past_the_ledger_is_found(cast: Cast, stockroom: Stockroom) -> None:
    """The check itself sees a change that left no row."""
    with transaction():
        shelf.article(cast, stockroom, on_hand=3)
        db.session.execute(
            update(Stock).where(Stock.warehouse_id == stockroom.main).values(on_hand=Decimal(4))
        )
    assert {found.what for found in ledger.find_ledger_breaks()} == {
        "on hand: 4.000 is not 3.000",
        "last row, on hand: 4.000 is not 3.000",
    }
    with transaction():
        db.session.execute(
            update(Stock).where(Stock.warehouse_id == stockroom.main).values(on_hand=Decimal(3))
        )


def test_a_reservation_that_nobody_holds_is_found(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=3)
        shelf.order_with(cast, (hose, 1))
        db.session.execute(update(Reservation).values(quantity=Decimal(2)))
    assert {found.what.split(":")[0] for found in ledger.find_ledger_breaks()} == {
        "reservations",
        "reserved of requisition line 1",
    }
    with transaction():
        db.session.execute(update(Reservation).values(quantity=Decimal(1)))


@pytest.mark.parametrize("values", [{"on_hand": -1}, {"on_hand": 1, "reserved": 2}, {"reserved": -1}])
def test_the_database_itself_refuses_impossible_stock(
    cast: Cast, stockroom: Stockroom, values: dict[str, int]
) -> None:
    """PRT-2: never below zero, even if the code erred."""
    with transaction():
        shelf.article(cast, stockroom, on_hand=1)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Stock).values({name: Decimal(value) for name, value in values.items()}))


def test_a_correction_needs_a_reason_and_spares_what_is_reserved(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=3)
        shelf.order_with(cast, (hose, 2))
    for change, reason, error in ((1, " ", Invalid), (0, "Counted", Invalid), (-2, "Counted", Refused)):
        with pytest.raises(error), transaction():
            stock.adjust(
                stockroom.main,
                hose.id,
                change=Decimal(change),
                reason=reason,
                actor=cast.parts.actor(),
                now=NOW,
            )
    assert balance(stockroom.main, hose) == (3, 2)


def test_a_transfer_leaves_a_row_in_both_warehouses(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=3)
        stock.transfer(
            hose.id, from_warehouse_id=stockroom.main, to_warehouse_id=stockroom.second, quantity=Decimal(2),
            actor=cast.parts.actor(), now=NOW,
        )  # fmt: skip
    rows, _more = ledger.list_ledger(hose.id, cast.site.id)
    assert [(row.warehouse, row.on_hand_change) for row in rows] == [("B", 2), ("A", -2), ("A", 3)]


@pytest.mark.parametrize(
    ("arrivals_", "waits", "covers"),
    [
        ([], [2], [(0, None)]),
        ([(1, 5)], [2, 2], [(2, 1), (2, 1)]),
        ([(2, 1), (1, 1)], [2], [(2, 2)]),
        ([(1, 1), (2, 1)], [1, 2], [(1, 1), (1, 2)]),
        ([(1, 1)], [1, 1], [(1, 1), (0, None)]),
    ],
)
def test_goods_on_the_way_cover_the_waits_in_their_order(
    arrivals_: list[tuple[int, int]], waits: list[int], covers: list[tuple[int, int | None]]
) -> None:
    """PRT-3: the earliest arrival goes to the first who waits."""
    at = [NOW.replace(day=day) for day in (1, 2, 3)]
    found = rules.cover(
        [(at[day], Decimal(quantity)) for day, quantity in arrivals_],
        [(key, Decimal(quantity)) for key, quantity in enumerate(waits)],
    )
    assert [(found[key].quantity, found[key].expected_at) for key in range(len(waits))] == [
        (quantity, None if day is None else at[day]) for quantity, day in covers
    ]


def test_the_sweep_after_a_void_serves_again(cast: Cast, stockroom: Stockroom) -> None:
    """A demand that is repeated finds what became free since."""
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=1)
        first, second = shelf.order_with(cast, (hose, 1)), shelf.order_with(cast, (hose, 1))
        work.void_line(shelf.demand_of(first, hose).line_id, reason="No", actor=cast.advisor.actor(), now=NOW)
        supply.demand_authorised(lock_order(second.id), actor=cast.advisor.actor(), now=NOW)
    assert shelf.demand_of(second, hose).reserved == 1
