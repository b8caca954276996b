"""What happens to a service order as a whole: opened, moved, promised, put on hold. Jobs and lines are in :mod:`.work`."""

from datetime import datetime, timedelta

from aftersales.clock import local
from aftersales.db import add, db, locked
from aftersales.domain import audit, numbering
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused, expect_version
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.parts import requisitions
from aftersales.domain.planning import bookings
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, HoldReason, Priority, ServiceOrder
from aftersales.domain.service_orders.states import (
    CLOSED,
    DONE,
    IN_WORKSHOP,
    MOVES,
    STANDING_TASKS,
    OrderState,
    StandingTask,
)
from aftersales.domain.sites import queries as sites
from aftersales.domain.sites.models import Site
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.i18n import N_, gettext, label


def lock_order(order_id: int, *, site_id: int | None = None) -> ServiceOrder:
    """The order, locked and fresh. Raises :class:`NotFound`, also for an order of another site."""
    order = locked(ServiceOrder, order_id)
    if order is None or (site_id is not None and order.site_id != site_id):
        raise NotFound(gettext("There is no such order at this site."))
    return order


def open_order(
    *,
    site_id: int,
    vehicle_id: int,
    customer_id: int,
    actor: Actor,
    now: datetime,
    planned_at: datetime | None = None,
    promised_at: datetime | None = None,
    is_booking: bool = False,
    comeback_of_id: int | None = None,
    continues_id: int | None = None,
) -> ServiceOrder:
    """Open a service order for this visit: ``booked`` for an appointment, ``arrived`` for a car that is here (ORD-1).

    The number runs per site and year of the site's zone.
    """
    site = sites.get_site(site_id)
    year = local(now, site.timezone).year
    order = ServiceOrder(
        site_id=site_id,
        number=f"{year % 100:02d}-{numbering.next_number(site_id, 'service_order', year):04d}",
        vehicle_id=vehicle_id,
        customer_id=customer_id,
        advisor_id=actor.user_id if actor.roles & {Role.ADVISOR, Role.RECEPTION_SUPERVISOR} else None,
        planned_at=planned_at,
        promised_at=promised_at,
        first_promised_at=promised_at,
        opened_at=now,
        needs_leader_check=site.has_teams,
        comeback_of_id=comeback_of_id,
        continues_id=continues_id,
    )
    return move(order, "book" if is_booking else "arrive", actor=actor, now=now)


def move(order: ServiceOrder, name: str, *, actor: Actor, now: datetime, reason: str = "") -> ServiceOrder:
    """Make the named move: the only place that sets an order's state (ORD-2).

    Checks who, from where and every guard; leaves a timeline row, an audit entry and the tasks of the new state.
    Refuses with the sentence of the first guard that does not hold, and changes nothing then.
    """
    step = MOVES[name]
    actor.need(step.verb)
    before: OrderState | None = order.state
    if before not in step.sources:
        state = label(before) if before else gettext("new")
        raise Refused(gettext("This cannot be done now: the order is in state “%(state)s”.", state=state))
    if step.needs_reason and not reason.strip():
        raise Invalid(gettext("Give a reason."), field="reason")
    for guard in step.guards:
        if not guard.holds(order, actor):
            raise Refused(guard.sentence)
    after = step.target_for(order, actor)
    for fact in step.clears:
        setattr(order, fact, None)
    order.state, order.state_since = after, now
    if after is OrderState.ARRIVED:
        order.arrived_at = now
    elif after is OrderState.READY_FOR_PICKUP:
        order.ready_at = now
    if after in CLOSED:
        order.closed_at, order.hold_reason, order.hold_note = now, None, ""
        requisitions.drop_order(order.id, order.site_id, actor=actor, now=now)
    if before in IN_WORKSHOP and after not in IN_WORKSHOP:
        # Another car may take the bay from now on; one that is reopened is given a bay anew.
        order.bay_id = None
    if before is not None and (after in CLOSED or after in DONE):
        bookings.drop_order(order.id, reason=label(after), actor=actor, now=now)
    if before is None:
        add(order)
    else:
        db.session.flush()
    timeline.note(
        order,
        EventKind.STATE,
        N_("%(state)s"),
        actor=actor,
        now=now,
        reason=reason.strip(),
        from_state=before,
        to_state=after,
    )
    audit.record(
        f"orders.{name}",
        order,
        actor=actor,
        now=now,
        site_id=order.site_id,
        details={"from": before, "to": after, "reason": reason.strip()},
    )
    _change_tasks(order, before, after, actor=actor, now=now)
    return order


