"""What follows from an order's jobs and lines and stands on its rows, where lists and guards read it."""

from decimal import Decimal

from sqlalchemy import case, func, select, update

from aftersales.db import db
from aftersales.domain.service_orders.models import (
    DIAGNOSIS,
    Authorisation,
    Job,
    Line,
    LineKind,
    PayType,
    ServiceOrder,
)


def refresh(order: ServiceOrder) -> None:
    """Bring the order's facts about its jobs and lines up to date: authorised work, planned minutes, summary."""
    db.session.flush()
    is_authorised = Line.authorisation == Authorisation.AUTHORISED
    is_planned = (Line.kind == LineKind.LABOUR) & (Line.authorisation != Authorisation.DECLINED)
    is_fee = is_authorised & (Line.pay_type == PayType.CUSTOMER) & (Job.canned_job_code == DIAGNOSIS)
    authorised, gross, hours, fee = db.session.execute(
        select(
            func.count(case((is_authorised, Line.id))),
            func.sum(case((is_authorised, Line.gross))),
            func.sum(case((is_planned, Line.quantity))),
            func.sum(case((is_fee, Line.gross))),
        )
        .join(Job, Job.id == Line.job_id)
        .where(Line.service_order_id == order.id, Line.voided_at.is_(None))
    ).one()
    order.authorised_lines, order.authorised_gross = authorised, gross or Decimal(0)
    order.agreed_fee = fee or Decimal(0)
    order.planned_minutes = int((hours or 0) * 60)
    jobs = db.session.execute(
        select(
            Job.id,
            Job.title,
            Job.done_at,
            Job.canned_job_code,
            Job.planned_minutes,
            func.sum(case((is_planned, Line.quantity))).label("hours"),
        )
        .outerjoin(Line, (Line.job_id == Job.id) & Line.voided_at.is_(None))
        .where(Job.service_order_id == order.id, Job.voided_at.is_(None))
        .group_by(Job.id)
        .order_by(Job.position)
    ).all()
    for job in jobs:
        planned_minutes = int((job.hours or 0) * 60)
        if planned_minutes != job.planned_minutes:
            put(job.id, planned_minutes=planned_minutes)
    order.summary = ", ".join(job.title for job in jobs)[:300]
    order.done_jobs = sum(job.done_at is not None and job.canned_job_code != DIAGNOSIS for job in jobs)
    db.session.flush()


def put(job_id: int, **fact: int) -> None:
    """Write a fact to the job's row. It follows from lines or clocks and nobody edits it, so the job keeps its version."""
    db.session.execute(
        update(Job).where(Job.id == job_id).values(**fact).execution_options(synchronize_session=False)
    )
