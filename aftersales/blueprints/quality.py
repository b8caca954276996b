"""The three checks of a car's work and the rework between them."""

from dataclasses import dataclass, field

from flask import Blueprint, flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents import queries as document_queries
from aftersales.domain.documents.models import DocumentKind
from aftersales.domain.errors import DomainError, Invalid, NotFound, NotPermitted
from aftersales.domain.inspections import queries as inspections
from aftersales.domain.quality import final_check, queries, work_checks
from aftersales.domain.quality.final_check import Drive, Verdict
from aftersales.domain.quality.models import (
    BEFORE_IT_LEAVES,
    ROAD_TEST,
    CheckResult,
    FaultReason,
    QualityCheck,
    QualityCheckItem,
    Rework,
    Tick,
)
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import NOT_THE_REPAIRER, OrderState
from aftersales.i18n import gettext, label, ngettext
from aftersales.web import documents as pdf
from aftersales.web import htmx, media, quality_documents, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("quality", __name__)


@dataclass
class Screen:
    """Everything that the final inspection and its parts are drawn from."""

    order: ServiceOrder
    check: QualityCheck
    can_check: bool
    why_not: str
    repairers: list[str]
    people: list[tuple[int, str]]
    road_test: bool
    sentences: dict[int, str] = field(default_factory=dict)
    refusal: str = ""
    signature_name: str = ""

    road_test_ticks = ROAD_TEST
    leaving_ticks = BEFORE_IT_LEAVES

    @property
    def fault_reasons(self) -> list[tuple[str, str]]:
        return [(reason.value, label(reason)) for reason in FaultReason]

    @property
    def groups(self) -> list[queries.Group]:
        return queries.groups_of(self.check)

    @property
    def checked(self) -> int:
        return sum(item.result is not None for item in self.check.items)

    @property
    def failed(self) -> int:
        return queries.count_of(self.check, CheckResult.NOT_OK)


# --- self-check and team leader's check ---


@blueprint.get("/orders/<int:order_id>/self-check")
@needs("quality.self_check")
def self_check(order_id: int) -> str:
    return _work_check("quality/self_check.html", order_id)


@blueprint.post("/orders/<int:order_id>/self-check")
@needs("quality.self_check")
def confirm_self_check(order_id: int) -> Response | tuple[str, int]:
    """The technician has checked each line. Without a team leader the car goes to quality check at once."""
    person, now = session.person(), clock.now()
    try:
        with transaction():
            work_checks.self_check(
                order_id,
                site_id=person.site_id,
                line_ids=set(request.form.getlist("line", type=int)),
                note=request.form.get("note", ""),
                actor=session.actor(),
                now=now,
            )
            order = orders.get_order(order_id, site_id=person.site_id)
            if not order.needs_leader_check:
                work_checks.finish_work(order_id, site_id=person.site_id, actor=session.actor(), now=now)
    except DomainError as error:
        return _work_check("quality/self_check.html", order_id, error=error), status_of(error)
    if order.needs_leader_check:
        flash(gettext("Self-check done. The team leader checks next."))
    else:
        flash(gettext("Self-check done. The car waits for the final inspection."))
    return htmx.redirect(url_for("orders.page", order_id=order_id))


@blueprint.get("/orders/<int:order_id>/leader-check")
@needs("quality.leader_check")
def leader_check(order_id: int) -> str:
    return _work_check("quality/leader_check.html", order_id)


@blueprint.post("/orders/<int:order_id>/leader-check")
@needs("quality.leader_check")
def confirm_leader_check(order_id: int) -> Response | tuple[str, int]:
    """Passed, the car goes to quality check at once; not passed, back to the technician with the note."""
    person, now = session.person(), clock.now()
    is_passed = request.form.get("result") == "ok"
    try:
        with transaction():
            work_checks.leader_check(
                order_id,
                site_id=person.site_id,
                is_passed=is_passed,
                note=request.form.get("note", ""),
                actor=session.actor(),
                now=now,
            )
            if is_passed:
                work_checks.finish_work(order_id, site_id=person.site_id, actor=session.actor(), now=now)
    except DomainError as error:
        return _work_check("quality/leader_check.html", order_id, error=error), status_of(error)
    flash(
        gettext("Passed. The car waits for the final inspection.")
        if is_passed
        else gettext("The technician has your note as a task.")
    )
    return htmx.redirect(url_for("orders.page", order_id=order_id))


def _work_check(template: str, order_id: int, *, error: DomainError | None = None) -> str:
    order = orders.get_order(order_id, site_id=session.person().site_id)
    sheet = inspections.find_sheet(order_id)
    return render_template(
        template,
        order=order,
        jobs=queries.list_authorised_jobs(order_id),
        findings=sheet.findings if sheet else [],
        checks=queries.list_checks(order_id),
        is_open=order.state is OrderState.REPAIRING,
        ticked=set(request.form.getlist("line", type=int)),
        note=request.form.get("note", ""),
        sentence=str(error) if error else "",
    )


# --- final inspection ---


@blueprint.get("/orders/<int:order_id>/quality-check")
@needs("quality.read")
def page(order_id: int) -> str:
    return _page(_screen(order_id))


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
    screen = _screen(order_id)
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


