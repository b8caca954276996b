"""Reminders: each once per occasion, in the site's own days and hours."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales import clock
from aftersales.db import add, db, transaction
from aftersales.domain.appointments.models import Appointment, BookingChannel
from aftersales.domain.customers.models import Channel
from aftersales.domain.followups import operations, rules
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.messaging.models import Message, MessageState
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites.models import Site
from aftersales.domain.tasks.models import Task, TaskType
from aftersales.jobs import reminders
from tests import factories
from tests.cast import Cast
from tests.factories import NOW

READY = NOW + timedelta(hours=6)


def messages(purpose: str) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.purpose == purpose).order_by(Message.id)))


def next_service(order: ServiceOrder, day: date) -> None:
    with transaction():
        factories.fresh(order).vehicle.next_service_on = day


# --- a car that nobody fetches ---


def test_a_car_that_nobody_fetches_is_reminded_of_once_and_called_about(
    cast: Cast, ready_order: ServiceOrder
) -> None:
    """DLV-3: after the site's hours a message by each channel and a task to call; the sweep twice is once."""
    reminders.sweep(READY + timedelta(hours=23, minutes=59))
    assert messages("not_fetched") == []
    for minutes in (0, 0, 1, 600):
        reminders.sweep(READY + timedelta(hours=24, minutes=minutes))
    assert [message.channel for message in messages("not_fetched")] == [Channel.EMAIL, Channel.SMS]
    task = db.session.scalars(select(Task).where(Task.type == TaskType.CALL_NOT_FETCHED)).one()
    assert (task.person_id, task.service_order_id) == (cast.advisor.id, ready_order.id)


def test_a_car_that_became_ready_again_is_another_occasion(cast: Cast, ready_order: ServiceOrder) -> None:
    reminders.sweep(READY + timedelta(hours=25))
    later = READY + timedelta(days=3)
    with transaction():
        order = service_orders.lock_order(ready_order.id)
        service_orders.move(order, "reopen", reason="Rattles", actor=cast.advisor.actor(), now=later)
        order.state, order.ready_at = ready_order.state, later
    reminders.sweep(later + timedelta(hours=25))
    assert len(messages("not_fetched")) == 4


def test_a_fetched_car_is_not_reminded_of(cast: Cast, completed_order: ServiceOrder) -> None:
    reminders.sweep(READY + timedelta(days=5))
    assert messages("not_fetched") == []


def test_the_night_stays_quiet_and_the_reminder_goes_out_in_the_morning(
    cast: Cast, ready_order: ServiceOrder
) -> None:
    """A reminder that falls due at night waits for eight in the morning of the site's own clock."""
    night = datetime(2026, 5, 13, 22, 30, tzinfo=UTC)  # half past midnight in Kraków
    reminders.sweep(night)
    with transaction():
        assert messaging.claim(messages("not_fetched")[0].id, now=night, takes_reference=True) is None
    held = messages("not_fetched")[0]
    assert (held.state, held.not_before_at) == (MessageState.QUEUED, datetime(2026, 5, 14, 6, 0, tzinfo=UTC))


# --- the next service ---


def test_the_next_service_is_reminded_of_three_weeks_before_once(
    cast: Cast, completed_order: ServiceOrder
) -> None:
    next_service(completed_order, date(2027, 5, 12))
    before = datetime(2027, 4, 20, 21, 59, tzinfo=UTC)  # a minute before midnight in Kraków: 22 days left
    reminders.sweep(before)
    assert messages("next_service_due") == []
    for _ in range(3):
        reminders.sweep(before + timedelta(minutes=1))
    assert len(messages("next_service_due")) == 2
    next_service(completed_order, date(2028, 5, 12))
    reminders.sweep(datetime(2028, 5, 1, 12, 0, tzinfo=UTC))
    assert len(messages("next_service_due")) == 4  # another year is another occasion


def test_a_service_is_not_reminded_of_while_the_car_is_here_or_long_past_it(
    cast: Cast, completed_order: ServiceOrder
) -> None:
    next_service(completed_order, date(2026, 6, 1))
    reminders.sweep(datetime(2026, 9, 1, 12, 0, tzinfo=UTC))
    with transaction():
        factories.open_order(cast, car=factories.fresh(completed_order).vehicle, now=NOW + timedelta(days=8))
    reminders.sweep(datetime(2026, 5, 25, 12, 0, tzinfo=UTC))
    assert messages("next_service_due") == []


