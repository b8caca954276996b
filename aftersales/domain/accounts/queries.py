"""Reading accounts. The signed-in person is one query, since every page asks it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select

from aftersales.db import db
from aftersales.domain.accounts.models import Membership, Tablet, User, UserSession
from aftersales.domain.accounts.permissions import Role, allows
from aftersales.domain.actors import Actor
from aftersales.domain.sites import settings
from aftersales.domain.sites.models import Site


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person at the screen and the site that they work at now. Flask-Login's ``current_user``."""

    session_id: int
    token_hash: str
    user_id: int
    name: str
    initials: str
    email: str
    language: str
    theme: str
    site_id: int
    site_name: str
    currency: str
    timezone: str
    site_language: str
    prices_include_tax: bool
    has_teams: bool
    site_settings: dict[str, Any]
    roles: frozenset[Role]
    open_tasks: int = 0
    by_pin: bool = False
    tablet_id: int | None = None
    tablet_name: str = ""
    expires_at: datetime | None = None
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return str(self.user_id)

    def may(self, verb: str) -> bool:
        """Whether the person's roles at this site include ``verb``, and the way they signed in is enough for it."""
        return allows(self.roles, verb, by_pin=self.by_pin)

    def setting(self, key: str) -> Any:
        return settings.value(self.site_settings, key)

    def actor(self, *, address: str = "", device: str = "") -> Actor:
        """The person as the author of a change."""
        return Actor(
            name=self.name,
            user_id=self.user_id,
            roles=self.roles,
            address=address,
            device=device,
            by_pin=self.by_pin,
        )


def find_signed_in(
    token_hash: str,
    now: datetime,
    *,
    open_tasks: ColumnElement[int] | None = None,
    tablet_hash: str = "",
) -> SignedIn | None:
    """Who holds this session, if it is still good: not ended, not expired, person not disabled, role left at the site.
    One of a shared tablet is good only together with the token of that tablet, and until the tablet is revoked.

    ``open_tasks`` is a column correlated with :class:`UserSession` that counts what waits for the person; every page
    shows it, so it comes in the same query.
    """
    roles = (
        select(func.aggregate_strings(Membership.role, ","))
        .where(Membership.user_id == UserSession.user_id, Membership.site_id == UserSession.site_id)
        .scalar_subquery()
    )
    row = db.session.execute(
        select(
            UserSession.id,
            User.id.label("user_id"),
            User.name,
            User.initials,
            User.email,
            User.language,
            User.theme,
            Site.id.label("site_id"),
            Site.name.label("site_name"),
            Site.currency,
            Site.timezone,
            Site.language.label("site_language"),
            Site.prices_include_tax,
            Site.has_teams,
            Site.settings,
            roles.label("roles"),
            (literal(0) if open_tasks is None else open_tasks).label("open_tasks"),
            UserSession.by_pin,
            UserSession.tablet_id,
            UserSession.expires_at,
            Tablet.name.label("tablet_name"),
        )
        .join(User, User.id == UserSession.user_id)
        .join(Site, Site.id == UserSession.site_id)
        .outerjoin(Tablet, Tablet.id == UserSession.tablet_id)
        .where(
            UserSession.token_hash == token_hash,
            UserSession.ended_at.is_(None),
            UserSession.expires_at > now,
            User.disabled_at.is_(None),
            or_(
                UserSession.tablet_id.is_(None),
                and_(Tablet.revoked_at.is_(None), Tablet.token_hash == tablet_hash),
            ),
        )
    ).one_or_none()
    if row is None or not row.roles:
        return None
    return SignedIn(
        session_id=row.id,
        token_hash=token_hash,
        user_id=row.user_id,
        name=row.name,
        initials=row.initials,
        email=row.email,
        language=row.language,
        theme=row.theme,
        site_id=row.site_id,
        site_name=row.site_name,
        currency=row.currency,
        timezone=row.timezone,
        site_language=row.site_language,
        prices_include_tax=row.prices_include_tax,
        has_teams=row.has_teams,
        site_settings=row.settings or {},
        roles=frozenset(Role(role) for role in row.roles.split(",")),
        open_tasks=row.open_tasks,
        by_pin=row.by_pin,
        tablet_id=row.tablet_id,
        tablet_name=row.tablet_name or "",
        expires_at=row.expires_at,
    )


def list_people(site_id: int, *roles: Role) -> list[User]:
    """The people of a site who have one of ``roles`` (any role when none is named), by name."""
    query = (
        select(User)
        .join(Membership)
        .where(Membership.site_id == site_id, User.disabled_at.is_(None))
        .order_by(User.name)
        .distinct()
    )
    if roles:
        query = query.where(Membership.role.in_(roles))
    return list(db.session.scalars(query))


def list_site_ids(user_id: int) -> list[int]:
    """The sites where the person has any role."""
    return list(
        db.session.scalars(select(Membership.site_id).where(Membership.user_id == user_id).distinct())
    )


def roles_at(user_id: int, site_id: int) -> frozenset[Role]:
    """The person's roles at the site."""
    return frozenset(
        db.session.scalars(
            select(Membership.role).where(Membership.user_id == user_id, Membership.site_id == site_id)
        )
    )


def find_user_by_email(email: str) -> User | None:
    return db.session.scalar(select(User).where(User.email == email.strip().lower()))


def list_sites_of(user_id: int) -> list[Site]:
    """The sites where the person has any role, by name."""
    return list(
        db.session.scalars(
            select(Site)
            .where(Site.id.in_(select(Membership.site_id).where(Membership.user_id == user_id)))
            .order_by(Site.name)
        )
    )
