"""Shared tablets: enrolled once by somebody who may, known again by their token, revoked at once (TEC-7)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from aftersales.db import add, db, locked
from aftersales.domain import audit
from aftersales.domain.accounts.models import Membership, Pin, Tablet, User, UserSession
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.accounts.tokens import token_digest
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound
from aftersales.domain.sites import queries as sites
from aftersales.i18n import gettext

MAX_WRONG = 10
"""Wrong PINs in a row on one tablet, and of one person, before a sign-in with the password is asked for."""
GRACE = timedelta(minutes=1)
"""The browser locks the tablet to the minute and says a little late that somebody touched it."""
FLOOR = (
    Role.TECHNICIAN,
    Role.LEADER,
    Role.TECHNICAL_DIRECTOR,
    Role.QC,
    Role.MANAGER,
    Role.PARTS,
    Role.ADVISOR,
    Role.RECEPTION_SUPERVISOR,
    Role.SERVICE_MANAGER,
)
"""Whose faces a shared tablet shows, in this order: the people of the floor first."""


@dataclass(frozen=True, slots=True)
class Face:
    """Somebody whom a shared tablet offers: with a good PIN, one that is off, or none yet."""

    user_id: int
    name: str
    initials: str
    email: str
    role: Role
    has_pin: bool
    is_off: bool
    is_removed: bool
    """Somebody else took the PIN away; the person sets a new one after the password."""


def enrol(
    *,
    site_id: int,
    name: str,
    theme: str,
    session_id: int,
    actor: Actor,
    now: datetime,
    replaces: int | None = None,
) -> str:
    """Make the tablet that the actor holds a shared one of the site. Returns its token for the cookie; the actor's
    own session goes on as one of this tablet, which locks itself. ``replaces``: what the tablet was enrolled as
    before, which is revoked."""
    actor.need("tablets.manage")
    if not name.strip():
        raise Invalid(gettext("Give the tablet a name, for example Bay 3."), field="name")
    token = secrets.token_urlsafe(32)
    tablet = add(
        Tablet(
            site_id=site_id,
            name=name.strip()[:60],
            theme=theme,
            token_hash=token_digest(token),
            enrolled_at=now,
            enrolled_by_id=actor.user_id,
            enrolled_by_name=actor.name,
            last_used_at=now,
            last_used_by_name=actor.name,
        )
    )
    db.session.execute(
        update(UserSession)
        .where(UserSession.id == session_id)
        .values(tablet_id=tablet.id, expires_at=locks_at(site_id, now))
    )
    if replaces is not None and (before := locked(Tablet, replaces)) and before.revoked_at is None:
        before.revoked_at, before.revoked_by_name = now, actor.name
        audit.record(
            "tablets.revoke",
            before,
            actor=actor,
            now=now,
            site_id=before.site_id,
            details={"name": before.name},
        )
    audit.record(
        "tablets.enrol", tablet, actor=actor, now=now, site_id=site_id, details={"name": tablet.name}
    )
    return token


def revoke(tablet_id: int, *, site_id: int, actor: Actor, now: datetime) -> Tablet:
    """The tablet takes no PIN any more and who works there is signed out, both at the next request. Twice is once."""
    actor.need("tablets.manage")
    tablet = locked(Tablet, tablet_id)
    if tablet is None or tablet.site_id != site_id:
        raise NotFound(gettext("There is no such tablet at this site."))
    if tablet.revoked_at is None:
        tablet.revoked_at, tablet.revoked_by_name = now, actor.name
        audit.record(
            "tablets.revoke", tablet, actor=actor, now=now, site_id=site_id, details={"name": tablet.name}
        )
    return tablet


def find(token: str) -> Tablet | None:
    """The tablet that shows this token, unless it was revoked."""
    if not token:
        return None
    return db.session.scalar(
        select(Tablet).where(Tablet.token_hash == token_digest(token), Tablet.revoked_at.is_(None))
    )


def list_of_site(site_id: int) -> list[Tablet]:
    """The site's tablets, those in use first, each by name."""
    return list(
        db.session.scalars(
            select(Tablet)
            .where(Tablet.site_id == site_id)
            .order_by(Tablet.revoked_at.is_not(None), Tablet.name, Tablet.id)
        )
    )


def list_faces(site_id: int) -> list[Face]:
    """The people of the site's floor, by the first of :data:`FLOOR` that they have, then by name."""
    rows = db.session.execute(
        select(
            User.id, User.name, User.initials, User.email, Membership.role, Pin.wrong_tries, Pin.removed_at
        )
        .join(Membership, Membership.user_id == User.id)
        .outerjoin(Pin, Pin.user_id == User.id)
        .where(Membership.site_id == site_id, Membership.role.in_(FLOOR), User.disabled_at.is_(None))
    ).all()
    found: dict[int, Face] = {}
    for row in sorted(rows, key=lambda row: FLOOR.index(row.role)):
        tries = row.wrong_tries
        found.setdefault(
            row.id,
            Face(
                user_id=row.id,
                name=row.name,
                initials=row.initials,
                email=row.email,
                role=row.role,
                has_pin=tries is not None and row.removed_at is None,
                is_off=tries is not None and tries >= MAX_WRONG,
                is_removed=row.removed_at is not None,
            ),
        )
    return sorted(found.values(), key=lambda face: (FLOOR.index(face.role), face.name))


def locks_at(site_id: int, now: datetime) -> datetime:
    """When a session on a shared tablet of the site ends if nobody works there from now on."""
    return lock_time(sites.get_site(site_id).setting("tablet.lock_minutes"), now)


def lock_time(minutes: int, now: datetime) -> datetime:
    """The same from the site's setting: that many minutes from now, at least one, and a little for the browser."""
    return now + timedelta(minutes=max(1, minutes)) + GRACE


def keep_awake(session_id: int, *, until: datetime, now: datetime) -> None:
    """Somebody works on the tablet: its session lasts ``until`` then. One that is over stays over."""
    db.session.execute(
        update(UserSession)
        .where(
            UserSession.id == session_id,
            UserSession.tablet_id.is_not(None),
            UserSession.ended_at.is_(None),
            UserSession.expires_at > now,
        )
        .values(expires_at=until)
    )


def note_used(tablet_id: int, *, by_name: str, now: datetime) -> None:
    """Somebody signed in on the tablet, with a PIN or the password: it takes PINs (again)."""
    db.session.execute(
        update(Tablet)
        .where(Tablet.id == tablet_id)
        .values(last_used_at=now, last_used_by_name=by_name, wrong_pins=0)
    )
