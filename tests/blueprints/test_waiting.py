"""What tablets rely on that may lose the network: recognisable answers, the session, single fields, the signature."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.checkins import operations as checkins
from aftersales.domain.checkins import queries
from aftersales.domain.checkins.models import Entry
from aftersales.domain.documents.models import Signature
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.blueprints.test_checkin import picture
from tests.cast import Cast
from tests.conftest import SignIn
from tests.html import CheckingClient

ITEM = {"Aftersales-Item": "tablet-1", "HX-Request": "true"}


@pytest.fixture
def order(app: Flask, cast: Cast) -> ServiceOrder:
    with app.app_context(), transaction():
        order = factories.open_order(cast, now=clock.now())
        checkins.arrive(order.id, site_id=order.site_id, actor=cast.advisor.actor(), now=clock.now())
        return order


def fields(order: ServiceOrder) -> str:
    return f"/orders/{order.id}/check-in/fields"


def test_every_answer_says_that_it_is_ours(client: CheckingClient, desk: CheckingClient) -> None:
    """CHK-11: a hotel's sign-in page does not; so what waits goes on waiting."""
    for path in ("/sign-in", "/no-such-page", "/static/app.css", "/sw.js"):
        assert client.get(path).headers["Aftersales"] == "1", path
    assert desk.get("/today").headers["Aftersales"] == "1"


def test_an_item_of_the_queue_is_answered_with_its_id(desk: CheckingClient, order: ServiceOrder) -> None:
    answer = desk.post(fields(order), data={"name": "key_tag", "value": "17"}, headers=ITEM)
    assert (answer.status_code, answer.headers["Aftersales-Item"]) == (204, "tablet-1")


def test_an_item_waits_until_somebody_signs_in(client: CheckingClient, order: ServiceOrder) -> None:
    """Not a redirect to the sign-in page, which would look like an arrival."""
    assert (
        client.post(fields(order), data={"name": "key_tag", "value": "17"}, headers=ITEM).status_code == 401
    )
    assert client.post(fields(order), data={}).status_code == 303


@pytest.mark.parametrize("value", ["", "x" * 65, "two words", "new\nline"])
def test_an_id_that_is_none_is_not_echoed(client: CheckingClient, value: str) -> None:
    answer = client.get("/sign-in", headers={"Aftersales-Item": value.replace("\n", " ")})
    assert "Aftersales-Item" not in answer.headers


def test_the_session_says_who_is_signed_in(client: CheckingClient, desk: CheckingClient, cast: Cast) -> None:
    nobody = client.get("/waiting/session")
    assert nobody.json == {"person": 0, "csrf": ""}
    assert "Set-Cookie" not in nobody.headers  # the form of the sign-in page would be too old
    answer = desk.get("/waiting/session")
    assert answer.json["person"] == cast.advisor.id  # type: ignore[index]
    assert answer.json["csrf"]  # type: ignore[index]
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_page_of_what_waits_needs_a_sign_in(client: CheckingClient, desk: CheckingClient) -> None:
    assert client.get("/waiting").status_code == 303
    assert "On this tablet" in desk.get("/waiting").text


def test_a_field_is_kept_and_twice_is_once(app: Flask, desk: CheckingClient, order: ServiceOrder) -> None:
    """CHK-11"""
    data = {"name": "odometer", "value": "118,420", "before": "", "submission_id": "tablet-1"}
    for _ in range(2):
        assert desk.hx_post(fields(order), data=data).status_code == 204
    with app.app_context():
        checkin = queries.find_checkin(order.id)
        assert checkin is not None
        assert checkin.odometer == 118_420
        assert db.session.query(Entry).count() == 1


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("odometer", "many", "Enter a whole number"),
        ("charge_percent", "140", "between 0 and 100"),
        ("old_parts", "sell", "Not a valid choice"),
    ],
)
def test_a_field_that_is_wrong_is_refused_with_its_own_sentence(
    desk: CheckingClient, order: ServiceOrder, name: str, value: str, words: str
) -> None:
    answer = desk.hx_post(fields(order), data={"name": name, "value": value})
    assert answer.status_code == 422
    assert words in answer.headers["HX-Trigger"]


@pytest.mark.parametrize("name", ["version", "csrf_token", "signed_at", "", "is_odometer_confirmed"])
def test_what_is_no_field_is_not_found(desk: CheckingClient, order: ServiceOrder, name: str) -> None:
    assert desk.hx_post(fields(order), data={"name": name, "value": "1"}).status_code == 404


