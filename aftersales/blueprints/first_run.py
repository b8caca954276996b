"""The first page of a new installation: the site and its first administrator. Gone once there is a site."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.first_run import FirstRunForm
from aftersales.db import transaction
from aftersales.domain.accounts import operations as accounts
from aftersales.domain.errors import DomainError, NotFound
from aftersales.domain.sites import queries as sites
from aftersales.domain.workshop import founding
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import public

blueprint = Blueprint("first_run", __name__)


@blueprint.before_request
def only_before_the_first_site() -> None:
    if sites.has_any():
        raise NotFound(gettext("This workshop is set up already."))


@blueprint.get("/first-run")
@public
def page() -> str:
    return render_template("first_run/page.html", form=FirstRunForm())


@blueprint.post("/first-run")
@public
def found() -> Response | tuple[str, int]:
    form = FirstRunForm()
    if not form.validate():
        return render_template("first_run/page.html", form=form), 422
    values = {
        name: form[name].data
        for name in ("name", "code", "country", "currency", "timezone", "language", "prices_include_tax", "bays",
                     "admin_name", "admin_email", "password")
    }  # fmt: skip
    now = clock.now()
    try:
        with transaction():
            admin = founding.found(**values, tax_rates=form.tax_rates.rates(), hours=form.hours(), now=now)
            token = accounts.sign_in(
                admin.id, address=request.remote_addr or "", device=request.user_agent.string or "", now=now
            )
    except DomainError as error:
        form.refuse(error)
        return render_template("first_run/page.html", form=form), 422
    session.begin(token)
    return htmx.redirect("/")
