"""The workshop board: all cars by lane, live, also for a screen on the wall."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.domain.service_orders.states import Lane
from aftersales.domain.service_orders.waits import Wait
from aftersales.domain.workshop import board
from aftersales.domain.workshop.board import Stamp
from aftersales.domain.workshop.tickets import Risk
from aftersales.i18n import label
from aftersales.web import addresses, htmx, session
from aftersales.web import tickets as tickets_view
from aftersales.web.access import needs
from aftersales.web.drawn import Drawn
from aftersales.web.tickets import TicketView

blueprint = Blueprint("board", __name__, url_prefix="/board")

LANE_LENGTH = 4
"""How many tickets of a lane a wall screen shows before it pages."""
PAGE_TIME = timedelta(seconds=20)
"""How long a wall screen shows one page of a long lane."""
DRAWN = Drawn(64)
"""The lanes as they were last drawn: thirty boards that look at the same cars are drawn once."""
Word = TypeVar("Word", bound=StrEnum)


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
    """Whose cars are shown, and which: all, or those of a team, technician or advisor, of a risk, with a wait."""

    team_id: int | None
    technician_id: int | None
    advisor_id: int | None
    risk: Risk | None
    wait: Wait | None
    is_wall: bool

    def keeps(self, view: TicketView) -> bool:
        ticket = view.ticket
        return (
            self.team_id in (None, ticket.team_id)
            and self.technician_id in (None, ticket.technician_id)
            and self.advisor_id in (None, ticket.advisor_id)
            and self.risk in (None, view.risk)
            and (self.wait is None or self.wait in ticket.waits)
        )

    @property
    def is_set(self) -> bool:
        return any(
            value is not None
            for value in (self.team_id, self.technician_id, self.advisor_id, self.risk, self.wait)
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
    if htmx.is_partial():
        # What the lanes show depends on nothing but their tag, so all who ask for them share one drawing.
        lanes = DRAWN.get(tag, lambda: render_template("board/_board.html", **_seen(stamp, now)))
        return _remembered(make_response(lanes), tag)
    chosen = _chosen()
    answer = make_response(
        render_template(
            "board/wall.html" if chosen.is_wall else "board/page.html",
            poll_url=request.full_path.rstrip("?"),
            poll_tag=f'W/"{_tag(stamp, now, is_partial=True)}"',
            risks=list(Risk),
            waits=list(Wait),
            **_seen(stamp, now),
        )
    )
    return _remembered(answer, tag)


def _seen(stamp: Stamp, now: datetime) -> dict[str, Any]:
    """Everything that the board shows at this moment."""
    person, chosen = session.person(), _chosen()
    by = tickets_view.site_rules(now)
    everything = [tickets_view.draw(each, now, by) for each in board.list_tickets(person.site_id, now, by)]
    shown = [view for view in everything if chosen.keeps(view)]
    tickets = [view.ticket for view in everything]
    return {
        "lanes": _lanes(shown, now, is_wall=chosen.is_wall),
        "counts": board.count_risks(view.risk for view in shown),
        "bays_in_use": len({ticket.bay_id for ticket in tickets if ticket.is_in_bay}),
        "bays": stamp.bays,
        "teams": _named((t.team_id, t.team_name) for t in tickets),
        "technicians": _named((t.technician_id, t.technician_name) for t in tickets),
        "advisors": _named((t.advisor_id, t.advisor_name) for t in tickets),
        "chosen": chosen,
        "found": len(shown),
        "all_cars": len(everything),
        "at": now,
        "at_risk_minutes": by.at_risk_minutes,
    }


def _chosen() -> Filter:
    """The filter of the address; what it does not know it leaves out."""
    return Filter(
        addresses.asked_id("team"),
        addresses.asked_id("technician"),
        addresses.asked_id("advisor"),
        _word(Risk, request.args.get("risk", "")),
        _word(Wait, request.args.get("wait", "")),
        "wall" in request.args,
    )


def _word(kind: type[Word], text: str) -> Word | None:
    return kind(text) if text in set(kind) else None


def _lanes(views: list[TicketView], now: datetime, *, is_wall: bool) -> list[LaneView]:
    lanes = []
    for lane in Lane:
        own = [view for view in views if view.ticket.lane is lane]
        pages = max(1, -(-len(own) // LANE_LENGTH)) if is_wall else 1
        page = _turn(now) % pages
        shown = own[page * LANE_LENGTH :][:LANE_LENGTH] if is_wall else own
        lanes.append(LaneView(label(lane), len(own), shown, len(own) - len(shown), page + 1, pages))
    return lanes


def _turn(now: datetime) -> int:
    """Counts the pages that a wall screen has turned; all screens turn together."""
    return int(now.timestamp() // PAGE_TIME.total_seconds())


def _tag(stamp: Stamp, now: datetime, *, is_partial: bool) -> str:
    """Changes with the site's data, with the minute (spare times run), with a wall's page, and with who looks how: the
    lanes alone are the same for all who read one language."""
    person = session.person()
    moment = _turn(now) if "wall" in request.args else int(now.timestamp() // 60)
    who = () if is_partial else (person.session_id, person.theme, person.open_tasks)
    looks = (
        request.query_string,
        is_partial,
        person.language,
        person.site_language,
        person.site_settings,
        who,
    )
    seen = hashlib.sha256(repr(looks).encode()).hexdigest()[:12]
    return f"{person.site_id}-{stamp.changes}-{stamp.bays}-{moment}-{seen}"


def _remembered(answer: Response, tag: str) -> Response:
    answer.headers["ETag"] = f'W/"{tag}"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.vary.add("HX-Request")
    return answer


def _named(pairs: Iterable[tuple[int | None, str | None]]) -> list[tuple[int, str]]:
    """The people and teams that have cars on the board, by name."""
    found = {ident: name for ident, name in pairs if ident is not None and name}
    return sorted(found.items(), key=lambda pair: pair[1])
