"""Bookings: an appointment becomes a preliminary order, so that nothing is typed twice when the car comes (APT-7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select

from aftersales.db import add, db
from aftersales.domain import submissions
from aftersales.domain.actors import Actor
from aftersales.domain.appointments.models import Appointment, BookingChannel
from aftersales.domain.customers.models import Customer
from aftersales.domain.errors import Invalid, Refused, expect_version
from aftersales.domain.planning import bookings as planned
from aftersales.domain.planning import words
from aftersales.domain.service_orders import free_times, operations, timeline, work
from aftersales.domain.service_orders.models import EventKind, ServiceOrder, WarrantyDecision
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites.queries import get_site
from aftersales.domain.vehicles.models import Vehicle
from aftersales.i18n import N_, gettext


def book(
    *,
    site_id: int,
    vehicle_id: int,
    customer_id: int,
    starts_at: datetime,
    channel: BookingChannel,
    concerns: Sequence[str],
    actor: Actor,
    now: datetime,
    rough_estimate: Decimal | None = None,
    note: str = "",
    is_waiting: bool = False,
    minutes: int | None = None,
    is_proposed: bool = False,
    client_id: str = "",
) -> ServiceOrder:
    """Agree a time: a preliminary order in state booked, with a job per concern and the rough estimate that was told.

    ``minutes`` is how long the work is expected to take, by default the site's. A time that we proposed
    (``is_proposed``) has to be free still; one that was asked for is the desk's own decision (APT-3).

    The second arrival of a ``client_id`` gets the first one's order.
    """
    actor.need("appointments.write")
    if known := submissions.earlier(client_id, now=now):
        return operations.lock_order(known, site_id=site_id)
    if starts_at <= now:
        raise Invalid(gettext("The appointment has to be in the future."), field="starts_at")
    worded = [concern.strip() for concern in concerns if concern.strip()]
    if not worded:
        raise Invalid(gettext("Write down at least one concern, in the customer's words."), field="concerns")
    if rough_estimate is not None and rough_estimate < 0:
        raise Invalid(gettext("Enter an estimate of 0 or more."), field="rough_estimate")
    length = minutes or get_site(site_id).setting("appointments.minutes")
    if is_proposed:
        _expect_free(site_id, starts_at, length, now=now)
    order = operations.open_order(
        site_id=site_id,
        vehicle_id=vehicle_id,
        customer_id=customer_id,
        planned_at=starts_at,
        is_booking=True,
        actor=actor,
        now=now,
    )
    order.is_waiting = is_waiting
    add(
        Appointment(
            site_id=site_id,
            service_order_id=order.id,
            channel=channel,
            starts_at=starts_at,
            minutes=length,
            rough_estimate=rough_estimate,
            note=note.strip(),
            created_at=now,
            created_by_name=actor.name,
        )
    )
    for concern in worded:
        work.add_job(order.id, title=concern, concern=concern, actor=actor, now=now)
    submissions.keep(client_id, order)
    return order


def reschedule(
    order_id: int,
    *,
    starts_at: datetime,
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
    version: int | None = None,
    is_proposed: bool = False,
) -> ServiceOrder:
    """Agree another time for a booked visit; one that we proposed has to be free still."""
    actor.need("appointments.write")
    order = operations.lock_order(order_id, site_id=site_id)
    expect_version(order, version)
    if order.state is not OrderState.BOOKED:
        raise Refused(gettext("Only a booked visit can be moved."))
    if starts_at <= now:
        raise Invalid(gettext("The appointment has to be in the future."), field="starts_at")
    appointment = find_appointment(order_id)
    if is_proposed and appointment:
        _expect_free(order.site_id, starts_at, appointment.minutes, now=now, order_id=order_id)
    order.planned_at = starts_at
    if appointment:
        appointment.starts_at = starts_at
    planned.drop_before(order_id, starts_at, reason=gettext("The car comes later"), actor=actor, now=now)
    timeline.note(
        order,
        EventKind.EDIT,
        N_("Appointment moved to %(starts_at)s"),
        actor=actor,
        now=now,
        starts_at=starts_at.isoformat(),
    )
    db.session.flush()
    return order


def find_appointment(order_id: int) -> Appointment | None:
    """How the visit was agreed; None for one that nobody booked."""
    return db.session.scalar(select(Appointment).where(Appointment.service_order_id == order_id))


def _expect_free(
    site_id: int, starts_at: datetime, minutes: int, *, now: datetime, order_id: int | None = None
) -> None:
    """Refuse a proposed time that somebody took since it was shown, with the next free one. Two desks that choose one
    time at the same moment wait for each other here, so that a bay is never booked twice."""
    planned.lock_plan()
    if free_times.is_free(site_id, starts_at, minutes=minutes, now=now, order_id=order_id):
        return
    left = free_times.list_free_times(site_id, minutes=minutes, now=now, order_id=order_id, most=1)
    if not left:
        raise Refused(gettext("This time was taken since. There is no free time in the next two weeks."))
    zone = get_site(site_id).timezone
    raise Refused(
        gettext(
            "This time was taken since. Next free: %(time)s.", time=words.at(left[0].starts_at, zone, now=now)
        )
    )


@dataclass(frozen=True, slots=True)
class BookingRow:
    """An appointment as a row of the day's list."""

    order_id: int
    number: str
    state: OrderState
    starts_at: datetime
    channel: BookingChannel
    rough_estimate: Decimal | None
    summary: str
    is_waiting: bool
    plate: str
    plate_country: str
    make: str
    model: str
    customer_name: str
    warranty_warned: bool
    warranty_decision: WarrantyDecision | None


def list_bookings(site_id: int, *, since: datetime, until: datetime) -> list[BookingRow]:
    """The appointments of a stretch of time, whatever became of them, in their order."""
    query: Select[*tuple[Any, ...]] = (
        select(
            ServiceOrder.id,
            ServiceOrder.number,
            ServiceOrder.state,
            Appointment.starts_at,
            Appointment.channel,
            Appointment.rough_estimate,
            ServiceOrder.summary,
            ServiceOrder.is_waiting,
            Vehicle.plate,
            Vehicle.plate_country,
            Vehicle.make,
            Vehicle.model,
            Customer.name,
            ServiceOrder.warranty_warned,
            ServiceOrder.warranty_decision,
        )
        .join(ServiceOrder, ServiceOrder.id == Appointment.service_order_id)
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .join(Customer, Customer.id == ServiceOrder.customer_id)
        .where(Appointment.site_id == site_id, Appointment.starts_at >= since, Appointment.starts_at < until)
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return [BookingRow(*row) for row in db.session.execute(query)]
