"""Signing in and out, people and their roles."""

import secrets
from datetime import datetime, timedelta

from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, func, select, update

from aftersales.db import add, db, one_at_a_time
from aftersales.domain import audit
from aftersales.domain.accounts import hashing, queries, tablets
from aftersales.domain.accounts.models import Membership, SignInTry, Tablet, User, UserSession
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.accounts.tokens import token_digest
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, Refused, TooManyTries
from aftersales.i18n import gettext

SESSION_LIFE = timedelta(hours=16)
MAX_TRIES = 10
TRIES_WINDOW = timedelta(minutes=15)
MIN_PASSWORD = 10

_NOBODY = hashing.HASHER.hash("nobody has this password")


def begin_try(email: str, *, address: str, now: datetime) -> int:
    """Count a try before its password is looked at; :func:`forgive` takes it back when the password was right.

    Refuses with :class:`TooManyTries` when this name or address failed too often lately, also among tries at the same
    moment: they are counted one after the other.
    """
    one_at_a_time("sign-in")
    name = email.strip().lower()[:200]
    failures = db.session.scalar(
        select(func.count())
        .select_from(SignInTry)
        .where(SignInTry.at > now - TRIES_WINDOW, (SignInTry.email == name) | (SignInTry.address == address))
    )
    if (failures or 0) >= MAX_TRIES:
        raise TooManyTries(
            gettext("Too many failed tries. Wait 15 minutes, or ask an administrator for a new password.")
        )
    return add(SignInTry(email=name, address=address, at=now)).id


def forgive(try_id: int) -> None:
    """The password of this try was right: it does not count."""
    db.session.execute(delete(SignInTry).where(SignInTry.id == try_id))


def check_password(email: str, password: str) -> User | None:
    """The user if the password is right, else None. Takes the same time whether or not the name exists."""
    user = queries.find_user_by_email(email)
    try:
        hashing.HASHER.verify(user.password_hash if user else _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    return user if user and user.disabled_at is None else None


def sign_in(
    user_id: int,
    *,
    address: str,
    device: str,
    now: datetime,
    site_id: int | None = None,
    tablet_id: int | None = None,
    by_pin: bool = False,
) -> str:
    """Open a session at ``site_id`` or the person's first site. Returns the token for the cookie.

    On a shared tablet (``tablet_id``) the session is at the tablet's site and ends when nobody works there for the
    time of the site's setting. ``by_pin``: it began with six digits and is marked as such.
    """
    sites = queries.list_site_ids(user_id)
    until = now + SESSION_LIFE
    if tablet_id is not None:
        tablet = db.session.get_one(Tablet, tablet_id)
        site_id, until = tablet.site_id, tablets.locks_at(tablet.site_id, now)
    if not sites or (site_id is not None and site_id not in sites):
        raise Refused(gettext("You have no role at any site yet. Ask an administrator to give you one."))
    token = secrets.token_urlsafe(32)
    add(
        UserSession(
            token_hash=token_digest(token),
            user_id=user_id,
            site_id=site_id or sites[0],
            device=device[:200],
            address=address,
            created_at=now,
            expires_at=until,
            tablet_id=tablet_id,
            by_pin=by_pin,
        )
    )
    return token


def sign_out(session_id: int, *, now: datetime) -> None:
    """End one session."""
    db.session.execute(update(UserSession).where(UserSession.id == session_id).values(ended_at=now))


def move_to_site(session_id: int, *, user_id: int, site_id: int) -> None:
    """Work at another of the person's sites from now on."""
    if site_id not in queries.list_site_ids(user_id):
        raise Refused(gettext("You have no role at that site."))
    db.session.execute(update(UserSession).where(UserSession.id == session_id).values(site_id=site_id))


def end_sessions(user_id: int, *, now: datetime, except_session: int | None = None) -> None:
    """End all of a person's sessions, for example after a new password."""
    db.session.execute(
        update(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.id != (except_session or 0),
        )
        .values(ended_at=now)
    )


def hash_password(password: str) -> str:
    """The stored form of a password. Refuses one that is too short."""
    if len(password) < MIN_PASSWORD:
        raise Invalid(
            gettext("Choose a password of at least %(n)s characters.", n=MIN_PASSWORD), field="password"
        )
    return hashing.HASHER.hash(password)


def add_user(
    *,
    email: str,
    name: str,
    password: str,
    roles: dict[int, set[Role]],
    actor: Actor,
    now: datetime,
    initials: str = "",
) -> User:
    """A new person with roles per site id."""
    email = email.strip().lower()
    if queries.find_user_by_email(email):
        raise Invalid(gettext("Somebody already signs in with this e-mail address."), field="email")
    user = add(
        User(
            email=email,
            name=name.strip(),
            initials=initials or initials_of(name),
            password_hash=hash_password(password),
        )
    )
    set_roles(user, roles, actor=actor, now=now)
    audit.record("users.add", user, actor=actor, now=now, details={"email": email})
    return user


def initials_of(name: str) -> str:
    """The first letters of the first two words."""
    return "".join(part[0] for part in name.split()[:2]).upper()


def set_roles(user: User, roles: dict[int, set[Role]], *, actor: Actor, now: datetime) -> None:
    """Give the person exactly these roles; effective at the next request."""
    wanted = {(site_id, role) for site_id, some in roles.items() for role in some}
    for membership in list(user.memberships):
        if (membership.site_id, membership.role) in wanted:
            wanted.discard((membership.site_id, membership.role))
        else:
            db.session.delete(membership)
    for site_id, role in sorted(wanted):
        db.session.add(Membership(user_id=user.id, site_id=site_id, role=role))
    db.session.flush()
    audit.record(
        "users.roles",
        user,
        actor=actor,
        now=now,
        details={str(site): sorted(map(str, some)) for site, some in roles.items()},
    )


def set_password(
    user: User, password: str, *, actor: Actor, now: datetime, keep_session: int | None = None
) -> None:
    """A new password; all other sessions end."""
    user.password_hash = hash_password(password)
    end_sessions(user.id, now=now, except_session=keep_session)
    audit.record("users.password", user, actor=actor, now=now)


def disable(user: User, *, actor: Actor, now: datetime) -> None:
    """The person can no longer sign in and is signed out everywhere."""
    user.disabled_at = now
    end_sessions(user.id, now=now)
    audit.record("users.disable", user, actor=actor, now=now)


def set_preferences(user_id: int, *, language: str, theme: str) -> None:
    """The person's own language and theme; empty means the site's language and the light theme."""
    db.session.execute(update(User).where(User.id == user_id).values(language=language, theme=theme))
