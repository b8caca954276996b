"""Inspections: checklists filled on a vehicle, and the templates that they are copied from."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftersales.db import Base, Identified, Json, UtcDateTime, Versioned, enum_type
from aftersales.domain.inspections import rules
from aftersales.domain.inspections.rules import Measure, Missing, Rating

_IN_USE = text("retired_at IS NULL")


class InspectionTemplate(Identified, Base):
    """One version of a checklist. A change makes the next version; this one stays for the inspections made from it.

    ``model_filter`` are words of which the vehicle has to carry one; the template without them is for all others.
    """

    __tablename__ = "inspection_templates"
    __table_args__ = (
        UniqueConstraint("code", "version_no"),
        Index(
            "uq_inspection_templates_in_use",
            "code",
            unique=True,
            sqlite_where=_IN_USE,
            postgresql_where=_IN_USE,
        ),
    )

    code: Mapped[str] = mapped_column(String(40))
    version_no: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    model_filter: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    items: Mapped[list["TemplateItem"]] = relationship(order_by="TemplateItem.position")


class _Point:
    """What a point of a template and its copy in an inspection both have."""

    position: Mapped[int]
    area: Mapped[str] = mapped_column(String(80))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    hint: Mapped[str] = mapped_column(String(200), default="")
    is_mandatory: Mapped[bool] = mapped_column(default=True)
    measures: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    canned_job_code: Mapped[str] = mapped_column(String(40), default="")


class TemplateItem(_Point, Identified, Base):
    """One point of a template."""

    __tablename__ = "inspection_template_items"
    __table_args__ = (UniqueConstraint("template_id", "code"),)

    template_id: Mapped[int] = mapped_column(ForeignKey("inspection_templates.id"))


class Inspection(Versioned, Base):
    """The inspection of one visit. Its points are copies, so that a later template never changes it."""

    __tablename__ = "inspections"

    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"), unique=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("inspection_templates.id"))
    template_name: Mapped[str] = mapped_column(String(120))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    completed_by_name: Mapped[str] = mapped_column(String(200), default="")
    advice: Mapped[str] = mapped_column(Text, default="")
    """What the technician advises beyond the points: cause, next steps (DIA-1)."""


class InspectionItem(_Point, Versioned, Base):
    """One point as it was found. ``values`` are the measured ones by the measure's code, as exact decimals in text."""

    __tablename__ = "inspection_items"
    __table_args__ = (UniqueConstraint("inspection_id", "code"), Index(None, "job_id"))

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspections.id"))
    rating: Mapped[Rating | None] = mapped_column(enum_type(Rating))
    values: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    note: Mapped[str] = mapped_column(Text, default="")
    rated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    rated_by_name: Mapped[str] = mapped_column(String(200), default="")
    tablet: Mapped[str] = mapped_column(String(64), default="")
    """Where the last change came from: one tablet may follow itself quickly, two may not overwrite each other."""
    swept_by: Mapped[str] = mapped_column(String(64), default="")
    """The id of "The rest is OK" that rated this point, so that it can be undone."""
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    """The proposed work that this finding became (TEC-3)."""

    photos: Mapped[list["InspectionPhoto"]] = relationship(order_by="InspectionPhoto.id")

    @property
    def measure_list(self) -> list[Measure]:
        return [Measure.from_json(data) for data in self.measures]

    @property
    def measured(self) -> dict[str, Decimal]:
        return {code: Decimal(value) for code, value in self.values.items()}

    @property
    def is_finding(self) -> bool:
        return self.rating in rules.FINDINGS

    def what_is_missing(self) -> Missing | None:
        """Why this point is not finished yet, if it is not."""
        return rules.what_is_missing(
            rating=self.rating,
            measures=self.measure_list,
            values=self.measured,
            note=self.note,
            photos=len(self.photos),
        )


class InspectionPhoto(Identified, Base):
    """A photo of an inspection point."""

    __tablename__ = "inspection_photos"
    __table_args__ = (UniqueConstraint("inspection_item_id", "attachment_id"),)

    inspection_item_id: Mapped[int] = mapped_column(ForeignKey("inspection_items.id"))
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachments.id"), index=True)
