"""The labour that was sold and what credit notes took back of it, split among who did it: sold hours and the base of
commissions (REP-2)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from aftersales.db import db
from aftersales.domain.billing.models import Invoice, InvoiceLine
from aftersales.domain.reports import efficiency_rules as rules
from aftersales.domain.reports.efficiency_rules import Basis, JobSold, Share
from aftersales.domain.reports.rules import Month
from aftersales.domain.service_orders.models import Authorisation, Job, Line, LineKind, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.workshop import running
from aftersales.domain.workshop.models import Clocking

Parts = list[tuple[JobSold, dict[int, Share]]]
"""Jobs, and each technician's part of what they brought to the month."""


def in_month(site_id: int, month: Month, basis: Basis) -> ColumnElement[bool]:
    """The orders that count in the month."""
    of_site = ServiceOrder.site_id == site_id
    if basis is Basis.COMPLETED:
        return of_site & (ServiceOrder.state == OrderState.COMPLETED) & _within(ServiceOrder.closed_at, month)
    if basis is Basis.INVOICED:
        return of_site & _within(ServiceOrder.invoiced_at, month)
    clocked = select(Clocking.service_order_id).where(
        Clocking.site_id == site_id,
        Clocking.started_at < month.ends_at,
        or_(Clocking.ended_at.is_(None), Clocking.ended_at > month.starts_at),
    )
    done = (
        select(Job.service_order_id)
        .join(ServiceOrder, ServiceOrder.id == Job.service_order_id)
        .where(of_site, _within(Job.done_at, month))
    )
    return of_site & or_(ServiceOrder.id.in_(clocked), ServiceOrder.id.in_(done))


def sold(site_id: int, month: Month, basis: Basis, now: datetime) -> Parts:
    """The labour sold per job, and each technician's part of it in the month."""
    which = in_month(site_id, month, basis)
    rows = db.session.execute(
        select(
            Job.id,
            Job.service_order_id,
            Job.done_by_id,
            Job.done_at,
            ServiceOrder.technician_id,
            func.sum(Line.quantity).label("hours"),
            func.sum(Line.net).label("net"),
        )
        .join(Line, Line.job_id == Job.id)
        .join(ServiceOrder, ServiceOrder.id == Job.service_order_id)
        .where(
            which,
            Line.kind == LineKind.LABOUR,
            Line.authorisation == Authorisation.AUTHORISED,
            Line.voided_at.is_(None),
        )
        .group_by(Job.id, Job.service_order_id, Job.done_by_id, Job.done_at, ServiceOrder.technician_id)
        .order_by(Job.id)
    ).all()
    found = []
    for row, job in zip(rows, _jobs(rows, which, now), strict=True):
        if basis is not Basis.CLOCKED:
            found.append((job, rules.split(job)))
        elif job.stretches and any(end > begin for _, begin, end in job.stretches):
            found.append((job, rules.split_by_day(job, month.starts_at, month.ends_at)))
        elif row.done_at and month.starts_at <= row.done_at < month.ends_at:
            found.append((job, rules.split(job)))
    return found


def credited(site_id: int, month: Month, basis: Basis, now: datetime) -> Parts:
    """What credit notes took off the labour per job, as negative minutes and amounts, split as the work was.

    By the moment of the credit note; one from before its order counted (a correction before the hand-over, or before the
    invoice was issued anew) counts together with the order. What was invoiced anew after a credit note stands against
    it. Labour that nobody invoices (internal, warranty without an invoice) has no credit notes.
    """
    first = aliased(Invoice)
    is_correction = Invoice.id > (
        select(func.min(first.id))
        .where(first.service_order_id == Invoice.service_order_id, first.pay_type == Invoice.pay_type)
        .correlate(Invoice)
        .scalar_subquery()
    )
    which = and_(
        ServiceOrder.site_id == site_id,
        InvoiceLine.kind == LineKind.LABOUR,
        is_correction,
        _counts_in(month, basis),
    )
    rows = db.session.execute(
        select(
            Job.id,
            Job.service_order_id,
            Job.done_by_id,
            ServiceOrder.technician_id,
            func.sum(InvoiceLine.quantity).label("hours"),
            func.sum(InvoiceLine.net).label("net"),
        )
        .join(Line, Line.job_id == Job.id)
        .join(InvoiceLine, InvoiceLine.line_id == Line.id)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .join(ServiceOrder, ServiceOrder.id == Job.service_order_id)
        .where(which)
        .group_by(Job.id, Job.service_order_id, Job.done_by_id, ServiceOrder.technician_id)
        .order_by(Job.id)
    ).all()
    if not rows:
        return []
    orders = ServiceOrder.id.in_({row.service_order_id for row in rows})
    return [
        (job, rules.split(job))
        for row, job in zip(rows, _jobs(rows, orders, now), strict=True)
        if row.hours or row.net
    ]


def by_technician(parts: Parts) -> dict[int, Share]:
    """The sum of each technician's parts."""
    found: dict[int, Share] = defaultdict(Share)
    for _, shares in parts:
        for who, part in shares.items():
            found[who] += part
    return found


def by_order(parts: Parts, user_id: int | None) -> dict[int, Share]:
    """The parts of one technician, or of all, by order."""
    found: dict[int, Share] = defaultdict(Share)
    for job, shares in parts:
        for who, part in shares.items():
            if user_id in (None, who):
                found[job.order_id] += part
    return found


def _jobs(rows: Iterable[Any], which: ColumnElement[bool], now: datetime) -> list[JobSold]:
    """The rows with who worked how long on each job, rework apart."""
    stretches: dict[int, list[tuple[int, datetime, datetime]]] = defaultdict(list)
    for job_id, user_id, started_at, ended_at in db.session.execute(
        select(Clocking.job_id, Clocking.user_id, Clocking.started_at, Clocking.ended_at)
        .join(ServiceOrder, ServiceOrder.id == Clocking.service_order_id)
        .where(which, ~Clocking.is_rework, ~running.nobody_knows(Clocking))
    ):
        stretches[job_id].append((user_id, started_at, ended_at or now))
    return [
        JobSold(
            row.service_order_id,
            int(row.hours * 60),
            row.net,
            tuple(stretches.get(row.id, ())),
            row.done_by_id or row.technician_id,
        )
        for row in rows
    ]


def _counts_in(month: Month, basis: Basis) -> ColumnElement[bool]:
    """Whether a correction counts in the month: at its own moment, but not before its order does."""
    if basis is Basis.CLOCKED:
        return _within(Invoice.issued_at, month)
    counted: Any = ServiceOrder.closed_at if basis is Basis.COMPLETED else ServiceOrder.invoiced_at
    moment = case((Invoice.issued_at < counted, counted), else_=Invoice.issued_at)
    is_counted = counted.is_not(None)
    if basis is Basis.COMPLETED:
        is_counted &= ServiceOrder.state == OrderState.COMPLETED
    return and_(is_counted, _within(moment, month))


def _within(moment: Any, month: Month) -> ColumnElement[bool]:
    return and_(moment >= month.starts_at, moment < month.ends_at)
