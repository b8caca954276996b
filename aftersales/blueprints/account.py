"""Signing in and out, and a person's own settings."""

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.account import PasswordForm, PreferencesForm, SignInForm
from aftersales.db import transaction
from aftersales.domain.accounts import operations as accounts
from aftersales.domain.accounts import pins, queries, tablets
from aftersales.domain.actors import Actor
from aftersales.domain.errors import DomainError
from aftersales.domain.sites import queries as site_queries
from aftersales.i18n import gettext
from aftersales.web import addresses, htmx, session, shared_tablet
from aftersales.web.access import public, signed_in, signed_in_by_password
from aftersales.web.errors import status_of

blueprint = Blueprint("account", __name__)


@blueprint.get("/sign-in")
@public
def sign_in() -> Response | str:
    wants_password = request.args.get("with") == "password"
    if current_user.is_authenticated and not (current_user.by_pin and wants_password):
        return htmx.redirect(url_for("today.page"))
    if not site_queries.has_any():
        return htmx.redirect(url_for("first_run.page"))
    going_to = request.args.get("next", "")
    if not wants_password and (tablet := shared_tablet.current()):
        return shared_tablet.who_page(tablet, going_to=going_to)
    form = SignInForm(next=going_to, email=request.args.get("email", ""))
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
    tablet, device = shared_tablet.current(), request.user_agent.string or ""
    try:
        with transaction():
            accounts.forgive(this_try)
            pins.turn_on(
                user.id, actor=Actor(name=user.name, user_id=user.id, address=address, device=device), now=now
            )
            if tablet:
                tablets.note_used(tablet.id, by_name=user.name, now=now)
            if current_user.is_authenticated:  # by a PIN: the session that asked for the password
                accounts.sign_out(current_user.session_id, now=now)
            token = accounts.sign_in(
                user.id, address=address, device=device, now=now, tablet_id=tablet.id if tablet else None
            )
    except DomainError as error:
        form.refuse(error)
        return render_template("account/sign_in.html", form=form), status_of(error)
    session.begin(token)
    answer = htmx.redirect(addresses.own_page(form.next.data) or url_for("today.page"))
    return shared_tablet.remember(answer) if tablet else answer


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
@signed_in_by_password
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
@signed_in_by_password
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
