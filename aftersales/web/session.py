"""Sessions: a random token in the cookie, everything else in the database, so that the server can end one."""

from flask import Flask, g, request
from flask import session as cookie
from flask_login import LoginManager, current_user

from aftersales import clock
from aftersales.config import Settings
from aftersales.domain.accounts import queries
from aftersales.domain.accounts.queries import SignedIn
from aftersales.domain.accounts.tokens import token_digest
from aftersales.domain.actors import Actor
from aftersales.domain.errors import NotPermitted
from aftersales.domain.tasks import queries as tasks
from aftersales.i18n import gettext
from aftersales.web import shared_tablet

login = LoginManager()
_TOKEN = "token"


def init_app(app: Flask, settings: Settings) -> None:
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.config["SESSION_COOKIE_SECURE"] = settings.is_secure
    app.config["SESSION_COOKIE_NAME"] = "__Host-aftersales" if settings.is_secure else "aftersales"
    login.session_protection = None
    login.init_app(app)
    login.request_loader(_load)
    app.jinja_env.globals["may"] = _may


def _load(_request: object) -> SignedIn | None:
    token = cookie.get(_TOKEN)
    if not token:
        return None
    return queries.find_signed_in(
        token_digest(token), clock.now(), open_tasks=tasks.open_count(), tablet_hash=shared_tablet.digest()
    )


def begin(token: str) -> None:
    """Put a fresh session's token into a fresh cookie."""
    cookie.clear()
    cookie[_TOKEN] = token
    g.pop("_login_user", None)


def end() -> None:
    """Forget the cookie."""
    cookie.clear()
    g.pop("_login_user", None)


def actor() -> Actor:
    """The person at the screen as the author of a change."""
    from_request = {"address": request.remote_addr or "", "device": (request.user_agent.string or "")[:200]}
    return person().actor(**from_request)


def person() -> SignedIn:
    """The signed-in person. Views behind an access rule always have one."""
    found = current_user._get_current_object()
    if not isinstance(found, SignedIn):
        raise NotPermitted(gettext("Sign in first."))
    return found


def sees_prices() -> bool:
    """Whether the signed-in person sees prices: by role, and technicians only where the site lets them."""
    found = person()
    return found.may("prices.read") or not found.setting("prices.hidden_from_technicians")


def _may(verb: str) -> bool:
    """For templates: whether the signed-in person has the permission ``verb``."""
    return bool(current_user.is_authenticated and current_user.may(verb))
