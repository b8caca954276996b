"""A visit that ends without a repair: the agreed fee, the way out of the yard, and a polite close (CHK-12)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from aftersales.db import add, db
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.billing import queries as billing_queries
from aftersales.domain.billing import revenue
from aftersales.domain.billing.models import InvoiceKind
from aftersales.domain.checkins import custody, handover
from aftersales.domain.delivery import queries
from aftersales.domain.delivery.models import HAND_OVER, Delivery, FeeDecision, HandedOver, ShortVisit
from aftersales.domain.delivery.operations import number_gate_pass, record_ticks
from aftersales.domain.documents import queries as documents
from aftersales.domain.documents.models import DocumentKind
from aftersales.domain.errors import Invalid, Refused
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.quotations import operations as quotations
from aftersales.domain.quotations import queries as quotation_queries
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import timeline, work
from aftersales.domain.service_orders.guards import FEE_SETTLED, NO_CLOCK_RUNS
from aftersales.domain.service_orders.models import (
    DIAGNOSIS,
    Authorisation,
    EventKind,
    Job,
    Line,
    ServiceOrder,
)
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.service_orders.states import MOVES, OrderState
from aftersales.domain.workshop import running
from aftersales.i18n import N_, gettext, label, ngettext
from aftersales.money import ZERO

_MOVE = MOVES["close_without_repair"]


def list_obstacles(order: ServiceOrder, actor: Actor) -> list[str]:
    """What has to be settled before this visit may end without a repair, one sentence each; the fee has its own step."""
    broken = [guard for guard in _MOVE.guards if guard is not FEE_SETTLED and not guard.holds(order, actor)]
    return [_who_works(order) if guard is NO_CLOCK_RUNS else str(guard.sentence) for guard in broken]


def _who_works(order: ServiceOrder) -> str:
    """The advisor has to know whom to ask."""
    names = running.names_on(order.id)
    return ngettext(
        "%(names)s is clocked on to this car. They clock off first, or their team leader stops the clock.",
        "%(names)s are clocked on to this car. They clock off first, or their team leader stops the clocks.",
        len(names),
        names=", ".join(names),
    )


def decide(
    order_id: int,
    *,
    reason: str,
    waives_fee: bool,
    actor: Actor,
    now: datetime,
    waiver_reason: str = "",
    site_id: int | None = None,
) -> ShortVisit:
    """Say why the visit ends without a repair, and what becomes of the fee that was agreed at check-in.

    Leaves the decision on record, takes a waiting quote back, and a waived fee off the order with its reason. Only what
    the customer agreed to can be charged. Refuses while work is done or parts are out, and once the fee is invoiced.
    """
    actor.need("orders.close_without_repair")
    order = _lock(order_id, actor, site_id=site_id)
    if not reason.strip():
        raise Invalid(gettext("Give a reason."), field="reason")
    if order.invoiced_at is not None:
        raise Refused(gettext("The fee is invoiced already. Correct the invoice with a credit note."))
    if order.agreed_fee and waives_fee and not waiver_reason.strip():
        raise Invalid(gettext("Say why the fee is waived."), field="waiver_reason")
    visit = queries.find_short_visit(order_id)
    if visit is None:
        visit = ShortVisit(service_order_id=order_id, fee=FeeDecision.NONE_AGREED)
    visit.reason, visit.decided_at, visit.decided_by_name = reason.strip(), now, actor.name
    if order.agreed_fee:  # a fee that was waived before stays waived
        visit.fee = FeeDecision.WAIVED if waives_fee else FeeDecision.CHARGED
        visit.fee_gross = order.agreed_fee
        visit.waiver_reason = waiver_reason.strip()[:200] if waives_fee else ""
    elif visit.fee is FeeDecision.CHARGED:  # meanwhile it was taken off the order
        visit.fee, visit.fee_gross = FeeDecision.NONE_AGREED, ZERO
    add(visit)
    if (waiting := quotation_queries.find_waiting(order_id)) is not None:
        quotations.withdraw(
            waiting.id,
            site_id=order.site_id,
            reason=visit.reason,
            actor=actor,
            now=now,
            promises_new_one=False,
        )
    if order.agreed_fee and waives_fee:
        for line_id in _lines(order_id, of_fee=True):
            work.void_line(line_id, reason=visit.waiver_reason, actor=actor, now=now)
    timeline.note(
        order, EventKind.EDIT, N_("The visit ends without a repair: %(fee)s"), actor=actor, now=now,
        reason=visit.reason, fee=label(visit.fee),
    )  # fmt: skip
    audit.record(
        "short_visits.decide", visit, actor=actor, now=now, site_id=order.site_id,
        details={"order": order.number, "reason": visit.reason, "fee": visit.fee, "gross": str(visit.fee_gross),
                 "waiver_reason": visit.waiver_reason},
    )  # fmt: skip
    return visit


def issue_gate_pass(order_id: int, *, actor: Actor, now: datetime, site_id: int | None = None) -> Delivery:
    """The paper that lets the car leave, once the fee is settled, credit allowed, or none owed. Once per order."""
    actor.need("orders.close_without_repair")
    order = _lock(order_id, actor, site_id=site_id)
    _expect_decision(order, actor)
    delivery = queries.find_delivery(order_id) or add(Delivery(service_order_id=order_id))
    number_gate_pass(order, delivery, actor=actor, now=now)
    return delivery


def list_handed_over(order: ServiceOrder) -> list[HandedOver]:
    """What goes back with a car that was not repaired: belongings only where some were left, an invoice where one is."""
    has_belongings = bool(queries.list_belongings(order.id))
    return [
        kind
        for kind, belongs in (
            (HandedOver.KEY, True),
            (HandedOver.BELONGINGS, has_belongings),
            (HandedOver.PAPERS, True),
            (HandedOver.INVOICE, order.invoiced_at is not None),
            (HandedOver.GATE_PASS, True),
        )
        if belongs
    ]


def close(
    order_id: int,
    *,
    ticks: Mapping[HandedOver, bool],
    notes: Mapping[HandedOver, str],
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
) -> ServiceOrder:
    """The car leaves as it came: the order is closed without repair, its fee counts in this month's revenue (REP-1),
    what was proposed or ordered stands as declined, the key tag is free again, and the customer gets a polite word.

    Safe to repeat. Refuses without a decision and gate pass, while the fee is open, and an unticked thing without a
    note.
    """
    actor.need("orders.close_without_repair")
    order = lock_order(order_id, site_id=site_id)
    if order.state is OrderState.CLOSED_WITHOUT_REPAIR:
        return order
    order = _lock(order_id, actor, site_id=site_id)
    visit = _expect_decision(order, actor)
    delivery = queries.find_delivery(order_id)
    if delivery is None or not delivery.gate_pass_number:
        raise Refused(gettext("The gate pass is missing. Issue it first."))
    record_ticks(delivery, HAND_OVER, list_handed_over(order), ticks, notes, actor=actor, now=now)
    service_orders.move(order, "close_without_repair", reason=visit.reason, actor=actor, now=now)
    delivery.handed_over_at, delivery.handed_over_by_name = now, actor.name
    work.authorise(order, _lines(order_id, of_fee=False), Authorisation.DECLINED)
    revenue.book_revenue(order, now=now)
    handover.return_things(
        order_id,
        belongings=ticks.get(HandedOver.BELONGINGS, False),
        papers=ticks.get(HandedOver.PAPERS, False),
        now=now,
    )
    custody.free(order, has_key=ticks.get(HandedOver.KEY, False), actor=actor, now=now)
    _take_leave(order, visit, now=now)
    db.session.flush()
    return order


def _lock(order_id: int, actor: Actor, *, site_id: int | None) -> ServiceOrder:
    """The order, locked, when it may end without a repair now."""
    order = lock_order(order_id, site_id=site_id)
    if order.state not in _MOVE.sources:
        raise Refused(
            gettext("This cannot be done now: the order is in state “%(state)s”.", state=label(order.state))
        )
    if obstacles := list_obstacles(order, actor):
        raise Refused(obstacles[0])
    return order


def _expect_decision(order: ServiceOrder, actor: Actor) -> ShortVisit:
    visit = queries.find_short_visit(order.id)
    if visit is None:
        raise Refused(gettext("Say first why the visit ends and what becomes of the fee."))
    if not FEE_SETTLED.holds(order, actor):
        raise Refused(str(FEE_SETTLED.sentence))
    return visit


def _lines(order_id: int, *, of_fee: bool) -> set[int]:
    """The ids of the order's live lines that are, or are not, its fee for diagnosis and estimate."""
    rows = db.session.execute(
        select(Line.id, Job.canned_job_code)
        .join(Job, Job.id == Line.job_id)
        .where(Line.service_order_id == order_id, Line.voided_at.is_(None))
    )
    return {row.id for row in rows if (row.canned_job_code == DIAGNOSIS) is of_fee}


def _take_leave(order: ServiceOrder, visit: ShortVisit, *, now: datetime) -> None:
    invoice = next(
        (one for one in billing_queries.list_of_order(order.id) if one.kind is InvoiceKind.INVOICE), None
    )
    paper = documents.find_latest(order.id, DocumentKind.INVOICE, invoice.id) if invoice else None
    messaging.queue(
        "closed_without_repair",
        order=order,
        dedupe_key=str(order.id),
        document_id=paper.id if paper else None,
        fee=order.agreed_fee,
        is_waived=visit.fee is FeeDecision.WAIVED,
        now=now,
    )
