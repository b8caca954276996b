"""The multi-point inspection on the technician's tablet: points rated one by one or an area at once, photos, the end."""

from flask import Blueprint, flash, make_response, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.errors import DomainError
from aftersales.domain.inspections import operations, queries
from aftersales.domain.warranty import line_decisions
from aftersales.i18n import gettext, ngettext
from aftersales.web import htmx, inspection_documents, media, session, tablets
from aftersales.web import inspection_screens as screens
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("inspections", __name__)


@blueprint.get("/orders/<int:order_id>/inspection")
@needs("inspections.read")
def page(order_id: int) -> str:
    return screens.page(screens.screen(order_id, request.args.get("area", "1")))


@blueprint.post("/orders/<int:order_id>/inspection/areas/<slug>")
@needs("inspections.rate")
def save_area(order_id: int, slug: str) -> Response | tuple[str, int]:
    """Save all points of an area at once and go on to the next one: the way without script, and the big button."""
    refused = _save(order_id, slug)
    if refused:
        return refused
    screen = screens.screen(order_id, slug)
    following = screen.sheet.after(screen.area)
    return htmx.redirect(url_for(".page", order_id=order_id, area=following.slug if following else slug))


@blueprint.post("/inspection-items/<int:item_id>")
@needs("inspections.rate")
def rate(item_id: int) -> Response:
    """Rate one point: the answer is its row, and beside it the areas and the bar."""
    order_id = queries.get_order_id_of_item(item_id, site_id=session.person().site_id)
    area, probe = screens.screen(order_id).sheet.find(item_id)
    entered = screens.entered_for(probe)
    error: DomainError | None = None
    try:
        with transaction():
            screens.own(order_id)
            screens.rate(probe, entered)
    except DomainError as refusal:
        error = refusal
    if not htmx.is_partial() and error is None:
        return htmx.redirect(url_for(".page", order_id=order_id, area=area.slug, _anchor=f"probe-{item_id}"))
    return screens.row(order_id, item_id, entered, error)


@blueprint.post("/orders/<int:order_id>/inspection/areas/<slug>/rest")
@needs("inspections.rate")
def rest_is_ok(order_id: int, slug: str) -> Response | tuple[str, int]:
    """Everything in the area that nobody rated is OK; the toast can take it back."""
    refused = _save(order_id, slug)
    if refused:
        return refused
    screen = screens.screen(order_id, slug)
    sweep_id = request.form.get("submission_id", "")[:64]
    with transaction():
        screens.own(order_id)
        rated, left = operations.rest_is_ok(
            screen.sheet.id,
            screen.area.key,
            sweep_id=sweep_id,
            actor=session.actor(),
            now=tablets.made_at(),
            tablet=screens.tablet(),
        )
    words = ngettext("%(num)s point is OK.", "%(num)s points are OK.", rated)
    if left:
        names = ", ".join(item.shown("name") for item in left)
        words = gettext("%(rated)s Look at these first: %(names)s.", rated=words, names=names)
    undo = url_for(".undo_rest", order_id=order_id, slug=slug, sweep_id=sweep_id)
    if not htmx.is_partial():
        flash(words)
        return htmx.redirect(url_for(".page", order_id=order_id, area=slug))
    answer = screens.area(screens.screen(order_id, slug))
    toast = {"text": words}
    if rated:
        undoing = {"url": undo, "label": gettext("Undo"), "target": "#inspection-area"}
        return htmx.trigger(answer, "toast", {**toast, "undo": undoing})
    return htmx.trigger(answer, "toast", toast)


@blueprint.post("/orders/<int:order_id>/inspection/areas/<slug>/rest/<sweep_id>/undo")
@needs("inspections.rate")
def undo_rest(order_id: int, slug: str, sweep_id: str) -> Response:
    screen = screens.screen(order_id, slug)
    with transaction():
        screens.own(order_id)
        operations.undo_rest(screen.sheet.id, sweep_id=sweep_id, actor=session.actor(), now=clock.now())
    if not htmx.is_partial():
        return htmx.redirect(url_for(".page", order_id=order_id, area=slug))
    return screens.area(screens.screen(order_id, slug))


@blueprint.post("/inspection-items/<int:item_id>/photos")
@needs("inspections.rate")
def add_photo(item_id: int) -> Response:
    order_id = queries.get_order_id_of_item(item_id, site_id=session.person().site_id)
    area, _ = screens.screen(order_id).sheet.find(item_id)
    photo = media.receive_photo()
    with transaction():
        screens.own(order_id)
        operations.add_photo(item_id, photo, actor=session.actor(), now=clock.now())
    if htmx.is_partial():
        return make_response("", 204)
    return htmx.redirect(url_for(".page", order_id=order_id, area=area.slug, _anchor=f"probe-{item_id}"))


@blueprint.post("/orders/<int:order_id>/inspection/completion")
@needs("inspections.rate")
def complete(order_id: int) -> Response | tuple[str, int]:
    """Finish the inspection and make its documents. What the warranty has not decided by now is the manufacturer's."""
    slug = request.form.get("area", "1")
    refused = _save(order_id, slug)
    if refused:
        return refused
    screen = screens.screen(order_id, slug)
    try:
        with transaction():
            screens.own(order_id)
            operations.complete(screen.sheet.id, actor=session.actor(), now=clock.now())
            line_decisions.diagnosis_is_over(order_id, actor=session.actor(), now=clock.now())
    except operations.Incomplete as error:
        screen = screens.screen(order_id, slug)
        screen.left = screen.sheet.left
        if screen.left and not any(probe in screen.area.probes for probe in screen.left):
            screen.area = screen.sheet.find(screen.left[0].id)[0]
        return screens.page(screen), status_of(error)
    made = inspection_documents.render(order_id)
    with transaction():
        inspection_documents.keep(made, order_id, now=clock.now())
    return htmx.redirect(url_for("diagnosis.report", order_id=order_id))


def _save(order_id: int, slug: str) -> Response | tuple[str, int] | None:
    """Save every point that the form mentions. Refused points keep what was typed; then they are the answer."""
    screen = screens.screen(order_id, slug)
    mentioned = [probe for probe in screen.area.probes if f"version-{probe.id}" in request.form]
    worst: DomainError | None = None
    for probe in mentioned:
        entered = screens.entered_for(probe)
        try:
            with transaction():
                screens.own(order_id)
                screens.rate(probe, entered)
        except DomainError as error:
            entered.sentence = str(error)
            screen.entered[probe.id] = entered
            worst = error
    if worst is None:
        return None
    again = screens.screen(order_id, slug)
    again.entered = screen.entered
    if htmx.is_partial():
        return screens.area(again, status_of(worst))
    return screens.page(again), status_of(worst)
