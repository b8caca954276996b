"""Calling a technical specialist to reception or the pre-check bay (DIA-9)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from aftersales.db import add, db
from aftersales.domain.accounts.models import Membership
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.errors import NotFound, Refused
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.workshop.call_models import CallPlace, SpecialistCall
from aftersales.i18n import N_, gettext, label

DUE = timedelta(minutes=5)
_WHO_COMES = (Role.TECHNICAL_DIRECTOR, Role.LEADER, Role.TECHNICIAN)
"""Whose task it is: the first of these roles that somebody at the site has."""


def call(order_id: int, place: CallPlace, *, site_id: int, actor: Actor, now: datetime) -> SpecialistCall:
    """Ask a specialist to come: a task with the place, due at once. While one waits for this car and place it stays the
    one call."""
    actor.need("specialists.call")
    order = lock_order(order_id, site_id=site_id)
    if order.is_closed:
        raise Refused(gettext("This order is closed."))
    waiting = db.session.scalar(
        select(SpecialistCall).where(
            SpecialistCall.service_order_id == order_id,
            SpecialistCall.place == place,
            SpecialistCall.acknowledged_at.is_(None),
            SpecialistCall.withdrawn_at.is_(None),
        )
    )
    if waiting is not None:
        return waiting
    made = add(
        SpecialistCall(
            site_id=site_id,
            service_order_id=order_id,
            place=place,
            called_at=now,
            called_by_id=actor.user_id,
            called_by_name=actor.name,
        )
    )
    tasks.open_task(
        TaskType.COME_AS_SPECIALIST,
        site_id=site_id,
        role=_role_at(site_id),
        service_order_id=order_id,
        subject_id=made.id,
        due_at=now + DUE,
        now=now,
        note=f"{label(place)}: {actor.name}",
    )
    timeline.note(
        order, EventKind.NOTE, N_("Specialist called: %(place)s"), actor=actor, now=now, place=label(place)
    )
    return made


def acknowledge(call_id: int, *, site_id: int, actor: Actor, now: datetime) -> SpecialistCall:
    """The specialist comes; the caller sees who and since when. The first who says so; twice is harmless."""
    actor.need("specialists.come")
    found = get(call_id, site_id=site_id)
    order = lock_order(found.service_order_id, site_id=site_id)
    db.session.refresh(found)
    if found.withdrawn_at is not None:
        raise Refused(gettext("The call was taken back. Nobody waits any more."))
    if found.acknowledged_at is not None:
        if found.acknowledged_by_id != actor.user_id:
            raise Refused(gettext("%(name)s comes already.", name=found.acknowledged_by_name))
        return found
    found.acknowledged_at, found.acknowledged_by_id = now, actor.user_id
    found.acknowledged_by_name = actor.name
    db.session.flush()
    tasks.close_tasks(
        TaskType.COME_AS_SPECIALIST, service_order_id=order.id, subject_id=found.id, actor=actor, now=now
    )
    timeline.note(
        order,
        EventKind.NOTE,
        N_("Specialist comes: %(place)s"),
        actor=actor,
        now=now,
        place=label(found.place),
    )
    return found


def withdraw(call_id: int, *, site_id: int, actor: Actor, now: datetime) -> SpecialistCall:
    """The specialist is not needed any more. Twice is harmless."""
    actor.need("specialists.call")
    found = get(call_id, site_id=site_id)
    lock_order(found.service_order_id, site_id=site_id)
    db.session.refresh(found)
    if found.withdrawn_at is None and found.acknowledged_at is None:
        found.withdrawn_at = now
        db.session.flush()
        tasks.close_tasks(
            TaskType.COME_AS_SPECIALIST, service_order_id=found.service_order_id, subject_id=found.id,
            actor=actor, now=now,
        )  # fmt: skip
    return found


def get(call_id: int, *, site_id: int) -> SpecialistCall:
    """The call, if it is the site's. Raises :class:`NotFound`."""
    found = db.session.get(SpecialistCall, call_id)
    if found is None or found.site_id != site_id:
        raise NotFound(gettext("There is no such call."))
    return found


def list_of_order(order_id: int) -> Sequence[SpecialistCall]:
    """The calls for a car that were not taken back, the newest first."""
    return db.session.scalars(
        select(SpecialistCall)
        .where(SpecialistCall.service_order_id == order_id, SpecialistCall.withdrawn_at.is_(None))
        .order_by(SpecialistCall.id.desc())
    ).all()


def _role_at(site_id: int) -> Role:
    there = set(
        db.session.scalars(
            select(Membership.role).where(Membership.site_id == site_id, Membership.role.in_(_WHO_COMES))
        )
    )
    return next((role for role in _WHO_COMES if role in there), Role.MANAGER)
