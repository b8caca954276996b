"""What diagnosis says beyond the points: the fault, its probable cause, and the advice (DIA-1, DIA-9)."""

from datetime import datetime

from aftersales.db import db, locked
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.errors import NotFound, Refused, expect_version
from aftersales.domain.inspections.models import Inspection
from aftersales.domain.service_orders.operations import lock_order
from aftersales.i18n import gettext


def conclude(
    inspection_id: int,
    *,
    fault: str,
    cause: str,
    advice: str,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Inspection:
    """Write down fault, probable cause and advice; also after the inspection is complete, until the order is closed.
    Refuses with :class:`Stale` where somebody else wrote since ``version``, unless it is the same."""
    actor.need("inspections.rate")
    known = db.session.get(Inspection, inspection_id)
    if known is None:
        raise NotFound(gettext("There is no such inspection."))
    order = lock_order(known.service_order_id)
    inspection = locked(Inspection, inspection_id)
    assert inspection is not None
    if order.is_closed:
        raise Refused(gettext("This order is closed."))
    said = {"fault": fault.strip(), "cause": cause.strip(), "advice": advice.strip()}
    changed = {name: text for name, text in said.items() if getattr(inspection, name) != text}
    if changed:
        expect_version(inspection, version)
    for name, text in changed.items():
        setattr(inspection, name, text)
    if changed:
        db.session.flush()
        audit.record(
            "inspections.conclude", inspection, actor=actor, now=now, site_id=order.site_id, details=changed
        )
    return inspection
