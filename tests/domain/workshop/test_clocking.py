"""Clocking on and off: the day and the jobs."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.staffing.models import Attendance
from aftersales.domain.workshop import clocking, dispatch
from aftersales.domain.workshop.models import Clocking, EndReason
from tests import factories
from tests.cast import Cast, Person
from tests.factories import NOW, fresh

START = NOW + timedelta(hours=1)


def clock_on(cast: Cast, job_id: int, who: Person, at: datetime = START, **more: bool) -> Clocking:
    with transaction():
        return clocking.clock_on(job_id, site_id=cast.site.id, actor=who.actor(), now=at, **more)


def clock_off(
    who: Person, at: datetime, reason: EndReason = EndReason.BREAK, note: str = ""
) -> Clocking | None:
    with transaction():
        return clocking.clock_off(reason=reason, note=note, actor=who.actor(), now=at)


def first_job(order: ServiceOrder) -> int:
    return fresh(order).jobs[0].id


def start_repair(cast: Cast, order: ServiceOrder) -> None:
    with transaction():
        service_orders.move(
            service_orders.lock_order(order.id), "start_repair", actor=cast.advisor.actor(), now=START
        )


def attendances() -> list[Attendance]:
    return list(db.session.scalars(select(Attendance).execution_options(populate_existing=True)))


def test_clocking_on_runs_and_begins_the_day(cast: Cast, accepted_order: ServiceOrder) -> None:
    """DSP-4: technicians clock on job lines; the first one begins the day."""
    clock_on(cast, first_job(accepted_order), cast.technician)
    order = fresh(accepted_order)
    assert (order.open_clockings, order.worked_minutes, order.repairer_ids) == (1, 0, [cast.technician.id])
    assert [(day.user_id, day.started_at, day.ended_at) for day in attendances()] == [
        (cast.technician.id, START, None)
    ]


def test_clocking_off_counts_the_minutes(cast: Cast, accepted_order: ServiceOrder) -> None:
    clock_on(cast, first_job(accepted_order), cast.technician)
    ended = clock_off(cast.technician, START + timedelta(minutes=42, seconds=30), EndReason.PARTS)
    assert ended is not None
    assert ended.end_reason is EndReason.PARTS
    order = fresh(accepted_order)
    assert (order.open_clockings, order.worked_minutes) == (0, 42)


def test_going_on_after_a_pause_adds_to_the_time(cast: Cast, accepted_order: ServiceOrder) -> None:
    """DSP-4: pauses with reasons."""
    job = first_job(accepted_order)
    clock_on(cast, job, cast.technician)
    clock_off(cast.technician, START + timedelta(minutes=20))
    clock_on(cast, job, cast.technician, START + timedelta(minutes=30))
    clock_off(cast.technician, START + timedelta(minutes=45))
    assert fresh(accepted_order).worked_minutes == 35


def test_a_pause_for_another_reason_says_why(cast: Cast, accepted_order: ServiceOrder) -> None:
    clock_on(cast, first_job(accepted_order), cast.technician)
    with pytest.raises(Invalid, match="why you pause"):
        clock_off(cast.technician, START, EndReason.OTHER)
    assert fresh(accepted_order).open_clockings == 1


def test_clocking_on_twice_is_one_clocking(cast: Cast, accepted_order: ServiceOrder) -> None:
    job = first_job(accepted_order)
    assert clock_on(cast, job, cast.technician).id == clock_on(cast, job, cast.technician).id
    assert fresh(accepted_order).open_clockings == 1


def test_clocking_off_when_nothing_runs_is_harmless(cast: Cast, accepted_order: ServiceOrder) -> None:
    assert clock_off(cast.technician, START) is None


def test_one_running_job_each_and_a_switch_pauses_the_other(cast: Cast, accepted_order: ServiceOrder) -> None:
    """DSP-4: one running job each."""
    with transaction():
        second = work.add_job(accepted_order.id, title="Air filter", actor=cast.advisor.actor(), now=NOW)
    clock_on(cast, first_job(accepted_order), cast.technician)
    with pytest.raises(Refused, match="still clocked on"):
        clock_on(cast, second.id, cast.technician)
    clock_on(cast, second.id, cast.technician, START + timedelta(minutes=10), switch=True)
    ended = db.session.scalars(select(Clocking).where(Clocking.ended_at.is_not(None))).one()
    assert ended.end_reason is EndReason.OTHER_JOB
    assert (fresh(accepted_order).open_clockings, fresh(accepted_order).worked_minutes) == (1, 10)


def test_several_people_work_on_one_job(cast: Cast, accepted_order: ServiceOrder) -> None:
    """DSP-4: team work is possible; each person's time counts."""
    job = first_job(accepted_order)
    with transaction():
        work.edit_job(
            job, values={"technician_id": cast.second_technician.id}, actor=cast.manager.actor(), now=NOW
        )
    clock_on(cast, job, cast.technician)
    clock_on(cast, job, cast.second_technician)
    assert fresh(accepted_order).open_clockings == 2
    clock_off(cast.technician, START + timedelta(minutes=30))
    clock_off(cast.second_technician, START + timedelta(minutes=20))
    order = fresh(accepted_order)
    assert (order.open_clockings, order.worked_minutes) == (0, 50)
    assert order.repairer_ids == sorted([cast.technician.id, cast.second_technician.id])


