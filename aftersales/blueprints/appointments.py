"""Appointments: booking a visit, the day's list, another time. Arriving is the check-in's first act."""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import DateTimeLocalField, HiddenField
from wtforms.validators import InputRequired

from aftersales import clock
from aftersales.blueprints.forms.base import Form
from aftersales.blueprints.forms.reception import LOCAL, BookingForm
from aftersales.db import transaction
from aftersales.domain import submissions
from aftersales.domain.appointments.models import BookingChannel
from aftersales.domain.errors import DomainError
from aftersales.domain.quotations import queries as quotations
from aftersales.domain.service_orders import bookings, queries, reception
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites import queries as sites
from aftersales.domain.vehicles import plates
from aftersales.i18n import lazy_gettext as _l
from aftersales.web import arrivals, free_times_screen, htmx, session, vehicle_alerts
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("appointments", __name__, url_prefix="/appointments")


class MoveForm(Form):
    free_time = HiddenField()
    """A proposed time as it was shown; empty for one that is typed."""
    starts_at = DateTimeLocalField(
        _l("Another time"), [InputRequired(_l("Choose a time, or enter the day and time."))], format=LOCAL
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        free_times_screen.take(self.free_time, self.starts_at)


@blueprint.get("")
@needs("appointments.read")
def index() -> str:
    person = session.person()
    today = clock.local_date(clock.now(), person.timezone)
    day = _day(request.args.get("day", "")) or today
    since, until = (
        clock.from_local(datetime.combine(day + timedelta(days=n), time()), person.timezone) for n in (0, 1)
    )
    return render_template(
        "appointments/index.html",
        day=day,
        today=today,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        bookings=bookings.list_bookings(person.site_id, since=since, until=until),
    )


@blueprint.get("/new")
@needs("appointments.write")
def new() -> str:
    """A plate that is known fills in the vehicle; an unknown one is a new vehicle."""
    form = BookingForm(formdata=None)
    plate = request.args.get("q", "").strip()[:40]
    form.plate.data = plates.written(plate)
    vehicle_id = arrivals.number_in(request.args.get("vehicle"))
    if vehicle_id is None and (found := reception.find_by_plate(plate)):
        vehicle_id = found[0].id
    return _page(form, vehicle_id)


@blueprint.get("/free-times")
@needs("appointments.write")
def free_times() -> str:
    """The free times for another length of the visit."""
    minutes = free_times_screen.asked_length(request.args.get("minutes"))
    return render_template(
        "appointments/_free_times.html",
        options=free_times_screen.options(free_times_screen.find(minutes)),
        chosen="",
    )


@blueprint.post("")
@needs("appointments.write")
def book() -> Response | tuple[str, int]:
    form, person, now = BookingForm(), session.person(), clock.now()
    vehicle_id = arrivals.number_in(form.vehicle_id.data)
    if vehicle_id is None and (found := reception.find_by_plate(form.plate.data or "")):
        vehicle_id = found[0].id
        form.vehicle_id.data = str(vehicle_id)
    if not form.validate():
        return _page(form, vehicle_id), 422
    if alike := arrivals.list_alike(form, country=sites.get_site(person.site_id).country):
        return _page(form, vehicle_id, alike=alike), 422
    try:
        with transaction():
            _book(form, now)
    except DomainError as error:
        form.refuse(error)
        return _page(form, vehicle_id), status_of(error)
    return htmx.redirect(url_for(".index", day=form.starts_at.data.date().isoformat()))


@blueprint.get("/<int:order_id>/time")
@needs("appointments.write")
def edit_time(order_id: int) -> str:
    order = _order(order_id)
    return _time_page(order, MoveForm(formdata=None))


@blueprint.post("/<int:order_id>/time")
@needs("appointments.write")
def move(order_id: int) -> Response | tuple[str, int]:
    person, form, order = session.person(), MoveForm(), _order(order_id)
    if not form.validate():
        return _time_page(order, form), 422
    try:
        with transaction():
            bookings.reschedule(
                order_id,
                site_id=person.site_id,
                starts_at=clock.from_local(form.starts_at.data, person.timezone),
                is_proposed=bool(form.free_time.data),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _time_page(_order(order_id), form), status_of(error)
    return htmx.redirect(url_for(".index", day=form.starts_at.data.date().isoformat()))


def _book(form: BookingForm, now: datetime) -> ServiceOrder:
    """The booked order. The form's id is asked first, so that a second arrival adds no second vehicle or customer."""
    person, client_id = session.person(), form.submission_id.data or ""
    if earlier := submissions.earlier(client_id, now=now):
        return queries.get_order(earlier, site_id=person.site_id)
    vehicle, customer_id = arrivals.settle(form, now=now)
    order = bookings.book(
        site_id=person.site_id,
        vehicle_id=vehicle.id,
        customer_id=customer_id,
        starts_at=clock.from_local(form.starts_at.data, person.timezone),
        channel=BookingChannel(form.channel.data),
        concerns=[concern.words for concern in form.worded_concerns()],
        rough_estimate=form.rough_estimate.data,
        note=form.note.data or "",
        is_waiting=bool(form.is_waiting.data),
        minutes=form.minutes.data,
        is_proposed=bool(form.free_time.data),
        actor=session.actor(),
        now=now,
    )
    vehicle_alerts.begin_visit(order, now=now)
    submissions.keep(client_id, order)
    return order


def _time_page(order: ServiceOrder, form: MoveForm) -> str:
    appointment = bookings.find_appointment(order.id)
    minutes = appointment.minutes if appointment else free_times_screen.asked_length(None)
    return render_template(
        "appointments/time.html",
        order=order,
        form=form,
        options=free_times_screen.options(free_times_screen.find(minutes, order_id=order.id)),
        chosen=form.free_time.data,
    )


def _order(order_id: int) -> ServiceOrder:
    return queries.get_order(order_id, site_id=session.person().site_id)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _page(form: BookingForm, vehicle_id: int | None, **context: Any) -> str:
    known = None
    form.plate.flags.required = form.name.flags.required = True  # where they are shown, they are needed
    if vehicle_id is not None:
        days = session.person().setting("comeback.days")
        known = reception.get_known(vehicle_id, comeback_days=days, now=clock.now())
    return render_template(
        "appointments/new.html",
        form=form,
        options=free_times_screen.options(free_times_screen.find(form.minutes.data)),
        chosen=form.free_time.data,
        known=known,
        alerts=vehicle_alerts.alerts_of(known.vehicle if known else None),
        alerts_for="visit",
        deferred=quotations.list_deferred(vehicle_id) if vehicle_id is not None else [],
        alike=context.get("alike", ()),
    )
