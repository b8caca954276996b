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
from aftersales.domain.service_orders import operations, timeline, work
from aftersales.domain.service_orders.models import EventKind, ServiceOrder, WarrantyDecision
from aftersales.domain.service_orders.states import OrderState
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
    client_id: str = "",
) -> ServiceOrder:
    """Agree a time: a preliminary order in state booked, with a job per concern and the rough estimate that was told.

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
) -> ServiceOrder:
    """Agree another time for a booked visit."""
    actor.need("appointments.write")
    order = operations.lock_order(order_id, site_id=site_id)
    expect_version(order, version)
    if order.state is not OrderState.BOOKED:
        raise Refused(gettext("Only a booked visit can be moved."))
    if starts_at <= now:
        raise Invalid(gettext("The appointment has to be in the future."), field="starts_at")
    order.planned_at = starts_at
    if appointment := db.session.scalar(select(Appointment).where(Appointment.service_order_id == order_id)):
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
