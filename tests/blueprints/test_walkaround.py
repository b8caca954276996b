"""/orders/<id>/check-in: photos of the stations, damage on the map, things left."""

from io import BytesIO

import pytest
from flask import Flask

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.checkins.models import Belonging, Damage
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites.models import Site
from tests import factories
from tests.blueprints.test_checkin import photo
from tests.cast import Cast
from tests.conftest import SignIn
from tests.html import CheckingClient


def test_a_photo_arrives_once_with_time_and_author(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    """CHK-3"""
    for _ in range(2):
        photo(desk, order, "left", photo_id="tablet-1-photo-1")
    with app.app_context():
        kept = db.session.query(Attachment).one()
        assert (kept.client_id, kept.author_name) == ("tablet-1-photo-1", "Marta Zielińska")
    assert desk.get(f"/photos/{kept.id}/thumb").status_code == 200


def test_something_that_is_no_picture_is_refused_with_its_reason(
    desk: CheckingClient, order: ServiceOrder
) -> None:
    answer = desk.post(
        f"/orders/{order.id}/check-in/photos",
        data={"station": "left", "photo": (BytesIO(b"<svg onload=alert(1)>"), "p.jpg")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert "picture" in answer.text.lower() or "photo" in answer.text.lower()


def test_an_unknown_station_is_not_found(desk: CheckingClient, order: ServiceOrder) -> None:
    assert photo(desk, order, "exhaust").status_code == 404


def test_a_damage_stands_on_the_map_and_in_the_list(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    """CHK-4"""
    pin = {"submission_id": "tablet-1-pin-1", "zone": "door-rl", "x": "112", "y": "462", "kind": "scratch",
           "severity": "medium", "size_cm": "8"}  # fmt: skip
    part = desk.hx_post(f"/orders/{order.id}/check-in/damages", data=pin).text
    assert "Scratch, 8 cm" in part
    assert "A: Scratch, Medium, Rear door, left" in part
    desk.hx_post(f"/orders/{order.id}/check-in/damages", data=pin)
    page = desk.get(f"/orders/{order.id}/check-in/walk-around").text
    assert page.count("A: Scratch, Medium, Rear door, left") == 1
    with app.app_context():
        (found,) = db.session.query(Damage)
    changed = desk.post(
        f"/orders/{order.id}/check-in/damages/{found.id}",
        data={"kind": "dent", "severity": "heavy", "size_cm": "9"},
    )
    assert changed.status_code == 303
    assert "Dent, 9 cm" in desk.get(f"/orders/{order.id}/check-in/walk-around").text
    desk.post(f"/orders/{order.id}/check-in/damages/{found.id}/void")
    assert "Dent, 9 cm" not in desk.get(f"/orders/{order.id}/check-in/walk-around").text


@pytest.mark.parametrize("ask", ["post", "hx_post"])
def test_a_size_that_cannot_be_keeps_what_was_typed(
    ask: str, desk: CheckingClient, order: ServiceOrder
) -> None:
    answer = getattr(desk, ask)(
        f"/orders/{order.id}/check-in/damages",
        data={"zone": "roof", "kind": "dent", "severity": "light", "size_cm": "9000", "note": "hail"},
    )
    assert answer.status_code == 422
    assert "9000" in answer.text
    assert "hail" in answer.text


def test_things_left_are_listed(app: Flask, desk: CheckingClient, order: ServiceOrder) -> None:
    """CHK-5"""
    address = f"/orders/{order.id}/check-in/belongings"
    assert (
        "Child seat"
        in desk.hx_post(address, data={"submission_id": "t-1", "what": "Child seat", "box": "12"}).text
    )
    assert desk.hx_post(address, data={"submission_id": "t-2", "what": " "}).status_code == 422
    with app.app_context():
        (thing,) = db.session.query(Belonging)
    assert "Child seat</strong>" not in desk.hx_post(f"{address}/{thing.id}/void").text


def test_the_site_says_which_photos_it_requires(
    app: Flask, cast: Cast, desk: CheckingClient, order: ServiceOrder
) -> None:
    """CHK-2"""
    with app.app_context(), transaction():
        db.session.get_one(Site, cast.site.id).settings = {"walkaround.required": ["boot"]}
    page = desk.get(f"/orders/{order.id}/check-in/walk-around").text
    assert "0 of 1 required" in page
    assert "Photo 12: Boot and spare wheel" in page


def test_known_damage_is_seen_again_in_one_tap(
    app: Flask, cast: Cast, desk: CheckingClient, sign_in: SignIn
) -> None:
    """CHK-4"""
    with app.app_context(), transaction():
        car = factories.vehicle(cast)
        first = factories.open_order(cast, car=car)
    pin = {"zone": "door-rl", "kind": "scratch", "severity": "light", "submission_id": "tablet-pin-1"}
    assert desk.post(f"/orders/{first.id}/check-in/damages", data=pin).status_code == 303
    with app.app_context(), transaction():
        factories.check_in(cast, factories.fresh(first))
        again = factories.open_order(cast, car=car, now=clock.now())
    with app.app_context():
        known = db.session.query(Damage).one()
    base = f"/orders/{again.id}/check-in"
    desk.post(f"{base}/belongings", data={"what": "Umbrella", "submission_id": "begin"})
    address = f"{base}/damages/{known.id}/sighting"
    assert address in desk.get(f"{base}/walk-around").text
    for _ in range(2):
        answer = desk.post(
            address, data={"is_there": "0", "submission_id": "tablet-look-1"}, headers={"HX-Request": "true"}
        )
        assert answer.status_code == 200
        assert "repaired" in answer.text
    desk.post(address, data={"is_there": "1", "submission_id": "tablet-look-2"})
    assert "still there" in desk.get(f"{base}/walk-around").text
    assert sign_in(cast.stranger.id).post(address, data={"is_there": "0"}).status_code == 404
