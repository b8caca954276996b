"""Inspection templates: the list, what is in use, the draft, and which template a car would get."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.inspections import NewTemplateForm, TemplateForm, template_form
from aftersales.db import transaction
from aftersales.domain.catalogue.kinds import PayType
from aftersales.domain.errors import DomainError
from aftersales.domain.inspections import assignment, beginning, template_queries, templates
from aftersales.domain.sites import settings
from aftersales.domain.vehicles.models import Fuel
from aftersales.i18n import gettext, label
from aftersales.web import htmx, session
from aftersales.web import template_screens as screens
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
        canned=screens.canned(),
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
    template = template_queries.get(template_id)
    return screens.page(template, template_form(template))


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
        return screens.page(template, form), 422
    try:
        with transaction():
            templates.change(
                template_id,
                name=form.name.data,
                words=screens.wordings("name"),
                model_filter=form.model_filter.data or "",
                job_codes=[code.upper() for code in settings.words_of(form.job_codes.data or "")],
                pay_types=[PayType(one) for one in request.form.getlist("pay_type") if one in list(PayType)],
                fuels=[Fuel(one) for one in request.form.getlist("fuel") if one in list(Fuel)],
                version=form.version_given(),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        saved = template_queries.get(template_id)
        differences = form.refuse_stale(error, template_form(saved))
        return screens.page(saved, form, differences=differences), status_of(error)
    flash(gettext("Saved in the draft."))
    return htmx.redirect(url_for(".page", template_id=template_id))


@blueprint.post("/<int:template_id>/publication")
@needs("templates.manage")
def publish(template_id: int) -> Response | tuple[str, int]:
    """Put the draft in use as the next version."""
    try:
        with transaction():
            made = templates.publish(
                template_id, version=screens.version(), actor=session.actor(), now=clock.now()
            )
            words = gettext(
                "Version %(n)s is in use. Inspections that have begun keep theirs.", n=made.version_no
            )
    except DomainError as error:
        return _refused(template_id, error)
    flash(words)
    return htmx.redirect(url_for(".page", template_id=template_id))


@blueprint.post("/<int:template_id>/discard")
@needs("templates.manage")
def discard(template_id: int) -> Response | tuple[str, int]:
    """Throw the draft away, as it stood on the page: not what somebody has added since."""
    try:
        with transaction():
            templates.discard(template_id, version=screens.version(), actor=session.actor(), now=clock.now())
    except DomainError as error:
        return _refused(template_id, error)
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


def _refused(template_id: int, error: DomainError) -> tuple[str, int]:
    template = template_queries.get(template_id)
    return screens.page(template, template_form(template), error), status_of(error)
