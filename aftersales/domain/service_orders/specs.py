"""Torques and fluids of an order's jobs: copied from the canned job, entered with what was measured (QCS-1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import exists, func, select

from aftersales.db import db
from aftersales.domain.actors import Actor
from aftersales.domain.catalogue.models import CannedJob
from aftersales.domain.errors import Invalid
from aftersales.domain.service_orders.job_models import JobSpec
from aftersales.domain.service_orders.models import Authorisation, Job, Line, ServiceOrder
from aftersales.i18n import gettext

MOST = Decimal(100_000)


@dataclass(frozen=True, slots=True)
class Entered:
    """What was measured, in the unit of the specification, and why it lies outside its limits."""

    actual: Decimal | None
    remark: str = ""


def copy(canned: CannedJob, job: Job) -> None:
    """Put the canned job's torques and fluids on the job, after those that it has."""
    taken = db.session.scalar(select(func.max(JobSpec.position)).where(JobSpec.job_id == job.id)) or 0
    for position, spec in enumerate(canned.specs, taken + 1):
        db.session.add(
            JobSpec(
                service_order_id=job.service_order_id,
                job_id=job.id,
                position=position,
                kind=spec.kind,
                name=spec.name,
                unit=spec.unit,
                nominal=spec.nominal,
                low=spec.low,
                high=spec.high,
            )
        )
    db.session.flush()


def list_of_order(order_id: int) -> list[JobSpec]:
    """The torques and fluids of the order's authorised work, in the order of its jobs."""
    is_authorised = exists().where(
        Line.job_id == Job.id, Line.voided_at.is_(None), Line.authorisation == Authorisation.AUTHORISED
    )
    return list(
        db.session.scalars(
            select(JobSpec)
            .join(Job, Job.id == JobSpec.job_id)
            .where(JobSpec.service_order_id == order_id, Job.voided_at.is_(None), is_authorised)
            .order_by(Job.position, JobSpec.position)
            .execution_options(populate_existing=True)
        )
    )


def enter(
    order: ServiceOrder, entered: Mapping[int, Entered], *, actor: Actor, now: datetime
) -> list[JobSpec]:
    """Keep what was measured, as far as it is; call it under the order's lock. Returns the whole list.

    Refuses a value below 0 or beyond :data:`MOST`. A value outside its limits is kept: the checks ask why.
    """
    listed = list_of_order(order.id)
    for spec in listed:
        new = entered.get(spec.id)
        if new is None or (new.actual, new.remark.strip()) == (spec.actual, spec.remark):
            continue
        if new.actual is not None and not 0 <= new.actual < MOST:
            raise Invalid(
                gettext("“%(spec)s”: enter a value of 0 or more.", spec=spec.name), field=f"spec-{spec.id}"
            )
        spec.actual, spec.remark = new.actual, new.remark.strip()[:200]
        spec.entered_at, spec.entered_by_name = (now, actor.name) if new.actual is not None else (None, "")
    db.session.flush()
    return listed


def need_complete(listed: list[JobSpec]) -> None:
    """Refuse while a value is missing, or lies outside its limits without a word on why."""
    for spec in listed:
        if spec.actual is None:
            raise Invalid(
                gettext("“%(spec)s”: enter what you measured.", spec=spec.name), field=f"spec-{spec.id}"
            )
        if spec.light != "ok" and not spec.remark:
            raise Invalid(
                gettext(
                    "“%(spec)s” is outside its limits. Set it right, or say why it stays.", spec=spec.name
                ),
                field=f"spec-{spec.id}",
            )
