"""Jobs and lines of an order: added, changed, voided; and the facts on the order that follow from them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from aftersales.db import add, db, locked
from aftersales.domain import audit, submissions
from aftersales.domain.actors import Actor
from aftersales.domain.catalogue.kinds import Skill
from aftersales.domain.errors import Invalid, NotFound, Refused, expect_version
from aftersales.domain.parts import queries as parts
from aftersales.domain.planning import bookings
from aftersales.domain.service_orders import facts, pricing, supply, timeline
from aftersales.domain.service_orders.models import (
    Authorisation,
    EventKind,
    Job,
    Line,
    LineKind,
    PartGrade,
    PayType,
    ServiceOrder,
    SuppliedBy,
)
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.sites.models import Site
from aftersales.i18n import N_, gettext


def add_job(
    order_id: int,
    *,
    title: str,
    actor: Actor,
    now: datetime,
    concern: str = "",
    explanation: str = "",
    severity: str = "",
    pay_type: PayType = PayType.CUSTOMER,
    canned_job_code: str = "",
    submission_id: str = "",
) -> Job:
    """Add a job. After check-in is signed it counts as additional work and needs its own authorisation (ORD-4). The same
    ``submission_id`` adds one."""
    order = _open_for_work(order_id)
    if known := submissions.earlier(submission_id, now=now):
        return db.session.get_one(Job, known)
    if not title.strip():
        raise Invalid(gettext("Say what is to be done."), field="title")
    position = db.session.scalar(select(func.max(Job.position)).where(Job.service_order_id == order_id)) or 0
    job = add(
        Job(
            service_order_id=order_id,
            position=position + 1,
            title=title.strip()[:200],
            concern=concern.strip(),
            explanation=explanation.strip(),
            severity=severity,
            pay_type=pay_type,
            canned_job_code=canned_job_code,
            is_additional=order.checkin_signed_at is not None,
            added_at=now,
        )
    )
    timeline.note(order, EventKind.EDIT, N_("Job added: %(title)s"), actor=actor, now=now, title=job.title)
    submissions.keep(submission_id, job)
    facts.refresh(order)
    return job


def edit_job(
    job_id: int, *, values: dict[str, Any], actor: Actor, now: datetime, version: int | None = None
) -> Job:
    """Change a job's title, concern, explanation or technician."""
    job = _lock_job(job_id)
    expect_version(job, version)
    order = _open_for_work(job.service_order_id)
    changes = _set(job, values, ("title", "concern", "explanation", "technician_id"))
    if not changes:
        return job
    if not job.title.strip():
        raise Invalid(gettext("Say what is to be done."), field="title")
    db.session.flush()
    _audit("jobs.edit", job, order, changes, actor=actor, now=now)
    timeline.note(order, EventKind.EDIT, N_("Job changed: %(title)s"), actor=actor, now=now, title=job.title)
    facts.refresh(order)
    return job


def void_job(job_id: int, *, reason: str, actor: Actor, now: datetime, version: int | None = None) -> Job:
    """Take a job and its lines off the order; they stay on record with the reason (ORD-7)."""
    job = _lock_job(job_id)
    expect_version(job, version)
    order = _open_for_work(job.service_order_id)
    if not reason.strip():
        raise Invalid(gettext("Give a reason."), field="reason")
    if job.done_at:
        raise Refused(gettext("This job is done. It cannot be taken off the order."))
    job.voided_at, job.void_reason = now, reason.strip()
    for line in job.lines:
        if line.voided_at is None:
            line.voided_at, line.void_reason = now, reason.strip()
    db.session.flush()
    bookings.drop_job(job_id, reason=reason.strip(), actor=actor, now=now)
    _audit("jobs.void", job, order, {"reason": reason.strip()}, actor=actor, now=now)
    timeline.note(
        order,
        EventKind.EDIT,
        N_("Job voided: %(title)s"),
        actor=actor,
        now=now,
        reason=reason.strip(),
        title=job.title,
    )
    facts.refresh(order)
    supply.demand_authorised(order, actor=actor, now=now)
    return job


