"""Looking again at damage of earlier visits: still there, or repaired meanwhile (CHK-4)."""

from datetime import datetime

from sqlalchemy import select, update

from aftersales.db import add, db
from aftersales.domain.actors import Actor
from aftersales.domain.checkins.models import Damage, DamageSighting
from aftersales.domain.checkins.operations import lock_checkin
from aftersales.domain.errors import NotFound
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind
from aftersales.i18n import N_, gettext, label


def look_again(
    order_id: int,
    damage_id: int,
    *,
    is_there: bool,
    client_id: str,
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
) -> DamageSighting:
    """Keep who saw the damage of an earlier visit, and whether it is still there; the newest look counts. Repaired
    damage is not known any more at the next visit. Sent twice it is one look."""
    order, checkin = lock_checkin(order_id, actor=actor, now=now, site_id=site_id)
    if known := db.session.scalar(select(DamageSighting).where(DamageSighting.client_id == client_id)):
        return known
    damage = db.session.get(Damage, damage_id, populate_existing=True)
    if (
        damage is None
        or damage.vehicle_id != order.vehicle_id
        or damage.checkin_id >= checkin.id
        or damage.voided_at
    ):
        raise NotFound(gettext("There is no such damage of an earlier visit."))
    sighting = add(
        DamageSighting(
            damage_id=damage.id,
            checkin_id=checkin.id,
            client_id=client_id,
            is_there=is_there,
            seen_at=now,
            seen_by_name=actor.name,
        )
    )
    # Past the version: the earlier order that shows this pin was signed with it.
    db.session.execute(
        update(Damage).where(Damage.id == damage.id).values(repaired_at=None if is_there else now)
    )
    db.session.refresh(damage)
    timeline.note(
        order,
        EventKind.EDIT,
        N_("Known damage still there: %(damage)s, %(zone)s")
        if is_there
        else N_("Known damage repaired: %(damage)s, %(zone)s"),
        actor=actor,
        now=now,
        damage=label(damage.kind),
        zone=label(damage.zone),
    )
    return sighting
