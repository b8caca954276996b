"""The last step of the check-in: the document is made, and the customer signs exactly that one (CHK-10, CHK-13)."""

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import force_locale
from werkzeug.wrappers import Response

from aftersales.db import db, transaction
from aftersales.domain.checkins import queries, signing
from aftersales.domain.documents import queries as document_queries
from aftersales.domain.documents.models import Document
from aftersales.domain.errors import DomainError
from aftersales.domain.quotations import signed_orders
from aftersales.domain.sites import queries as sites
from aftersales.i18n import gettext
from aftersales.web import checkin_document, checkin_papers, htmx, media
from aftersales.web import checkin_steps as steps
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("checkin_signing", __name__, url_prefix="/orders/<int:order_id>/check-in")


@blueprint.post("/document")
@needs("checkins.write")
def prepare(order_id: int) -> Response | tuple[str, int]:
    """Make the document anew, of what the order says now."""
    steps.get(order_id)
    try:
        checkin_papers.prepare(order_id)
    except DomainError as error:
        return _signature_page(order_id, error=error), status_of(error)
    return htmx.redirect(url_for(".page", order_id=order_id))


@blueprint.get("/signature")
@needs("checkins.write")
def page(order_id: int) -> str:
    return _signature_page(order_id)


@blueprint.post("/signature")
@needs("checkins.write")
def sign(order_id: int) -> Response | tuple[str, int]:
    order, _ = steps.get(order_id)
    language = checkin_papers.language_of(order)
    with force_locale(language):
        consent = checkin_document.consent()
    try:
        evidence = media.receive_signature(language=language)
        with transaction():
            signed_orders.sign_checkin(
                order_id,
                evidence,
                document_digest=request.form.get("document_digest", ""),
                consent_text=consent,
                client_id=request.form.get("submission_id", ""),
                **steps.by(),
            )
    except DomainError as error:
        return _signature_page(order_id, error=error), status_of(error)
    checkin_papers.keep_signed_copy(order_id)
    flash(gettext("Signed. The workshop manager has the task to assign it."))
    return htmx.redirect(url_for("orders.page", order_id=order_id))


def _signature_page(order_id: int, error: DomainError | None = None) -> str:
    order, checkin = steps.get(order_id)
    site = sites.get_site(order.site_id)
    content = signing.priced(order_id, includes_tax=site.prices_include_tax)
    document = db.session.get(Document, checkin.document_id) if checkin and checkin.document_id else None
    is_current = bool(
        checkin and document and checkin.prepared_digest == signing.content_digest(order, checkin, content)
    )
    language, around = checkin_papers.language_of(order), queries.walkaround_of(order, checkin)
    with force_locale(language):
        consent, note = (
            checkin_document.consent(),
            checkin_document.costs_note(checkin, site.currency) if checkin else "",
        )
    return render_template(
        "checkins/signature.html",
        order=order,
        checkin=checkin,
        content=content,
        around=around,
        wishes=checkin_document.wishes(order, checkin, site.currency) if checkin else (),
        skips=checkin_document.skips(around),
        document=document,
        is_current=is_current,
        signed=document_queries.find_signature(order_id, signing.PURPOSE),
        changed=[line for line in content.lines if line.needs_new_signature],
        missing=signing.list_missing(order, checkin, content, site),
        consent=consent,
        costs_note=note,
        language=language,
        error=error,
    )
