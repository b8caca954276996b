"""The walk around the car: photos at the stations, damage pins, things left, what was handed over."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.base import Difference
from aftersales.blueprints.forms.checkins import BelongingForm, DamageForm, HandedOverForm, PaperForm
from aftersales.db import db, transaction
from aftersales.domain.checkins import handover, known, queries, rules, walkaround
from aftersales.domain.checkins import operations as checkins
from aftersales.domain.checkins.kinds import SkipReason, Station, Zone
from aftersales.domain.checkins.models import CheckIn, Damage
from aftersales.domain.errors import DomainError, NotFound
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.vehicles.models import Fuel
from aftersales.i18n import gettext
from aftersales.web import camera_view, car_map, htmx, media, session
from aftersales.web import checkin_steps as steps
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("walkaround", __name__, url_prefix="/orders/<int:order_id>/check-in")

_FUEL_BETWEEN = ("1/8", "1/4", "3/8", "1/2", "5/8", "3/4", "7/8")


@blueprint.get("/walk-around")
@needs("checkins.write")
def page(order_id: int) -> str:
    order, checkin = steps.get(order_id)
    return _walk_page(order, checkin, HandedOverForm(checkin, formdata=None))


@blueprint.get("/progress")
@needs("checkins.write")
def progress(order_id: int) -> str:
    """The map and how far the photos are, after a photo has arrived."""
    order, checkin = steps.get(order_id)
    return render_template("checkins/_progress.html", **_walk(order, checkin))


@blueprint.post("/photos")
@needs("checkins.write")
def add_photo(order_id: int) -> Response:
    """One photo of a station; the tablet sends it again with the same id when it did not hear the answer."""
    steps.get(order_id)
    station = steps.station(request.form.get("station", ""))
    photo = media.receive_photo()
    with transaction():
        walkaround.add_photo(order_id, photo, station=station, **steps.by())
    if htmx.is_partial():
        return make_response("", 204)
    return redirect(url_for(".page", order_id=order_id) + f"#photo-{station}", 303)


@blueprint.post("/handed-over")
@needs("checkins.write")
def hand_over(order_id: int) -> Response | tuple[str, int]:
    form = HandedOverForm()
    if not form.validate():
        return _walk_page(*steps.get(order_id), form), 422
    try:
        with transaction():
            checkins.edit(
                order_id,
                values=form.values(),
                version=form.version_given(),
                is_odometer_confirmed=bool(form.is_odometer_confirmed.data),
                **steps.by(),
            )
    except DomainError as error:
        order, checkin = steps.get(order_id)
        differences = form.refuse_stale(error, HandedOverForm(checkin, formdata=None))
        return _walk_page(order, checkin, form, differences=differences), status_of(error)
    return htmx.redirect(url_for("checkins.jobs", order_id=order_id))


@blueprint.get("/damages/new")
@needs("checkins.write")
def new_damage(order_id: int) -> str:
    order, _ = steps.get(order_id)
    return render_template("checkins/damage.html", order=order, form=DamageForm(formdata=None), damage=None)


@blueprint.post("/damages")
@needs("checkins.write")
def add_damage(order_id: int) -> Response:
    order, form = steps.get(order_id)[0], DamageForm()
    if not form.validate():
        return _refused_damage(order, form, 422)
    try:
        photo = media.receive_photo() if media.has_file() else None
        with transaction():
            walkaround.add_damage(
                order_id,
                client_id=steps.client_id(form.submission_id.data),
                zone=Zone(form.zone.data),
                x=_number(form.x.data),
                y=_number(form.y.data),
                photo=photo,
                **form.values(),
                **steps.by(),
            )
    except DomainError as error:
        form.refuse(error)
        return _refused_damage(steps.get(order_id)[0], form, status_of(error))
    return _around(order_id, "checkins/_damages.html")


def _refused_damage(order: ServiceOrder, form: DamageForm, status: int) -> Response:
    """The form again, with what was typed: in the sheet where it was filled in, else on a page of its own."""
    response = htmx.respond(
        "checkins/damage.html",
        "checkins/_damage_form.html",
        status=status,
        order=order,
        form=form,
        damage=None,
    )
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#damage-form", "outerHTML"
    return response


@blueprint.get("/damages/<int:damage_id>")
@needs("checkins.write")
def damage(order_id: int, damage_id: int) -> str:
    order, found = _damage(order_id, damage_id)
    return render_template(
        "checkins/damage.html", order=order, form=DamageForm(found, formdata=None), damage=found
    )


@blueprint.post("/damages/<int:damage_id>")
@needs("checkins.write")
def save_damage(order_id: int, damage_id: int) -> Response | tuple[str, int]:
    (order, found), form = _damage(order_id, damage_id), DamageForm()
    form.zone.data = found.zone.value
    try:
        if not form.validate():
            return render_template("checkins/damage.html", order=order, form=form, damage=found), 422
        photo = media.receive_photo() if media.has_file() else None
        with transaction():
            walkaround.edit_damage(order_id, damage_id, values=form.values(), photo=photo, **steps.by())
    except DomainError as error:
        form.refuse(error)
        order, found = _damage(order_id, damage_id)
        return render_template("checkins/damage.html", order=order, form=form, damage=found), status_of(error)
    return htmx.redirect(url_for(".page", order_id=order_id))


@blueprint.post("/damages/<int:damage_id>/void")
@needs("checkins.write")
def void_damage(order_id: int, damage_id: int) -> Response:
    with transaction():
        walkaround.void_damage(order_id, damage_id, **steps.by())
    return htmx.redirect(url_for(".page", order_id=order_id))


@blueprint.post("/damages/<int:damage_id>/sighting")
@needs("checkins.write")
def look_again(order_id: int, damage_id: int) -> Response:
    """Damage of an earlier visit is still there, or was repaired meanwhile: one tap."""
    steps.get(order_id)
    with transaction():
        known.look_again(
            order_id,
            damage_id,
            is_there=request.form.get("is_there") == "1",
            client_id=steps.client_id(request.form.get("submission_id")),
            **steps.by(),
        )
    return _around(order_id, "checkins/_damages.html")


@blueprint.post("/belongings")
@needs("checkins.write")
def add_belonging(order_id: int) -> Response | tuple[str, int]:
    form = BelongingForm()
    order, checkin = steps.get(order_id)
    try:
        photo = media.receive_photo() if media.has_file() else None
        with transaction():
            handover.add_belonging(
                order_id,
                client_id=steps.client_id(form.submission_id.data),
                what=form.what.data or "",
                box=form.box.data or "",
                photo=photo,
                **steps.by(),
            )
    except DomainError as error:
        form.refuse(error)
        order, checkin = steps.get(order_id)
        context = _walk(order, checkin, belonging_form=form)
        if htmx.is_partial():
            return render_template("checkins/_belongings.html", **context), status_of(error)
        return _walk_page(order, checkin, HandedOverForm(checkin, formdata=None), form), status_of(error)
    return _around(order_id, "checkins/_belongings.html")


@blueprint.post("/belongings/<int:belonging_id>/void")
@needs("checkins.write")
def void_belonging(order_id: int, belonging_id: int) -> Response:
    with transaction():
        handover.void_belonging(order_id, belonging_id, **steps.by())
    return _around(order_id, "checkins/_belongings.html")


def _walk_page(
    order: ServiceOrder,
    checkin: CheckIn | None,
    form: HandedOverForm,
    belonging_form: BelongingForm | None = None,
    differences: Sequence[Difference] = (),
) -> str:
    context = _walk(order, checkin, belonging_form=belonging_form)
    previous = queries.previous_photos(order, checkin)
    return render_template(
        "checkins/walk.html",
        form=form,
        previous=previous,
        camera_words=camera_view.words(),
        camera_stations=camera_view.stations(
            order.id,
            taken=context["around"].photos,
            skipped=context["skipped"],
            required=context["required"],
            previous=previous,
        ),
        skip_reasons=list(SkipReason),
        differences=differences,
        fuel_words=[gettext("Empty"), *_FUEL_BETWEEN, gettext("Full")],
        fuels=Fuel,
        **context,
    )


def _walk(
    order: ServiceOrder, checkin: CheckIn | None, *, belonging_form: BelongingForm | None = None
) -> dict[str, Any]:
    """What the walk-around's page and its parts show."""
    around = queries.walkaround_of(order, checkin)
    required = rules.required_stations(session.person().setting("walkaround.required"))
    missing = [station for station in required if station not in around.dealt_with]
    can_edit = order.checkin_signed_at is None
    pins = car_map.pins(order, around, can_edit=can_edit)
    return {
        "order": order,
        "checkin": checkin,
        "around": around,
        "stations": list(Station),
        "required": required,
        "missing": missing,
        "next_station": missing[0] if missing else None,
        "skipped": {station: rules.skip_words(skip.reason) for station, skip in around.skips.items()},
        "stops": car_map.stops(around, missing),
        "pins": pins,
        "tones": {pin.damage.zone.value: pin.tone for pin in pins if pin.tone and pin.href},
        "damage_form": DamageForm(formdata=None),
        "belonging_form": belonging_form or BelongingForm(formdata=None),
        "can_edit": can_edit,
        "can_list": not order.is_closed,
        "papers": around.papers,
        "paper_form": PaperForm(formdata=None),
        "today": clock.local(clock.now(), session.person().timezone).date(),
    }


def _around(order_id: int, part: str) -> Response:
    """The changed part to HTMX, the whole step to everyone else."""
    if not htmx.is_partial():
        return htmx.redirect(url_for(".page", order_id=order_id))
    order, checkin = steps.get(order_id)
    return make_response(render_template(part, **_walk(order, checkin)))


def _number(text: str | None) -> int:
    return int(text) if text and text.lstrip("-").isdecimal() else 0


def _damage(order_id: int, damage_id: int) -> tuple[ServiceOrder, Damage]:
    order, checkin = steps.get(order_id)
    found = db.session.get(Damage, damage_id)
    if found is None or checkin is None or found.checkin_id != checkin.id or found.voided_at:
        raise NotFound(gettext("There is no such damage on this order."))
    return order, found
