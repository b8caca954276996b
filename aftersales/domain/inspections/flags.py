"""What the team leader should look at: areas closed faster than a person can look, and photos used before (TEC-2).

A flag accuses nobody: it is told to the team leader, who looks and acknowledges it with a note.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from aftersales.db import add, db
from aftersales.domain import audit
from aftersales.domain.accounts import queries as accounts
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.errors import Invalid, NotFound
from aftersales.domain.inspections.models import (
    FlagKind,
    Inspection,
    InspectionFlag,
    InspectionItem,
    InspectionPhoto,
)
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.sites.models import Site
from aftersales.domain.staffing.models import Team, Technician
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.i18n import gettext

VERB = "inspections.acknowledge_flags"
DUE = timedelta(hours=2)


def notice_pace(
    inspection: Inspection, order: ServiceOrder, area: str, *, actor: Actor, now: datetime
) -> InspectionFlag | None:
    """Flag the area when it has just been closed faster than the site's seconds per point.

    The time counts from the last act elsewhere in the inspection before the first in this area (or from its begin)
    to now: what a person can at most have spent on it. 0 seconds per point switch the flag off.
    """
    rows = db.session.execute(
        select(InspectionItem.area, InspectionItem.rated_at, InspectionItem.rating).where(
            InspectionItem.inspection_id == inspection.id
        )
    ).all()
    own = [row for row in rows if row.area == area]
    if any(row.rating is None for row in own):
        return None
    first = min((row.rated_at for row in own if row.rated_at), default=now)
    elsewhere = (row.rated_at for row in rows if row.area != area and row.rated_at and row.rated_at <= first)
    since = max(elsewhere, default=inspection.begun_at)
    per_point = int(db.session.get_one(Site, order.site_id).setting("inspection.seconds_per_point"))
    spent = max(0, int((now - since).total_seconds()))
    if spent >= per_point * len(own):
        return None
    return _raise(
        inspection, order, FlagKind.TOO_FAST, area,
        {"area": area, "points": len(own), "seconds": spent, "least": per_point * len(own)},
        actor=actor, now=now,
    )  # fmt: skip


def withdraw_pace(inspection: Inspection, areas: set[str], *, actor: Actor, now: datetime) -> None:
    """Take back the flags of areas whose "The rest is OK" was undone, as far as nobody has acknowledged them."""
    for flag in db.session.scalars(
        select(InspectionFlag).where(
            InspectionFlag.inspection_id == inspection.id,
            InspectionFlag.kind == FlagKind.TOO_FAST,
            InspectionFlag.subject.in_(areas),
            InspectionFlag.acknowledged_at.is_(None),
        )
    ):
        db.session.delete(flag)
    db.session.flush()
    _close_if_none_left(inspection, actor=actor, now=now)


def notice_photo(
    inspection: Inspection,
    order: ServiceOrder,
    item: InspectionItem,
    photo: Attachment,
    *,
    actor: Actor,
    now: datetime,
) -> InspectionFlag | None:
    """Flag a photo whose bytes stood on record before: at another point, or on another visit."""
    earlier = db.session.execute(
        select(Attachment.id, Attachment.taken_at, ServiceOrder.number, InspectionItem.name)
        .outerjoin(ServiceOrder, ServiceOrder.id == Attachment.service_order_id)
        .outerjoin(InspectionPhoto, InspectionPhoto.attachment_id == Attachment.id)
        .outerjoin(InspectionItem, InspectionItem.id == InspectionPhoto.inspection_item_id)
        .where(
            Attachment.sha256 == photo.sha256, Attachment.site_id == order.site_id, Attachment.id < photo.id
        )
        .order_by(Attachment.id)
        .limit(1)
    ).one_or_none()
    if earlier is None:
        return None
    return _raise(
        inspection, order, FlagKind.REUSED_PHOTO, str(photo.id),
        {"photo": photo.id, "point": item.name, "earlier_photo": earlier.id, "order": earlier.number or "",
         "earlier_point": earlier.name or "", "earlier_at": earlier.taken_at.isoformat()},
        actor=actor, now=now,
    )  # fmt: skip


def acknowledge(flag_id: int, *, note: str, site_id: int, actor: Actor, now: datetime) -> InspectionFlag:
    """The team leader has looked at it and says what came of it; with the last one the task is done. Twice is
    harmless."""
    actor.need(VERB)
    flag, inspection = _get(flag_id, site_id=site_id)
    lock_order(inspection.service_order_id, site_id=site_id)
    db.session.refresh(flag)
    if flag.acknowledged_at is not None:
        return flag
    if not note.strip():
        raise Invalid(gettext("Say in a few words what you found."), field="note")
    flag.acknowledged_at, flag.acknowledged_by_name, flag.note = now, actor.name, note.strip()
    db.session.flush()
    audit.record(
        "inspections.acknowledge_flag", flag, actor=actor, now=now, site_id=site_id,
        details={"kind": flag.kind, "note": flag.note},
    )  # fmt: skip
    _close_if_none_left(inspection, actor=actor, now=now)
    return flag


def list_of(inspection_id: int) -> Sequence[InspectionFlag]:
    """The inspection's flags, those that wait first."""
    return db.session.scalars(
        select(InspectionFlag)
        .where(InspectionFlag.inspection_id == inspection_id)
        .order_by(InspectionFlag.acknowledged_at.is_not(None), InspectionFlag.id)
    ).all()


