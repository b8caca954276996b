"""The views behind a customer's link."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from aftersales import clock
from aftersales.blueprints.portal import doors, shown
from aftersales.blueprints.portal.doors import Closed, Door
from aftersales.db import db, transaction
from aftersales.domain.attachments import queries as attachments
from aftersales.domain.documents import queries as documents
from aftersales.domain.documents.models import Document, DocumentKind
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import DomainError, Invalid, Stale
from aftersales.domain.links import operations as links
from aftersales.domain.messaging import queries as messages
from aftersales.domain.messaging.purposes import PURPOSES
from aftersales.domain.quotations import answers, operations, queries, rules
from aftersales.domain.quotations.models import AnsweredBy, Quotation
from aftersales.domain.service_orders import clips
from aftersales.domain.service_orders.states import OrderState
from aftersales.i18n import gettext
from aftersales.web import documents as rendered
from aftersales.web import guarantee_words, htmx, marked_photos, media, quotation_documents, warranty_words
from aftersales.web.access import public
from aftersales.web.errors import status_of
from aftersales.web.limits import LINK_GUESSES, LINK_PAGES, limiter

blueprint = Blueprint("portal", __name__, url_prefix="/c")

limiter.limit(LINK_PAGES)(blueprint)
limiter.limit(LINK_GUESSES, deduct_when=lambda response: response.status_code == 404)(blueprint)


@blueprint.after_request
def forget(answer: Response) -> Response:
    """Nothing behind a link is kept on the way or on the device: photos and documents neither."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


_BILLS = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)

View = Callable[..., AnyResponse | str | tuple[str, int]]


def behind_link(view: View) -> View:
    """Open the door that the token in the address belongs to; else answer with the page that says why not."""

    @public
    @wraps(view)
    def opened(token: str, **values: Any) -> AnyResponse | str | tuple[str, int]:
        try:
            door = doors.enter(token)
        except Closed as closed:
            return closed.answer
        return view(door, **values)

    return opened


@blueprint.get("/<token>")
@behind_link
def page(door: Door) -> str:
    if door.quotation and door.quotation.is_waiting and not door.order.is_closed:
        return _question(door)
    return _progress(door)


@blueprint.get("/")
@blueprint.get("/<token>/<path:rest>")
@public
def nowhere(token: str = "", rest: str = "") -> Response:
    """Anything else under a link: the neutral page, so that guesses of addresses tell nothing either."""
    return doors.nowhere()


@blueprint.post("/<token>/opened")
@behind_link
def opened(door: Door) -> Response:
    """A real browser shows the page: said by its script, since GET changes nothing."""
    now = clock.now()
    with transaction():
        links.note_opened(door.link.id, now=now)
        if door.quotation and door.quotation.opened_at is None:
            operations.note_opened(door.quotation.id, customer=door.customer(), now=now)
    return make_response("", 204)


@blueprint.post("/<token>/review")
@behind_link
def review(door: Door) -> AnyResponse | str | tuple[str, int]:
    """What the customer is about to answer, with the total and the place to sign. Changes nothing yet."""
    if door.quotation is None or not door.quotation.is_waiting or door.order.is_closed:
        return htmx.redirect(url_for(".page", token=door.token))
    decisions, reasons = _decisions(door.quotation)
    if request.form.get("edit"):
        return _question(door, decisions)
    if len(decisions) < len(door.quotation.asked_jobs):
        return _question(door, decisions, gettext("Choose “Do it” or “Not now” for each item.")), 422
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


@blueprint.get("/<token>/photos")
@behind_link
def photos(door: Door) -> str:
    """All photos that the workshop shared, large."""
    job_id = request.args.get("item", type=int)
    versions = _versions(door)
    allowed = shown.photos_of(door.order, versions)
    wanted = (
        {i for one in versions for job in one.jobs if job.id == job_id for i in job.photo_ids}
        if job_id
        else None
    )
    some = [photo for photo in allowed.values() if wanted is None or photo.id in wanted]
    return render_template(
        "portal/photos.html",
        door=door,
        photos=some,
        phases=shown.phases_of(door.order),
        drawings=marked_photos.drawings(some),
    )


