"""A car's time on the board: the real clocks, what is left job by job, and the work that is before it."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from aftersales.clock import from_local
from aftersales.db import db, transaction
from aftersales.domain.planning import bookings
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import Authorisation, Job, LineKind, ServiceOrder
from aftersales.domain.staffing import times
from aftersales.domain.staffing.queries import find_technician
from aftersales.domain.staffing.times import WorkingDay
from aftersales.domain.staffing.working_time import find_working_times
from aftersales.domain.workshop import board, clocking, day_plan, forgotten, my_day, planning, progress
from aftersales.domain.workshop.models import Clocking, EndReason
from aftersales.domain.workshop.rules import Slack
from aftersales.domain.workshop.tickets import Rules, Ticket
from tests import factories
from tests.cast import Cast, Person
from tests.factories import NOW, fresh


def after(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def read(cast: Cast, now: datetime) -> dict[int, Ticket]:
    return {ticket.id: ticket for ticket in board.list_tickets(cast.site.id, now, rules_at(cast, now))}


def rules_at(cast: Cast, now: datetime) -> Rules:
    return Rules(30, 24, find_working_times(cast.site.id, cast.site.timezone, now))


def slack(cast: Cast, order_id: int, now: datetime) -> Slack:
    found = read(cast, now)[order_id].slack(now, rules_at(cast, now))
    assert found is not None
    return found


def clock_on(cast: Cast, job_id: int, who: Person, now: datetime) -> None:
    with transaction():
        clocking.clock_on(job_id, site_id=cast.site.id, actor=who.actor(), now=now)


def lend(job_id: int, who: Person) -> None:
    """A colleague helps with the job."""
    with transaction():
        db.session.get_one(Job, job_id).technician_id = who.id


def add_job(cast: Cast, order: ServiceOrder, hours: str) -> int:
    """One more authorised job."""
    with transaction():
        job = work.add_job(order.id, title="Rear brakes", actor=cast.advisor.actor(), now=NOW)
        line = work.add_line(
            job.id, kind=LineKind.LABOUR, description="Work", quantity=Decimal(hours), unit_price=Decimal(100),
            actor=cast.advisor.actor(), now=NOW,
        )  # fmt: skip
        work.authorise(fresh(order), {line.id}, Authorisation.AUTHORISED)
    return job.id


def second_car(cast: Cast) -> ServiceOrder:
    """Another car in progress with the same technician, with an hour and a half of work."""
    with transaction():
        order = factories.open_order(cast)
        order = factories.check_in(cast, order)
        order.technician_id, order.bay_id = cast.technician.id, cast.site.bay_ids[1]
        order.promised_at = after(8)
    with transaction():
        for step, who in (("assign", cast.manager), ("accept", cast.technician)):
            factories.service_orders.move(
                fresh(order), step, actor=who.actor(), now=NOW + timedelta(minutes=45)
            )
    return order


def test_minutes_worked_are_the_sum_of_the_clocks(cast: Cast, accepted_order: ServiceOrder) -> None:
    """DSP-4: one began at ten, one at ten past eleven after a stretch of twelve minutes: no clock stands for another."""
    first = fresh(accepted_order).jobs[0].id
    second = add_job(cast, accepted_order, "2.0")
    lend(second, cast.second_technician)
    clock_on(cast, first, cast.technician, after(1))
    clock_on(cast, second, cast.second_technician, after(1))
    with transaction():
        clocking.clock_off(
            reason=EndReason.BREAK, actor=cast.second_technician.actor(), now=after(1) + timedelta(minutes=12)
        )
    clock_on(cast, second, cast.second_technician, after(2) + timedelta(minutes=10))
    ticket = read(cast, after(3))[accepted_order.id]
    assert ticket.worked(after(3)) == 120 + 50 + 12
    assert len(ticket.clocks) == 2
    assert ticket.left(after(3)) == 0 + (
        120 - 12 - 50
    )  # the first job is over its plan and takes nothing away


def test_what_is_left_is_left_job_by_job(cast: Cast, accepted_order: ServiceOrder) -> None:
    """DSP-3: a job done in half its time leaves nothing; one that takes twice its time takes nothing from the other."""
    first = fresh(accepted_order).jobs[0].id
    second = add_job(cast, accepted_order, "1.0")
    assert read(cast, NOW)[accepted_order.id].left(NOW) == 90 + 60
    clock_on(cast, first, cast.technician, after(1))
    assert read(cast, after(4))[accepted_order.id].left(after(4)) == 60
    with transaction():
        clocking.clock_off(reason=EndReason.OTHER_JOB, actor=cast.technician.actor(), now=after(4))
    assert read(cast, after(4))[accepted_order.id].left(after(4)) == 60
    with transaction():
        work.finish_job(second, actor=cast.technician.actor(), now=after(4))
    assert read(cast, after(4))[accepted_order.id].left(after(4)) == 0


def test_rework_and_forgotten_clocks_are_no_work(cast: Cast, accepted_order: ServiceOrder) -> None:
    """DSP-4, QCS-2: whoever mends is at work, without using up the plan; of a forgotten clock nobody knows how long."""
    job_id = fresh(accepted_order).jobs[0].id
    clock_on(cast, job_id, cast.technician, after(1))
    lend(job_id, cast.second_technician)
    clock_on(cast, job_id, cast.second_technician, after(1))
    with transaction():
        db.session.query(Clocking).filter_by(user_id=cast.second_technician.id).update({"is_rework": True})
    ticket = read(cast, after(2))[accepted_order.id]
    assert (ticket.worked(after(2)), ticket.left(after(2)), len(ticket.clocks)) == (60, 30, 2)
    with transaction():
        for running in db.session.query(Clocking):
            forgotten.notice_clock(running.id, now=after(12))
    ticket = read(cast, after(12))[accepted_order.id]
    assert (ticket.worked(after(12)), ticket.left(after(12)), ticket.clocks) == (0, 90, ())
    assert progress.clocked_minutes([job_id], after(12)) == {}
    (job,) = day_plan.list_open_jobs(cast.site.id, now=after(12), default_minutes=60)
    assert job.minutes == 90


def test_a_jobs_facts_are_those_of_its_lines_and_clocks(cast: Cast, accepted_order: ServiceOrder) -> None:
    """They can be recomputed, and nobody's open form is out of date because of them."""
    job = fresh(accepted_order).jobs[0]
    clock_on(cast, job.id, cast.technician, after(1))
    with transaction():
        clocking.clock_off(reason=EndReason.BREAK, actor=cast.technician.actor(), now=after(2))
    known = db.session.get_one(Job, job.id, populate_existing=True)
    assert known.planned_minutes == progress.planned_minutes([job.id])[job.id] == 90
    assert known.worked_minutes == progress.clocked_minutes([job.id], after(2))[job.id] == 60
    assert known.version == job.version


