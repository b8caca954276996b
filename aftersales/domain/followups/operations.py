"""Calling customers after the visit, and reminding them of what is due. A reminder goes out once per occasion."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from aftersales.clock import local_date
from aftersales.db import add, db, locked
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import SYSTEM, Actor
from aftersales.domain.appointments.models import Appointment
from aftersales.domain.errors import Invalid, Refused
from aftersales.domain.followups import queries, rules
from aftersales.domain.followups.models import CallReason, CustomerCall, Reminder, ReminderKind
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites import queries as sites
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.vehicles.models import Vehicle
from aftersales.i18n import N_, gettext

REASONS: dict[OrderState, CallReason] = {
    OrderState.COMPLETED: CallReason.FOLLOW_UP,
    OrderState.READY_FOR_PICKUP: CallReason.NOT_FETCHED,
}
"""What a call is about, by the state of its order."""

_TASKS = {CallReason.FOLLOW_UP: TaskType.FOLLOW_UP, CallReason.NOT_FETCHED: TaskType.CALL_NOT_FETCHED}
_ROLES = {CallReason.FOLLOW_UP: Role.CARE, CallReason.NOT_FETCHED: Role.ADVISOR}


# --- calls ---


def log_call(
    order_id: int,
    *,
    site_id: int,
    was_reached: bool,
    said: str,
    submission_id: str,
    actor: Actor,
    now: datetime,
    is_content: bool | None = None,
    promised: str = "",
    next_call_at: datetime | None = None,
) -> CustomerCall:
    """Log a call to the order's customer (FUP-2, FUP-3). Who was reached closes the task.

    Nobody reached: the task waits for the next try, in four hours unless ``next_call_at`` says when. A follow-up asks
    whether the customer is content; where not, what we promised has to be noted. With ``next_call_at`` a further call
    is planned. The same ``submission_id`` logs once.
    """
    actor.need("followups.write")
    order = lock_order(order_id, site_id=site_id)
    known = db.session.scalar(select(CustomerCall).where(CustomerCall.submission_id == submission_id))
    if known is not None:
        return known
    reason = REASONS.get(order.state)
    if reason is None:
        raise Refused(gettext("Calls are logged once the car is ready. This visit is not finished yet."))
    _check(reason, was_reached, said, is_content, promised, next_call_at, now)
    call = add(
        CustomerCall(
            site_id=site_id,
            service_order_id=order_id,
            submission_id=submission_id,
            reason=reason,
            was_reached=was_reached,
            said=said.strip(),
            promised=promised.strip()[:300],
            is_content=is_content if was_reached else None,
            next_call_at=next_call_at,
            at=now,
            by_id=actor.user_id,
            by_name=actor.name,
        )
    )
    timeline.note(
        order,
        EventKind.NOTE,
        N_("Customer called") if was_reached else N_("Customer called, not reached"),
        actor=actor,
        now=now,
        tone="soon" if call.is_content is False else "",
        reason=" · ".join(part for part in (call.said, call.promised) if part),
    )
    _plan_next(order, call, actor=actor, now=now)
    return call


def _check(
    reason: CallReason,
    was_reached: bool,
    said: str,
    is_content: bool | None,
    promised: str,
    next_call_at: datetime | None,
    now: datetime,
) -> None:
    if next_call_at is not None and next_call_at <= now:
        raise Invalid(gettext("The next call has to be in the future."), field="next_call_at")
    if not was_reached:
        return
    if not said.strip():
        raise Invalid(gettext("Note what the customer said."), field="said")
    if reason is CallReason.FOLLOW_UP and is_content is None:
        raise Invalid(gettext("Choose whether the customer is content."), field="is_content")
    if is_content is False and not promised.strip():
        raise Invalid(gettext("Note what you promised to do about it."), field="promised")


def _plan_next(order: ServiceOrder, call: CustomerCall, *, actor: Actor, now: datetime) -> None:
    task = _TASKS[call.reason]
    tasks.close_tasks(task, actor=actor, now=now, service_order_id=order.id)
    at = call.next_call_at or (None if call.was_reached else now + rules.TRY_AGAIN_AFTER)
    if at is not None:
        tasks.open_task(
            task,
            site_id=order.site_id,
            role=_ROLES[call.reason],
            person_id=order.advisor_id if call.reason is CallReason.NOT_FETCHED else None,
            service_order_id=order.id,
            due_at=at,
            now=now,
            note=call.promised or (gettext("Not reached yet") if not call.was_reached else call.said[:300]),
        )


# --- reminders ---


def sweep_reminders(now: datetime) -> list[Callable[[], bool]]:
    """What is to be reminded of now, each as a call that belongs into a transaction of its own. Finding it twice is
    harmless: who comes second writes nothing and returns False."""
    found: list[Callable[[], bool]] = []
    for site in sites.list_sites():
        found += [
            partial(remind_not_fetched, order_id, now=now) for order_id in queries.list_not_fetched(site, now)
        ]
        found += [
            partial(remind_of_service, vehicle_id, order_id, now=now)
            for vehicle_id, order_id in queries.list_service_due(site, now)
        ]
        found += [
            partial(remind_of_appointment, appointment_id, now=now)
            for appointment_id in queries.list_tomorrow(site, now)
        ]
    return found


def remind_not_fetched(order_id: int, *, now: datetime) -> bool:
    """The car has been ready for long: remind the customer, and give the advisor the task to call (DLV-3)."""
    order = lock_order(order_id)
    if order.state is not OrderState.READY_FOR_PICKUP or order.ready_at is None:
        return False
    if not _is_first(ReminderKind.NOT_FETCHED, order_id, order.ready_at.isoformat(), now):
        return False
    messaging.queue(
        "not_fetched", order=order, dedupe_key=f"order:{order_id}:{order.ready_at.isoformat()}", now=now
    )
    timeline.note(order, EventKind.MESSAGE, N_("Customer reminded to fetch the car"), actor=SYSTEM, now=now)
    tasks.open_task(
        TaskType.CALL_NOT_FETCHED,
        site_id=order.site_id,
        role=Role.ADVISOR,
        person_id=order.advisor_id,
        service_order_id=order_id,
        due_at=now,
        now=now,
    )
    return True


def remind_of_service(vehicle_id: int, order_id: int, *, now: datetime) -> bool:
    """Tell the owner, who brought the car on this order the last time, that its next service falls due."""
    order, vehicle = lock_order(order_id), locked(Vehicle, vehicle_id)
    if vehicle is None or vehicle.next_service_on is None:
        return False
    occasion = vehicle.next_service_on.isoformat()
    if not _is_first(ReminderKind.SERVICE_DUE, vehicle_id, occasion, now):
        return False
    messaging.queue("next_service_due", order=order, dedupe_key=f"vehicle:{vehicle_id}:{occasion}", now=now)
    timeline.note(
        order, EventKind.MESSAGE, N_("Customer reminded of the next service"), actor=SYSTEM, now=now
    )
    return True


def remind_of_appointment(appointment_id: int, *, now: datetime) -> bool:
    """Remind the customer of tomorrow's appointment; a moved one is another occasion."""
    appointment = db.session.get(Appointment, appointment_id)
    if appointment is None:
        return False
    order = lock_order(appointment.service_order_id)
    appointment = locked(Appointment, appointment_id)
    if appointment is None or order.state is not OrderState.BOOKED:
        return False
    occasion = local_date(appointment.starts_at, sites.get_site(order.site_id).timezone).isoformat()
    if not _is_first(ReminderKind.APPOINTMENT, order.id, occasion, now):
        return False
    messaging.queue(
        "appointment_reminder",
        order=order,
        dedupe_key=f"order:{order.id}:{occasion}",
        now=now,
        starts_at=appointment.starts_at,
    )
    timeline.note(order, EventKind.MESSAGE, N_("Customer reminded of the appointment"), actor=SYSTEM, now=now)
    return True


def _is_first(kind: ReminderKind, subject_id: int, occasion: str, now: datetime) -> bool:
    """Claim the occasion: of two sweeps at once one gets it."""
    insert: Any = postgresql_insert if db.session().get_bind().dialect.name == "postgresql" else sqlite_insert
    claimed = db.session.scalar(
        insert(Reminder)
        .values(kind=kind, subject_id=subject_id, occasion=occasion, at=now)
        .on_conflict_do_nothing()
        .returning(Reminder.id)
    )
    return claimed is not None
