"""Which guarantee terms an order has: what its customer was promised, not what the site happens to say today (ORD-9)."""

from datetime import datetime

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.guarantees import rules
from aftersales.domain.guarantees.models import GuaranteeKind, PastTerms
from aftersales.domain.guarantees.rules import Terms
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites.models import Site


def terms_of_order(order: ServiceOrder, site: Site) -> dict[GuaranteeKind, Terms]:
    """The best of the terms that were in force while the car was here, from its arrival to its hand-over: no paper that
    the customer signed in that time promised more, whenever it was signed. One query."""
    since = order.arrived_at or order.opened_at
    rows = db.session.scalars(
        select(PastTerms)
        .where(PastTerms.site_id == site.id, PastTerms.until_at > since)
        .order_by(PastTerms.until_at, PastTerms.id)
    )
    found: list[dict[GuaranteeKind, Terms]] = []
    begin: datetime = since
    for past in rows:
        if order.closed_at is None or begin <= order.closed_at:
            found.append(rules.read(past.terms))
        begin = past.until_at
    if not found or order.closed_at is None or begin <= order.closed_at:
        found.append(rules.terms_of(site))
    return rules.best(found)
