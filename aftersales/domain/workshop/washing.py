"""The car is washed before the workshop takes it over, where the site wants that (DSP-2)."""

from datetime import datetime, timedelta

from aftersales.db import db
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Refused
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.i18n import N_, gettext

DUE = timedelta(minutes=20)


def ask(order: ServiceOrder, *, now: datetime) -> None:
    """A task to wash the car."""
    tasks.open_task(
        TaskType.WASH_CAR,
        site_id=order.site_id,
        role=Role.TECHNICIAN,
        person_id=order.technician_id,
        service_order_id=order.id,
        due_at=now + DUE,
        now=now,
    )


def note_washed(
    order_id: int, *, site_id: int, actor: Actor, now: datetime, skipped: str = ""
) -> ServiceOrder:
    """The car was washed, or is not washed for the reason ``skipped``. Twice is harmless."""
    actor.need("jobs.accept")
    order = lock_order(order_id, site_id=site_id)
    if not order.needs_wash or order.washed_at is not None:
        return order
    if skipped.strip():
        order.needs_wash = False
        timeline.note(
            order, EventKind.NOTE, N_("Not washed before the work"), actor=actor, now=now, reason=skipped.strip()[:200]
        )  # fmt: skip
    else:
        order.washed_at = now
        timeline.note(order, EventKind.NOTE, N_("Washed before the work"), actor=actor, now=now)
    db.session.flush()
    tasks.close_tasks(TaskType.WASH_CAR, actor=actor, now=now, service_order_id=order_id)
    return order


def need_washed(order: ServiceOrder) -> None:
    """Refuse to take over a car that is to be washed first."""
    if order.needs_wash and order.washed_at is None:
        raise Refused(
            gettext(
                "This car is to be washed first. Say that it was washed, or why it is not, then accept it."
            )
        )
