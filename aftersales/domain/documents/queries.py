"""Reading documents."""

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.documents.models import Document, DocumentKind, Signature
from aftersales.domain.errors import NotFound
from aftersales.i18n import gettext


def get_document(document_id: int, *, site_id: int) -> Document:
    """The document, if it belongs to the site. Raises :class:`NotFound`."""
    document = db.session.get(Document, document_id)
    if document is None or document.site_id != site_id:
        raise NotFound(gettext("There is no such document."))
    return document


def list_of_order(service_order_id: int, *, only_shared: bool = False) -> list[Document]:
    """The documents of an order, newest first."""
    query = select(Document).where(Document.service_order_id == service_order_id)
    if only_shared:
        query = query.where(Document.is_shared)
    return list(db.session.scalars(query.order_by(Document.created_at.desc(), Document.id.desc())))


def find_latest(service_order_id: int, kind: DocumentKind, subject_id: int | None = None) -> Document | None:
    """The newest version of a kind of document of the order."""
    return db.session.scalar(
        select(Document)
        .where(
            Document.service_order_id == service_order_id,
            Document.kind == kind,
            Document.subject_id == subject_id,
        )
        .order_by(Document.version_no.desc())
        .limit(1)
    )


def find_signature(service_order_id: int, purpose: str) -> Signature | None:
    """The newest signature of the order that counts for a purpose, e.g. ``check-in`` or ``delivery``."""
    return db.session.scalar(
        select(Signature)
        .where(
            Signature.service_order_id == service_order_id,
            Signature.purpose == purpose,
            Signature.set_aside_reason == "",
        )
        .order_by(Signature.id.desc())
        .limit(1)
    )


def list_set_aside(service_order_id: int) -> list[Signature]:
    """Signatures that were given without connection and do not count, with the reason of each."""
    return list(
        db.session.scalars(
            select(Signature)
            .where(Signature.service_order_id == service_order_id, Signature.set_aside_reason != "")
            .order_by(Signature.id)
        )
    )