@blueprint.get("/<token>/clips/<int:clip_id>")
@behind_link
def clip(door: Door, clip_id: int) -> Response:
    found = next((one for one in clips.clips_of(door.order.id, only_shared=True) if one.id == clip_id), None)
    if found is None:
        return doors.nowhere()
    return media.send_clip(found.attachment)


@blueprint.get("/<token>/photos/<int:photo_id>")
@blueprint.get("/<token>/photos/<int:photo_id>/<size>")
@behind_link
def photo(door: Door, photo_id: int, size: str = "thumb") -> Response:
    found = shown.photos_of(door.order, _versions(door)).get(photo_id)
    if found is None:
        return doors.nowhere()
    return media.send_stored(found.storage_key if size == "large" else found.thumb_key, found.media_type)


@blueprint.get("/<token>/documents/<int:document_id>.pdf")
@behind_link
def document(door: Door, document_id: int) -> Response:
    found = next((one for one in _documents(door) if one.id == document_id), None)
    if found is None:
        return doors.nowhere()
    return media.send_stored(
        found.storage_key, "application/pdf", name=f"{found.number.replace('/', '-')}.pdf"
    )


# --- the pages ---


def _question(door: Door, decisions: dict[int, bool] | None = None, sentence: str = "") -> str:
    quotation = _asked(door)
    return render_template(
        "portal/question.html",
        **_common(door),
        quotation=quotation,
        fine=shown.fine_points(door.order),
        decisions=decisions or {},
        sentence=sentence,
        changes=queries.changes_since_previous(quotation),
        previous=queries.find_previous(quotation),
        change_text=quotation_documents.change_text,
        line_remark=quotation_documents.line_remark,
        delay=quotation_documents.delay_text(quotation),
        guarantee=guarantee_words.clause(door.site),
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
        guarantee=guarantee_words.clause(door.site),
    )


def _progress(door: Door) -> str:
    now = clock.now()
    is_ready = door.order.state is OrderState.READY_FOR_PICKUP
    return render_template(
        "portal/progress.html",
        **_common(door),
        quotation=door.quotation,
        is_ready=is_ready,
        costs=shown.costs_of(door.order),
        invoices=shown.invoices_of(door.order),
        openings=shown.next_openings(door.site, now),
        waiting=queries.find_waiting(door.order.id) if door.quotation is None else None,
        deferred=queries.list_deferred_of_order(door.order.id),
    )


def _common(door: Door) -> dict[str, Any]:
    versions = _versions(door)
    return {
        "door": door,
        "warranty": warranty_words.told(door.order.id),
        "progress": shown.progress_of(door.order, door.quotation or (versions[0] if versions else None)),
        "photos": shown.photos_of(door.order, versions),
        "clips": clips.clips_of(door.order.id, only_shared=True),
        "phases": shown.phases_of(door.order),
        "documents": _documents(door),
        "messages": messages.list_sent_to_customer(door.order.id, limit=8),
        "purposes": PURPOSES,
    }


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
        return _question(door, decisions, str(error)), status_of(error)
    return _review(door, decisions, reasons, name=name, sentence=str(error)), status_of(error)


# --- what the views share ---


def _asked(door: Door) -> Quotation:
    if door.quotation is None:
        raise Closed(doors.nowhere())
    return door.quotation


def _versions(door: Door) -> list[Quotation]:
    """The versions whose content this link may show. A quotation's link shows its own, the order's link what was
    answered: a price that still waits goes only to whom it was sent."""
    if door.quotation is not None:
        return [door.quotation]
    return [one for one in queries.list_versions(door.order.id) if one.answered_at]


def _documents(door: Door) -> list[Document]:
    """The shared documents: of the quotations those that this link may show, of the invoices the customer's own."""
    quotes = {i for one in _versions(door) for i in (one.document_id, one.answer_document_id)}
    invoices = {one.id for one in shown.invoices_of(door.order)}
    return [
        one
        for one in documents.list_of_order(door.order.id, only_shared=True)
        if (one.kind is not DocumentKind.QUOTATION or one.id in quotes)
        and (one.kind not in _BILLS or one.subject_id in invoices)
    ]


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
