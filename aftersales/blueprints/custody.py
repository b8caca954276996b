"""Key and place of a car, and where all the cars of the site are."""

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales.blueprints.forms.checkins import CarMoveForm, KeyMoveForm
from aftersales.db import transaction
from aftersales.domain.checkins import custody, whereabouts
from aftersales.domain.checkins.kinds import ParkingZone
from aftersales.domain.errors import DomainError
from aftersales.domain.sites.settings import words_of
from aftersales.web import checkin_steps as steps
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("custody", __name__, url_prefix="/orders/<int:order_id>/key-and-place")
cars = Blueprint("cars", __name__, url_prefix="/cars")


@cars.get("")
@needs("orders.read")
def index() -> Response:
    """Where the cars are: by zone, found by plate, place or key."""
    listed = whereabouts.list_cars(session.person().site_id)
    asked = request.args.get("q", "").strip()
    shown = [car for car in listed if _is_asked(car, asked)]
    return htmx.respond(
        "cars/index.html",
        "cars/_zones.html",
        text=asked,
        total=len(listed),
        zones=[(zone, [car for car in shown if car.zone is zone]) for zone in (*ParkingZone, None)],
        is_cut=len(listed) == whereabouts.SHOWN,
    )


@blueprint.get("")
@needs("orders.read")
def page(order_id: int) -> str:
    return _page(order_id)


@blueprint.post("/car")
@needs("cars.move")
def move_car(order_id: int) -> Response | tuple[str, int]:
    steps.get(order_id)
    form = CarMoveForm()
    if not form.validate():
        return _page(order_id, car_form=form), 422
    try:
        with transaction():
            custody.move_car(
                order_id,
                zone=form.chosen_zone(),
                place=form.chosen_place(),
                client_id=steps.client_id(form.submission_id.data),
                **steps.by(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(order_id, car_form=form), status_of(error)
    return htmx.redirect(url_for(".page", order_id=order_id))


@blueprint.post("/key")
@needs("cars.move")
def move_key(order_id: int) -> Response | tuple[str, int]:
    steps.get(order_id)
    form = KeyMoveForm()
    if not form.validate():
        return _page(order_id, key_form=form), 422
    try:
        with transaction():
            custody.move_key(
                order_id,
                slot=form.slot.data or "",
                holder="" if form.slot.data else form.holder.data or "",
                client_id=steps.client_id(form.submission_id.data),
                **steps.by(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(order_id, key_form=form), status_of(error)
    return htmx.redirect(url_for(".page", order_id=order_id))


def _page(order_id: int, *, car_form: CarMoveForm | None = None, key_form: KeyMoveForm | None = None) -> str:
    order, checkin = steps.get(order_id)
    person = session.person()
    people = [person.name, *(one.name for one in (order.technician, order.advisor) if one)]
    return render_template(
        "custody/page.html",
        order=order,
        checkin=checkin,
        zones=list(ParkingZone),
        places=words_of(person.setting("parking.places")),
        taken=whereabouts.taken_places(order.site_id, besides=order.id),
        people=list(dict.fromkeys(people)),
        moves=whereabouts.list_moves(checkin.id) if checkin else [],
        car_form=car_form or CarMoveForm(formdata=None),
        key_form=key_form or KeyMoveForm(formdata=None),
        can_move=person.may("cars.move") and not order.is_closed,
    )


def _is_asked(car: whereabouts.ParkedCar, text: str) -> bool:
    folded = text.casefold().replace(" ", "")
    known = (car.plate, car.place, car.key_tag, car.key_slot, car.key_holder, car.number)
    return any(folded in word.casefold().replace(" ", "") for word in known)
