"""Knowledge: manuals, bulletins and common faults of the whole company, in the pieces that the search looks through."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from aftersales.db import Base, Identified, UtcDateTime, Versioned, enum_type
from aftersales.domain.knowledge import indexing
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class KnowledgeKind(StrEnum):
    MANUAL = "manual"
    BULLETIN = "bulletin"
    FAULT = "fault"


class LabelKind(StrEnum):
    MODEL = "model"
    CODE = "code"


words_for(
    KnowledgeKind,
    {
        KnowledgeKind.MANUAL: _l("Manual"),
        KnowledgeKind.BULLETIN: _l("Bulletin"),
        KnowledgeKind.FAULT: _l("Common fault"),
    },
)
words_for(LabelKind, {LabelKind.MODEL: _l("Model"), LabelKind.CODE: _l("Fault code")})

DOCUMENTS = (KnowledgeKind.MANUAL, KnowledgeKind.BULLETIN)


class KnowledgeEntry(Versioned, Base):
    """A manual or bulletin (a stored PDF or picture), or a common fault with its symptom, cause and remedy.

    ``text_read_at`` says when a PDF's text was taken out for the search; ``trouble`` why it could not be. What is
    wrong or outdated is withdrawn, never deleted.
    """

    __tablename__ = "knowledge_entries"
    __table_args__ = (
        CheckConstraint("(kind = 'fault') = (storage_key = '')", name="file"),
        Index(None, "withdrawn_at", "added_at"),
        Index(None, "sha256"),
    )

    kind: Mapped[KnowledgeKind] = mapped_column(enum_type(KnowledgeKind))
    title: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(10), default="")
    symptom: Mapped[str] = mapped_column(Text, default="")
    cause: Mapped[str] = mapped_column(Text, default="")
    remedy: Mapped[str] = mapped_column(Text, default="")
    media_type: Mapped[str] = mapped_column(String(60), default="")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    storage_key: Mapped[str] = mapped_column(String(200), default="")
    size: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int] = mapped_column(default=0)
    text_read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trouble: Mapped[str] = mapped_column(String(200), default="")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    added_by_name: Mapped[str] = mapped_column(String(200))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by_name: Mapped[str] = mapped_column(String(200), default="")

    labels: Mapped[list["KnowledgeLabel"]] = relationship(
        order_by="KnowledgeLabel.id", cascade="all, delete-orphan"
    )

    @property
    def is_document(self) -> bool:
        return self.kind in DOCUMENTS

    @property
    def models(self) -> list[str]:
        """The models as they were typed; none: for every vehicle."""
        return [label.shown for label in self.labels if label.kind is LabelKind.MODEL]

    @property
    def codes(self) -> list[str]:
        return [label.shown for label in self.labels if label.kind is LabelKind.CODE]


class KnowledgeLabel(Identified, Base):
    """A model or fault code that an entry is about; ``value`` as it is compared, ``shown`` as it was typed."""

    __tablename__ = "knowledge_labels"
    __table_args__ = (UniqueConstraint("entry_id", "kind", "value"), Index(None, "kind", "value"))

    entry_id: Mapped[int] = mapped_column(ForeignKey("knowledge_entries.id"))
    kind: Mapped[LabelKind] = mapped_column(enum_type(LabelKind))
    value: Mapped[str] = mapped_column(String(80))
    shown: Mapped[str] = mapped_column(String(80))


class KnowledgePassage(Identified, Base):
    """One page of a document, or a whole common fault: what a search finds. ``search`` is its folded text with the
    entry's title and labels before it; full text search stands on it (:mod:`.indexing`)."""

    __tablename__ = "knowledge_passages"
    __table_args__ = (UniqueConstraint("entry_id", "page"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("knowledge_entries.id"))
    page: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    search: Mapped[str] = mapped_column(Text)


class KnowledgeCase(Identified, Base):
    """A job of a closed order that was looked at for the knowledge: it belongs to a common fault, or was set aside."""

    __tablename__ = "knowledge_cases"
    __table_args__ = (Index(None, "entry_id"),)

    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"), unique=True)
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("knowledge_entries.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_name: Mapped[str] = mapped_column(String(200))


for _statement in indexing.AFTER_CREATE:
    event.listen(KnowledgePassage.__table__, "after_create", _statement)
