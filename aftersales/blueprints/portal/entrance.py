"""The blueprint of the customer's pages: how a token opens its door, how often, and that nothing is kept."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response
from werkzeug.wrappers import Response as AnyResponse

from aftersales.blueprints.portal import doors
from aftersales.blueprints.portal.doors import Closed
from aftersales.web.access import public
from aftersales.web.limits import LINK_GUESSES, LINK_PAGES, limiter

blueprint = Blueprint("portal", __name__, url_prefix="/c")

limiter.limit(LINK_PAGES)(blueprint)
limiter.limit(LINK_GUESSES, deduct_when=lambda response: response.status_code == 404)(blueprint)

View = Callable[..., AnyResponse | str | tuple[str, int]]


@blueprint.after_request
def forget(answer: Response) -> Response:
    """Nothing behind a link is kept on the way or on the device: photos and documents neither."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


def behind_link(view: View) -> View:
    """Open the door that the token in the address belongs to; else answer with the page that says why not."""

    @public
    @wraps(view)
    def opened(token: str, **values: Any) -> AnyResponse | str | tuple[str, int]:
        try:
            door = doors.enter(token)
        except Closed as closed:
            return closed.answer
        return view(door, **values)

    return opened
