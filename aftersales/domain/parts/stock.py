"""Stock and its ledger: the only code that changes what is on hand or reserved, always with a row that says why.

Every change is made under the stock row's lock; rows are locked by warehouse and article in one order, and only after
the service orders concerned, so that two people never wait for each other (see ``docs/decisions/0014-parts-locks.md``).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from aftersales.db import db
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.parts.models import (
    Article,
    MovementKind,
    RequisitionLine,
    Reservation,
    Stock,
    StockMovement,
    Warehouse,
)
from aftersales.i18n import gettext

NONE = Decimal(0)

Key = tuple[int, int]
"""Warehouse and article."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Who moves stock, when and why, and the records that the ledger's row points to."""

    actor: Actor
    now: datetime
    reason: str = ""
    service_order_id: int | None = None
    line_id: int | None = None
    requisition_line_id: int | None = None
    issue_slip_id: int | None = None
    receipt_id: int | None = None
    submission_id: str | None = None


def lock_stock(warehouse_ids: Collection[int], article_ids: Collection[int]) -> dict[Key, Stock]:
    """The stock rows of these articles in these warehouses, locked and fresh; a missing row is made with nothing."""
    _ensure_rows(warehouse_ids, article_ids)
    rows = db.session.scalars(
        select(Stock)
        .where(Stock.warehouse_id.in_(warehouse_ids), Stock.article_id.in_(article_ids))
        .order_by(Stock.warehouse_id, Stock.article_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {(row.warehouse_id, row.article_id): row for row in rows}


def _ensure_rows(warehouse_ids: Collection[int], article_ids: Collection[int]) -> None:
    known = {
        (warehouse, article)
        for warehouse, article in db.session.execute(
            select(Stock.warehouse_id, Stock.article_id).where(
                Stock.warehouse_id.in_(warehouse_ids), Stock.article_id.in_(article_ids)
            )
        )
    }
    chosen = select(Article.id, Article.default_bin).where(Article.id.in_(article_ids))
    bins = dict(db.session.execute(chosen).all())
    values = [
        {"warehouse_id": warehouse, "article_id": article, "on_hand": NONE, "reserved": NONE, "bin": bins[article],
         "safety_stock": NONE, "reorder_point": NONE, "order_up_to": NONE}
        for warehouse in sorted(warehouse_ids) for article in sorted(bins) if (warehouse, article) not in known
    ]  # fmt: skip
    if not values:
        return
    if db.session().get_bind().dialect.name == "postgresql":
        db.session.execute(postgresql_insert(Stock).values(values).on_conflict_do_nothing())
    else:
        db.session.execute(sqlite_insert(Stock).values(values).on_conflict_do_nothing())


def post(
    stock: Stock, kind: MovementKind, cause: Cause, *, on_hand: Decimal = NONE, reserved: Decimal = NONE,
    unit_cost: Decimal | None = None,
) -> StockMovement:  # fmt: skip
    """Change a locked stock row and write the ledger's row for it. Refuses what would go below zero."""
    if stock.on_hand + on_hand < 0 or stock.reserved + reserved < 0:
        raise Refused(
            gettext("There is not enough of this in stock any more. Look at the stock and try again.")
        )
    if stock.reserved + reserved > stock.on_hand + on_hand:
        raise Refused(
            gettext(
                "%(quantity)s of these are reserved for orders. Release them first.", quantity=stock.reserved
            )
        )
    stock.on_hand += on_hand
    stock.reserved += reserved
    if unit_cost is None:
        unit_cost = db.session.get_one(Article, stock.article_id).cost
    movement = StockMovement(
        stock_id=stock.id,
        kind=kind,
        on_hand_change=on_hand,
        reserved_change=reserved,
        on_hand_after=stock.on_hand,
        reserved_after=stock.reserved,
        unit_cost=unit_cost,
        at=cause.now,
        actor_id=cause.actor.user_id,
        actor_name=cause.actor.name,
        reason=cause.reason[:200],
        service_order_id=cause.service_order_id,
        line_id=cause.line_id,
        requisition_line_id=cause.requisition_line_id,
        issue_slip_id=cause.issue_slip_id,
        receipt_id=cause.receipt_id,
        submission_id=cause.submission_id,
    )
    db.session.add(movement)
    db.session.flush()
    return movement


def adjust(
    warehouse_id: int,
    article_id: int,
    *,
    change: Decimal,
    reason: str,
    actor: Actor,
    now: datetime,
    submission_id: str | None = None,
) -> Stock:
    """Correct what is on hand by ``change``, with a reason. Never below what is reserved."""
    actor.need("parts.adjust")
    if not reason.strip():
        raise Invalid(gettext("Give a reason."), field="reason")
    if change == 0:
        raise Invalid(gettext("Enter how many more or fewer there are than the ledger says."), field="change")
    row = lock_stock([warehouse_id], [article_id])[warehouse_id, article_id]
    if _is_repeated(submission_id):
        return row
    cause = Cause(actor, now, reason=reason.strip(), submission_id=submission_id)
    post(row, MovementKind.ADJUST, cause, on_hand=change)
    audit.record(
        "parts.adjust",
        row,
        actor=actor,
        now=now,
        details={
            "article": article_id,
            "warehouse": warehouse_id,
            "change": str(change),
            "reason": reason.strip(),
        },
    )
    return row


def transfer(
    article_id: int,
    *,
    from_warehouse_id: int,
    to_warehouse_id: int,
    quantity: Decimal,
    actor: Actor,
    now: datetime,
    submission_id: str | None = None,
) -> None:
    """Carry free stock from one warehouse of a site to another; leaves a row of the ledger in each."""
    actor.need("parts.adjust")
    if quantity <= 0:
        raise Invalid(gettext("Enter a quantity above 0."), field="quantity")
    if from_warehouse_id == to_warehouse_id:
        raise Invalid(gettext("Choose another warehouse."), field="to_warehouse_id")
    sites = set(
        db.session.scalars(
            select(Warehouse.site_id).where(Warehouse.id.in_([from_warehouse_id, to_warehouse_id]))
        )
    )
    if len(sites) != 1:
        raise Refused(gettext("Parts are moved between warehouses of one site."))
    rows = lock_stock([from_warehouse_id, to_warehouse_id], [article_id])
    if _is_repeated(submission_id):
        return
    source, target = rows[from_warehouse_id, article_id], rows[to_warehouse_id, article_id]
    post(source, MovementKind.TRANSFER, Cause(actor, now, submission_id=submission_id), on_hand=-quantity)
    post(target, MovementKind.TRANSFER, Cause(actor, now), on_hand=quantity)


def _is_repeated(submission_id: str | None) -> bool:
    """Whether the same form arrived before (a double tap): the first one's effect stands."""
    return submission_id is not None and bool(
        db.session.scalar(select(StockMovement.id).where(StockMovement.submission_id == submission_id))
    )


def list_warehouse_ids(site_id: int) -> list[int]:
    """The site's warehouses in the order in which parts are taken from them."""
    return list(
        db.session.scalars(
            select(Warehouse.id)
            .where(Warehouse.site_id == site_id, Warehouse.is_active)
            .order_by(Warehouse.position, Warehouse.id)
        )
    )


def reserve(line: RequisitionLine, rows: dict[Key, Stock], order: Sequence[int], *, cause: Cause) -> Decimal:
    """Promise free stock to what ``line`` lacks, from the warehouses in ``order``. Returns how much was found.

    ``rows`` are the stock rows as :func:`lock_stock` gave them; without the lock two orders would get the last piece.
    """
    lacking, found = line.missing, NONE
    for warehouse_id in order:
        row = rows.get((warehouse_id, line.article_id))
        taken = min(lacking - found, row.free) if row else NONE
        if row is None or taken <= 0:
            continue
        post(row, MovementKind.RESERVE, cause, reserved=taken)
        _change_reservation(line, warehouse_id, taken)
        found += taken
    db.session.flush()
    return found


def release(line: RequisitionLine, rows: dict[Key, Stock], *, quantity: Decimal, cause: Cause) -> None:
    """Free ``quantity`` of what is promised to ``line``, the last warehouse first."""
    left = quantity
    for reservation in reversed(list(line.reservations)):
        freed = min(left, reservation.quantity)
        if freed > 0:
            row = rows[reservation.warehouse_id, line.article_id]
            post(row, MovementKind.RELEASE, cause, reserved=-freed)
            _change_reservation(line, reservation.warehouse_id, -freed)
            left -= freed
    if left > 0:
        raise Refused(gettext("There is not that much reserved for this order."))


def take_reserved(line: RequisitionLine, rows: dict[Key, Stock], *, quantity: Decimal, cause: Cause) -> None:
    """Hand out ``quantity`` of what is promised to ``line``: off the shelf and off the reservation at once."""
    if quantity > line.reserved:
        raise Refused(
            gettext(
                "Only %(quantity)s of %(number)s are ready for this order. Somebody may have handed them out already.",
                quantity=line.reserved.normalize(),
                number=line.article.number,
            )
        )
    left = quantity
    for reservation in list(line.reservations):
        taken = min(left, reservation.quantity)
        if taken > 0:
            row = rows[reservation.warehouse_id, line.article_id]
            post(row, MovementKind.ISSUE, cause, on_hand=-taken, reserved=-taken)
            _change_reservation(line, reservation.warehouse_id, -taken)
            left -= taken
    line.issued += quantity
    db.session.flush()


def put_back(line: RequisitionLine, row: Stock, *, quantity: Decimal, cause: Cause) -> None:
    """Take ``quantity`` that was handed out for ``line`` back onto the shelf of ``row``."""
    if quantity <= 0:
        raise Invalid(gettext("Enter a quantity above 0."), field="quantity")
    if quantity > line.with_workshop:
        raise Refused(
            gettext(
                "Only %(quantity)s of %(number)s were handed out for this order.",
                quantity=line.with_workshop.normalize(),
                number=line.article.number,
            )
        )
    post(row, MovementKind.RETURN, cause, on_hand=quantity)
    line.returned += quantity
    db.session.flush()


def _change_reservation(line: RequisitionLine, warehouse_id: int, change: Decimal) -> None:
    """Keep the reservation rows, their sum on the line and the stock's ``reserved`` in step."""
    row = next((each for each in line.reservations if each.warehouse_id == warehouse_id), None)
    if row is None:
        row = Reservation(requisition_line_id=line.id, warehouse_id=warehouse_id, quantity=NONE)
        line.reservations.append(row)
    row.quantity += change
    line.reserved += change
    if row.quantity == 0:
        line.reservations.remove(row)
        db.session.delete(row)
    db.session.flush()


def get_warehouse(warehouse_id: int, site_id: int) -> Warehouse:
    """The site's warehouse. Raises :class:`NotFound`."""
    warehouse = db.session.get(Warehouse, warehouse_id)
    if warehouse is None or warehouse.site_id != site_id:
        raise NotFound(gettext("There is no such warehouse at this site."))
    return warehouse