def test_a_technician_and_another_site_set_no_fields(
    sign_in: SignIn, cast: Cast, order: ServiceOrder
) -> None:
    data = {"name": "key_tag", "value": "17"}
    assert sign_in(cast.technician.id).post(fields(order), data=data).status_code == 403
    assert sign_in(cast.stranger.id).post(fields(order), data=data).status_code == 404


def test_two_values_are_shown_side_by_side_and_one_is_chosen(
    app: Flask, sign_in: SignIn, desk: CheckingClient, cast: Cast, order: ServiceOrder
) -> None:
    """CHK-11: with author and time of both."""
    other = sign_in(cast.second_advisor.id)
    desk.post(fields(order), data={"name": "key_tag", "value": "A7", "before": ""})
    other.post(fields(order), data={"name": "key_tag", "value": "B12", "before": ""})
    assert "set differently on two tablets" in desk.get(f"/orders/{order.id}/check-in").text
    page = desk.get(f"{fields(order)}/conflicts").text
    for words in ("A7", cast.advisor.name, "B12", cast.second_advisor.name, "Key tag"):
        assert words in page
    with app.app_context():
        entry = db.session.query(Entry).filter_by(value="B12").one()
    chosen = desk.post(f"{fields(order)}/conflicts/{entry.id}", data={"choice": "ours"})
    assert chosen.status_code == 303
    with app.app_context():
        checkin = queries.find_checkin(order.id)
        assert checkin is not None
        assert (checkin.key_tag, checkin.open_conflicts) == ("B12", 0)
    assert "Nothing to choose" in desk.get(f"{fields(order)}/conflicts").text


@pytest.mark.parametrize(
    ("ahead", "words"), [(timedelta(hours=3), "ahead"), (timedelta(days=-400), "behind")]
)
def test_a_wrong_clock_of_the_tablet_is_corrected_by_how_far_it_is_off(
    app: Flask,
    desk: CheckingClient,
    order: ServiceOrder,
    ahead: timedelta,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """CHK-3: ten minutes waited are ten minutes, whatever the tablet's clock says."""
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    sent = now + ahead
    desk.post(
        f"/orders/{order.id}/check-in/photos",
        data={
            "station": "left", "photo": (BytesIO(picture().read_bytes()), "p.jpg"), "photo_id": "tablet-photo-1",
            "taken_at": (sent - timedelta(minutes=10)).isoformat(), "sent_at": sent.isoformat(),
        },
        content_type="multipart/form-data",
    )  # fmt: skip
    with app.app_context():
        taken = db.session.query(Attachment).one().taken_at
    assert taken == now - timedelta(minutes=10), words


def sign_on_tablet(desk: CheckingClient, order: ServiceOrder, statement: bytes):  # type: ignore[no-untyped-def]
    return desk.post(
        f"/orders/{order.id}/check-in/signature/tablet",
        data={
            "statement": (BytesIO(statement), "statement.json"), "order_digest": "0" * 64, "here_name": "Katarzyna Mazur",
            "consent": "I order this.", "submission_id": "tablet-signature-1",
        },
        content_type="multipart/form-data",
        headers=ITEM,
    )  # fmt: skip


def test_what_was_signed_on_the_tablet_is_kept_byte_for_byte(
    app: Flask, desk: CheckingClient, order: ServiceOrder
) -> None:
    """CHK-11: here on an order that is not ready for it: it is kept with the reason, and the page says so."""
    statement = json.dumps({"order": {"number": order.number}, "name": "Łukasz"}, ensure_ascii=False).encode()
    assert sign_on_tablet(desk, order, statement).status_code == 200
    with app.app_context():
        signature = db.session.query(Signature).one()
    assert desk.get(f"/documents/{signature.document_id}.pdf").data == statement
    page = desk.get(f"/orders/{order.id}/check-in/signature").text
    assert "A signature does not count" in page
    assert signature.set_aside_reason in page


@pytest.mark.parametrize("statement", [b"", b"{not json", b"[" * 500_000])
def test_a_statement_that_is_none_is_refused(
    desk: CheckingClient, order: ServiceOrder, statement: bytes
) -> None:
    assert sign_on_tablet(desk, order, statement).status_code == 422


def test_the_pages_of_a_check_in_name_what_has_to_open_without_network(
    desk: CheckingClient, order: ServiceOrder
) -> None:
    """CHK-11"""
    page = desk.get(f"/orders/{order.id}/check-in").text
    for path in ("check-in/walk-around", "check-in/jobs", "check-in/signature"):
        assert f"/orders/{order.id}/{path}" in page
