"""The order's timeline: everything that happened, in one table (ORD-5)."""

from datetime import datetime
from typing import Any

from aftersales.db import db
from aftersales.domain.actors import Actor
from aftersales.domain.service_orders.models import EventKind, OrderEvent, ServiceOrder
from aftersales.domain.sites import operations as sites


def note(
    order: ServiceOrder,
    kind: EventKind,
    text: str,
    *,
    actor: Actor,
    now: datetime,
    tone: str = "",
    reason: str = "",
    from_state: str | None = None,
    to_state: str | None = None,
    **params: Any,
) -> OrderEvent:
    """Add a row to the order's timeline. ``text`` is a literal marked with :func:`aftersales.i18n.N_`, its named
    placeholders come from ``params`` (plain JSON values). The site's polling screens learn of the change."""
    event = OrderEvent(
        service_order_id=order.id,
        at=now,
        kind=kind,
        actor_id=actor.user_id,
        actor_name=actor.name,
        text=text,
        params=params,
        tone=tone,
        reason=reason,
        from_state=from_state,
        to_state=to_state,
    )
    db.session.add(event)
    sites.note_change(order.site_id)
    return event
