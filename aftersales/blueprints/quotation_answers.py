"""The customer's answer for staff: recording one given in person or by phone, and reading it in the workshop."""

from datetime import datetime

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.quotations import RecordAnswerForm
from aftersales.db import db, transaction
from aftersales.domain.attachments import queries as attachments
from aftersales.domain.checkins import queries as checkins
from aftersales.domain.documents.models import Document
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import DomainError, Invalid, NotFound
from aftersales.domain.quotations import answers, queries
from aftersales.domain.quotations.models import AnsweredBy, Quotation
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites import queries as sites
from aftersales.i18n import gettext
from aftersales.web import documents, htmx, media, quotation_documents, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("quotation_answers", __name__, url_prefix="/orders/<int:order_id>")


@blueprint.get("/quotation/answer")
@needs("quotations.record_answer")
def answer_waiting(order_id: int) -> Response | str:
    """The answer form of the version that waits; without one the version list shows why there is none."""
    order, waiting = _get(order_id), queries.find_waiting(order_id)
    if waiting is None:
        return htmx.redirect(url_for("quotations.builder", order_id=order_id))
    return _answer_form(order, waiting, RecordAnswerForm(name=order.customer.name), {}, {})


@blueprint.post("/quotations/<int:version_no>/answer")
@needs("quotations.record_answer")
def record_answer(order_id: int, version_no: int) -> Response | tuple[str, int]:
    order, quotation, form = _get(order_id), _find(order_id, version_no), RecordAnswerForm()
    decisions, reasons = _decisions(quotation)
    if not form.validate():
        return _answer_form(order, quotation, form, decisions, reasons), 422
    stored: StoredDocument | None = None
    now = clock.now()
    try:
        evidence = _signature(order)
        if len(decisions) < len(quotation.asked_jobs):
            raise Invalid(gettext("Decide on each item: do it, or not now."))
        if quotation.is_waiting:
            stored = _render_answer(quotation, order, decisions, reasons, form, evidence, now)
        with transaction():
            answered = answers.answer(
                quotation.id,
                decisions=decisions,
                reasons=reasons,
                name=form.name.data,
                by=AnsweredBy(form.by.data),
                note=form.note.data or "",
                evidence=evidence,
                consent_text=quotation_documents.consent_text(),
                document=stored,
                is_over_limit_confirmed=form.is_over_limit_confirmed.data,
                site_id=session.person().site_id,
                actor=session.actor(),
                now=now,
            )
    except DomainError as error:
        if stored:
            documents.discard(stored)
        form.refuse(error)
        return _answer_form(_get(order_id), _find(order_id, version_no), form, decisions, reasons), status_of(
            error
        )
    if stored:
        documents.discard(stored)
    return htmx.redirect(url_for("quotations.version", order_id=order_id, version_no=answered.version_no))


@blueprint.post("/quotations/<int:version_no>/reading")
@needs("quotations.take_note")
def take_note(order_id: int, version_no: int) -> Response:
    quotation = _find(order_id, version_no)
    with transaction():
        answers.take_note(
            quotation.id, site_id=session.person().site_id, actor=session.actor(), now=clock.now()
        )
    return htmx.redirect(url_for(".answer_slip", order_id=order_id, quotation_id=quotation.id))


@blueprint.get("/answers/<int:quotation_id>")
@needs("quotations.take_note")
def answer_slip(order_id: int, quotation_id: int) -> str:
    """What the customer decided, without prices: for whoever does the work (ORD-8)."""
    order, quotation = _get(order_id), queries.get_quotation(quotation_id)
    if quotation.service_order_id != order.id:
        raise NotFound(gettext("There is no such quote."))
    return render_template("quotations/answer_slip.html", order=order, quotation=quotation)


def _decisions(quotation: Quotation) -> tuple[dict[int, bool], dict[int, str]]:
    """The form's answers by the id of the version's job: ``item-7=yes`` or ``no``, ``reason-7`` beside a no."""
    decisions, reasons = {}, {}
    for job in quotation.asked_jobs:
        if (word := request.form.get(f"item-{job.id}")) in ("yes", "no"):
            decisions[job.id] = word == "yes"
        reasons[job.id] = request.form.get(f"reason-{job.id}", "").strip()[:500]
    return decisions, reasons


def _signature(order: ServiceOrder) -> Evidence | None:
    """The drawn signature of a customer who stands at the desk; none where nobody drew one."""
    if not media.has_file("signature_png"):
        return None
    return media.receive_signature(language=order.customer.language)


def _render_answer(
    quotation: Quotation,
    order: ServiceOrder,
    decisions: dict[int, bool],
    reasons: dict[int, str],
    form: RecordAnswerForm,
    evidence: Evidence | None,
    now: datetime,
) -> StoredDocument:
    return quotation_documents.render_answered(
        quotation,
        order,
        sites.get_site(order.site_id),
        decisions=decisions,
        reasons=reasons,
        name=form.name.data,
        by=AnsweredBy(form.by.data),
        evidence=evidence,
        shown=db.session.get(Document, quotation.document_id) if quotation.document_id else None,
        photos={photo.id: photo for photo in attachments.list_of_order(order.id)},
        at=now,
    )


def _answer_form(
    order: ServiceOrder,
    quotation: Quotation,
    form: RecordAnswerForm,
    decisions: dict[int, bool],
    reasons: dict[int, str],
) -> str:
    return render_template(
        "quotations/answer.html",
        order=order,
        quotation=quotation,
        form=form,
        decisions=decisions,
        reasons=reasons,
        checkin=checkins.find_checkin(order.id),
        consent=quotation_documents.consent_text(),
    )


def _get(order_id: int) -> ServiceOrder:
    return orders.get_order(order_id, site_id=session.person().site_id)


def _find(order_id: int, version_no: int) -> Quotation:
    return queries.get_version(order_id, version_no, site_id=session.person().site_id)
