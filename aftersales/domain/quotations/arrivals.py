"""When the parts of proposed lines are there: in stock, or confirmed by the parts desk for a day (QUO-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select

from aftersales.db import db
from aftersales.domain.parts.models import RequisitionLine, Stock, Warehouse
from aftersales.domain.service_orders.models import Line, LineKind, SuppliedBy


@dataclass(frozen=True, slots=True)
class Arrival:
    """A line's part is here, comes on a day, or nobody has said yet."""

    is_in_stock: bool
    arrives_at: datetime | None = None

    @property
    def is_known(self) -> bool:
        return self.is_in_stock or self.arrives_at is not None


HERE = Arrival(is_in_stock=True)


def arrivals(lines: Sequence[Line], *, site_id: int) -> dict[int, Arrival]:
    """For each line when its part is there. Labour, fees and what the customer brings need nothing from the stores.

    What is reserved for the line counts first; free stock is then given to the lines in their order, so that one
    piece is not promised to two lines. What lacks comes when the parts desk said, or nobody knows.
    """
    wanting = [line for line in lines if _needs_stock(line)]
    if not wanting:
        return dict.fromkeys((line.id for line in lines), HERE)
    asked = {
        row.line_id: row
        for row in db.session.scalars(
            select(RequisitionLine).where(RequisitionLine.line_id.in_([line.id for line in wanting]))
        )
    }
    free = _free_stock(site_id, {line.article_id for line in wanting if line.article_id})
    found = dict.fromkeys((line.id for line in lines), HERE)
    for line in wanting:
        request, article_id = asked.get(line.id), line.article_id or 0
        lacking = line.quantity - ((request.reserved + request.with_workshop) if request else Decimal(0))
        taken = min(max(lacking, Decimal(0)), free.get(article_id, Decimal(0)))
        free[article_id] = free.get(article_id, Decimal(0)) - taken
        if lacking - taken > 0:
            found[line.id] = Arrival(is_in_stock=False, arrives_at=request.expected_at if request else None)
    return found


def _needs_stock(line: Line) -> bool:
    is_goods = line.kind in (LineKind.PART, LineKind.MATERIAL)
    return is_goods and line.article_id is not None and line.supplied_by is SuppliedBy.WORKSHOP


def _free_stock(site_id: int, article_ids: set[int]) -> dict[int, Decimal]:
    rows = db.session.execute(
        select(Stock.article_id, func.sum(Stock.free).label("free"))
        .join(Warehouse, Warehouse.id == Stock.warehouse_id)
        .where(Warehouse.site_id == site_id, Warehouse.is_active, Stock.article_id.in_(article_ids))
        .group_by(Stock.article_id)
    )
    return {row.article_id: Decimal(row.free) for row in rows}
