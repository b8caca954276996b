"""Asking the customer: sending a version, taking it back, reminding of it, letting it expire.

What happens when the answer comes is in :mod:`.answers`.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from aftersales.db import add, db, locked
from aftersales.domain import audit
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import SYSTEM, Actor
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.errors import Invalid, NotFound, Refused, Stale
from aftersales.domain.links import operations as links
from aftersales.domain.links import queries as link_queries
from aftersales.domain.links.models import LinkScope
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.quotations import queries
from aftersales.domain.quotations.drafts import draft, unknown_arrivals
from aftersales.domain.quotations.models import EstimateWay, Quotation, QuotationKind
from aftersales.domain.service_orders import operations as orders
from aftersales.domain.service_orders import supply, timeline, work
from aftersales.domain.service_orders.models import Authorisation, EventKind, Line, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites import queries as sites
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.i18n import N_, gettext

_ASKABLE_IN = (
    OrderState.IN_PROGRESS,
    OrderState.AWAITING_APPROVAL,
    OrderState.AWAITING_PARTS,
    OrderState.REPAIRING,
)


def send(
    order_id: int,
    *,
    site_id: int,
    promised_at: datetime,
    document: StoredDocument,
    actor: Actor,
    now: datetime,
    note: str = "",
    estimate_way: EstimateWay = EstimateWay.SYSTEM,
    expected_digest: str | None = None,
    asks_again: bool = False,
) -> Quotation:
    """Freeze the order's proposed lines as the next version and ask the customer (STEP-8 to STEP-10, QUO-1).

    Leaves the version with its PDF, a link, e-mail and SMS in the outbox, the lines asked, the order waiting for
    approval. A version that still waits is replaced: its link says so. From repair the order stays in repair for what
    is authorised (ORD-4), unless ``asks_again`` says that nothing else can be done.
    Refuses while the inspection is open, without a promised time, with a part whose arrival nobody confirmed, and
    when the lines are no longer those of ``expected_digest``, which the document was made from.
    """
    actor.need("quotations.send")
    order = orders.lock_order(order_id, site_id=site_id)
    if order.state not in _ASKABLE_IN:
        raise Refused(
            gettext("A quote can be sent once the technician has accepted the car, and until it is repaired.")
        )
    if order.inspection_is_open:
        raise Refused(gettext("The inspection is not complete. Rate the points that are left first."))
    if promised_at <= now:
        raise Invalid(gettext("The promised time has to be in the future."), field="promised_at")
    quotation = draft(order, promised_at=promised_at, note=note, estimate_way=estimate_way, now=now)
    if not quotation.asked_jobs:
        raise Refused(gettext("There is nothing to ask: no proposed work that the customer pays."))
    if unknown := unknown_arrivals(quotation):
        raise Refused(
            gettext(
                "Nobody has confirmed when “%(part)s” arrives. Ask the parts desk first.",
                part=unknown[0].description,
            )
        )
    if expected_digest is not None and quotation.digest != expected_digest:
        raise Stale(
            gettext("The work or a price has changed meanwhile. Look at the quote again, then send it.")
        )
    _replace_waiting(order, now=now)
    quotation.sent_by_id, quotation.sent_by_name = actor.user_id, actor.name
    add(quotation)
    _record_document(quotation, document, now=now)
    order.waiting_quotations = 1
    work.authorise(order, line_ids(quotation), Authorisation.ASKED)
    supply.ask_arrivals(order, actor=actor, now=now)
    _tell_customer(order, quotation, now=now)
    timeline.note(
        order, EventKind.APPROVAL, N_("Quote sent, version %(version)s: %(amount)s %(currency)s"), actor=actor, now=now,
        version=quotation.version_no, amount=str(quotation.gross), currency=quotation.currency,
    )  # fmt: skip
    audit.record(
        "quotations.send", quotation, actor=actor, now=now, site_id=site_id,
        details={"order": order.number, "version": quotation.version_no, "digest": quotation.digest,
                 "gross": str(quotation.gross), "document": document.sha256},
    )  # fmt: skip
    tasks.close_tasks(
        TaskType.SEND_QUOTATION, TaskType.REPORT_ADDITIONAL, actor=actor, now=now, service_order_id=order.id
    )
    _expect_answer(order, quotation, now=now)
    if order.state is OrderState.IN_PROGRESS:
        orders.move(order, "send_quotation", actor=actor, now=now)
    elif asks_again and order.state is OrderState.REPAIRING:
        orders.move(order, "ask_again", actor=actor, now=now)
    return quotation


def withdraw(
    quotation_id: int,
    *,
    site_id: int,
    reason: str,
    actor: Actor,
    now: datetime,
    promises_new_one: bool = True,
) -> Quotation:
    """Take a waiting version back to change it. Its link says so; its lines are proposals again; an order that waited
    for the answer goes back to In Progress. Refuses one that no longer waits. The customer hears of the next one,
    unless none ``promises_new_one``: the visit ends."""
    actor.need("quotations.write")
    quotation, order = lock(quotation_id, site_id=site_id)
    if not quotation.is_waiting:
        raise Refused(gettext("This version no longer waits for an answer."))
    quotation.withdrawn_at = now
    _release(order, quotation, now=now)
    db.session.flush()
    if promises_new_one:
        messaging.queue("quotation_withdrawn", order=order, dedupe_key=f"quotation:{quotation.id}", now=now)
    timeline.note(
        order, EventKind.APPROVAL, N_("Quote withdrawn, version %(version)s"), actor=actor, now=now,
        reason=reason.strip(), version=quotation.version_no,
    )  # fmt: skip
    audit.record(
        "quotations.withdraw", quotation, actor=actor, now=now, site_id=site_id, details={"reason": reason}
    )
    if order.state is OrderState.AWAITING_APPROVAL:
        orders.move(order, "revise", actor=actor, now=now, reason=reason)
    return quotation


def expire(quotation_id: int, *, now: datetime) -> bool:
    """End a version whose time is over. The order stays where it is, with a task for the advisor. Safe to repeat."""
    quotation, order = lock(quotation_id)
    if not quotation.is_waiting or quotation.valid_until >= now:
        return False
    quotation.expired_at = now
    _release(order, quotation, now=now)
    timeline.note(
        order, EventKind.APPROVAL, N_("Quote expired, version %(version)s"), actor=SYSTEM, now=now, tone="soon",
        version=quotation.version_no,
    )  # fmt: skip
    if not order.is_closed:
        _open_call(order, quotation, due_at=now, now=now, note=gettext("The quote expired without an answer"))
    return True


def remind(quotation_id: int, *, now: datetime) -> bool:
    """Remind the customer of a version that still waits, once. True when something was queued."""
    quotation, order = lock(quotation_id)
    if not quotation.is_waiting or quotation.reminded_at or quotation.valid_until < now:
        return False
    quotation.reminded_at = now
    if order.is_closed:
        return False
    link = link_queries.find_quotation_link(quotation.id)
    queued = messaging.queue(
        "quotation_reminder", order=order, link=link, dedupe_key=f"quotation:{quotation.id}", now=now,
        quotation=quotation,
    )  # fmt: skip
    if queued:
        timeline.note(
            order, EventKind.MESSAGE, N_("Reminder of the quote sent, version %(version)s"), actor=SYSTEM, now=now,
            version=quotation.version_no,
        )  # fmt: skip
    return bool(queued)


def note_opened(quotation_id: int, *, customer: Actor, now: datetime) -> bool:
    """Note that the customer's browser showed this version; the first time is a row of the timeline."""
    quotation, order = lock(quotation_id)
    if quotation.opened_at:
        return False
    quotation.opened_at = now
    timeline.note(
        order, EventKind.APPROVAL, N_("Customer opened the quote"), actor=customer, now=now, tone="active"
    )
    return True


