"""The outbox page: what was written to customers, following a link, sending again."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, update

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.messaging.models import Message, MessageState
from aftersales.domain.service_orders.models import ServiceOrder
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.html import CheckingClient, parse, text_of


@pytest.fixture
def messages(app: Flask, checked_in_order: ServiceOrder) -> list[int]:
    """An e-mail and an SMS that wait."""
    with app.app_context(), transaction():
        order = db.session.get_one(ServiceOrder, checked_in_order.id)
        return [one.id for one in messaging.queue("new_link", order=order, dedupe_key="x", now=clock.now())]


@pytest.fixture
def advisor(cast: Cast, sign_in: SignIn) -> CheckingClient:
    return sign_in(cast.advisor.id)


def set_state(app: Flask, message_id: int, state: MessageState, error: str = "") -> None:
    with app.app_context(), transaction():
        db.session.execute(update(Message).where(Message.id == message_id).values(state=state, error=error))


def test_each_message_can_be_opened_and_its_link_followed(
    advisor: CheckingClient, messages: list[int]
) -> None:
    """PLT-2: the embedded default keeps messages on the outbox page."""
    listed = text_of(parse(advisor.get("/outbox").text).root)
    assert "New link" in listed and "+48601234567" in listed
    page = advisor.get(f"/outbox/{messages[0]}")
    assert "[the customer's link]" in text_of(parse(page.text).root).replace("&#39;", "'")
    assert "/c/" not in page.text
    followed = advisor.post(f"/outbox/{messages[0]}/link")
    assert followed.status_code == 303
    assert advisor.get(followed.headers["Location"]).status_code == 200


def test_where_messages_really_go_out_the_link_is_the_customers_alone(
    advisor: CheckingClient, app: Flask, messages: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = replace(app.extensions["aftersales.settings"], smtp_url="smtp://mail.example.org")
    monkeypatch.setitem(app.extensions, "aftersales.settings", real)

    assert advisor.post(f"/outbox/{messages[0]}/link").status_code == 409


def test_a_failed_message_says_why_and_is_sent_once_more(
    advisor: CheckingClient, app: Flask, messages: list[int]
) -> None:
    set_state(app, messages[1], MessageState.FAILED, "The SMS gateway refuses this message (400).")
    trouble = text_of(parse(advisor.get("/outbox?show=trouble").text).root)
    assert "The SMS gateway refuses this message" in trouble and "katarzyna@example.org" not in trouble

    assert advisor.post(f"/outbox/{messages[1]}/sending").status_code == 303
    with app.app_context():
        assert len(db.session.scalars(select(Message.id)).all()) == 3


def test_a_message_that_waits_is_not_sent_twice(advisor: CheckingClient, messages: list[int]) -> None:
    assert advisor.post(f"/outbox/{messages[0]}/sending").status_code == 409


def test_an_uncertain_message_warns_before_it_is_sent_again(
    advisor: CheckingClient, app: Flask, messages: list[int]
) -> None:
    set_state(app, messages[0], MessageState.UNCERTAIN, "We were interrupted while sending.")
    assert "Nobody knows whether it arrived" in advisor.get(f"/outbox/{messages[0]}").text


def test_who_may_see_messages(
    client: CheckingClient, cast: Cast, sign_in: SignIn, messages: list[int]
) -> None:
    url = f"/outbox/{messages[0]}"
    assert "/sign-in" in client.get(url).headers["Location"]
    assert sign_in(cast.stranger.id).get(url).status_code == 404
    assert sign_in(cast.with_role(Role.TECHNICIAN).id).get(url).status_code == 403
    assert sign_in(cast.with_role(Role.CASHIER).id).get(url).status_code == 200
    assert sign_in(cast.with_role(Role.CASHIER).id).post(f"{url}/sending").status_code == 403


def test_the_list_takes_three_queries_however_long_it_is(
    advisor: CheckingClient, app: Flask, checked_in_order: ServiceOrder, count_queries: CountQueries
) -> None:
    with app.app_context(), transaction():
        order = db.session.get_one(ServiceOrder, checked_in_order.id)
        for number in range(40):
            messaging.queue("new_link", order=order, dedupe_key=str(number), now=clock.now())
    advisor.get("/outbox")
    with count_queries() as seen:
        page = advisor.get("/outbox")
    assert len(seen) <= 3, "\n".join(seen)
    assert "Show more" in page.text


def test_the_pages_of_the_list_follow_on_each_other(
    advisor: CheckingClient, app: Flask, checked_in_order: ServiceOrder
) -> None:
    import re

    with app.app_context(), transaction():
        order = db.session.get_one(ServiceOrder, checked_in_order.id)
        for number in range(40):
            messaging.queue("new_link", order=order, dedupe_key=str(number), now=clock.now())
    first = advisor.get("/outbox").text
    older = re.search(r'href="([^"]+)" rel="next"', first)
    assert older
    second = advisor.get(older[1].replace("&amp;", "&")).text
    ids = [set(re.findall(r'href="/outbox/(\d+)"', page)) for page in (first, second)]
    assert (len(ids[0]), len(ids[1]), ids[0] & ids[1]) == (50, 30, set())