def _change_tasks(
    order: ServiceOrder, before: OrderState | None, after: OrderState, *, actor: Actor, now: datetime
) -> None:
    if after in CLOSED:
        tasks.close_tasks(actor=actor, now=now, service_order_id=order.id)
    elif before in STANDING_TASKS:
        tasks.close_tasks(STANDING_TASKS[before].type, actor=actor, now=now, service_order_id=order.id)
    elif before is OrderState.IN_PROGRESS:
        tasks.close_tasks(TaskType.START_REPAIR, actor=actor, now=now, service_order_id=order.id)
    if standing := STANDING_TASKS.get(after):
        _open_standing(order, standing, now)


def _open_standing(order: ServiceOrder, standing: StandingTask, now: datetime) -> None:
    site = db.session.get_one(Site, order.site_id)
    minutes = site.setting(standing.due_setting) if standing.due_setting else standing.due_minutes
    tasks.open_task(
        standing.type,
        site_id=order.site_id,
        role=standing.role,
        person_id=getattr(order, standing.person) if standing.person else None,
        service_order_id=order.id,
        due_at=now + timedelta(minutes=minutes),
        now=now,
    )


def promise(
    order_id: int,
    *,
    promised_at: datetime,
    reason: str,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> ServiceOrder:
    """Set or change the promised time (ORD-3). A change needs a reason, and once the check-in is signed the customer is
    told at once, with the reason."""
    actor.need("orders.promise")
    order = _lock_open(order_id)
    expect_version(order, version)
    before, reason = order.promised_at, reason.strip()
    if promised_at <= now:
        raise Invalid(gettext("The promised time has to be in the future."), field="promised_at")
    if promised_at == before:
        return order
    if before and not reason:
        raise Invalid(gettext("Give a reason for the new promised time."), field="reason")
    order.first_promised_at = order.first_promised_at or promised_at
    order.promised_at = promised_at
    event = timeline.note(
        order,
        EventKind.EDIT,
        N_("Promised time set to %(promised_at)s"),
        actor=actor,
        now=now,
        reason=reason,
        promised_at=promised_at.isoformat(),
    )
    audit.record(
        "orders.promise",
        order,
        actor=actor,
        now=now,
        site_id=order.site_id,
        details={
            "from": before.isoformat() if before else None,
            "to": promised_at.isoformat(),
            "reason": reason,
        },
    )
    db.session.flush()
    if before and order.checkin_signed_at:
        messaging.queue(
            "promise_changed",
            order=order,
            dedupe_key=str(event.id),
            now=now,
            reason=reason,
            is_later=promised_at > before,
        )
    return order


def prioritise(
    order_id: int, priority: Priority, *, site_id: int, actor: Actor, now: datetime
) -> ServiceOrder:
    """How much the order presses beside its promised time (DSP-1). The same again is harmless."""
    actor.need("orders.prioritise")
    order = lock_order(order_id, site_id=site_id)
    if order.is_closed:
        raise Refused(gettext("This order is closed."))
    if order.priority is priority:
        return order
    order.priority = priority
    timeline.note(
        order, EventKind.EDIT, N_("Priority: %(priority)s"), actor=actor, now=now, priority=label(priority)
    )
    db.session.flush()
    return order


def hold(
    order_id: int,
    *,
    reason: HoldReason,
    note: str,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> ServiceOrder:
    """Put the order on hold. A flag, never a state."""
    actor.need("orders.hold")
    order = _lock_open(order_id)
    expect_version(order, version)
    order.hold_reason, order.hold_note = reason, note.strip()
    timeline.note(
        order,
        EventKind.EDIT,
        N_("On hold: %(why)s"),
        actor=actor,
        now=now,
        tone="soon",
        why=order.hold_note or label(reason),
        hold=reason.value,
    )
    db.session.flush()
    return order


def release(order_id: int, *, actor: Actor, now: datetime) -> ServiceOrder:
    """Take the hold away; without one nothing happens."""
    actor.need("orders.hold")
    order = _lock_open(order_id)
    if order.hold_reason is not None:
        order.hold_reason, order.hold_note = None, ""
        timeline.note(order, EventKind.EDIT, N_("No longer on hold"), actor=actor, now=now, hold="")
        db.session.flush()
    return order


def _lock_open(order_id: int) -> ServiceOrder:
    order = lock_order(order_id)
    if order.is_closed:
        raise Refused(gettext("This order is closed."))
    return order