def add_line(
    job_id: int,
    *,
    kind: LineKind,
    description: str,
    quantity: Decimal,
    unit_price: Decimal,
    actor: Actor,
    now: datetime,
    tax_rate: Decimal | None = None,
    discount: Decimal = Decimal(0),
    article_id: int | None = None,
    article_number: str = "",
    pay_type: PayType | None = None,
    supplied_by: SuppliedBy = SuppliedBy.WORKSHOP,
    part_grade: PartGrade = PartGrade.ORIGINAL,
    is_safety_critical: bool = False,
    skill: Skill | None = None,
    submission_id: str = "",
) -> Line:
    """Add a line to a job, proposed and priced. Without ``tax_rate`` the site's default rate is taken. The same
    ``submission_id`` adds one. ``skill`` is the kind of work of labour, by which it is guaranteed (ORD-9); a job of which
    nobody said what it asks for takes it over, for dispatch."""
    job = _lock_job(job_id)
    order = _open_for_work(job.service_order_id)
    if known := submissions.earlier(submission_id, now=now):
        return db.session.get_one(Line, known)
    site = db.session.get_one(Site, order.site_id)
    pricing.check_line(description, quantity, unit_price, discount)
    pricing.check_discount(discount, site, actor)
    position = db.session.scalar(select(func.max(Line.position)).where(Line.job_id == job_id)) or 0
    line = Line(
        service_order_id=order.id,
        job_id=job_id,
        position=position + 1,
        kind=kind,
        skill=skill if kind is LineKind.LABOUR else None,
        description=description.strip()[:200],
        article_id=article_id,
        article_number=article_number,
        quantity=quantity,
        unit_price=unit_price,
        discount=discount,
        tax_rate=pricing.default_tax_rate(site) if tax_rate is None else tax_rate,
        pay_type=pay_type or job.pay_type,
        authorisation=Authorisation.PROPOSED,
        supplied_by=supplied_by,
        part_grade=part_grade,
        is_safety_critical=kind is LineKind.PART
        and (is_safety_critical or parts.matters_for_safety(article_id, article_number)),
    )
    pricing.price_line(line, site)
    add(line)
    if job.skill is None and line.skill is not Skill.MECHANICAL:
        job.skill = line.skill
    submissions.keep(submission_id, line)
    if order.checkin_signed_at:  # before, the signed order itself says what was agreed
        timeline.note(
            order,
            EventKind.EDIT,
            N_("Line added: %(description)s"),
            actor=actor,
            now=now,
            description=line.description,
        )
    facts.refresh(order)
    return line


def edit_line(
    line_id: int, *, values: dict[str, Any], actor: Actor, now: datetime, version: int | None = None
) -> Line:
    """Change a line. An authorised or asked line that changes has to be authorised anew (CHK-10, ORD-4).

    Changed labour hours need ``standard_change_reason`` (PAY-8).
    """
    line = _lock_line(line_id)
    expect_version(line, version)
    order = _open_for_work(line.service_order_id)
    site = db.session.get_one(Site, order.site_id)
    hours_change = line.kind is LineKind.LABOUR and values.get("quantity", line.quantity) != line.quantity
    if hours_change and not values.get("standard_change_reason", "").strip():
        raise Invalid(gettext("Say why the hours differ from the standard."), field="standard_change_reason")
    changes = _set(
        line,
        values,
        ("description", "quantity", "unit_price", "discount", "tax_rate", "pay_type", "supplied_by", "part_grade",
         "is_safety_critical", "skill", "standard_change_reason"),
    )  # fmt: skip
    if not changes:
        return line
    pricing.check_line(line.description, line.quantity, line.unit_price, line.discount)
    if "discount" in changes:
        pricing.check_discount(line.discount, site, actor)
    pricing.price_line(line, site)
    line.authorisation = Authorisation.PROPOSED
    db.session.flush()
    _audit("lines.edit", line, order, changes, actor=actor, now=now)
    timeline.note(
        order,
        EventKind.EDIT,
        N_("Line changed: %(description)s"),
        actor=actor,
        now=now,
        description=line.description,
    )
    facts.refresh(order)
    supply.demand_authorised(order, actor=actor, now=now)
    return line


