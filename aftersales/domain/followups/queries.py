"""Reading calls, and finding what is to be reminded of. The sweep's queries are bounded: the rest comes a minute later."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, and_, cast, exists, func, select
from sqlalchemy.orm import aliased

from aftersales.clock import local_date
from aftersales.db import db
from aftersales.domain.appointments.models import Appointment
from aftersales.domain.customers.models import Customer
from aftersales.domain.followups import rules
from aftersales.domain.followups.models import CustomerCall, Reminder, ReminderKind
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites.models import Site
from aftersales.domain.tasks.models import Task, TaskType
from aftersales.domain.vehicles.models import Vehicle

BATCH = 100
PAGE = 40


@dataclass(frozen=True, slots=True)
class DueCall:
    """A follow-up that waits: the car, whom to call, since when and until when."""

    service_order_id: int
    number: str
    summary: str
    plate: str
    plate_country: str
    vehicle: str
    customer: str
    phone: str
    closed_at: datetime
    due_at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """A logged call in the list of the last ones."""

    service_order_id: int
    number: str
    plate: str
    plate_country: str
    customer: str
    call: CustomerCall


def list_calls(service_order_id: int) -> list[CustomerCall]:
    """The order's calls, newest first."""
    return list(
        db.session.scalars(
            select(CustomerCall)
            .where(CustomerCall.service_order_id == service_order_id)
            .order_by(CustomerCall.id.desc())
        )
    )


def list_due_calls(site_id: int, limit: int = 100) -> list[DueCall]:
    """The site's follow-ups that wait for a call, the most urgent first."""
    rows = db.session.execute(
        select(
            ServiceOrder.id,
            ServiceOrder.number,
            ServiceOrder.summary,
            Vehicle.plate,
            Vehicle.plate_country,
            Vehicle.make.concat(" ").concat(Vehicle.model),
            Customer.name,
            Customer.phone,
            ServiceOrder.closed_at,
            Task.due_at,
            Task.note,
        )
        .join(ServiceOrder, ServiceOrder.id == Task.service_order_id)
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .join(Customer, Customer.id == ServiceOrder.customer_id)
        .where(Task.site_id == site_id, Task.type == TaskType.FOLLOW_UP, Task.closed_at.is_(None))
        .order_by(Task.due_at, Task.id)
        .limit(limit)
    )
    return [DueCall(*tuple(row)) for row in rows]


def list_last_calls(site_id: int, before: int | None = None) -> tuple[list[CallRow], int | None]:
    """The site's logged calls, newest first, and the id to go on from."""
    query = (
        select(
            ServiceOrder.id, ServiceOrder.number, Vehicle.plate, Vehicle.plate_country, Customer.name, CustomerCall
        )
        .join(ServiceOrder, ServiceOrder.id == CustomerCall.service_order_id)
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .join(Customer, Customer.id == ServiceOrder.customer_id)
        .where(CustomerCall.site_id == site_id)
        .order_by(CustomerCall.id.desc())
        .limit(PAGE + 1)
    )  # fmt: skip
    if before:
        query = query.where(CustomerCall.id < before)
    rows = [CallRow(row[0], row[1], row[2], row[3], row[4], row[5]) for row in db.session.execute(query)]
    return rows[:PAGE], rows[PAGE - 1].call.id if len(rows) > PAGE else None


# --- what the sweep finds ---


def list_not_fetched(site: Site, now: datetime) -> list[int]:
    """Orders that have been ready for longer than the site waits, and whose customer was not reminded since."""
    ready_before = now - timedelta(hours=site.setting("pickup.reminder_hours"))
    rows = db.session.execute(
        select(ServiceOrder.id, ServiceOrder.ready_at)
        .where(
            ServiceOrder.site_id == site.id,
            ServiceOrder.closed_at.is_(None),
            ServiceOrder.state == OrderState.READY_FOR_PICKUP,
            ServiceOrder.ready_at <= ready_before,
        )
        .order_by(ServiceOrder.ready_at)
    ).all()
    dealt_with = _occasions(ReminderKind.NOT_FETCHED, [row.id for row in rows])
    return [row.id for row in rows if (row.id, row.ready_at.isoformat()) not in dealt_with][:BATCH]


def list_service_due(site: Site, now: datetime) -> list[tuple[int, int]]:
    """Vehicles whose next service falls due, each with the owner's last completed order at this site.

    Left out: cars that are here or booked, cars that belong to somebody else by now, and services long past.
    """
    today = local_date(now, site.timezone)
    last, other = aliased(ServiceOrder), aliased(ServiceOrder)
    newest = (
        select(func.max(last.id))
        .where(
            last.vehicle_id == Vehicle.id,
            last.customer_id == Vehicle.owner_id,
            last.state == OrderState.COMPLETED,
        )
        .correlate(Vehicle)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Vehicle.id, ServiceOrder.id)
        .join(ServiceOrder, ServiceOrder.id == newest)
        .where(
            ServiceOrder.site_id == site.id,
            Vehicle.next_service_on <= today + timedelta(days=site.setting("service.reminder_days")),
            Vehicle.next_service_on >= today - timedelta(days=rules.LONG_LOST_DAYS),
            ~exists().where(and_(other.vehicle_id == Vehicle.id, other.closed_at.is_(None))),
            ~exists().where(
                and_(
                    Reminder.kind == ReminderKind.SERVICE_DUE,
                    Reminder.subject_id == Vehicle.id,
                    Reminder.occasion == cast(Vehicle.next_service_on, String),
                )
            ),
        )
        .order_by(Vehicle.next_service_on, Vehicle.id)
        .limit(BATCH)
    )
    return [(row[0], row[1]) for row in rows]


def list_tomorrow(site: Site, now: datetime) -> list[int]:
    """Appointments of the site's next calendar day that were not made today, and not reminded of."""
    rows = db.session.execute(
        select(Appointment.id, Appointment.service_order_id, Appointment.starts_at, Appointment.created_at)
        .join(ServiceOrder, ServiceOrder.id == Appointment.service_order_id)
        .where(
            Appointment.site_id == site.id,
            ServiceOrder.state == OrderState.BOOKED,
            Appointment.starts_at > now,
            Appointment.starts_at < now + timedelta(days=3),
        )
        .order_by(Appointment.starts_at)
    ).all()
    dealt_with = _occasions(ReminderKind.APPOINTMENT, [row.service_order_id for row in rows])
    today = local_date(now, site.timezone)
    return [
        row.id
        for row in rows
        if rules.is_tomorrow(row.starts_at, now=now, timezone=site.timezone)
        and local_date(row.created_at, site.timezone) < today
        and (row.service_order_id, local_date(row.starts_at, site.timezone).isoformat()) not in dealt_with
    ][:BATCH]


def _occasions(kind: ReminderKind, subject_ids: list[int]) -> set[tuple[int, str]]:
    if not subject_ids:
        return set()
    rows = db.session.execute(
        select(Reminder.subject_id, Reminder.occasion).where(
            Reminder.kind == kind, Reminder.subject_id.in_(subject_ids)
        )
    )
    return {(row.subject_id, row.occasion) for row in rows}
