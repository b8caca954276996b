"""Giving work to people and bays, and the workshop's receipt of the car (DSP-1, DSP-2)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select

from aftersales.db import db, locked
from aftersales.domain import audit
from aftersales.domain.accounts.models import User
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotPermitted, Refused, expect_version
from aftersales.domain.inspections import beginning as inspections
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, Job, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order, move
from aftersales.domain.service_orders.states import IN_WORKSHOP as IN_WORKSHOP
from aftersales.domain.service_orders.states import STANDING_TASKS, OrderState
from aftersales.domain.sites.models import Site
from aftersales.domain.staffing import queries as staffing
from aftersales.domain.staffing import timetable
from aftersales.domain.staffing.calendar import Span
from aftersales.domain.staffing.models import Bay, Team
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.workshop import planning, washing
from aftersales.domain.workshop.models import HandoverItem
from aftersales.i18n import N_, gettext, label

REASSIGNABLE = IN_WORKSHOP[:-1]
OVERSEERS = frozenset({Role.MANAGER, Role.SERVICE_MANAGER, Role.TECHNICAL_DIRECTOR, Role.ADMIN})


def assign(
    order_id: int,
    *,
    site_id: int,
    bay_id: int,
    actor: Actor,
    now: datetime,
    technician_id: int | None = None,
    team_id: int | None = None,
    version: int | None = None,
    briefing: str | None = None,
    off_shift_reason: str = "",
    follows_plan: bool = True,
) -> ServiceOrder:
    """Give the order to a technician or a team and to a bay; given already, it is given anew (DSP-1).

    A technician's team goes with them, so that colleagues can lend a hand. The plan follows: what is left of the order
    is planned for them from now on, as far as that is free. ``briefing`` is what they have to know (DSP-2). Refuses a
    bay that another car stands in or that is closed, people who get no work here, who are away or not on shift without a
    reason, and orders whose work is finished.
    """
    actor.need("dispatch.assign")
    order = lock_order(order_id, site_id=site_id)
    return give(
        order, bay_id=bay_id, technician_id=technician_id, team_id=team_id, version=version, briefing=briefing,
        off_shift_reason=off_shift_reason, follows_plan=follows_plan, actor=actor, now=now,
    )  # fmt: skip


def give(
    order: ServiceOrder,
    *,
    bay_id: int,
    actor: Actor,
    now: datetime,
    technician_id: int | None = None,
    team_id: int | None = None,
    version: int | None = None,
    briefing: str | None = None,
    off_shift_reason: str = "",
    follows_plan: bool = True,
) -> ServiceOrder:
    """What :func:`assign` does, for a locked order and callers that asked their own permission."""
    expect_version(order, version)
    if order.state is not OrderState.CHECKED_IN and order.state not in REASSIGNABLE:
        raise Refused(
            gettext("This order cannot be assigned: it is in state “%(state)s”.", state=label(order.state))
        )
    _need_on_shift(order, technician_id, off_shift_reason, now)
    who = _give_to(order, technician_id, team_id)
    bay = _take_bay(order, bay_id, now)
    if briefing is not None:
        order.briefing = briefing.strip()[:500]
    if order.state is OrderState.CHECKED_IN:
        order.needs_wash = db.session.get_one(Site, order.site_id).setting("workshop.wash_first")
        move(
            order,
            "assign",
            actor=actor,
            now=now,
            reason=gettext("%(who)s, bay %(bay)s", who=who, bay=bay.name)
            + (f" ({off_shift_reason.strip()[:100]})" if off_shift_reason.strip() else ""),
        )
        if order.needs_wash and order.washed_at is None:
            washing.ask(order, now=now)
        if follows_plan:
            planning.follow(order, actor=actor, now=now)
        return order
    db.session.flush()
    timeline.note(
        order,
        EventKind.EDIT,
        N_("Assigned to %(who)s, bay %(bay)s"),
        actor=actor,
        now=now,
        who=who,
        bay=bay.name,
    )
    audit.record(
        "orders.reassign",
        order,
        actor=actor,
        now=now,
        site_id=order.site_id,
        details={
            "technician_id": technician_id, "team_id": order.team_id, "bay_id": bay_id,
            "off_shift_reason": off_shift_reason.strip()[:100],
        },
    )  # fmt: skip
    if follows_plan:
        planning.follow(order, actor=actor, now=now)
    if order.state is OrderState.ASSIGNED:
        _renew_task(order, now)
    return order


def free_bay(order_id: int, *, site_id: int, actor: Actor, now: datetime) -> ServiceOrder:
    """The car was driven out of its bay, for example while it waits for parts; another car may come in.

    Twice is harmless. Refuses while somebody is clocked on.
    """
    actor.need("jobs.clock")
    order = lock_order(order_id, site_id=site_id)
    if order.bay_id is None:
        return order
    if order.open_clockings:
        raise Refused(
            gettext("Somebody is still clocked on to this car. Clock off first, then free the bay.")
        )
    bay = db.session.get_one(Bay, order.bay_id)
    order.bay_id = None
    db.session.flush()
    timeline.note(order, EventKind.EDIT, N_("Bay %(bay)s is free again"), actor=actor, now=now, bay=bay.name)
    return order


def accept(
    order_id: int,
    *,
    site_id: int,
    acknowledged: Collection[HandoverItem],
    actor: Actor,
    now: datetime,
    differences: str = "",
) -> ServiceOrder:
    """The technician takes over car, key, order and check-in sheet, with the time (DSP-2), and begins (STEP-5).

    The mandatory inspection begins with it (TEC-2).
    ``differences`` to the check-in record stand in the timeline, so that nobody is blamed later. Who accepts a team's
    order becomes its technician. Twice is harmless. Refuses when something was not received.
    """
    actor.need("jobs.accept")
    order = lock_order(order_id, site_id=site_id)
    need_own(order, actor)
    if order.state is OrderState.IN_PROGRESS and order.technician_id == actor.user_id:
        return order
    washing.need_washed(order)
    missing = [item for item in HandoverItem if item not in acknowledged]
    if missing:
        raise Invalid(
            gettext(
                "Tick what you received. Missing: %(items)s.",
                items=", ".join(label(item) for item in missing),
            ),
            field="acknowledged",
        )
    move(order, "accept", actor=actor, now=now)
    order.workshop_received_at = now
    order.technician_id = order.technician_id or actor.user_id
    db.session.flush()
    inspections.begin(order_id, now=now)
    timeline.note(
        order,
        EventKind.NOTE,
        N_("Workshop received car, key, order and check-in sheet"),
        actor=actor,
        now=now,
    )
    if differences.strip():
        timeline.note(
            order,
            EventKind.FINDING,
            N_("The car differs from the check-in record"),
            actor=actor,
            now=now,
            tone="soon",
            reason=differences.strip()[:500],
        )
    return order


def need_own(order: ServiceOrder, actor: Actor) -> None:
    """Refuse people who have nothing to do with the order: not its technician, not of its team, on none of its jobs."""
    if not is_own(order, actor):
        raise NotPermitted(
            gettext("This order is not yours. The workshop manager can assign it to you or to your team.")
        )


def is_own(order: ServiceOrder, actor: Actor) -> bool:
    """Whether the actor works on the order or oversees all work."""
    if actor.is_system or actor.roles & OVERSEERS or actor.user_id == order.technician_id:
        return True
    if actor.user_id is None:
        return False
    if order.team_id is not None:
        technician = staffing.find_technician(actor.user_id, order.site_id)
        if technician is not None and technician.team_id == order.team_id:
            return True
        if db.session.get_one(Team, order.team_id).leader_id == actor.user_id:
            return True
    helps = select(Job.id).where(
        Job.service_order_id == order.id, Job.technician_id == actor.user_id, Job.voided_at.is_(None)
    )
    return db.session.scalar(helps.limit(1)) is not None


def need_lead(user_id: int, site_id: int, actor: Actor) -> None:
    """Refuse people who do not lead this colleague: a team leader leads the own team and those without one, managers
    lead everybody."""
    if actor.is_system or actor.roles & OVERSEERS:
        return
    technician = staffing.find_technician(user_id, site_id)
    team = db.session.get(Team, technician.team_id) if technician and technician.team_id else None
    if team is not None and team.leader_id not in (None, actor.user_id):
        raise NotPermitted(gettext("This colleague is in another team. Its leader or the manager decides."))


def _give_to(order: ServiceOrder, technician_id: int | None, team_id: int | None) -> str:
    """Set technician and team; the name of who has the order now."""
    if technician_id is None and team_id is None:
        raise Invalid(gettext("Choose a technician or a team."), field="technician_id")
    name = ""
    if technician_id is not None:
        technician = staffing.find_technician(technician_id, order.site_id)
        if technician is None or not technician.is_active:
            raise Invalid(gettext("Choose a technician of this site."), field="technician_id")
        team_id = technician.team_id if team_id is None else team_id
        name = db.session.get_one(User, technician_id).name
    if team_id is not None:
        team = staffing.get_team(team_id, order.site_id)
        if not team.is_active and technician_id is None:
            raise Invalid(gettext("Choose a team of this site."), field="team_id")
        name = name or team.name
    order.technician_id, order.team_id = technician_id, team_id
    return name


def _need_on_shift(order: ServiceOrder, technician_id: int | None, reason: str, now: datetime) -> None:
    """Jobs go to technicians on shift (DSP-2): who is away gets none; who is not on shift, only with a reason. Who is
    clocked on for the day is on shift, and where no shifts were agreed nobody knows better than the manager."""
    if technician_id is None or technician_id == order.technician_id:
        return
    person = timetable.load_from(order.site_id, now, ahead=timedelta(days=1)).person(technician_id)
    if person is None or person.is_here:
        return
    if person.calendar.is_away(Span(now, now + timedelta(minutes=1))):
        raise Refused(gettext("%(name)s is away now. Choose somebody who is on shift.", name=person.name))
    if person.has_shifts and not person.calendar.is_on_shift(now) and not reason.strip():
        raise Invalid(
            gettext(
                "%(name)s is not on shift now. Choose somebody who is, or give a reason for overtime.",
                name=person.name,
            ),
            field="off_shift_reason",
        )


def _take_bay(order: ServiceOrder, bay_id: int, now: datetime) -> Bay:
    """Put the car into the bay. The bay's row is locked first: of two cars for one bay the second finds it taken."""
    bay = locked(Bay, bay_id)
    if bay is None or bay.site_id != order.site_id or not bay.is_active:
        raise Invalid(gettext("Choose a bay of this site."), field="bay_id")
    closed = timetable.closure_of(bay_id, now)
    if closed and order.bay_id != bay_id:
        raise Refused(
            gettext("Bay %(bay)s is closed now: %(why)s. Choose another one.", bay=bay.name, why=closed)
        )
    other = find_in_bay(bay_id, except_order_id=order.id)
    if other is not None:
        plate = db.session.get_one(Vehicle, other.vehicle_id).plate
        raise Refused(
            gettext(
                "%(plate)s stands in bay %(bay)s (order %(number)s). Free the bay first, or choose another one.",
                plate=plate,
                bay=bay.name,
                number=other.number,
            )
        )
    order.bay_id = bay_id
    return bay


def find_in_bay(bay_id: int, *, except_order_id: int = 0) -> ServiceOrder | None:
    """The order whose car stands in the bay."""
    return db.session.scalar(
        select(ServiceOrder)
        .where(
            ServiceOrder.bay_id == bay_id,
            ServiceOrder.id != except_order_id,
            ServiceOrder.closed_at.is_(None),
            ServiceOrder.state.in_(IN_WORKSHOP),
        )
        .limit(1)
    )


def _renew_task(order: ServiceOrder, now: datetime) -> None:
    """The task to accept goes to whom the order was given."""
    standing = STANDING_TASKS[OrderState.ASSIGNED]
    tasks.open_task(
        standing.type,
        site_id=order.site_id,
        role=standing.role,
        person_id=order.technician_id,
        service_order_id=order.id,
        due_at=now + timedelta(minutes=standing.due_minutes),
        now=now,
    )
