"""Two at once on the workshop floor. Each race is also run against a twin that looks and then writes without a lock:
there it must show the damage, or else it would prove nothing."""

import threading
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from aftersales.db import add, db, transaction
from aftersales.domain.errors import Refused
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.workshop import clocking, dispatch, progress
from aftersales.domain.workshop.models import Clocking, EndReason, HandoverItem
from tests import factories
from tests.cast import Cast, Person
from tests.effort import rounds
from tests.factories import NOW, fresh
from tests.races import Act, at_once, in_transaction

LATER = NOW + timedelta(hours=1)


def two_checked_in(cast: Cast) -> list[int]:
    with transaction():
        ids = [factories.check_in(cast, factories.open_order(cast)).id for _ in range(2)]
    db.session.remove()
    return ids


def two_jobs_at_work(cast: Cast) -> list[int]:
    """The jobs of two cars that the technician has accepted."""
    jobs = []
    with transaction():
        for _ in range(2):
            order = factories.check_in(cast, factories.open_order(cast))
            factories.accept(cast, factories.assign(cast, order))
            jobs.append(order.jobs[0].id)
    db.session.remove()
    return jobs


def into_bay(cast: Cast, order_id: int) -> Act:
    return in_transaction(
        lambda: dispatch.assign(
            order_id, site_id=cast.site.id, technician_id=cast.technician.id, bay_id=cast.site.bay_ids[0],
            actor=cast.manager.actor(), now=LATER,
        )
    )  # fmt: skip


def clock_on(cast: Cast, job_id: int) -> Act:
    return in_transaction(
        lambda: clocking.clock_on(job_id, site_id=cast.site.id, actor=cast.technician.actor(), now=LATER)
    )


def cars_in_bay(cast: Cast) -> int:
    return (
        db.session.scalar(
            select(func.count()).where(
                ServiceOrder.bay_id == cast.site.bay_ids[0], ServiceOrder.state.in_(dispatch.IN_WORKSHOP)
            )
        )
        or 0
    )


def running(cast: Cast) -> int:
    mine = (Clocking.user_id == cast.technician.id, Clocking.ended_at.is_(None))
    return db.session.scalar(select(func.count()).where(*mine)) or 0


def test_two_cars_for_one_bay(app: Flask, cast: Cast) -> None:
    """DSP-1: one car gets the bay; the other's manager reads which car stands there."""
    for _round in range(rounds(20, 500)):
        orders = two_checked_in(cast)
        answers = at_once(app, *[into_bay(cast, order_id) for order_id in orders])
        refusals = [answer for answer in answers if isinstance(answer, Refused)]
        assert len(refusals) == 1, answers
        assert "stands in bay" in str(refusals[0])
        assert cars_in_bay(cast) == 1
        states = sorted(fresh(db.session.get_one(ServiceOrder, each)).state for each in orders)
        assert states == [OrderState.ASSIGNED, OrderState.CHECKED_IN]
        with transaction():
            for order_id in orders:
                dispatch.free_bay(order_id, site_id=cast.site.id, actor=cast.manager.actor(), now=LATER)
        db.session.remove()


def test_the_race_for_a_bay_sees_a_manager_who_looks_and_then_assigns(app: Flask, cast: Cast) -> None:
    """The broken twin: both see a free bay, both drive in."""
    both_looked = threading.Barrier(2)

    def look_then_assign(order_id: int) -> Act:
        def act() -> None:
            assert dispatch.find_in_bay(cast.site.bay_ids[0]) is None
            db.session.rollback()
            both_looked.wait(timeout=20)
            with transaction():
                order = lock_order(order_id)
                order.technician_id, order.bay_id = cast.technician.id, cast.site.bay_ids[0]
                dispatch.move(order, "assign", actor=cast.manager.actor(), now=LATER)

        return act

    at_once(app, *[look_then_assign(order_id) for order_id in two_checked_in(cast)])
    assert cars_in_bay(cast) == 2


def test_two_clock_ons_of_one_person(app: Flask, cast: Cast) -> None:
    """DSP-4: one running job each, also when two tablets are pressed at once."""
    jobs = two_jobs_at_work(cast)
    for round_ in range(rounds(20, 500)):
        answers = at_once(app, *[clock_on(cast, job_id) for job_id in jobs])
        refusals = [answer for answer in answers if isinstance(answer, Refused)]
        assert len(refusals) == 1, answers
        assert "still clocked on" in str(refusals[0])
        assert running(cast) == 1
        with transaction():
            if round_ % 2:
                clocking.end_day(
                    actor=cast.technician.actor(), now=LATER
                )  # the next round begins the day too
            else:
                clocking.clock_off(reason=EndReason.BREAK, actor=cast.technician.actor(), now=LATER)
        db.session.remove()


def test_a_double_tap_on_one_job_is_one_clocking(app: Flask, cast: Cast) -> None:
    jobs = two_jobs_at_work(cast)
    for _round in range(rounds(20, 500)):
        answers = at_once(app, *[clock_on(cast, jobs[0])] * 2)
        assert len({answer.id for answer in answers}) == 1  # type: ignore[attr-defined]
        assert running(cast) == 1
        with transaction():
            clocking.clock_off(reason=EndReason.BREAK, actor=cast.technician.actor(), now=LATER)
        db.session.remove()


