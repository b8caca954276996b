"""Stock that comes in or becomes free goes to the orders that wait for it, the oldest promise first; an order that
lacks nothing any more moves on by itself (PRT-3).

Locks, always in this order: purchase order, service orders by id, stock rows. An order that begins to wait between
looking and locking is seen under the stock's lock; everything is let go then and locked anew with it.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.actors import SYSTEM, Actor
from aftersales.domain.errors import Invalid
from aftersales.domain.parts import purchasing, requisitions, stock
from aftersales.domain.parts.models import RequisitionLine, Stock, Warehouse
from aftersales.domain.parts.purchase_models import PurchaseOrder, Receipt
from aftersales.domain.parts.purchasing import Wanted
from aftersales.domain.parts.stock import Key
from aftersales.domain.service_orders import supply, timeline
from aftersales.domain.service_orders.models import EventKind, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.i18n import N_, gettext

_NEVER = datetime.max.replace(tzinfo=UTC)


class _MoreWait(Exception):  # noqa: N818 (not an error: it lets go of a savepoint's locks)
    """Another order began to wait meanwhile."""


@contextmanager
def serving(
    site_id: int, article_ids: Collection[int], *, actor: Actor, now: datetime, also: Collection[int] = ()
) -> Iterator[dict[Key, Stock]]:
    """Lock the orders that wait for these articles (and ``also`` these) and the stock rows; after the body has changed
    the stock, give what is free to those who wait and bring their facts and tasks up to date."""
    order_ids, rows = _lock_all(site_id, set(article_ids), set(also))
    yield rows
    serve(site_id, article_ids, rows, order_ids, actor=actor, now=now)


def _lock_all(site_id: int, article_ids: set[int], also: set[int]) -> tuple[set[int], dict[Key, Stock]]:
    order_ids = also | _waiting_order_ids(site_id, article_ids)
    while True:
        try:
            with db.session.begin_nested():
                for order_id in sorted(order_ids):
                    lock_order(order_id)
                rows = stock.lock_stock(stock.list_warehouse_ids(site_id), article_ids)
                if more := _waiting_order_ids(site_id, article_ids) - order_ids:
                    raise _MoreWait
                return order_ids, rows
        except _MoreWait:
            order_ids |= more


def _waiting_order_ids(site_id: int, article_ids: Collection[int]) -> set[int]:
    return {line.service_order_id for line in requisitions.list_waiting(site_id, article_ids)}


def serve(
    site_id: int,
    article_ids: Collection[int],
    rows: dict[Key, Stock],
    order_ids: Collection[int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Promise what is free of these articles to the locked orders that wait, the oldest promise first."""
    orders = {
        order.id: order
        for order in db.session.scalars(select(ServiceOrder).where(ServiceOrder.id.in_(order_ids)))
    }
    waiting = sorted(
        requisitions.list_waiting(site_id, article_ids),
        key=lambda line: (orders[line.service_order_id].promised_at or _NEVER, line.requested_at, line.id),
    )
    warehouse_ids = stock.list_warehouse_ids(site_id)
    for line in waiting:
        found = stock.reserve(line, rows, warehouse_ids, cause=requisitions.cause_of(line, actor, now))
        if found > 0:
            _note_found(orders[line.service_order_id], line, actor=actor, now=now)
        requisitions.note_settled(line, now)
    requisitions.cover_all(waiting, article_ids)
    for order in sorted(orders.values(), key=lambda order: (order.promised_at or _NEVER, order.id)):
        supply.refresh(order, actor=actor, now=now)


def _note_found(order: ServiceOrder, line: RequisitionLine, *, actor: Actor, now: datetime) -> None:
    timeline.note(
        order, EventKind.PARTS, N_("Part is here: %(part)s"), actor=actor, now=now, part=line.article.name
    )


def place_purchase_order(
    *,
    site_id: int,
    supplier_id: int,
    warehouse_id: int,
    expected_at: datetime,
    lines: Collection[Wanted],
    actor: Actor,
    now: datetime,
    note: str = "",
    submission_id: str | None = None,
) -> PurchaseOrder:
    """Order at a supplier; the orders that wait learn when their parts come, and their ordering tasks close."""
    article_ids = {line.article_id for line in lines}
    if len(article_ids) != len(lines):
        raise Invalid(gettext("An article stands on the purchase order twice."), field="lines")
    with serving(site_id, article_ids, actor=actor, now=now):
        return purchasing.place_order(
            site_id=site_id,
            supplier_id=supplier_id,
            warehouse_id=warehouse_id,
            expected_at=expected_at,
            lines=list(lines),
            actor=actor,
            now=now,
            note=note,
            submission_id=submission_id,
        )


