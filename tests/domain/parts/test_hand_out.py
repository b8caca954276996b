"""Parts go to the workshop against a signature, and come back when they are not needed."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused
from aftersales.domain.fulfilment import moving
from aftersales.domain.fulfilment import operations as fulfilment
from aftersales.domain.fulfilment.operations import Asked
from aftersales.domain.parts.models import IssueSlip, MovementKind, StockMovement
from aftersales.domain.parts.rules import Supply
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import Authorisation, Line, ServiceOrder
from aftersales.domain.tasks.models import TaskType
from tests import factories
from tests import stockroom as shelf
from tests.cast import Cast, Person
from tests.domain.parts.test_demand import open_tasks
from tests.factories import NOW
from tests.stockroom import Stockroom, balance, demand_of


def hand_out(
    cast: Cast,
    order: ServiceOrder,
    quantities: Mapping[int, int],
    *,
    by: Person | None = None,
    tap: str | None = None,
) -> IssueSlip:
    return fulfilment.hand_out(
        order.id,
        {line_id: Decimal(quantity) for line_id, quantity in quantities.items()},
        receiver_id=cast.technician.id, actor=(by or cast.parts).actor(), now=NOW + timedelta(hours=1),
        site_id=cast.site.id, submission_id=tap,
    )  # fmt: skip


def give_back(cast: Cast, line_id: int, quantity: int, warehouse_id: int, reason: str = "Not needed") -> None:
    fulfilment.take_back(
        line_id, quantity=Decimal(quantity), warehouse_id=warehouse_id, reason=reason, actor=cast.parts.actor(),
        now=NOW + timedelta(hours=2), site_id=cast.site.id,
    )  # fmt: skip


def test_a_handed_out_part_leaves_the_shelf_and_the_receiver_signs(cast: Cast, stockroom: Stockroom) -> None:
    """TEC-4: issued against the order; the slip names who took it."""
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=3)
        order = shelf.waiting_order(cast, (hose, 2))
        slip = hand_out(cast, order, {demand_of(order, hose).id: 2})
    assert (slip.receiver_name, slip.issued_by_name, slip.number) == (
        "Tomasz Lis",
        "Piotr Zając",
        "IS-26-0001",
    )
    assert balance(stockroom.main, hose) == (1, 0)
    found = factories.fresh(order)
    assert (found.unsettled_parts, found.issued_parts) == (0, 1)
    assert demand_of(order, hose).supply is Supply.ISSUED
    assert open_tasks(TaskType.ISSUE_PARTS) == []


def test_each_movement_of_a_part_is_a_row_of_the_ledger(cast: Cast, stockroom: Stockroom) -> None:
    """PRT-2: reserve, issue and return stand in the ledger with their order, author and balance."""
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=3)
        order = shelf.waiting_order(cast, (hose, 2))
        line = demand_of(order, hose)
        hand_out(cast, order, {line.id: 2})
        give_back(cast, line.id, 1, stockroom.main)
    rows = db.session.scalars(select(StockMovement).order_by(StockMovement.id)).all()
    assert [(row.kind, row.on_hand_change, row.reserved_change, row.on_hand_after) for row in rows] == [
        (MovementKind.ADJUST, 3, 0, 3),
        (MovementKind.RESERVE, 0, 2, 3),
        (MovementKind.ISSUE, -2, -2, 1),
        (MovementKind.RETURN, 1, 0, 2),
    ]
    assert {row.service_order_id for row in rows[1:]} == {order.id}
    assert rows[2].actor_name == "Piotr Zając"
    assert {row.unit_cost for row in rows[1:]} == {Decimal("61.50")}


def test_part_of_a_line_may_be_handed_out(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=1)
        order = shelf.waiting_order(cast, (hose, 3))
        hand_out(cast, order, {demand_of(order, hose).id: 1})
    line = demand_of(order, hose)
    assert (line.with_workshop, line.missing, line.supply) == (1, 2, Supply.MISSING)


def test_what_is_not_reserved_for_the_order_is_not_handed_out(cast: Cast, stockroom: Stockroom) -> None:
    """PRT-2: a colleague who was faster leaves a clear refusal, and the stock as it is."""
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=1)
        order = shelf.waiting_order(cast, (hose, 1))
        line = demand_of(order, hose)
        hand_out(cast, order, {line.id: 1})
    with pytest.raises(Refused, match="handed them out already"), transaction():
        hand_out(cast, order, {line.id: 1})
    assert balance(stockroom.main, hose) == (0, 0)


def test_the_same_slip_sent_twice_hands_out_once(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=5)
        order = shelf.waiting_order(cast, (hose, 2))
        line = demand_of(order, hose)
    slips = set()
    for _attempt in range(2):
        with transaction():
            slips.add(hand_out(cast, order, {line.id: 1}, tap="tap-tap").id)
    assert len(slips) == 1
    assert balance(stockroom.main, hose) == (4, 1)


def test_a_part_of_another_order_cannot_be_handed_out_on_this_one(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=2)
        order, other = shelf.waiting_order(cast, (hose, 1)), shelf.waiting_order(cast, (hose, 1))
    with pytest.raises(NotFound), transaction():
        hand_out(cast, order, {demand_of(other, hose).id: 1})


def test_only_the_parts_desk_hands_out(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=2)
        order = shelf.waiting_order(cast, (hose, 1))
    with pytest.raises(NotPermitted), transaction():
        hand_out(cast, order, {demand_of(order, hose).id: 1}, by=cast.technician)


def test_work_cannot_be_finished_while_parts_are_unsettled(cast: Cast, stockroom: Stockroom) -> None:
    """A reserved part that nobody fetched has to be handed out or taken off the order first."""
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=2)
        order = shelf.waiting_order(cast, (hose, 1))
        order.self_checked_at = NOW
    with pytest.raises(Refused, match="neither handed out nor given back"), transaction():
        service_orders.move(
            service_orders.lock_order(order.id), "finish_work", actor=cast.technician.actor(), now=NOW
        )


def test_a_part_given_back_lies_on_the_shelf_again_and_is_not_missing(
    cast: Cast, stockroom: Stockroom
) -> None:
    """What was not needed settles the line: it is neither ordered nor reserved again."""
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=2)
        order = shelf.waiting_order(cast, (hose, 2))
        line = demand_of(order, hose)
        hand_out(cast, order, {line.id: 2})
        give_back(cast, line.id, 1, stockroom.second)
    assert balance(stockroom.second, hose) == (1, 0)
    found = factories.fresh(order)
    assert (found.parts_missing, found.unsettled_parts, found.issued_parts) == (0, 0, 1)
    assert demand_of(order, hose).with_workshop == 1


def test_a_part_given_back_goes_to_the_order_that_waits_for_it(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=1)
        first = shelf.waiting_order(cast, (hose, 1))
        waiting = shelf.waiting_order(cast, (hose, 1))
        line = demand_of(first, hose)
        hand_out(cast, first, {line.id: 1})
        give_back(cast, line.id, 1, stockroom.main)
    assert factories.fresh(waiting).state == "repairing"


def test_no_more_than_was_handed_out_comes_back(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=2)
        order = shelf.waiting_order(cast, (hose, 1))
        line = demand_of(order, hose)
        hand_out(cast, order, {line.id: 1})
    with pytest.raises(Refused, match="Only 1"), transaction():
        give_back(cast, line.id, 2, stockroom.main)
    with pytest.raises(Invalid, match="reason"), transaction():
        give_back(cast, line.id, 1, stockroom.main, reason=" ")
    assert balance(stockroom.main, hose) == (1, 0)


class TestRequests:
    def ask(self, cast: Cast, order: ServiceOrder, *items: Asked, tap: str | None = None) -> int:
        return fulfilment.request_parts(
            order.id, job_id=order.jobs[0].id, items=items, actor=cast.technician.actor(), now=NOW,
            site_id=cast.site.id, note="Hose is torn", submission_id=tap,
        ).id  # fmt: skip

    def test_a_technicians_request_becomes_a_proposed_line_and_a_request_at_the_desk(
        self, cast: Cast, stockroom: Stockroom
    ) -> None:
        """TEC-4: asked for from the job; nothing is reserved before somebody authorises it."""
        with transaction():
            hose = shelf.article(cast, stockroom, on_hand=2)
            order = factories.accept(
                cast, factories.assign(cast, factories.check_in(cast, factories.open_order(cast)))
            )
            self.ask(cast, order, Asked(hose.id, Decimal(2)))
        demand = demand_of(order, hose)
        line = db.session.get_one(Line, demand.line_id)
        assert (line.authorisation, line.quantity, line.unit_price) == (Authorisation.PROPOSED, 2, hose.price)
        assert (demand.supply, demand.requisition.requested_by_name) == (Supply.ASKED, "Tomasz Lis")
        assert balance(stockroom.main, hose) == (2, 0)

    def test_a_requested_part_that_is_not_there_asks_the_desk_for_its_arrival(
        self, cast: Cast, stockroom: Stockroom
    ) -> None:
        with transaction():
            hose = shelf.article(cast, stockroom)
            order = factories.open_order(cast)
            self.ask(cast, order, Asked(hose.id, Decimal(1)))
            fulfilment.confirm_arrival(
                demand_of(order, hose).id, expected_at=NOW + timedelta(hours=30), actor=cast.parts.actor(), now=NOW,
                site_id=cast.site.id,
            )  # fmt: skip
        assert open_tasks(TaskType.CONFIRM_PARTS) == []
        demand = demand_of(order, hose)
        assert (demand.expected_at, demand.confirmed_by_name) == (NOW + timedelta(hours=30), "Piotr Zając")

    def test_a_line_that_stands_already_is_asked_for_not_doubled(
        self, cast: Cast, stockroom: Stockroom
    ) -> None:
        with transaction():
            hose = shelf.article(cast, stockroom, on_hand=2)
            order = shelf.order_with(cast, (hose, 1))
            self.ask(cast, order, Asked(hose.id, Decimal(1)))
        assert demand_of(order, hose).requisition.note == "Hose is torn"
        assert balance(stockroom.main, hose) == (2, 1)

    def test_the_same_request_twice_is_one(self, cast: Cast, stockroom: Stockroom) -> None:
        with transaction():
            hose = shelf.article(cast, stockroom, on_hand=2)
            order = factories.open_order(cast)
        found = set()
        for _attempt in range(2):
            with transaction():
                found.add(self.ask(cast, order, Asked(hose.id, Decimal(1)), tap="tap-tap"))
        assert len(found) == 1
        assert len(db.session.scalars(select(Line).where(Line.service_order_id == order.id)).all()) == 1

    def test_a_replaced_article_names_its_successor(self, cast: Cast, stockroom: Stockroom) -> None:
        """PRT-1: supersession is followed at the request."""
        with transaction():
            old, new = shelf.article(cast, stockroom), shelf.article(cast, stockroom)
            old.superseded_by_id = new.id
            order = factories.open_order(cast)
        with pytest.raises(Refused, match=f"replaced by {new.number}"), transaction():
            self.ask(cast, order, Asked(old.id, Decimal(1)))


class TestMovingOnToANewOrder:
    def test_the_rest_can_be_finished_and_the_line_waits_on_a_linked_order(
        self, cast: Cast, stockroom: Stockroom
    ) -> None:
        """The line keeps its price and authorisation, its part on the way follows, and the order goes on."""
        with transaction():
            hose, cap = shelf.article(cast, stockroom), shelf.article(cast, stockroom, on_hand=1)
            order = shelf.waiting_order(cast, (hose, 1), (cap, 1))
            shelf.purchase(cast, stockroom, (hose, 1), in_hours=50)
            line_id = demand_of(order, hose).line_id
            follower = moving.move_to_new_order(
                order.id,
                [line_id],
                reason="Car is needed",
                actor=cast.advisor.actor(),
                now=NOW,
                site_id=cast.site.id,
            )
        assert factories.fresh(order).state == "repairing"
        found = factories.fresh(follower)
        assert (found.continues_id, found.state, found.parts_missing) == (order.id, "booked", 1)
        assert found.parts_expected_at == NOW + timedelta(hours=50)
        demand = demand_of(follower, hose)
        line = db.session.get_one(Line, demand.line_id)
        assert (line.authorisation, line.unit_price) == (Authorisation.AUTHORISED, hose.price)
        old = db.session.get_one(Line, line_id)
        assert old.void_reason == f"Moved to order {follower.number}"

    def test_a_line_that_lacks_nothing_stays(self, cast: Cast, stockroom: Stockroom) -> None:
        with transaction():
            cap = shelf.article(cast, stockroom, on_hand=1)
            order = shelf.waiting_order(cast, (cap, 1))
        with pytest.raises(Refused, match="waits for a part"), transaction():
            moving.move_to_new_order(
                order.id, [demand_of(order, cap).line_id], reason="So", actor=cast.advisor.actor(), now=NOW,
                site_id=cast.site.id,
            )  # fmt: skip
