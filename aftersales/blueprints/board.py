"""The workshop board: all cars by lane, live, also for a screen on the wall."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, make_response, request
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.domain.service_orders.states import Lane
from aftersales.domain.workshop import board
from aftersales.domain.workshop.board import Stamp, Ticket
from aftersales.i18n import label
from aftersales.web import htmx, session
from aftersales.web import tickets as tickets_view
from aftersales.web.access import needs
from aftersales.web.tickets import TicketView

blueprint = Blueprint("board", __name__, url_prefix="/board")

LANE_LENGTH = 4
"""How many tickets of a lane a wall screen shows before it pages."""
PAGE_TIME = timedelta(seconds=20)
"""How long a wall screen shows one page of a long lane."""


@dataclass(frozen=True, slots=True)
class LaneView:
    """A lane as the board draws it; a wall screen shows one page of a long one."""

    words: str
    count: int
    tickets: list[TicketView]
    hidden: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Whose cars are shown: all, one technician's or one advisor's."""

    technician_id: int | None
    advisor_id: int | None
    is_wall: bool

    def keeps(self, ticket: Ticket) -> bool:
        return self.technician_id in (None, ticket.technician_id) and self.advisor_id in (
            None,
            ticket.advisor_id,
        )


@blueprint.get("")
@needs("board.read")
def page() -> Response:
    """The page, or its lanes for polling. Answers 304 before anything is read or drawn when nothing has changed."""
    person, now = session.person(), clock.now()
    stamp = board.stamp(person.site_id)
    tag = _tag(stamp, now, is_partial=htmx.is_partial())
    if request.if_none_match.contains_weak(tag):
        return _remembered(make_response("", 304), tag)
    chosen = Filter(
        request.args.get("technician", type=int),
        request.args.get("advisor", type=int),
        "wall" in request.args,
    )
    everything = board.list_tickets(person.site_id)
    shown = [ticket for ticket in everything if chosen.keeps(ticket)]
    answer = htmx.respond(
        "board/wall.html" if chosen.is_wall else "board/page.html",
        "board/_board.html",
        lanes=_lanes(shown, now, is_wall=chosen.is_wall),
        counts=board.count_late(shown, now, person.setting("work.at_risk_minutes")),
        bays_in_use=len({ticket.bay_id for ticket in everything if ticket.is_in_bay}),
        bays=stamp.bays,
        technicians=_people((t.technician_id, t.technician_name) for t in everything),
        advisors=_people((t.advisor_id, t.advisor_name) for t in everything),
        chosen=chosen,
        at=now,
        at_risk_minutes=person.setting("work.at_risk_minutes"),
        poll_url=request.full_path.rstrip("?"),
        poll_tag=f'W/"{_tag(stamp, now, is_partial=True)}"',
    )
    return _remembered(answer, tag)


def _lanes(tickets: list[Ticket], now: datetime, *, is_wall: bool) -> list[LaneView]:
    person, views = session.person(), []
    for lane in Lane:
        own = [ticket for ticket in tickets if ticket.lane is lane]
        pages = max(1, -(-len(own) // LANE_LENGTH)) if is_wall else 1
        page = _turn(now) % pages
        shown = [
            tickets_view.draw(
                ticket,
                now,
                at_risk_minutes=person.setting("work.at_risk_minutes"),
                approval_hours=person.setting("approval.due_hours"),
            )
            for ticket in (own[page * LANE_LENGTH :][:LANE_LENGTH] if is_wall else own)
        ]
        views.append(LaneView(label(lane), len(own), shown, len(own) - len(shown), page + 1, pages))
    return views


def _turn(now: datetime) -> int:
    """Counts the pages that a wall screen has turned; all screens turn together."""
    return int(now.timestamp() // PAGE_TIME.total_seconds())


def _tag(stamp: Stamp, now: datetime, *, is_partial: bool) -> str:
    """Changes with the site's data, with the minute (spare times run), with a wall's page, and with who looks how."""
    person = session.person()
    moment = _turn(now) if "wall" in request.args else int(now.timestamp() // 60)
    looks = (
        request.query_string,
        is_partial,
        person.session_id,
        person.language,
        person.theme,
        person.open_tasks,
    )
    seen = hashlib.sha256(repr(looks).encode()).hexdigest()[:12]
    return f"{person.site_id}-{stamp.changes}-{stamp.bays}-{moment}-{seen}"


def _remembered(answer: Response, tag: str) -> Response:
    answer.headers["ETag"] = f'W/"{tag}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.vary.add("HX-Request")
    return answer


def _people(pairs: Iterable[tuple[int | None, str | None]]) -> list[tuple[int, str]]:
    """The people who have cars on the board, by name."""
    found = {ident: name for ident, name in pairs if ident is not None and name}
    return sorted(found.items(), key=lambda pair: pair[1])
