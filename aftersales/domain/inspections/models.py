"""Inspections: checklists filled on a vehicle, and the templates that they are copied from."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftersales.db import Base, Identified, Json, UtcDateTime, Versioned, enum_type
from aftersales.domain.attachments.models import Recording
from aftersales.domain.inspections import assignment, rules
from aftersales.domain.inspections.rules import AnswerKind, Measure, Missing, Rating
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import worded, words_for

_IN_USE = text("retired_at IS NULL AND published_at IS NOT NULL")
_DRAFT = text("published_at IS NULL")


class InspectionTemplate(Versioned, Base):
    """One version of a checklist. People edit a draft; publishing it makes the next version, and the version before
    stays for the inspections made from it. ``version_no`` counts the published ones; ``version`` the edits of this row.

    ``model_filter``, ``job_codes``, ``pay_types`` and ``fuels`` say which visits it is for; what is empty fits all
    (see :mod:`.assignment`). ``retired_at`` is set when a later version takes its place, or when it is given up.
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
        Index(
            "uq_inspection_templates_draft",
            "code",
            unique=True,
            sqlite_where=_DRAFT,
            postgresql_where=_DRAFT,
        ),
    )

    code: Mapped[str] = mapped_column(String(40))
    version_no: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    words: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    """The name by language."""
    model_filter: Mapped[str] = mapped_column(String(200), default="")
    job_codes: Mapped[list[str]] = mapped_column(Json, default=list)
    pay_types: Mapped[list[str]] = mapped_column(Json, default=list)
    fuels: Mapped[list[str]] = mapped_column(Json, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_name: Mapped[str] = mapped_column(String(200), default="")
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    items: Mapped[list["TemplateItem"]] = relationship(
        order_by="TemplateItem.position", cascade="all, delete-orphan"
    )

    @property
    def shown_name(self) -> str:
        return worded(self.name, self.words)

    @property
    def meant_for(self) -> str:
        """Which visits it is for, in words."""
        return assignment.described(self.conditions)

    @property
    def conditions(self) -> assignment.Conditions:
        return assignment.Conditions(self.code, self.model_filter, self.job_codes, self.pay_types, self.fuels)

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


class _Point:
    """What a point of a template and its copy in an inspection both have. ``words`` are the point's name (``name``),
    hint (``hint``) and area (``area``), each by language."""

    position: Mapped[int]
    area: Mapped[str] = mapped_column(String(80))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    hint: Mapped[str] = mapped_column(String(200), default="")
    words: Mapped[dict[str, dict[str, str]]] = mapped_column(Json, default=dict)
    kind: Mapped[AnswerKind] = mapped_column(enum_type(AnswerKind), default=AnswerKind.RATING)
    is_mandatory: Mapped[bool] = mapped_column(default=True)
    needs_photo: Mapped[bool] = mapped_column(default=False)
    measures: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    canned_job_code: Mapped[str] = mapped_column(String(40), default="")

    @property
    def measure_list(self) -> list[Measure]:
        return [Measure.from_json(data) for data in self.measures]

    def shown(self, what: str) -> str:
        """The point's ``name``, ``hint`` or ``area`` in the reader's language."""
        return worded(getattr(self, what), self.words.get(what, {}))


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
    template_words: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    template_version: Mapped[int]
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    completed_by_name: Mapped[str] = mapped_column(String(200), default="")
    fault: Mapped[str] = mapped_column(Text, default="")
    """What is wrong, as diagnosis found it (DIA-9)."""
    cause: Mapped[str] = mapped_column(Text, default="")
    """The probable cause."""
    advice: Mapped[str] = mapped_column(Text, default="")
    """What the technician advises: repair, next steps (DIA-1)."""


class InspectionItem(_Point, Versioned, Base):
    """One point as it was found. ``values`` are the measured ones by the measure's code, as exact decimals in text.

    ``previous`` is what the last visit found at this point, copied when the inspection begins (see :mod:`.before`).
    """

    __tablename__ = "inspection_items"
    __table_args__ = (UniqueConstraint("inspection_id", "code"), Index(None, "job_id"))

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspections.id"))
    rating: Mapped[Rating | None] = mapped_column(enum_type(Rating))
    values: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    note: Mapped[str] = mapped_column(Text, default="")
    previous: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
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
    def measured(self) -> dict[str, Decimal]:
        return {code: Decimal(value) for code, value in self.values.items()}

    @property
    def is_finding(self) -> bool:
        return self.rating in rules.FINDINGS

    @property
    def looks_again(self) -> bool:
        """Whether the last visit left this point to be looked at again: nobody sweeps it with the rest."""
        return bool(self.previous.get("look_again"))

    def what_is_missing(self) -> Missing | None:
        """Why this point is not finished yet, if it is not."""
        return rules.what_is_missing(
            rating=self.rating,
            measures=self.measure_list,
            values=self.measured,
            note=self.note,
            photos=len(self.photos),
            kind=self.kind,
            needs_photo=self.needs_photo,
        )

    def must_be_looked_at(self) -> bool:
        """Whether "The rest is OK" leaves this point open."""
        return rules.must_be_looked_at(
            looks_again=self.looks_again,
            kind=self.kind,
            measures=self.measure_list,
            lacks_photo=self.needs_photo and not self.photos,
        )


class InspectionPhoto(Identified, Base):
    """A photo of an inspection point."""

    __tablename__ = "inspection_photos"
    __table_args__ = (UniqueConstraint("inspection_item_id", "attachment_id"),)

    inspection_item_id: Mapped[int] = mapped_column(ForeignKey("inspection_items.id"))
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachments.id"), index=True)


class InspectionClip(Recording, Base):
    """A video or sound recording of an inspection point."""

    __tablename__ = "inspection_clips"
    __table_args__ = (Index(None, "inspection_item_id"),)

    inspection_item_id: Mapped[int] = mapped_column(ForeignKey("inspection_items.id"))


class FlagKind(StrEnum):
    """What makes a team leader look at how an inspection was done."""

    TOO_FAST = "too_fast"
    REUSED_PHOTO = "reused_photo"


words_for(
    FlagKind,
    {FlagKind.TOO_FAST: _l("Checked very fast"), FlagKind.REUSED_PHOTO: _l("Photo used before")},
)


class InspectionFlag(Identified, Base):
    """Something about an inspection that the team leader looks at and acknowledges with a note.

    ``subject`` is the area or the photo that it is about: each is flagged once. ``details`` are plain values: seconds
    and points, or the order and point where the photo stood before.
    """

    __tablename__ = "inspection_flags"
    __table_args__ = (UniqueConstraint("inspection_id", "kind", "subject"),)

    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspections.id"))
    kind: Mapped[FlagKind] = mapped_column(enum_type(FlagKind))
    subject: Mapped[str] = mapped_column(String(80))
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    about_name: Mapped[str] = mapped_column(String(200))
    """Whose work it is about."""
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by_name: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
