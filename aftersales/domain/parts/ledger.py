"""Reading the ledger of the stock: its rows, and whether every balance agrees with it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, select

from aftersales.db import db
from aftersales.domain.parts.models import (
    MovementKind,
    RequisitionLine,
    Reservation,
    Stock,
    StockMovement,
    Warehouse,
)
from aftersales.domain.parts.queries import PAGE


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
