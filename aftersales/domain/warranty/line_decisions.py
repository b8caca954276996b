"""Whether the warranty pays a line: yes, pending or no, each with the reason that the customer is told (DIA-4).

Pending work is the claims officer's task. What is still open when diagnosis is over goes on to the manufacturer.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from aftersales.db import add, db
from aftersales.domain import audit
from aftersales.domain.accounts.models import Membership
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused, expect_version
from aftersales.domain.quotations import other_payers
from aftersales.domain.service_orders import timeline, work
from aftersales.domain.service_orders.models import Authorisation, EventKind, Line, PayType, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.warranty.models import LineState, LineWarranty
from aftersales.i18n import N_, gettext

ASK, DECIDE = "warranty.ask", "warranty.decide"
DUE = timedelta(hours=2)
MANUFACTURER_DUE = timedelta(days=1)


def ask(line_id: int, *, reason: str, site_id: int, actor: Actor, now: datetime) -> LineWarranty:
    """Ask whether the warranty pays the line: it is pending, and the claims officer has a task. ``reason`` is why it may
    be, as the customer reads it. A line that was asked before is told anew, a decided one is refused."""
    actor.need(ASK)
    line, order = _lock_line(line_id, site_id=site_id)
    if not reason.strip():
        raise Invalid(gettext("Say why the warranty may pay. The customer reads it."), field="reason")
    known = _find(line_id)
    if known is not None and not known.is_open:
        raise Refused(gettext("This is decided. The claims officer can decide it anew."))
    found = known or LineWarranty(
        service_order_id=order.id, line_id=line_id, asked_at=now, asked_by_name=actor.name
    )
    found.reason = reason.strip()
    add(found)
    timeline.note(
        order, EventKind.APPROVAL, N_("Warranty asked: %(what)s"), actor=actor, now=now, reason=found.reason,
        what=line.description,
    )  # fmt: skip
    _open_task(order, now=now)
    return found


def send_on(
    line_id: int, *, reference: str, site_id: int, version: int | None, actor: Actor, now: datetime
) -> LineWarranty:
    """The manufacturer or head office decides: kept with who sent it, when, and the case's number. Twice is harmless."""
    actor.need(DECIDE)
    line, order = _lock_line(line_id, site_id=site_id)
    found = _find(line_id)
    if found is None or not found.is_open:
        raise Refused(gettext("There is nothing left to decide on this line."))
    expect_version(found, version)
    _to_manufacturer(found, line, order, actor=actor, now=now)
    found.reference = reference.strip()[:60]
    db.session.flush()
    return found


def diagnosis_is_over(order_id: int, *, actor: Actor, now: datetime) -> int:
    """What the claims officer has not decided by the end of diagnosis goes on to the manufacturer. Returns how many."""
    order = lock_order(order_id)
    waiting = [found for found in _list(order_id) if found.standing is LineState.PENDING]
    for found in waiting:
        _to_manufacturer(found, found.line, order, actor=actor, now=now)
    return len(waiting)


