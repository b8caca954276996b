"""The points of a template's draft: added, changed, taken out, moved; its areas moved and renamed."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.base import Difference
from aftersales.blueprints.forms.inspections import MOST_MEASURES, MOST_MODELS, PointForm, template_form
from aftersales.db import transaction
from aftersales.domain.errors import DomainError, NotFound
from aftersales.domain.inspections import template_points, template_queries
from aftersales.domain.inspections.models import InspectionTemplate, TemplateItem
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web import template_screens as screens
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("template_points", __name__, url_prefix="/inspection-templates")


@blueprint.get("/<int:template_id>/points/new")
@needs("templates.manage")
def new_point(template_id: int) -> str:
    template = template_queries.get_draft(template_id)
    form = PointForm(
        formdata=None,
        jobs=screens.canned(),
        version=template.version,
        area=request.args.get("area", "")[:80],
        kind="rating",
        is_mandatory=True,
        measures=[{}],
    )
    return _point_page(template, form, None)


@blueprint.get("/<int:template_id>/points/<int:point_id>")
@needs("templates.manage")
def point(template_id: int, point_id: int) -> str:
    template = template_queries.get_draft(template_id)
    item = _item(template, point_id)
    return _point_page(template, PointForm.showing(item, template.version, screens.canned()), item)


@blueprint.post("/<int:template_id>/points")
@needs("templates.manage")
def add_point(template_id: int) -> Response | tuple[str, int] | str:
    return _save_point(template_id, None)


@blueprint.post("/<int:template_id>/points/<int:point_id>")
@needs("templates.manage")
def save_point(template_id: int, point_id: int) -> Response | tuple[str, int] | str:
    return _save_point(template_id, point_id)


@blueprint.post("/<int:template_id>/points/<int:point_id>/move")
@needs("templates.manage")
def move_point(template_id: int, point_id: int) -> Response | tuple[str, int]:
    """Up or down within the area, or out of the draft, by the button that was pressed."""
    way = request.form.get("way")
    by: dict[str, Any] = {"version": screens.version(), "actor": session.actor(), "now": clock.now()}
    try:
        with transaction():
            if way == "out":
                template_points.remove_point(template_id, point_id, **by)
            else:
                template_points.move_point(template_id, point_id, by=-1 if way == "up" else 1, **by)
    except DomainError as error:
        return _refused(template_id, error)
    return screens.points(template_id, f"point-{point_id}")


@blueprint.post("/<int:template_id>/areas")
@needs("templates.manage")
def change_area(template_id: int) -> Response | tuple[str, int]:
    """An area up, down, or under another name."""
    way, area = request.form.get("way"), request.form.get("area", "")
    by: dict[str, Any] = {"version": screens.version(), "actor": session.actor(), "now": clock.now()}
    try:
        with transaction():
            if way == "name":
                name = request.form.get("name", "")
                template_points.rename_area(
                    template_id, area, name=name, words=screens.wordings("area"), **by
                )
            else:
                template_points.move_area(template_id, area, by=-1 if way == "up" else 1, **by)
    except DomainError as error:
        return _refused(template_id, error)
    return screens.points(template_id, "points")


def _save_point(template_id: int, point_id: int | None) -> Response | tuple[str, int] | str:
    template = template_queries.get_draft(template_id)
    item = _item(template, point_id) if point_id is not None else None
    form = PointForm(jobs=screens.canned())
    if more := request.form.get("more"):
        rows, most = (form.models, MOST_MODELS) if more == "models" else (form.measures, MOST_MEASURES)
        if len(rows) < most:
            rows.append_entry({})
        return _point_page(template, PointForm(formdata=None, jobs=screens.canned(), **form.data), item)
    if not form.validate():
        return _point_page(template, form, item), 422
    words = {what: own for what in ("name", "hint") if (own := screens.wordings(what))}
    if area := (
        item.words.get("area")
        if item and item.area == form.area.data
        else _area_words(template, form.area.data)
    ):
        words["area"] = area
    try:
        with transaction():
            saved = template_points.save_point(
                template_id,
                form.point(words),
                item_id=point_id,
                version=form.version_given(),
                actor=session.actor(),
                now=clock.now(),
            )
            anchor = f"point-{saved.id}"
    except DomainError as error:
        draft = template_queries.get_draft(template_id)
        return _refused_point(draft, point_id, form, error), status_of(error)
    return htmx.redirect(url_for("inspection_templates.page", template_id=template_id, _anchor=anchor))


def _refused_point(
    draft: InspectionTemplate, point_id: int | None, form: PointForm, error: DomainError
) -> str:
    """What was typed, and beside it what somebody saved meanwhile; the point may be gone by now."""
    saved = next((item for item in draft.items if item.id == point_id), None)
    if saved is None:
        form.refuse_stale(error, form)
        return _point_page(draft, form, None)
    shown = PointForm.showing(saved, draft.version, screens.canned())
    differences = form.refuse_stale(error, shown)
    if differences and (changed := form.measures_beside(shown)):
        differences.append(changed)
    return _point_page(draft, form, saved, differences)


def _point_page(
    template: InspectionTemplate,
    form: PointForm,
    item: TemplateItem | None,
    differences: Sequence[Difference] = (),
) -> str:
    return render_template(
        "inspection_templates/point.html",
        template=template,
        form=form,
        item=item,
        areas=list(dict.fromkeys(one.area for one in template.items)),
        words={} if item is None else item.words,
        wordings=screens.WORDINGS,
        typed=request.form,
        differences=differences,
    )


def _refused(template_id: int, error: DomainError) -> tuple[str, int]:
    template = template_queries.get(template_id)
    return screens.page(template, template_form(template), error), status_of(error)


def _item(template: InspectionTemplate, point_id: int | None) -> TemplateItem:
    found = next((item for item in template.items if item.id == point_id), None)
    if found is None:
        raise NotFound(gettext("There is no such point. Somebody took it out."))
    return found


def _area_words(template: InspectionTemplate, area: str | None) -> dict[str, str]:
    """The words of an area that has points already: a new point of it is shown under the same name."""
    return next(
        (item.words["area"] for item in template.items if item.area == area and "area" in item.words), {}
    )
