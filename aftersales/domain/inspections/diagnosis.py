"""What diagnosis says beyond the points: the fault, its probable cause, and the advice (DIA-1, DIA-9)."""

from datetime import datetime

from aftersales.db import db
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.errors import NotFound, Refused
from aftersales.domain.inspections.models import Inspection
from aftersales.domain.service_orders.operations import lock_order
from aftersales.i18n import gettext


def conclude(
    inspection_id: int, *, fault: str, cause: str, advice: str, actor: Actor, now: datetime
) -> Inspection:
    """Write down fault, probable cause and advice; also after the inspection is complete, until the order is closed."""
    actor.need("inspections.rate")
    inspection = db.session.get(Inspection, inspection_id)
    if inspection is None:
        raise NotFound(gettext("There is no such inspection."))
    order = lock_order(inspection.service_order_id)
    if order.is_closed:
        raise Refused(gettext("This order is closed."))
    said = {"fault": fault.strip(), "cause": cause.strip(), "advice": advice.strip()}
    changed = {name: text for name, text in said.items() if getattr(inspection, name) != text}
    for name, text in changed.items():
        setattr(inspection, name, text)
    if changed:
        db.session.flush()
        audit.record(
            "inspections.conclude", inspection, actor=actor, now=now, site_id=order.site_id, details=changed
        )
    return inspection
