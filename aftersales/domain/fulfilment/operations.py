"""What goes on between the workshop and the parts desk: asked for, confirmed, handed out, given back, moved on.

Where stock becomes free or comes in, :mod:`.arrivals` gives it to the orders that wait.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from aftersales.clock import local
from aftersales.db import add, db
from aftersales.domain import audit, numbering
from aftersales.domain.accounts import pins
from aftersales.domain.accounts import queries as accounts
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.fulfilment import arrivals
from aftersales.domain.parts import requisitions, stock
from aftersales.domain.parts.models import Article, IssueSlip, Requisition, RequisitionLine
from aftersales.domain.parts.rules import SlipSigning, slip_digest
from aftersales.domain.service_orders import supply, timeline, work
from aftersales.domain.service_orders.models import (
    Authorisation,
    EventKind,
    Job,
    Line,
    LineKind,
    ServiceOrder,
)
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.sites import queries as sites
from aftersales.i18n import N_, gettext


@dataclass(frozen=True, slots=True)
class Asked:
    """One article that somebody asks for."""

    article_id: int
    quantity: Decimal


def request_parts(
    order_id: int,
    *,
    job_id: int,
    items: Collection[Asked],
    actor: Actor,
    now: datetime,
    site_id: int,
    needed_at: datetime | None = None,
    note: str = "",
    submission_id: str | None = None,
) -> Requisition:
    """Ask the parts desk for articles for a job (TEC-4). The same form twice is one request.

    An article that stands as a line of the job already is asked for on that line; any other becomes a proposed line,
    priced from the catalogue, which the customer or whoever pays has yet to authorise. What is already authorised is
    reserved or on order anyway; the request then only tells the desk when it is needed.
    """
    actor.need("parts.request")
    order = lock_order(order_id, site_id=site_id)
    if submission_id and (made := _find_requisition(submission_id)):
        return made
    if order.is_closed or order.invoiced_at:
        raise Refused(gettext("This order is closed. Parts go to a new order that is linked to it."))
    job = db.session.get(Job, job_id)
    if job is None or job.service_order_id != order.id or job.voided_at:
        raise NotFound(gettext("There is no such job on this order."))
    if not items:
        raise Invalid(gettext("Choose at least one part."), field="articles")
    requisition = requisitions.open_requisition(
        site_id=order.site_id,
        order_id=order.id,
        job_id=job.id,
        actor=actor,
        now=now,
        needed_at=needed_at,
        note=note,
        submission_id=submission_id,
    )
    demands = {each.line_id: each for each in requisitions.list_of_order(order.id)}
    names = []
    for item in items:
        article = _orderable(item)
        line = _line_for(job, article, item.quantity, actor=actor, now=now)
        names.append(article.name)
        if demand := demands.get(line.id):
            demand.requisition_id = requisition.id
        else:
            requisitions.want(requisition, line_id=line.id, article_id=article.id, quantity=line.quantity)
    timeline.note(
        order,
        EventKind.PARTS,
        N_("Parts requested: %(parts)s"),
        actor=actor,
        now=now,
        reason=note.strip(),
        parts=", ".join(names),
    )
    supply.demand_authorised(order, actor=actor, now=now)
    return requisition


def _find_requisition(submission_id: str) -> Requisition | None:
    return db.session.scalar(select(Requisition).where(Requisition.submission_id == submission_id))


def _orderable(item: Asked) -> Article:
    article = db.session.get(Article, item.article_id)
    if article is None or not article.is_active:
        raise NotFound(gettext("There is no such article."))
    if article.superseded_by is not None:
        raise Refused(
            gettext(
                "%(number)s is replaced by %(new)s. Ask for that instead.",
                number=article.number,
                new=article.superseded_by.number,
            )
        )
    if item.quantity <= 0:
        raise Invalid(gettext("Enter a quantity above 0."), field="articles")
    return article


def _line_for(job: Job, article: Article, quantity: Decimal, *, actor: Actor, now: datetime) -> Line:
    """The job's line with this article, else a new proposed one. A proposed line grows to what is asked for."""
    line = db.session.scalar(
        select(Line)
        .where(Line.job_id == job.id, Line.article_id == article.id, Line.voided_at.is_(None))
        .order_by(Line.authorisation != Authorisation.AUTHORISED, Line.id)
        .limit(1)
    )
    if line is not None and line.authorisation is Authorisation.PROPOSED and line.quantity < quantity:
        return work.edit_line(line.id, values={"quantity": quantity}, actor=actor, now=now)
    if line is not None and line.authorisation is not Authorisation.DECLINED and line.quantity >= quantity:
        return line
    return work.add_line(
        job.id,
        kind=LineKind.MATERIAL if article.kind == "material" else LineKind.PART,
        description=article.name,
        quantity=quantity,
        unit_price=article.price,
        article_id=article.id,
        article_number=article.number,
        actor=actor,
        now=now,
    )


