"""What the inspection found becomes proposed work: one finding, or all of them (TEC-3)."""

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.errors import DomainError
from aftersales.domain.inspections import findings, queries
from aftersales.domain.service_orders import queries as orders
from aftersales.i18n import gettext, ngettext
from aftersales.web import htmx, session
from aftersales.web import inspection_screens as screens
from aftersales.web.access import needs

blueprint = Blueprint("findings", __name__)


@blueprint.post("/inspection-items/<int:item_id>/proposal")
@needs("inspections.propose")
def propose(item_id: int) -> Response:
    """The finding becomes a proposed job with its lines in one tap."""
    order_id = queries.get_order_id_of_item(item_id, site_id=session.person().site_id)
    area, probe = queries.get_sheet(order_id).find(item_id)
    entered = screens.entered_for(probe) if f"version-{item_id}" in request.form else None
    error: DomainError | None = None
    try:
        with transaction():
            if entered is not None:
                screens.own(order_id)
                screens.rate(probe, entered)
            job = findings.propose(
                item_id,
                canned_job_code=request.form.get(f"code-{item_id}"),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as refusal:
        error = refusal
    words = str(error) if error else gettext("Proposed: %(title)s", title=job.title)
    if htmx.is_partial() and entered is not None:
        return htmx.trigger(screens.row(order_id, item_id, entered, error), "toast", {"text": words})
    flash(words)
    if entered is None:
        return htmx.redirect(url_for("diagnosis.report", order_id=order_id, _anchor=f"point-{item_id}"))
    return htmx.redirect(
        url_for("inspections.page", order_id=order_id, area=area.slug, _anchor=f"probe-{item_id}")
    )


@blueprint.post("/orders/<int:order_id>/inspection/proposals")
@needs("inspections.propose")
def propose_all(order_id: int) -> Response:
    """All findings become proposed jobs; what could not be priced is named."""
    orders.get_order(order_id, site_id=session.person().site_id)
    sheet = queries.get_sheet(order_id)
    with transaction():
        jobs, refusals = findings.propose_all(sheet.id, actor=session.actor(), now=clock.now())
    flash(ngettext("%(num)s job proposed.", "%(num)s jobs proposed.", len(jobs)))
    for sentence in refusals:
        flash(sentence)
    return htmx.redirect(url_for("diagnosis.report", order_id=order_id))
