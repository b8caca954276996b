"""The parts side of the workshop for tests: a supplier, two warehouses in Kraków, articles on the shelf.

Call the functions inside ``transaction()``; the fixture :func:`stockroom` is there for every test.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.fulfilment import arrivals
from aftersales.domain.parts import ledger
from aftersales.domain.parts import operations as articles
from aftersales.domain.parts.models import Article, RequisitionLine, Stock
from aftersales.domain.parts.purchase_models import PurchaseOrder
from aftersales.domain.parts.purchasing import Wanted
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import supply, work
from aftersales.domain.service_orders.models import Authorisation, Line, LineKind, ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.factories import NOW

_numbers = count(100)


@dataclass(frozen=True, slots=True)
class Stockroom:
    """Where parts lie: ``main`` is taken from first."""

    site_id: int
    main: int
    second: int
    supplier: int


@pytest.fixture
def stockroom(cast: Cast, app: Flask) -> Iterator[Stockroom]:
    """Two warehouses and a supplier of the site in Kraków. After the test the ledger must agree with the stock."""
    with app.app_context(), transaction():
        made = furnish(cast)
    yield made
    with app.app_context():
        db.session.rollback()
        assert ledger.find_ledger_breaks() == []


def furnish(cast: Cast) -> Stockroom:
    actor, site = cast.parts.actor(), cast.site.id
    main = articles.add_warehouse(site_id=site, code="A", name="Main store", position=1, actor=actor, now=NOW)
    second = articles.add_warehouse(
        site_id=site, code="B", name="Upper floor", position=2, actor=actor, now=NOW
    )
    supplier = articles.add_supplier(
        name="Inter Parts", email="orders@example.org", lead_days=1, actor=actor, now=NOW
    )
    return Stockroom(site, main.id, second.id, supplier.id)


def article(
    cast: Cast,
    stockroom: Stockroom,
    *,
    on_hand: int = 0,
    second: int = 0,
    price: str = "120.00",
    name: str = "Turbo hose",
) -> Article:
    """An article with so many on the shelf of the main and of the second warehouse."""
    made = articles.add_article(
        number=f"5Q0 145 {next(_numbers)} AE", name=name, price=Decimal(price), cost=Decimal("61.50"),
        supplier_id=stockroom.supplier, default_bin="A-02", actor=cast.parts.actor(), now=NOW,
    )  # fmt: skip
    put_on_shelf(cast, stockroom.main, made, on_hand)
    put_on_shelf(cast, stockroom.second, made, second)
    return made


def put_on_shelf(cast: Cast, warehouse_id: int, made: Article, quantity: int) -> None:
    if quantity:
        arrivals.adjust(
            warehouse_id, made.id, change=Decimal(quantity), reason="Counted", actor=cast.parts.actor(), now=NOW,
            site_id=cast.site.id,
        )  # fmt: skip


def order_with(
    cast: Cast, *wanted: tuple[Article, int], promised_in_hours: int = 8, now: datetime = NOW
) -> ServiceOrder:
    """A checked-in order whose part lines are authorised, and demanded of the stock."""
    order = factories.open_order(cast, now=now)
    work.add_line(
        order.jobs[0].id, kind=LineKind.LABOUR, description="Replace", quantity=Decimal(1), unit_price=Decimal(120),
        actor=cast.advisor.actor(), now=now,
    )  # fmt: skip
    for made, quantity in wanted:
        part_line(cast, order, made, quantity)
    order.promised_at = order.first_promised_at = NOW + timedelta(hours=promised_in_hours)
    order.checkin_signed_at = now
    authorise(cast, order, now=now)
    return service_orders.move(order, "sign_checkin", actor=cast.advisor.actor(), now=now)


def waiting_order(cast: Cast, *wanted: tuple[Article, int], promised_in_hours: int = 8) -> ServiceOrder:
    """An order that went on to repair and stands in awaiting_parts when something is missing."""
    order = order_with(cast, *wanted, promised_in_hours=promised_in_hours)
    factories.accept(cast, factories.assign(cast, order))
    return service_orders.move(
        order, "start_repair", actor=cast.manager.actor(), now=NOW + timedelta(minutes=50)
    )


def part_line(cast: Cast, order: ServiceOrder, made: Article, quantity: int) -> Line:
    return work.add_line(
        order.jobs[0].id, kind=LineKind.PART, description=made.name, quantity=Decimal(quantity),
        unit_price=made.price, article_id=made.id, article_number=made.number, actor=cast.advisor.actor(), now=NOW,
    )  # fmt: skip


def authorise(cast: Cast, order: ServiceOrder, *, now: datetime = NOW) -> None:
    """Authorise every line of the order, as a signed check-in or an approved quotation does."""
    lines = db.session.scalars(
        select(Line.id).where(Line.service_order_id == order.id, Line.voided_at.is_(None))
    )
    work.authorise(order, set(lines), Authorisation.AUTHORISED)
    supply.demand_authorised(order, actor=cast.advisor.actor(), now=now)


def purchase(
    cast: Cast, stockroom: Stockroom, *wanted: tuple[Article, int], in_hours: int = 24
) -> PurchaseOrder:
    return arrivals.place_purchase_order(
        site_id=cast.site.id, supplier_id=stockroom.supplier, warehouse_id=stockroom.main,
        expected_at=NOW + timedelta(hours=in_hours),
        lines=[Wanted(made.id, Decimal(quantity), made.cost) for made, quantity in wanted],
        actor=cast.parts.actor(), now=NOW,
    )  # fmt: skip


def receive(cast: Cast, order: PurchaseOrder, *quantities: int) -> None:
    """So many of each line of the purchase order arrive."""
    arrivals.receive(
        order.id,
        {line.id: Decimal(quantity) for line, quantity in zip(order.lines, quantities, strict=True)},
        actor=cast.parts.actor(), now=NOW + timedelta(hours=3), site_id=cast.site.id,
    )  # fmt: skip


def balance(warehouse_id: int, made: Article) -> tuple[int, int]:
    """What is on hand and reserved."""
    row = db.session.execute(
        select(Stock.on_hand, Stock.reserved).where(
            Stock.warehouse_id == warehouse_id, Stock.article_id == made.id
        )
    ).one_or_none()
    return (int(row.on_hand), int(row.reserved)) if row else (0, 0)


def demand_of(order: ServiceOrder, made: Article) -> RequisitionLine:
    """What the order wants of the article, as the database has it now."""
    return db.session.scalars(
        select(RequisitionLine)
        .where(RequisitionLine.service_order_id == order.id, RequisitionLine.article_id == made.id)
        .execution_options(populate_existing=True)
    ).one()
