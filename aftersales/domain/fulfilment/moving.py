"""A line whose part comes too late waits on a new, linked order, so that the rest can be finished."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, Refused
from aftersales.domain.parts import requisitions
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import supply, timeline, work
from aftersales.domain.service_orders.models import Authorisation, EventKind, Job, Line, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.i18n import N_, gettext


def move_to_new_order(
    order_id: int, line_ids: Collection[int], *, reason: str, actor: Actor, now: datetime, site_id: int
) -> ServiceOrder:
    """Move lines whose part is still to come to a new, linked order, so that the rest can be finished now.

    The lines keep their price and the customer's authorisation; what is on order or reserved follows them. The new
    order is booked, without a time yet.
    """
    order = lock_order(order_id, site_id=site_id)
    lines = list(
        db.session.scalars(
            select(Line)
            .where(Line.service_order_id == order.id, Line.id.in_(line_ids), Line.voided_at.is_(None))
            .order_by(Line.job_id, Line.position)
        )
    )
    if not lines or len(lines) != len(set(line_ids)):
        raise Invalid(gettext("Choose the lines that wait for a part."), field="lines")
    if not reason.strip():
        raise Invalid(gettext("Give a reason."), field="reason")
    demands = {each.line_id: each for each in requisitions.list_of_order(order.id)}
    if not any(line.id in demands and demands[line.id].missing > 0 for line in lines):
        raise Refused(gettext("None of these lines waits for a part."))
    if any(line.id in demands and demands[line.id].with_workshop > 0 for line in lines):
        raise Refused(gettext("A part of these lines is handed out. Give it back first."))
    follower = service_orders.open_order(
        site_id=site_id,
        vehicle_id=order.vehicle_id,
        customer_id=order.customer_id,
        actor=actor,
        now=now,
        is_booking=True,
        continues_id=order.id,
    )
    moved = _copy_lines(lines, follower, actor=actor, now=now)
    for old, new in moved.items():
        if demand := demands.get(old):
            demand.service_order_id, demand.line_id = follower.id, new
    db.session.flush()
    for line in lines:
        work.void_line(
            line.id, reason=gettext("Moved to order %(number)s", number=follower.number), actor=actor, now=now
        )
    authorised = {moved[line.id] for line in lines if line.authorisation is Authorisation.AUTHORISED}
    work.authorise(follower, authorised, Authorisation.AUTHORISED)
    timeline.note(
        order,
        EventKind.PARTS,
        N_("Moved to order %(number)s: %(parts)s"),
        actor=actor,
        now=now,
        reason=reason.strip(),
        number=follower.number,
        parts=", ".join(line.description for line in lines),
    )
    supply.demand_authorised(follower, actor=actor, now=now)
    supply.demand_authorised(order, actor=actor, now=now)
    return follower


def _copy_lines(lines: list[Line], follower: ServiceOrder, *, actor: Actor, now: datetime) -> dict[int, int]:
    """Write each job of the lines anew on the following order. Returns the new line's id by the old one's."""
    copier = replace(actor, is_system=True)  # the lines' discounts were allowed when they were given
    jobs: dict[int, Job] = {}
    moved = {}
    for line in lines:
        if line.job_id not in jobs:
            jobs[line.job_id] = work.add_job(
                follower.id,
                title=line.job.title,
                concern=line.job.concern,
                explanation=line.job.explanation,
                severity=line.job.severity,
                pay_type=line.job.pay_type,
                canned_job_code=line.job.canned_job_code,
                actor=actor,
                now=now,
            )
        moved[line.id] = work.add_line(
            jobs[line.job_id].id,
            kind=line.kind,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount=line.discount,
            tax_rate=line.tax_rate,
            article_id=line.article_id,
            article_number=line.article_number,
            pay_type=line.pay_type,
            supplied_by=line.supplied_by,
            part_grade=line.part_grade,
            is_safety_critical=line.is_safety_critical,
            skill=line.skill,
            actor=copier,
            now=now,
        ).id
    return moved
