"""A car comes: its order is opened with the customer's concerns."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from aftersales.db import db, transaction
from aftersales.domain.appointments.models import BookingChannel
from aftersales.domain.checkins import operations as checkins
from aftersales.domain.checkins import queries
from aftersales.domain.checkins.operations import Concern
from aftersales.domain.errors import Invalid, NotPermitted, Refused
from aftersales.domain.service_orders import bookings
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import PayType, ServiceOrder
from aftersales.domain.vehicles.models import Vehicle
from tests import factories
from tests.cast import Cast
from tests.factories import NOW


@pytest.fixture
def car(cast: Cast) -> Vehicle:
    with transaction():
        return factories.vehicle(cast)


def receive(cast: Cast, car: Vehicle, **values: object) -> ServiceOrder:
    with transaction():
        return checkins.receive(
            **{
                "site_id": cast.site.id,
                "vehicle_id": car.id,
                "customer_id": car.owner_id,
                "concerns": [Concern("Front brakes squeal")],
                "actor": cast.advisor.actor(),
                "now": NOW,
                **values,
            }  # type: ignore[arg-type]
        )


def test_an_order_is_opened_with_one_job_per_concern(cast: Cast, car: Vehicle) -> None:
    """STEP-2, ORD-1: one order per visit, numbered per site and year, who pays per concern."""
    order = receive(
        cast,
        car,
        concerns=[Concern("Brakes squeal"), Concern("Recall letter", PayType.WARRANTY), Concern("  ")],
        is_waiting=True,
    )
    jobs = orders.list_jobs(order.id)
    assert (order.number, order.state, order.is_waiting) == ("26-0001", "arrived", True)
    assert [(job.concern, job.pay_type) for job in jobs] == [
        ("Brakes squeal", PayType.CUSTOMER),
        ("Recall letter", PayType.WARRANTY),
    ]
    assert queries.find_checkin(order.id) is not None


def test_numbers_run_per_site(cast: Cast, car: Vehicle) -> None:
    """ORD-1"""
    receive(cast, car)
    with transaction():
        other = factories.vehicle(cast)
    foreign = receive(cast, other, site_id=cast.other_site.id, actor=cast.stranger.actor())
    assert foreign.number == "26-0001"


def test_the_same_form_twice_opens_one_order(cast: Cast, car: Vehicle) -> None:
    first = receive(cast, car, client_id="tablet-1-0001")
    again = receive(cast, car, client_id="tablet-1-0001")
    assert again.id == first.id
    assert db.session.scalar(select(func.count()).select_from(ServiceOrder)) == 1


def test_a_car_that_waits_for_its_check_in_gets_no_second_order(cast: Cast, car: Vehicle) -> None:
    first = receive(cast, car)
    with pytest.raises(Refused, match=first.number):
        receive(cast, car)


def test_no_concern_no_order(cast: Cast, car: Vehicle) -> None:
    with pytest.raises(Invalid) as refusal:
        receive(cast, car, concerns=[Concern(" ")])
    assert refusal.value.field == "concerns"
    assert db.session.scalar(select(func.count()).select_from(ServiceOrder)) == 0


def test_a_time_that_has_passed_cannot_be_promised(cast: Cast, car: Vehicle) -> None:
    """ORD-3"""
    with pytest.raises(Invalid) as refusal:
        receive(cast, car, promised_at=NOW - timedelta(minutes=1))
    assert refusal.value.field == "promised_at"


def test_a_technician_receives_no_cars(cast: Cast, car: Vehicle) -> None:
    with pytest.raises(NotPermitted):
        receive(cast, car, actor=cast.technician.actor())


def test_a_booked_car_arrives_and_nothing_is_typed_twice(cast: Cast, car: Vehicle) -> None:
    """APT-7: the booking's concerns and customer are the order's; arriving twice is harmless."""
    with transaction():
        booked = bookings.book(
            site_id=cast.site.id,
            vehicle_id=car.id,
            customer_id=car.owner_id or 0,
            starts_at=NOW + timedelta(hours=1),
            channel=BookingChannel.PHONE,
            concerns=["Yearly service", "Mirror loose"],
            actor=cast.care.actor(),
            now=NOW,
        )
    for _ in range(2):
        with transaction():
            checkins.arrive(booked.id, site_id=cast.site.id, actor=cast.advisor.actor(), now=NOW)
    order = factories.fresh(booked)
    assert (order.state, order.advisor_id, order.customer_id) == ("arrived", cast.advisor.id, car.owner_id)
    assert [job.concern for job in orders.list_jobs(order.id)] == ["Yearly service", "Mirror loose"]
