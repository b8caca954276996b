"""What an administrator does with people: roles per site, a new password, letting nobody in, letting them in again.

An administrator rules over the sites where they have that role, and over nobody's roles elsewhere.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from aftersales.db import db
from aftersales.domain import audit
from aftersales.domain.accounts import operations, pins
from aftersales.domain.accounts.models import Membership, User
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused, expect_version
from aftersales.domain.sites.models import Site
from aftersales.i18n import gettext

Roles = Mapping[int, set[Role]]


def list_administered(user_id: int) -> list[Site]:
    """The sites that the person administers, by name."""
    return list(
        db.session.scalars(
            select(Site)
            .join(Membership, Membership.site_id == Site.id)
            .where(Membership.user_id == user_id, Membership.role == Role.ADMIN)
            .order_by(Site.name)
        )
    )


def list_people(site_ids: Collection[int]) -> list[User]:
    """Everybody with a role at one of these sites, by name, with their roles; the disabled ones last."""
    return list(
        db.session.scalars(
            select(User)
            .where(User.id.in_(select(Membership.user_id).where(Membership.site_id.in_(site_ids))))
            .options(selectinload(User.memberships))
            .order_by(User.disabled_at.is_not(None), User.name)
        )
    )


def get_person(user_id: int, site_ids: Collection[int]) -> User:
    """The person, if they have a role at one of these sites. Raises :class:`NotFound`."""
    found = db.session.scalar(
        select(User)
        .where(
            User.id == user_id,
            select(Membership.id)
            .where(Membership.user_id == User.id, Membership.site_id.in_(site_ids))
            .exists(),
        )
        .options(selectinload(User.memberships))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(gettext("There is no such person at your sites."))
    return found


def add_person(*, name: str, email: str, password: str, roles: Roles, actor: Actor, now: datetime) -> User:
    """A new person. Refuses roles at sites that the actor does not administer, and a person without any role."""
    allowed = _allowed(actor)
    if not name.strip():
        raise Invalid(gettext("Enter the person's name."), field="name")
    if "@" not in email:
        raise Invalid(gettext("Enter an e-mail address such as anna@example.com."), field="email")
    return operations.add_user(
        email=email, name=name, password=password, roles=dict(_checked(roles, allowed)), actor=actor, now=now
    )


def edit_person(
    user_id: int, *, name: str, roles: Roles, actor: Actor, now: datetime, version: int | None = None
) -> User:
    """Another name or other roles at the administered sites; effective at the person's next request.

    Refuses to take the last administrator from a site.
    """
    allowed = _allowed(actor)
    person = get_person(user_id, allowed)
    expect_version(person, version)
    if not name.strip():
        raise Invalid(gettext("Enter the person's name."), field="name")
    wanted = _checked(roles, allowed)
    for site_id in allowed:
        if Role.ADMIN not in wanted.get(site_id, set()):
            _keep_an_administrator(site_id, without=user_id)
    if person.name != name.strip():
        person.name, person.initials = name.strip(), operations.initials_of(name)
    elsewhere: dict[int, set[Role]] = {}
    for membership in person.memberships:
        if membership.site_id not in allowed:
            elsewhere.setdefault(membership.site_id, set()).add(membership.role)
    operations.set_roles(person, {**elsewhere, **wanted}, actor=actor, now=now)
    return person


def give_password(user_id: int, password: str, *, actor: Actor, now: datetime) -> User:
    """A new password, told to the person by the administrator; it ends all their sessions."""
    person = get_person(user_id, _allowed(actor))
    operations.set_password(person, password, actor=actor, now=now)
    return person


def disable(user_id: int, *, actor: Actor, now: datetime) -> User:
    """The person is signed out everywhere and no longer let in. Refuses oneself and a site's last administrator."""
    allowed = _allowed(actor)
    person = get_person(user_id, allowed)
    if person.id == actor.user_id:
        raise Refused(gettext("You cannot lock yourself out. Ask another administrator."))
    for site_id in {membership.site_id for membership in person.memberships if membership.role is Role.ADMIN}:
        _keep_an_administrator(site_id, without=user_id)
    if person.disabled_at is None:
        operations.disable(person, actor=actor, now=now)
    return person


def take_pin(user_id: int, *, actor: Actor, now: datetime) -> User:
    """The person's PIN signs in nowhere any more, for example because somebody saw it. Twice is once."""
    person = get_person(user_id, _allowed(actor))
    pins.remove(user_id, actor=actor, now=now)
    return person


def enable(user_id: int, *, actor: Actor, now: datetime) -> User:
    """The person may sign in again."""
    person = get_person(user_id, _allowed(actor))
    if person.disabled_at is not None:
        person.disabled_at = None
        audit.record("users.enable", person, actor=actor, now=now)
    return person


def _allowed(actor: Actor) -> set[int]:
    """The sites whose roles the actor may give."""
    actor.need("users.manage")
    if actor.user_id is None:
        return set(db.session.scalars(select(Site.id)))
    return {site.id for site in list_administered(actor.user_id)}


def _checked(roles: Roles, allowed: Collection[int]) -> dict[int, set[Role]]:
    wanted = {site_id: set(some) for site_id, some in roles.items() if some}
    if not set(wanted) <= set(allowed):
        raise Refused(gettext("You give roles only at sites that you administer."))
    if not wanted:
        raise Invalid(gettext("Choose at least one role."), field="roles")
    return wanted


def _keep_an_administrator(site_id: int, *, without: int) -> None:
    """Refuse when nobody else could administer the site. Its rows are locked, so that two who remove each other
    at once do not both succeed."""
    others = db.session.scalars(
        select(Membership.user_id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.site_id == site_id, Membership.role == Role.ADMIN, User.disabled_at.is_(None))
        .with_for_update()
    ).all()
    if without in others and set(others) == {without}:
        raise Refused(gettext("This person is the site's only administrator. Make somebody else one first."))