def confirm_arrival(
    requisition_line_id: int, *, expected_at: datetime, actor: Actor, now: datetime, site_id: int
) -> RequisitionLine:
    """Say when a part that is not in stock will arrive, so that the quotation can name it (QUO-1)."""
    actor.need("parts.order")
    order, line = _lock_line(requisition_line_id, site_id)
    if order.is_closed:
        raise Refused(gettext("This order is closed."))
    if expected_at <= now:
        raise Invalid(gettext("The arrival has to be in the future."), field="expected_at")
    line.confirmed_arrival_at, line.confirmed_at, line.confirmed_by_name = expected_at, now, actor.name
    if line.ordered < line.missing or not line.is_authorised:
        line.expected_at = expected_at
    timeline.note(
        order,
        EventKind.PARTS,
        N_("%(part)s arrives %(expected_at)s"),
        actor=actor,
        now=now,
        part=line.article.name,
        expected_at=expected_at.isoformat(),
    )
    supply.refresh(order, actor=actor, now=now)
    return line


def hand_out(
    order_id: int,
    quantities: Mapping[int, Decimal],
    *,
    receiver_id: int,
    actor: Actor,
    now: datetime,
    site_id: int,
    submission_id: str | None = None,
    by_pin: bool = False,
) -> IssueSlip:
    """Hand out what is reserved for an order (quantities by requisition line); the receiver signs the slip.

    ``by_pin``: the receiver typed their PIN, which was right. Refuses without it where the receiver has one, and what
    is not reserved for the order, for example because a colleague handed it out a moment ago.
    """
    actor.need("parts.issue")
    order = lock_order(order_id, site_id=site_id)
    if submission_id and (made := _find_slip(submission_id)):
        return made
    receiver = next((person for person in accounts.list_people(site_id) if person.id == receiver_id), None)
    if receiver is None:
        raise Invalid(gettext("Choose who takes the parts."), field="receiver_id")
    if not by_pin and pins.find(receiver.id) is not None:
        raise Invalid(gettext("%(name)s signs with the PIN.", name=receiver.name), field="pin")
    lines = {line.id: line for line in requisitions.list_of_order(order.id)}
    taken = {line_id: quantity for line_id, quantity in quantities.items() if quantity > 0}
    if not taken:
        raise Invalid(gettext("Choose at least one part."), field="lines")
    if not taken.keys() <= lines.keys():
        raise NotFound(gettext("There is no such part on this order."))
    handed = [(lines[line_id].article.number, quantity) for line_id, quantity in sorted(taken.items())]
    year = local(now, sites.get_site(site_id).timezone).year
    slip = add(
        IssueSlip(
            site_id=site_id,
            number=f"IS-{year % 100:02d}-{numbering.next_number(site_id, 'issue_slip', year):04d}",
            service_order_id=order.id,
            issued_at=now,
            issued_by_id=actor.user_id,
            issued_by_name=actor.name,
            receiver_id=receiver.id,
            receiver_name=receiver.name,
            signed_with=SlipSigning.PIN if by_pin else SlipSigning.NAME,
            signed_digest=slip_digest(order.number, receiver.name, now, handed),
            address=actor.address,
            device=actor.device[:200],
            submission_id=submission_id,
        )
    )
    rows = stock.lock_stock(
        stock.list_warehouse_ids(site_id), {lines[line_id].article_id for line_id in taken}
    )
    for line_id, quantity in taken.items():
        line = lines[line_id]
        cause = requisitions.cause_of(line, actor, now, issue_slip_id=slip.id)
        stock.take_reserved(line, rows, quantity=quantity, cause=cause)
        requisitions.note_settled(line, now)
    timeline.note(
        order,
        EventKind.PARTS,
        N_("Parts handed out to %(receiver)s: %(parts)s"),
        actor=actor,
        now=now,
        receiver=receiver.name,
        parts=", ".join(lines[line_id].article.name for line_id in taken),
    )
    audit.record(
        "parts.hand_out",
        slip,
        actor=actor,
        now=now,
        site_id=site_id,
        details={"receiver": receiver.name, "signed": slip.signed_with, "digest": slip.signed_digest},
    )
    supply.refresh(order, actor=actor, now=now)
    return slip


