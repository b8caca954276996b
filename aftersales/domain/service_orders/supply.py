"""What the parts desk owes an order: its part lines become demands on the stock, and the order's facts and tasks follow.

It stands here, left of check-ins and quotations, since both have to leave ``parts_missing`` right when they authorise
lines: after :func:`.work.authorise` they call :func:`demand_authorised` with the locked order. A quotation asks for
the arrival of what is not in stock by :func:`ask_arrivals` and reads the answers by :func:`list_arrivals` (QUO-1).
Lines without an article (a text alone) and parts that the customer brings are no demand on the stock.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select

from aftersales.db import db
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import SYSTEM, Actor
from aftersales.domain.parts import operations as articles
from aftersales.domain.parts import requisitions, stock
from aftersales.domain.parts.models import Article, Requisition, RequisitionLine, Stock, Supplier, Warehouse
from aftersales.domain.parts.rules import Supply
from aftersales.domain.service_orders import operations, timeline
from aftersales.domain.service_orders.models import (
    Authorisation,
    EventKind,
    Line,
    LineKind,
    ServiceOrder,
    SuppliedBy,
)
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites import queries as sites
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.i18n import N_

STOCKED = (LineKind.PART, LineKind.MATERIAL)
NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a part line's article is there: ``in_stock`` now, else ``expected_at``, None while nobody has said."""

    line_id: int
    in_stock: bool
    expected_at: datetime | None

    @property
    def is_known(self) -> bool:
        return self.in_stock or self.expected_at is not None


def demand_authorised(order: ServiceOrder, *, actor: Actor, now: datetime) -> None:
    """Bring the stock's promises in step with what is authorised on the locked order; safe to repeat.

    Authorised part and material lines are reserved as far as stock is free; what no longer stands is released. Leaves
    the facts ``parts_missing``, ``parts_expected_at``, ``issued_parts``, ``unsettled_parts`` on the order, and the
    tasks to order, to hand out and to confirm.
    """
    live = {line.id: line for line in _stocked_lines(order)}
    demands = {each.line_id: each for each in requisitions.list_of_order(order.id)}
    new = [
        line
        for line in live.values()
        if line.id not in demands and line.authorisation is Authorisation.AUTHORISED
    ]
    if new:
        requisition = requisitions.open_requisition(
            site_id=order.site_id, order_id=order.id, actor=actor, now=now
        )
        _want(requisition, new)
    _follow_lines(order, live)
    _balance(order, actor=actor, now=now)
    refresh(order, actor=actor, now=now)


def ask_arrivals(
    order: ServiceOrder, *, actor: Actor, now: datetime, line_ids: Collection[int] | None = None
) -> list[Arrival]:
    """Tell the parts desk what a quotation of the locked order will ask for (PRT-8), and open a task to confirm the
    arrival of what is not in stock. Returns how each line stands; ``line_ids`` leaves other lines out."""
    demands = {each.line_id for each in requisitions.list_of_order(order.id)}
    new = [
        line
        for line in _stocked_lines(order)
        if line.id not in demands
        and (line_ids is None or line.id in line_ids)
        and line.authorisation in (Authorisation.PROPOSED, Authorisation.ASKED)
    ]
    if new:
        requisition = requisitions.open_requisition(
            site_id=order.site_id, order_id=order.id, actor=actor, now=now
        )
        _want(requisition, new)
    _follow_lines(order, {line.id: line for line in _stocked_lines(order)})
    refresh(order, actor=actor, now=now)
    return [each for each in list_arrivals(order.id) if line_ids is None or each.line_id in line_ids]


def list_arrivals(order_id: int) -> list[Arrival]:
    """For each part line of the order that the desk knows: whether it is in stock, else when it comes. One query."""
    free = (
        select(func.sum(Stock.free))
        .join(Warehouse, Warehouse.id == Stock.warehouse_id)
        .where(
            Stock.article_id == RequisitionLine.article_id,
            Warehouse.site_id == RequisitionLine.site_id,
            Warehouse.is_active,
        )
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(RequisitionLine, free.label("free"))
        .where(RequisitionLine.service_order_id == order_id, RequisitionLine.wanted > 0)
        .order_by(RequisitionLine.id)
    )
    return [_arrival(line, free or NONE) for line, free in rows]


def _arrival(line: RequisitionLine, free: Decimal) -> Arrival:
    is_here = line.missing == NONE if line.is_authorised else free >= line.wanted - line.with_workshop
    return Arrival(line.line_id, is_here, None if is_here else line.expected_at)


