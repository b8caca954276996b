"""Reading purchase orders: lists are column selects, paged by key."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload

from aftersales.db import db
from aftersales.domain.errors import NotFound
from aftersales.domain.parts.models import Article, Supplier, Warehouse
from aftersales.domain.parts.purchase_models import PurchaseOrder, PurchaseOrderLine
from aftersales.i18n import gettext

PAGE = 40


@dataclass(frozen=True, slots=True)
class PurchaseRow:
    """A purchase order in a list: what it brings and for how many orders that wait."""

    id: int
    number: str
    supplier: str
    warehouse: str
    ordered_at: datetime
    expected_at: datetime
    closed_at: datetime | None
    articles: str
    lines: int
    outstanding: Decimal


def list_purchase_orders(
    site_id: int, *, only_open: bool = False, before: int | None = None, limit: int = PAGE
) -> tuple[list[PurchaseRow], int | None]:
    """A page of the site's purchase orders, newest first, and the id to go on from."""
    query = _purchase_rows().where(PurchaseOrder.site_id == site_id).order_by(PurchaseOrder.id.desc())
    if only_open:
        query = query.where(PurchaseOrder.closed_at.is_(None))
    if before is not None:
        query = query.where(PurchaseOrder.id < before)
    rows = [PurchaseRow(*row) for row in db.session.execute(query.limit(limit + 1))]
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def list_due_purchase_orders(site_id: int, *, until: datetime, limit: int = 20) -> list[PurchaseRow]:
    """What is to arrive until then, and what is late; the earliest first."""
    query = (
        _purchase_rows()
        .where(
            PurchaseOrder.site_id == site_id,
            PurchaseOrder.closed_at.is_(None),
            PurchaseOrder.expected_at < until,
        )
        .order_by(PurchaseOrder.expected_at, PurchaseOrder.id)
        .limit(limit)
    )
    return [PurchaseRow(*row) for row in db.session.execute(query)]


def _purchase_rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            PurchaseOrder.id,
            PurchaseOrder.number,
            Supplier.name,
            Warehouse.name,
            PurchaseOrder.ordered_at,
            PurchaseOrder.expected_at,
            PurchaseOrder.closed_at,
            func.aggregate_strings(Article.name, ", "),
            func.count(),
            func.sum(PurchaseOrderLine.outstanding),
        )
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .join(Warehouse, Warehouse.id == PurchaseOrder.warehouse_id)
        .join(PurchaseOrderLine, PurchaseOrderLine.purchase_order_id == PurchaseOrder.id)
        .join(Article, Article.id == PurchaseOrderLine.article_id)
        .group_by(PurchaseOrder.id, Supplier.name, Warehouse.name)
    )


def get_purchase_order(purchase_order_id: int, site_id: int) -> PurchaseOrder:
    """The site's purchase order with its lines. Raises :class:`NotFound`."""
    order = db.session.scalars(
        select(PurchaseOrder)
        .join(PurchaseOrder.lines)
        .join(PurchaseOrderLine.article)
        .options(
            contains_eager(PurchaseOrder.lines).contains_eager(PurchaseOrderLine.article),
            joinedload(PurchaseOrder.supplier),
            joinedload(PurchaseOrder.warehouse),
        )
        .where(PurchaseOrder.id == purchase_order_id, PurchaseOrder.site_id == site_id)
        .order_by(PurchaseOrderLine.id)
    ).unique().one_or_none()  # fmt: skip
    if order is None:
        raise NotFound(gettext("There is no such purchase order at this site."))
    return order