def void_line(line_id: int, *, reason: str, actor: Actor, now: datetime, version: int | None = None) -> Line:
    """Take a line off the order; it stays on record with the reason (ORD-7)."""
    line = _lock_line(line_id)
    expect_version(line, version)
    order = _open_for_work(line.service_order_id)
    if not reason.strip():
        raise Invalid(gettext("Give a reason."), field="reason")
    line.voided_at, line.void_reason = now, reason.strip()
    db.session.flush()
    _audit("lines.void", line, order, {"reason": reason.strip()}, actor=actor, now=now)
    timeline.note(
        order,
        EventKind.EDIT,
        N_("Line voided: %(description)s"),
        actor=actor,
        now=now,
        reason=reason.strip(),
        description=line.description,
    )
    facts.refresh(order)
    supply.demand_authorised(order, actor=actor, now=now)
    return line


def authorise(order: ServiceOrder, line_ids: set[int], authorisation: Authorisation) -> None:
    """Set where these lines of the order stand with whoever pays; the quotation that says so is the caller's, and so is
    telling the parts desk by :func:`.supply.demand_authorised`."""
    for line in db.session.scalars(
        select(Line).where(Line.service_order_id == order.id, Line.id.in_(line_ids), Line.voided_at.is_(None))
    ):
        line.authorisation = authorisation
    db.session.flush()
    facts.refresh(order)


def finish_job(job_id: int, *, actor: Actor, now: datetime) -> Job:
    """Mark a job as done by the actor."""
    job = _lock_job(job_id)
    order = _open_for_work(job.service_order_id)
    if job.done_at is None:
        job.done_at, job.done_by_id = now, actor.user_id
        db.session.flush()
        bookings.drop_job(job_id, reason=gettext("Done"), actor=actor, now=now)
        timeline.note(order, EventKind.EDIT, N_("Job done: %(title)s"), actor=actor, now=now, title=job.title)
        facts.refresh(order)
    return job


def _set(record: Job | Line, values: dict[str, Any], names: tuple[str, ...]) -> dict[str, list[str]]:
    """Set those of ``names`` that ``values`` has. Returns what changed, as the audit keeps it: old and new."""
    changes = {}
    for name in names:
        if name in values and getattr(record, name) != values[name]:
            changes[name] = [str(getattr(record, name)), str(values[name])]
            setattr(record, name, values[name])
    return changes


def _audit(
    action: str,
    record: Job | Line,
    order: ServiceOrder,
    details: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(action, record, actor=actor, now=now, site_id=order.site_id, details=details)


def _open_for_work(order_id: int) -> ServiceOrder:
    order = lock_order(order_id)
    if order.is_closed:
        raise Refused(gettext("This order is closed. Open a new order that is linked to it."))
    if order.invoiced_at:
        raise Refused(gettext("This order is invoiced. Open a new order that is linked to it instead."))
    return order


def _lock_job(job_id: int) -> Job:
    """The job under its order's lock: the order is always locked first, so that two edits never wait for each other."""
    job = db.session.get(Job, job_id)
    if job is None:
        raise NotFound(gettext("There is no such job."))
    lock_order(job.service_order_id)
    job = locked(Job, job_id)
    if job is None or job.voided_at:
        raise NotFound(gettext("There is no such job."))
    return job


def _lock_line(line_id: int) -> Line:
    """The line under its order's lock."""
    line = db.session.get(Line, line_id)
    if line is None:
        raise NotFound(gettext("There is no such line."))
    lock_order(line.service_order_id)
    line = locked(Line, line_id)
    if line is None or line.voided_at:
        raise NotFound(gettext("There is no such line."))
    return line
