"""The final inspection: every line and point verified, passed and signed, or sent back (QCS-1 to QCS-4)."""

from flask import flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.quality import screen as screens
from aftersales.blueprints.quality.blueprint import blueprint
from aftersales.blueprints.quality.screen import Screen
from aftersales.db import transaction
from aftersales.domain import submissions
from aftersales.domain.attachments import operations as attachments
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents import queries as document_queries
from aftersales.domain.documents.models import DocumentKind
from aftersales.domain.errors import DomainError, Invalid, NotFound, NotPermitted
from aftersales.domain.quality import final_check, queries
from aftersales.domain.quality.final_check import Drive, Verdict
from aftersales.domain.quality.models import (
    CheckResult,
    FaultReason,
    QualityCheckItem,
    Tick,
)
from aftersales.domain.service_orders import queries as orders
from aftersales.i18n import gettext, ngettext
from aftersales.web import documents as pdf
from aftersales.web import htmx, media, pin_entry, quality_documents, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of


@blueprint.get("/orders/<int:order_id>/quality-check")
@needs("quality.read")
def page(order_id: int) -> str:
    return _page(screens.of_order(order_id))


@blueprint.post("/quality-items/<int:item_id>")
@needs("quality.final_check")
def verify(item_id: int) -> Response:
    """One line or point is OK or not OK: the answer is its row, and beside it the count and the bar."""
    item, check = queries.get_item(item_id, site_id=session.person().site_id)
    order_id, sentence, status = check.service_order_id, "", 200
    try:
        with transaction():
            _verify(item)
    except DomainError as error:
        sentence, status = str(error), status_of(error)
    if not htmx.is_partial() and not sentence:
        return htmx.redirect(url_for(".page", order_id=order_id, _anchor=f"item-{item_id}"))
    screen = screens.of_order(order_id)
    screen.sentences[item_id] = sentence
    row = next(each for each in screen.check.items if each.id == item_id)
    return _parts(
        [
            render_template("quality/_item.html", item=row, screen=screen),
            render_template("quality/_count.html", screen=screen, oob=True),
            render_template("quality/_bar.html", screen=screen, oob=True),
        ],
        status,
    )


@blueprint.post("/quality-items/<int:item_id>/photos")
@needs("quality.final_check")
def add_photo(item_id: int) -> Response:
    """A photo of what is not OK; the technician sees it beside the reason."""
    person, now = session.person(), clock.now()
    item, check = queries.get_item(item_id, site_id=person.site_id)
    photo = media.receive_photo()
    with transaction():
        kept = attachments.keep(
            photo,
            site_id=person.site_id,
            service_order_id=check.service_order_id,
            caption=item.title,
            actor=session.actor(),
            now=now,
        )
        final_check.add_photo(item_id, kept, site_id=person.site_id, actor=session.actor())
    if htmx.is_partial():
        return make_response("", 204)
    return htmx.redirect(url_for(".page", order_id=check.service_order_id, _anchor=f"item-{item_id}"))


@blueprint.post("/orders/<int:order_id>/quality-check/groups/<int:number>/rest")
@needs("quality.final_check")
def rest_is_ok(order_id: int, number: int) -> Response | tuple[str, int]:
    """Everything of one job that has no verdict yet is OK."""
    screen = screens.of_order(order_id)
    if number >= len(screen.groups):
        raise NotFound(gettext("There is no such job on this inspection."))
    group = screen.groups[number]
    if htmx.is_partial():
        sentences = _verify_all(group.items)
        if sentences:
            return _group(order_id, number, sentences)
    elif refused := _save(screen):
        return refused
    with transaction():
        final_check.rest_is_ok(
            screen.check.id,
            group.heading,
            site_id=screen.order.site_id,
            actor=session.actor(),
            tablet=_tablet(),
        )
    if not htmx.is_partial():
        return htmx.redirect(url_for(".page", order_id=order_id, _anchor=f"group-{number}"))
    return _group(order_id, number, {})