def test_other_work_of_the_technician_comes_first(cast: Cast, accepted_order: ServiceOrder) -> None:
    """DSP-3: Tomasz works on a car for another hour; the next has an hour and a half, promised in two: it is late."""
    other = second_car(cast)
    with transaction():
        fresh(other).promised_at = after(3)
    clock_on(cast, fresh(accepted_order).jobs[0].id, cast.technician, after(1))
    now = after(1.5)
    assert slack(cast, accepted_order.id, now).expected_end == after(2.5)
    late = slack(cast, other.id, now)
    assert (late.expected_end, late.tone) == (after(4), "urgent")
    day = my_day.my_day(cast.technician.id, cast.site.id, now, rules_at(cast, now))
    assert [order.id for order in day.orders] == [accepted_order.id, other.id]
    assert [order.slack(now, rules_at(cast, now)) for order in day.orders] == [
        slack(cast, accepted_order.id, now),
        late,
    ]


def test_the_day_plan_says_who_is_first_and_when(cast: Cast, accepted_order: ServiceOrder) -> None:
    """DSP-1, DSP-3: what is planned comes before what is not; a car that comes this afternoon takes its time."""
    other = second_car(cast)
    with transaction():
        booked = factories.open_order(cast, is_booking=True, planned_at=after(2))
        factories.price(cast, booked, hours="2.0")
    now = after(1)
    plan = {"site_id": cast.site.id, "user_id": cast.technician.id, "actor": cast.manager.actor(), "now": now}
    with transaction():
        planning.book_job(fresh(other).jobs[0].id, starts_at=now, bay_id=cast.site.bay_ids[1], **plan)
        planning.book_job(fresh(booked).jobs[0].id, starts_at=after(2.5), bay_id=cast.site.bay_ids[0], **plan)
        planning.book_job(
            fresh(accepted_order).jobs[0].id, starts_at=after(4.5), bay_id=cast.site.bay_ids[1], **plan
        )
    tickets = read(cast, now)
    assert booked.id not in tickets  # it is not here yet
    assert tickets[other.id].turn_at == now
    assert tickets[accepted_order.id].turn_at == after(4.5)
    with transaction():
        bookings.drop_order(accepted_order.id, reason="", actor=cast.manager.actor(), now=now)
    assert read(cast, now)[accepted_order.id].turn_at == after(2.5)


@pytest.mark.parametrize("night", [date(2026, 3, 28), date(2026, 10, 24)], ids=["spring", "autumn"])
def test_plan_and_expected_end_agree_in_the_night_in_which_clocks_change(
    cast: Cast, accepted_order: ServiceOrder, night: date
) -> None:
    """DSP-3, DSP-6: an hour and a half from half past one by the wall, in a night shift, is as long as it is."""
    technician = find_technician(cast.technician.id, cast.site.id)
    assert technician is not None
    with transaction():
        times.set_week(
            technician.id, {5: WorkingDay(time(22), time(6, 30))}, site_id=cast.site.id,
            actor=cast.manager.actor(), now=NOW,
        )  # fmt: skip
    begin = from_local(datetime.combine(night + timedelta(days=1), time(1, 30)), cast.site.timezone)
    with transaction():
        order = fresh(accepted_order)
        order.arrived_at, order.promised_at = begin - timedelta(hours=2), begin + timedelta(hours=6)
        booking = planning.book_job(
            order.jobs[0].id, starts_at=begin, user_id=cast.technician.id, bay_id=cast.site.bay_ids[0],
            site_id=cast.site.id, actor=cast.manager.actor(), now=begin - timedelta(hours=1),
        )  # fmt: skip
    now = begin - timedelta(hours=1)
    assert booking.ends_at - booking.starts_at == timedelta(minutes=90)
    assert slack(cast, accepted_order.id, now).expected_end == booking.ends_at
