"""Reception: a plate is typed, the vehicle stands there with all that is known; the order is opened on the same page."""

from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.reception import ReceptionForm
from aftersales.db import transaction
from aftersales.domain import submissions
from aftersales.domain.checkins import operations as checkins
from aftersales.domain.checkins import rules
from aftersales.domain.errors import DomainError
from aftersales.domain.quality import comebacks
from aftersales.domain.quotations import queries as quotations
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import queries as service_order_queries
from aftersales.domain.service_orders import reception, search
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.reception import DayRow, Known
from aftersales.domain.service_orders.search import Hit
from aftersales.domain.sites import queries as sites
from aftersales.domain.vehicles import plates, vins
from aftersales.web import arrivals, covered_work, htmx, scans, session, vehicle_alerts
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("reception", __name__, url_prefix="/reception")

_UNPLANNED_MINUTES = 60
"""Work time that a promise is proposed from while nothing is priced yet."""


@blueprint.get("")
@needs("orders.open")
def desk() -> Response | str:
    """What was typed is a plate. One vehicle has it, or several, or none yet."""
    plate = request.args.get("q", "").strip()[:40]
    if not plates.normalised(plate):
        return render_template("reception/plate.html", arrivals=_expected())
    vin = scans.vin_in(plate)
    found = reception.find_by_vin(vin) if vin else reception.find_by_plate(plate)
    chosen = next((car for car in found if str(car.id) == request.args.get("vehicle")), None)
    if chosen is None and len(found) == 1:
        chosen = found[0]
    if chosen is None and found:
        return render_template("reception/choose.html", plate=plate, vehicles=found)
    if chosen is None and not vin and "new" not in request.args and (hits := _hits(plate)):
        return render_template("reception/hits.html", text=plate, hits=hits)
    form = ReceptionForm(formdata=None)
    if vin:
        form.vin.data = vin
    else:
        form.plate.data = plates.written(plate)
    form.promised_at.data = _proposal()
    return _page(form, chosen.id if chosen else None)


@blueprint.post("")
@needs("orders.open")
def open_order() -> Response | tuple[str, int]:
    form, person, now = ReceptionForm(), session.person(), clock.now()
    vehicle_id = arrivals.number_in(form.vehicle_id.data)
    if not form.validate():
        return _page(form, vehicle_id), 422
    if alike := arrivals.list_alike(form, country=sites.get_site(person.site_id).country):
        return _page(form, vehicle_id, alike=alike), 422
    try:
        with transaction():
            order = _receive(form, now)
    except DomainError as error:
        form.refuse(error)
        return _page(form, vehicle_id), status_of(error)
    return htmx.redirect(url_for("checkins.car", order_id=order.id))


@blueprint.get("/vin")
@needs("vehicles.read")
def vin() -> str | tuple[str, int]:
    """What a VIN says, while it is typed."""
    typed = request.args.get("vin", "")[:30]
    try:
        return render_template("reception/_vin.html", decoded=vins.decode(vins.check(typed)), refusal="")
    except DomainError as error:
        return render_template("reception/_vin.html", decoded=None, refusal=str(error))


def _expected() -> list[DayRow]:
    """Today's cars that are not checked in yet: the quickest way to most of them."""
    person = session.person()
    today = clock.local(clock.now(), person.timezone).date()
    since = clock.from_local(datetime.combine(today, time()), person.timezone)
    until = clock.from_local(datetime.combine(today + timedelta(days=1), time()), person.timezone)
    return list(reception.list_day(person.site_id, since=since, until=until).arrivals)


def _hits(text: str) -> list[Hit]:
    """Known vehicles that a name, a phone number or a part of a plate finds."""
    person = session.person()
    hits = search.find(text, site_id=person.site_id, sees_customers=person.may("customers.read"))
    return [hit for hit in hits if hit.vehicle_id]


def _receive(form: ReceptionForm, now: datetime) -> ServiceOrder:
    """The order. The form's id is asked first, so that a second arrival adds no second vehicle or customer."""
    person, client_id = session.person(), form.submission_id.data or ""
    if earlier := submissions.earlier(client_id, now=now):
        return service_orders.lock_order(earlier, site_id=person.site_id)
    vehicle, customer_id = arrivals.settle(form, now=now)
    comeback = None
    if form.is_comeback.data:
        comeback = reception.get_known(
            vehicle.id, comeback_days=person.setting("comeback.days"), now=now
        ).comeback_of
    order = checkins.receive(
        site_id=person.site_id,
        vehicle_id=vehicle.id,
        customer_id=customer_id,
        concerns=form.worded_concerns(),
        promised_at=clock.from_local(form.promised_at.data, person.timezone)
        if form.promised_at.data
        else None,
        is_waiting=bool(form.is_waiting.data),
        actor=session.actor(),
        now=now,
    )
    if comeback is not None:
        jobs = service_order_queries.list_jobs(order.id)
        comebacks.link(
            order.id,
            comeback.id,
            job_id=jobs[0].id if len(jobs) == 1 else None,
            site_id=person.site_id,
            actor=session.actor(),
            now=now,
        )
    vehicle_alerts.begin_visit(order, now=now)
    submissions.keep(client_id, order)
    return order


def _proposal() -> datetime:
    """The time that the site could promise now, as its clock shows it (ORD-3)."""
    person = session.person()
    site = sites.get_site(person.site_id)
    proposed = rules.proposed_promise(
        clock.now(),
        work_minutes=_UNPLANNED_MINUTES,
        reserve_minutes=person.setting("promise.reserve_minutes"),
        parts_expected_at=None,
        timezone=person.timezone,
        hours=site.opening_hours,
        closed_days=sites.list_closed_days(person.site_id),
    )
    return clock.local(proposed, person.timezone).replace(tzinfo=None)


def _page(form: ReceptionForm, vehicle_id: int | None, **context: Any) -> str:
    person = session.person()
    known: Known | None = None
    form.plate.flags.required = form.name.flags.required = True  # where they are shown, they are needed
    if vehicle_id is not None:
        known = reception.get_known(
            vehicle_id, comeback_days=person.setting("comeback.days"), now=clock.now()
        )
    return render_template(
        "reception/desk.html",
        form=form,
        known=known,
        alerts=vehicle_alerts.alerts_of(known.vehicle if known else None),
        alerts_for="visit",
        covered=covered_work.of_vehicle(known.vehicle if known else None),
        deferred=quotations.list_deferred(vehicle_id) if vehicle_id is not None else [],
        alike=context.get("alike", ()),
    )
