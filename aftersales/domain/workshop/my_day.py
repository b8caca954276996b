"""A technician's first page: the day, the running job, the orders in the order of work, and what is asked."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.checkins.kinds import Station
from aftersales.domain.checkins.models import Belonging, CheckIn, CheckInPhoto
from aftersales.domain.service_orders.models import HoldReason, Job, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.staffing.models import Attendance, Bay, Team, Technician
from aftersales.domain.vehicles.models import Fuel, Vehicle
from aftersales.domain.workshop import board, rules
from aftersales.domain.workshop.dispatch import IN_WORKSHOP
from aftersales.domain.workshop.models import Clocking
from aftersales.domain.workshop.tickets import ORDER_OF_WORK, Rules, Ticket
from aftersales.domain.workshop.time_models import ForgottenClock, ProgressCheck


@dataclass(slots=True)
class MyOrder:
    """An order in a technician's list, with the titles of its jobs in the customer's words."""

    id: int
    number: str
    state: OrderState
    hold_reason: HoldReason | None
    promised_at: datetime | None
    arrived_at: datetime | None
    planned_minutes: int
    open_clockings: int
    open_rework: int
    is_mine: bool
    plate: str
    plate_country: str
    vehicle_title: str
    fuel: Fuel
    bay_name: str | None
    concerns: list[str] = field(default_factory=list)
    ticket: Ticket | None = None
    """The same car on the board: so both say the same of its time."""
    belongings: int = 0
    photo_id: int | None = None
    """The newest check-in photo of the car's front."""

    @property
    def is_high_voltage(self) -> bool:
        return self.fuel in (Fuel.ELECTRIC, Fuel.HYBRID)

    def slack(self, now: datetime, by: Rules) -> rules.Slack | None:
        return self.ticket.slack(now, by) if self.ticket else None

    def worked(self, now: datetime) -> int:
        """Minutes worked so far, the clocks that run now included."""
        return self.ticket.worked(now) if self.ticket else 0

    def place(self, now: datetime) -> tuple[bool, bool, bool, datetime, int]:
        """Its place in the list: own cars first; what somebody works on, what can be begun in the order of its turns, what
        waits. Equals stand by their promise, as they are read."""
        ticket = self.ticket
        stage = ORDER_OF_WORK.index(self.state)
        waits = stage > ORDER_OF_WORK.index(OrderState.ASSIGNED) or self.hold_reason is not None
        turn_at = ticket.turn_at if ticket and not waits else None
        return (not self.is_mine, not (ticket and ticket.clocks), waits, turn_at or now, stage)


@dataclass(frozen=True, slots=True)
class MyDay:
    """What a technician's first page shows: the day, the running job with what is asked about it, the orders."""

    day_id: int | None
    day_since: datetime | None
    day_shift_ended_at: datetime | None
    """When the shift ended after which the day still runs, where somebody has noticed."""
    running_id: int | None
    running_since: datetime | None
    running_job_id: int | None
    running_title: str | None
    running_order_id: int | None
    running_shift_ended_at: datetime | None
    """When the shift ended after which the job's clock still runs, where somebody has noticed."""
    is_asked: bool
    """Whether the person is asked if the running job will be ready on time."""
    orders: list[MyOrder]

    @property
    def can_finish(self) -> bool:
        """Whether the running job's car is in repair, so that the screen offers to finish the job; the operation decides."""
        return any(
            each.id == self.running_order_id and each.state is OrderState.REPAIRING for each in self.orders
        )