def test_nobody_works_on_a_strangers_order(cast: Cast, accepted_order: ServiceOrder) -> None:
    """A technician works on own, assigned or team orders only."""
    with pytest.raises(NotPermitted, match="not yours"):
        clock_on(cast, first_job(accepted_order), cast.second_technician)
    assert attendances() == []  # nothing of the refused act stays, the day included


def test_the_car_is_accepted_before_anybody_clocks_on(cast: Cast, assigned_order: ServiceOrder) -> None:
    with pytest.raises(Refused, match="Accept the car first"):
        clock_on(cast, first_job(assigned_order), cast.technician)


def test_work_that_is_not_approved_is_not_done_in_repair(cast: Cast, accepted_order: ServiceOrder) -> None:
    start_repair(cast, accepted_order)
    with transaction():
        extra = work.add_job(accepted_order.id, title="Shock absorbers", actor=cast.advisor.actor(), now=NOW)
    with pytest.raises(Refused, match="approved"):
        clock_on(cast, extra.id, cast.technician)
    with pytest.raises(Refused, match="approved"), transaction():
        clocking.finish_job(extra.id, site_id=cast.site.id, actor=cast.technician.actor(), now=START)


def test_another_sites_job_is_not_there(cast: Cast, accepted_order: ServiceOrder) -> None:
    with pytest.raises(NotFound), transaction():
        clocking.clock_on(
            first_job(accepted_order), site_id=cast.other_site.id, actor=cast.technician.actor(), now=START
        )


def test_a_finished_job_ends_its_clock_and_names_who(cast: Cast, accepted_order: ServiceOrder) -> None:
    start_repair(cast, accepted_order)
    job = first_job(accepted_order)
    clock_on(cast, job, cast.technician)
    with transaction():
        done = clocking.finish_job(
            job, site_id=cast.site.id, actor=cast.technician.actor(), now=START + timedelta(minutes=50)
        )
    order = fresh(accepted_order)
    assert (done.done_by_id, order.done_jobs, order.open_clockings, order.worked_minutes) == (
        cast.technician.id, 1, 0, 50,
    )  # fmt: skip
    with transaction():  # twice is harmless
        again = clocking.finish_job(job, site_id=cast.site.id, actor=cast.technician.actor(), now=START)
    assert again.done_at == START + timedelta(minutes=50)
    with pytest.raises(Refused, match="finished"):
        clock_on(cast, job, cast.technician)


def test_a_job_is_not_finished_while_a_colleague_works_on_it(
    cast: Cast, accepted_order: ServiceOrder
) -> None:
    start_repair(cast, accepted_order)
    job = first_job(accepted_order)
    with transaction():
        work.edit_job(
            job, values={"technician_id": cast.second_technician.id}, actor=cast.manager.actor(), now=NOW
        )
    clock_on(cast, job, cast.second_technician)
    with pytest.raises(Refused, match=cast.second_technician.name), transaction():
        clocking.finish_job(job, site_id=cast.site.id, actor=cast.technician.actor(), now=START)


