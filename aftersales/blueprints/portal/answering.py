"""Asking about a quotation and taking the answer: what is chosen, looked over, signed."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

from flask import render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from aftersales import clock
from aftersales.blueprints.portal import doors, shown
from aftersales.blueprints.portal.doors import Closed, Door
from aftersales.blueprints.portal.entrance import behind_link, blueprint
from aftersales.db import db, transaction
from aftersales.domain.attachments import queries as attachments
from aftersales.domain.documents.models import Document
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import DomainError, Invalid, Stale
from aftersales.domain.quotations import answers, queries, rules
from aftersales.domain.quotations.models import AnsweredBy, Quotation
from aftersales.i18n import gettext
from aftersales.web import documents as rendered
from aftersales.web import guarantee_words, htmx, media, quotation_documents
from aftersales.web.errors import status_of


@blueprint.post("/<token>/review")
@behind_link
def review(door: Door) -> AnyResponse | str | tuple[str, int]:
    """What the customer is about to answer, with the total and the place to sign. Changes nothing yet."""
    if door.quotation is None or not door.quotation.is_waiting or door.order.is_closed:
        return htmx.redirect(url_for(".page", token=door.token))
    decisions, reasons = _decisions(door.quotation)
    if request.form.get("edit"):
        return question(door, decisions)
    if len(decisions) < len(door.quotation.asked_jobs):
        return question(door, decisions, gettext("Choose “Do it” or “Not now” for each item.")), 422
    return _review(door, decisions, reasons)


@blueprint.post("/<token>/answer")
@behind_link
def answer(door: Door) -> AnyResponse | str | tuple[str, int]:
    """Take the answer. The same answer again ends on the same page as the first."""
    if door.quotation is None:
        return doors.nowhere()
    decisions, reasons = _decisions(door.quotation)
    now, stored = clock.now(), None
    name = request.form.get("signature_name", "").strip()
    try:
        evidence = media.receive_signature(language=door.order.customer.language)
        if not name:
            raise Invalid(
                gettext("Enter your full name. It is your signature if you cannot draw."), field="name"
            )
        if door.quotation.is_waiting and len(decisions) == len(door.quotation.asked_jobs):
            _expect_same_total(door.quotation, decisions)
            stored = _render(door, decisions, reasons, evidence, now)
        with transaction():
            answers.answer(
                door.quotation.id,
                decisions=decisions,
                reasons=reasons,
                name=name,
                by=AnsweredBy.LINK,
                shown_total=_shown_total() if door.quotation.is_waiting else None,
                evidence=evidence,
                consent_text=quotation_documents.consent_text(),
                document=stored,
                actor=door.customer(name, address=evidence.address, device=evidence.device),
                now=now,
            )
    except DomainError as error:
        return _refused(door, error, decisions, reasons, name)
    finally:
        # A PDF that no record names is not kept: the answer was refused, or another tap was quicker.
        if stored is not None:
            rendered.discard(stored)
    return htmx.redirect(url_for(".page", token=door.token))


def question(door: Door, decisions: dict[int, bool] | None = None, sentence: str = "") -> str:
    quotation = _asked(door)
    return render_template(
        "portal/question.html",
        **shown.common(door),
        quotation=quotation,
        fine=shown.fine_points(door.order),
        decisions=decisions or {},
        sentence=sentence,
        changes=queries.changes_since_previous(quotation),
        previous=queries.find_previous(quotation),
        change_text=quotation_documents.change_text,
        line_remark=quotation_documents.line_remark,
        delay=quotation_documents.delay_text(quotation),
        guarantee=guarantee_words.clause(door.order, door.site),
    )


def _review(
    door: Door, decisions: dict[int, bool], reasons: dict[int, str], *, name: str = "", sentence: str = ""
) -> str:
    quotation = _asked(door)
    approved = rules.sum_of(
        (line for job in quotation.asked_jobs if decisions[job.id] for line in job.lines),
        includes_tax=quotation.includes_tax,
    )
    return render_template(
        "portal/review.html",
        door=door,
        quotation=quotation,
        decisions=decisions,
        reasons=reasons,
        approved=approved,
        name=name,
        sentence=sentence,
        consent=quotation_documents.consent_text(),
        guarantee=guarantee_words.clause(door.order, door.site),
    )


def _refused(
    door: Door, error: DomainError, decisions: dict[int, bool], reasons: dict[int, str], name: str
) -> AnyResponse | tuple[str, int]:
    """The page on which the answer can be corrected, or the one that says why it came too late."""
    try:
        door = doors.enter(door.token)
    except Closed as closed:
        return closed.answer
    quotation = _asked(door)
    if not quotation.is_waiting or door.order.is_closed:
        return render_template(
            "portal/answered_before.html", door=door, quotation=quotation, sentence=str(error)
        ), 409
    if len(decisions) < len(quotation.asked_jobs) or isinstance(error, Stale):
        return question(door, decisions, str(error)), status_of(error)
    return _review(door, decisions, reasons, name=name, sentence=str(error)), status_of(error)


# --- what the views share ---


def _asked(door: Door) -> Quotation:
    if door.quotation is None:
        raise Closed(doors.nowhere())
    return door.quotation


def _decisions(quotation: Quotation) -> tuple[dict[int, bool], dict[int, str]]:
    """The form's answers by the id of the version's job. The buttons for all items answer what was left open."""
    decisions, reasons = {}, {}
    for job in quotation.asked_jobs:
        word = request.form.get("all") or request.form.get(f"item-{job.id}")
        if word in ("yes", "no"):
            decisions[job.id] = word == "yes"
        reasons[job.id] = request.form.get(f"reason-{job.id}", "").strip()[:500]
    return decisions, reasons


def _shown_total() -> Decimal:
    """The total that stood on the review page; anything else than an amount is none that we have shown."""
    try:
        return Decimal(request.form.get("total", ""))
    except InvalidOperation as error:
        raise Stale(
            gettext("The total has changed. Look at the amounts again before you approve.")
        ) from error


def _expect_same_total(quotation: Quotation, decisions: dict[int, bool]) -> None:
    """Looked at again under the lock; here it only saves rendering a document for an answer that cannot be taken."""
    lines = (line for job in quotation.asked_jobs if decisions[job.id] for line in job.lines)
    if rules.sum_of(lines, includes_tax=quotation.includes_tax).gross != _shown_total():
        raise Stale(gettext("The total has changed. Look at the amounts again before you approve."))


def _render(
    door: Door, decisions: dict[int, bool], reasons: dict[int, str], evidence: Evidence, now: datetime
) -> StoredDocument:
    quotation = _asked(door)
    return quotation_documents.render_answered(
        quotation,
        door.order,
        door.site,
        decisions=decisions,
        reasons=reasons,
        name=evidence.typed_name,
        by=AnsweredBy.LINK,
        evidence=evidence,
        shown=db.session.get(Document, quotation.document_id) if quotation.document_id else None,
        photos={one.id: one for one in attachments.list_of_order(door.order.id)},
        at=now,
    )
