"""Preparing, explaining and handing over a car."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select

from aftersales.clock import local
from aftersales.db import add, db
from aftersales.domain import numbering
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.billing import queries as billing_queries
from aftersales.domain.billing import revenue
from aftersales.domain.checkins import custody, handover
from aftersales.domain.delivery import queries
from aftersales.domain.delivery.models import (
    HAND_OVER,
    TAKE_OVER,
    Delivery,
    DeliveryTick,
    HandedOver,
    Preparation,
    PreparationItem,
    TakeOver,
)
from aftersales.domain.documents import queries as documents
from aftersales.domain.documents.models import DocumentKind, Signature
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.guarantees import operations as guarantees
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites import queries as sites
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.i18n import N_, gettext, label


def plan_preparation(order: ServiceOrder, *, wants_wash: bool) -> None:
    """Write the car's preparation list, once; the wash only where the customer wants it (DLV-1).

    Called when the final inspection passes, before the order moves on.
    """
    if db.session.scalar(
        select(PreparationItem.id).where(PreparationItem.service_order_id == order.id).limit(1)
    ):
        for item in db.session.scalars(
            select(PreparationItem).where(PreparationItem.service_order_id == order.id)
        ):
            item.started_at = item.done_at = None  # after rework the car is prepared anew
    else:
        for kind in Preparation:
            if kind is not Preparation.WASH or wants_wash:
                db.session.add(PreparationItem(service_order_id=order.id, kind=kind))
    _count_open(order)


def tick(
    order_id: int,
    kind: Preparation,
    *,
    is_done: bool,
    actor: Actor,
    now: datetime,
    only_started: bool = False,
) -> ServiceOrder:
    """Mark a point of the preparation as started, done or not done. Wash started and finished stand on the timeline,
    where manager and advisor see them."""
    actor.need("delivery.prepare")
    order = lock_order(order_id)
    if order.state is not OrderState.PREPARING:
        raise Refused(gettext("The car is not being prepared now."))
    item = db.session.scalar(
        select(PreparationItem).where(
            PreparationItem.service_order_id == order_id, PreparationItem.kind == kind
        )
    )
    if item is None:
        raise NotFound(gettext("This point is not on the car's list."))
    if only_started:
        item.started_at = item.started_at or now
    else:
        item.started_at = item.started_at or now if is_done else None
        item.done_at, item.done_by_name = (now, actor.name) if is_done else (None, "")
    _count_open(order)
    if kind is Preparation.WASH:
        text = N_("Wash started") if only_started else N_("Wash finished") if is_done else N_("Wash not done")
    else:
        text = N_("Prepared: %(what)s") if is_done else N_("Not prepared: %(what)s")
    timeline.note(order, EventKind.EDIT, text, actor=actor, now=now, what=label(kind))
    return order


def finish_preparation(order_id: int, *, actor: Actor, now: datetime) -> ServiceOrder:
    """All is prepared: the order is ready for pickup, and the customer is told."""
    order = service_orders.move(lock_order(order_id), "prepared", actor=actor, now=now)
    announce_ready(order, now=now)
    return order


def announce_ready(order: ServiceOrder, *, now: datetime) -> None:
    """Tell the customer that the car is ready, with amount and opening hours (STEP-15, DLV-3).

    Once per time that the car becomes ready; after a reopening it is told anew.
    """
    site = sites.get_site(order.site_id)
    today = local(now, site.timezone)
    hours = next((row for row in site.opening_hours if row.weekday == today.weekday()), None)
    messaging.queue(
        "ready_for_pickup",
        order=order,
        dedupe_key=f"{order.id}:{order.ready_at.isoformat() if order.ready_at else ''}",
        now=now,
        amount=billing_queries.draft(order).amount.gross,
        hours=hours,
    )


def take_over(
    order_id: int,
    *,
    ticks: Mapping[TakeOver, bool],
    notes: Mapping[TakeOver, str],
    actor: Actor,
    now: datetime,
) -> Delivery:
    """The advisor takes the car over from the workshop; each point is looked at (DLV-7). Once explained, what was
    recorded stays."""
    actor.need("delivery.hand_over")
    order, delivery = _open(order_id)
    if delivery.explained_at is not None:
        return delivery
    record_ticks(delivery, TAKE_OVER, list(TakeOver), ticks, notes, actor=actor, now=now)
    delivery.taken_over_at, delivery.taken_over_by_name = now, actor.name
    timeline.note(order, EventKind.EDIT, N_("Taken over from the workshop"), actor=actor, now=now)
    return delivery


def explain(order_id: int, *, actor: Actor, now: datetime) -> Delivery:
    """What was done and why was explained to the customer (DLV-4)."""
    actor.need("delivery.hand_over")
    order, delivery = _open(order_id)
    if delivery.taken_over_at is None:
        raise Refused(gettext("Take the car over from the workshop first."))
    if delivery.explained_at is None:
        delivery.explained_at, delivery.explained_by_name = now, actor.name
        timeline.note(order, EventKind.EDIT, N_("Work explained to the customer"), actor=actor, now=now)
    return delivery


def issue_gate_pass(order_id: int, *, actor: Actor, now: datetime) -> Delivery:
    """The paper that lets the car leave, only after settlement or allowed credit (DLV-8). Once per order."""
    actor.need("delivery.hand_over")
    order, delivery = _open(order_id)
    if order.settled_at is None and order.credit_allowed_at is None:
        raise Refused(
            gettext("The invoice is not paid. Take the payment, or let the service manager allow credit.")
        )
    number_gate_pass(order, delivery, actor=actor, now=now)
    return delivery


def number_gate_pass(order: ServiceOrder, delivery: Delivery, *, actor: Actor, now: datetime) -> None:
    """Give the gate pass the next number of the site's year, once."""
    if delivery.gate_pass_number:
        return
    year = local(now, sites.get_site(order.site_id).timezone).year
    running = numbering.next_number(order.site_id, "gate_pass", year)
    delivery.gate_pass_number, delivery.gate_pass_at = f"G{year % 100:02d}-{running:04d}", now
    timeline.note(
        order, EventKind.DOCUMENT, N_("Gate pass %(number)s issued"), actor=actor, now=now,
        number=delivery.gate_pass_number,
    )  # fmt: skip


