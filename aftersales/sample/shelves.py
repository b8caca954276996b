"""The sample's parts: suppliers, articles, and what lies in the two warehouses of each site."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.actors import SYSTEM
from aftersales.domain.fulfilment import arrivals
from aftersales.domain.parts import operations as parts
from aftersales.domain.parts import purchasing, stock
from aftersales.domain.parts.models import Article, ArticleKind, Stock, Unit
from aftersales.domain.parts.purchase_models import PurchaseOrder
from aftersales.sample import articles
from aftersales.sample.calendar import Happening
from aftersales.sample.people import Staff

_SUPPLIERS = (
    ("VW Original Teile", "orders@vw-teile.example", 2),
    ("Inter Parts Kraków", "zamowienia@interparts.example", 1),
    ("Oils & Chemicals Co.", "sales@oils.example", 3),
)
_LOW = Decimal(14)
SCARCE = frozenset({"04E141031", "04L105266", "5Q0498625", "1K0820803", "5G0941035", "5Q0820411"})
"""Articles that no site keeps: orders that need them wait for a delivery."""


def fill(staff: dict[str, Staff], *, now: datetime, random: Random) -> None:
    """Suppliers, the parts catalogue, two warehouses per site, and a first delivery into each."""
    supplier_ids = [
        parts.add_supplier(name=name, email=email, lead_days=days, actor=SYSTEM, now=now).id
        for name, email, days in _SUPPLIERS
    ]
    articles.stock(actor=SYSTEM, now=now)
    known = list(db.session.scalars(select(Article).order_by(Article.id)))
    for article in known:
        oils = article.kind is ArticleKind.MATERIAL
        article.supplier_id = supplier_ids[2 if oils else article.id % 2]
    for site in staff.values():
        names = ("Main store", "Tyre and oil store")
        warehouse_ids = [
            parts.add_warehouse(
                site_id=site.site_id, code=f"{site.code}-{place}", name=name, position=place, actor=SYSTEM, now=now
            ).id
            for place, name in enumerate(names, 1)
        ]  # fmt: skip
        for warehouse_id, some in zip(warehouse_ids, _split(known), strict=True):
            _shelve(warehouse_id, some, random=random)
            deliver(site, warehouse_id, some, now=now)


def refill(site: Staff, at: datetime) -> Happening:
    """What has run low is ordered and comes in."""
    for warehouse_id in stock.list_warehouse_ids(site.site_id):
        low = db.session.scalars(
            select(Article)
            .join(Stock, Stock.article_id == Article.id)
            .where(Stock.warehouse_id == warehouse_id, Stock.free < _LOW, Stock.order_up_to > 0)
            .order_by(Article.id)
        )
        deliver(site, warehouse_id, list(low), now=at)
    yield from ()  # a delivery takes no time of its own


def deliver(site: Staff, warehouse_id: int, some: list[Article], *, now: datetime) -> None:
    """Order these articles from their suppliers and receive them in full."""
    for supplier_id in sorted({article.supplier_id or 0 for article in some}):
        wanted = [
            purchasing.Wanted(article.id, _quantity(article), article.cost)
            for article in some
            if article.supplier_id == supplier_id and article.number not in SCARCE
        ]
        if not wanted:
            continue
        order: PurchaseOrder = arrivals.place_purchase_order(
            site_id=site.site_id,
            supplier_id=supplier_id,
            warehouse_id=warehouse_id,
            expected_at=now + timedelta(hours=1),
            lines=wanted,
            actor=SYSTEM,
            now=now,
        )
        arrivals.receive(
            order.id,
            {line.id: line.quantity for line in order.lines},
            actor=SYSTEM,
            now=now,
            site_id=site.site_id,
            delivery_note=f"WZ {order.number}",
        )


def _split(known: list[Article]) -> tuple[list[Article], list[Article]]:
    """What lies in the main store, and what in the second one: tyres, oils and other liquids."""
    second = [one for one in known if one.number.startswith("TY-") or one.unit is Unit.LITRE]
    return [one for one in known if one not in second], second


def _shelve(warehouse_id: int, some: list[Article], *, random: Random) -> None:
    for article in some:
        least = Decimal(1) if article.unit is Unit.PIECE else Decimal(10)
        parts.set_shelf(
            warehouse_id,
            article.id,
            bin=f"{random.choice('ABCDEF')}{random.randint(1, 12):02d}-{random.randint(1, 5)}",
            safety_stock=least,
            reorder_point=least * 3,
            order_up_to=least * 12,
            actor=SYSTEM,
        )


def _quantity(article: Article) -> Decimal:
    return Decimal(240) if article.unit is Unit.LITRE else Decimal(40)