@blueprint.post("/orders/<int:order_id>/quality-check")
@needs("quality.final_check")
def save(order_id: int) -> Response | tuple[str, int]:
    """Keep everything that the form says, without a decision."""
    refused = _save(screens.of_order(order_id))
    if refused:
        return refused
    flash(gettext("Saved. The inspection goes on when you come back."))
    return htmx.redirect(url_for(".page", order_id=order_id))


@blueprint.post("/orders/<int:order_id>/quality-check/release")
@needs("quality.final_check")
def release(order_id: int) -> Response | tuple[str, int]:
    """Everything is verified: sign the record and let the car go (QCS-4).

    The record is drawn before the transaction; its digest is what the signature signs. Then it is drawn once more
    with the signature in it. Who signed in with a PIN signs with it, everybody else draws or types the name.
    """
    sent = request.form.get("submission_id", "")
    if submissions.find(sent):
        return _decided(order_id)
    refused = _save(screens.of_order(order_id))
    if refused:
        return _decided(order_id) if submissions.find(sent) else refused
    screen, person, now = screens.of_order(order_id), session.person(), clock.now()
    left = final_check.what_is_left(screen.check, road_test=screen.road_test)
    if left:
        return _refused(screen, gettext("The car cannot be released yet.") + " " + " ".join(left), 409)
    try:
        signing = pin_entry if person.by_pin else media
        evidence = signing.receive_signature(language=person.language or person.site_language)
        drawn = pdf.render_and_store(
            quality_documents.record_of(screen.order, screen.check, checker=person.name, now=now),
            language=screen.order.customer.language or person.site_language,
        )
        with transaction():
            if submissions.earlier(sent, now=now):
                return _decided(order_id)
            order = final_check.release(
                screen.check.id,
                site_id=person.site_id,
                document=drawn,
                evidence=evidence,
                consent_text=quality_documents.statement(),
                version=screen.check.version,
                actor=session.actor(),
                now=now,
            )
            submissions.keep(sent, order)
    except DomainError as error:
        return _refused(screens.of_order(order_id), str(error), status_of(error))
    _keep_signed_record(order_id)
    flash(gettext("Released. The car is prepared next."))
    return htmx.redirect(url_for("orders.page", order_id=order_id))


@blueprint.post("/orders/<int:order_id>/quality-check/refusal")
@needs("quality.final_check")
def refuse(order_id: int) -> Response | tuple[str, int]:
    """What is not OK goes back as rework (QCS-2)."""
    sent, now = request.form.get("submission_id", ""), clock.now()
    if submissions.find(sent):
        return _decided(order_id)
    refused = _save(screens.of_order(order_id))
    if refused:
        return _decided(order_id) if submissions.find(sent) else refused
    screen = screens.of_order(order_id)
    try:
        with transaction():
            if submissions.earlier(sent, now=now):
                return _decided(order_id)
            order = final_check.refuse(
                screen.check.id, site_id=screen.order.site_id, actor=session.actor(), now=now
            )
            submissions.keep(sent, order)
    except DomainError as error:
        blamed = (getattr(error, "field", None) or "").removeprefix("item-")
        if blamed.isdecimal():
            screen.sentences[int(blamed)] = str(error)
        return _refused(screen, str(error), status_of(error))
    flash(
        ngettext("%(num)s point went back as rework.", "%(num)s points went back as rework.", screen.failed)
    )
    return htmx.redirect(url_for("orders.page", order_id=order_id))


def _decided(order_id: int) -> Response:
    """The second tap is answered like the first: the order as it stands now."""
    return htmx.redirect(url_for("orders.page", order_id=order_id))


def _page(screen: Screen) -> str:
    return render_template("quality/page.html", screen=screen, statement=quality_documents.statement())


def _refused(screen: Screen, sentence: str, status: int) -> tuple[str, int]:
    screen.refusal = sentence
    screen.signature_name = request.form.get("signature_name", "")
    return _page(screen), status


