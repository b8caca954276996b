"""Stored photos and documents for staff. Customers get theirs through their link."""

from flask import Blueprint, Response

from aftersales.domain.attachments import queries as attachments
from aftersales.domain.documents import queries as documents
from aftersales.domain.errors import NotPermitted
from aftersales.i18n import gettext, label
from aftersales.web import media, session
from aftersales.web.access import needs

blueprint = Blueprint("files", __name__)


@blueprint.get("/photos/<int:photo_id>")
@needs("orders.read")
def photo(photo_id: int) -> Response:
    found = attachments.get_photo(photo_id, site_id=session.person().site_id)
    return media.send_stored(found.storage_key, found.media_type)


@blueprint.get("/photos/<int:photo_id>/thumb")
@needs("orders.read")
def thumb(photo_id: int) -> Response:
    found = attachments.get_photo(photo_id, site_id=session.person().site_id)
    return media.send_stored(found.thumb_key, found.media_type)


@blueprint.get("/documents/<int:document_id>.pdf")
@needs("documents.read")
def document(document_id: int) -> Response:
    found = documents.get_document(document_id, site_id=session.person().site_id)
    if found.has_prices and not session.sees_prices():
        raise NotPermitted(gettext("This document shows prices. Ask a service advisor for what you need."))
    ending = found.media_type.rpartition("/")[2]
    return media.send_stored(
        found.storage_key, found.media_type, name=f"{label(found.kind)} {found.number}.{ending}"
    )