def receive(
    purchase_order_id: int,
    quantities: Mapping[int, Decimal],
    *,
    actor: Actor,
    now: datetime,
    site_id: int,
    delivery_note: str = "",
    submission_id: str | None = None,
) -> Receipt:
    """Take in what arrived of a purchase order (quantities by its line). The rest stays as back order; the orders that
    this completes, and only those, move on. The same form twice is one receipt."""
    order = purchasing.lock_purchase_order(purchase_order_id, site_id=site_id)
    if submission_id and (made := _find_receipt(submission_id)):
        return made
    articles = {line.article_id for line in order.lines if quantities.get(line.id, Decimal(0)) > 0}
    with serving(site_id, articles, actor=actor, now=now) as rows:
        return purchasing.receive(
            order,
            rows,
            quantities,
            actor=actor,
            now=now,
            delivery_note=delivery_note,
            submission_id=submission_id,
        )


def _find_receipt(submission_id: str) -> Receipt | None:
    return db.session.scalar(select(Receipt).where(Receipt.submission_id == submission_id))


def cancel_rest(
    purchase_order_id: int, *, reason: str, actor: Actor, now: datetime, site_id: int
) -> PurchaseOrder:
    """The supplier will not deliver the rest: who waited for it has it to order again."""
    order = purchasing.lock_purchase_order(purchase_order_id, site_id=site_id)
    with serving(site_id, {line.article_id for line in order.lines}, actor=actor, now=now):
        purchasing.cancel_rest(order, actor=actor, now=now, reason=reason)
    return order


def expect(
    purchase_order_id: int, *, expected_at: datetime, actor: Actor, now: datetime, site_id: int
) -> PurchaseOrder:
    """The supplier named another arrival: the orders that wait learn it."""
    order = purchasing.lock_purchase_order(purchase_order_id, site_id=site_id)
    with serving(site_id, {line.article_id for line in order.lines}, actor=actor, now=now):
        purchasing.expect(order, expected_at=expected_at, actor=actor, now=now)
    return order


def adjust(
    warehouse_id: int,
    article_id: int,
    *,
    change: Decimal,
    reason: str,
    actor: Actor,
    now: datetime,
    site_id: int,
    submission_id: str | None = None,
) -> None:
    """Correct the stock with a reason; what is found goes to whoever waits for it."""
    stock.get_warehouse(warehouse_id, site_id)
    with serving(site_id, {article_id}, actor=actor, now=now):
        stock.adjust(
            warehouse_id,
            article_id,
            change=change,
            reason=reason,
            actor=actor,
            now=now,
            submission_id=submission_id,
        )


def serve_waiting(site_id: int, *, now: datetime) -> int:
    """Give stock that became free since to whoever waits for it, for example after a line was voided. Returns how many
    articles that concerned; a sweep calls it each minute."""
    articles = _articles_to_serve(site_id)
    if articles:
        with serving(site_id, articles, actor=SYSTEM, now=now):
            pass
    return len(articles)


def is_anyone_to_serve(site_id: int) -> bool:
    """Whether free stock lies there that an order waits for; asked before a transaction is opened for it."""
    return bool(_articles_to_serve(site_id))


def _articles_to_serve(site_id: int) -> set[int]:
    free = set(
        db.session.scalars(
            select(Stock.article_id)
            .join(Warehouse, Warehouse.id == Stock.warehouse_id)
            .where(
                Warehouse.site_id == site_id,
                Warehouse.is_active,
                Stock.on_hand > Stock.reserved,
                Stock.article_id.in_(
                    select(RequisitionLine.article_id).where(
                        RequisitionLine.site_id == site_id, RequisitionLine.settled_at.is_(None)
                    )
                ),
            )
        )
    )
    return {line.article_id for line in requisitions.list_waiting(site_id, free)} if free else set()
