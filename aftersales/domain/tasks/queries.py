"""Reading tasks."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, or_, select

from aftersales.db import db
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.tasks.models import Task


def _of(site_id: int, user_id: int, roles: Collection[Role]) -> list[ColumnElement[bool]]:
    return [
        Task.site_id == site_id,
        Task.closed_at.is_(None),
        or_(Task.person_id == user_id, (Task.person_id.is_(None)) & Task.role.in_(roles)),
    ]


def count_open(site_id: int, user_id: int, roles: Collection[Role]) -> int:
    """How many open tasks wait for this person, by name or by role."""
    return db.session.scalar(select(func.count()).select_from(Task).where(*_of(site_id, user_id, roles))) or 0


def list_open(site_id: int, user_id: int, roles: Collection[Role], limit: int = 50) -> list[Task]:
    """The person's open tasks, most urgent first."""
    return list(
        db.session.scalars(select(Task).where(*_of(site_id, user_id, roles)).order_by(Task.due_at, Task.id).limit(limit))
    )
