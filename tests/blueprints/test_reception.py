"""The desk: a plate is typed, and the car's order is opened on the same page."""

from datetime import timedelta

import pytest
from flask import Flask

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.customers.models import Customer
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.vehicles.models import Vehicle
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn

NEW_CAR = {
    "submission_id": "tablet-1-form-1", "plate": "kr 9xl02", "vin": "1HGCM82633A004352", "model": "Accord",
    "fuel": "petrol", "customer_kind": "person", "name": "Tomasz Bąk", "phone": "602 111 222", "concerns-0": "Oil leak",
    "concerns-1": "Mirror loose", "pay_types-0": "customer", "pay_types-1": "warranty", "is_waiting": "1",
}  # fmt: skip


@pytest.fixture
def car(app: Flask, cast: Cast) -> Vehicle:
    with app.app_context(), transaction():
        return factories.vehicle(cast, plate="KR 7P421")


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return int(db.session.query(model).count())


@pytest.mark.parametrize("typed", ["KR 7P421", "kr7p421", "kr-7P-421"])
def test_a_plate_however_typed_shows_the_vehicle(
    typed: str, cast: Cast, sign_in: SignIn, car: Vehicle
) -> None:
    """STEP-1"""
    page = sign_in(cast.advisor.id).get("/reception", query_string={"q": typed}).text
    assert "VW Passat 2.0 TDI 2019" in page
    assert "Katarzyna Mazur" in page


def test_an_unknown_plate_is_a_new_vehicle_and_customer_in_the_same_flow(
    app: Flask, cast: Cast, sign_in: SignIn
) -> None:
    """STEP-1, STEP-2: unknown plate, new vehicle and customer without leaving the flow."""
    client = sign_in(cast.advisor.id)
    assert "New vehicle" in client.get("/reception", query_string={"q": "kr 9xl02"}).text
    answer = client.post("/reception", data=NEW_CAR)
    assert answer.status_code == 303
    with app.app_context():
        order = db.session.query(ServiceOrder).one()
        assert answer.headers["Location"] == f"/orders/{order.id}/check-in"
        assert (order.vehicle.plate, order.vehicle.make, order.vehicle.year) == ("KR 9XL02", "Honda", 2003)
        assert (order.customer.name, order.customer.phone_normalised, order.is_waiting) == (
            "Tomasz Bąk", "+48602111222", True,
        )  # fmt: skip
        assert [(job.concern, job.pay_type) for job in order.jobs] == [
            ("Oil leak", "customer"), ("Mirror loose", "warranty"),
        ]  # fmt: skip


def test_a_known_car_needs_only_its_concerns(app: Flask, cast: Cast, sign_in: SignIn, car: Vehicle) -> None:
    """STEP-2: the form of a known car has no fields for what is known."""
    client = sign_in(cast.advisor.id)
    page = client.get("/reception", query_string={"q": "KR 7P421"}).text
    assert 'name="fuel"' not in page
    answer = client.post(
        "/reception", data={"vehicle_id": str(car.id), "concerns-0": "Oil leak", "pay_types-0": "customer"}
    )
    assert answer.status_code == 303
    with app.app_context():
        order = db.session.query(ServiceOrder).one()
        assert (order.vehicle_id, order.customer_id) == (car.id, car.owner_id)


def test_the_same_form_twice_makes_one_of_each(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.advisor.id)
    first, second = (
        client.post("/reception", data=NEW_CAR),
        client.post("/reception", data=NEW_CAR | {"customer_id": "new"}),
    )
    assert first.headers["Location"] == second.headers["Location"]
    assert [count(app, model) for model in (ServiceOrder, Vehicle, Customer)] == [1, 1, 1]


def test_what_was_typed_stays_when_something_is_wrong(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.advisor.id).post("/reception", data=NEW_CAR | {"vin": "1HGCM82633I004352"})
    assert answer.status_code == 422
    assert "never has the letter I" in answer.text
    for typed in ("kr 9xl02", "1HGCM82633I004352", "Tomasz Bąk", "Oil leak", "Mirror loose"):
        assert typed in answer.text
    assert [count(app, model) for model in (ServiceOrder, Vehicle, Customer)] == [0, 0, 0]


