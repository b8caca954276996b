"""Keeping inspection templates: each change is a new version (TEC-2)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from aftersales.db import add, db
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.catalogue import rules as catalogue_rules
from aftersales.domain.errors import Invalid
from aftersales.domain.inspections import starter
from aftersales.domain.inspections.models import InspectionTemplate, TemplateItem
from aftersales.domain.inspections.starter import Point
from aftersales.i18n import gettext


def save_template(
    *, code: str, name: str, points: Sequence[Point], actor: Actor, now: datetime, model_filter: str = ""
) -> InspectionTemplate:
    """Make the next version of a template. Inspections that have begun keep the points they were begun with."""
    actor.need("templates.manage")
    if not name.strip():
        raise Invalid(gettext("Name the template."), field="name")
    if not points:
        raise Invalid(gettext("Add at least one point."), field="points")
    if len({point.code for point in points}) != len(points):
        raise Invalid(gettext("Two points have the same code."), field="points")
    for earlier in db.session.scalars(
        select(InspectionTemplate)
        .where(InspectionTemplate.code == code, InspectionTemplate.retired_at.is_(None))
        .with_for_update()
    ):
        earlier.retired_at = now
    db.session.flush()
    last = db.session.scalar(
        select(func.max(InspectionTemplate.version_no)).where(InspectionTemplate.code == code)
    )
    template = add(
        InspectionTemplate(
            code=code,
            version_no=(last or 0) + 1,
            name=name.strip(),
            model_filter=model_filter.strip(),
            created_at=now,
            items=[_item(point, position) for position, point in enumerate(points, 1)],
        )
    )
    audit.record(
        "inspections.template",
        template,
        actor=actor,
        now=now,
        details={"code": code, "version": template.version_no},
    )
    return template


def stock(*, actor: Actor, now: datetime) -> InspectionTemplate:
    """The starting inspection; made if the workshop has no template with its code yet."""
    known = db.session.scalar(
        select(InspectionTemplate).where(
            InspectionTemplate.code == starter.CODE, InspectionTemplate.retired_at.is_(None)
        )
    )
    return known or save_template(
        code=starter.CODE, name=starter.NAME, points=starter.POINTS, actor=actor, now=now
    )


def find_for(vehicle: str) -> InspectionTemplate | None:
    """The template in use whose model filter fits the vehicle's words, else the one without a filter."""
    in_use = db.session.scalars(
        select(InspectionTemplate)
        .where(InspectionTemplate.retired_at.is_(None))
        .order_by(InspectionTemplate.model_filter.desc(), InspectionTemplate.id)
    )
    return next(
        (template for template in in_use if catalogue_rules.fits_vehicle(template.model_filter, vehicle)),
        None,
    )


def _item(point: Point, position: int) -> TemplateItem:
    return TemplateItem(
        position=position,
        area=point.area,
        code=point.code,
        name=point.name,
        hint=point.hint,
        is_mandatory=point.is_mandatory,
        measures=[measure.to_json() for measure in point.measures],
        canned_job_code=point.canned_job_code,
    )
