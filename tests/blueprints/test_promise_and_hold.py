"""/orders/<id>/promise and /orders/<id>/hold: the promised time, and why a car waits."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales import clock
from aftersales.db import db
from aftersales.domain.messaging.models import Message
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import HoldReason, ServiceOrder
from tests.cast import Cast
from tests.conftest import SignIn
from tests.factories import NOW, fresh


@pytest.fixture(autouse=True)
def _eleven(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 11:00 in Kraków."""
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=2))


def order_now(app: Flask, order: ServiceOrder) -> ServiceOrder:
    with app.app_context():
        return fresh(order)


def told(app: Flask) -> list[str]:
    with app.app_context():
        return [
            message.purpose
            for message in db.session.scalars(select(Message))
            if message.purpose == "promise_changed"
        ]


def test_a_new_promise_is_kept_with_its_reason_and_the_customer_is_told(
    app: Flask, cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    """ORD-3: revisable with a reason; the customer is told at once. 18:30 in Kraków is 16:30 UTC in May."""
    before = order_now(app, checked_in_order).promised_at
    version = order_now(app, checked_in_order).version
    data = {"promised_at": "2026-05-12T18:30", "reason": "Part is late", "version": version}
    answer = sign_in(cast.advisor.id).post(f"/orders/{checked_in_order.id}/promise", data=data)
    assert answer.status_code == 303
    order = order_now(app, checked_in_order)
    assert order.promised_at == datetime(2026, 5, 12, 16, 30, tzinfo=UTC)
    assert order.first_promised_at == before
    with app.app_context():
        assert orders.list_events(order.id)[0].reason == "Part is late"
    assert set(told(app)) == {"promise_changed"}
    assert len(told(app)) == 2  # one by e-mail, one by SMS


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"promised_at": "2026-05-12T18:30", "reason": " "}, "Give a reason for the new promised time"),
        ({"promised_at": "2026-05-12T08:00", "reason": "x"}, "has to be in the future"),
        ({"promised_at": "", "reason": "Part is late"}, "Enter the day and time"),
    ],
)
def test_a_promise_that_cannot_be_right_keeps_what_was_typed(
    app: Flask,
    cast: Cast,
    sign_in: SignIn,
    checked_in_order: ServiceOrder,
    data: dict[str, str],
    sentence: str,
) -> None:
    version = order_now(app, checked_in_order).version
    answer = sign_in(cast.advisor.id).post(
        f"/orders/{checked_in_order.id}/promise", data={**data, "version": version}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page
    assert data["promised_at"] in page
    assert told(app) == []


def test_a_promise_made_from_an_old_page_is_refused(
    app: Flask, cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    """ORD-6: two people never overwrite each other's promise silently."""
    version = order_now(app, checked_in_order).version
    path = f"/orders/{checked_in_order.id}/promise"
    client = sign_in(cast.advisor.id)
    first = {"promised_at": "2026-05-12T18:30", "reason": "Part", "version": version}
    assert client.post(path, data=first).status_code == 303
    late = client.post(path, data={**first, "promised_at": "2026-05-12T19:00"})
    assert (late.status_code, "Somebody else changed this" in late.get_data(as_text=True)) == (409, True)
    assert order_now(app, checked_in_order).promised_at == datetime(2026, 5, 12, 16, 30, tzinfo=UTC)


def test_a_hold_is_a_flag_with_a_reason_and_ends(
    app: Flask, cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    client, path = sign_in(cast.manager.id), f"/orders/{checked_in_order.id}/hold"
    before = order_now(app, checked_in_order)
    state, version = before.state, before.version
    data = {"reason": "insurer", "note": "Expert comes Friday", "version": version}
    assert client.post(path, data=data).status_code == 303
    held = order_now(app, checked_in_order)
    assert (held.state, held.hold_reason, held.hold_note) == (
        state,
        HoldReason.INSURER,
        "Expert comes Friday",
    )
    assert "No longer on hold" in client.get(path).get_data(as_text=True)
    client.post(path, data={"release": "1"})
    assert order_now(app, checked_in_order).hold_reason is None


def test_who_may_promise_and_hold(cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder) -> None:
    for screen in ("promise", "hold"):
        path = f"/orders/{checked_in_order.id}/{screen}"
        assert sign_in(cast.manager.id).get(path).status_code == 200
        assert sign_in(cast.technician.id).get(path).status_code == 403
        assert sign_in(cast.stranger.id).get(path).status_code == 404
