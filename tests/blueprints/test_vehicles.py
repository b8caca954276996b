"""A vehicle's and a customer's page, and changing their data."""

import re

import pytest
from flask import Flask

from aftersales.db import db, transaction
from aftersales.domain.customers.models import Customer
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.vehicles.models import Vehicle
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.html import CheckingClient


@pytest.fixture
def car(app: Flask, cast: Cast) -> Vehicle:
    with app.app_context(), transaction():
        return factories.vehicle(cast, plate="KR 7P421", vin="1HGCM82633A004352")


def as_shown(page: str) -> dict[str, str]:
    """The form's fields as the page shows them."""
    fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
    fields |= {
        name: value for value, name in re.findall(r'<input[^>]*value="([^"]*)"[^>]*name="(\w+)"', page)
    }
    return {name: value for name, value in fields.items() if name not in ("q", "csrf_token")}


def test_the_page_shows_visits_warnings_and_owner(
    app: Flask, cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder
) -> None:
    """STEP-1"""
    client = sign_in(cast.advisor.id)
    address = f"/vehicles/{arrived_order.vehicle_id}"
    client.post(f"{address}/warnings", data={"kind": "recall", "text": "Airbag connector"})
    page = client.get(address).text
    for shown in ("Airbag connector", "Recall", arrived_order.number, "Katarzyna Mazur"):
        assert shown in page
    warning = re.search(rf"{address}/warnings/(\d+)/close", page)
    assert warning
    client.post(warning[0])
    assert "Airbag connector" not in client.get(address).text


def test_data_are_changed_and_the_vin_is_checked(
    app: Flask, cast: Cast, sign_in: SignIn, car: Vehicle
) -> None:
    """CHK-1"""
    client, address = sign_in(cast.advisor.id), f"/vehicles/{car.id}"
    shown = as_shown(client.get(f"{address}/edit").text) | {"fuel": "diesel"}
    assert client.post(address, data=shown | {"colour": "blue", "plate": "kr 7p422"}).status_code == 303
    shown = as_shown(client.get(f"{address}/edit").text) | {"fuel": "diesel"}
    refused = client.post(address, data=shown | {"vin": "1HGCM82633A00435"})
    assert refused.status_code == 422
    assert "17 characters" in refused.text
    with app.app_context():
        changed = factories.fresh(car)
        assert (changed.plate_normalised, changed.colour, changed.vin) == ("KR7P422", "blue", car.vin)


def test_an_older_form_overwrites_nothing(app: Flask, cast: Cast, sign_in: SignIn, car: Vehicle) -> None:
    """ORD-6"""
    client, address = sign_in(cast.advisor.id), f"/vehicles/{car.id}"
    shown = as_shown(client.get(f"{address}/edit").text) | {"fuel": "diesel"}
    client.post(address, data=shown | {"colour": "blue"})
    late = client.post(address, data=shown | {"colour": "red"})
    assert late.status_code == 409
    assert "red" in late.text
    assert "Saved now" in late.text
    with app.app_context():
        assert factories.fresh(car).colour == "blue"


def test_a_new_owner_has_it_from_now_on(app: Flask, cast: Cast, sign_in: SignIn, car: Vehicle) -> None:
    client = sign_in(cast.advisor.id)
    assert client.get(f"/vehicles/{car.id}/owner").status_code == 200
    answer = client.post(
        f"/vehicles/{car.id}/owner", data={"name": "Jan Król", "kind": "person", "language": "en"}
    )
    assert answer.status_code == 303, answer.text
    page = client.get(f"/vehicles/{car.id}").text
    assert "Jan Król" in page
    assert "Katarzyna" not in page


def test_a_customer_is_changed(app: Flask, cast: Cast, sign_in: SignIn, car: Vehicle) -> None:
    client, address = sign_in(cast.advisor.id), f"/customers/{car.owner_id}"
    shown = as_shown(client.get(f"{address}/edit").text) | {"kind": "company", "language": "en"}
    assert (
        client.post(address, data=shown | {"name": "Złoty Kłos", "phone": "602 333 444"}).status_code == 303
    )
    page = client.get(address).text
    assert "Złoty Kłos" in page
    assert "+48 602 333 444" in page
    shown = as_shown(client.get(f"{address}/edit").text) | {"kind": "company", "language": "en"}
    refused = client.post(address, data=shown | {"phone": "12"})
    assert refused.status_code == 422
    assert "cannot be dialled" in refused.text
    with app.app_context():
        customer = db.session.get_one(Customer, car.owner_id)
        assert customer.search.startswith("zloty klos")


def test_technicians_see_the_car_and_not_the_customer(
    cast: Cast, sign_in: SignIn, client: CheckingClient, car: Vehicle
) -> None:
    """PLT-3"""
    assert client.get(f"/vehicles/{car.id}").headers["Location"].startswith("/sign-in")
    technician = sign_in(cast.technician.id)
    page = technician.get(f"/vehicles/{car.id}")
    assert page.status_code == 200
    assert "Katarzyna" not in page.text
    assert "+48" not in page.text
    assert technician.get(f"/vehicles/{car.id}/edit").status_code == 403
    assert technician.get(f"/customers/{car.owner_id}").status_code == 403


@pytest.mark.parametrize(
    "path", ["/vehicles/999999", "/vehicles/999999/edit", "/customers/999999", "/vehicles/999999/owner"]
)
def test_what_is_not_there_is_not_found(path: str, cast: Cast, sign_in: SignIn) -> None:
    assert sign_in(cast.advisor.id).get(path).status_code == 404
