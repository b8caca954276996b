"""What comes in goes to the orders that wait, the oldest promise first."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused
from aftersales.domain.fulfilment import arrivals
from aftersales.domain.parts.purchase_models import PurchaseOrder, Receipt
from aftersales.domain.parts.purchasing import Wanted
from aftersales.domain.parts.rules import Supply
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import EventKind, OrderEvent
from aftersales.domain.tasks.models import TaskType
from tests import factories
from tests import stockroom as shelf
from tests.cast import Cast
from tests.domain.parts.test_demand import open_tasks
from tests.factories import NOW
from tests.stockroom import Stockroom, balance, demand_of


def test_ordering_tells_the_waiting_order_when_its_part_comes(cast: Cast, stockroom: Stockroom) -> None:
    """PRT-3: the order that waits for a part knows when it comes, and the ordering task closes by the act."""
    with transaction():
        hose = shelf.article(cast, stockroom)
        order = shelf.waiting_order(cast, (hose, 1))
        shelf.purchase(cast, stockroom, (hose, 1), in_hours=26)
    assert factories.fresh(order).parts_expected_at == NOW + timedelta(hours=26)
    assert demand_of(order, hose).supply is Supply.ORDERED
    assert open_tasks(TaskType.ORDER_PARTS) == []


def test_an_order_knows_the_date_only_when_all_its_parts_have_one(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose, belt = shelf.article(cast, stockroom), shelf.article(cast, stockroom)
        order = shelf.waiting_order(cast, (hose, 1), (belt, 1))
        shelf.purchase(cast, stockroom, (hose, 1))
    assert factories.fresh(order).parts_expected_at is None
    with transaction():
        shelf.purchase(cast, stockroom, (belt, 1), in_hours=48)
    assert factories.fresh(order).parts_expected_at == NOW + timedelta(hours=48)


def test_ordering_less_than_is_missing_leaves_the_rest_to_order(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom)
        shelf.waiting_order(cast, (hose, 3))
        shelf.purchase(cast, stockroom, (hose, 2))
    (task,) = open_tasks(TaskType.ORDER_PARTS)
    assert task.note.startswith("1 × ")


def test_a_receipt_moves_exactly_the_orders_that_it_completes_oldest_promise_first(
    cast: Cast, stockroom: Stockroom
) -> None:
    """STEP-12, PRT-3: two hoses come for three orders; the one that lacks another part too does not move."""
    with transaction():
        hose, belt = shelf.article(cast, stockroom), shelf.article(cast, stockroom)
        late = shelf.waiting_order(cast, (hose, 1), promised_in_hours=30)
        lacks_more = shelf.waiting_order(cast, (hose, 1), (belt, 1), promised_in_hours=4)
        soon = shelf.waiting_order(cast, (hose, 1), promised_in_hours=6)
        purchase = shelf.purchase(cast, stockroom, (hose, 3), (belt, 1))
        shelf.receive(cast, purchase, 2, 0)
    states = {order.id: factories.fresh(order).state for order in (late, lacks_more, soon)}
    assert states == {late.id: "awaiting_parts", lacks_more.id: "awaiting_parts", soon.id: "repairing"}
    assert demand_of(lacks_more, hose).supply is Supply.RESERVED
    assert demand_of(late, hose).supply is Supply.ORDERED
    with transaction():
        shelf.receive(cast, purchase, 1, 1)
    assert factories.fresh(late).state == factories.fresh(lacks_more).state == "repairing"


def test_the_order_moves_by_itself_and_the_parts_desk_is_to_hand_out(
    cast: Cast, stockroom: Stockroom
) -> None:
    """STEP-12: the move is the system's, and its history row says so."""
    with transaction():
        hose = shelf.article(cast, stockroom)
        order = shelf.waiting_order(cast, (hose, 1))
        shelf.receive(cast, shelf.purchase(cast, stockroom, (hose, 1)), 1)
    event = db.session.scalars(
        select(OrderEvent)
        .where(OrderEvent.service_order_id == order.id, OrderEvent.kind == EventKind.STATE)
        .order_by(OrderEvent.id.desc())
    ).first()
    assert event is not None
    assert (event.from_state, event.to_state, event.actor_name) == (
        "awaiting_parts",
        "repairing",
        "Aftersales",
    )
    assert [task.service_order_id for task in open_tasks(TaskType.ISSUE_PARTS)] == [order.id]


def test_a_partial_receipt_leaves_a_back_order(cast: Cast, stockroom: Stockroom) -> None:
    """PRT-3: what did not come is still to come, until the last piece closes the purchase order."""
    with transaction():
        hose = shelf.article(cast, stockroom)
        purchase = shelf.purchase(cast, stockroom, (hose, 5))
        shelf.receive(cast, purchase, 2)
    found = factories.fresh(purchase)
    assert (found.lines[0].outstanding, found.closed_at) == (3, None)
    assert balance(stockroom.main, hose) == (2, 0)
    with transaction():
        shelf.receive(cast, purchase, 3)
    assert factories.fresh(purchase).closed_at == NOW + timedelta(hours=3)


