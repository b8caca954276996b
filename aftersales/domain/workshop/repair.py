"""Beginning the repair of what is authorised: at check-in by the signed order, later by an answered quotation."""

from datetime import datetime

from aftersales.domain.actors import Actor
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.operations import lock_order, move
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.workshop.dispatch import need_own

STARTED = (OrderState.REPAIRING, OrderState.AWAITING_PARTS)


def start(order_id: int, *, site_id: int, actor: Actor, now: datetime) -> ServiceOrder:
    """Begin with what was authorised at check-in, which needs no second approval (CHK-13); while parts are missing the
    order waits for them (STEP-12). Twice is harmless. Refuses what the move's guards refuse, and strangers."""
    actor.need("repair.start")
    order = lock_order(order_id, site_id=site_id)
    if not actor.may("orders.edit"):
        need_own(order, actor)
    if order.state in STARTED:
        return order
    return move(order, "start_repair", actor=actor, now=now)