def test_a_sold_car_does_not_remind_its_former_owner(cast: Cast, completed_order: ServiceOrder) -> None:
    next_service(completed_order, date(2026, 6, 1))
    with transaction():
        factories.fresh(completed_order).vehicle.owner_id = factories.customer(cast).id
    reminders.sweep(datetime(2026, 5, 25, 12, 0, tzinfo=UTC))
    assert messages("next_service_due") == []


@pytest.mark.parametrize(
    ("due", "first_day"),
    [
        (date(2028, 3, 1), date(2028, 2, 29)),  # a leap year's extra day
        (date(2027, 3, 1), date(2027, 2, 28)),
        (date(2027, 1, 1), date(2026, 12, 31)),
        (date(2026, 3, 30), date(2026, 3, 29)),  # the day on which Kraków's clocks go forward
    ],
)
def test_days_are_those_of_the_sites_calendar(
    cast: Cast, completed_order: ServiceOrder, due: date, first_day: date
) -> None:
    """CRM-2: the reminder goes with the first minute of the site's own day, whatever day it is in UTC."""
    next_service(completed_order, due)
    with transaction():
        db.session.get_one(Site, cast.site.id).settings = {"service.reminder_days": 1}
    midnight = clock.from_local(datetime.combine(first_day, datetime.min.time()), "Europe/Warsaw")
    for at, awaited in ((midnight - timedelta(seconds=1), 0), (midnight, 2)):
        reminders.sweep(at)
        assert len(messages("next_service_due")) == awaited


def test_a_call_window_is_as_long_in_a_night_of_clock_change() -> None:
    """FUP-2: 24 hours are 24 hours, although the clock on the wall shows 25 in October."""
    closed = datetime(2026, 10, 24, 15, 0, tzinfo=UTC)  # 17:00 in Kraków, on summer time
    first, latest = rules.call_window(closed, first_hours=24, latest_hours=72)
    assert (first - closed, latest - closed) == (timedelta(hours=24), timedelta(hours=72))
    assert clock.local(first, "Europe/Warsaw").hour == 16


# --- tomorrow's appointment ---


def booking(cast: Cast, order: ServiceOrder, starts_at: datetime, created_at: datetime) -> None:
    with transaction():
        add(
            Appointment(
                site_id=cast.site.id, service_order_id=order.id, channel=BookingChannel.PHONE, starts_at=starts_at,
                created_at=created_at, created_by_name="Marta Zielińska",
            )
        )  # fmt: skip


def test_tomorrows_appointment_is_reminded_of_once(cast: Cast, booked_order: ServiceOrder) -> None:
    booking(cast, booked_order, datetime(2026, 5, 20, 7, 0, tzinfo=UTC), NOW)
    reminders.sweep(datetime(2026, 5, 18, 21, 0, tzinfo=UTC))
    assert messages("appointment_reminder") == []
    for _ in range(2):
        reminders.sweep(datetime(2026, 5, 18, 22, 0, tzinfo=UTC))  # midnight in Kraków: it is tomorrow now
    sent = messages("appointment_reminder")
    assert len(sent) == 2
    assert "09:00" in sent[1].body


def test_an_appointment_made_today_for_tomorrow_needs_no_reminder(
    cast: Cast, booked_order: ServiceOrder
) -> None:
    booking(cast, booked_order, NOW + timedelta(days=1), NOW)
    reminders.sweep(NOW + timedelta(hours=3))
    assert messages("appointment_reminder") == []


# --- the sweep ---


def test_a_worker_that_is_started_again_reminds_nobody_twice(
    cast: Cast, app: Flask, ready_order: ServiceOrder, completed_order: ServiceOrder
) -> None:
    """Fired twice within the minute, and from an older reading of what is due: one reminder per occasion."""
    next_service(completed_order, date(2026, 6, 1))
    at = NOW + timedelta(days=2)
    with app.app_context():
        found = operations.sweep_reminders(at)
    reminders.sweep(at)
    done = []
    for remind in found:
        with transaction():
            done.append(remind())
    assert done == [False]
    assert len(messages("next_service_due")) == 2
