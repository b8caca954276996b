"""Purchase orders: made, received in parts, shortened. What a receipt means to waiting orders is decided by
:mod:`aftersales.domain.fulfilment.operations`, which conducts these."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from aftersales.clock import local
from aftersales.db import add, db, locked
from aftersales.domain import audit, numbering
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.parts import stock
from aftersales.domain.parts.models import MovementKind, Stock, Supplier
from aftersales.domain.parts.purchase_models import PurchaseOrder, PurchaseOrderLine, Receipt
from aftersales.domain.parts.stock import Cause, Key
from aftersales.domain.sites import operations as site_operations
from aftersales.domain.sites import queries as sites
from aftersales.i18n import gettext


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line of a purchase order to be."""

    article_id: int
    quantity: Decimal
    unit_cost: Decimal


def place_order(
    *,
    site_id: int,
    supplier_id: int,
    warehouse_id: int,
    expected_at: datetime,
    lines: list[Wanted],
    actor: Actor,
    now: datetime,
    note: str = "",
    submission_id: str | None = None,
) -> PurchaseOrder:
    """Order articles at a supplier for a warehouse of the site; the same form twice is one order."""
    actor.need("parts.order")
    if submission_id and (made := find_by_submission(submission_id)):
        return made
    if not lines or any(line.quantity <= 0 for line in lines):
        raise Invalid(gettext("Enter for at least one article how many to order."), field="lines")
    if expected_at <= now:
        raise Invalid(gettext("The arrival has to be in the future."), field="expected_at")
    if db.session.get(Supplier, supplier_id) is None:
        raise NotFound(gettext("There is no such supplier."))
    stock.get_warehouse(warehouse_id, site_id)
    site = sites.get_site(site_id)
    year = local(now, site.timezone).year
    order = add(
        PurchaseOrder(
            site_id=site_id,
            number=f"PO-{year % 100:02d}-{numbering.next_number(site_id, 'purchase_order', year):04d}",
            supplier_id=supplier_id,
            warehouse_id=warehouse_id,
            ordered_at=now,
            ordered_by_name=actor.name,
            expected_at=expected_at,
            note=note.strip()[:300],
            submission_id=submission_id,
        )
    )
    for line in lines:
        db.session.add(
            PurchaseOrderLine(
                purchase_order_id=order.id,
                article_id=line.article_id,
                quantity=line.quantity,
                unit_cost=line.unit_cost,
            )
        )
    db.session.flush()
    site_operations.note_change(site_id)
    audit.record(
        "purchase_orders.place",
        order,
        actor=actor,
        now=now,
        site_id=site_id,
        details={"number": order.number},
    )
    return order


def find_by_submission(submission_id: str) -> PurchaseOrder | None:
    return db.session.scalar(select(PurchaseOrder).where(PurchaseOrder.submission_id == submission_id))


def lock_purchase_order(purchase_order_id: int, *, site_id: int) -> PurchaseOrder:
    """The site's purchase order, locked with its lines fresh. Raises :class:`NotFound`."""
    order = locked(PurchaseOrder, purchase_order_id)
    if order is None or order.site_id != site_id:
        raise NotFound(gettext("There is no such purchase order at this site."))
    db.session.refresh(order, ["lines"])
    return order


def receive(
    order: PurchaseOrder,
    rows: dict[Key, Stock],
    quantities: Mapping[int, Decimal],
    *,
    actor: Actor,
    now: datetime,
    delivery_note: str = "",
    submission_id: str | None = None,
) -> Receipt:
    """Put what arrived of a locked purchase order (quantities by line id) onto the shelf. What is left stays as back
    order; when nothing is left the purchase order closes."""
    actor.need("parts.receive")
    arrived = {line: quantities[line.id] for line in order.lines if quantities.get(line.id, 0) > 0}
    if not arrived or len(arrived) != sum(quantity > 0 for quantity in quantities.values()):
        raise Invalid(gettext("Enter for at least one line how many arrived."), field="lines")
    receipt = add(
        Receipt(
            purchase_order_id=order.id,
            received_at=now,
            received_by_id=actor.user_id,
            received_by_name=actor.name,
            delivery_note=delivery_note.strip()[:60],
            submission_id=submission_id,
        )
    )
    for line, quantity in arrived.items():
        if quantity > line.outstanding:
            raise Refused(
                gettext(
                    "Only %(quantity)s of %(number)s are still to come. Send the rest back, or correct the stock with a reason.",
                    quantity=line.outstanding.normalize(),
                    number=line.article.number,
                )
            )
        line.received += quantity
        stock.post(
            rows[order.warehouse_id, line.article_id],
            MovementKind.RECEIPT,
            Cause(actor, now, reason=order.number, receipt_id=receipt.id),
            on_hand=quantity,
            unit_cost=line.unit_cost,
        )
    _close_if_done(order, now)
    audit.record(
        "purchase_orders.receive",
        order,
        actor=actor,
        now=now,
        site_id=order.site_id,
        details={line.article.number: str(quantity) for line, quantity in arrived.items()},
    )
    return receipt


def cancel_rest(order: PurchaseOrder, *, actor: Actor, now: datetime, reason: str) -> None:
    """Nothing more will come of a locked purchase order: its back orders are cancelled with a reason."""
    actor.need("parts.order")
    if not reason.strip():
        raise Invalid(gettext("Give a reason."), field="reason")
    for line in order.lines:
        line.cancelled += line.outstanding
    _close_if_done(order, now)
    audit.record(
        "purchase_orders.cancel",
        order,
        actor=actor,
        now=now,
        site_id=order.site_id,
        details={"number": order.number, "reason": reason.strip()},
    )


def expect(order: PurchaseOrder, *, expected_at: datetime, actor: Actor, now: datetime) -> None:
    """The supplier named another arrival for what is left of a locked purchase order."""
    actor.need("parts.order")
    if order.closed_at:
        raise Refused(gettext("Nothing is left to come of this purchase order."))
    if expected_at <= now:
        raise Invalid(gettext("The arrival has to be in the future."), field="expected_at")
    audit.record(
        "purchase_orders.expect",
        order,
        actor=actor,
        now=now,
        site_id=order.site_id,
        details={"from": order.expected_at.isoformat(), "to": expected_at.isoformat()},
    )
    order.expected_at = expected_at
    db.session.flush()


def _close_if_done(order: PurchaseOrder, now: datetime) -> None:
    if order.closed_at is None and all(line.outstanding == 0 for line in order.lines):
        order.closed_at = now
    db.session.flush()
    site_operations.note_change(order.site_id)