def ask_parts_desk(order_id: int, *, site_id: int, actor: Actor, now: datetime) -> None:
    """Ask the parts desk when the parts of the proposed lines arrive: a task for it per part."""
    actor.need("quotations.write")
    order = orders.lock_order(order_id, site_id=site_id)
    quotation = draft(order, promised_at=now, now=now)
    unknown = unknown_arrivals(quotation)
    if not unknown:
        raise Refused(gettext("All parts are in stock or confirmed. Nothing is to be asked."))
    supply.ask_arrivals(order, line_ids={line.line_id for line in unknown}, actor=actor, now=now)
    timeline.note(order, EventKind.PARTS, N_("Parts desk asked when parts arrive"), actor=actor, now=now)


def lock(quotation_id: int, *, site_id: int | None = None) -> tuple[Quotation, ServiceOrder]:
    """The version and its order, both locked: the order always first, so that nobody waits in a circle."""
    order_id = db.session.scalar(select(Quotation.service_order_id).where(Quotation.id == quotation_id))
    if order_id is None:
        raise NotFound(gettext("There is no such quote."))
    order = orders.lock_order(order_id, site_id=site_id)
    locked(Quotation, quotation_id)
    return queries.get_quotation(quotation_id), order


def close_waiting(order: ServiceOrder, quotation: Quotation, *, actor: Actor, now: datetime) -> None:
    """The version waits no longer: nothing of the order does."""
    order.waiting_quotations = 0
    tasks.close_tasks(
        TaskType.CALL_ABOUT_QUOTATION,
        actor=actor,
        now=now,
        service_order_id=order.id,
        subject_id=quotation.id,
    )
    # What still waits to go out would ask for an answer that nobody needs any more.
    for purpose in ("quotation_sent", "quotation_reminder"):
        messaging.cancel(purpose=purpose, service_order_id=order.id)


