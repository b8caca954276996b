"""Appointments on screens: booked, moved, cancelled, arrived; nothing typed twice."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.appointments.models import Appointment
from aftersales.domain.customers.models import Customer
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.html import CheckingClient, parse


def tomorrow(hours: int = 24) -> str:
    return clock.local(clock.now() + timedelta(hours=hours), "Europe/Warsaw").strftime("%Y-%m-%dT%H:%M")


def form(**values: str) -> dict[str, str]:
    return {
        "submission_id": "desk-1-form-1", "plate": "KR 9XL02", "name": "Tomasz Bąk", "phone": "602111222",
        "customer_kind": "person", "fuel": "petrol", "concerns-0": "Yearly service", "pay_types-0": "customer",
        "starts_at": tomorrow(), "channel": "phone", "rough_estimate": "450.00", **values,
    }  # fmt: skip


def test_a_booking_stands_on_its_day_with_channel_and_estimate(
    app: Flask, cast: Cast, sign_in: SignIn
) -> None:
    """APT-7"""
    care = sign_in(cast.care.id)
    answer = care.post("/appointments", data=form())
    assert answer.status_code == 303, answer.text
    page = care.get(answer.headers["Location"]).text
    for shown in ("KR 9XL02", "Yearly service", "Tomasz Bąk", "Phone", "450.00"):
        assert shown in page
    with app.app_context():
        (order,) = db.session.query(ServiceOrder)
        assert (order.state, order.number) == ("booked", order.number)


def test_the_same_form_twice_is_one_booking(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    care = sign_in(cast.care.id)
    care.post("/appointments", data=form())
    care.post("/appointments", data=form(customer_id="new"))
    with app.app_context():
        assert db.session.query(Appointment).count() == 1
        assert db.session.query(Customer).count() == 1


def test_a_known_plate_needs_no_customer_again(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """APT-7"""
    with app.app_context(), transaction():
        car = factories.vehicle(cast, plate="KR 7P421")
    care = sign_in(cast.care.id)
    assert "VW Passat" in care.get("/appointments/new?q=kr7p421").text
    answer = care.post("/appointments", data=form(plate="kr-7p421", name="", phone=""))
    assert answer.status_code == 303, answer.text
    with app.app_context():
        (order,) = db.session.query(ServiceOrder)
        assert (order.vehicle_id, order.customer_id) == (car.id, car.owner_id)


def test_a_time_that_has_passed_is_refused_and_what_was_typed_stays(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.care.id).post("/appointments", data=form(starts_at=tomorrow(-1)))
    assert answer.status_code == 422
    assert "in the future" in answer.text
    assert "Yearly service" in answer.text


def proposals(page: str) -> list[str]:
    """The times behind the choices, without the one for another time."""
    fields = (field for field in parse(page).all("input") if field.get("name") == "free_time")
    return [value for field in fields if (value := field.get("value"))]


def test_a_proposed_time_is_booked_with_one_choice_and_moved_with_another(
    app: Flask, cast: Cast, sign_in: SignIn
) -> None:
    """APT-3: the field for another time stays empty; how long it takes changes what is free."""
    care = sign_in(cast.care.id)
    *_, first, second = proposals(care.get("/appointments/new").text)
    answer = care.post("/appointments", data=form(starts_at="", free_time=first, minutes="120"))
    assert answer.status_code == 303, answer.text
    with app.app_context():
        (agreed,) = db.session.query(Appointment)
        assert (agreed.starts_at, agreed.minutes) == (datetime.fromisoformat(first), 120)
        order_id = agreed.service_order_id
    page = care.get(f"/appointments/{order_id}/time").text
    assert first in proposals(page)
    moved = care.post(f"/appointments/{order_id}/time", data={"free_time": second})
    assert moved.status_code == 303
    with app.app_context():
        assert db.session.query(Appointment).one().starts_at == datetime.fromisoformat(second)
    assert proposals(care.get("/appointments/free-times?minutes=480").text) != proposals(page)


def test_without_any_time_the_form_says_so_and_keeps_what_was_typed(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.care.id).post(
        "/appointments", data=form(starts_at="", free_time="yesterday", minutes="7")
    )
    assert answer.status_code == 422
    assert "Choose a time, or enter the day and time." in answer.text
    assert "Yearly service" in answer.text


def test_a_visit_is_moved_and_cancelled_with_a_reason(
    app: Flask, cast: Cast, sign_in: SignIn, booked_order: ServiceOrder
) -> None:
    advisor = sign_in(cast.advisor.id)
    moved = advisor.post(f"/appointments/{booked_order.id}/time", data={"starts_at": tomorrow(72)})
    assert moved.status_code == 303
    late = advisor.post(f"/appointments/{booked_order.id}/time", data={"starts_at": tomorrow(-1)})
    assert late.status_code == 422
    cancelled = advisor.post(f"/orders/{booked_order.id}/early-end", data={"reason": "Customer is ill"})
    assert cancelled.status_code == 303
    with app.app_context():
        assert factories.fresh(booked_order).state == "cancelled"


def test_appointments_are_for_those_who_book(cast: Cast, sign_in: SignIn, client: CheckingClient) -> None:
    """PLT-3"""
    assert client.get("/appointments").headers["Location"].startswith("/sign-in")
    assert sign_in(cast.cashier.id).get("/appointments").status_code == 403
    assert sign_in(cast.technician.id).get("/appointments").status_code == 200
    assert sign_in(cast.technician.id).post("/appointments", data=form()).status_code == 403


def test_another_sites_visit_is_not_found(cast: Cast, sign_in: SignIn, booked_order: ServiceOrder) -> None:
    """PLT-3"""
    stranger = sign_in(cast.stranger.id)
    assert stranger.get(f"/appointments/{booked_order.id}/time").status_code == 404
    assert (
        stranger.post(f"/appointments/{booked_order.id}/time", data={"starts_at": tomorrow()}).status_code
        == 404
    )


@pytest.mark.parametrize("day", ["", "nonsense", "2026-13-45", "2026-05-12"])
def test_any_day_can_be_asked(day: str, cast: Cast, sign_in: SignIn) -> None:
    assert sign_in(cast.advisor.id).get("/appointments", query_string={"day": day}).status_code == 200


def test_two_queries_however_many(cast: Cast, sign_in: SignIn, count_queries: CountQueries) -> None:
    """The person, the day's appointments."""
    client = sign_in(cast.advisor.id)
    for number in range(3):
        client.post(
            "/appointments",
            data=form(submission_id=f"desk-{number:04}", customer_id="new", plate=f"KR 9XL{number}2"),
        )
    with count_queries() as seen:
        page = client.get("/appointments", query_string={"day": tomorrow()[:10]})
    assert page.text.count("Yearly service") == 3
    assert len(seen) <= 3
