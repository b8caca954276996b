"""Answers for HTMX and for everyone else, wrapped once: the fragment and the page are the same file."""

import json
from typing import Any

from flask import make_response, render_template, request
from flask import redirect as flask_redirect
from werkzeug.wrappers import Response


def is_partial() -> bool:
    """Whether the browser wants a part of the page, not the page (boosted and history requests want the page)."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def respond(page: str, part: str, *, status: int = 200, toast: str = "", **context: Any) -> Response:
    """The ``part`` to HTMX, the whole ``page`` to everyone else; ``toast`` is shown after the swap.

    Sets ``Vary: HX-Request``, since one address has both answers.
    """
    response = make_response(render_template(part if is_partial() else page, **context), status)
    response.vary.add("HX-Request")
    if toast:
        trigger(response, "toast", {"text": toast})
    return response


def trigger(response: Response, event: str, detail: Any) -> Response:
    """Let the browser hear an event once the answer is in: ``toast`` or ``banner`` with their fields."""
    events = json.loads(response.headers.get("HX-Trigger", "{}"))
    events[event] = detail
    response.headers["HX-Trigger"] = json.dumps(events)
    return response


def redirect(location: str) -> Response:
    """Go to another page: 303, or HX-Redirect for a partial request, which would else swap the page into the part."""
    if is_partial():
        response = make_response("", 200)
        response.headers["HX-Redirect"] = location
        response.vary.add("HX-Request")
        return response
    return flask_redirect(location, 303)
