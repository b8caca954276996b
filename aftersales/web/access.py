"""Who may call which view. Each view says it with one decorator; a view that says nothing is refused.

``@needs("quotations.send")`` asks the permission map of :mod:`aftersales.domain.accounts.permissions`,
``@signed_in`` lets every member of staff in, ``@signed_in_by_password`` those who did not come in by a PIN only,
``@public`` everyone (sign-in, customer links, health).
"""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, make_response, request
from flask_login import current_user, login_url
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from aftersales.domain.accounts.permissions import Role, allows, roles_for
from aftersales.domain.errors import NeedsPassword, NotPermitted
from aftersales.i18n import gettext, label
from aftersales.web import htmx, tablets

View = TypeVar("View", bound=Callable[..., object])

PUBLIC = "public"
SIGNED_IN = "signed in"
BY_PASSWORD = "signed in by password"


def public(view: View) -> View:
    """Everyone may call this view."""
    view._access = PUBLIC  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Every signed-in person may call this view."""
    view._access = SIGNED_IN  # type: ignore[attr-defined]
    return view


def signed_in_by_password(view: View) -> View:
    """Every signed-in person may call this view, except after a sign-in by PIN."""
    view._access = BY_PASSWORD  # type: ignore[attr-defined]
    return view


def needs(verb: str) -> Callable[[View], View]:
    """People whose roles at their site include ``verb`` may call this view. An unknown verb fails at import."""
    roles_for(verb)

    def mark(view: View) -> View:
        view._access = verb  # type: ignore[attr-defined]
        return view

    return mark


def rule_of(endpoint: str) -> str | None:
    """The access rule of an endpoint: a verb, ``public`` or ``signed in``; None where none was given."""
    if endpoint == "static":
        return PUBLIC
    return getattr(current_app.view_functions.get(endpoint), "_access", None)


def init_app(app: Flask) -> None:
    app.before_request(_check)


def _check() -> Response | None:
    if request.endpoint is None:
        return None
    rule = rule_of(request.endpoint)
    if rule == PUBLIC:
        return None
    if tablets.is_item() and tablets.author() not in (None, current_user.get_id()):
        return make_response("", 401)  # it waits on the tablet until its author signs in there
    if not current_user.is_authenticated:
        if tablets.is_item():
            return make_response("", 401)
        return htmx.redirect(login_url("account.sign_in", next_url=_next_url()))
    g.language = current_user.language or current_user.site_language
    g.timezone = current_user.timezone
    g.theme = current_user.theme
    if rule is None:
        raise NotPermitted(gettext("Nobody may open this page: it has no access rule."))
    if not _allows(rule, current_user.roles, by_pin=current_user.by_pin):
        if current_user.by_pin and _allows(rule, current_user.roles, by_pin=False):
            raise NeedsPassword(gettext("Sign in with your password for this; a PIN is not enough."))
        raise NotPermitted(_who_may(rule))
    return None


def _allows(rule: str, roles: frozenset[Role], *, by_pin: bool) -> bool:
    if rule in (SIGNED_IN, BY_PASSWORD):
        return rule == SIGNED_IN or not by_pin
    return allows(roles, rule, by_pin=by_pin)


def may_open(address: str, roles: frozenset[Role], *, by_pin: bool) -> bool:
    """Whether somebody with these roles may look at the page of this address; not at what it is about."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(urlsplit(address).path, method="GET")
    except HTTPException:
        return False
    rule = rule_of(endpoint)
    return rule not in (None, PUBLIC) and _allows(str(rule), roles, by_pin=by_pin)


def _next_url() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" and not htmx.is_partial() else "/"


def _who_may(verb: str) -> str:
    """The refusal that names the roles to ask."""
    roles = ", ".join(label(role) for role in Role if role in roles_for(verb))
    return gettext("Your role does not include this. Ask one of these: %(roles)s.", roles=roles)
