"""Making the order that is signed at check-in: drawn and stored before the transaction that puts it on record."""

from typing import Any

from flask_babel import force_locale

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.checkins import queries, signing
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents import queries as document_queries
from aftersales.domain.documents.models import Document
from aftersales.domain.errors import NotFound
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites import queries as sites
from aftersales.i18n import LANGUAGES, gettext
from aftersales.web import checkin_document, session
from aftersales.web import checkin_steps as steps
from aftersales.web.documents import render_and_store


def prepare(order_id: int) -> Document:
    """Draw the document before the transaction that puts it on record; its digest is what is signed."""
    order, checkin = steps.get(order_id)
    if checkin is None:
        raise NotFound(gettext("This order has no check-in yet."))
    site = sites.get_site(order.site_id)
    content = signing.priced(order_id, includes_tax=site.prices_include_tax)
    digest = signing.content_digest(order, checkin, content)
    stored = render(order, checkin, content)
    with transaction():
        return signing.prepare(order_id, stored, digest=digest, **steps.by())


def keep_signed_copy(order_id: int) -> None:
    """The customer's copy shows the signature."""
    order, checkin = steps.get(order_id)
    signed = document_queries.find_signature(order_id, signing.PURPOSE)
    if checkin is None or signed is None:
        return
    content = signing.priced(order_id, includes_tax=sites.get_site(order.site_id).prices_include_tax)
    copy = render(order, checkin, content, signed=signed)
    with transaction():
        documents.record(
            copy, site_id=order.site_id, service_order_id=order_id, now=clock.now(), is_shared=True
        )


def render(
    order: ServiceOrder, checkin: CheckIn, content: signing.Priced, **more: Any
) -> documents.StoredDocument:
    language = language_of(order)
    with force_locale(language):
        drawn = checkin_document.service_order(
            order,
            checkin,
            queries.walkaround_of(order, checkin),
            content,
            sites.get_site(order.site_id),
            advisor=session.person().name,
            at=clock.now(),
            **more,
        )
        return render_and_store(drawn, language=language)


def language_of(order: ServiceOrder) -> str:
    """The customer's language, if we have it."""
    return order.customer.language if order.customer.language in LANGUAGES else next(iter(LANGUAGES))
