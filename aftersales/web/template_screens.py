"""What the views of inspection templates share: a template's page, its points, and what their forms say."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales.domain.catalogue import queries as catalogue
from aftersales.domain.catalogue.kinds import PayType
from aftersales.domain.errors import DomainError
from aftersales.domain.inspections import template_queries
from aftersales.domain.inspections.models import InspectionTemplate
from aftersales.domain.vehicles.models import Fuel
from aftersales.i18n import WRITTEN, label
from aftersales.web import htmx

WORDINGS = {code: name for code, name in WRITTEN.items() if code != "en"}
"""The languages in which a template may be worded beside its own."""


def page(
    template: InspectionTemplate,
    form: Any,
    error: DomainError | None = None,
    differences: Sequence[object] = (),
) -> str:
    """One version: its points, ``form`` with its name and the visits it is for, and the versions beside it."""
    return render_template(
        "inspection_templates/page.html",
        **_parts(template),
        versions=template_queries.list_versions(template.code),
        form=form,
        version=form.version.data,
        fuels=[(fuel.value, label(fuel)) for fuel in Fuel],
        pay_types=[(kind.value, label(kind)) for kind in PayType],
        error=error,
        differences=differences,
    )


def points(template_id: int, anchor: str) -> Response:
    """The points after a change: the part of the page, or the page at ``anchor``."""
    if not htmx.is_partial():
        return htmx.redirect(url_for("inspection_templates.page", template_id=template_id, _anchor=anchor))
    draft = template_queries.get_draft(template_id)
    return htmx.respond(
        "inspection_templates/page.html",
        "inspection_templates/_points.html",
        **_parts(draft),
        version=draft.version,
    )


def wordings(what: str) -> dict[str, str]:
    """What the form says by language: ``name-pl`` …"""
    return {
        language: text
        for language in WORDINGS
        if (text := request.form.get(f"{what}-{language}", "").replace("\0", "").strip()[:200])
    }


def canned() -> list[tuple[str, str]]:
    """The canned jobs that a finding may propose, by code."""
    return [(job.code, job.name) for job in catalogue.list_canned_jobs(only_active=True)]


def version() -> int | None:
    """The version of the draft that the page was made from."""
    return request.form.get("version", type=int)


def _parts(template: InspectionTemplate) -> dict[str, Any]:
    return {
        "template": template,
        "areas": template_queries.areas_of(template),
        "canned": dict(canned()),
        "wordings": WORDINGS,
    }
