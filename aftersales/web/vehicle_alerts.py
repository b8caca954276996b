"""What campaigns and the warranty law say about a vehicle, wherever it is booked or received."""

from datetime import datetime

from flask import request

from aftersales import clock
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites import queries as sites
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.warranty import operations, queries
from aftersales.domain.warranty.queries import Alerts
from aftersales.web import session


def alerts_of(vehicle: Vehicle | None, *, order_id: int | None = None) -> Alerts:
    """The alerts to show beside the vehicle; none for one that is not known yet."""
    if vehicle is None:
        return Alerts()
    site = sites.get_site(session.person().site_id)
    return queries.alerts_of(vehicle, site, now=clock.now(), order_id=order_id)


def begin_visit(order: ServiceOrder, *, now: datetime) -> None:
    """Keep on the new visit whether the vehicle is near a limit, and put the ticked campaigns' jobs on it. Call it in
    the transaction that booked or received the car."""
    operations.watch(order.id, actor=session.actor(), now=now)
    for ticked in request.form.getlist("campaign")[:20]:
        if ticked.isascii() and ticked.isdecimal() and len(ticked) < 12:
            operations.take_up(order.id, int(ticked), actor=session.actor(), now=now)
