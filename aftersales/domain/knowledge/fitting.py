"""What the workshop knows that fits an order: by its fault codes, its car and the customer's words (TEC-6)."""

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.inspections.diagnosis_models import FaultCode
from aftersales.domain.knowledge import queries, rules
from aftersales.domain.knowledge.queries import Found
from aftersales.domain.service_orders.models import Job, ServiceOrder


def for_order(order: ServiceOrder, limit: int = 5) -> list[Found]:
    """The best of what fits; codes are those that were read out and those that stand in the concerns."""
    jobs = db.session.execute(
        select(Job.title, Job.concern, Job.explanation).where(
            Job.service_order_id == order.id, Job.voided_at.is_(None)
        )
    ).all()
    read_out = db.session.scalars(
        select(FaultCode.code).where(FaultCode.service_order_id == order.id, FaultCode.removed_at.is_(None))
    ).all()
    words = [text for job in jobs for text in (job.concern, job.title)]
    codes = [*read_out, *rules.codes_in(*words, *(job.explanation for job in jobs))]
    vehicle = f"{order.vehicle.make} {order.vehicle.model}".strip()
    return queries.find_fitting(vehicle=vehicle, codes=codes, texts=words, limit=limit)