def my_day(user_id: int, site_id: int, now: datetime, by: Rules) -> MyDay:
    """The person's day, running job and orders, in four queries: own orders, those of their team, those where they
    help."""
    running_job, of_job, of_day = aliased(Job), aliased(ForgottenClock), aliased(ForgottenClock)
    rows = db.session.execute(
        select(
            Attendance.id.label("day_id"),
            Attendance.started_at.label("day_since"),
            of_day.shift_ended_at.label("day_shift_ended_at"),
            of_day.still_until.label("day_still_until"),
            Clocking.id.label("running_id"),
            Clocking.started_at.label("running_since"),
            running_job.id.label("running_job_id"),
            running_job.title.label("running_title"),
            running_job.service_order_id.label("running_order_id"),
            of_job.shift_ended_at.label("running_shift_ended_at"),
            of_job.still_until.label("running_still_until"),
            ProgressCheck.id.label("check_id"),
            ServiceOrder.id,
            ServiceOrder.number,
            ServiceOrder.state,
            ServiceOrder.hold_reason,
            ServiceOrder.promised_at,
            ServiceOrder.arrived_at,
            ServiceOrder.planned_minutes,
            ServiceOrder.open_clockings,
            ServiceOrder.open_rework,
            ServiceOrder.technician_id,
            Vehicle.plate,
            Vehicle.plate_country,
            Vehicle.make,
            Vehicle.model,
            Vehicle.year,
            Vehicle.fuel,
            Bay.name.label("bay_name"),
            Job.title,
            Job.concern,
        )
        .select_from(User)
        .outerjoin(Attendance, (Attendance.user_id == User.id) & Attendance.ended_at.is_(None))
        .outerjoin(of_day, of_day.attendance_id == Attendance.id)
        .outerjoin(Clocking, (Clocking.user_id == User.id) & Clocking.ended_at.is_(None))
        .outerjoin(of_job, of_job.clocking_id == Clocking.id)
        .outerjoin(running_job, running_job.id == Clocking.job_id)
        .outerjoin(
            ProgressCheck, (ProgressCheck.job_id == Clocking.job_id) & ProgressCheck.answered_at.is_(None)
        )
        .outerjoin(ServiceOrder, is_of(user_id, site_id))
        .outerjoin(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .outerjoin(Bay, Bay.id == ServiceOrder.bay_id)
        .outerjoin(Job, (Job.service_order_id == ServiceOrder.id) & Job.voided_at.is_(None))
        .where(User.id == user_id)
        .order_by(
            (ServiceOrder.technician_id == user_id).desc(),
            ServiceOrder.promised_at.is_(None),
            ServiceOrder.promised_at,
            ServiceOrder.id,
            Job.position,
        )
    ).all()
    found: dict[int, MyOrder] = {}
    for row in rows:
        if row.id is None:
            continue
        order = found.setdefault(
            row.id,
            MyOrder(
                row.id,
                row.number,
                row.state,
                row.hold_reason,
                row.promised_at,
                row.arrived_at,
                row.planned_minutes,
                row.open_clockings,
                row.open_rework,
                row.technician_id == user_id,
                row.plate,
                row.plate_country,
                " ".join(str(part) for part in (row.make, row.model, row.year) if part),
                row.fuel,
                row.bay_name,
            ),
        )
        if row.title:
            order.concerns.append(row.concern or row.title)
    _add_notes(found)
    if found:
        for ticket in board.list_tickets(site_id, now, by):
            if ticket.id in found:
                found[ticket.id].ticket = ticket
    first = rows[0]

    def noticed(shift_ended_at: datetime | None, still_until: datetime | None) -> datetime | None:
        return None if still_until and still_until > now else shift_ended_at

    return MyDay(
        first.day_id,
        first.day_since,
        noticed(first.day_shift_ended_at, first.day_still_until),
        first.running_id,
        first.running_since,
        first.running_job_id,
        first.running_title,
        first.running_order_id,
        noticed(first.running_shift_ended_at, first.running_still_until),
        first.check_id is not None,
        sorted(found.values(), key=lambda order: order.place(now)),
    )


@dataclass(frozen=True, slots=True)
class StoppedClock:
    """A clock that a colleague ended for the person."""

    id: int
    service_order_id: int
    title: str
    ended_at: datetime | None
    stopped_by_name: str
    note: str


def list_stopped(user_id: int, now: datetime) -> list[StoppedClock]:
    """Clocks of the person that colleagues ended within the last twelve hours, newest first: nobody is left to wonder."""
    rows = db.session.execute(
        select(
            Clocking.id,
            Clocking.service_order_id,
            Job.title,
            Clocking.ended_at,
            Clocking.stopped_by_name,
            Clocking.note,
        )
        .join(Job, Job.id == Clocking.job_id)
        .where(
            Clocking.user_id == user_id,
            Clocking.stopped_by_name != "",
            Clocking.ended_at > now - timedelta(hours=12),
        )
        .order_by(Clocking.ended_at.desc())
    )
    return [StoppedClock(*row) for row in rows]


def _add_notes(orders: dict[int, MyOrder]) -> None:
    """What the check-in says to whoever opens the car, and how it looks from the front."""
    if not orders:
        return
    belongings = (
        select(func.count(Belonging.id))
        .where(Belonging.checkin_id == CheckIn.id, Belonging.voided_at.is_(None))
        .correlate(CheckIn)
        .scalar_subquery()
    )
    photo = (
        select(func.max(CheckInPhoto.attachment_id))
        .where(CheckInPhoto.checkin_id == CheckIn.id, CheckInPhoto.station == Station.FRONT)
        .correlate(CheckIn)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(CheckIn.service_order_id, belongings, photo).where(CheckIn.service_order_id.in_(orders))
    )
    for order_id, count, photo_id in rows:
        orders[order_id].belongings, orders[order_id].photo_id = count, photo_id


def is_of(user_id: int, site_id: int) -> ColumnElement[bool]:
    """Orders in the workshop that are the person's own, their team's, or that have a job given to them."""
    team = select(Technician.team_id).where(
        Technician.user_id == user_id, Technician.site_id == site_id, Technician.team_id.is_not(None)
    )
    led = select(Team.id).where(Team.leader_id == user_id, Team.site_id == site_id)
    helps = select(Job.service_order_id).where(Job.technician_id == user_id, Job.voided_at.is_(None))
    return and_(
        ServiceOrder.site_id == site_id,
        ServiceOrder.closed_at.is_(None),
        ServiceOrder.state.in_(IN_WORKSHOP),
        or_(
            ServiceOrder.technician_id == user_id,
            ServiceOrder.team_id.in_(team),
            ServiceOrder.team_id.in_(led),
            ServiceOrder.id.in_(helps),
        ),
    )
