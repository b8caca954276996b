"""Issue slips as they are read: what was handed out, by whose hand, into whose (TEC-4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Row, func, select

from aftersales.db import db
from aftersales.domain.documents.models import Document, DocumentKind
from aftersales.domain.parts.models import (
    Article,
    IssueSlip,
    MovementKind,
    Stock,
    StockMovement,
    Unit,
    Warehouse,
)


@dataclass(frozen=True, slots=True)
class HandedOut:
    """One article of a slip as it left one shelf."""

    number: str
    name: str
    quantity: Decimal
    unit: Unit
    bin: str
    warehouse: str


def list_handed_out(slip_id: int) -> list[HandedOut]:
    """What the slip handed out, by article, as the ledger has it."""
    rows = db.session.execute(
        select(
            Article.number, Article.name, StockMovement.on_hand_change, Article.unit, Stock.bin,
            Warehouse.name.label("warehouse"),
        )
        .join(Stock, Stock.id == StockMovement.stock_id)
        .join(Article, Article.id == Stock.article_id)
        .join(Warehouse, Warehouse.id == Stock.warehouse_id)
        .where(StockMovement.issue_slip_id == slip_id, StockMovement.kind == MovementKind.ISSUE)
        .order_by(Article.number, StockMovement.id)
    )  # fmt: skip
    return [
        HandedOut(row.number, row.name, -row.on_hand_change, row.unit, row.bin, row.warehouse) for row in rows
    ]


def list_of_order(order_id: int) -> Sequence[Row[tuple[IssueSlip, int | None]]]:
    """The order's slips, newest first, each with the id of its PDF."""
    paper = (
        select(func.max(Document.id))
        .where(
            Document.service_order_id == IssueSlip.service_order_id,
            Document.kind == DocumentKind.ISSUE_SLIP,
            Document.subject_id == IssueSlip.id,
        )
        .scalar_subquery()
    )
    return db.session.execute(
        select(IssueSlip, paper).where(IssueSlip.service_order_id == order_id).order_by(IssueSlip.id.desc())
    ).all()
