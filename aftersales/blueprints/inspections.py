"""The multi-point inspection on the technician's tablet, its report, and findings that become proposed work."""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from flask import Blueprint, flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.catalogue import queries as catalogue
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents import queries as document_queries
from aftersales.domain.documents.models import DocumentKind
from aftersales.domain.errors import DomainError, Invalid
from aftersales.domain.inspections import findings, operations, queries
from aftersales.domain.inspections.operations import Ruling
from aftersales.domain.inspections.queries import Area, Probe, Sheet
from aftersales.domain.inspections.rules import Rating
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.workshop import dispatch
from aftersales.i18n import gettext, ngettext
from aftersales.web import documents as pdf
from aftersales.web import htmx, inspection_documents, media, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("inspections", __name__)


@dataclass(slots=True)
class Entered:
    """What somebody typed for one point, kept as it came where the point is refused."""

    rating: str
    values: dict[str, str]
    note: str
    sentence: str = ""


@dataclass(slots=True)
class Screen:
    """Everything that the checklist and its parts are drawn from."""

    order: ServiceOrder
    sheet: Sheet
    area: Area
    can_rate: bool
    canned: dict[str, str]
    entered: dict[int, Entered] = field(default_factory=dict)
    left: list[Probe] = field(default_factory=list)


# --- the checklist ---


@blueprint.get("/orders/<int:order_id>/inspection")
@needs("inspections.read")
def page(order_id: int) -> str:
    return _page(_screen(order_id, request.args.get("area", "1")))


@blueprint.post("/orders/<int:order_id>/inspection/areas/<slug>")
@needs("inspections.rate")
def save_area(order_id: int, slug: str) -> Response | tuple[str, int]:
    """Save all points of an area at once and go on to the next one: the way without script, and the big button."""
    refused = _save(order_id, slug)
    if refused:
        return refused
    screen = _screen(order_id, slug)
    following = screen.sheet.after(screen.area)
    return htmx.redirect(url_for(".page", order_id=order_id, area=following.slug if following else slug))


@blueprint.post("/inspection-items/<int:item_id>")
@needs("inspections.rate")
def rate(item_id: int) -> Response:
    """Rate one point: the answer is its row, and beside it the areas and the bar."""
    order_id = queries.get_order_id_of_item(item_id, site_id=session.person().site_id)
    screen = _screen(order_id)
    area, probe = screen.sheet.find(item_id)
    entered = _entered(probe)
    error: DomainError | None = None
    try:
        with transaction():
            _own(order_id)
            _rate(probe, entered)
    except DomainError as refusal:
        error = refusal
    if not htmx.is_partial() and error is None:
        return htmx.redirect(url_for(".page", order_id=order_id, area=area.slug, _anchor=f"probe-{item_id}"))
    return _row(order_id, item_id, entered, error)


@blueprint.post("/orders/<int:order_id>/inspection/areas/<slug>/rest")
@needs("inspections.rate")
def rest_is_ok(order_id: int, slug: str) -> Response | tuple[str, int]:
    """Everything in the area that nobody rated is OK; the toast can take it back."""
    refused = _save(order_id, slug)
    if refused:
        return refused
    screen = _screen(order_id, slug)
    sweep_id = request.form.get("submission_id", "")[:64]
    with transaction():
        _own(order_id)
        rated, left = operations.rest_is_ok(
            screen.sheet.id,
            screen.area.key,
            sweep_id=sweep_id,
            actor=session.actor(),
            now=clock.now(),
            tablet=_tablet(),
        )
    words = ngettext("%(num)s point is OK.", "%(num)s points are OK.", rated)
    if left:
        names = ", ".join(gettext(item.name) for item in left)
        words = gettext("%(rated)s Measure first: %(names)s.", rated=words, names=names)
    undo = url_for(".undo_rest", order_id=order_id, slug=slug, sweep_id=sweep_id)
    if not htmx.is_partial():
        flash(words)
        return htmx.redirect(url_for(".page", order_id=order_id, area=slug))
    answer = _area(_screen(order_id, slug))
    toast = {"text": words}
    if rated:
        undoing = {"url": undo, "label": gettext("Undo"), "target": "#inspection-area"}
        return htmx.trigger(answer, "toast", {**toast, "undo": undoing})
    return htmx.trigger(answer, "toast", toast)


@blueprint.post("/orders/<int:order_id>/inspection/areas/<slug>/rest/<sweep_id>/undo")
@needs("inspections.rate")
def undo_rest(order_id: int, slug: str, sweep_id: str) -> Response:
    screen = _screen(order_id, slug)
    with transaction():
        _own(order_id)
        operations.undo_rest(screen.sheet.id, sweep_id=sweep_id, actor=session.actor())
    if not htmx.is_partial():
        return htmx.redirect(url_for(".page", order_id=order_id, area=slug))
    return _area(_screen(order_id, slug))


