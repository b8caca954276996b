"""Leaving a station of the walk-around out, with the reason, and taking that back (CHK-2)."""

from datetime import datetime

from sqlalchemy import select

from aftersales.db import add, db
from aftersales.domain import submissions
from aftersales.domain.actors import Actor
from aftersales.domain.checkins import rules
from aftersales.domain.checkins.kinds import Station
from aftersales.domain.checkins.models import StationSkip
from aftersales.domain.checkins.operations import lock_checkin
from aftersales.domain.errors import Invalid
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind
from aftersales.i18n import N_, gettext, label


def skip(
    order_id: int,
    *,
    station: Station,
    reason: str,
    client_id: str,
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
) -> StationSkip:
    """Leave a station out: it counts as dealt with until the skip is taken back. A photo of it, whenever it arrives,
    counts more. Sent twice it is one skip. Refuses without a reason."""
    order, checkin = lock_checkin(order_id, actor=actor, now=now, site_id=site_id)
    if known := db.session.scalar(select(StationSkip).where(StationSkip.client_id == client_id)):
        return known
    if not reason.strip():
        raise Invalid(gettext("Say why this photo is not taken."), field="reason")
    skipped = add(
        StationSkip(
            checkin_id=checkin.id,
            client_id=client_id,
            station=station,
            reason=reason.strip()[:200],
            skipped_at=now,
            skipped_by_name=actor.name,
        )
    )
    timeline.note(
        order,
        EventKind.EDIT,
        N_("Station skipped: %(station)s"),
        actor=actor,
        now=now,
        reason=rules.skip_words(skipped.reason),
        station=label(station),
    )
    return skipped


def unskip(
    order_id: int,
    *,
    station: Station,
    actor: Actor,
    now: datetime,
    client_id: str = "",
    site_id: int | None = None,
) -> None:
    """The photo is to be taken after all; the skip stays on record. A ``client_id`` that arrives again takes no later
    skip back."""
    order, checkin = lock_checkin(order_id, actor=actor, now=now, site_id=site_id)
    if submissions.earlier(client_id, now=now) is not None:
        return
    submissions.keep(client_id, order)
    live = db.session.scalars(
        select(StationSkip).where(
            StationSkip.checkin_id == checkin.id,
            StationSkip.station == station,
            StationSkip.voided_at.is_(None),
        )
    ).all()
    for skipped in live:
        skipped.voided_at = now
    if live:
        timeline.note(
            order,
            EventKind.EDIT,
            N_("Station not skipped any more: %(station)s"),
            actor=actor,
            now=now,
            station=label(station),
        )
    db.session.flush()
