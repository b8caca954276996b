"""Reading articles and what every shelf holds of them. Lists are column selects, one query each, paged by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from aftersales.db import db
from aftersales.domain.errors import NotFound
from aftersales.domain.parts import rules
from aftersales.domain.parts.models import (
    Article,
    Stock,
    Supplier,
    Unit,
    Warehouse,
)
from aftersales.domain.parts.purchase_models import PurchaseOrder, PurchaseOrderLine
from aftersales.i18n import gettext

PAGE = 40
_FIELD, _ROW = "\x1f", "\x1e"


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one warehouse has of an article."""

    warehouse: str
    bin: str
    on_hand: Decimal
    free: Decimal


def shelves_of(article_id: InstrumentedAttribute[int], site_id: int) -> ColumnElement[str]:
    """A column for lists: the article's stock in every warehouse of the site, to be read by :func:`read_shelves`."""
    fields = (
        Warehouse.code,
        Stock.bin,
        cast(Stock.on_hand, String(20)),
        cast(Stock.free, String(20)),
    )
    text: ColumnElement[str] = literal("")
    for number, field in enumerate(fields):
        text = text + field if number == 0 else text + literal(_FIELD) + field
    return (
        select(func.aggregate_strings(text, _ROW))
        .select_from(Stock)
        .join(Warehouse, Warehouse.id == Stock.warehouse_id)
        .where(Stock.article_id == article_id, Warehouse.site_id == site_id, Warehouse.is_active)
        .correlate_except(Stock, Warehouse)
        .scalar_subquery()
    )


def read_shelves(text: str | None) -> tuple[Shelf, ...]:
    """What :func:`shelves_of` gave, by warehouse."""
    rows = [row.split(_FIELD) for row in (text or "").split(_ROW) if row]
    return tuple(
        Shelf(warehouse, bin, Decimal(on_hand).scaleb(-3), Decimal(free).scaleb(-3))
        for warehouse, bin, on_hand, free in sorted(rows)
    )


@dataclass(frozen=True, slots=True)
class ArticleRow:
    id: int
    number: str
    name: str
    unit: Unit
    price: Decimal
    cost: Decimal
    is_safety_critical: bool
    is_active: bool
    supplier: str | None
    shelves: tuple[Shelf, ...]

    @property
    def free(self) -> Decimal:
        return sum((shelf.free for shelf in self.shelves), Decimal(0))


def list_articles(
    site_id: int, *, text: str = "", after: str = "", limit: int = PAGE, only_active: bool = False
) -> tuple[list[ArticleRow], str | None]:
    """A page of articles with their stock at the site, by number, and the number to go on from, None at the end.
    ``text`` is a number, a name or a barcode."""
    query: Select[*tuple[Any, ...]] = (
        select(
            Article.id,
            Article.number,
            Article.name,
            Article.unit,
            Article.price,
            Article.cost,
            Article.is_safety_critical,
            Article.is_active,
            Supplier.name.label("supplier"),
            shelves_of(Article.id, site_id).label("shelves"),
        )
        .outerjoin(Supplier, Supplier.id == Article.supplier_id)
        .where(Article.number > after)
        .order_by(Article.number)
        .limit(limit + 1)
    )
    if only_active:
        query = query.where(Article.is_active, Article.superseded_by_id.is_(None))
    for condition in _matches(text):
        query = query.where(condition)
    rows = [
        ArticleRow(
            row.id,
            row.number,
            row.name,
            row.unit,
            row.price,
            row.cost,
            row.is_safety_critical,
            row.is_active,
            row.supplier,
            read_shelves(row.shelves),
        )
        for row in db.session.execute(query)
    ]
    return rows[:limit], rows[limit - 1].number if len(rows) > limit else None


def _matches(text: str) -> list[ColumnElement[bool]]:
    """Each word of the text, or all of it as one part number."""
    if not text.strip():
        return []
    number = rules.normalised_number(text)
    words = and_(*(Article.search.contains(rules.folded(word), autoescape=True) for word in text.split()))
    return [or_(words, Article.number_normalised.startswith(number, autoescape=True)) if number else words]