def awaits_signature(order_id: int) -> bool:
    """Lock the order and say whether its delivery note is still to be signed: of two taps the second finds it signed."""
    return lock_order(order_id).delivery_signed_at is None


def sign(
    order_id: int,
    signature: Signature,
    *,
    ticks: Mapping[HandedOver, bool],
    notes: Mapping[HandedOver, str],
    actor: Actor,
    now: datetime,
) -> Delivery:
    """The customer signs the delivery note; what was given back is ticked, what was not has a note (DLV-5)."""
    actor.need("delivery.hand_over")
    order, delivery = _open(order_id)
    if delivery.explained_at is None:
        raise Refused(gettext("Explain the work to the customer first."))
    if order.delivery_signed_at is not None:
        raise Refused(gettext("The delivery note is signed already."))
    record_ticks(delivery, HAND_OVER, list_handed_over(order_id), ticks, notes, actor=actor, now=now)
    handover.return_things(
        order_id,
        belongings=ticks.get(HandedOver.BELONGINGS, False),
        papers=ticks.get(HandedOver.PAPERS, False),
        now=now,
    )
    delivery.signature_id = signature.id
    order.delivery_signed_at = now
    timeline.note(
        order, EventKind.APPROVAL, N_("Delivery note signed by %(name)s"), actor=actor, now=now, tone="ok",
        name=signature.typed_name,
    )  # fmt: skip
    return delivery


def list_handed_over(order_id: int) -> list[HandedOver]:
    """What is given back with this car: belongings only where some were left in it."""
    has_belongings = bool(queries.list_belongings(order_id))
    return [kind for kind in HandedOver if kind is not HandedOver.BELONGINGS or has_belongings]


