"""Opening and closing tasks. Both are safe to repeat."""

from datetime import datetime

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.sites import operations as sites
from aftersales.domain.tasks.models import Task, TaskType


def open_task(
    type_: TaskType,
    *,
    site_id: int,
    due_at: datetime,
    now: datetime,
    role: Role | None = None,
    person_id: int | None = None,
    service_order_id: int | None = None,
    subject_id: int | None = None,
    note: str = "",
    apart: str = "",
) -> Task:
    """Open a task for a role or a person; an open one of the same type and subject is kept and given the new due time.
    ``apart`` tells tasks of one subject apart that several roles have at a time."""
    key = f"{service_order_id or '-'}:{subject_id or '-'}" + (f":{apart}" if apart else "")
    task = db.session.scalar(
        select(Task)
        .where(Task.type == type_, Task.subject_key == key, Task.closed_at.is_(None))
        .with_for_update()
    )
    if task is None:
        task = Task(
            site_id=site_id,
            type=type_,
            service_order_id=service_order_id,
            subject_id=subject_id,
            subject_key=key,
            opened_at=now,
        )
        db.session.add(task)
    task.role, task.person_id, task.due_at, task.note = role, person_id, due_at, note
    db.session.flush()
    sites.note_change(site_id)
    return task


def close_tasks(
    *types: TaskType,
    actor: Actor,
    now: datetime,
    service_order_id: int | None = None,
    subject_id: int | None = None,
) -> int:
    """Close the open tasks of these types (all types when none is named) on the order or subject. Returns how many."""
    query = select(Task).where(Task.closed_at.is_(None))
    if types:
        query = query.where(Task.type.in_(types))
    if service_order_id is not None:
        query = query.where(Task.service_order_id == service_order_id)
    if subject_id is not None:
        query = query.where(Task.subject_id == subject_id)
    if service_order_id is None and subject_id is None:
        raise ValueError("Say which order or subject the tasks belong to.")
    tasks = list(db.session.scalars(query.with_for_update()))
    for task in tasks:
        task.closed_at, task.closed_by_name = now, actor.name
        sites.note_change(task.site_id)
    db.session.flush()
    return len(tasks)


def open_subjects(service_order_id: int, *types: TaskType) -> set[tuple[TaskType, int | None]]:
    """Which tasks of these types are open on the order, by type and subject."""
    rows = db.session.execute(
        select(Task.type, Task.subject_id).where(
            Task.service_order_id == service_order_id, Task.closed_at.is_(None), Task.type.in_(types)
        )
    )
    return {(row.type, row.subject_id) for row in rows}