def decide(
    line_id: int,
    *,
    is_covered: bool,
    reason: str,
    site_id: int,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> LineWarranty:
    """Decide whether the warranty pays. Yes makes the manufacturer the line's payer and authorises it on that ground; no
    gives the line back to the customer, who is asked as for any work. Refuses without a reason: the customer reads it.
    A decision may be changed until the order is invoiced."""
    actor.need(DECIDE)
    line, order = _lock_line(line_id, site_id=site_id)
    if not reason.strip():
        raise Invalid(
            gettext("Say why. The customer reads it on the link and in the documents."), field="reason"
        )
    found = _find(line_id)
    if found is None:
        found = LineWarranty(
            service_order_id=order.id, line_id=line_id, asked_at=now, asked_by_name=actor.name
        )
    else:
        expect_version(found, version)
    found.standing = LineState.YES if is_covered else LineState.NO
    found.reason = reason.strip()
    found.decided_at, found.decided_by_id, found.decided_by_name = now, actor.user_id, actor.name
    add(found)
    _set_payer(line, order, is_covered=is_covered, reason=found.reason, site_id=site_id, actor=actor, now=now)
    timeline.note(
        order,
        EventKind.APPROVAL,
        N_("Warranty pays: %(what)s") if is_covered else N_("Not under warranty: %(what)s"),
        actor=actor,
        now=now,
        tone="ok" if is_covered else "",
        reason=found.reason,
        what=line.description,
    )
    audit.record(
        "warranty.decide_line", found, actor=actor, now=now, site_id=site_id,
        details={"line": line_id, "covered": is_covered, "reason": found.reason},
    )  # fmt: skip
    if not any(one.is_open for one in _list(order.id)):
        tasks.close_tasks(TaskType.DECIDE_LINE_WARRANTY, service_order_id=order.id, actor=actor, now=now)
    return found


def expect_line(line_id: int, *, order_id: int) -> None:
    """Raises :class:`NotFound` for a line of another order."""
    line = db.session.get(Line, line_id)
    if line is None or line.service_order_id != order_id:
        raise NotFound(gettext("There is no such line."))


def list_of_order(order_id: int) -> Sequence[LineWarranty]:
    """The order's lines of which the warranty was asked, with the line; the open ones first."""
    return sorted(_list(order_id), key=lambda found: (not found.is_open, found.id))


def _set_payer(
    line: Line,
    order: ServiceOrder,
    *,
    is_covered: bool,
    reason: str,
    site_id: int,
    actor: Actor,
    now: datetime,
) -> None:
    payer = PayType.WARRANTY if is_covered else PayType.CUSTOMER
    if line.pay_type is not payer and (is_covered or line.pay_type is PayType.WARRANTY):
        work.edit_line(line.id, values={"pay_type": payer}, actor=actor, now=now)
    if is_covered and line.authorisation is not Authorisation.AUTHORISED:
        other_payers.authorise_lines(
            order.id, site_id=site_id, line_ids=[line.id], reason=reason, actor=actor, now=now
        )


def _to_manufacturer(
    found: LineWarranty, line: Line, order: ServiceOrder, *, actor: Actor, now: datetime
) -> None:
    if found.standing is LineState.PENDING:
        found.standing = LineState.MANUFACTURER
        found.sent_on_at, found.sent_on_by_name = now, actor.name
        db.session.flush()
        timeline.note(
            order, EventKind.APPROVAL, N_("Warranty goes on to the manufacturer: %(what)s"), actor=actor, now=now,
            what=line.description,
        )  # fmt: skip
    _open_task(order, now=now, is_with_manufacturer=True)


def _open_task(order: ServiceOrder, *, now: datetime, is_with_manufacturer: bool = False) -> None:
    has_officer = db.session.scalar(
        select(Membership.id)
        .where(Membership.site_id == order.site_id, Membership.role == Role.CLAIMS)
        .limit(1)
    )
    tasks.open_task(
        TaskType.DECIDE_LINE_WARRANTY,
        site_id=order.site_id,
        role=Role.CLAIMS if has_officer else Role.SERVICE_MANAGER,
        service_order_id=order.id,
        due_at=now + (MANUFACTURER_DUE if is_with_manufacturer else DUE),
        now=now,
        note=N_("Diagnosis is over: ask the manufacturer.") if is_with_manufacturer else "",
    )


def _lock_line(line_id: int, *, site_id: int) -> tuple[Line, ServiceOrder]:
    line = db.session.get(Line, line_id)
    if line is None or line.voided_at:
        raise NotFound(gettext("There is no such line."))
    order = lock_order(line.service_order_id, site_id=site_id)
    if order.is_closed or order.invoiced_at:
        raise Refused(gettext("This order is settled. Its payers stay as they are."))
    db.session.refresh(line)
    return line, order


def _find(line_id: int) -> LineWarranty | None:
    return db.session.scalar(
        select(LineWarranty).where(LineWarranty.line_id == line_id).execution_options(populate_existing=True)
    )


def _list(order_id: int) -> list[LineWarranty]:
    return list(
        db.session.scalars(
            select(LineWarranty)
            .join(LineWarranty.line)
            .options(contains_eager(LineWarranty.line))
            .where(LineWarranty.service_order_id == order_id, Line.voided_at.is_(None))
        )
    )
