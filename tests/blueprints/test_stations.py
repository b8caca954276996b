"""/orders/<id>/check-in/stations/<station>/skip"""

from flask import Flask

from aftersales.domain.checkins import queries
from aftersales.domain.checkins.kinds import Station
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.html import CheckingClient


def base(order: ServiceOrder) -> str:
    return f"/orders/{order.id}/check-in/stations/vin"


def reasons(app: Flask, order: ServiceOrder) -> dict[Station, str]:
    with app.app_context():
        around = queries.walkaround_of(factories.fresh(order), queries.find_checkin(order.id))
        return {station: skip.reason for station, skip in around.skips.items()}


def test_a_required_photo_is_skipped_from_its_tile(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    """CHK-2"""
    walk = f"/orders/{order.id}/check-in/walk-around"
    assert f"{base(order)}/skip" in desk.get(walk).text
    assert "It does not open" in desk.get(f"{base(order)}/skip").text
    answer = desk.post(f"{base(order)}/skip", data={"reason": "too_dark", "submission_id": "tablet-skip-1"})
    assert answer.headers["Location"].endswith("/walk-around#photo-vin")
    assert "Skipped: Too dark" in desk.get(walk).text
    assert "Take it after all" in desk.get(f"{base(order)}/skip").text


def test_other_words_count_more_than_the_usual_reason(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    desk.post(f"{base(order)}/skip", data={"reason": "too_dark", "words": "A dog sits in the car"})
    assert reasons(app, order) == {Station.VIN: "A dog sits in the car"}


def test_the_queue_posts_a_reason_in_words_twice_and_hears_204(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    for _ in range(2):
        answer = desk.post(
            f"{base(order)}/skip",
            data={"reason": "Bonnet does not open", "submission_id": "tablet-skip-1"},
            headers={"HX-Request": "true"},
        )
        assert answer.status_code == 204
    assert reasons(app, order) == {Station.VIN: "Bonnet does not open"}


def test_no_reason_is_refused_with_a_sentence(app: Flask, desk: CheckingClient, order: ServiceOrder) -> None:
    answer = desk.post(f"{base(order)}/skip", data={})
    assert answer.status_code == 422
    assert "Say why this photo is not taken." in answer.text
    assert reasons(app, order) == {}


def test_what_was_typed_too_long_stays_in_the_form(desk: CheckingClient, order: ServiceOrder) -> None:
    answer = desk.post(f"{base(order)}/skip", data={"words": "x" * 201})
    assert answer.status_code == 422
    assert "x" * 201 in answer.text


def test_a_skip_is_taken_back(app: Flask, desk: CheckingClient, order: ServiceOrder) -> None:
    desk.post(f"{base(order)}/skip", data={"reason": "too_dark"})
    assert desk.post(f"{base(order)}/unskip", data={}).status_code == 303
    assert reasons(app, order) == {}


def test_who_may_not_and_what_is_not_there(
    cast: Cast, order: ServiceOrder, desk: CheckingClient, sign_in: SignIn
) -> None:
    assert sign_in(cast.technician.id).get(f"{base(order)}/skip").status_code == 403
    stranger = sign_in(cast.stranger.id)
    assert stranger.get(f"{base(order)}/skip").status_code == 404
    assert stranger.post(f"{base(order)}/skip", data={"reason": "too_dark"}).status_code == 404
    assert stranger.post(f"{base(order)}/unskip", data={}).status_code == 404
    assert desk.get(f"/orders/{order.id}/check-in/stations/wing/skip").status_code == 404


def test_the_covers_come_first_and_the_walk_around_says_so(desk: CheckingClient, order: ServiceOrder) -> None:
    """CHK-2: protective covers are fitted first, in the customer's sight."""
    walk = f"/orders/{order.id}/check-in/walk-around"
    assert "First fit the covers" in desk.get(walk).text
    car = {"version": "0", "covers_fitted": "y", "old_parts": "dispose", "contact_way": "phone"}
    assert desk.post(f"/orders/{order.id}/check-in", data=car).status_code == 303
    assert "First fit the covers" not in desk.get(walk).text