def refresh(order: ServiceOrder, *, actor: Actor, now: datetime) -> None:
    """Write the facts about parts onto the locked order and open or close the parts desk's tasks for it. An order that
    waits for parts moves on by itself when none is missing any more (PRT-3)."""
    lines = requisitions.list_of_order(order.id)
    missing = [line for line in lines if line.missing > 0]
    dates = [line.expected_at for line in missing if line.expected_at]
    order.parts_missing = len(missing)
    order.parts_expected_at = max(dates) if dates and len(dates) == len(missing) else None
    order.issued_parts = sum(line.with_workshop > 0 for line in lines)
    order.unsettled_parts = sum(
        line.settled_at is None and (line.is_authorised or line.with_workshop > 0) for line in lines
    )
    db.session.flush()
    if order.is_closed:
        return
    _keep_tasks(order, lines, actor=actor, now=now)
    is_ending = order.invoiced_at is not None  # its fee is invoiced: the visit ends without a repair
    if (
        order.state is OrderState.AWAITING_PARTS
        and not missing
        and order.authorised_lines > 0
        and not is_ending
    ):
        timeline.note(order, EventKind.PARTS, N_("All parts are here"), actor=actor, now=now, tone="ok")
        operations.move(order, "parts_complete", actor=SYSTEM, now=now)


def _stocked_lines(order: ServiceOrder) -> list[Line]:
    """The order's live part and material lines that come from our stock; a line with a known number gets its article."""
    lines = db.session.scalars(
        select(Line)
        .where(
            Line.service_order_id == order.id,
            Line.voided_at.is_(None),
            Line.kind.in_(STOCKED),
            Line.supplied_by == SuppliedBy.WORKSHOP,
        )
        .order_by(Line.id)
    )
    found = []
    for line in lines:
        if line.article_id is None and (article := articles.find_by_number(line.article_number)):
            line.article_id = article.id
        if line.article_id is not None:
            found.append(line)
    return found


def _want(requisition: Requisition, lines: Sequence[Line]) -> None:
    for line in lines:
        if line.article_id is not None:
            requisitions.want(
                requisition, line_id=line.id, article_id=line.article_id, quantity=line.quantity
            )


def _follow_lines(order: ServiceOrder, live: dict[int, Line]) -> None:
    """What each demand wants is what its line says now; a declined or voided line wants nothing."""
    for demand in requisitions.list_of_order(order.id):
        line = live.get(demand.line_id)
        stands = line is not None and line.authorisation is not Authorisation.DECLINED
        demand.wanted = max(line.quantity - demand.forgone, NONE) if line and stands else NONE
        demand.is_authorised = line is not None and line.authorisation is Authorisation.AUTHORISED
    db.session.flush()


def _balance(order: ServiceOrder, *, actor: Actor, now: datetime) -> None:
    lines = requisitions.list_of_order(order.id)
    if not lines:
        return
    warehouses = stock.list_warehouse_ids(order.site_id)
    rows = stock.lock_stock(warehouses, {line.article_id for line in lines})
    requisitions.balance(lines, rows, warehouses, actor=actor, now=now)


def _keep_tasks(
    order: ServiceOrder, lines: Sequence[RequisitionLine], *, actor: Actor, now: datetime
) -> None:
    """One task per line to order and to confirm, one per order to hand out; each closes by the act itself."""
    site = sites.get_site(order.site_id)
    arrivals = {each.line_id: each for each in list_arrivals(order.id)}
    standing = tasks.open_subjects(
        order.id, TaskType.ORDER_PARTS, TaskType.CONFIRM_PARTS, TaskType.ISSUE_PARTS
    )
    for line in lines:
        to_order = line.supply is Supply.MISSING
        arrival = arrivals.get(line.line_id)
        to_confirm = line.supply is Supply.ASKED and arrival is not None and not arrival.is_known
        for type_, wanted in ((TaskType.ORDER_PARTS, to_order), (TaskType.CONFIRM_PARTS, to_confirm)):
            if wanted:
                tasks.open_task(
                    type_,
                    site_id=order.site_id,
                    role=Role.PARTS,
                    service_order_id=order.id,
                    subject_id=line.id,
                    note=_what_to_order(line),
                    due_at=line.requested_at + timedelta(minutes=site.setting("parts.order_minutes")),
                    now=now,
                )
            elif (type_, line.id) in standing:
                tasks.close_tasks(type_, actor=actor, now=now, service_order_id=order.id, subject_id=line.id)
    ready = [line for line in lines if line.reserved > 0]
    if ready:
        tasks.open_task(
            TaskType.ISSUE_PARTS,
            site_id=order.site_id,
            role=Role.PARTS,
            service_order_id=order.id,
            note=", ".join(line.article.name for line in ready)[:300],
            due_at=max(line.requested_at for line in ready)
            + timedelta(minutes=site.setting("parts.issue_minutes")),
            now=now,
        )
    elif (TaskType.ISSUE_PARTS, None) in standing:
        tasks.close_tasks(TaskType.ISSUE_PARTS, actor=actor, now=now, service_order_id=order.id)


def _what_to_order(line: RequisitionLine) -> str:
    """How many of what, from whom, as the parts desk reads it in the task."""
    article = db.session.get_one(Article, line.article_id)
    quantity = line.to_order if line.is_authorised else line.wanted
    supplier = db.session.get(Supplier, article.supplier_id) if article.supplier_id else None
    parts = [f"{quantity.normalize():f} × {article.number} {article.name}", supplier.name if supplier else ""]
    return ", ".join(part for part in parts if part)[:300]
