"""Reading comebacks: of a visit, of a first order, of a span of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased, selectinload

from aftersales.db import db
from aftersales.domain.errors import NotFound
from aftersales.domain.quality.comeback_models import Comeback, ComebackNotice
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.vehicles.models import Vehicle
from aftersales.i18n import gettext


@dataclass(frozen=True, slots=True)
class ComebackRow:
    """A comeback with both visits, as lists show it."""

    id: int
    service_order_id: int
    number: str
    state: OrderState
    first_order_id: int
    first_number: str
    title: str
    days_after: int | None
    decided_at: datetime
    plate: str
    plate_country: str
    vehicle_title: str


def came_back(within_days: int) -> ColumnElement[bool]:
    """Whether an order is a comeback that counts: it arrived within so many days after the first hand-over (QCS-2)."""
    return exists().where(
        Comeback.service_order_id == ServiceOrder.id,
        Comeback.is_comeback,
        Comeback.days_after <= within_days,
    )


def list_of_first(first_order_id: int) -> list[ComebackRow]:
    """The visits that came back because of this order; a cancelled visit is none."""
    return _rows(Comeback.first_order_id == first_order_id)


def list_of_site(
    site_id: int, *, from_at: datetime, until_at: datetime, within_days: int
) -> list[ComebackRow]:
    """The comebacks that were linked in the span and arrived within so many days after the first hand-over, newest first
    (QCS-2)."""
    return _rows(
        Comeback.site_id == site_id,
        Comeback.decided_at >= from_at,
        Comeback.decided_at < until_at,
        Comeback.days_after <= within_days,
    )


def _rows(*conditions: object) -> list[ComebackRow]:
    again, first, first_job = aliased(ServiceOrder), aliased(ServiceOrder), aliased(Job)
    rows: Any = db.session.execute(
        select(
            Comeback.id,
            again.id,
            again.number,
            again.state,
            first.id,
            first.number,
            func.coalesce(first_job.title, first.summary),
            Comeback.days_after,
            Comeback.decided_at,
            Vehicle.plate,
            Vehicle.plate_country,
            func.trim(Vehicle.make + " " + Vehicle.model),
        )
        .join(again, again.id == Comeback.service_order_id)
        .join(first, first.id == Comeback.first_order_id)
        .join(Vehicle, Vehicle.id == again.vehicle_id)
        .outerjoin(first_job, first_job.id == Comeback.first_job_id)
        .where(Comeback.is_comeback, again.state != OrderState.CANCELLED, *conditions)  # type: ignore[arg-type]
        .order_by(Comeback.decided_at.desc(), Comeback.id.desc())
    )
    return [ComebackRow(*row) for row in rows]


def list_of_order(order_id: int) -> Sequence[Comeback]:
    """The answers of a visit, with who was told."""
    return list(
        db.session.scalars(
            select(Comeback)
            .where(Comeback.service_order_id == order_id)
            .options(selectinload(Comeback.notices))
            .order_by(Comeback.id)
        )
    )


def people_of_first_work(order_id: int) -> list[ComebackNotice]:
    """Who did and who inspected the work that came back with this visit: for who gives it to somebody."""
    return list(
        db.session.scalars(
            select(ComebackNotice)
            .join(Comeback, Comeback.id == ComebackNotice.comeback_id)
            .where(Comeback.service_order_id == order_id, Comeback.is_comeback)
            .order_by(ComebackNotice.was_inspector, ComebackNotice.user_name)
        )
    )


def get_notice(notice_id: int, *, user_id: int | None) -> tuple[ComebackNotice, Comeback]:
    """The person's notice and its comeback. Raises :class:`NotFound`, also for somebody else's."""
    notice = db.session.get(ComebackNotice, notice_id)
    if notice is None or notice.user_id != user_id:
        raise NotFound(gettext("There is no such notice for you."))
    return notice, db.session.get_one(Comeback, notice.comeback_id)