def _find_slip(submission_id: str) -> IssueSlip | None:
    return db.session.scalar(select(IssueSlip).where(IssueSlip.submission_id == submission_id))


def take_back(
    requisition_line_id: int,
    *,
    quantity: Decimal,
    warehouse_id: int,
    reason: str,
    actor: Actor,
    now: datetime,
    site_id: int,
) -> RequisitionLine:
    """Take parts that the order does not need back onto the shelf, with the reason; whoever waits for them gets them."""
    actor.need("parts.issue")
    if not reason.strip():
        raise Invalid(gettext("Give a reason."), field="reason")
    stock.get_warehouse(warehouse_id, site_id)
    found = db.session.get(RequisitionLine, requisition_line_id)
    if found is None or found.site_id != site_id:
        raise NotFound(gettext("There is no such part on this order."))
    with arrivals.serving(
        site_id, {found.article_id}, also={found.service_order_id}, actor=actor, now=now
    ) as rows:
        line = db.session.get_one(RequisitionLine, requisition_line_id, populate_existing=True)
        order = db.session.get_one(ServiceOrder, line.service_order_id)
        if order.invoiced_at:
            raise Refused(gettext("This order is invoiced. Correct the invoice first."))
        excess = (
            max(line.with_workshop - line.wanted, Decimal(0)) if line.is_authorised else line.with_workshop
        )
        stock.put_back(
            line,
            rows[warehouse_id, line.article_id],
            quantity=quantity,
            cause=requisitions.cause_of(line, actor, now, reason=reason.strip()),
        )
        # What came back was not needed: it is neither missing nor to be ordered again.
        given_up = max(quantity - excess, Decimal(0))
        line.forgone += given_up
        line.wanted = max(line.wanted - given_up, Decimal(0))
        requisitions.note_settled(line, now)
        timeline.note(
            order,
            EventKind.PARTS,
            N_("Given back: %(part)s"),
            actor=actor,
            now=now,
            reason=reason.strip(),
            part=line.article.name,
        )
    return line


def _lock_line(requisition_line_id: int, site_id: int) -> tuple[ServiceOrder, RequisitionLine]:
    """A requisition line of the site under its order's lock."""
    found = db.session.get(RequisitionLine, requisition_line_id)
    if found is None or found.site_id != site_id:
        raise NotFound(gettext("There is no such part on this order."))
    order = lock_order(found.service_order_id, site_id=site_id)
    return order, db.session.get_one(RequisitionLine, requisition_line_id, populate_existing=True)
