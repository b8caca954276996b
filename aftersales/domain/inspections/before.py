"""What the last visit found at the same point: copied into an inspection when it begins, so that it stands beside
today's value also without a connection and never changes later."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.inspections import rules
from aftersales.domain.inspections.models import Inspection, InspectionItem
from aftersales.domain.service_orders.models import Job, ServiceOrder


def findings_before(order: ServiceOrder) -> dict[str, dict[str, Any]]:
    """By the point's code: order number, day, odometer, rating, values and note of the vehicle's last complete
    inspection before this visit.

    ``look_again`` is set where the point was soon or urgent and the work that was proposed for it was not done:
    declined, put off, or never asked. Points of an earlier template that no longer exist are simply not asked for.
    """
    last = db.session.execute(
        select(Inspection.id, Inspection.completed_at, ServiceOrder.number, ServiceOrder.odometer)
        .join(ServiceOrder, ServiceOrder.id == Inspection.service_order_id)
        .where(
            ServiceOrder.vehicle_id == order.vehicle_id,
            ServiceOrder.id != order.id,
            Inspection.completed_at.is_not(None),
            ServiceOrder.opened_at <= order.opened_at,
        )
        .order_by(Inspection.completed_at.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return {}
    rows = db.session.execute(
        select(
            InspectionItem.code,
            InspectionItem.rating,
            InspectionItem.values,
            InspectionItem.note,
            Job.done_at,
        )
        .outerjoin(Job, Job.id == InspectionItem.job_id)
        .where(InspectionItem.inspection_id == last.id, InspectionItem.rating.is_not(None))
    )
    return {
        row.code: _entry(row, number=last.number, at=last.completed_at, odometer=last.odometer)
        for row in rows
    }


def _entry(row: Any, *, number: str, at: datetime, odometer: int | None) -> dict[str, Any]:
    return {
        "order": number,
        "at": at.isoformat(),
        "odometer": odometer,
        "rating": row.rating.value,
        "values": row.values,
        "note": row.note,
        "look_again": row.rating in rules.FINDINGS and row.done_at is None,
    }
