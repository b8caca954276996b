"""Reading tasks."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, or_, select

from aftersales.db import db
from aftersales.domain.accounts.models import Membership, UserSession
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.tasks.models import Task


def _of(site_id: int, user_id: int, roles: Collection[Role]) -> list[ColumnElement[bool]]:
    return [
        Task.site_id == site_id,
        Task.closed_at.is_(None),
        or_(Task.person_id == user_id, (Task.person_id.is_(None)) & Task.role.in_(roles)),
    ]


def open_count() -> ColumnElement[int]:
    """How many open tasks wait for the person of a session, as a column beside :class:`UserSession`."""
    own_roles = (
        select(Membership.role)
        .where(Membership.user_id == UserSession.user_id, Membership.site_id == UserSession.site_id)
        .correlate(UserSession)  # else it reads the roles of everybody who is signed in
    )
    return (
        select(func.count())
        .select_from(Task)
        .where(
            Task.site_id == UserSession.site_id,
            Task.closed_at.is_(None),
            or_(Task.person_id == UserSession.user_id, Task.person_id.is_(None) & Task.role.in_(own_roles)),
        )
        .correlate(UserSession)
        .scalar_subquery()
    )


def list_open(site_id: int, user_id: int, roles: Collection[Role], limit: int = 50) -> list[Task]:
    """The person's open tasks, most urgent first."""
    return list(
        db.session.scalars(
            select(Task).where(*_of(site_id, user_id, roles)).order_by(Task.due_at, Task.id).limit(limit)
        )
    )
