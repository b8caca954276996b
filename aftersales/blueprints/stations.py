"""A station of the walk-around that is left out, with the reason."""

from flask import Blueprint, make_response, render_template, url_for
from werkzeug.wrappers import Response

from aftersales.blueprints.forms.checkins import SkipForm
from aftersales.db import transaction
from aftersales.domain.checkins import queries, stations
from aftersales.domain.checkins.kinds import Station
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.errors import DomainError
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.web import checkin_steps as steps
from aftersales.web import htmx
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("stations", __name__, url_prefix="/orders/<int:order_id>/check-in/stations/<name>")


@blueprint.get("/skip")
@needs("checkins.write")
def skip_form(order_id: int, name: str) -> str:
    order, checkin = steps.get(order_id)
    station = steps.station(name)
    known = queries.skips_of(checkin.id).get(station) if checkin else None
    form = SkipForm(known.reason if known else "", formdata=None)
    return _page(order, checkin, station, form)


@blueprint.post("/skip")
@needs("checkins.write")
def skip(order_id: int, name: str) -> Response | tuple[str, int]:
    """Leave the station out. The camera view and the tablet's queue post ``reason`` as a code or in words."""
    order, checkin = steps.get(order_id)
    station, form = steps.station(name), SkipForm()
    if not form.validate():
        return _page(order, checkin, station, form), 422
    try:
        with transaction():
            stations.skip(
                order_id,
                station=station,
                reason=form.chosen(),
                client_id=steps.client_id(form.submission_id.data),
                **steps.by(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(*steps.get(order_id), station, form), status_of(error)
    return _back(order_id, station)


@blueprint.post("/unskip")
@needs("checkins.write")
def unskip(order_id: int, name: str) -> Response:
    """The photo is to be taken after all."""
    steps.get(order_id)
    station, form = steps.station(name), SkipForm()
    with transaction():
        stations.unskip(order_id, station=station, client_id=form.submission_id.data or "", **steps.by())
    return _back(order_id, station)


def _back(order_id: int, station: Station) -> Response:
    if htmx.is_partial():
        return make_response("", 204)
    return htmx.redirect(url_for("walkaround.page", order_id=order_id) + f"#photo-{station}")


def _page(order: ServiceOrder, checkin: CheckIn | None, station: Station, form: SkipForm) -> str:
    return render_template(
        "checkins/skip.html",
        order=order,
        station=station,
        form=form,
        is_skipped=bool(checkin and station in queries.skips_of(checkin.id)),
    )
