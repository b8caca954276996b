"""/orders/<id>/key-and-place and /cars"""

import pytest
from flask import Flask

from aftersales.db import db, transaction
from aftersales.domain.checkins import queries
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites.models import Site
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.html import CheckingClient, parse, text_of


@pytest.fixture
def bench(cast: Cast, sign_in: SignIn) -> CheckingClient:
    return sign_in(cast.technician.id)


def shown(client: CheckingClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return text_of(parse(answer.text).root)


def test_the_car_is_moved_in_two_taps_from_the_order(
    bench: CheckingClient, checked_in_order: ServiceOrder
) -> None:
    """CHK-7"""
    base = f"/orders/{checked_in_order.id}"
    page = bench.get(base).text
    assert f'href="{base}/key-and-place"' in page
    assert "No place written down" in page
    moved = bench.post(
        f"{base}/key-and-place/car", data={"zone": "workshop", "submission_id": "tablet-move-1"}
    )
    assert moved.headers["Location"].endswith("/key-and-place")
    assert "Workshop" in shown(bench, f"{base}/key-and-place")
    assert "Workshop" in shown(bench, base)


def test_the_key_goes_to_a_person_or_into_a_slot(
    app: Flask, bench: CheckingClient, checked_in_order: ServiceOrder
) -> None:
    base = f"/orders/{checked_in_order.id}/key-and-place"
    for _ in range(2):
        bench.post(f"{base}/key", data={"holder": "Tomasz Lis", "submission_id": "tablet-key-1"})
    assert "Key with Tomasz Lis" in shown(bench, base)
    bench.post(f"{base}/key", data={"slot": "7"})
    page = shown(bench, base)
    assert "Key in slot 7" in page
    assert "before: Tomasz Lis" in page


def test_the_sites_places_are_offered_and_say_who_stands_there(
    app: Flask, cast: Cast, bench: CheckingClient, checked_in_order: ServiceOrder, arrived_order: ServiceOrder
) -> None:
    with app.app_context(), transaction():
        site = db.session.get_one(Site, cast.site.id)
        site.settings = {**site.settings, "parking.places": "P1, P2,"}
    bench.post(f"/orders/{checked_in_order.id}/key-and-place/car", data={"listed": "P1", "zone": "waiting"})
    page = bench.get(f"/orders/{arrived_order.id}/key-and-place").text
    assert page.count('name="listed"') == 2
    with app.app_context():
        plate = factories.fresh(checked_in_order).vehicle.plate
    assert f"{plate} stands there" in page


def test_nothing_said_is_refused_and_a_taken_slot_keeps_what_was_typed(
    bench: CheckingClient, checked_in_order: ServiceOrder, arrived_order: ServiceOrder
) -> None:
    base = f"/orders/{checked_in_order.id}/key-and-place"
    nothing = bench.post(f"{base}/car", data={})
    assert (nothing.status_code, "Say where the car stands now." in nothing.text) == (422, True)
    bench.post(f"/orders/{arrived_order.id}/key-and-place/key", data={"slot": "7"})
    taken = bench.post(f"{base}/key", data={"slot": "7"})
    assert taken.status_code == 422
    assert 'value="7"' in taken.text
    assert bench.post(f"{base}/key", data={"slot": "x" * 21}).status_code == 422


def test_who_may_look_and_who_may_move(cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder) -> None:
    base = f"/orders/{checked_in_order.id}/key-and-place"
    cashier, stranger = sign_in(cast.cashier.id), sign_in(cast.stranger.id)
    assert "Into the cabinet" not in cashier.get(base).text
    assert cashier.post(f"{base}/car", data={"zone": "waiting"}).status_code == 403
    for path in (f"{base}/car", f"{base}/key"):
        assert stranger.post(path, data={"zone": "waiting", "slot": "1"}).status_code == 404
    assert stranger.get(base).status_code == 404


def test_all_cars_stand_on_one_page_by_zone_in_a_constant_number_of_queries(
    app: Flask, cast: Cast, bench: CheckingClient, sign_in: SignIn, checked_in_order: ServiceOrder,
    count_queries: CountQueries,
) -> None:  # fmt: skip
    """CHK-7: each car's place is known."""
    bench.post(f"/orders/{checked_in_order.id}/key-and-place/car", data={"place": "P1", "zone": "finished"})
    with count_queries() as one:
        page = shown(bench, "/cars")
    assert "Finished cars" in page
    assert "P1" in page
    with app.app_context(), transaction():
        for _ in range(4):
            order = factories.open_order(cast)
            factories.check_in(cast, order)
    with count_queries() as five:
        assert "Place not known" in shown(bench, "/cars")
    assert len(five) == len(one) <= 3
    assert checked_in_order.number not in shown(sign_in(cast.stranger.id), "/cars")


def test_a_car_is_found_by_place_and_key_and_nothing_says_so(
    bench: CheckingClient, checked_in_order: ServiceOrder
) -> None:
    bench.post(
        f"/orders/{checked_in_order.id}/key-and-place/car", data={"place": "North 4", "zone": "finished"}
    )
    assert checked_in_order.number in shown(bench, "/cars?q=north4")
    assert checked_in_order.number not in shown(bench, "/cars?q=south")
    assert "Nothing found" in shown(bench, "/cars?q=south")


def test_an_empty_yard_says_so(cast: Cast, sign_in: SignIn) -> None:
    assert "No car is here" in shown(sign_in(cast.stranger.id), "/cars")


def test_an_order_without_a_check_in_record_begins_one(
    app: Flask, bench: CheckingClient, arrived_order: ServiceOrder
) -> None:
    bench.post(f"/orders/{arrived_order.id}/key-and-place/car", data={"place": "P1", "zone": "waiting"})
    with app.app_context():
        checkin = queries.find_checkin(arrived_order.id)
        assert checkin
        assert checkin.parking_place == "P1"
