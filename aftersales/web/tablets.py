"""What tablets that may lose the network rely on: every answer is recognisably ours, and an item that was sent from a
tablet's queue is told apart from one that a stranger's sign-in page swallowed."""

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Flask, current_app, request
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.web import assets

ANSWER = "Aftersales"
"""The header of every answer; without it the answer is somebody else's, for example a hotel's sign-in page."""
ITEM = "Aftersales-Item"
"""The header with the id of an item from a tablet's queue, sent and echoed."""
AUTHOR = "Aftersales-Author"
"""The header with the id of the person who made the item: it counts in this person's session and in no other."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def init_app(app: Flask) -> None:
    app.after_request(_sign_answer)
    app.jinja_env.globals.update(opens_offline=opens_offline, filled_later=filled_later)


def opens_offline(order_id: int, pages: Sequence[str], *, in_bay: bool = False) -> Markup:
    """The attributes of a task screen whose ``pages`` open in the yard and whose forms may wait on the tablet; ``in_bay``
    for the larger targets of the workshop."""
    modules = " ".join(assets.of(current_app).url(f"js/{name}.js") for name in ("keep", "waits", "offline"))
    return Markup('{} data-order="{}" data-owner="{}" data-keep-pages="{}" data-load="{}"').format(
        " data-bay" if in_bay else "", order_id, current_user.user_id, json.dumps(list(pages)), modules
    )


def filled_later(page: str, part: str) -> Markup:
    """The attributes of a part with a waiting list: when what waited has arrived, it is taken anew from its page."""
    return Markup(
        ' hx-get="{}" hx-select="#{}" hx-trigger="item-sent" hx-target="this" hx-swap="outerHTML" hx-disinherit="*"'
    ).format(page, part)


def is_item() -> bool:
    """Whether this request is an item of a tablet's queue, which waits where nobody answers as we do."""
    return _ID.fullmatch(request.headers.get(ITEM, "")) is not None


def author() -> str | None:
    """Who made the item, where the request says so."""
    return request.headers.get(AUTHOR)


def made_at() -> datetime:
    """When the person did what this form says."""
    return corrected(request.form.get("made_at", ""))


def corrected(text: str) -> datetime:
    """A moment by the tablet's clock, which may be wrong: moved by how far it is off at the sending, and never later
    than now. Now, where the text is no moment; the moment itself where the form does not say when it was sent."""
    now, made = clock.now(), instant(text)
    if made is None:
        return now
    return min(now, made - clock_error())


def clock_error() -> timedelta:
    """How far the tablet's clock is ahead of ours; zero where it did not say."""
    sent = instant(request.form.get("sent_at", ""))
    return sent - clock.now() if sent else timedelta()


def instant(text: str) -> datetime | None:
    """A moment in ISO form with its zone; None for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _sign_answer(response: Response) -> Response:
    response.headers[ANSWER] = "1"
    if is_item():
        response.headers[ITEM] = request.headers[ITEM]
    return response
