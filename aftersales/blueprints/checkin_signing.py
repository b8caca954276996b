"""The last step of the check-in: the document is made, and the customer signs exactly that one (CHK-10, CHK-13)."""

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import force_locale
from werkzeug.wrappers import Response

from aftersales.db import db, transaction
from aftersales.domain.checkins import handover, queries, signed_content, signing
from aftersales.domain.documents import queries as document_queries
from aftersales.domain.documents.models import Document
from aftersales.domain.errors import DomainError, Invalid
from aftersales.domain.quotations import signed_orders
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites import queries as sites
from aftersales.i18n import gettext
from aftersales.web import checkin_document, checkin_papers, htmx, media, tablets
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


@blueprint.post("/signature/tablet")
@needs("checkins.write")
def sign_on_tablet(order_id: int) -> Response:
    """A signature that was given without connection, with exactly what the tablet showed (CHK-11).

    It is kept in any case; where it does not count, the page of the signature says why."""
    order, checkin = steps.get(order_id)
    file = request.files.get("statement")
    if file is None or checkin is None:
        raise Invalid(gettext("What was signed on the tablet is missing."), field="statement")
    site = sites.get_site(order.site_id)
    statement = checkin_papers.store_statement(order, file.read())
    evidence = media.receive_signature("here", language=checkin_papers.language_of(order))
    copy = checkin_papers.render(
        order, checkin, signed_content.priced(order_id, includes_tax=site.prices_include_tax)
    )
    with transaction():
        signature = signed_orders.sign_checkin_on_tablet(
            order_id,
            evidence,
            statement,
            copy=copy,
            digest=request.form.get("order_digest", ""),
            consent_text=request.form.get("consent", "")[:2000],
            signed_at=tablets.made_at(),
            client_id=request.form.get("submission_id", ""),
            **steps.by(),
        )
        is_taken = not signature.set_aside_reason
    if is_taken:
        checkin_papers.keep_signed_copy(order_id)
    return htmx.redirect(url_for(".page", order_id=order_id))


def _signature_page(order_id: int, error: DomainError | None = None) -> str:
    order, checkin = steps.get(order_id)
    site = sites.get_site(order.site_id)
    content = signed_content.priced(order_id, includes_tax=site.prices_include_tax)
    document = db.session.get(Document, checkin.document_id) if checkin and checkin.document_id else None
    is_current = bool(
        checkin
        and document
        and checkin.prepared_digest == signed_content.content_digest(order, checkin, content)
    )
    signed = document_queries.find_signature(order_id, signing.PURPOSE)
    statement = None
    if checkin is not None and checkin.signed_at is None and order.state is OrderState.ARRIVED:
        statement = checkin_papers.statement_json(checkin_papers.statement_of(order, checkin, content))
    language, around = checkin_papers.language_of(order), queries.walkaround_of(order, checkin)
    with force_locale(language):
        consent, note, clauses = (
            checkin_document.consent(),
            checkin_document.costs_note(checkin, site.currency) if checkin else "",
            checkin_document.clauses(order, checkin, site) if checkin else (),
        )
    return render_template(
        "checkins/signature.html",
        order=order,
        checkin=checkin,
        content=content,
        around=around,
        wishes=checkin_document.wishes(order, checkin, site.currency) if checkin else (),
        skips=checkin_document.skips(around),
        list_standing=handover.standing_of(
            order.id, checkin, handover.Listed(around.belongings, around.papers)
        ),
        document=document,
        is_current=is_current,
        signed=signed,
        changed=[line for line in content.lines if line.needs_new_signature],
        missing=signing.list_missing(order, checkin, content, site),
        consent=consent,
        costs_note=note,
        clauses=clauses,
        language=language,
        error=error,
        set_aside=document_queries.list_set_aside(order_id),
        statement=statement,
    )
