"""Reading who and which bay could take an order: values for :mod:`.proposals`, and the order's work as a whole."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import aliased

from aftersales.db import db
from aftersales.domain.planning.models import Booking
from aftersales.domain.service_orders.models import Job, PayType, Priority, ServiceOrder
from aftersales.domain.service_orders.states import IN_WORKSHOP
from aftersales.domain.staffing.calendar import Span
from aftersales.domain.staffing.models import Bay, BayKind, Skill
from aftersales.domain.staffing.timetable import Timetable
from aftersales.domain.vehicles.models import Fuel, Vehicle
from aftersales.domain.workshop.needs import needs_of, together
from aftersales.domain.workshop.proposals import BayChoice, Candidate, Work


def work_of(order: ServiceOrder, fuel: Fuel) -> Work:
    """The order's open jobs as one piece of work."""
    rows = db.session.execute(
        select(Job.skill, Job.bay_kind, Job.pay_type).where(
            Job.service_order_id == order.id, Job.voided_at.is_(None), Job.done_at.is_(None)
        ).order_by(Job.position)
    )  # fmt: skip
    return Work(
        planned_minutes=max(0, order.planned_minutes - order.worked_minutes),
        needs=together(
            needs_of(
                skill=Skill(skill) if skill else None,
                bay_kind=BayKind(kind) if kind else None,
                pay_type=PayType(pay),
                fuel=fuel,
            )
            for skill, kind, pay in rows
        ),
        is_comeback=order.comeback_of_id is not None,
        is_urgent=order.is_waiting or order.priority is Priority.URGENT,
        promised_at=order.promised_at,
    )


def list_candidates(
    site_id: int, *, vehicle_id: int, order_id: int, minutes: int, timetable: Timetable, now: datetime
) -> list[Candidate]:
    """The technicians who could take work at the site: load, whether they know the vehicle, and when it would fit them.

    The time is the first one that fits beside what the plan has for them, and beside planned work that waits without
    a time.
    """
    loads = {row[0]: (int(row[1] or 0), row[2]) for row in db.session.execute(_loads(site_id, order_id))}
    visits = {row[0]: row[1] for row in db.session.execute(_visits(vehicle_id))}
    busy: dict[int, list[Span]] = {}
    planned: dict[int, int] = {}
    for user_id, starts_at, ends_at, work in db.session.execute(_booked(site_id, order_id, now)):
        busy.setdefault(user_id, []).append(Span(starts_at, ends_at))
        planned[user_id] = planned.get(user_id, 0) + work
    found = []
    for person in timetable.people:
        load, orders = loads.get(person.user_id, (0, 0))
        load = max(load, planned.get(person.user_id, 0))
        fit = person.calendar.next_fit(
            now + timedelta(minutes=max(0, load - planned.get(person.user_id, 0))),
            max(1, minutes),
            busy.get(person.user_id, ()),
        )
        found.append(
            Candidate(
                user_id=person.user_id,
                name=person.name,
                initials=person.initials,
                grade=person.grade,
                team_id=person.team_id,
                team_name=person.team_name,
                load=load,
                open_orders=orders,
                visits=visits.get(person.user_id, 0),
                is_here=person.is_here,
                is_on_shift=person.calendar.is_on_shift(now) or not person.has_shifts,
                skills=person.skills,
                certificates=person.certificates,
                starts_at=fit.start if fit else None,
                ends_at=fit.end if fit else None,
            )
        )
    return found


def list_bay_choices(
    site_id: int, *, timetable: Timetable | None = None, now: datetime | None = None
) -> list[BayChoice]:
    """The site's bays and the order that holds each; with a timetable also which are closed now."""
    rows = db.session.execute(
        select(Bay.id, Bay.name, Bay.kind, ServiceOrder.id, ServiceOrder.number, Vehicle.plate)
        .outerjoin(
            ServiceOrder,
            and_(
                ServiceOrder.bay_id == Bay.id,
                ServiceOrder.closed_at.is_(None),
                ServiceOrder.state.in_(IN_WORKSHOP),
            ),
        )
        .outerjoin(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .where(Bay.site_id == site_id, Bay.is_active)
        .order_by(Bay.name)
    )
    closed = {}
    if timetable is not None and now is not None:
        at_once = Span(now, now + timedelta(minutes=1))
        closed = {place.id: place.closed_in(at_once) for place in timetable.places}
    return [BayChoice(*row, closed=closed.get(row[0], "")) for row in rows]


def _loads(site_id: int, order_id: int) -> Select[*tuple[Any, ...]]:
    left = ServiceOrder.planned_minutes - ServiceOrder.worked_minutes
    return (
        select(
            ServiceOrder.technician_id, func.sum(case((left > 0, left), else_=0)), func.count(ServiceOrder.id)
        )
        .where(
            ServiceOrder.site_id == site_id,
            ServiceOrder.closed_at.is_(None),
            ServiceOrder.state.in_(IN_WORKSHOP),
            ServiceOrder.technician_id.is_not(None),
            ServiceOrder.id != order_id,
        )
        .group_by(ServiceOrder.technician_id)
    )


def _visits(vehicle_id: int) -> Select[*tuple[Any, ...]]:
    earlier = aliased(ServiceOrder)
    return (
        select(earlier.technician_id, func.count(earlier.id))
        .where(earlier.vehicle_id == vehicle_id, earlier.closed_at.is_not(None))
        .group_by(earlier.technician_id)
    )


def _booked(site_id: int, order_id: int, now: datetime) -> Select[*tuple[Any, ...]]:
    return select(Booking.user_id, Booking.starts_at, Booking.ends_at, Booking.minutes).where(
        Booking.site_id == site_id,
        Booking.cancelled_at.is_(None),
        Booking.ends_at > now,
        Booking.service_order_id != order_id,
    )