@blueprint.post("/orders/<int:order_id>/quality-check/groups/<int:number>/rest")
@needs("quality.final_check")
def rest_is_ok(order_id: int, number: int) -> Response | tuple[str, int]:
    """Everything of one job that has no verdict yet is OK."""
    screen = _screen(order_id)
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
    refused = _save(_screen(order_id))
    if refused:
        return refused
    flash(gettext("Saved. The inspection goes on when you come back."))
    return htmx.redirect(url_for(".page", order_id=order_id))


@blueprint.post("/orders/<int:order_id>/quality-check/release")
@needs("quality.final_check")
def release(order_id: int) -> Response | tuple[str, int]:
    """Everything is verified: sign the record and let the car go (QCS-4).

    The record is drawn before the transaction; its digest is what the signature signs. Then it is drawn once more
    with the signature in it.
    """
    refused = _save(_screen(order_id))
    if refused:
        return refused
    screen, person, now = _screen(order_id), session.person(), clock.now()
    left = final_check.what_is_left(screen.check, road_test=screen.road_test)
    if left:
        return _refused(screen, gettext("The car cannot be released yet.") + " " + " ".join(left), 409)
    try:
        evidence = media.receive_signature(language=person.language or person.site_language)
        drawn = pdf.render_and_store(
            quality_documents.record_of(screen.order, screen.check, checker=person.name, now=now),
            language=screen.order.customer.language or person.site_language,
        )
        with transaction():
            final_check.release(
                screen.check.id,
                site_id=person.site_id,
                document=drawn,
                evidence=evidence,
                consent_text=quality_documents.statement(),
                version=screen.check.version,
                actor=session.actor(),
                now=now,
            )
    except DomainError as error:
        return _refused(_screen(order_id), str(error), status_of(error))
    _keep_signed_record(order_id)
    flash(gettext("Released. The car is prepared next."))
    return htmx.redirect(url_for("orders.page", order_id=order_id))


@blueprint.post("/orders/<int:order_id>/quality-check/refusal")
@needs("quality.final_check")
def refuse(order_id: int) -> Response | tuple[str, int]:
    """What is not OK goes back as rework (QCS-2)."""
    refused = _save(_screen(order_id))
    if refused:
        return refused
    screen = _screen(order_id)
    try:
        with transaction():
            final_check.refuse(
                screen.check.id, site_id=screen.order.site_id, actor=session.actor(), now=clock.now()
            )
    except DomainError as error:
        blamed = (getattr(error, "field", None) or "").removeprefix("item-")
        if blamed.isdecimal():
            screen.sentences[int(blamed)] = str(error)
        return _refused(screen, str(error), status_of(error))
    flash(
        ngettext("%(num)s point went back as rework.", "%(num)s points went back as rework.", screen.failed)
    )
    return htmx.redirect(url_for("orders.page", order_id=order_id))


# --- rework ---


@blueprint.get("/orders/<int:order_id>/rework")
@needs("quality.read")
def rework(order_id: int) -> str:
    order = orders.get_order(order_id, site_id=session.person().site_id)
    reworks = queries.list_reworks(order_id)
    return render_template(
        "quality/rework.html",
        order=order,
        reworks=reworks,
        reason_words={reason.value: label(reason) for reason in FaultReason},
        leader_note=_leader_note(order),
        people=dict(
            queries.list_repairers(
                order.site_id, {each.technician_id for each in reworks if each.technician_id}
            )
        ),
        can_finish=session.person().may("quality.self_check") and order.state is OrderState.REPAIRING,
    )


@blueprint.post("/reworks/<int:rework_id>/completion")
@needs("quality.self_check")
def finish_rework(rework_id: int) -> Response:
    with transaction():
        done: Rework = final_check.finish_rework(
            rework_id,
            site_id=session.person().site_id,
            note=request.form.get("note", ""),
            actor=session.actor(),
            now=clock.now(),
        )
    order = orders.get_order(done.service_order_id, site_id=session.person().site_id)
    if order.open_rework:
        return htmx.redirect(url_for(".rework", order_id=order.id))
    flash(gettext("All rework is done. Check your work once more."))
    return htmx.redirect(url_for(".self_check", order_id=order.id))


def _leader_note(order: ServiceOrder) -> str:
    """What the team leader wrote when the work was not finished yet."""
    checks = queries.list_checks(order.id)
    last = checks[-1] if checks else None
    return last.note if last is not None and last.is_passed is False and last.stage == "leader" else ""


# --- what the views share ---


def _screen(order_id: int) -> Screen:
    person = session.person()
    order = orders.get_order(order_id, site_id=person.site_id)
    check = queries.get_final_check(order_id)
    why_not = ""
    if check.checked_at or order.state is not OrderState.QUALITY_CHECK:
        why_not = gettext("This final inspection is over.")
    elif not person.may("quality.final_check"):
        why_not = gettext("The quality supervisor inspects this car. You can read the points.")
    elif not NOT_THE_REPAIRER.holds(order, session.actor()):
        why_not = str(NOT_THE_REPAIRER.sentence)
    return Screen(
        order=order,
        check=check,
        can_check=not why_not,
        why_not=why_not,
        repairers=queries.names_of(order.repairer_ids),
        people=queries.list_repairers(
            order.site_id, {*order.repairer_ids, *([order.technician_id] if order.technician_id else [])}
        ),
        road_test=person.setting("quality.road_test"),
    )


def _page(screen: Screen) -> str:
    return render_template("quality/page.html", screen=screen)


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
    again = _screen(screen.order.id)
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
    screen = _screen(order_id)
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
