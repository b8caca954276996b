"""The quality supervisor's first page: what waits, what is in rework, how often work holds, and what is behind that."""

from datetime import datetime, timedelta
from typing import TypedDict

from flask import render_template, request, url_for

from aftersales import clock
from aftersales.blueprints.quality.blueprint import blueprint
from aftersales.domain.errors import NotFound
from aftersales.domain.quality import comeback_queries, figures
from aftersales.i18n import gettext, ngettext
from aftersales.web import session
from aftersales.web.access import needs
from aftersales.web.filters import hours

SPANS = (7, 30, 90, 365)
"""For how many days back the figures can be asked; the second is where one begins."""


class Span(TypedDict):
    from_at: datetime
    until_at: datetime


@blueprint.get("/quality")
@needs("quality.read")
def index() -> str:
    person, now = session.person(), clock.now()
    within = person.setting("comeback.days")
    return render_template(
        "quality/index.html",
        waiting=figures.list_waiting(person.site_id),
        in_rework=figures.list_in_rework(person.site_id),
        figures=figures.figures_of(person.site_id, **_span(now)),
        comebacks=comeback_queries.list_of_site(person.site_id, within_days=within, **_span(now)),
        days=_days(),
        spans=SPANS,
        within_days=within,
        at=now,
    )


@blueprint.get("/quality/figures/<figure>")
@needs("quality.read")
def behind(figure: str) -> str:
    """The orders behind a figure, each with its part; the parts sum to the figure (REP-4)."""
    site_id, span = session.person().site_id, _span(clock.now())
    if figure == "passed":
        title, rows = gettext("Passed at once"), figures.list_inspected(site_id, **span)
        passed = sum(bool(row.is_passed) for row in rows)
        total = gettext("%(n)s of %(of)s", n=passed, of=len(rows))
    elif figure == "sent-back":
        title, rows = gettext("Sent back"), figures.list_sent_back(site_id, **span)
        total = ngettext("%(num)s point", "%(num)s points", len(rows))
    elif figure == "rework":
        title, rows = gettext("Time on rework"), figures.list_rework_clocks(site_id, **span)
        total = f"{hours(sum(row.minutes for row in rows))} h"
    else:
        raise NotFound(gettext("There is no such figure."))
    return render_template(
        "quality/behind.html",
        title=title,
        total=total,
        rows=rows,
        figure=figure,
        days=_days(),
        back=url_for(".index", days=_days()),
    )


def _days() -> int:
    asked = request.args.get("days", type=int)
    return asked if asked in SPANS else SPANS[1]


def _span(now: datetime) -> Span:
    return {"from_at": now - timedelta(days=_days()), "until_at": now + timedelta(minutes=1)}