def get_order_id(flag_id: int, *, site_id: int) -> int:
    """The order that a flag belongs to. Raises :class:`NotFound`, also for another site's."""
    return _get(flag_id, site_id=site_id)[1].service_order_id


def _raise(
    inspection: Inspection,
    order: ServiceOrder,
    kind: FlagKind,
    subject: str,
    details: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> InspectionFlag:
    known = db.session.scalar(
        select(InspectionFlag).where(
            InspectionFlag.inspection_id == inspection.id,
            InspectionFlag.kind == kind,
            InspectionFlag.subject == subject,
        )
    )
    if known is not None:
        return known
    flag = add(
        InspectionFlag(
            inspection_id=inspection.id,
            kind=kind,
            subject=subject,
            details=details,
            raised_at=now,
            about_name=actor.name,
        )
    )
    role, person_id = _leader_of(order, actor)
    tasks.open_task(
        TaskType.LOOK_AT_INSPECTION,
        site_id=order.site_id,
        role=role,
        person_id=person_id,
        service_order_id=order.id,
        due_at=now + DUE,
        now=now,
        note=f"{actor.name} · {_about(details)}",
    )
    return flag


def _about(details: dict[str, Any]) -> str:
    """What it is about, as far as it needs no language: the area and how fast, or the point with the photo."""
    return f"{details['area']}, {details['seconds']} s" if "area" in details else str(details["point"])


def _leader_of(order: ServiceOrder, actor: Actor) -> tuple[Role, int | None]:
    """The leader of the technician's team; without teams whoever is team leader at the site; else, and for a leader's
    own work, the workshop manager."""
    leader_id = db.session.scalar(
        select(Team.leader_id)
        .join(Technician, Technician.team_id == Team.id)
        .where(Technician.user_id == actor.user_id, Technician.site_id == order.site_id)
    )
    if (
        leader_id is None
        and Role.LEADER not in actor.roles
        and accounts.list_people(order.site_id, Role.LEADER)
    ):
        return Role.LEADER, None
    if leader_id is None or leader_id == actor.user_id:
        return Role.MANAGER, None
    return Role.LEADER, leader_id


def _close_if_none_left(inspection: Inspection, *, actor: Actor, now: datetime) -> None:
    is_left = db.session.scalar(
        select(InspectionFlag.id)
        .where(InspectionFlag.inspection_id == inspection.id, InspectionFlag.acknowledged_at.is_(None))
        .limit(1)
    )
    if is_left is None:
        tasks.close_tasks(
            TaskType.LOOK_AT_INSPECTION, service_order_id=inspection.service_order_id, actor=actor, now=now
        )


def _get(flag_id: int, *, site_id: int) -> tuple[InspectionFlag, Inspection]:
    row = db.session.execute(
        select(InspectionFlag, Inspection)
        .join(Inspection, Inspection.id == InspectionFlag.inspection_id)
        .join(ServiceOrder, ServiceOrder.id == Inspection.service_order_id)
        .where(InspectionFlag.id == flag_id, ServiceOrder.site_id == site_id)
    ).one_or_none()
    if row is None:
        raise NotFound(gettext("There is no such note."))
    return row[0], row[1]
