"""What failed a check: its reasons and photos, its clock, and that it is done."""

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.quality.blueprint import blueprint
from aftersales.db import transaction
from aftersales.domain.errors import DomainError
from aftersales.domain.quality import queries
from aftersales.domain.quality import rework as reworking
from aftersales.domain.quality.models import FaultReason
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.states import OrderState
from aftersales.i18n import gettext, label
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of


@blueprint.get("/orders/<int:order_id>/rework")
@needs("quality.read")
def rework(order_id: int) -> str:
    return _page(order_id)


@blueprint.post("/reworks/<int:rework_id>/clocking")
@needs("jobs.clock")
def clock_rework(rework_id: int) -> Response | tuple[str, int]:
    """Clock on to the rework: its time is kept apart from the sold work."""
    order_id = _order_id(rework_id)
    try:
        with transaction():
            reworking.clock_on(
                rework_id, site_id=session.person().site_id, actor=session.actor(), now=clock.now()
            )
    except DomainError as error:
        return _page(order_id, error), status_of(error)
    return htmx.redirect(url_for(".rework", order_id=order_id))


@blueprint.post("/reworks/<int:rework_id>/completion")
@needs("quality.self_check")
def finish_rework(rework_id: int) -> Response | tuple[str, int]:
    order_id = _order_id(rework_id)
    try:
        with transaction():
            reworking.finish(
                rework_id,
                site_id=session.person().site_id,
                note=request.form.get("note", ""),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _page(order_id, error), status_of(error)
    order = orders.get_order(order_id, site_id=session.person().site_id)
    if order.open_rework:
        return htmx.redirect(url_for(".rework", order_id=order.id))
    flash(gettext("All rework is done. Check your work once more."))
    return htmx.redirect(url_for(".self_check", order_id=order.id))


def _order_id(rework_id: int) -> int:
    """The order of the rework, if it is the site's."""
    found = queries.get_rework(rework_id).service_order_id
    return orders.get_order(found, site_id=session.person().site_id).id


def _page(order_id: int, error: DomainError | None = None) -> str:
    person = session.person()
    order = orders.get_order(order_id, site_id=person.site_id)
    reworks = queries.list_reworks(order_id)
    return render_template(
        "quality/rework.html",
        order=order,
        reworks=reworks,
        clocks=queries.clocks_of_rework(order_id),
        photos=queries.photos_of_rework(reworks),
        reason_words={reason.value: label(reason) for reason in FaultReason},
        people=dict(
            queries.list_repairers(
                order.site_id, {each.technician_id for each in reworks if each.technician_id}
            )
        ),
        can_finish=person.may("quality.self_check") and order.state is OrderState.REPAIRING,
        can_clock=person.may("jobs.clock") and order.state is OrderState.REPAIRING,
        me=person.name,
        error=error,
    )
