"""Guarantees given at the hand-over, and the terms that a site promises."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from aftersales.clock import local_date
from aftersales.db import add, db, locked
from aftersales.domain.actors import Actor
from aftersales.domain.errors import NotFound
from aftersales.domain.guarantees import queries, rules
from aftersales.domain.guarantees.models import GuaranteeKind, PastTerms, WorkGuarantee
from aftersales.domain.guarantees.rules import Terms
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.sites import operations as sites
from aftersales.domain.sites.models import Site
from aftersales.domain.sites.queries import get_site
from aftersales.i18n import gettext


def grant(order: ServiceOrder, *, now: datetime) -> list[WorkGuarantee]:
    """Write down what the order's work is guaranteed for from today on, with the best terms that its customer was
    promised (ORD-9).

    Called under the order's lock when the car is handed over; what was granted before stays.
    """
    known = set(
        db.session.execute(
            select(WorkGuarantee.job_id, WorkGuarantee.kind).where(WorkGuarantee.service_order_id == order.id)
        )
    )
    site = get_site(order.site_id)
    today = local_date(now, site.timezone)
    jobs = db.session.scalars(
        select(Job)
        .where(Job.service_order_id == order.id)
        .options(selectinload(Job.lines))
        .order_by(Job.position)
    )
    granted = [
        WorkGuarantee(
            site_id=order.site_id,
            service_order_id=order.id,
            vehicle_id=order.vehicle_id,
            job_id=promise.job_id,
            kind=promise.kind,
            days=promise.terms.days,
            distance=promise.terms.distance,
            from_on=today,
            until_on=promise.until_on,
            from_odometer=order.odometer,
            until_odometer=promise.until_odometer,
        )
        for promise in rules.promises(
            jobs, queries.terms_of_order(order, site), on=today, odometer=order.odometer
        )
        if (promise.job_id, promise.kind) not in known
    ]
    db.session.add_all(granted)
    db.session.flush()
    return granted


def set_terms(
    site_id: int,
    terms: Mapping[GuaranteeKind, Terms],
    *,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Site:
    """Set the site's terms. What is granted already keeps its own, and cars that are here keep the better ones."""
    before = locked(Site, site_id)
    old = rules.terms_of(before) if before is not None else {}
    values = {}
    for kind, one in terms.items():
        values[f"guarantee.{kind}_days"], values[f"guarantee.{kind}_km"] = one.days, one.distance
    site = sites.set_settings(site_id, values=values, actor=actor, now=now, version=version)
    if rules.terms_of(site) != old:
        add(PastTerms(site_id=site_id, until_at=now, terms=rules.written(old)))
    return site


def take_preset(site_id: int, key: str, *, actor: Actor, now: datetime, version: int | None = None) -> Site:
    """Put a preset's terms in place."""
    preset = next((one for one in rules.PRESETS if one.key == key), None)
    if preset is None:
        raise NotFound(gettext("There are no such terms."))
    return set_terms(site_id, preset.terms, actor=actor, now=now, version=version)
