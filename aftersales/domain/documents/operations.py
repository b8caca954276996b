"""Putting rendered documents on record."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from aftersales.db import add, db
from aftersales.domain.documents.models import Document, DocumentKind


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A PDF whose bytes already lie in the store."""

    kind: DocumentKind
    number: str
    language: str
    sha256: str
    storage_key: str
    size: int


def record(
    stored: StoredDocument,
    *,
    site_id: int,
    service_order_id: int | None,
    now: datetime,
    subject_id: int | None = None,
    is_shared: bool = False,
) -> Document:
    """Put a PDF on record as the next version of its kind and subject. The same bytes again are the same version."""
    same = [
        Document.service_order_id == service_order_id,
        Document.kind == stored.kind,
        Document.subject_id == subject_id,
    ]
    known = db.session.scalar(select(Document).where(*same, Document.sha256 == stored.sha256))
    if known is not None:
        return known
    version = db.session.scalar(select(func.max(Document.version_no)).where(*same)) or 0
    return add(
        Document(
            site_id=site_id,
            service_order_id=service_order_id,
            kind=stored.kind,
            subject_id=subject_id,
            number=stored.number,
            version_no=version + 1,
            language=stored.language,
            sha256=stored.sha256,
            storage_key=stored.storage_key,
            size=stored.size,
            created_at=now,
            is_shared=is_shared,
        )
    )
