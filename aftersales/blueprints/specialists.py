"""Calling a technical specialist to a car in one tap, and coming (DIA-9)."""

from typing import Any

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.errors import DomainError, NotFound
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.workshop import specialists
from aftersales.domain.workshop.call_models import CallPlace
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("specialists", __name__)


@blueprint.get("/orders/<int:order_id>/specialist")
@needs("orders.read")
def calls(order_id: int) -> Response:
    """The calls for a car, and the buttons; as a part it tells the caller who comes."""
    return _calls(order_id)


@blueprint.post("/orders/<int:order_id>/specialist")
@needs("specialists.call")
def call(order_id: int) -> Response:
    """One tap: the specialist is asked to the place on the button."""
    place = request.form.get("place", "")
    if place not in list(CallPlace):
        raise NotFound(gettext("There is no such place."))
    try:
        with transaction():
            specialists.call(order_id, CallPlace(place), **_by())
    except DomainError as error:
        return _calls(order_id, error)
    if htmx.is_partial():
        return _calls(order_id)
    flash(gettext("The specialist is called."))
    return htmx.redirect(url_for(".calls", order_id=order_id))


@blueprint.get("/specialist-calls/<int:call_id>")
@needs("orders.read")
def page(call_id: int) -> Response:
    """The task's screen: the calls for the car that this one is about."""
    return _calls(specialists.get(call_id, site_id=session.person().site_id).service_order_id)


@blueprint.post("/specialist-calls/<int:call_id>/acknowledgement")
@needs("specialists.come")
def acknowledge(call_id: int) -> Response:
    """I come."""
    order_id = specialists.get(call_id, site_id=session.person().site_id).service_order_id
    try:
        with transaction():
            specialists.acknowledge(call_id, **_by())
    except DomainError as error:
        return _calls(order_id, error)
    return htmx.redirect(url_for(".calls", order_id=order_id))


@blueprint.post("/specialist-calls/<int:call_id>/withdrawal")
@needs("specialists.call")
def withdraw(call_id: int) -> Response:
    order_id = specialists.get(call_id, site_id=session.person().site_id).service_order_id
    with transaction():
        specialists.withdraw(call_id, **_by())
    return htmx.redirect(url_for(".calls", order_id=order_id))


def _by() -> dict[str, Any]:
    return {"site_id": session.person().site_id, "actor": session.actor(), "now": clock.now()}


def _calls(order_id: int, error: DomainError | None = None) -> Response:
    person = session.person()
    order = orders.get_order(order_id, site_id=person.site_id)
    return htmx.respond(
        "specialists/page.html",
        "specialists/_calls.html",
        status=status_of(error) if error else 200,
        order=order,
        calls=specialists.list_of_order(order_id),
        places=list(CallPlace),
        error=error,
        may_call=person.may("specialists.call") and not order.is_closed,
        may_come=person.may("specialists.come"),
    )
