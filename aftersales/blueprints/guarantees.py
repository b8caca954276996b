"""The site's guarantee terms per kind of work: presets by one tap, or days and km of one's own (ORD-9)."""

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.errors import DomainError, Invalid
from aftersales.domain.guarantees import operations, rules
from aftersales.domain.guarantees.models import GuaranteeKind
from aftersales.domain.guarantees.rules import Terms
from aftersales.domain.sites import queries as sites
from aftersales.i18n import gettext, label
from aftersales.web import guarantee_words, htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("guarantees", __name__, url_prefix="/site/guarantees")

_MOST = 9_999_999


@blueprint.get("")
@needs("settings.manage")
def page() -> str:
    return _page()


@blueprint.post("")
@needs("settings.manage")
def save() -> Response | tuple[str, int]:
    """Days and km of one's own."""
    try:
        terms = {kind: Terms(_number(kind, "days"), _number(kind, "km")) for kind in GuaranteeKind}
        with transaction():
            operations.set_terms(
                session.person().site_id,
                terms,
                version=request.form.get("version", type=int),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _page(error), status_of(error)
    flash(gettext("The terms are set. What was promised before keeps its own."))
    return htmx.redirect(url_for(".page"))


@blueprint.post("/preset")
@needs("settings.manage")
def take_preset() -> Response | tuple[str, int]:
    try:
        with transaction():
            operations.take_preset(
                session.person().site_id,
                request.form.get("preset", ""),
                version=request.form.get("version", type=int),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _page(error), status_of(error)
    flash(gettext("The terms are set. What was promised before keeps its own."))
    return htmx.redirect(url_for(".page"))


def _number(kind: GuaranteeKind, unit: str) -> int:
    name = f"{kind}_{unit}"
    text = "".join(letter for letter in request.form.get(name, "") if letter not in " .,'\u00a0\u202f")
    if not text.isascii() or not text.isdecimal() or int(text) > _MOST:
        raise Invalid(gettext("%(kind)s: enter a whole number, 0 or more.", kind=label(kind)), field=name)
    return int(text)


def _page(error: DomainError | None = None) -> str:
    site = sites.get_site(session.person().site_id)
    return render_template(
        "guarantees/page.html",
        site=site,
        terms=rules.terms_of(site),
        typed=request.form,
        presets=rules.PRESETS,
        sentence=guarantee_words.sentence(rules.terms_of(site)),
        error=error,
        blamed=getattr(error, "field", None) or "",
    )