def test_more_than_was_ordered_is_refused_and_changes_nothing(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom)
        purchase = shelf.purchase(cast, stockroom, (hose, 1))
    with pytest.raises(Refused, match="still to come"), transaction():
        shelf.receive(cast, purchase, 2)
    assert balance(stockroom.main, hose) == (0, 0)
    assert db.session.scalars(select(Receipt)).all() == []


def test_the_same_receipt_sent_twice_counts_once(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom)
        purchase = shelf.purchase(cast, stockroom, (hose, 2))
    for _attempt in range(2):
        with transaction():
            arrivals.receive(
                purchase.id, {purchase.lines[0].id: Decimal(1)}, actor=cast.parts.actor(), now=NOW,
                site_id=cast.site.id, submission_id="tap-tap",
            )  # fmt: skip
    assert balance(stockroom.main, hose) == (1, 0)


def test_the_same_purchase_order_sent_twice_is_one(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom)
    for _attempt in range(2):
        with transaction():
            arrivals.place_purchase_order(
                site_id=cast.site.id, supplier_id=stockroom.supplier, warehouse_id=stockroom.main,
                expected_at=NOW + timedelta(days=1), lines=[Wanted(hose.id, Decimal(2), hose.cost)],
                actor=cast.parts.actor(), now=NOW, submission_id="tap-tap",
            )  # fmt: skip
    assert len(db.session.scalars(select(PurchaseOrder)).all()) == 1


def test_a_supplier_who_names_a_later_day_tells_it_to_the_order(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom)
        order = shelf.waiting_order(cast, (hose, 1))
        purchase = shelf.purchase(cast, stockroom, (hose, 1), in_hours=20)
        later = NOW + timedelta(hours=70)
        arrivals.expect(
            purchase.id, expected_at=later, actor=cast.parts.actor(), now=NOW, site_id=cast.site.id
        )
    assert factories.fresh(order).parts_expected_at == later


def test_a_cancelled_back_order_is_to_be_ordered_again(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom)
        order = shelf.waiting_order(cast, (hose, 1))
        purchase = shelf.purchase(cast, stockroom, (hose, 1))
        arrivals.cancel_rest(
            purchase.id, reason="Not made any more", actor=cast.parts.actor(), now=NOW, site_id=cast.site.id
        )
    assert factories.fresh(purchase).closed_at == NOW
    assert factories.fresh(order).parts_expected_at is None
    assert len(open_tasks(TaskType.ORDER_PARTS)) == 1


def test_stock_that_is_found_goes_to_whoever_waits(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom)
        order = shelf.waiting_order(cast, (hose, 1))
        shelf.put_on_shelf(cast, stockroom.second, hose, 1)
    assert factories.fresh(order).state == "repairing"
    assert balance(stockroom.second, hose) == (1, 1)


def test_what_a_voided_line_frees_is_given_on_by_the_sweep(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=1)
        first, second = shelf.order_with(cast, (hose, 1)), shelf.waiting_order(cast, (hose, 1))
        work.void_line(demand_of(first, hose).line_id, reason="No", actor=cast.advisor.actor(), now=NOW)
    assert arrivals.is_anyone_to_serve(cast.site.id)
    with transaction():
        arrivals.serve_waiting(cast.site.id, now=NOW + timedelta(minutes=1))
    assert not arrivals.is_anyone_to_serve(cast.site.id)
    assert factories.fresh(second).state == "repairing"


def test_a_technician_may_not_receive_or_order(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom)
        purchase = shelf.purchase(cast, stockroom, (hose, 1))
    with pytest.raises(NotPermitted), transaction():
        arrivals.receive(
            purchase.id, {purchase.lines[0].id: Decimal(1)}, actor=cast.technician.actor(), now=NOW,
            site_id=cast.site.id,
        )  # fmt: skip
    with pytest.raises(NotPermitted), transaction():
        arrivals.place_purchase_order(
            site_id=cast.site.id, supplier_id=stockroom.supplier, warehouse_id=stockroom.main,
            expected_at=NOW + timedelta(days=1), lines=[Wanted(hose.id, Decimal(2), hose.cost)],
            actor=cast.technician.actor(), now=NOW,
        )  # fmt: skip


def test_another_sites_purchase_order_is_not_there(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        purchase = shelf.purchase(cast, stockroom, (shelf.article(cast, stockroom), 1))
    with pytest.raises(NotFound), transaction():
        arrivals.receive(
            purchase.id, {purchase.lines[0].id: Decimal(1)}, actor=cast.parts.actor(), now=NOW,
            site_id=cast.other_site.id,
        )  # fmt: skip


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_a_purchase_order_needs_quantities(cast: Cast, stockroom: Stockroom, quantity: str) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom)
    with pytest.raises(Invalid, match="how many"), transaction():
        arrivals.place_purchase_order(
            site_id=cast.site.id, supplier_id=stockroom.supplier, warehouse_id=stockroom.main,
            expected_at=NOW + timedelta(days=1), lines=[Wanted(hose.id, Decimal(quantity), hose.cost)],
            actor=cast.parts.actor(), now=NOW,
        )  # fmt: skip
