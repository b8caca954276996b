"""Vehicle papers, and the list of belongings and papers that the customer signs."""

from typing import Any

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask_babel import force_locale
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.checkins import PaperForm
from aftersales.db import db, transaction
from aftersales.domain.checkins import handover
from aftersales.domain.checkins.kinds import PaperKind
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents.models import Document
from aftersales.domain.errors import DomainError, NotFound
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites import queries as sites
from aftersales.i18n import gettext, spoken
from aftersales.web import checkin_steps as steps
from aftersales.web import handover_document, htmx, media, session
from aftersales.web.access import needs
from aftersales.web.documents import render_and_store
from aftersales.web.errors import status_of

blueprint = Blueprint("handover_list", __name__, url_prefix="/orders/<int:order_id>/check-in")


# --- papers ---


@blueprint.post("/papers")
@needs("checkins.write")
def add_paper(order_id: int) -> Response | tuple[str, int]:
    form = PaperForm()
    steps.get(order_id)
    if not form.validate():
        return _papers_page(order_id, form), 422
    try:
        with transaction():
            handover.add_paper(
                order_id,
                client_id=steps.client_id(form.submission_id.data),
                kind=PaperKind(form.kind.data),
                number=form.number.data or "",
                valid_until=form.valid_until.data,
                difference=form.difference.data or "",
                **steps.by(),
            )
    except DomainError as error:
        form.refuse(error)
        return _papers_page(order_id, form), status_of(error)
    return _papers(order_id)


@blueprint.post("/papers/<int:paper_id>/void")
@needs("checkins.write")
def void_paper(order_id: int, paper_id: int) -> Response:
    with transaction():
        handover.void_paper(order_id, paper_id, **steps.by())
    return _papers(order_id)


def _papers(order_id: int) -> Response:
    """The card of papers to HTMX, the walk-around to everyone else."""
    if not htmx.is_partial():
        return htmx.redirect(url_for("walkaround.page", order_id=order_id) + "#papers")
    return make_response(_papers_card(order_id, PaperForm(formdata=None)))


def _papers_card(order_id: int, form: PaperForm) -> str:
    order, checkin = steps.get(order_id)
    listed = handover.listed_of(checkin.id) if checkin else handover.Listed()
    return render_template(
        "checkins/_papers.html",
        order=order,
        papers=listed.papers,
        paper_form=form,
        today=clock.local(clock.now(), session.person().timezone).date(),
        can_list=not order.is_closed,
    )


def _papers_page(order_id: int, form: PaperForm) -> str:
    """The form again with what was typed: the card to HTMX, else a page of its own."""
    if htmx.is_partial():
        return _papers_card(order_id, form)
    order, _ = steps.get(order_id)
    return render_template("checkins/paper.html", order=order, form=form)


# --- the list ---


@blueprint.get("/list")
@needs("checkins.write")
def page(order_id: int) -> str:
    return _page(order_id)


@blueprint.post("/list/document")
@needs("checkins.write")
def prepare(order_id: int) -> Response | tuple[str, int]:
    """Draw the list as it stands now; its digest is what is signed."""
    order, checkin = steps.get(order_id)
    if checkin is None:
        raise NotFound(gettext("This order has no check-in yet."))
    listed = handover.listed_of(checkin.id)
    stored = _render(order, listed)
    try:
        with transaction():
            handover.prepare(order_id, stored, digest=listed.digest(), **steps.by())
    except DomainError as error:
        return _page(order_id, error), status_of(error)
    return htmx.redirect(url_for(".page", order_id=order_id))


@blueprint.post("/list/signature")
@needs("checkins.write")
def sign(order_id: int) -> Response | tuple[str, int]:
    order, _ = steps.get(order_id)
    language = spoken(order.customer.language)
    with force_locale(language):
        consent = handover_document.consent()
    try:
        evidence = media.receive_signature(language=language)
        with transaction():
            handover.sign(
                order_id,
                evidence,
                document_digest=request.form.get("document_digest", ""),
                consent_text=consent,
                **steps.by(),
            )
    except DomainError as error:
        return _page(order_id, error), status_of(error)
    _keep_signed_copy(order_id)
    flash(gettext("The list is signed."))
    return htmx.redirect(url_for("checkin_signing.page", order_id=order_id))


def _keep_signed_copy(order_id: int) -> None:
    """The customer's copy shows the signature."""
    order, checkin = steps.get(order_id)
    standing = handover.standing_of(order_id, checkin)
    if standing.signed is None or standing.is_changed:
        return
    copy = _render(order, standing.listed, signed=standing.signed)
    with transaction():
        documents.record(
            copy, site_id=order.site_id, service_order_id=order_id, now=clock.now(), is_shared=True
        )


def _render(order: ServiceOrder, listed: handover.Listed, **more: Any) -> documents.StoredDocument:
    person, now = session.person(), clock.now()
    language = spoken(order.customer.language)
    with force_locale(language):
        drawn = handover_document.handover_list(
            order,
            listed,
            sites.get_site(order.site_id),
            advisor=person.name,
            at=now,
            today=clock.local(now, person.timezone).date(),
            **more,
        )
        return render_and_store(drawn, language=language)


def _page(order_id: int, error: DomainError | None = None) -> str:
    order, checkin = steps.get(order_id)
    standing = handover.standing_of(order_id, checkin)
    language = spoken(order.customer.language)
    with force_locale(language):
        consent = handover_document.consent()
    return render_template(
        "checkins/handover_list.html",
        order=order,
        checkin=checkin,
        standing=standing,
        document=_document(checkin),
        is_current=bool(checkin and checkin.list_prepared_digest == standing.listed.digest()),
        today=clock.local(clock.now(), session.person().timezone).date(),
        consent=consent,
        language=language,
        error=error,
    )


def _document(checkin: CheckIn | None) -> Document | None:
    return (
        db.session.get(Document, checkin.list_document_id) if checkin and checkin.list_document_id else None
    )