@blueprint.post("/inspection-items/<int:item_id>/photos")
@needs("inspections.rate")
def add_photo(item_id: int) -> Response:
    order_id = queries.get_order_id_of_item(item_id, site_id=session.person().site_id)
    screen = _screen(order_id)
    area, _ = screen.sheet.find(item_id)
    photo = media.receive_photo()
    with transaction():
        _own(order_id)
        operations.add_photo(item_id, photo, actor=session.actor(), now=clock.now())
    if htmx.is_partial():
        return make_response("", 204)
    return htmx.redirect(url_for(".page", order_id=order_id, area=area.slug, _anchor=f"probe-{item_id}"))


@blueprint.post("/orders/<int:order_id>/inspection/completion")
@needs("inspections.rate")
def complete(order_id: int) -> Response | tuple[str, int]:
    """Finish the inspection, propose its findings where that is wished, and make the documents."""
    slug = request.form.get("area", "1")
    refused = _save(order_id, slug)
    if refused:
        return refused
    screen = _screen(order_id, slug)
    try:
        with transaction():
            _own(order_id)
            operations.complete(screen.sheet.id, actor=session.actor(), now=clock.now())
    except operations.Incomplete as error:
        screen = _screen(order_id, slug)
        screen.left = screen.sheet.left
        if screen.left and not any(probe in screen.area.probes for probe in screen.left):
            screen.area = screen.sheet.find(screen.left[0].id)[0]
        return _page(screen), status_of(error)
    _make_documents(order_id)
    return htmx.redirect(url_for(".report", order_id=order_id))


# --- findings ---


