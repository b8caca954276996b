"""People: who may sign in, with which roles at which site."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.people import GivenPasswordForm, NewPersonForm, PersonForm
from aftersales.db import transaction
from aftersales.domain.accounts import administration, pins
from aftersales.domain.accounts.models import User
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.errors import DomainError
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("people", __name__, url_prefix="/people")

Answer = Response | tuple[str, int]


@blueprint.get("")
@needs("users.manage")
def index() -> str:
    sites = _sites()
    return render_template("people/index.html", people=administration.list_people(set(sites)), sites=sites)


@blueprint.get("/new")
@needs("users.manage")
def new() -> str:
    return _new_page(NewPersonForm(formdata=None), chosen=set())


@blueprint.post("")
@needs("users.manage")
def add() -> Answer:
    form, chosen = NewPersonForm(), set(request.form.getlist("roles"))
    if not form.validate():
        return _new_page(form, chosen=chosen), 422
    try:
        with transaction():
            person = administration.add_person(
                name=form.name.data,
                email=form.email.data,
                password=form.password.data,
                roles=_roles(chosen),
                **_by(),
            )
    except DomainError as error:
        form.refuse(error)
        return _new_page(form, chosen=chosen), status_of(error)
    flash(gettext("%(name)s may sign in now.", name=person.name))
    return htmx.redirect(url_for(".index"))


@blueprint.get("/<int:user_id>")
@needs("users.manage")
def page(user_id: int) -> str:
    person = _get(user_id)
    form = PersonForm(formdata=None)
    form.name.data = person.name
    return _page(person, form)


@blueprint.post("/<int:user_id>")
@needs("users.manage")
def save(user_id: int) -> Answer:
    form, chosen, person = PersonForm(), set(request.form.getlist("roles")), _get(user_id)
    if not form.validate():
        return _page(person, form, chosen=chosen), 422
    version = form.version.data or ""
    try:
        with transaction():
            administration.edit_person(
                user_id,
                name=form.name.data,
                roles=_roles(chosen),
                version=int(version) if version.isdecimal() else None,
                **_by(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(_get(user_id), form, chosen=chosen), status_of(error)
    return htmx.redirect(url_for(".index"))


@blueprint.post("/<int:user_id>/password")
@needs("users.manage")
def give_password(user_id: int) -> Answer:
    password, person = GivenPasswordForm(), _get(user_id)
    form = PersonForm(formdata=None)
    form.name.data = person.name
    if not password.validate():
        return _page(person, form, password=password), 422
    with transaction():
        administration.give_password(user_id, password.password.data, **_by())
    flash(gettext("%(name)s has a new password and is signed out everywhere.", name=person.name))
    return htmx.redirect(url_for(".page", user_id=user_id))


@blueprint.post("/<int:user_id>/pin/removal")
@needs("users.manage")
def take_pin(user_id: int) -> Response:
    with transaction():
        person = administration.take_pin(user_id, **_by())
    flash(gettext("The PIN of %(name)s works nowhere any more.", name=person.name))
    return htmx.redirect(url_for(".page", user_id=user_id))


@blueprint.post("/<int:user_id>/disable")
@needs("users.manage")
def disable(user_id: int) -> Response:
    with transaction():
        administration.disable(user_id, **_by())
    return htmx.redirect(url_for(".page", user_id=user_id))


@blueprint.post("/<int:user_id>/enable")
@needs("users.manage")
def enable(user_id: int) -> Response:
    with transaction():
        administration.enable(user_id, **_by())
    return htmx.redirect(url_for(".page", user_id=user_id))


def _by() -> dict[str, Any]:
    return {"actor": session.actor(), "now": clock.now()}


def _sites() -> dict[int, str]:
    """The sites that the person administers, by id."""
    return {site.id: site.name for site in administration.list_administered(session.person().user_id)}


def _get(user_id: int) -> User:
    return administration.get_person(user_id, set(_sites()))


def _roles(chosen: set[str]) -> dict[int, set[Role]]:
    """The chosen check boxes as roles per site; what is no role or site is left out."""
    found: dict[int, set[Role]] = {}
    known = {role.value for role in Role}
    for text in chosen:
        site, _, role = text.partition(":")
        if site.isdecimal() and role in known:
            found.setdefault(int(site), set()).add(Role(role))
    return found


def _new_page(form: NewPersonForm, *, chosen: set[str]) -> str:
    return render_template("people/new.html", form=form, chosen=chosen, sites=_sites(), roles=list(Role))


def _page(
    person: User,
    form: PersonForm,
    *,
    chosen: set[str] | None = None,
    password: GivenPasswordForm | None = None,
) -> str:
    if chosen is None:
        chosen = {f"{membership.site_id}:{membership.role.value}" for membership in person.memberships}
    return render_template(
        "people/page.html",
        person=person,
        pin=pins.find(person.id),
        removed_pin=pins.find_removed(person.id),
        form=form,
        password=password or GivenPasswordForm(formdata=None),
        chosen=chosen,
        sites=_sites(),
        roles=list(Role),
    )
