"""GET /tasks: what waits for the person at the screen."""

from flask import Flask

from aftersales.domain.service_orders.models import ServiceOrder
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.html import CheckingClient, parse, text_of


def test_it_needs_a_sign_in(client: CheckingClient) -> None:
    answer = client.get("/tasks")
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")


def test_the_manager_sees_the_car_that_waits_for_a_technician(
    cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    """STEP-3: the task stands in its owner's list with its car, a due time and a link to its screen."""
    page = parse(sign_in(cast.manager.id).get("/tasks").get_data(as_text=True))
    (row,) = [link for link in page.all("a") if "item" in (link.get("class") or "")]
    assert "Assign technician" in text_of(row)
    assert checked_in_order.number in text_of(row)
    assert row.get("href") == f"/orders/{checked_in_order.id}/assignment"


def test_an_overdue_task_says_so(cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder) -> None:
    # The situations happened on a day in the past, so their due time is over.
    assert "Overdue since" in sign_in(cast.manager.id).get("/tasks").get_data(as_text=True)


def test_the_rail_counts_what_waits(cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder) -> None:
    page = parse(sign_in(cast.manager.id).get("/tasks").get_data(as_text=True))
    (badge,) = [each for each in page.all("span") if each.get("class") == "badge"]
    assert text_of(badge).endswith("1")


def test_the_rail_counts_nothing_of_others_who_are_signed_in(
    cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    manager, technician = sign_in(cast.manager.id), sign_in(cast.technician.id)
    assert "badge" in manager.get("/tasks").get_data(as_text=True)
    page = parse(technician.get("/tasks").get_data(as_text=True))
    assert not [each for each in page.all("span") if each.get("class") == "badge"]


def test_other_peoples_tasks_are_not_shown(
    cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    for person in (cast.technician, cast.other_manager):
        page = sign_in(person.id).get("/tasks").get_data(as_text=True)
        assert checked_in_order.number not in page
        assert "Nothing waits for you" in page


def test_the_list_costs_two_queries_however_long(
    cast: Cast, app: Flask, sign_in: SignIn, checked_in_order: ServiceOrder, count_queries: CountQueries
) -> None:
    client = sign_in(cast.manager.id)
    with count_queries() as seen:
        client.get("/tasks")
    assert len(seen) == 2
