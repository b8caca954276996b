"""Jobs planned for people and bays: what is refused and what follows."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.errors import DomainError, NotFound, NotPermitted, Refused, Stale
from aftersales.domain.planning import upsets
from aftersales.domain.planning.models import Booking
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.staffing import times
from aftersales.domain.staffing.models import AbsenceKind
from aftersales.domain.staffing.queries import find_technician
from aftersales.domain.tasks import queries as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.workshop import day_plan, dispatch, planning
from tests import factories
from tests.cast import Cast
from tests.factories import NOW, fresh

TEN = NOW + timedelta(hours=1)  # ten o'clock in Kraków, where the site is open from 8 to 18


def book(cast: Cast, order: ServiceOrder, **values: object) -> Booking:
    arguments: dict[str, object] = {
        "user_id": cast.technician.id, "bay_id": cast.site.bay_ids[0], "starts_at": TEN, **values,
    }  # fmt: skip
    with transaction():
        return planning.book_job(
            first_job(order),
            site_id=cast.site.id,
            actor=cast.manager.actor(),
            now=NOW,
            **arguments,  # type: ignore[arg-type]
        )


def first_job(order: ServiceOrder) -> int:
    return (
        db.session.scalars(select(Job.id).where(Job.service_order_id == order.id).order_by(Job.id)).first()
        or 0
    )


def another(cast: Cast) -> ServiceOrder:
    with transaction():
        return factories.check_in(cast, factories.open_order(cast))


def standing() -> list[Booking]:
    return list(
        db.session.scalars(select(Booking).where(Booking.cancelled_at.is_(None)).order_by(Booking.id))
    )


def open_types(cast: Cast) -> list[TaskType]:
    return [task.type for task in tasks.list_open(cast.site.id, cast.manager.id, cast.manager.roles)]


def technician_id(cast: Cast) -> int:
    found = find_technician(cast.technician.id, cast.site.id)
    assert found is not None
    return found.id


def test_a_job_takes_its_person_and_bay_for_its_minutes(cast: Cast, checked_in_order: ServiceOrder) -> None:
    """DSP-1: a line is given to a technician and a bay."""
    booking = book(cast, checked_in_order)
    assert (booking.starts_at, booking.ends_at, booking.minutes) == (TEN, TEN + timedelta(minutes=90), 90)
    assert db.session.get_one(Job, booking.job_id).technician_id == cast.technician.id
    assert day_plan.list_open_jobs(cast.site.id, now=NOW, default_minutes=30) == []


def test_a_part_of_a_job_leaves_the_rest_to_plan(cast: Cast, checked_in_order: ServiceOrder) -> None:
    book(cast, checked_in_order, minutes=30)
    (rest,) = day_plan.list_open_jobs(cast.site.id, now=NOW, default_minutes=30)
    assert rest.minutes == 60


def test_what_is_taken_is_refused_with_the_next_free_time(cast: Cast, checked_in_order: ServiceOrder) -> None:
    """DSP-6: no two bookings overlap for a bay or a person."""
    book(cast, checked_in_order)
    other = another(cast)
    with pytest.raises(Refused, match=r"Tomasz Lis is taken from 10:00 to 11:30. Next free: 11:30"):
        book(cast, other, bay_id=cast.site.bay_ids[1])
    with pytest.raises(Refused, match=r"Bay Bay 1 is taken from 10:00 to 11:30. Next free: 11:30"):
        book(cast, other, user_id=cast.second_technician.id)
    assert book(cast, other, user_id=cast.second_technician.id, bay_id=cast.site.bay_ids[1]).starts_at == TEN


def test_without_a_person_or_bay_one_that_is_free_is_taken(
    cast: Cast, checked_in_order: ServiceOrder
) -> None:
    book(cast, checked_in_order)
    free = book(cast, another(cast), user_id=None, bay_id=None)
    assert (free.user_id, free.bay_id) == (cast.second_technician.id, cast.site.bay_ids[1])


def test_outside_the_shift_only_with_a_reason(cast: Cast, checked_in_order: ServiceOrder) -> None:
    """DSP-6: refused with the next free time; overtime is the manager's decision, with a reason."""
    evening = NOW + timedelta(hours=8, minutes=30)  # 17:30
    with pytest.raises(Refused, match=r"not on shift for all of that.*Next free: Wed 13 May 08:00"):
        book(cast, checked_in_order, starts_at=evening)
    booking = book(cast, checked_in_order, starts_at=evening, overtime_reason="The customer waits")
    assert booking.overtime_reason == "The customer waits"


