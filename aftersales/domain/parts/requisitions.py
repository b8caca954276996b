"""Requisitions: what the lines of an order want of the stock. The order's own facts and tasks are written by
:mod:`aftersales.domain.service_orders.supply`, which calls these."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from aftersales.db import add, db
from aftersales.domain.actors import Actor
from aftersales.domain.parts import rules, stock
from aftersales.domain.parts.models import Requisition, RequisitionLine, Stock
from aftersales.domain.parts.purchase_models import PurchaseOrder, PurchaseOrderLine
from aftersales.domain.parts.stock import Cause, Key


def open_requisition(
    *,
    site_id: int,
    order_id: int,
    actor: Actor,
    now: datetime,
    job_id: int | None = None,
    needed_at: datetime | None = None,
    note: str = "",
    submission_id: str | None = None,
) -> Requisition:
    """The head of what is asked for at one moment."""
    return add(
        Requisition(
            site_id=site_id,
            service_order_id=order_id,
            job_id=job_id,
            requested_by_id=actor.user_id,
            requested_by_name=actor.name,
            requested_at=now,
            needed_at=needed_at,
            note=note.strip()[:300],
            submission_id=submission_id,
        )
    )


def want(requisition: Requisition, *, line_id: int, article_id: int, quantity: Decimal) -> RequisitionLine:
    """Ask for an article for a line of the order; not yet authorised, so that nothing is promised."""
    return add(
        RequisitionLine(
            requisition_id=requisition.id,
            site_id=requisition.site_id,
            service_order_id=requisition.service_order_id,
            line_id=line_id,
            article_id=article_id,
            wanted=quantity,
            requested_at=requisition.requested_at,
        )
    )


def list_of_order(order_id: int) -> list[RequisitionLine]:
    """The order's requisition lines, fresh: the caller holds the order's lock."""
    return list(
        db.session.scalars(
            select(RequisitionLine)
            .where(RequisitionLine.service_order_id == order_id)
            .order_by(RequisitionLine.id)
            .execution_options(populate_existing=True)
        )
    )


def balance(
    lines: Sequence[RequisitionLine],
    rows: dict[Key, Stock],
    warehouse_ids: Sequence[int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Bring the reservations of an order's lines in step with what they want: free what is too much, promise what is
    free to what is missing, and count what is on its way. Stock rows and order are locked."""
    for line in lines:
        allowed = max(line.wanted - line.with_workshop, Decimal(0)) if line.is_authorised else Decimal(0)
        if line.reserved > allowed:
            stock.release(line, rows, quantity=line.reserved - allowed, cause=cause_of(line, actor, now))
    for line in lines:
        if line.missing > 0:
            stock.reserve(line, rows, warehouse_ids, cause=cause_of(line, actor, now))
    cover_own(lines)
    for line in lines:
        note_settled(line, now)


def cause_of(
    line: RequisitionLine, actor: Actor, now: datetime, *, issue_slip_id: int | None = None, reason: str = ""
) -> Cause:
    """The ledger's references for a movement on behalf of ``line``."""
    return Cause(
        actor,
        now,
        reason=reason,
        service_order_id=line.service_order_id,
        line_id=line.line_id,
        requisition_line_id=line.id,
        issue_slip_id=issue_slip_id,
    )


def note_settled(line: RequisitionLine, now: datetime) -> None:
    """Take a line off the desk once nothing is left to do for it, or put it back."""
    if not rules.is_settled(line.wanted, line.is_authorised, line.reserved, line.with_workshop):
        line.settled_at = None
    elif line.settled_at is None:
        line.settled_at = now


def cover_own(lines: Sequence[RequisitionLine]) -> None:
    """Count for one order's lines what is on its way and taken by no other order, and when it comes."""
    articles = {line.article_id for line in lines}
    own = {line.id for line in lines}
    for article_id in articles:
        mine = [line for line in lines if line.article_id == article_id]
        waiting = list_waiting(mine[0].site_id, [article_id])
        others = [(each.id, each.ordered) for each in waiting if each.id not in own]
        _cover(mine, others)


def cover_all(waiting: Sequence[RequisitionLine], article_ids: Collection[int]) -> None:
    """Count anew for all lines that waited, in their order, what is on its way: after a purchase order was made or
    changed or goods came in. All their orders are locked."""
    for article_id in article_ids:
        _cover([line for line in waiting if line.article_id == article_id], [])


def _cover(lines: Sequence[RequisitionLine], others: list[tuple[int, Decimal]]) -> None:
    if not lines:
        return
    arrivals = list_arrivals(lines[0].site_id, lines[0].article_id)
    covers = rules.cover(arrivals, [*others, *((line.id, line.missing) for line in lines)])
    for line in lines:
        found = covers[line.id]
        line.ordered = found.quantity
        is_coming = line.missing > 0 and found.quantity == line.missing
        line.expected_at = found.expected_at if is_coming else line.confirmed_arrival_at
    db.session.flush()


def list_arrivals(site_id: int, article_id: int) -> list[tuple[datetime, Decimal]]:
    """What is still to come of an article to the site, and when."""
    rows = db.session.execute(
        select(PurchaseOrder.expected_at, PurchaseOrderLine.outstanding)
        .join(PurchaseOrderLine.order)
        .where(
            PurchaseOrder.site_id == site_id,
            PurchaseOrder.closed_at.is_(None),
            PurchaseOrderLine.article_id == article_id,
            PurchaseOrderLine.outstanding > 0,
        )
    )
    return [(expected_at, quantity) for expected_at, quantity in rows]


def list_waiting(site_id: int, article_ids: Collection[int]) -> list[RequisitionLine]:
    """The site's lines that lack one of these articles, the oldest request first."""
    lines = db.session.scalars(
        select(RequisitionLine)
        .where(
            RequisitionLine.site_id == site_id,
            RequisitionLine.article_id.in_(article_ids),
            RequisitionLine.settled_at.is_(None),
            RequisitionLine.is_authorised,
        )
        .order_by(RequisitionLine.requested_at, RequisitionLine.id)
        .execution_options(populate_existing=True)
    )
    return [line for line in lines if line.missing > 0]


def drop_order(order_id: int, site_id: int, *, actor: Actor, now: datetime) -> None:
    """The order is closed: what was promised to it and not handed out is free again, and nothing waits any more."""
    lines = [line for line in list_of_order(order_id) if line.settled_at is None]
    if not lines:
        return
    rows = stock.lock_stock(stock.list_warehouse_ids(site_id), {line.article_id for line in lines})
    for line in lines:
        if line.reserved > 0:
            stock.release(line, rows, quantity=line.reserved, cause=cause_of(line, actor, now))
        line.wanted, line.ordered, line.expected_at = line.with_workshop, Decimal(0), None
        line.settled_at = now
    db.session.flush()
