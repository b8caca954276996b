"""The site's settings: papers, tax rates, hours, closed days, and every figure of the registry."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.site import ClosedDayForm, HoursForm, SettingsForm, SiteForm, TaxForm
from aftersales.db import transaction
from aftersales.domain.errors import DomainError, NotFound
from aftersales.domain.sites import operations, queries
from aftersales.domain.sites.models import Site
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of
from aftersales.web.filters import number

blueprint = Blueprint("site", __name__, url_prefix="/site")

Answer = Response | tuple[str, int]


@blueprint.get("")
@needs("settings.manage")
def page() -> str:
    return _page()


@blueprint.post("")
@needs("settings.manage")
def save() -> Answer:
    form = SiteForm()
    return _done(form, lambda: operations.edit_site(_site_id(), values=form.values(), **_by(form)), site=form)


@blueprint.post("/tax-rates")
@needs("settings.manage")
def save_tax_rates() -> Answer:
    form = TaxForm()
    return _done(
        form, lambda: operations.set_tax_rates(_site_id(), form.tax_rates.rates(), **_by(form)), tax=form
    )


@blueprint.post("/hours")
@needs("settings.manage")
def save_hours() -> Answer:
    form = HoursForm()
    return _done(form, lambda: operations.set_hours(_site_id(), form.hours(), **_by(form)), hours=form)


@blueprint.post("/settings")
@needs("settings.manage")
def save_settings() -> Answer:
    form = SettingsForm()
    return _done(
        form, lambda: operations.set_settings(_site_id(), values=form.values(), **_by(form)), figures=form
    )


@blueprint.post("/closed-days")
@needs("settings.manage")
def close_on() -> Answer:
    form = ClosedDayForm(prefix="closed-")
    return _done(
        form,
        lambda: operations.close_on(
            _site_id(), form.day.data, name=form.name.data or "", actor=session.actor(), now=clock.now()
        ),
        closed=form,
    )


@blueprint.post("/closed-days/<day>/open")
@needs("settings.manage")
def open_on(day: str) -> Response:
    try:
        found = date.fromisoformat(day)
    except ValueError as error:
        raise NotFound(gettext("There is no such day.")) from error
    with transaction():
        operations.open_on(_site_id(), found, actor=session.actor(), now=clock.now())
    return htmx.redirect(url_for(".page") + "#closed")


def _done(form: Any, write: Any, **shown: Any) -> Answer:
    """Check the form, write, and go back to the page; or show it again with what was typed."""
    if not form.validate():
        return _page(**shown), 422
    try:
        with transaction():
            write()
    except DomainError as error:
        form.refuse(error)
        return _page(**shown), status_of(error)
    flash(gettext("Saved."))
    return htmx.redirect(url_for(".page"))


def _site_id() -> int:
    return session.person().site_id


def _by(form: Any) -> dict[str, Any]:
    version = form.version.data or ""
    return {
        "actor": session.actor(),
        "now": clock.now(),
        "version": int(version) if version.isdecimal() else None,
    }


def _page(**shown: Any) -> str:
    site = queries.get_site(_site_id())
    return render_template(
        "site/page.html",
        current=site,
        site=shown.get("site") or SiteForm(formdata=None, obj=site),
        tax=shown.get("tax") or _tax(site),
        hours=shown.get("hours") or _filled(HoursForm(formdata=None), site),
        figures=shown.get("figures") or _filled(SettingsForm(formdata=None), site),
        closed=shown.get("closed") or ClosedDayForm(formdata=None, prefix="closed-"),
        closed_days=sorted(queries.list_closed_days(site.id)),
    )


def _tax(site: Site) -> TaxForm:
    form = TaxForm(formdata=None)
    rates = sorted(site.tax_rates, key=lambda rate: not rate.is_default)
    form.tax_rates.data = ", ".join(number(rate.rate * 100) for rate in rates)
    return form


def _filled(form: Any, site: Site) -> Any:
    form.show(site)
    return form
