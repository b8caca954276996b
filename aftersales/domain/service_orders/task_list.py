"""Open tasks with the car they are about, for the lists on people's first pages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from aftersales.db import db
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.tasks.models import Task, TaskType
from aftersales.domain.vehicles.models import Vehicle


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in a list; without an order the last columns are None."""

    id: int
    type: TaskType
    role: Role | None
    person_id: int | None
    service_order_id: int | None
    subject_id: int | None
    note: str
    opened_at: datetime
    due_at: datetime
    number: str | None
    state: OrderState | None
    plate: str | None
    plate_country: str | None
    make: str | None
    model: str | None

    def is_overdue(self, now: datetime) -> bool:
        return self.due_at < now


def list_open(site_id: int, user_id: int, roles: Collection[Role], limit: int = 100) -> list[TaskRow]:
    """The person's open tasks, by name or by role, most urgent first."""
    rows = db.session.execute(
        select(
            Task.id,
            Task.type,
            Task.role,
            Task.person_id,
            Task.service_order_id,
            Task.subject_id,
            Task.note,
            Task.opened_at,
            Task.due_at,
            ServiceOrder.number,
            ServiceOrder.state,
            Vehicle.plate,
            Vehicle.plate_country,
            Vehicle.make,
            Vehicle.model,
        )
        .outerjoin(ServiceOrder, ServiceOrder.id == Task.service_order_id)
        .outerjoin(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .where(
            Task.site_id == site_id,
            Task.closed_at.is_(None),
            or_(Task.person_id == user_id, Task.person_id.is_(None) & Task.role.in_(roles)),
        )
        .order_by(Task.due_at, Task.id)
        .limit(limit)
    )
    return [TaskRow(*tuple(row)) for row in rows]
