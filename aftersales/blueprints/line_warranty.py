"""Whether the warranty pays: asked from the order, decided by the claims officer (DIA-4)."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.errors import DomainError
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.warranty import line_decisions
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("line_warranty", __name__)


@blueprint.get("/orders/<int:order_id>/warranty")
@needs("inspections.read")
def page(order_id: int) -> str:
    """Every line of the order with where it stands with the warranty."""
    return _page(order_id)


@blueprint.post("/orders/<int:order_id>/warranty/<int:line_id>/question")
@needs("warranty.ask")
def ask(order_id: int, line_id: int) -> Response | tuple[str, int]:
    _own_line(order_id, line_id)
    try:
        with transaction():
            line_decisions.ask(line_id, reason=_reason(line_id), **_by())
    except DomainError as error:
        return _page(order_id, error, line_id), status_of(error)
    flash(gettext("The claims officer is asked."))
    return htmx.redirect(url_for(".page", order_id=order_id, _anchor=f"line-{line_id}"))


@blueprint.post("/orders/<int:order_id>/warranty/<int:line_id>/decision")
@needs("warranty.decide")
def decide(order_id: int, line_id: int) -> Response | tuple[str, int]:
    """Yes, no, or on to the manufacturer, by the button that was pressed."""
    _own_line(order_id, line_id)
    answer = request.form.get("answer", "")
    version = request.form.get("version", type=int)
    try:
        with transaction():
            if answer == "manufacturer":
                line_decisions.send_on(
                    line_id, reference=request.form.get("reference", ""), version=version, **_by()
                )
            else:
                line_decisions.decide(
                    line_id, is_covered=answer == "yes", reason=_reason(line_id), version=version, **_by()
                )
    except DomainError as error:
        return _page(order_id, error, line_id), status_of(error)
    return htmx.redirect(url_for(".page", order_id=order_id, _anchor=f"line-{line_id}"))


def _by() -> dict[str, Any]:
    return {"site_id": session.person().site_id, "actor": session.actor(), "now": clock.now()}


def _reason(line_id: int) -> str:
    return request.form.get(f"reason-{line_id}", "")


def _own_line(order_id: int, line_id: int) -> None:
    """Raises ``NotFound`` for a line of another order, or another site's order."""
    orders.get_order(order_id, site_id=session.person().site_id)
    line_decisions.expect_line(line_id, order_id=order_id)


def _page(order_id: int, error: DomainError | None = None, line_id: int = 0) -> str:
    person = session.person()
    order = orders.get_order(order_id, site_id=person.site_id)
    is_open = not order.is_closed and order.invoiced_at is None
    return render_template(
        "warranty/lines.html",
        order=order,
        jobs=orders.list_jobs(order_id),
        decisions={found.line_id: found for found in line_decisions.list_of_order(order_id)},
        error=error,
        error_line=line_id,
        typed=request.form,
        may_ask=person.may("warranty.ask") and is_open,
        may_decide=person.may("warranty.decide") and is_open,
        show_prices=session.sees_prices(),
    )