@pytest.mark.parametrize("name", ["absence", "holiday", "closed bay"])
def test_an_absence_a_holiday_and_a_closed_bay(cast: Cast, checked_in_order: ServiceOrder, name: str) -> None:
    """DSP-6: absences, public holidays and closed bays are no time to plan."""
    shared = {"site_id": cast.site.id, "actor": cast.manager.actor(), "now": NOW}
    at, words = TEN, "is away then.*Next free: Wed 13 May 08:00"
    with transaction():
        if name == "absence":
            upsets.add_absence(
                technician_id(cast),
                kind=AbsenceKind.SICK,
                first=date(2026, 5, 12),
                last=date(2026, 5, 12),
                **shared,
            )  # type: ignore[arg-type]
        elif name == "closed bay":
            upsets.close_bay(
                cast.site.bay_ids[0],
                starts_at=NOW,
                ends_at=NOW + timedelta(hours=3),
                reason="Lift broken",
                **shared,
            )  # type: ignore[arg-type]
            words = "Bay Bay 1 is closed then: Lift broken.*Next free: 12:00"
        else:
            at, words = (
                datetime(2026, 6, 4, 8, 0, tzinfo=UTC),
                "not on shift.*Next free: Fri 5 Jun 08:00",
            )  # Corpus Christi
    with pytest.raises(Refused, match=words):
        book(cast, checked_in_order, starts_at=at)


def test_work_that_spans_a_break_ends_later(cast: Cast, checked_in_order: ServiceOrder) -> None:
    week = {1: times.WorkingDay(time(8), time(16), ((time(11), time(11, 30)),))}
    with transaction():
        times.set_week(technician_id(cast), week, site_id=cast.site.id, actor=cast.manager.actor(), now=NOW)
    assert book(cast, checked_in_order).ends_at == TEN + timedelta(hours=2)


def test_somebody_who_leaves_in_the_middle(cast: Cast, checked_in_order: ServiceOrder) -> None:
    """An absence takes what is planned off the plan; the manager gets a task for the car. What runs ends then."""
    running, later = (
        book(cast, checked_in_order),
        book(cast, another(cast), starts_at=TEN + timedelta(hours=2)),
    )
    with transaction():
        upsets.add_absence(
            technician_id(cast), kind=AbsenceKind.SICK, first=date(2026, 5, 12), last=date(2026, 5, 12),
            from_time=time(11), site_id=cast.site.id, actor=cast.manager.actor(), now=TEN + timedelta(minutes=30),
        )  # fmt: skip
    assert fresh(running).ends_at == TEN + timedelta(hours=1)
    assert fresh(later).cancelled_at is not None
    assert open_types(cast).count(TaskType.PLAN_AGAIN) == 2
    assert {
        job.minutes
        for job in day_plan.list_open_jobs(cast.site.id, now=TEN + timedelta(minutes=30), default_minutes=30)
    } == {60, 90}


def test_planning_again_closes_the_task(cast: Cast, checked_in_order: ServiceOrder) -> None:
    book(cast, checked_in_order)
    with transaction():
        upsets.close_bay(
            cast.site.bay_ids[0], starts_at=NOW, ends_at=NOW + timedelta(hours=4), reason="Lift broken",
            site_id=cast.site.id, actor=cast.manager.actor(), now=NOW,
        )  # fmt: skip
    assert TaskType.PLAN_AGAIN in open_types(cast)
    book(cast, checked_in_order, bay_id=cast.site.bay_ids[1])
    assert TaskType.PLAN_AGAIN not in open_types(cast)


