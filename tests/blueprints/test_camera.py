"""The camera view of the walk-around, the last visit's photos behind it, and the comparison afterwards."""

import json
import re
from io import BytesIO

import pytest
from flask import Flask

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.vehicles.models import Vehicle
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.gateways.photographs import OWN
from tests.html import CheckingClient


def take(desk: CheckingClient, order: ServiceOrder, station: str, picture: str = "left") -> None:
    answer = desk.post(
        f"/orders/{order.id}/check-in/photos",
        data={"station": station, "photo": (BytesIO((OWN / f"{picture}.jpg").read_bytes()), "p.jpg")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303


def open_order(app: Flask, cast: Cast, after: ServiceOrder | None = None) -> ServiceOrder:
    """A visit; ``after`` is an earlier one of the same car."""
    with app.app_context(), transaction():
        car = db.session.get_one(Vehicle, after.vehicle_id) if after else None
        return factories.open_order(cast, car=car, now=clock.now())


def cancel(app: Flask, cast: Cast, order: ServiceOrder) -> None:
    with app.app_context(), transaction():
        service_orders.move(
            service_orders.lock_order(order.id),
            "cancel",
            actor=cast.advisor.actor(),
            now=clock.now(),
            reason="Does not want it",
        )


@pytest.fixture
def second_visit(app: Flask, cast: Cast, desk: CheckingClient) -> ServiceOrder:
    """The car was photographed from the left and the rear at an earlier visit, the left twice."""
    first = open_order(app, cast)
    for station, picture in (("left", "rear"), ("left", "left"), ("rear", "rear")):
        take(desk, first, station, picture)
    cancel(app, cast, first)
    return open_order(app, cast, after=first)


def stations_of(page: str) -> dict[str, dict[str, object]]:
    found = re.search(r"data-camera='([^']+)'", page)
    assert found
    return {each["station"]: each for each in json.loads(found[1])["stations"]}


def test_the_view_knows_every_station_and_the_last_visit_s_photo(
    desk: CheckingClient, second_visit: ServiceOrder
) -> None:
    """CHK-2, CHK-3"""
    stations = stations_of(desk.get(f"/orders/{second_visit.id}/check-in/walk-around").text)
    assert len(stations) == 14
    assert [name for name, each in stations.items() if each["required"]] == [
        "vin", "left", "front", "right", "rear", "dashboard",
    ]  # fmt: skip
    assert {name for name, each in stations.items() if each["before"]} == {"left", "rear"}
    assert str(stations["left"]["skip"]).endswith("/stations/left/skip")
    shown = desk.get(str(stations["left"]["before"]))
    assert shown.status_code == 200
    assert shown.mimetype == "image/jpeg"


def test_old_and_new_stand_side_by_side(desk: CheckingClient, second_visit: ServiceOrder) -> None:
    """CHK-4: what changed since the last visit is seen by looking."""
    take(desk, second_visit, "left")
    page = desk.get(f"/orders/{second_visit.id}/check-in/compare").text
    assert page.count("Last visit: ") == 2
    assert page.count("Now: ") == 1


def test_a_first_visit_says_that_there_is_nothing_to_compare(
    app: Flask, cast: Cast, desk: CheckingClient
) -> None:
    order = open_order(app, cast)
    assert "No photos yet" in desk.get(f"/orders/{order.id}/check-in/compare").text
    take(desk, order, "left")
    assert "first check-in here" in desk.get(f"/orders/{order.id}/check-in/compare").text


def test_comparing_asks_no_more_with_more_photos(
    desk: CheckingClient, second_visit: ServiceOrder, count_queries: CountQueries
) -> None:
    address = f"/orders/{second_visit.id}/check-in/compare"
    take(desk, second_visit, "vin")
    with count_queries() as before:
        desk.get(address)
    for station in ("left", "front", "rear", "right"):
        take(desk, second_visit, station)
    with count_queries() as after:
        desk.get(address)
    assert len(after) == len(before)


def test_photos_of_another_site_are_not_compared(
    app: Flask, cast: Cast, sign_in: SignIn, second_visit: ServiceOrder
) -> None:
    stranger = sign_in(cast.stranger.id)
    assert stranger.get(f"/orders/{second_visit.id}/check-in/compare").status_code == 404
