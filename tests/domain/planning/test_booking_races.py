"""Many plan at once: no two bookings of a person or a bay overlap, and no car that goes keeps its place in the plan."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales.db import add, db, transaction
from aftersales.domain.errors import Refused
from aftersales.domain.planning import bookings
from aftersales.domain.planning.models import Booking
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.staffing.calendar import Span
from aftersales.domain.workshop import planning
from tests import factories
from tests.cast import Cast
from tests.effort import rounds
from tests.factories import NOW, fresh
from tests.races import Act, at_once, in_transaction

TEN = NOW + timedelta(hours=1)


def another(cast: Cast) -> ServiceOrder:
    with transaction():
        return factories.check_in(cast, factories.open_order(cast))


def first_job(order: ServiceOrder) -> int:
    return db.session.scalars(select(Job.id).where(Job.service_order_id == order.id)).first() or 0


def standing() -> list[Booking]:
    return list(
        db.session.scalars(select(Booking).where(Booking.cancelled_at.is_(None)).order_by(Booking.id))
    )


def overlaps() -> int:
    found = standing()
    return sum(
        one.starts_at < other.ends_at and other.starts_at < one.ends_at
        and (one.user_id == other.user_id or one.bay_id == other.bay_id)
        for number, one in enumerate(found) for other in found[number + 1 :]
    )  # fmt: skip


def clear(cast: Cast) -> None:
    with transaction():
        for booking in standing():
            bookings.take_off(booking, reason="Next round", actor=cast.manager.actor(), now=NOW)
    db.session.remove()


def wish(cast: Cast, job_id: int, user_id: int, bay_id: int) -> Act:
    return in_transaction(
        lambda: planning.book_job(
            job_id, site_id=cast.site.id, starts_at=TEN, user_id=user_id, bay_id=bay_id, actor=cast.manager.actor(),
            now=NOW,
        )
    )  # fmt: skip


def wishes(cast: Cast, slot: str, number: int) -> list[Act]:
    """So many who want one time of one bay, of one person, or of both."""
    people = (cast.technician.id, cast.technician.id if slot != "bay" else cast.second_technician.id)
    bays = (cast.site.bay_ids[0], cast.site.bay_ids[slot == "person"])
    jobs = [first_job(another(cast)) for _ in range(number)]
    db.session.remove()
    return [wish(cast, job, people[n % 2], bays[n % 2]) for n, job in enumerate(jobs)]


@pytest.mark.parametrize("slot", ["bay", "person", "bay and person"])
def test_twenty_plan_the_same_time_at_once(app: Flask, cast: Cast, slot: str) -> None:
    """DSP-1: twenty parallel posts for one slot: one gets it, nineteen read the next free time."""
    for _round in range(rounds(1, 20)):
        answers = at_once(app, *wishes(cast, slot, 20))
        refused = [answer for answer in answers if isinstance(answer, Refused)]
        assert len(refused) == 19
        assert all("Next free: 11:30" in str(refusal) for refusal in refused)
        assert (len(standing()), overlaps()) == (1, 0)
        clear(cast)


@pytest.mark.postgres
@pytest.mark.parametrize("slot", ["bay", "person"])
def test_the_race_sees_that_the_lock_is_switched_off(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, slot: str
) -> None:
    """The broken twin: the same operation without its lock; both have found the slot free before either takes it. On
    SQLite writes go one after the other without it."""
    both_found_it_free = threading.Barrier(2)
    acts = wishes(cast, slot, 2)
    look = bookings.check

    def look_and_wait(*wish: Any, **at: Any) -> Span:
        span = look(*wish, **at)
        both_found_it_free.wait(timeout=20)
        return span

    monkeypatch.setattr(bookings, "lock_plan", lambda: None)
    monkeypatch.setattr(bookings, "check", look_and_wait)
    at_once(app, *acts)
    assert overlaps() == 1


def test_the_race_sees_planners_who_look_and_then_write(app: Flask, cast: Cast) -> None:
    """The broken twin on both databases: both see a free time and write it down without the plan's lock."""
    both_looked = threading.Barrier(2)

    def look_then_write(order: ServiceOrder, job: int) -> Act:
        def act() -> None:
            assert standing() == []
            db.session.rollback()
            both_looked.wait(timeout=20)
            with transaction():
                add(
                    Booking(
                        site_id=cast.site.id, service_order_id=order.id, job_id=job, user_id=cast.technician.id,
                        bay_id=cast.site.bay_ids[0], starts_at=TEN, ends_at=TEN + timedelta(minutes=90), minutes=90,
                        planned_at=NOW, planned_by_name="Twin",
                    )
                )  # fmt: skip

        return act

    orders = [another(cast) for _ in range(2)]
    acts = [look_then_write(order, first_job(order)) for order in orders]
    db.session.remove()
    at_once(app, *acts)
    assert overlaps() == 1


def test_an_order_is_cancelled_while_somebody_plans_it(app: Flask, cast: Cast) -> None:
    """DSP-1: whoever comes first, a car that does not stay keeps no place in the plan."""
    for _round in range(rounds(4, 40)):
        with transaction():
            order = factories.open_order(cast)
        job = first_job(order)
        db.session.remove()

        def cancel(order_id: int = order.id) -> None:
            service_orders.move(
                service_orders.lock_order(order_id), "cancel", actor=cast.advisor.actor(), now=NOW, reason="Sold the car"
            )  # fmt: skip

        at_once(app, in_transaction(cancel), wish(cast, job, cast.technician.id, cast.site.bay_ids[0]))
        assert fresh(order).state is OrderState.CANCELLED
        assert standing() == []
        db.session.remove()
