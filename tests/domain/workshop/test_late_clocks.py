"""Clock acts that were tapped where the tablet had no network and arrive later."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.errors import Refused
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import OrderEvent, ServiceOrder
from aftersales.domain.staffing.models import Attendance
from aftersales.domain.workshop import clocking, comparison, late
from aftersales.domain.workshop.models import Clocking, EndReason
from tests.cast import Cast
from tests.factories import NOW, fresh

TAPPED = NOW + timedelta(hours=1)
ARRIVED = TAPPED + timedelta(minutes=25)


@pytest.fixture(autouse=True)
def _context(app_context: Flask) -> None:
    """Every test here runs in the application."""


def clock_on(cast: Cast, order: ServiceOrder, *, made_at: datetime, now: datetime = ARRIVED) -> Clocking:
    with transaction():
        return clocking.clock_on(
            fresh(order).jobs[0].id,
            site_id=cast.site.id,
            actor=cast.technician.actor(),
            now=now,
            made_at=made_at,
        )


def clock_off(cast: Cast, *, made_at: datetime, now: datetime) -> Clocking | None:
    with transaction():
        return clocking.clock_off(
            reason=EndReason.BREAK, actor=cast.technician.actor(), now=now, made_at=made_at
        )


def test_a_clock_counts_from_the_tap_and_says_that_it_arrived_late(
    cast: Cast, accepted_order: ServiceOrder
) -> None:
    """DSP-4: the minutes are those that were worked, and the timeline tells how they came."""
    began = clock_on(cast, accepted_order, made_at=TAPPED)
    assert began.started_at == TAPPED
    assert db.session.scalars(select(Attendance.started_at)).one() == TAPPED
    ended = clock_off(cast, made_at=TAPPED + timedelta(minutes=40), now=TAPPED + timedelta(minutes=55))
    assert ended is not None and ended.ended_at == TAPPED + timedelta(minutes=40)
    assert fresh(accepted_order).worked_minutes == 40
    newest = select(OrderEvent.reason).order_by(OrderEvent.id.desc()).limit(2)
    off, on = db.session.scalars(newest)
    assert on == "Tapped without network, arrived 25 min later."
    assert off.endswith("Tapped without network, arrived 15 min later.")


def test_a_tap_that_arrives_at_once_says_nothing_more(cast: Cast, accepted_order: ServiceOrder) -> None:
    clock_on(cast, accepted_order, made_at=ARRIVED - timedelta(seconds=5))
    assert db.session.scalars(select(OrderEvent.reason).order_by(OrderEvent.id.desc())).first() == ""


def test_what_waited_for_hours_is_a_correction_and_no_clock(cast: Cast, accepted_order: ServiceOrder) -> None:
    """DSP-4: a tablet's word counts for two hours; after that a reason and the leader's yes are asked for."""
    made = ARRIVED - late.LATEST - timedelta(seconds=1)
    with pytest.raises(Refused, match="more than two hours. Say the time yourself at My times"):
        clock_on(cast, accepted_order, made_at=made)
    assert list(db.session.scalars(select(Clocking))) == []
    assert clock_on(cast, accepted_order, made_at=ARRIVED - late.LATEST).started_at == ARRIVED - late.LATEST


def test_another_tablet_of_the_person_was_faster(cast: Cast, accepted_order: ServiceOrder) -> None:
    """Two tablets of one person: what was tapped before another clock began or ended changes nothing of it."""
    clock_on(cast, accepted_order, made_at=ARRIVED)
    with pytest.raises(Refused, match="Since this was tapped another clock of yours began or ended"):
        clock_off(cast, made_at=TAPPED, now=ARRIVED + timedelta(minutes=1))
    clock_off(cast, made_at=ARRIVED + timedelta(minutes=30), now=ARRIVED + timedelta(minutes=30))
    with pytest.raises(Refused, match="Look at My times"):
        clock_on(
            cast,
            accepted_order,
            made_at=ARRIVED + timedelta(minutes=20),
            now=ARRIVED + timedelta(minutes=40),
        )
    assert fresh(accepted_order).worked_minutes == 30


def test_a_pause_whose_clock_never_began_does_not_vanish(cast: Cast, accepted_order: ServiceOrder) -> None:
    """DSP-4: the tap before it was refused. What was worked has to be said by the person; a second tap on one pause that
    was counted is harmless."""

    def pause(made_at: datetime, now: datetime) -> Clocking | None:
        with transaction():
            return clocking.clock_off(
                reason=EndReason.BREAK, job_id=fresh(accepted_order).jobs[0].id,
                actor=cast.technician.actor(), now=now, made_at=made_at,
            )  # fmt: skip

    with pytest.raises(Refused, match="No clock of yours ran on “Front brakes squeal”"):
        pause(TAPPED, ARRIVED)
    clock_on(cast, accepted_order, made_at=TAPPED)
    ended = pause(TAPPED + timedelta(minutes=20), ARRIVED)
    assert ended is not None and ended.ended_at == TAPPED + timedelta(minutes=20)
    assert pause(TAPPED + timedelta(minutes=20, seconds=2), ARRIVED) is None
    with pytest.raises(Refused, match="My times"):
        pause(TAPPED + timedelta(minutes=22), ARRIVED)
    assert pause(ARRIVED, ARRIVED) is None, "with network it only says what is so already"


def test_a_finished_job_ends_when_it_was_tapped(cast: Cast, accepted_order: ServiceOrder) -> None:
    with transaction():
        service_orders.move(
            service_orders.lock_order(accepted_order.id), "start_repair", actor=cast.advisor.actor(), now=NOW
        )
    clock_on(cast, accepted_order, made_at=TAPPED, now=TAPPED)
    with transaction():
        job = clocking.finish_job(
            fresh(accepted_order).jobs[0].id, site_id=cast.site.id, actor=cast.technician.actor(),
            now=ARRIVED, made_at=TAPPED + timedelta(minutes=10),
        )  # fmt: skip
    assert job.done_at == TAPPED + timedelta(minutes=10)
    assert fresh(accepted_order).worked_minutes == 10


def test_the_tablets_clock_is_never_ahead_of_ours(cast: Cast, accepted_order: ServiceOrder) -> None:
    assert clock_on(cast, accepted_order, made_at=ARRIVED + timedelta(hours=3)).started_at == ARRIVED


def test_a_day_that_began_at_the_door_is_not_moved_back(cast: Cast, accepted_order: ServiceOrder) -> None:
    with transaction():
        clocking.begin_day(site_id=cast.site.id, actor=cast.technician.actor(), now=TAPPED)
    began = clock_on(cast, accepted_order, made_at=TAPPED - timedelta(minutes=5))
    assert began.started_at == TAPPED


def test_an_earlier_look_does_not_replace_a_colleagues_later_one(
    cast: Cast, assigned_order: ServiceOrder
) -> None:
    """TEC-1: two tablets at one car, one of them without network."""

    def look(now: datetime, *, is_same: bool, name: str) -> None:
        actor = cast.technician.actor() if name == "own" else cast.manager.actor()
        with transaction():
            comparison.compare(
                assigned_order.id, comparison.ELSE, is_same=is_same, note="Mirror broken",
                site_id=cast.site.id, actor=actor, now=now,
            )  # fmt: skip

    look(ARRIVED, is_same=False, name="manager")
    with pytest.raises(Refused, match=f"{cast.manager.name} looked at “Anything else” after you"):
        look(TAPPED, is_same=True, name="own")
    look(ARRIVED + timedelta(minutes=1), is_same=True, name="own")
    (point,) = [each for each in comparison.list_points(assigned_order.id) if each.key == comparison.ELSE]
    assert point.compared is not None and point.compared.is_same
