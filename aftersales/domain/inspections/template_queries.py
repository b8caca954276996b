"""Reading inspection templates for the manager's screens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from aftersales.db import db
from aftersales.domain.errors import NotFound
from aftersales.domain.folding import joined
from aftersales.domain.inspections.models import Inspection, InspectionTemplate, TemplateItem
from aftersales.domain.vehicles.models import Vehicle
from aftersales.i18n import gettext


@dataclass(frozen=True, slots=True)
class Row:
    """A template in the list: its newest published version, or the draft where there is none yet."""

    newest: InspectionTemplate
    draft_id: int | None
    points: int

    @property
    def is_in_use(self) -> bool:
        return self.newest.published_at is not None and self.newest.retired_at is None


@dataclass(frozen=True, slots=True)
class Version:
    """One version beside others: when it came into use, by whom, and how many inspections were begun from it."""

    id: int
    number: int
    published_at: datetime | None
    retired_at: datetime | None
    by: str
    inspections: int


def list_rows() -> list[Row]:
    """All templates by code, those in use first; in two queries."""
    found = db.session.scalars(
        select(InspectionTemplate).order_by(InspectionTemplate.code, InspectionTemplate.version_no)
    ).all()
    points = {
        row.template_id: row.points
        for row in db.session.execute(
            select(TemplateItem.template_id, func.count().label("points")).group_by(TemplateItem.template_id)
        )
    }
    rows = []
    for code in dict.fromkeys(template.code for template in found):
        versions = [template for template in found if template.code == code]
        draft = versions[-1] if versions[-1].is_draft else None
        published = [template for template in versions if not template.is_draft]
        newest = published[-1] if published else versions[-1]
        rows.append(Row(newest, draft.id if draft else None, points.get(newest.id, 0)))
    return sorted(rows, key=lambda row: (not row.is_in_use, row.newest.code))


def get(template_id: int) -> InspectionTemplate:
    """The version with its points. Raises :class:`NotFound`."""
    found = db.session.scalar(
        select(InspectionTemplate)
        .where(InspectionTemplate.id == template_id)
        .options(selectinload(InspectionTemplate.items))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(gettext("There is no such template."))
    return found


def get_draft(template_id: int) -> InspectionTemplate:
    """The draft with its points. Raises :class:`NotFound` for what is in use already."""
    found = get(template_id)
    if not found.is_draft:
        raise NotFound(
            gettext("This version is in use and stays as it is. Edit the template to begin the next one.")
        )
    return found


def areas_of(template: InspectionTemplate) -> list[tuple[str, list[TemplateItem]]]:
    """The areas in their order, each with its points."""
    areas: dict[str, list[TemplateItem]] = {}
    for item in template.items:
        areas.setdefault(item.area, []).append(item)
    return list(areas.items())


def list_versions(code: str) -> Sequence[Version]:
    """The versions of a template, the newest first."""
    rows = db.session.execute(
        select(InspectionTemplate, func.count(Inspection.id))
        .outerjoin(Inspection, Inspection.template_id == InspectionTemplate.id)
        .where(InspectionTemplate.code == code)
        .group_by(InspectionTemplate.id)
        .order_by(InspectionTemplate.version_no.desc())
    )
    return [
        Version(one.id, one.version_no, one.published_at, one.retired_at, one.changed_by_name, begun)
        for one, begun in rows
    ]


def find_car(plate: str) -> Vehicle | None:
    """The car with this plate or VIN, or the first whose plate begins so."""
    sign = joined(plate)
    if not sign:
        return None
    return db.session.scalar(
        select(Vehicle)
        .where(Vehicle.plate_normalised.startswith(sign, autoescape=True) | (Vehicle.vin == sign))
        .order_by(Vehicle.plate_normalised, Vehicle.id)
        .limit(1)
    )
