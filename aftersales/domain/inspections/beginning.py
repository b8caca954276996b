"""An inspection begins: the template that the visit gets is copied, with the vehicle's limits and the last visit's
values in place."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from aftersales.db import add, db
from aftersales.domain.actors import SYSTEM
from aftersales.domain.catalogue.kinds import PayType
from aftersales.domain.inspections import assignment, before, templates
from aftersales.domain.inspections.assignment import Candidate, Visit
from aftersales.domain.inspections.models import Inspection, InspectionItem, InspectionTemplate
from aftersales.domain.inspections.starter import Point
from aftersales.domain.service_orders import canned_jobs
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.vehicles.models import Vehicle


def begin(order_id: int, *, now: datetime) -> Inspection:
    """Begin the mandatory inspection of the order from the template that the visit gets. Twice is harmless.

    The points are copied; from now on the order's quotation waits until they are finished.
    """
    order = lock_order(order_id)
    known = db.session.scalar(select(Inspection).where(Inspection.service_order_id == order_id))
    if known is not None:
        return known
    vehicle = db.session.get_one(Vehicle, order.vehicle_id)
    visit = visit_of(order, vehicle)
    template = assignment.choose(list_in_use(with_points=True), visit) or templates.stock(
        actor=SYSTEM, now=now
    )
    inspection = add(
        Inspection(
            service_order_id=order_id,
            template_id=template.id,
            template_name=template.name,
            template_words=template.words,
            template_version=template.version_no,
            begun_at=now,
        )
    )
    found = before.findings_before(order)
    db.session.add_all(
        _copied(inspection.id, Point.of(item), item.position, visit.vehicle, found) for item in template.items
    )
    order.inspection_is_open = True
    db.session.flush()
    return inspection


def visit_of(order: ServiceOrder, vehicle: Vehicle) -> Visit:
    """What the choice of the template looks at."""
    jobs = db.session.execute(
        select(Job.canned_job_code, Job.pay_type).where(
            Job.service_order_id == order.id, Job.voided_at.is_(None)
        )
    ).all()
    return visit(
        vehicle,
        job_codes={job.canned_job_code for job in jobs if job.canned_job_code},
        pay_types={job.pay_type for job in jobs},
    )


def visit(vehicle: Vehicle, *, job_codes: Collection[str] = (), pay_types: Collection[PayType] = ()) -> Visit:
    """A visit of the vehicle with these jobs and payers, as the choice sees it."""
    return Visit(canned_jobs.words_of(vehicle), vehicle.fuel, job_codes, pay_types)


def rank_for(visit: Visit) -> list[Candidate[InspectionTemplate]]:
    """Every template in use with what speaks for and against it for this visit, the one it would get first."""
    return assignment.ranked(list_in_use(), visit)


def list_in_use(*, with_points: bool = False) -> list[InspectionTemplate]:
    query = select(InspectionTemplate).where(
        InspectionTemplate.published_at.is_not(None), InspectionTemplate.retired_at.is_(None)
    )
    return list(
        db.session.scalars(query.options(selectinload(InspectionTemplate.items)) if with_points else query)
    )


def _copied(
    inspection_id: int, point: Point, position: int, vehicle: str, found: dict[str, dict[str, object]]
) -> InspectionItem:
    measures = tuple(measure.for_vehicle(vehicle) for measure in point.measures)
    row = replace(point, measures=measures).as_item(position)
    return InspectionItem(
        inspection_id=inspection_id,
        previous=found.get(row.code, {}),
        **{
            name: getattr(row, name)
            for name in ("position", "area", "code", "name", "hint", "words", "kind", "is_mandatory", "needs_photo",
                         "measures", "canned_job_code")
        },
    )  # fmt: skip