def test_the_race_of_clock_ons_sees_a_tablet_that_looks_and_then_clocks_on(app: Flask, cast: Cast) -> None:
    """The broken twin: both see no running job, both clock on; only the database's own fence stops the second."""
    both_looked = threading.Barrier(2)
    stopped = []

    def look_then_clock_on(job_id: int) -> Act:
        def act() -> None:
            assert clocking.find_running(cast.technician.id) is None
            db.session.rollback()
            both_looked.wait(timeout=20)
            try:
                with transaction():
                    order_id = db.session.get_one(clocking.Job, job_id).service_order_id
                    add(
                        Clocking(
                            site_id=cast.site.id, service_order_id=order_id, job_id=job_id,
                            user_id=cast.technician.id, started_at=LATER,
                        )
                    )  # fmt: skip
            except IntegrityError as error:
                stopped.append(error)

        return act

    at_once(app, *[look_then_clock_on(job_id) for job_id in two_jobs_at_work(cast)])
    assert len(stopped) == 1
    assert running(cast) == 1


def test_a_double_tap_accepts_once(app: Flask, cast: Cast) -> None:
    """STEP-5: one effect, the same answer."""
    for _round in range(rounds(20, 500)):
        with transaction():
            order_id = factories.assign(cast, factories.check_in(cast, factories.open_order(cast))).id
        db.session.remove()

        def accept(order_id: int = order_id) -> object:
            return dispatch.accept(
                order_id, site_id=cast.site.id, acknowledged=frozenset(HandoverItem),
                actor=cast.technician.actor(), now=LATER,
            )  # fmt: skip

        answers = at_once(app, *[in_transaction(accept)] * 2)
        assert {type(answer) for answer in answers} == {ServiceOrder}
        with transaction():
            order = lock_order(order_id)
            moves = [event.to_state for event in _events(order) if event.to_state == "in_progress"]
        assert moves == ["in_progress"]


def _events(order: ServiceOrder) -> list[dispatch.timeline.OrderEvent]:
    kind = dispatch.timeline.OrderEvent
    return list(db.session.scalars(select(kind).where(kind.service_order_id == order.id)))


def test_two_people_clock_on_to_one_job(app: Flask, cast: Cast) -> None:
    """DSP-4: team work: both clocks run, and the order counts both, however close they come."""
    (job_id, _) = two_jobs_at_work(cast)
    order_id = db.session.get_one(clocking.Job, job_id).service_order_id
    db.session.remove()

    def begin(person: Person) -> Act:
        return in_transaction(
            lambda: clocking.clock_on(job_id, site_id=cast.site.id, actor=person.actor(), now=LATER)
        )

    for _round in range(rounds(20, 500)):
        at_once(app, begin(cast.technician), begin(cast.manager))
        assert fresh(db.session.get_one(ServiceOrder, order_id)).open_clockings == 2
        with transaction():
            for person in (cast.technician, cast.manager):
                clocking.clock_off(reason=EndReason.BREAK, actor=person.actor(), now=LATER)
        db.session.remove()


def test_the_race_of_two_people_sees_facts_that_are_counted_without_the_orders_lock(
    app: Flask, cast: Cast
) -> None:
    """The broken twin: each counts the running clocks before the other's is there, and writes what it counted."""
    (job_id, _) = two_jobs_at_work(cast)
    order_id = db.session.get_one(clocking.Job, job_id).service_order_id
    db.session.remove()
    both_counted = threading.Barrier(2)

    def count_then_write(person: Person) -> Act:
        def act() -> None:
            counted = db.session.scalar(
                select(func.count()).where(Clocking.service_order_id == order_id, Clocking.ended_at.is_(None))
            )
            db.session.rollback()
            both_counted.wait(timeout=20)
            with transaction():
                order = lock_order(order_id)
                add(
                    Clocking(
                        site_id=cast.site.id, service_order_id=order_id, job_id=job_id, user_id=person.id,
                        started_at=LATER,
                    )
                )  # fmt: skip
                order.open_clockings = (counted or 0) + 1

        return act

    at_once(app, count_then_write(cast.technician), count_then_write(cast.manager))
    assert fresh(db.session.get_one(ServiceOrder, order_id)).open_clockings == 1


def test_two_sweeps_ask_once(app: Flask, cast: Cast) -> None:
    """DSP-5: fired twice at the same moment, the technician is asked once."""
    (job_id, _) = two_jobs_at_work(cast)
    with transaction():
        clocking.clock_on(job_id, site_id=cast.site.id, actor=cast.technician.actor(), now=LATER)
    db.session.remove()
    late = LATER + timedelta(minutes=80)
    answers = at_once(app, *[in_transaction(lambda: progress.ask(job_id, now=late))] * 2)
    assert sum(answer is not None for answer in answers) == 1
