"""Authorised part lines become demands on the stock."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.parts.rules import Supply
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import supply, work
from aftersales.domain.service_orders.models import Authorisation, LineKind, ServiceOrder, SuppliedBy
from aftersales.domain.tasks.models import Task, TaskType
from tests import factories
from tests import stockroom as shelf
from tests.cast import Cast
from tests.factories import NOW
from tests.stockroom import Stockroom, balance, demand_of


def open_tasks(type_: TaskType) -> list[Task]:
    return list(db.session.scalars(select(Task).where(Task.type == type_, Task.closed_at.is_(None))))


def test_what_is_in_stock_is_reserved_for_the_order(cast: Cast, stockroom: Stockroom) -> None:
    """PRT-2: stock is promised to the order, and the parts desk is told to hand it out."""
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=3)
        order = shelf.order_with(cast, (hose, 2))
    assert balance(stockroom.main, hose) == (3, 2)
    assert demand_of(order, hose).supply is Supply.RESERVED
    found = factories.fresh(order)
    assert (found.parts_missing, found.unsettled_parts, found.issued_parts) == (0, 1, 0)
    assert [task.service_order_id for task in open_tasks(TaskType.ISSUE_PARTS)] == [order.id]
    assert open_tasks(TaskType.ORDER_PARTS) == []


def test_parts_are_taken_from_the_first_warehouse_then_from_the_next(
    cast: Cast, stockroom: Stockroom
) -> None:
    """STEP-6: the need is looked up in every warehouse of the site."""
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=1, second=5)
        shelf.order_with(cast, (hose, 3))
    assert balance(stockroom.main, hose) == (1, 1)
    assert balance(stockroom.second, hose) == (5, 2)


def test_what_is_not_in_stock_becomes_an_ordering_task_with_the_supplier(
    cast: Cast, stockroom: Stockroom
) -> None:
    """STEP-11: the missing quantity, the number and the supplier stand in a task of the parts desk."""
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=1)
        order = shelf.order_with(cast, (hose, 3))
    (task,) = open_tasks(TaskType.ORDER_PARTS)
    assert task.note == f"2 × {hose.number} Turbo hose, Inter Parts"
    assert task.subject_id == demand_of(order, hose).id
    assert factories.fresh(order).parts_missing == 1


def test_an_order_with_missing_parts_waits_for_them(cast: Cast, stockroom: Stockroom) -> None:
    """STEP-12: approved, and parts not there: awaiting parts instead of repairing."""
    with transaction():
        hose, cap = shelf.article(cast, stockroom), shelf.article(cast, stockroom, on_hand=1)
        lacking = shelf.waiting_order(cast, (hose, 1), (cap, 1))
        supplied = shelf.waiting_order(cast)
    assert factories.fresh(lacking).state == "awaiting_parts"
    assert factories.fresh(supplied).state == "repairing"


def test_demanding_twice_reserves_once(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=5)
        order = shelf.order_with(cast, (hose, 2))
    with transaction():
        supply.demand_authorised(
            service_orders.lock_order(order.id), actor=cast.advisor.actor(), now=NOW + timedelta(hours=1)
        )
    assert balance(stockroom.main, hose) == (5, 2)


def test_a_part_of_one_order_is_not_promised_to_another(cast: Cast, stockroom: Stockroom) -> None:
    """PRT-2: never sold twice."""
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=1)
        first, second = shelf.order_with(cast, (hose, 1)), shelf.order_with(cast, (hose, 1))
    assert demand_of(first, hose).supply is Supply.RESERVED
    assert demand_of(second, hose).supply is Supply.MISSING
    assert balance(stockroom.main, hose) == (1, 1)


def test_a_voided_line_frees_its_part(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=1)
        order = shelf.order_with(cast, (hose, 1))
        work.void_line(
            demand_of(order, hose).line_id, reason="Not needed", actor=cast.advisor.actor(), now=NOW
        )
    assert balance(stockroom.main, hose) == (1, 0)
    assert factories.fresh(order).unsettled_parts == 0
    assert open_tasks(TaskType.ISSUE_PARTS) == []


def test_a_line_that_is_changed_loses_its_promise_until_it_is_authorised_again(
    cast: Cast, stockroom: Stockroom
) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=4)
        order = shelf.order_with(cast, (hose, 1))
        line_id = demand_of(order, hose).line_id
        work.edit_line(line_id, values={"quantity": Decimal(3)}, actor=cast.advisor.actor(), now=NOW)
    assert balance(stockroom.main, hose) == (4, 0)
    assert demand_of(order, hose).supply is Supply.ASKED
    with transaction():
        shelf.authorise(cast, service_orders.lock_order(order.id))
    assert balance(stockroom.main, hose) == (4, 3)


def test_voiding_the_line_that_lacks_its_part_lets_the_order_go_on(cast: Cast, stockroom: Stockroom) -> None:
    """PRT-3: nothing is missing any more, so the order moves on by itself."""
    with transaction():
        hose, cap = shelf.article(cast, stockroom), shelf.article(cast, stockroom, on_hand=1)
        order = shelf.waiting_order(cast, (hose, 1), (cap, 1))
        work.void_line(
            demand_of(order, hose).line_id, reason="Does without", actor=cast.advisor.actor(), now=NOW
        )
    assert factories.fresh(order).state == "repairing"
    assert open_tasks(TaskType.ORDER_PARTS) == []


def test_an_order_closed_without_repair_gives_its_parts_free(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=1)
        order = shelf.order_with(cast, (hose, 1))
        service_orders.move(
            order, "close_without_repair", actor=cast.advisor.actor(), now=NOW, reason="Sold the car"
        )
    assert balance(stockroom.main, hose) == (1, 0)
    assert demand_of(order, hose).settled_at is not None


def test_parts_that_the_customer_brings_and_lines_without_article_are_no_demand(
    cast: Cast, stockroom: Stockroom
) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom)
        order = factories.open_order(cast)
        work.add_line(
            order.jobs[0].id, kind=LineKind.PART, description="Own hose", quantity=Decimal(1), unit_price=Decimal(0),
            article_id=hose.id, supplied_by=SuppliedBy.CUSTOMER, actor=cast.advisor.actor(), now=NOW,
        )  # fmt: skip
        work.add_line(
            order.jobs[0].id, kind=LineKind.PART, description="Something", quantity=Decimal(1),
            unit_price=Decimal(10), actor=cast.advisor.actor(), now=NOW,
        )  # fmt: skip
        shelf.authorise(cast, order)
    assert factories.fresh(order).parts_missing == 0
    assert supply.list_arrivals(order.id) == []


def test_a_line_that_names_only_the_number_finds_its_article(cast: Cast, stockroom: Stockroom) -> None:
    with transaction():
        hose = shelf.article(cast, stockroom, on_hand=1)
        order = factories.open_order(cast)
        work.add_line(
            order.jobs[0].id, kind=LineKind.PART, description="Hose", quantity=Decimal(1), unit_price=Decimal(90),
            article_number=hose.number.replace(" ", "").lower(), actor=cast.advisor.actor(), now=NOW,
        )  # fmt: skip
        shelf.authorise(cast, order)
    assert demand_of(order, hose).supply is Supply.RESERVED


class TestAskingForArrivals:
    def ask(self, cast: Cast, order: ServiceOrder) -> list[supply.Arrival]:
        return supply.ask_arrivals(order, actor=cast.advisor.actor(), now=NOW)

    def test_a_part_in_stock_needs_no_answer(self, cast: Cast, stockroom: Stockroom) -> None:
        with transaction():
            hose = shelf.article(cast, stockroom, on_hand=1)
            order = factories.open_order(cast)
            shelf.part_line(cast, order, hose, 1)
            (arrival,) = self.ask(cast, order)
        assert (arrival.in_stock, arrival.is_known) == (True, True)
        assert open_tasks(TaskType.CONFIRM_PARTS) == []
        assert balance(stockroom.main, hose) == (1, 0)

    def test_the_parts_desk_is_asked_when_a_part_comes_that_is_not_there(
        self, cast: Cast, stockroom: Stockroom
    ) -> None:
        """QUO-1: the arrival of a part not in stock is asked of the parts desk before the quotation is sent."""
        with transaction():
            hose = shelf.article(cast, stockroom)
            order = factories.open_order(cast)
            shelf.part_line(cast, order, hose, 2)
            (arrival,) = self.ask(cast, order)
        assert not arrival.is_known
        (task,) = open_tasks(TaskType.CONFIRM_PARTS)
        assert task.note == f"2 × {hose.number} Turbo hose, Inter Parts"

    def test_a_declined_line_is_asked_for_no_more(self, cast: Cast, stockroom: Stockroom) -> None:
        with transaction():
            hose = shelf.article(cast, stockroom)
            order = factories.open_order(cast)
            line = shelf.part_line(cast, order, hose, 1)
            self.ask(cast, order)
            work.authorise(order, {line.id}, Authorisation.DECLINED)
            supply.demand_authorised(order, actor=cast.advisor.actor(), now=NOW)
        assert open_tasks(TaskType.CONFIRM_PARTS) == []
        assert demand_of(order, hose).settled_at is not None
