"""A tablet that many people share: how the browser shows that it is one, who may sign in there, and when it locks."""

from datetime import timedelta
from typing import Any

from flask import Flask, Response, g, render_template, request
from flask_login import current_user

from aftersales import clock, config
from aftersales.db import transaction
from aftersales.domain.accounts import tablets
from aftersales.domain.accounts.models import Tablet
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.accounts.tokens import token_digest
from aftersales.domain.sites import queries as sites
from aftersales.web import access

_LIFE = timedelta(days=400)
"""As long as browsers keep a cookie at all; it begins anew with each sign-in on the tablet."""


def init_app(app: Flask) -> None:
    app.before_request(_keep_awake)
    app.jinja_env.globals["open_page"] = open_page


def open_page() -> str:
    """The address of the page that this request looks at; empty after a post."""
    return request.full_path.rstrip("?") if request.method == "GET" else ""


def digest() -> str:
    """What the tablet's table holds of the token that this browser shows; of nothing where it shows none."""
    return token_digest(request.cookies.get(_name(), ""))


def current() -> Tablet | None:
    """The shared tablet that this request comes from."""
    if "shared_tablet" not in g:
        g.shared_tablet = tablets.find(request.cookies.get(_name(), ""))
    found: Tablet | None = g.shared_tablet
    return found


def remember(response: Any, token: str = "") -> Any:
    """Let the browser show from now on that it is an enrolled tablet; without a token, go on showing it."""
    token = token or request.cookies.get(_name(), "")
    response.set_cookie(
        _name(),
        token,
        max_age=_LIFE,
        httponly=True,
        samesite="Lax",
        secure=config.current().is_secure,
        path="/",
    )
    return response


def who_page(
    tablet: Tablet, *, going_to: str = "", chosen: int = 0, refusal: str = "", status: int = 200
) -> Response:
    """The faces of the site's floor with the PIN pad."""
    site = sites.get_site(tablet.site_id)
    g.theme, g.language, g.timezone = tablet.theme, site.language, site.timezone
    page = render_template(
        "tablets/who.html",
        tablet=tablet,
        site=site,
        faces=tablets.list_faces(site.id),
        going_to=going_to,
        chosen=chosen,
        refusal=refusal,
    )
    return Response(page, status)


def start_of(roles: frozenset[Role], going_to: str) -> str:
    """Where somebody goes on after the PIN: to ``going_to``, an address of ours, where they may open it; else to
    their jobs, or to the day of the workshop."""
    if going_to and access.may_open(going_to, roles, by_pin=True):
        return going_to
    return "/jobs" if Role.TECHNICIAN in roles else "/"


def _keep_awake() -> None:
    """A tablet where somebody works stays open. Looking (GET) writes nothing; a script says that somebody touches it."""
    if request.method != "POST" or not current_user.is_authenticated or current_user.tablet_id is None:
        return
    now = clock.now()
    until = tablets.lock_time(current_user.setting("tablet.lock_minutes"), now)
    if current_user.expires_at - now < (until - now) * 3 / 4:
        with transaction():
            tablets.keep_awake(current_user.session_id, until=until, now=now)


def _name() -> str:
    return "__Host-aftersales-tablet" if config.current().is_secure else "aftersales-tablet"
