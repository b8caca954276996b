"""What the steps of the check-in share: the order with its check-in, and who writes."""

from typing import Any

from aftersales import clock
from aftersales.domain.checkins import queries
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.web import session


def get(order_id: int) -> tuple[ServiceOrder, CheckIn | None]:
    """The order of the person's site and its check-in. Raises ``NotFound`` for another site's."""
    order = orders.get_order(order_id, site_id=session.person().site_id)
    return order, queries.find_checkin(order_id)


def by() -> dict[str, Any]:
    """Who writes, when and at which site, as every operation of the check-in takes it."""
    return {"actor": session.actor(), "now": clock.now(), "site_id": session.person().site_id}


def version_of(form: Any) -> int | None:
    """The version of the check-in that the form's page was made from."""
    return int(form.version.data) if (form.version.data or "").isdecimal() else None
