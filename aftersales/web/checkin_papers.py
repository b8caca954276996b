"""Making the order that is signed at check-in: drawn and stored before the transaction that puts it on record."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

from flask_babel import force_locale
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.checkins import queries, rules, signed_content, signing
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents import queries as document_queries
from aftersales.domain.documents.models import Document, DocumentKind
from aftersales.domain.errors import Invalid, NotFound
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites import queries as sites
from aftersales.gateways import document_data as data
from aftersales.gateways import storage
from aftersales.i18n import gettext, label, spoken
from aftersales.web import checkin_document, media, session
from aftersales.web import checkin_steps as steps
from aftersales.web.documents import render_and_store

_MAX_STATEMENT = 400_000


def prepare(order_id: int) -> Document:
    """Draw the document before the transaction that puts it on record; its digest is what is signed."""
    order, checkin = steps.get(order_id)
    if checkin is None:
        raise NotFound(gettext("This order has no check-in yet."))
    site = sites.get_site(order.site_id)
    content = signed_content.priced(order_id, includes_tax=site.prices_include_tax)
    digest = signed_content.content_digest(order, checkin, content)
    stored = render(order, checkin, content)
    with transaction():
        return signing.prepare(order_id, stored, digest=digest, **steps.by())


def keep_signed_copy(order_id: int) -> None:
    """The customer's copy shows the signature."""
    order, checkin = steps.get(order_id)
    signed = document_queries.find_signature(order_id, signing.PURPOSE)
    if checkin is None or signed is None:
        return
    content = signed_content.priced(order_id, includes_tax=sites.get_site(order.site_id).prices_include_tax)
    copy = render(order, checkin, content, signed=signed)
    with transaction():
        documents.record(
            copy, site_id=order.site_id, service_order_id=order_id, now=clock.now(), is_shared=True
        )


def draw(
    order: ServiceOrder, checkin: CheckIn, content: signed_content.Priced, **more: Any
) -> data.ServiceOrder:
    """The order as a document, in the customer's language."""
    with force_locale(language_of(order)):
        return checkin_document.service_order(
            order,
            checkin,
            queries.walkaround_of(order, checkin),
            content,
            sites.get_site(order.site_id),
            advisor=session.person().name,
            at=clock.now(),
            **more,
        )


def render(
    order: ServiceOrder, checkin: CheckIn, content: signed_content.Priced, **more: Any
) -> documents.StoredDocument:
    language = language_of(order)
    drawn = draw(order, checkin, content, **more)
    with force_locale(language):
        return render_and_store(drawn, language=language)


def statement_of(order: ServiceOrder, checkin: CheckIn, content: signed_content.Priced) -> dict[str, Any]:
    """What a tablet needs to have the order signed without connection: the order as it is shown, the digest that says
    which one it is, and what is still to be done at the car."""
    site = sites.get_site(order.site_id)
    required = rules.required_stations(site.setting("walkaround.required"))
    done = queries.dealt_with(checkin.id)
    return {
        "order": asdict(draw(order, checkin, content)),
        "order_digest": signed_content.order_digest(order, checkin, content),
        "stations": {station.value: label(station) for station in required if station not in done},
        "fields": [
            name
            for name, stands in (("covers_fitted", checkin.covers_fitted_at), ("odometer", checkin.odometer))
            if stands is None
        ],
        "is_priced": bool(content.jobs)
        and (content.is_priced or checkin.diagnosis_consented)
        and order.promised_at is not None
        and not checkin.open_conflicts,
    }


def statement_json(statement: dict[str, Any]) -> Markup:
    """The statement as JSON that is safe in a script element. Pictures stand in it by their digests."""
    return htmlsafe_json_dumps(statement, default=_plain, ensure_ascii=False)


def store_statement(order: ServiceOrder, content: bytes) -> documents.StoredDocument:
    """Keep the very bytes that a tablet showed and the customer signed. Raises :class:`Invalid` for anything else."""
    if len(content) > _MAX_STATEMENT:
        raise Invalid(gettext("What was signed on the tablet is too long to be kept."), field="statement")
    try:
        json.loads(content)
    except ValueError as error:
        raise Invalid(gettext("What was signed on the tablet arrived damaged."), field="statement") from error
    key = storage.key_of(content, "json")
    media.store().put(key, content, "application/json")
    return documents.StoredDocument(
        kind=DocumentKind.TABLET_STATEMENT,
        number=order.number,
        language=language_of(order),
        sha256=hashlib.sha256(content).hexdigest(),
        storage_key=key,
        size=len(content),
    )


def _plain(value: Any) -> str:
    return f"sha256:{hashlib.sha256(value).hexdigest()}" if isinstance(value, bytes) else str(value)


def language_of(order: ServiceOrder) -> str:
    """The customer's language, if we have it."""
    return spoken(order.customer.language)
