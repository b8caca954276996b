"""Refusals and errors as answers: the same sentence as a page, or as a banner for a partial request."""

from flask import Flask, current_app, make_response, render_template
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from aftersales.domain.errors import (
    DomainError,
    Invalid,
    NeedsPassword,
    NotFound,
    NotPermitted,
    Refused,
    TooManyTries,
)
from aftersales.web import htmx, shared_tablet

STATUS: dict[type[DomainError], int] = {
    TooManyTries: 429,
    Refused: 409,
    Invalid: 422,
    NotPermitted: 403,
    NotFound: 404,
}


_PAGES = {status: str(status) for status in (400, 403, 404, 409, 413, 422, 429, 500)} | {405: "404"}


def status_of(error: DomainError) -> int:
    """The HTTP status of a refusal."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 409)


def init_app(app: Flask) -> None:
    app.register_error_handler(
        NeedsPassword, lambda error: _answer(403, str(error), template="needs_password")
    )
    app.register_error_handler(DomainError, lambda error: _answer(status_of(error), str(error)))
    app.register_error_handler(CSRFError, lambda error: _answer(400, "", template="400"))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.get_response()
    return _answer(error.code or 500, "")


def _unexpected(error: Exception) -> Response:
    if current_app.testing:
        raise error
    current_app.logger.exception("unexpected error")
    return _answer(500, "")


def _answer(status: int, sentence: str, *, template: str = "") -> Response:
    known = template or _PAGES.get(status, "500" if status >= 500 else "400")
    response = make_response(
        render_template(
            f"errors/{known}.html",
            sentence=sentence,
            is_staff=current_user.is_authenticated,
            asked_for=shared_tablet.open_page() or "/",
        ),
        status,
    )
    if htmx.is_partial():
        # A whole page must not be swapped into a part: the browser shows the sentence as a banner instead; photo uploads read it, too.
        response.headers["HX-Reswap"] = "none"
        htmx.trigger(response, "banner", {"tone": "urgent", "icon": "octagon-alert", "text": sentence})
    return response