def _tablet() -> str:
    return str(session.person().session_id)


def _verify(item: QualityCheckItem) -> None:
    form, key = request.form, item.id
    result = form.get(f"result-{key}", "")
    final_check.verify(
        key,
        Verdict(
            result=CheckResult(result) if result in list(CheckResult) else None,
            reasons=tuple(
                FaultReason(reason) for reason in form.getlist(f"reason-{key}") if reason in list(FaultReason)
            ),
            instruction=form.get(f"instruction-{key}", ""),
            technician_id=form.get(f"who-{key}", type=int) or item.technician_id,
            version=form.get(f"version-{key}", type=int),
        ),
        site_id=session.person().site_id,
        actor=session.actor(),
        now=clock.now(),
        tablet=_tablet(),
    )


def _save(screen: Screen) -> tuple[str, int] | None:
    """Keep every verdict that the form mentions and the road test. Where something is refused the page is the answer."""
    sentences, drive_error = _verify_all(screen.check.items), None
    if "drive" in request.form:
        try:
            drive = _drive()
            with transaction():
                final_check.note_drive(
                    screen.check.id, drive, site_id=screen.order.site_id, actor=session.actor()
                )
        except DomainError as error:
            drive_error = error
    if not sentences and drive_error is None:
        return None
    again = screens.of_order(screen.order.id)
    again.sentences = sentences
    if drive_error is not None:
        return _refused(again, str(drive_error), status_of(drive_error))
    return _refused(again, next(iter(sentences.values())), 409)


def _verify_all(items: list[QualityCheckItem]) -> dict[int, str]:
    """Keep each verdict that the form mentions; the sentences of those that were refused, by item."""
    sentences = {}
    for item in items:
        if f"version-{item.id}" in request.form:
            try:
                with transaction():
                    _verify(item)
            except NotPermitted:
                raise
            except DomainError as error:
                sentences[item.id] = str(error)
    return sentences


def _drive() -> Drive:
    form = request.form
    return Drive(
        start=_reading("road_test_start"),
        end=_reading("road_test_end"),
        ticks=frozenset(Tick(tick) for tick in form.getlist("tick") if tick in list(Tick)),
        torque=form.get("torque", ""),
        fluids=form.get("fluids", ""),
        note=form.get("note", ""),
    )


def _reading(name: str) -> int | None:
    text = "".join(letter for letter in request.form.get(name, "") if letter not in " .,'\u00a0\u202f")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 7:
        raise Invalid(gettext("Enter the odometer as a number, for example 118420."), field=name)
    return int(text)


def _keep_signed_record(order_id: int) -> None:
    """The record once more, with the signature that was just given, for the customer and the order."""
    person, now = session.person(), clock.now()
    order = orders.get_order(order_id, site_id=person.site_id)
    check = queries.get_final_check(order_id)
    signature = document_queries.find_signature(order_id, "quality")
    stored = pdf.render_and_store(
        quality_documents.record_of(order, check, checker=check.checker_name, now=now, signature=signature),
        language=order.customer.language or person.site_language,
    )
    assert stored.kind is DocumentKind.QC_RECORD
    with transaction():
        documents.record(
            stored,
            site_id=order.site_id,
            service_order_id=order_id,
            now=now,
            subject_id=check.id,
            is_shared=True,
        )


def _group(order_id: int, number: int, sentences: dict[int, str]) -> Response:
    """One job's rows, and beside them the count and the bar."""
    screen = screens.of_order(order_id)
    screen.sentences = sentences
    group = screen.groups[number]
    return _parts(
        [
            render_template("quality/_group.html", group=group, number=number, screen=screen),
            render_template("quality/_count.html", screen=screen, oob=True),
            render_template("quality/_bar.html", screen=screen, oob=True),
        ],
        409 if sentences else 200,
    )


def _parts(parts: list[str], status: int) -> Response:
    answer = make_response("\n".join(parts), status)
    answer.vary.add("HX-Request")
    return answer