def get_article(article_id: int) -> Article:
    """The article with its supplier. Raises :class:`NotFound`."""
    article = db.session.scalar(
        select(Article)
        .options(joinedload(Article.supplier), joinedload(Article.superseded_by))
        .where(Article.id == article_id)
    )
    if article is None:
        raise NotFound(gettext("There is no such article."))
    return article


def list_stock(article_id: int, site_id: int) -> list[tuple[Warehouse, Stock | None]]:
    """Each warehouse of the site with its stock of the article, if it ever had any."""
    rows = db.session.execute(
        select(Warehouse, Stock)
        .outerjoin(Stock, and_(Stock.warehouse_id == Warehouse.id, Stock.article_id == article_id))
        .where(Warehouse.site_id == site_id, Warehouse.is_active)
        .order_by(Warehouse.position, Warehouse.id)
    )
    return [(warehouse, row) for warehouse, row in rows]


@dataclass(frozen=True, slots=True)
class LowRow:
    """An article at or below its reorder point in a warehouse."""

    article_id: int
    number: str
    name: str
    unit: Unit
    supplier_id: int | None
    cost: Decimal
    warehouse_id: int
    free: Decimal
    on_the_way: Decimal
    safety_stock: Decimal
    reorder_point: Decimal
    order_up_to: Decimal

    @property
    def suggestion(self) -> Decimal:
        return rules.suggested_order(self.free, self.on_the_way, self.reorder_point, self.order_up_to)


def list_low(site_id: int, *, supplier_id: int | None = None, limit: int = 20) -> list[LowRow]:
    """What runs low at the site, the emptiest shelf first (PRT-3)."""
    coming = (
        select(func.coalesce(func.sum(PurchaseOrderLine.outstanding), 0))
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseOrderLine.purchase_order_id)
        .where(
            PurchaseOrderLine.article_id == Stock.article_id,
            PurchaseOrder.warehouse_id == Stock.warehouse_id,
            PurchaseOrder.closed_at.is_(None),
        )
        .correlate(Stock)
        .scalar_subquery()
    )
    query: Select[*tuple[Any, ...]] = (
        select(
            Article.id,
            Article.number,
            Article.name,
            Article.unit,
            Article.supplier_id,
            Article.cost,
            Stock.warehouse_id,
            Stock.free,
            coming,
            Stock.safety_stock,
            Stock.reorder_point,
            Stock.order_up_to,
        )
        .join(Stock, Stock.article_id == Article.id)
        .join(Warehouse, Warehouse.id == Stock.warehouse_id)
        .where(
            Warehouse.site_id == site_id,
            Warehouse.is_active,
            Article.is_active,
            Stock.reorder_point > 0,
            Stock.free <= Stock.reorder_point,
        )
        .order_by(Stock.free - Stock.safety_stock, Article.number)
        .limit(limit)
    )
    if supplier_id is not None:
        query = query.where(Article.supplier_id == supplier_id)
    return [LowRow(*row) for row in db.session.execute(query)]


def list_suppliers() -> Sequence[Supplier]:
    return db.session.scalars(select(Supplier).where(Supplier.is_active).order_by(Supplier.name)).all()


def list_warehouses(site_id: int) -> Sequence[Warehouse]:
    """The site's warehouses in the order in which parts are taken from them."""
    return db.session.scalars(
        select(Warehouse)
        .where(Warehouse.site_id == site_id, Warehouse.is_active)
        .order_by(Warehouse.position, Warehouse.id)
    ).all()


def matters_for_safety(article_id: int | None, number: str) -> bool:
    """Whether the catalogue marks this article, known by its id or else its number, as one that matters for safety."""
    if article_id is not None:
        return bool(db.session.scalar(select(Article.is_safety_critical).where(Article.id == article_id)))
    if not number:
        return False
    known = select(Article.is_safety_critical).where(
        Article.number_normalised == rules.normalised_number(number)
    )
    return bool(db.session.scalar(known.limit(1)))
