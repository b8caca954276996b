"""A vehicle: what is known of it, its visits, its data and warnings."""

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.vehicles import CustomerForm, VehicleForm, WarningForm
from aftersales.db import transaction
from aftersales.domain.customers import operations as customers
from aftersales.domain.errors import DomainError
from aftersales.domain.quotations import queries as quotations
from aftersales.domain.service_orders import reception
from aftersales.domain.service_orders.reception import Known
from aftersales.domain.vehicles import operations as vehicles
from aftersales.domain.vehicles.models import WarningKind
from aftersales.web import htmx, session, vehicle_alerts
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("vehicles", __name__, url_prefix="/vehicles")


@blueprint.get("/<int:vehicle_id>")
@needs("vehicles.read")
def page(vehicle_id: int) -> str:
    return _page(vehicle_id, WarningForm(formdata=None))


@blueprint.get("/<int:vehicle_id>/edit")
@needs("vehicles.write")
def edit(vehicle_id: int) -> str:
    known = _known(vehicle_id)
    return render_template("vehicles/edit.html", known=known, form=VehicleForm(known.vehicle), differences=())


@blueprint.post("/<int:vehicle_id>")
@needs("vehicles.write")
def save(vehicle_id: int) -> Response | tuple[str, int]:
    form = VehicleForm()
    if not form.validate():
        page = render_template("vehicles/edit.html", known=_known(vehicle_id), form=form, differences=())
        return page, 422
    try:
        with transaction():
            vehicles.edit_vehicle(
                vehicle_id,
                site_id=session.person().site_id,
                values=form.values(),
                version=form.version_given(),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        known = _known(vehicle_id)
        differences = form.refuse_stale(error, VehicleForm(known.vehicle, formdata=None))
        page = render_template("vehicles/edit.html", known=known, form=form, differences=differences)
        return page, status_of(error)
    return htmx.redirect(url_for(".page", vehicle_id=vehicle_id))


@blueprint.post("/<int:vehicle_id>/warnings")
@needs("vehicles.write")
def warn(vehicle_id: int) -> Response | tuple[str, int]:
    form = WarningForm()
    if not form.validate():
        return _page(vehicle_id, form), 422
    _known(vehicle_id)
    with transaction():
        vehicles.open_warning(
            vehicle_id,
            kind=WarningKind(form.kind.data),
            text=form.text.data or "",
            actor=session.actor(),
            now=clock.now(),
        )
    return htmx.redirect(url_for(".page", vehicle_id=vehicle_id))


@blueprint.post("/<int:vehicle_id>/warnings/<int:warning_id>/close")
@needs("vehicles.write")
def close_warning(vehicle_id: int, warning_id: int) -> Response:
    with transaction():
        vehicles.close_warning(warning_id, vehicle_id=vehicle_id, actor=session.actor(), now=clock.now())
    return htmx.redirect(url_for(".page", vehicle_id=vehicle_id))


@blueprint.get("/<int:vehicle_id>/owner")
@needs("vehicles.write")
def new_owner(vehicle_id: int) -> str:
    return render_template("vehicles/owner.html", known=_known(vehicle_id), form=CustomerForm(formdata=None))


@blueprint.post("/<int:vehicle_id>/owner")
@needs("vehicles.write")
def change_owner(vehicle_id: int) -> Response | tuple[str, int]:
    """The car was sold: a new customer has it from now on."""
    form, now = CustomerForm(), clock.now()
    if not form.validate():
        return render_template("vehicles/owner.html", known=_known(vehicle_id), form=form), 422
    _known(vehicle_id)
    try:
        with transaction():
            owner = customers.add_customer(
                site_id=session.person().site_id, **form.values(), actor=session.actor(), now=now
            )
            vehicles.change_owner(vehicle_id, customer_id=owner.id, actor=session.actor(), now=now)
    except DomainError as error:
        form.refuse(error)
        return render_template("vehicles/owner.html", known=_known(vehicle_id), form=form), status_of(error)
    return htmx.redirect(url_for(".page", vehicle_id=vehicle_id))


def _known(vehicle_id: int) -> Known:
    return reception.get_known(
        vehicle_id, comeback_days=session.person().setting("comeback.days"), now=clock.now()
    )


def _page(vehicle_id: int, form: WarningForm) -> str:
    known = _known(vehicle_id)
    return render_template(
        "vehicles/page.html",
        known=known,
        alerts=vehicle_alerts.alerts_of(known.vehicle),
        alerts_for="",
        deferred=quotations.list_deferred(vehicle_id),
        form=form,
    )
