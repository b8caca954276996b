"""The picker of canned jobs: for an order, and for a finding that needs other work than the usual one."""

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.errors import NotFound, Refused
from aftersales.domain.inspections import findings, queries
from aftersales.domain.service_orders import canned_jobs
from aftersales.domain.service_orders import queries as orders
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs

blueprint = Blueprint("canned_jobs", __name__)


@blueprint.get("/orders/<int:order_id>/canned-jobs")
@needs("inspections.propose")
def pick(order_id: int) -> Response:
    """What fits the vehicle, found as one types. ``finding`` is the inspection point that it is for."""
    person = session.person()
    order = orders.get_order(order_id, site_id=person.site_id)
    finding = request.args.get("finding", type=int)
    probe = queries.get_sheet(order_id).find(finding)[1] if finding else None
    query = request.args.get("q", "").strip()
    return htmx.respond(
        "canned_jobs/page.html",
        "canned_jobs/_offers.html",
        order=order,
        offers=canned_jobs.list_offers(order.site_id, order.vehicle, query),
        query=query,
        probe=probe,
        show_prices=session.sees_prices(),
    )


@blueprint.post("/orders/<int:order_id>/canned-jobs")
@needs("inspections.propose")
def apply(order_id: int) -> Response:
    """Put the canned job on the order with the prices of now; for a finding it becomes that finding's work.

    Advisors add any; a technician proposes for findings only.
    """
    person, code = session.person(), request.form.get("code", "")
    order = orders.get_order(order_id, site_id=person.site_id)
    finding = request.form.get("finding", type=int)
    with transaction():
        if finding:
            if queries.get_order_id_of_item(finding, site_id=person.site_id) != order.id:
                raise NotFound(gettext("There is no such inspection point."))
            job = findings.propose(finding, canned_job_code=code, actor=session.actor(), now=clock.now())
        elif not person.may("orders.edit"):
            raise Refused(gettext("Report a problem instead: the advisor adds the work to the order."))
        else:
            job = canned_jobs.apply_canned_job(order_id, code, actor=session.actor(), now=clock.now())
        title = job.title
    flash(gettext("Added: %(title)s", title=title))
    if finding:
        return htmx.redirect(url_for("diagnosis.report", order_id=order_id, _anchor=f"point-{finding}"))
    return htmx.redirect(url_for("orders.page", order_id=order_id, _anchor="jobs"))