def hand_over(order_id: int, *, actor: Actor, now: datetime, lateness_reason: str = "") -> ServiceOrder:
    """The car leaves: the order is completed, its revenue booked, the file brought up to date, the first follow-up
    planned (STEP-16, FUP-1, FUP-2). A late hand-over has its reason, which the customer is told (DLV-8)."""
    order, delivery = _open(order_id)
    if not delivery.gate_pass_number:
        raise Refused(gettext("The gate pass is missing. Issue it first."))
    if order.promised_at and order.ready_at and order.ready_at > order.promised_at:
        if not lateness_reason.strip():
            raise Invalid(
                gettext("The car was ready later than promised. Say why; the customer is told."),
                field="lateness_reason",
            )
        delivery.lateness_reason = lateness_reason.strip()[:200]
    service_orders.move(order, "hand_over", actor=actor, now=now)
    custody.free(order, actor=actor, now=now)
    delivery.handed_over_at, delivery.handed_over_by_name = now, actor.name
    revenue.book_revenue(order, now=now)
    guarantees.grant(order, now=now)
    site = sites.get_site(order.site_id)
    order.vehicle.last_service_on = local(now, site.timezone).date()
    if order.odometer is not None:
        order.vehicle.odometer = max(order.odometer, order.vehicle.odometer or 0)
    tasks.open_task(
        TaskType.FOLLOW_UP,
        site_id=order.site_id,
        role=Role.CARE,
        service_order_id=order.id,
        due_at=now + timedelta(hours=site.setting("followup.first_hours")),
        now=now,
    )
    _send_papers(order, now=now)
    db.session.flush()
    return order


def _send_papers(order: ServiceOrder, *, now: datetime) -> None:
    """Whoever signed gets a copy: the signed delivery note goes out with the link to the other papers."""
    note = documents.find_latest(order.id, DocumentKind.DELIVERY_NOTE)
    messaging.queue(
        "delivery_documents",
        order=order,
        dedupe_key=str(order.id),
        document_id=note.id if note else None,
        now=now,
    )


def _open(order_id: int) -> tuple[ServiceOrder, Delivery]:
    """The order, locked, and its delivery record, made at the first step."""
    order = lock_order(order_id)
    if order.state is not OrderState.READY_FOR_PICKUP:
        raise Refused(
            gettext("This cannot be done now: the order is in state “%(state)s”.", state=label(order.state))
        )
    delivery = db.session.scalar(select(Delivery).where(Delivery.service_order_id == order_id))
    return order, delivery or add(Delivery(service_order_id=order_id))


def record_ticks(
    delivery: Delivery,
    stage: str,
    kinds: Sequence[StrEnum],
    ticks: Mapping[Any, bool],
    notes: Mapping[Any, str],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Every one of ``kinds`` is ticked or has a note; what the form left out is not ticked."""
    for kind in kinds:
        is_done, note = ticks.get(kind, False), notes.get(kind, "").strip()[:200]
        if not is_done and not note:
            raise Invalid(
                gettext("“%(what)s” is not ticked. Tick it, or note why not.", what=label(kind)),
                field=kind.value,
            )
        known = db.session.scalar(
            select(DeliveryTick).where(
                DeliveryTick.delivery_id == delivery.id,
                DeliveryTick.stage == stage,
                DeliveryTick.kind == kind,
            )
        )
        row = known or DeliveryTick(delivery_id=delivery.id, stage=stage, kind=kind.value)
        row.is_done, row.note, row.at, row.by_name = is_done, note, now, actor.name
        db.session.add(row)
    db.session.flush()


def _count_open(order: ServiceOrder) -> None:
    db.session.flush()
    order.preparation_open = (
        db.session.scalar(
            select(func.count())
            .select_from(PreparationItem)
            .where(PreparationItem.service_order_id == order.id, PreparationItem.done_at.is_(None))
        )
        or 0
    )
