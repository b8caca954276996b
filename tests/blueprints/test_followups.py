"""/follow-ups and /orders/…/calls: whom to call, and logging the call."""

from flask import Flask

from aftersales.domain.followups import queries
from aftersales.domain.service_orders.models import ServiceOrder
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.html import CheckingClient, parse, text_of

FORM = {"submission_id": "form-1", "was_reached": "yes", "is_content": "yes", "said": "Brakes are quiet now."}


def test_it_needs_a_sign_in(client: CheckingClient) -> None:
    assert client.get("/follow-ups").location.startswith("/sign-in")


def test_care_sees_whom_to_call(cast: Cast, sign_in: SignIn, completed_order: ServiceOrder) -> None:
    """FUP-2: the delivered car stands in the list with customer, phone and visit."""
    page = parse(sign_in(cast.care.id).get("/follow-ups").get_data(as_text=True))
    (row,) = [link for link in page.all("a") if link.get("class") == "item"]
    assert completed_order.number in text_of(row)
    assert row.get("href") == f"/orders/{completed_order.id}/calls"


def test_a_call_is_logged_and_leaves_the_list(
    cast: Cast, app: Flask, sign_in: SignIn, completed_order: ServiceOrder
) -> None:
    care = sign_in(cast.care.id)
    answer = care.post(f"/orders/{completed_order.id}/calls", data=FORM)
    assert (answer.status_code, answer.location) == (303, "/follow-ups")
    page = care.get("/follow-ups").get_data(as_text=True)
    assert "Nobody is to be called now" in page
    assert "Brakes are quiet now." in page


def test_what_was_typed_stays_when_something_is_missing(
    cast: Cast, app: Flask, sign_in: SignIn, completed_order: ServiceOrder
) -> None:
    answer = sign_in(cast.care.id).post(
        f"/orders/{completed_order.id}/calls", data={**FORM, "is_content": "no", "said": "It still rattles."}
    )
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "It still rattles." in page
    assert "Note what you promised to do about it." in page
    with app.app_context():
        assert queries.list_calls(completed_order.id) == []


def test_without_an_answer_to_whether_somebody_was_reached_nothing_is_logged(
    cast: Cast, sign_in: SignIn, completed_order: ServiceOrder
) -> None:
    answer = sign_in(cast.care.id).post(f"/orders/{completed_order.id}/calls", data={"said": "Hello"})
    assert answer.status_code == 422
    assert "Choose whether you reached the customer." in answer.get_data(as_text=True)


def test_a_technician_may_not_and_another_site_finds_nothing(
    cast: Cast, sign_in: SignIn, completed_order: ServiceOrder
) -> None:
    url = f"/orders/{completed_order.id}/calls"
    assert sign_in(cast.technician.id).post(url, data=FORM).status_code == 403
    assert sign_in(cast.stranger.id).post(url, data=FORM).status_code == 404
    assert sign_in(cast.stranger.id).get(url).status_code == 404


def test_the_list_costs_three_queries(
    cast: Cast, sign_in: SignIn, completed_order: ServiceOrder, count_queries: CountQueries
) -> None:
    care = sign_in(cast.care.id)
    with count_queries() as seen:
        care.get("/follow-ups")
    assert len(seen) == 3
