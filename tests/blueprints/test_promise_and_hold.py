"""/orders/<id>/promise and /orders/<id>/hold: the promised time, and why a car waits."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales import clock
from aftersales.db import db
from aftersales.domain.messaging.models import Message
from aftersales.domain.service_orders.models import (
    ServiceOrder,
)
from aftersales.domain.service_orders.states import OrderState
from tests.blueprints.test_orders import AN_HOUR_LATER, events, form_of, see, values
from tests.cast import Cast
from tests.conftest import SignIn
from tests.factories import NOW, fresh
from tests.html import CheckingClient, parse, text_of


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 10:00 in Kraków."""
    monkeypatch.setattr(clock, "now", lambda: AN_HOUR_LATER)


@pytest.fixture
def advisor(cast: Cast, sign_in: SignIn) -> CheckingClient:
    return sign_in(cast.advisor.id)


# --- promised time ---


def promise(client: CheckingClient, order: ServiceOrder, **fields: str) -> tuple[int, str]:
    form = form_of(client, f"/orders/{order.id}/promise")
    answer = client.post(f"/orders/{order.id}/promise", data={**form, **fields})
    return answer.status_code, answer.text


def test_a_new_promise_has_a_reason_and_the_customer_is_told_at_once(
    app: Flask, cast: Cast, advisor: CheckingClient, accepted_order: ServiceOrder
) -> None:
    """ORD-3: 17:00 becomes 18:30 in the site's zone; the first promise is kept beside it."""
    status, _ = promise(
        advisor, accepted_order, promised_at="2026-05-12T18:30", reason="The disc comes late."
    )
    assert status == 303
    with app.app_context():
        order = fresh(accepted_order)
        assert order.promised_at == NOW + timedelta(hours=9, minutes=30)
        assert order.first_promised_at == NOW + timedelta(hours=8)
        told = db.session.scalars(select(Message).where(Message.purpose == "promise_changed")).all()
        assert sorted(one.channel for one in told) == ["email", "sms"]
        email = next(one.body for one in told if one.channel == "email")
        for word in ("18:30", "The disc comes late.", "sorry"):
            assert word in email
    assert "The disc comes late." in [reason for _, reason in events(app, accepted_order)]
    assert "first today 17:00" in see(advisor, f"/orders/{accepted_order.id}")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"promised_at": "2026-05-12T18:30", "reason": ""}, "Give a reason for the new promised time."),
        ({"promised_at": "2026-05-12T08:30", "reason": "sooner"}, "has to be in the future"),
        ({"promised_at": "tomorrow", "reason": "later"}, "Not a valid datetime value"),
        ({"promised_at": "", "reason": "later"}, "Enter the day and time."),
    ],
)
def test_a_promise_that_cannot_be_is_refused_and_what_was_typed_stays(
    app: Flask, advisor: CheckingClient, accepted_order: ServiceOrder, fields: dict[str, str], sentence: str
) -> None:
    status, text = promise(advisor, accepted_order, **fields)
    assert status == 422
    assert sentence in text_of(parse(text).root)
    assert {name: values(parse(text))[name] for name in fields} == fields
    with app.app_context():
        assert fresh(accepted_order).promised_at == NOW + timedelta(hours=8)
        assert db.session.query(Message).filter_by(purpose="promise_changed").count() == 0


def test_the_same_promise_again_is_no_news(
    app: Flask, advisor: CheckingClient, accepted_order: ServiceOrder
) -> None:
    before = events(app, accepted_order)
    assert promise(advisor, accepted_order)[0] == 303
    assert events(app, accepted_order) == before


# --- hold ---


def test_a_car_on_hold_says_why_and_goes_on_when_the_hold_is_taken_away(
    app: Flask, advisor: CheckingClient, accepted_order: ServiceOrder
) -> None:
    path = f"/orders/{accepted_order.id}/hold"
    data = {**form_of(advisor, path), "reason": "sublet", "note": "At the painter's"}
    assert advisor.post(path, data=data).status_code == 303
    assert "At the painter's" in see(advisor, f"/orders/{accepted_order.id}")
    with app.app_context():
        assert fresh(accepted_order).state is OrderState.IN_PROGRESS
    assert advisor.post(path, data={"release": "1"}).status_code == 303
    assert "No longer on hold" in see(advisor, f"/orders/{accepted_order.id}")


def test_a_hold_without_a_known_reason_is_refused(
    advisor: CheckingClient, accepted_order: ServiceOrder
) -> None:
    path = f"/orders/{accepted_order.id}/hold"
    answer = advisor.post(path, data={**form_of(advisor, path), "reason": "weather", "note": "Rain"})
    assert answer.status_code == 422
    assert values(parse(answer.text))["note"] == "Rain"


def test_a_closed_order_is_neither_held_nor_promised(
    app: Flask, advisor: CheckingClient, completed_order: ServiceOrder
) -> None:
    for path, data in (
        ("hold", {"reason": "other", "note": "x"}),
        ("promise", {"promised_at": "2026-06-01T10:00", "reason": "later"}),
    ):
        address = f"/orders/{completed_order.id}/{path}"
        assert advisor.post(address, data={**form_of(advisor, address), **data}).status_code == 409


# --- two people edit one order ---


def test_of_two_advisors_who_promise_a_time_the_second_sees_both(
    app: Flask, cast: Cast, advisor: CheckingClient, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """ORD-6: the order itself."""
    second, path = sign_in(cast.second_advisor.id), f"/orders/{accepted_order.id}/promise"
    mine = form_of(advisor, path)
    assert promise(second, accepted_order, promised_at="2026-05-12T19:00", reason="part late")[0] == 303
    answer = advisor.post(path, data={**mine, "promised_at": "2026-05-12T18:00", "reason": "lift broken"})
    assert answer.status_code == 409
    both = parse(answer.text).by_id("differences")
    assert both is not None
    words = text_of(both)
    assert "2026-05-12T18:00" in words
    assert "2026-05-12T19:00" in words
    assert advisor.post(path, data=values(parse(answer.text))).status_code == 303
    with app.app_context():
        assert fresh(accepted_order).promised_at == NOW + timedelta(hours=9)


def test_a_hold_over_somebody_elses_hold_shows_both(
    app: Flask, cast: Cast, advisor: CheckingClient, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """ORD-6."""
    second, path = sign_in(cast.second_advisor.id), f"/orders/{accepted_order.id}/hold"
    mine, theirs = form_of(advisor, path), form_of(second, path)
    assert (
        second.post(path, data={**theirs, "reason": "insurer", "note": "expert on Monday"}).status_code == 303
    )
    answer = advisor.post(path, data={**mine, "reason": "bay", "note": ""})
    assert answer.status_code == 409
    both = parse(answer.text).by_id("differences")
    assert both is not None
    assert "expert on Monday" in text_of(both)
    assert "Waits for the insurer" in text_of(both)


def test_who_may_promise_and_hold(cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder) -> None:
    for screen in ("promise", "hold"):
        path = f"/orders/{checked_in_order.id}/{screen}"
        assert sign_in(cast.manager.id).get(path).status_code == 200
        assert sign_in(cast.technician.id).get(path).status_code == 403
        assert sign_in(cast.stranger.id).get(path).status_code == 404
