"""Inspection templates: the list, what is in use, the draft and its points, and which template a car would get."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.inspections import (
    MOST_MEASURES,
    MOST_MODELS,
    WORDINGS,
    NewTemplateForm,
    PointForm,
    TemplateForm,
    template_form,
)
from aftersales.db import transaction
from aftersales.domain.catalogue import queries as catalogue
from aftersales.domain.catalogue.kinds import PayType
from aftersales.domain.errors import DomainError, NotFound
from aftersales.domain.inspections import assignment, beginning, template_points, template_queries, templates
from aftersales.domain.inspections.models import InspectionTemplate, TemplateItem
from aftersales.domain.sites import settings
from aftersales.domain.vehicles.models import Fuel
from aftersales.i18n import gettext, label
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("inspection_templates", __name__, url_prefix="/inspection-templates")


@blueprint.get("")
@needs("templates.manage")
def index() -> str:
    """All templates; above them which one a car would get."""
    return render_template("inspection_templates/index.html", rows=template_queries.list_rows())


@blueprint.get("/choice")
@needs("templates.manage")
def choice() -> str:
    """Which template a given car would get for these jobs and payers, and why."""
    query = request.args.get("plate", "").strip()
    jobs = [code for code in request.args.getlist("job") if code]
    payers = [PayType(one) for one in request.args.getlist("payer") if one in list(PayType)]
    car = template_queries.find_car(query)
    ranked = beginning.rank_for(beginning.visit(car, job_codes=jobs, pay_types=payers)) if car else []
    return render_template(
        "inspection_templates/choice.html",
        plate=query,
        car=car,
        jobs=jobs,
        payers=[payer.value for payer in payers],
        ranked=[(one, assignment.reason(one, is_first=at == 0)) for at, one in enumerate(ranked)],
        pay_types=[(kind.value, label(kind)) for kind in PayType],
        canned=_canned(),
    )


@blueprint.get("/new")
@needs("templates.manage")
def new() -> str:
    return render_template("inspection_templates/new.html", form=NewTemplateForm(formdata=None), source="")


@blueprint.post("")
@needs("templates.manage")
def create() -> Response | tuple[str, int]:
    """Begin a template: empty, or with the points of another."""
    form, source = NewTemplateForm(), request.form.get("source", "")[:40]
    if not form.validate():
        return render_template("inspection_templates/new.html", form=form, source=source), 422
    try:
        with transaction():
            by: dict[str, Any] = {"actor": session.actor(), "now": clock.now()}
            if source:
                made = templates.copy(source, new_code=form.code.data, name=form.name.data, **by)
            else:
                made = templates.start(code=form.code.data, name=form.name.data, **by)
            draft_id = made.id
    except DomainError as error:
        form.refuse(error)
        return render_template("inspection_templates/new.html", form=form, source=source), status_of(error)
    return htmx.redirect(url_for(".page", template_id=draft_id))


@blueprint.get("/<int:template_id>")
@needs("templates.manage")
def page(template_id: int) -> str:
    """One version: what it asks, for which visits, and the versions beside it. A draft can be edited here."""
    return _page(template_queries.get(template_id))


@blueprint.post("/<int:template_id>/draft")
@needs("templates.manage")
def edit(template_id: int) -> Response:
    """Begin the next version, or go to the draft that somebody has begun."""
    code = template_queries.get(template_id).code
    with transaction():
        draft_id = templates.open_draft(code, actor=session.actor(), now=clock.now()).id
    return htmx.redirect(url_for(".page", template_id=draft_id))


@blueprint.post("/<int:template_id>")
@needs("templates.manage")
def change(template_id: int) -> Response | tuple[str, int]:
    """What the draft is called and which visits it is for."""
    form = TemplateForm()
    template = template_queries.get(template_id)
    if not form.validate():
        return _page(template, form), 422
    try:
        with transaction():
            templates.change(
                template_id,
                name=form.name.data,
                words=_wordings("name"),
                model_filter=form.model_filter.data or "",
                job_codes=[code.upper() for code in settings.words_of(form.job_codes.data or "")],
                pay_types=[PayType(one) for one in request.form.getlist("pay_type") if one in list(PayType)],
                fuels=[Fuel(one) for one in request.form.getlist("fuel") if one in list(Fuel)],
                version=form.version_given(),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(template_queries.get(template_id), form), status_of(error)
    flash(gettext("Saved in the draft."))
    return htmx.redirect(url_for(".page", template_id=template_id))


@blueprint.post("/<int:template_id>/publication")
@needs("templates.manage")
def publish(template_id: int) -> Response | tuple[str, int]:
    """Put the draft in use as the next version."""
    try:
        with transaction():
            made = templates.publish(template_id, version=_version(), actor=session.actor(), now=clock.now())
            words = gettext(
                "Version %(n)s is in use. Inspections that have begun keep theirs.", n=made.version_no
            )
    except DomainError as error:
        return _refused(template_id, error)
    flash(words)
    return htmx.redirect(url_for(".page", template_id=template_id))


@blueprint.post("/<int:template_id>/discard")
@needs("templates.manage")
def discard(template_id: int) -> Response:
    """Throw the draft away."""
    with transaction():
        templates.discard(template_id, actor=session.actor(), now=clock.now())
    flash(gettext("The draft is gone. What was in use stays in use."))
    return htmx.redirect(url_for(".index"))


@blueprint.post("/<int:template_id>/retirement")
@needs("templates.manage")
def retire(template_id: int) -> Response | tuple[str, int]:
    """Retire the template, or bring it back."""
    code = template_queries.get(template_id).code
    by: dict[str, Any] = {"actor": session.actor(), "now": clock.now()}
    try:
        with transaction():
            if request.form.get("back") == "1":
                templates.bring_back(code, **by)
            else:
                templates.retire(code, **by)
    except DomainError as error:
        return _refused(template_id, error)
    return htmx.redirect(url_for(".page", template_id=template_id))


@blueprint.get("/<int:template_id>/copy")
@needs("templates.manage")
def copy(template_id: int) -> str:
    source = template_queries.get(template_id)
    form = NewTemplateForm(formdata=None, code=f"{source.code}-2"[:40], name=source.shown_name)
    return render_template("inspection_templates/new.html", form=form, source=source.code)


# --- the points of a draft ---


@blueprint.get("/<int:template_id>/points/new")
@needs("templates.manage")
def new_point(template_id: int) -> str:
    template = template_queries.get_draft(template_id)
    form = PointForm(
        formdata=None,
        jobs=_canned(),
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
    return _point_page(template, PointForm.showing(item, template.version, _canned()), item)


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
    by: dict[str, Any] = {"version": _version(), "actor": session.actor(), "now": clock.now()}
    try:
        with transaction():
            if way == "out":
                template_points.remove_point(template_id, point_id, **by)
            else:
                template_points.move_point(template_id, point_id, by=-1 if way == "up" else 1, **by)
    except DomainError as error:
        return _refused(template_id, error)
    return _points(template_id, f"point-{point_id}")


@blueprint.post("/<int:template_id>/areas")
@needs("templates.manage")
def change_area(template_id: int) -> Response | tuple[str, int]:
    """An area up, down, or under another name."""
    way, area = request.form.get("way"), request.form.get("area", "")
    by: dict[str, Any] = {"version": _version(), "actor": session.actor(), "now": clock.now()}
    try:
        with transaction():
            if way == "name":
                name = request.form.get("name", "")
                template_points.rename_area(template_id, area, name=name, words=_wordings("area"), **by)
            else:
                template_points.move_area(template_id, area, by=-1 if way == "up" else 1, **by)
    except DomainError as error:
        return _refused(template_id, error)
    return _points(template_id, "points")


def _save_point(template_id: int, point_id: int | None) -> Response | tuple[str, int] | str:
    template = template_queries.get_draft(template_id)
    item = _item(template, point_id) if point_id is not None else None
    form = PointForm(jobs=_canned())
    if more := request.form.get("more"):
        rows, most = (form.models, MOST_MODELS) if more == "models" else (form.measures, MOST_MEASURES)
        if len(rows) < most:
            rows.append_entry({})
        return _point_page(template, PointForm(formdata=None, jobs=_canned(), **form.data), item)
    if not form.validate():
        return _point_page(template, form, item), 422
    words = {what: own for what in ("name", "hint") if (own := _wordings(what))}
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
        form.refuse(error)
        return _point_page(template_queries.get_draft(template_id), form, item), status_of(error)
    return htmx.redirect(url_for(".page", template_id=template_id, _anchor=anchor))


def _point_page(template: InspectionTemplate, form: PointForm, item: TemplateItem | None) -> str:
    return render_template(
        "inspection_templates/point.html",
        template=template,
        form=form,
        item=item,
        areas=list(dict.fromkeys(one.area for one in template.items)),
        words={} if item is None else item.words,
        wordings=WORDINGS,
        typed=request.form,
    )


def _page(
    template: InspectionTemplate, form: TemplateForm | None = None, error: DomainError | None = None
) -> str:
    return render_template(
        "inspection_templates/page.html",
        template=template,
        areas=template_queries.areas_of(template),
        versions=template_queries.list_versions(template.code),
        form=form or template_form(template),
        fuels=[(fuel.value, label(fuel)) for fuel in Fuel],
        pay_types=[(kind.value, label(kind)) for kind in PayType],
        canned=dict(_canned()),
        wordings=WORDINGS,
        error=error,
    )


def _points(template_id: int, anchor: str) -> Response:
    template = template_queries.get_draft(template_id)
    if htmx.is_partial():
        return htmx.respond(
            "inspection_templates/page.html",
            "inspection_templates/_points.html",
            template=template,
            areas=template_queries.areas_of(template),
            canned=dict(_canned()),
            wordings=WORDINGS,
        )
    return htmx.redirect(url_for(".page", template_id=template_id, _anchor=anchor))


def _refused(template_id: int, error: DomainError) -> tuple[str, int]:
    return _page(template_queries.get(template_id), error=error), status_of(error)


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


def _wordings(what: str) -> dict[str, str]:
    """What the form says by language: ``name-zh`` …"""
    return {
        language: text
        for language in WORDINGS
        if (text := request.form.get(f"{what}-{language}", "").replace("\0", "").strip()[:200])
    }


def _canned() -> list[tuple[str, str]]:
    return [(job.code, job.name) for job in catalogue.list_canned_jobs(only_active=True)]


def _version() -> int | None:
    return request.form.get("version", type=int)