@blueprint.post("/inspection-items/<int:item_id>/proposal")
@needs("inspections.propose")
def propose(item_id: int) -> Response:
    """The finding becomes a proposed job with its lines in one tap (TEC-3)."""
    order_id = queries.get_order_id_of_item(item_id, site_id=session.person().site_id)
    area, probe = queries.get_sheet(order_id).find(item_id)
    entered = _entered(probe) if f"version-{item_id}" in request.form else None
    error: DomainError | None = None
    try:
        with transaction():
            if entered is not None:
                _own(order_id)
                _rate(probe, entered)
            job = findings.propose(
                item_id,
                canned_job_code=request.form.get(f"code-{item_id}"),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        error = refusal
    words = str(error) if error else gettext("Proposed: %(title)s", title=job.title)
    if htmx.is_partial() and entered is not None:
        return htmx.trigger(_row(order_id, item_id, entered, error), "toast", {"text": words})
    flash(words)
    if entered is None:
        return htmx.redirect(url_for(".report", order_id=order_id, _anchor=f"point-{item_id}"))
    return htmx.redirect(url_for(".page", order_id=order_id, area=area.slug, _anchor=f"probe-{item_id}"))


@blueprint.post("/orders/<int:order_id>/inspection/proposals")
@needs("inspections.propose")
def propose_all(order_id: int) -> Response:
    """All findings become proposed jobs; what could not be priced is named."""
    orders.get_order(order_id, site_id=session.person().site_id)
    sheet = queries.get_sheet(order_id)
    with transaction():
        jobs, refusals = findings.propose_all(sheet.id, actor=session.actor(), now=clock.now())
    flash(ngettext("%(num)s job proposed.", "%(num)s jobs proposed.", len(jobs)))
    for sentence in refusals:
        flash(sentence)
    return htmx.redirect(url_for(".report", order_id=order_id))


# --- the report ---


@blueprint.get("/orders/<int:order_id>/inspection/report")
@needs("inspections.read")
def report(order_id: int) -> str:
    """What was found, with photos, values, limits and advice (DIA-1)."""
    order = orders.get_order(order_id, site_id=session.person().site_id)
    sheet = queries.get_sheet(order_id)
    codes = {probe.canned_job_code for probe in sheet.findings if probe.canned_job_code}
    kept = document_queries.list_of_order(order_id)
    return render_template(
        "inspections/report.html",
        order=order,
        sheet=sheet,
        concerns=[job for job in orders.list_jobs(order_id) if job.concern],
        canned={code: job.name for code, job in catalogue.list_canned_jobs_by_codes(codes).items()},
        documents=[
            document
            for document in kept
            if document.kind in (DocumentKind.INSPECTION, DocumentKind.DIAGNOSIS_REPORT)
        ],
        may_propose=session.person().may("inspections.propose") and not order.is_closed,
        may_advise=session.person().may("inspections.rate") and not order.is_closed,
    )


@blueprint.post("/orders/<int:order_id>/inspection/advice")
@needs("inspections.rate")
def advise(order_id: int) -> Response:
    """Write the advice, and make the documents anew where the inspection is complete."""
    orders.get_order(order_id, site_id=session.person().site_id)
    sheet = queries.get_sheet(order_id)
    with transaction():
        _own(order_id)
        operations.advise(sheet.id, request.form.get("advice", ""), actor=session.actor(), now=clock.now())
    if sheet.completed_at:
        _make_documents(order_id)
    flash(gettext("Advice saved."))
    return htmx.redirect(url_for(".report", order_id=order_id))


# --- what the views share ---


def _screen(order_id: int, slug: str = "1") -> Screen:
    person = session.person()
    order = orders.get_order(order_id, site_id=person.site_id)
    sheet = queries.get_sheet(order_id)
    codes = {probe.canned_job_code for probe in sheet.probes if probe.canned_job_code}
    may = (
        person.may("inspections.rate")
        and sheet.completed_at is None
        and not order.is_closed
        and dispatch.is_own(order, session.actor())
    )
    return Screen(
        order=order,
        sheet=sheet,
        area=sheet.area_of(slug),
        can_rate=may,
        canned={code: job.name for code, job in catalogue.list_canned_jobs_by_codes(codes).items()},
    )


def _own(order_id: int) -> None:
    dispatch.need_own(lock_order(order_id, site_id=session.person().site_id), session.actor())


def _tablet() -> str:
    """One sign-in on one device: two tablets are two of them."""
    return str(session.person().session_id)


def _entered(probe: Probe) -> Entered:
    """What the form says about the point; what it does not mention stands as it is."""
    form, key = request.form, probe.id
    return Entered(
        rating=form.get(f"rating-{key}", ""),
        values={
            reading.measure.code: form.get(f"value-{key}-{reading.measure.code}", "").strip()
            for reading in probe.readings
        },
        note=form.get(f"note-{key}", ""),
    )


def _rate(probe: Probe, entered: Entered) -> None:
    values = {}
    for reading in probe.readings:
        text = entered.values[reading.measure.code]
        values[reading.measure.code] = _decimal(text, reading.name)
    operations.rate(
        probe.id,
        Ruling(
            rating=Rating(entered.rating) if entered.rating in list(Rating) else None,
            values=values,
            note=entered.note,
            version=request.form.get(f"version-{probe.id}", type=int),
        ),
        actor=session.actor(),
        now=clock.now(),
        tablet=_tablet(),
    )


def _decimal(text: str, name: str) -> Decimal | None:
    if not text:
        return None
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Invalid(gettext("%(name)s: enter a number, for example 3.5.", name=name))
    return value


def _save(order_id: int, slug: str) -> Response | tuple[str, int] | None:
    """Save every point that the form mentions. Refused points keep what was typed; then they are the answer."""
    screen = _screen(order_id, slug)
    mentioned = [probe for probe in screen.area.probes if f"version-{probe.id}" in request.form]
    worst: DomainError | None = None
    for probe in mentioned:
        entered = _entered(probe)
        try:
            with transaction():
                _own(order_id)
                _rate(probe, entered)
        except DomainError as error:
            entered.sentence = str(error)
            screen.entered[probe.id] = entered
            worst = error
    if worst is None:
        return None
    again = _screen(order_id, slug)
    again.entered = screen.entered
    if htmx.is_partial():
        return _area(again, status_of(worst))
    return _page(again), status_of(worst)


def _page(screen: Screen) -> str:
    addresses = [url_for(".page", order_id=screen.order.id)]
    addresses += [url_for(".page", order_id=screen.order.id, area=area.slug) for area in screen.sheet.areas]
    return render_template("inspections/page.html", screen=screen, pages=addresses)


def _row(order_id: int, item_id: int, entered: Entered, error: DomainError | None) -> Response:
    screen = _screen(order_id)
    screen.area, probe = screen.sheet.find(item_id)
    if error is not None:
        entered.sentence = str(error)
        screen.entered[item_id] = entered
    parts = [
        render_template("inspections/_probe.html", probe=probe, screen=screen),
        render_template("inspections/_areas.html", screen=screen, oob=True),
        render_template("inspections/_bar.html", screen=screen, oob=True),
    ]
    return _parts(parts, status_of(error) if error else 200)


def _area(screen: Screen, status: int = 200) -> Response:
    parts = [
        render_template("inspections/_area.html", screen=screen),
        render_template("inspections/_areas.html", screen=screen, oob=True),
        render_template("inspections/_bar.html", screen=screen, oob=True),
    ]
    return _parts(parts, status)


def _parts(parts: list[str], status: int) -> Response:
    answer = make_response("\n".join(parts), status)
    answer.vary.add("HX-Request")
    return answer


def _make_documents(order_id: int) -> None:
    """Make the inspection sheet and the diagnosis report as they stand now and list them on the order."""
    person, now = session.person(), clock.now()
    order = orders.get_order(order_id, site_id=person.site_id)
    sheet = queries.get_sheet(order_id)
    made = [
        pdf.render_and_store(document, language=order.customer.language or person.site_language)
        for document in inspection_documents.documents_of(order, sheet, now=now)
    ]
    with transaction():
        for stored in made:
            documents.record(
                stored, site_id=order.site_id, service_order_id=order_id, now=now, is_shared=True
            )