def test_an_order_that_is_cancelled_or_a_job_that_is_done_leaves_the_plan(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    book(cast, arrived_order)
    with transaction():
        service_orders.move(
            service_orders.lock_order(arrived_order.id), "cancel", actor=cast.advisor.actor(), now=NOW, reason="Changed mind"
        )  # fmt: skip
    assert standing() == []
    done = book(cast, another(cast))
    with transaction():
        work.finish_job(done.job_id, actor=cast.technician.actor(), now=TEN + timedelta(minutes=20))
    assert fresh(done).ends_at == TEN + timedelta(minutes=20)
    assert book(cast, another(cast), starts_at=TEN + timedelta(minutes=20)).bay_id == done.bay_id


def test_a_reopened_car_claims_no_bay(cast: Cast, ready_order: ServiceOrder) -> None:
    """DSP-1: its bay was free as soon as it left the workshop; it is given one anew."""
    assert fresh(ready_order).bay_id is None
    with transaction():
        second = factories.assign(cast, factories.check_in(cast, factories.open_order(cast)))
        reopened = service_orders.move(
            service_orders.lock_order(ready_order.id), "reopen", actor=cast.manager.actor(), now=TEN, reason="Rattles"
        )  # fmt: skip
    assert (reopened.state, reopened.bay_id) == (OrderState.REPAIRING, None)
    assert dispatch.find_in_bay(cast.site.bay_ids[0], except_order_id=second.id) is None


def test_what_changed_meanwhile_is_not_overwritten(cast: Cast, checked_in_order: ServiceOrder) -> None:
    """DSP-1: the second of two screens is told who changed it and when."""
    booking = book(cast, checked_in_order)
    version = booking.version
    shared = {"site_id": cast.site.id, "actor": cast.manager.actor(), "now": NOW, "version": version}
    with transaction():
        planning.move(booking.id, starts_at=TEN + timedelta(hours=1), **shared)  # type: ignore[arg-type]
    with pytest.raises(Stale, match="Paweł Król changed this at 09:00"), transaction():
        planning.move(booking.id, starts_at=TEN + timedelta(hours=3), **shared)  # type: ignore[arg-type]
    with pytest.raises(Stale, match="Paweł Król planned this job at 09:00"):
        book(cast, checked_in_order)
    assert fresh(booking).starts_at == TEN + timedelta(hours=1)


def test_only_those_who_dispatch_plan_and_only_their_site(cast: Cast, checked_in_order: ServiceOrder) -> None:
    job = first_job(checked_in_order)
    with pytest.raises(NotPermitted), transaction():
        planning.book_job(job, site_id=cast.site.id, starts_at=TEN, actor=cast.technician.actor(), now=NOW)
    with pytest.raises(NotFound), transaction():
        planning.book_job(
            job, site_id=cast.other_site.id, starts_at=TEN, actor=cast.other_manager.actor(), now=NOW
        )


def test_assigning_now_plans_what_is_left(cast: Cast, checked_in_order: ServiceOrder) -> None:
    """One truth: the plan follows who has the order and where the car stands."""
    book(cast, checked_in_order, user_id=cast.second_technician.id, starts_at=TEN + timedelta(hours=4))
    with transaction():
        dispatch.assign(
            checked_in_order.id, site_id=cast.site.id, technician_id=cast.technician.id, bay_id=cast.site.bay_ids[1],
            briefing="Mind the sill", actor=cast.manager.actor(), now=NOW,
        )  # fmt: skip
    (booking,) = standing()
    assert (booking.user_id, booking.bay_id, booking.starts_at) == (
        cast.technician.id,
        cast.site.bay_ids[1],
        NOW,
    )
    assert fresh(checked_in_order).briefing == "Mind the sill"


def test_who_is_not_on_shift_gets_the_job_only_with_a_reason(
    cast: Cast, checked_in_order: ServiceOrder
) -> None:
    """DSP-2: jobs go to technicians on shift."""
    with transaction():
        times.set_week(
            technician_id(cast), {4: times.WorkingDay(time(8), time(16))}, site_id=cast.site.id,
            actor=cast.manager.actor(), now=NOW,
        )  # fmt: skip

    def assign(reason: str) -> ServiceOrder:
        with transaction():
            return dispatch.assign(
                checked_in_order.id, site_id=cast.site.id, technician_id=cast.technician.id,
                bay_id=cast.site.bay_ids[0], off_shift_reason=reason, actor=cast.manager.actor(), now=NOW,
            )  # fmt: skip

    with pytest.raises(DomainError, match="not on shift now"):
        assign("")
    assert assign("Comes in today").state is OrderState.ASSIGNED