def _replace_waiting(order: ServiceOrder, *, now: datetime) -> None:
    waiting = queries.find_waiting(order.id)
    if waiting is None:
        return
    waiting.replaced_at = now
    _release(order, waiting, now=now)
    db.session.flush()


def _release(order: ServiceOrder, quotation: Quotation, *, now: datetime) -> None:
    """Make the version's lines proposals again, its link one that says so, and take back what was not sent yet."""
    asked = db.session.scalars(
        select(Line.id).where(Line.id.in_(line_ids(quotation)), Line.authorisation == Authorisation.ASKED)
    )
    work.authorise(order, set(asked), Authorisation.PROPOSED)
    close_waiting(order, quotation, actor=SYSTEM, now=now)
    if not quotation.expired_at:
        links.replace(order.id, scope=LinkScope.QUOTATION, now=now)


def _record_document(quotation: Quotation, document: StoredDocument, *, now: datetime) -> None:
    quotation.document_id = documents.record(
        document,
        site_id=quotation.site_id,
        service_order_id=quotation.service_order_id,
        subject_id=quotation.id,
        now=now,
        is_shared=True,
    ).id


def _tell_customer(order: ServiceOrder, quotation: Quotation, *, now: datetime) -> None:
    link = links.create(
        site_id=order.site_id,
        service_order_id=order.id,
        scope=LinkScope.QUOTATION,
        subject_id=quotation.id,
        now=now,
    )
    messaging.queue(
        "quotation_sent",
        order=order,
        link=link,
        document_id=quotation.document_id,
        dedupe_key=f"quotation:{quotation.id}",
        now=now,
        quotation=quotation,
        items=quotation.asked_jobs,
        is_supplement=quotation.kind is QuotationKind.SUPPLEMENT,
    )


def _expect_answer(order: ServiceOrder, quotation: Quotation, *, now: datetime) -> None:
    hours = sites.get_site(order.site_id).setting("approval.due_hours")
    _open_call(order, quotation, due_at=now + timedelta(hours=hours), now=now, note=gettext("No answer yet"))


def _open_call(
    order: ServiceOrder, quotation: Quotation, *, due_at: datetime, now: datetime, note: str
) -> None:
    tasks.open_task(
        TaskType.CALL_ABOUT_QUOTATION,
        site_id=order.site_id,
        role=Role.ADVISOR,
        person_id=order.advisor_id,
        service_order_id=order.id,
        subject_id=quotation.id,
        due_at=due_at,
        now=now,
        note=note,
    )


def line_ids(quotation: Quotation) -> set[int]:
    """The order's lines that this version asks for."""
    return {line.line_id for job in quotation.asked_jobs for line in job.lines}
