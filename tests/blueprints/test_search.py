"""Search from every page."""

import pytest
from flask import Flask

from aftersales.db import transaction
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn


def test_the_page_and_its_part_find_the_car(cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder) -> None:
    """STEP-1"""
    client = sign_in(cast.advisor.id)
    plate = arrived_order.vehicle.plate
    page, part = (
        client.get("/search", query_string={"q": plate}),
        client.hx_get("/search", query_string={"q": plate}),
    )
    assert plate in page.text
    assert plate in part.text
    assert "<html" in page.text
    assert "<html" not in part.text
    assert part.headers["Vary"].count("HX-Request")


def test_a_technician_finds_cars_but_no_customers(
    cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder
) -> None:
    """PLT-3"""
    client = sign_in(cast.technician.id)
    assert "Katarzyna" not in client.get("/search", query_string={"q": arrived_order.vehicle.plate}).text
    assert arrived_order.vehicle.plate not in client.get("/search?q=katarzyna").text


@pytest.mark.parametrize(
    "text", ["", "x", "no such thing", "<script>alert(1)</script>", "'; DROP TABLE vehicles; --"]
)
def test_what_finds_nothing_says_what_to_do(text: str, cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.advisor.id).get("/search", query_string={"q": text})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_three_queries_however_much_is_found(
    app: Flask, cast: Cast, sign_in: SignIn, count_queries: CountQueries
) -> None:
    """The person with the count of tasks, and the search itself."""
    with app.app_context(), transaction():
        for _ in range(15):
            factories.open_order(cast)
    client = sign_in(cast.advisor.id)
    with count_queries() as seen:
        assert "KR 7P" in client.get("/search?q=kr7p").text
    assert len(seen) <= 3