def test_a_job_is_finished_in_repair_only(cast: Cast, accepted_order: ServiceOrder) -> None:
    with pytest.raises(Refused, match="In Progress"), transaction():
        clocking.finish_job(
            first_job(accepted_order), site_id=cast.site.id, actor=cast.technician.actor(), now=START
        )


def test_the_end_of_the_day_ends_the_running_job(cast: Cast, accepted_order: ServiceOrder) -> None:
    clock_on(cast, first_job(accepted_order), cast.technician)
    for _ in range(2):  # twice is harmless
        with transaction():
            clocking.end_day(actor=cast.technician.actor(), now=START + timedelta(hours=7))
    assert [day.ended_at for day in attendances()] == [START + timedelta(hours=7)]
    assert (fresh(accepted_order).open_clockings, fresh(accepted_order).worked_minutes) == (0, 420)


def test_the_day_begins_once(cast: Cast) -> None:
    for minutes in (0, 1):
        with transaction():
            clocking.begin_day(
                site_id=cast.site.id, actor=cast.technician.actor(), now=START + timedelta(minutes=minutes)
            )
    assert [day.started_at for day in attendances()] == [START]


def test_a_day_at_another_site_goes_on_there(cast: Cast) -> None:
    with transaction():
        clocking.begin_day(site_id=cast.site.id, actor=cast.technician.actor(), now=START)
    with pytest.raises(Refused, match="another site"), transaction():
        clocking.begin_day(site_id=cast.other_site.id, actor=cast.technician.actor(), now=START)


@pytest.mark.parametrize(
    ("name", "start", "end", "minutes"),
    [
        (
            "clocks go forward",
            datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
            60,
        ),
        (
            "clocks go back",
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            datetime(2026, 10, 25, 2, 30, tzinfo=UTC),
            120,
        ),
    ],
)
def test_a_night_of_clock_change_has_its_real_length(
    cast: Cast, accepted_order: ServiceOrder, name: str, start: datetime, end: datetime, minutes: int
) -> None:
    """Times are kept in UTC: in Kraków the first stretch is 01:30 to 03:30 on the wall, the second 02:30 to 03:30."""
    clock_on(cast, first_job(accepted_order), cast.technician, start)
    clock_off(cast.technician, end)
    assert fresh(accepted_order).worked_minutes == minutes


def test_a_clock_that_was_set_back_makes_no_negative_time(cast: Cast, accepted_order: ServiceOrder) -> None:
    clock_on(cast, first_job(accepted_order), cast.technician)
    clock_off(cast.technician, START - timedelta(minutes=5))
    assert fresh(accepted_order).worked_minutes == 0


def test_the_order_cannot_leave_repair_while_a_clock_runs(cast: Cast, accepted_order: ServiceOrder) -> None:
    start_repair(cast, accepted_order)
    clock_on(cast, first_job(accepted_order), cast.technician)
    with pytest.raises(Refused, match="clocked on"), transaction():
        service_orders.move(
            service_orders.lock_order(accepted_order.id),
            "finish_work",
            actor=cast.technician.actor(),
            now=START,
        )
    with pytest.raises(Refused, match="Clock off first"), transaction():
        dispatch.free_bay(accepted_order.id, site_id=cast.site.id, actor=cast.technician.actor(), now=START)


def test_a_job_of_two_orders_switches_the_person_and_both_facts(
    cast: Cast, accepted_order: ServiceOrder
) -> None:
    with transaction():
        other = factories.check_in(cast, factories.open_order(cast))
        other.technician_id, other.bay_id = cast.technician.id, cast.site.bay_ids[1]
        service_orders.move(other, "assign", actor=cast.manager.actor(), now=START)
        factories.accept(cast, other, now=START)
    clock_on(cast, first_job(accepted_order), cast.technician)
    clock_on(cast, first_job(other), cast.technician, START + timedelta(minutes=15), switch=True)
    assert (fresh(accepted_order).open_clockings, fresh(accepted_order).worked_minutes) == (0, 15)
    assert fresh(other).open_clockings == 1