def test_without_a_concern_nothing_is_opened(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.advisor.id).post("/reception", data=NEW_CAR | {"concerns-0": "", "concerns-1": " "})
    assert answer.status_code == 422
    assert "at least one concern" in answer.text
    assert count(app, Vehicle) == 0


def test_somebody_with_the_same_phone_is_offered_before_a_double_is_made(
    app: Flask, cast: Cast, sign_in: SignIn, car: Vehicle
) -> None:
    client = sign_in(cast.advisor.id)
    answer = client.post("/reception", data=NEW_CAR | {"phone": "601 234 567"})
    assert answer.status_code == 422
    assert "Is it one of these?" in answer.text
    chosen = client.post("/reception", data=NEW_CAR | {"customer_id": str(car.owner_id)})
    assert chosen.status_code == 303
    assert count(app, Customer) == 1


def test_the_vin_is_read_while_it_is_typed(cast: Cast, sign_in: SignIn) -> None:
    """CHK-1"""
    client = sign_in(cast.advisor.id)
    assert "Honda, 2003" in client.hx_get("/reception/vin?vin=1HGCM82633A004352").text
    doubted = client.hx_get("/reception/vin?vin=1HGCM82633A004353").text
    assert "check digit" in doubted
    assert "1HGCM82633A004352" in doubted
    assert "16" in client.hx_get("/reception/vin?vin=1HGCM82633A00435").text


def test_an_open_order_of_the_car_is_offered_first(
    cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder
) -> None:
    page = sign_in(cast.advisor.id).get("/reception", query_string={"q": arrived_order.vehicle.plate}).text
    assert "This car is expected" in page
    assert f"/orders/{arrived_order.id}/check-in" in page


def test_an_earlier_visit_within_the_time_is_a_comeback_hint(
    app: Flask, cast: Cast, sign_in: SignIn, car: Vehicle
) -> None:
    """STEP-1: the order that may not have held is shown, and linked when the advisor ticks it."""
    with app.app_context(), transaction():
        earlier = factories.open_order(cast, car=factories.fresh(car))
        factories.accept(cast, factories.assign(cast, factories.check_in(cast, earlier)))
        factories.invoice(cast, factories.make_ready(cast, earlier))
        factories.complete(cast, earlier, at=clock.now() - timedelta(days=3))
    client = sign_in(cast.advisor.id)
    assert "Comeback?" in client.get("/reception", query_string={"q": "KR 7P421"}).text
    data = {
        "vehicle_id": str(car.id),
        "concerns-0": "It squeals again",
        "pay_types-0": "goodwill",
        "is_comeback": "y",
    }
    assert client.post("/reception", data=data).status_code == 303
    with app.app_context():
        order = db.session.query(ServiceOrder).order_by(ServiceOrder.id.desc()).first()
        assert order is not None
        assert order.comeback_of_id == earlier.id


@pytest.mark.parametrize("role", ["technician", "parts", "cashier", "head_office"])
def test_who_does_not_receive_cars_is_refused(role: str, cast: Cast, sign_in: SignIn) -> None:
    """PLT-3"""
    client = sign_in(getattr(cast, role).id)
    assert client.get("/reception?q=KR1").status_code == 403
    assert client.post("/reception", data=NEW_CAR).status_code == 403


def test_nobody_without_a_sign_in(client: object) -> None:
    assert client.get("/reception?q=KR1").headers["Location"].startswith("/sign-in")  # type: ignore[attr-defined]


def test_the_desk_asks_the_database_little(
    cast: Cast, sign_in: SignIn, car: Vehicle, count_queries: CountQueries
) -> None:
    """The person, the plate, the vehicle, its warnings, visits and campaigns, the site with hours and closed days,
    put-off work."""
    client = sign_in(cast.advisor.id)
    with count_queries() as seen:
        client.get("/reception?q=KR7P421")
    assert len(seen) <= 11
