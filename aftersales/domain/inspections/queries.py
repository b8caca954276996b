"""Reading inspections for screens: one sheet with all points, in two queries however many they are."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from aftersales.db import db
from aftersales.domain.errors import NotFound
from aftersales.domain.inspections.models import Inspection, InspectionClip, InspectionItem
from aftersales.domain.inspections.rules import Rating
from aftersales.domain.inspections.sheet import Area, Before, Probe, Reading, Sheet
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.i18n import gettext, worded


def find_sheet(order_id: int) -> Sheet | None:
    """The inspection of an order, if one was begun."""
    row = db.session.execute(
        select(Inspection, ServiceOrder.odometer)
        .join(ServiceOrder, ServiceOrder.id == Inspection.service_order_id)
        .where(Inspection.service_order_id == order_id)
    ).one_or_none()
    return None if row is None else _sheet(row[0], row[1])


def get_sheet(order_id: int) -> Sheet:
    """The inspection of an order. Raises :class:`NotFound` where none was begun."""
    sheet = find_sheet(order_id)
    if sheet is None:
        raise NotFound(
            gettext("No inspection was begun on this order. It begins when the technician accepts.")
        )
    return sheet


def get_order_id_of_item(item_id: int, *, site_id: int) -> int:
    """The order that a point belongs to. Raises :class:`NotFound`, also for another site's."""
    order_id = db.session.scalar(
        select(ServiceOrder.id)
        .join(Inspection, Inspection.service_order_id == ServiceOrder.id)
        .join(InspectionItem, InspectionItem.inspection_id == Inspection.id)
        .where(InspectionItem.id == item_id, ServiceOrder.site_id == site_id)
    )
    if order_id is None:
        raise NotFound(gettext("There is no such inspection point."))
    return order_id


def _sheet(inspection: Inspection, odometer: int | None) -> Sheet:
    clips = (
        select(func.count(InspectionClip.id))
        .where(InspectionClip.inspection_item_id == InspectionItem.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(InspectionItem, clips)
        .where(InspectionItem.inspection_id == inspection.id)
        .options(selectinload(InspectionItem.photos))
        .order_by(InspectionItem.position)
    ).all()
    by_area: dict[str, list[tuple[InspectionItem, int]]] = {}
    for item, count in rows:
        by_area.setdefault(item.area, []).append((item, count))
    return Sheet(
        id=inspection.id,
        version=inspection.version,
        order_id=inspection.service_order_id,
        template_name=worded(inspection.template_name, inspection.template_words),
        template_version=inspection.template_version,
        begun_at=inspection.begun_at,
        completed_at=inspection.completed_at,
        completed_by_name=inspection.completed_by_name,
        fault=inspection.fault,
        cause=inspection.cause,
        advice=inspection.advice,
        areas=tuple(
            Area(
                key=key,
                name=own[0][0].shown("area"),
                slug=str(number),
                probes=tuple(_probe(item, odometer, clips=count) for item, count in own),
            )
            for number, (key, own) in enumerate(by_area.items(), 1)
        ),
    )


def _probe(item: InspectionItem, odometer: int | None, *, clips: int) -> Probe:
    values, before = item.measured, _before(item)
    earlier = item.previous.get("values", {})
    return Probe(
        id=item.id,
        version=item.version,
        code=item.code,
        area=item.area,
        number=item.position,
        name=item.shown("name"),
        hint=item.shown("hint"),
        kind=item.kind,
        is_mandatory=item.is_mandatory,
        needs_photo=item.needs_photo,
        rating=item.rating,
        note=item.note,
        before=before,
        readings=tuple(
            Reading(
                measure,
                values.get(measure.code),
                Decimal(earlier[measure.code]) if measure.code in earlier else None,
                odometer,
                before.odometer if before else None,
            )
            for measure in item.measure_list
        ),
        photo_ids=tuple(photo.attachment_id for photo in item.photos),
        clips=clips,
        missing=item.what_is_missing(),
        job_id=item.job_id,
        canned_job_code=item.canned_job_code,
        rated_by_name=item.rated_by_name,
    )


def _before(item: InspectionItem) -> Before | None:
    data = item.previous
    if not data:
        return None
    return Before(
        order_number=data["order"],
        at=datetime.fromisoformat(data["at"]),
        odometer=data["odometer"],
        rating=Rating(data["rating"]),
        note=data["note"],
        look_again=data["look_again"],
    )
