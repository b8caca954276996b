"""Signing in and out, and a person's own settings."""

import re

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.account import PasswordForm, PreferencesForm, SignInForm
from aftersales.db import transaction
from aftersales.domain.accounts import operations as accounts
from aftersales.domain.accounts import queries
from aftersales.domain.errors import DomainError
from aftersales.domain.sites import queries as site_queries
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import public, signed_in
from aftersales.web.errors import status_of

blueprint = Blueprint("account", __name__)


@blueprint.get("/sign-in")
@public
def sign_in() -> Response | str:
    if current_user.is_authenticated:
        return htmx.redirect(url_for("today.page"))
    if not site_queries.has_any():
        return htmx.redirect(url_for("first_run.page"))
    form = SignInForm(next=request.args.get("next", ""))
    return render_template("account/sign_in.html", form=form)


@blueprint.post("/sign-in")
@public
def begin_session() -> Response | tuple[str, int]:
    form = SignInForm()
    if not form.validate():
        return render_template("account/sign_in.html", form=form), 422
    address, now = request.remote_addr or "", clock.now()
    try:
        with transaction():
            this_try = accounts.begin_try(form.email.data, address=address, now=now)
    except DomainError as error:
        form.refuse(error)
        return render_template("account/sign_in.html", form=form), status_of(error)
    user = accounts.check_password(form.email.data, form.password.data)
    if user is None:
        form.form_errors.append(gettext("E-mail or password is wrong. Check both and try again."))
        return render_template("account/sign_in.html", form=form), 422
    try:
        with transaction():
            accounts.forgive(this_try)
            token = accounts.sign_in(
                user.id, address=address, device=request.user_agent.string or "", now=now
            )
    except DomainError as error:
        form.refuse(error)
        return render_template("account/sign_in.html", form=form), status_of(error)
    session.begin(token)
    return htmx.redirect(_own_page(form.next.data) or url_for("today.page"))


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> Response:
    with transaction():
        accounts.sign_out(session.person().session_id, now=clock.now())
    session.end()
    return htmx.redirect(url_for("account.sign_in"))


@blueprint.get("/account")
@signed_in
def page() -> str:
    return _page(PreferencesForm(obj=session.person()), PasswordForm())


@blueprint.post("/account/preferences")
@signed_in
def save_preferences() -> Response | tuple[str, int]:
    form = PreferencesForm()
    if not form.validate():
        return _page(form, PasswordForm()), 422
    with transaction():
        accounts.set_preferences(session.person().user_id, language=form.language.data, theme=form.theme.data)
    return htmx.redirect(url_for("account.page"))


@blueprint.post("/account/password")
@signed_in
def change_password() -> Response | tuple[str, int]:
    form, person = PasswordForm(), session.person()
    address, now = request.remote_addr or "", clock.now()
    if not form.validate():
        return _page(PreferencesForm(obj=person), form), 422
    try:
        with transaction():
            this_try = accounts.begin_try(person.email, address=address, now=now)
    except DomainError as error:
        form.refuse(error)
        return _page(PreferencesForm(obj=person), form), status_of(error)
    user = accounts.check_password(person.email, form.current.data)
    if user is None:
        form.current.errors = [gettext("This is not your present password.")]
        return _page(PreferencesForm(obj=person), form), 422
    with transaction():
        accounts.forgive(this_try)
        accounts.set_password(
            user, form.password.data, actor=session.actor(), now=now, keep_session=person.session_id
        )
    return htmx.redirect(url_for("account.page"))


@blueprint.post("/account/site")
@signed_in
def move_to_site() -> Response:
    person = session.person()
    with transaction():
        accounts.move_to_site(
            person.session_id, user_id=person.user_id, site_id=request.form.get("site_id", 0, type=int)
        )
    return htmx.redirect(url_for("today.page"))


def _page(preferences: PreferencesForm, password: PasswordForm) -> str:
    sites = queries.list_sites_of(session.person().user_id)
    return render_template(
        "account/page.html",
        preferences=preferences,
        password=password,
        sites=sites,
        site_options=[(str(site.id), site.name) for site in sites],
    )


def _own_page(address: str | None) -> str:
    """The address to go on to, if it is a path of ours and not another site's. Browsers read ``\\`` as ``/`` and drop
    tabs and line ends, so that ``/<tab>/elsewhere`` would lead elsewhere."""
    is_own = address and re.match(r"/(?!/)", address) and address.isprintable() and "\\" not in address
    return address if address and is_own else ""
