"""Reading articles, stock and its ledger. Lists are column selects, one query each, paged by key."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from aftersales.db import db
from aftersales.domain.errors import NotFound
from aftersales.domain.parts import rules
from aftersales.domain.parts.models import (
    Article,
    MovementKind,
    PurchaseOrder,
    PurchaseOrderLine,
    RequisitionLine,
    Reservation,
    Stock,
    StockMovement,
    Supplier,
    Unit,
    Warehouse,
)
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
class LedgerRow:
    id: int
    at: datetime
    kind: MovementKind
    warehouse: str
    on_hand_change: Decimal
    reserved_change: Decimal
    on_hand_after: Decimal
    reserved_after: Decimal
    unit_cost: Decimal
    actor_name: str
    reason: str
    service_order_id: int | None


def list_ledger(
    article_id: int, site_id: int, *, before: int | None = None, limit: int = PAGE
) -> tuple[list[LedgerRow], int | None]:
    """A page of the article's movements at the site, newest first, and the id to go on from."""
    query: Select[*tuple[Any, ...]] = (
        select(
            StockMovement.id,
            StockMovement.at,
            StockMovement.kind,
            Warehouse.code,
            StockMovement.on_hand_change,
            StockMovement.reserved_change,
            StockMovement.on_hand_after,
            StockMovement.reserved_after,
            StockMovement.unit_cost,
            StockMovement.actor_name,
            StockMovement.reason,
            StockMovement.service_order_id,
        )
        .join(Stock, Stock.id == StockMovement.stock_id)
        .join(Warehouse, Warehouse.id == Stock.warehouse_id)
        .where(Stock.article_id == article_id, Warehouse.site_id == site_id)
        .order_by(StockMovement.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        query = query.where(StockMovement.id < before)
    rows = [LedgerRow(*row) for row in db.session.execute(query)]
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


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


def used_quantities(order_id: int) -> dict[int, Decimal]:
    """What the workshop really took for each line of the order that the desk knows: the actual parts of the invoice
    (PAY-1)."""
    rows = db.session.execute(
        select(RequisitionLine.line_id, RequisitionLine.with_workshop).where(
            RequisitionLine.service_order_id == order_id
        )
    )
    return dict(rows.all())


def cost_of_order(order_id: int) -> Decimal:
    """What the parts that were handed out for the order and not given back cost the workshop."""
    rows = db.session.execute(
        select(StockMovement.on_hand_change, StockMovement.unit_cost).where(
            StockMovement.service_order_id == order_id,
            StockMovement.kind.in_((MovementKind.ISSUE, MovementKind.RETURN)),
        )
    )
    return sum((-change * cost for change, cost in rows), Decimal(0)).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class LedgerBreak:
    """A stock row that does not agree with its ledger or its reservations."""

    stock_id: int
    article_id: int
    warehouse_id: int
    what: str


def find_ledger_breaks(article_ids: Collection[int] = ()) -> list[LedgerBreak]:
    """Compute every balance anew: what is on hand and reserved must be the sum of the ledger's rows and the balance
    of the last of them, and what is reserved the sum of the reservations (PRT-2). Empty when all agree."""
    sums = (
        select(
            StockMovement.stock_id,
            func.sum(StockMovement.on_hand_change).label("on_hand"),
            func.sum(StockMovement.reserved_change).label("reserved"),
            func.max(StockMovement.id).label("last_id"),
        )
        .group_by(StockMovement.stock_id)
        .subquery()
    )
    promised = (
        select(
            Reservation.warehouse_id,
            RequisitionLine.article_id,
            func.sum(Reservation.quantity).label("quantity"),
        )
        .join(RequisitionLine, RequisitionLine.id == Reservation.requisition_line_id)
        .group_by(Reservation.warehouse_id, RequisitionLine.article_id)
        .subquery()
    )
    query: Select[*tuple[Any, ...]] = (
        select(Stock, sums.c.on_hand, sums.c.reserved, promised.c.quantity, StockMovement)
        .outerjoin(sums, sums.c.stock_id == Stock.id)
        .outerjoin(
            promised,
            and_(promised.c.warehouse_id == Stock.warehouse_id, promised.c.article_id == Stock.article_id),
        )
        .outerjoin(StockMovement, StockMovement.id == sums.c.last_id)
    )
    if article_ids:
        query = query.where(Stock.article_id.in_(article_ids))
    breaks = []
    for row, on_hand, reserved, quantity, last in db.session.execute(query):
        none = Decimal(0)
        for what, kept, computed in (
            ("on hand", row.on_hand, on_hand or none),
            ("reserved", row.reserved, reserved or none),
            ("reservations", row.reserved, quantity or none),
            ("last row, on hand", row.on_hand, last.on_hand_after if last else none),
            ("last row, reserved", row.reserved, last.reserved_after if last else none),
        ):
            if kept != computed:
                breaks.append(
                    LedgerBreak(row.id, row.article_id, row.warehouse_id, f"{what}: {kept} is not {computed}")
                )
    return breaks + _unkept_lines()


def _unkept_lines() -> list[LedgerBreak]:
    """Requisition lines whose ``reserved`` is not the sum of their reservations."""
    promised = (
        select(func.coalesce(func.sum(Reservation.quantity), 0))
        .where(Reservation.requisition_line_id == RequisitionLine.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(RequisitionLine.id, RequisitionLine.article_id).where(RequisitionLine.reserved != promised)
    )
    return [
        LedgerBreak(0, article_id, 0, f"reserved of requisition line {ident}") for ident, article_id in rows
    ]


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
