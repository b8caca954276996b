"""The quality supervisor's first page: what waits, what is in rework, how often work holds."""

from datetime import timedelta

from flask import render_template

from aftersales import clock
from aftersales.blueprints.quality.blueprint import blueprint
from aftersales.domain.quality import comeback_queries, figures
from aftersales.web import session
from aftersales.web.access import needs

DAYS = 30


@blueprint.get("/quality")
@needs("quality.read")
def index() -> str:
    person, now = session.person(), clock.now()
    span = {"from_at": now - timedelta(days=DAYS), "until_at": now + timedelta(minutes=1)}
    within = person.setting("comeback.days")
    return render_template(
        "quality/index.html",
        waiting=figures.list_waiting(person.site_id),
        in_rework=figures.list_in_rework(person.site_id),
        figures=figures.figures_of(person.site_id, **span),
        comebacks=comeback_queries.list_of_site(person.site_id, within_days=within, **span),
        days=DAYS,
        within_days=within,
        at=now,
    )
