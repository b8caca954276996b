"""The outbox: queueing once, claiming, quiet hours, consent, backing off, sending again."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from aftersales.db import db, transaction
from aftersales.domain.customers.models import Channel, Customer
from aftersales.domain.errors import NotPermitted, Refused
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.messaging import rules
from aftersales.domain.messaging.models import Message, MessageState
from aftersales.domain.messaging.purposes import PURPOSES
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.i18n import LANGUAGES
from tests.cast import Cast
from tests.factories import NOW
from tests.races import at_once, in_transaction

NIGHT = datetime(2026, 5, 12, 21, 0, tzinfo=UTC)
"""23:00 in Kraków."""


def queue(
    order: ServiceOrder, purpose: str = "promise_changed", key: str = "visit", **values: object
) -> list[Message]:
    with transaction():
        fresh = db.session.get_one(ServiceOrder, order.id)
        return messaging.queue(purpose, order=fresh, dedupe_key=key, now=NOW, **values)


def claim(message: Message, now: datetime = NOW, *, takes_reference: bool = True) -> Message | None:
    with transaction():
        return messaging.claim(message.id, now=now, takes_reference=takes_reference)


def state_of(message: Message) -> MessageState:
    return db.session.get_one(Message, message.id, populate_existing=True).state


def test_one_event_is_told_once_per_channel(checked_in_order: ServiceOrder) -> None:
    first, again = queue(checked_in_order), queue(checked_in_order)

    assert [message.channel for message in first] == [Channel.EMAIL, Channel.SMS]
    assert again == []
    assert len(queue(checked_in_order, key="another visit")) == 2


def test_the_same_event_queued_by_many_at_once_is_told_once(
    app: Flask, checked_in_order: ServiceOrder
) -> None:
    order_id = checked_in_order.id

    def act() -> list[Message]:
        order = db.session.get_one(ServiceOrder, order_id)
        return messaging.queue("promise_changed", order=order, dedupe_key="visit", now=NOW)

    with transaction():  # the order's link is there before, so that all race for the messages alone
        messaging.queue("new_link", order=db.session.get_one(ServiceOrder, order_id), dedupe_key="x", now=NOW)
    db.session.remove()
    at_once(app, *[in_transaction(act)] * 6)
    count = select(func.count()).select_from(Message).where(Message.purpose == "promise_changed")
    assert db.session.scalar(count) == 2


def test_a_message_is_claimed_by_one_worker(app: Flask, checked_in_order: ServiceOrder) -> None:
    message_id = queue(checked_in_order)[1].id
    db.session.remove()
    won = at_once(
        app, *[in_transaction(lambda: messaging.claim(message_id, now=NOW, takes_reference=True))] * 6
    )
    assert sum(one is not None for one in won) == 1


def test_what_a_dead_worker_left_is_taken_over_only_where_the_provider_knows_our_reference(
    checked_in_order: ServiceOrder,
) -> None:
    email, sms = queue(checked_in_order)
    assert claim(email) and claim(sms)
    early, late = NOW + timedelta(minutes=1), NOW + rules.LEASE + timedelta(seconds=1)

    assert claim(sms, early) is None
    taken = claim(sms, late)
    assert taken is not None and taken.attempts == 2
    assert claim(email, late, takes_reference=False) is None
    with transaction():
        assert messaging.give_up_lost(email.id, now=late)
    assert state_of(email) is MessageState.UNCERTAIN


def test_only_the_latest_try_is_recorded(checked_in_order: ServiceOrder) -> None:
    """A worker that comes back after its lease finds that somebody else has taken over."""
    sms = queue(checked_in_order)[1]
    claim(sms)
    claim(sms, NOW + rules.LEASE + timedelta(seconds=1))
    with transaction():
        assert not messaging.note_failed(sms.id, 1, error="late news")
        assert messaging.note_sent(sms.id, 2, reference="sms-1", now=NOW)
    assert state_of(sms) is MessageState.SENT


def test_quiet_hours_are_asked_at_delivery(cast: Cast, checked_in_order: ServiceOrder) -> None:
    """STEP-15: at 23:00 in Kraków the SMS waits until 08:00 there."""
    sms = queue(checked_in_order)[1]
    assert claim(sms, NIGHT) is None

    waiting = db.session.get_one(Message, sms.id, populate_existing=True)
    assert (waiting.state, waiting.not_before_at, waiting.attempts) == (
        MessageState.QUEUED, datetime(2026, 5, 13, 6, 0, tzinfo=UTC), 0,
    )  # fmt: skip
    assert claim(sms, waiting.not_before_at) is not None


def test_the_answer_to_the_customers_own_deed_does_not_wait_for_the_morning(
    checked_in_order: ServiceOrder,
) -> None:
    sms = queue(checked_in_order, "new_link")[1]
    assert claim(sms, NIGHT) is not None


def test_consent_is_asked_at_delivery(checked_in_order: ServiceOrder) -> None:
    sms = queue(checked_in_order)[1]
    with transaction():
        db.session.get_one(Customer, checked_in_order.customer_id).may_sms = False
    assert claim(sms) is None
    assert state_of(sms) is MessageState.CANCELLED


@pytest.mark.parametrize(
    ("local_hour", "quiet_from", "quiet_until", "waits_hours"),
    [(22, 20, 8, 10), (3, 20, 8, 5), (8, 20, 8, 0), (19, 20, 8, 0), (13, 12, 14, 1), (5, 0, 0, 0)],
)
def test_quiet_hours_end_on_the_sites_own_clock(
    local_hour: int, quiet_from: int, quiet_until: int, waits_hours: int
) -> None:
    now = datetime(2026, 5, 12, local_hour - 2 if local_hour >= 2 else local_hour + 22, tzinfo=UTC)
    later = rules.after_quiet_hours(
        now, timezone="Europe/Warsaw", quiet_from=quiet_from, quiet_until=quiet_until
    )
    assert later - now == timedelta(hours=waits_hours)


def test_the_night_of_the_clock_change_is_an_hour_shorter() -> None:
    """On 29 March 2026 Kraków skips from 02:00 to 03:00: from 22:00 to 08:00 are nine hours."""
    now = datetime(2026, 3, 28, 21, 0, tzinfo=UTC)
    later = rules.after_quiet_hours(now, timezone="Europe/Warsaw", quiet_from=20, quiet_until=8)
    assert later - now == timedelta(hours=9)


def test_tries_go_on_for_more_than_four_hours_and_then_end() -> None:
    now, waits = NOW, []
    while (again := rules.retry_at(len(waits) + 1, now)) is not None:
        waits.append(again - now)
        now = again
    assert now - NOW >= timedelta(hours=4)
    assert waits == sorted(waits)


def test_a_pause_that_the_provider_asks_for_is_kept_up_to_two_hours() -> None:
    assert rules.retry_at(1, NOW, asked_seconds=600) == NOW + timedelta(minutes=10)
    assert rules.retry_at(1, NOW, asked_seconds=10**6) == NOW + timedelta(hours=2)


def test_the_reference_is_the_same_on_each_try_and_differs_between_messages() -> None:
    assert rules.reference_of("quotation:7:sms") == rules.reference_of("quotation:7:sms")
    assert rules.reference_of("quotation:7:sms") != rules.reference_of("quotation:7:email")


def test_sending_again_is_a_row_of_its_own_to_the_present_address(
    cast: Cast, checked_in_order: ServiceOrder
) -> None:
    sms = queue(checked_in_order)[1]
    actor = cast.advisor.actor()
    with pytest.raises(Refused, match="still waits"), transaction():
        messaging.send_again(sms.id, site_id=cast.site.id, actor=actor, now=NOW)
    with transaction():
        claimed = messaging.claim(sms.id, now=NOW, takes_reference=True)
        assert claimed
        messaging.note_failed(sms.id, claimed.attempts, error="wrong number")
        db.session.get_one(Customer, checked_in_order.customer_id).phone_normalised = "+48600000001"
    with transaction():
        again = messaging.send_again(sms.id, site_id=cast.site.id, actor=actor, now=NOW)

    assert (again.recipient, again.state, again.body) == ("+48600000001", MessageState.QUEUED, sms.body)
    assert state_of(sms) is MessageState.FAILED
    with pytest.raises(NotPermitted), transaction():
        messaging.send_again(sms.id, site_id=cast.site.id, actor=cast.technician.actor(), now=NOW)


def test_the_link_is_put_in_at_sending_and_stored_nowhere(checked_in_order: ServiceOrder) -> None:
    for message in queue(checked_in_order):
        assert "{link}" in message.body
        assert "http://localhost/c/" in messaging.text_to_send(message)
        assert "/c/" not in message.body


def test_a_name_with_line_breaks_cannot_become_a_header(checked_in_order: ServiceOrder) -> None:
    with transaction():
        order = db.session.get_one(ServiceOrder, checked_in_order.id)
        order.vehicle.plate = "KR\r\nBcc: x@y"
    email = queue(checked_in_order)[0]
    assert "\n" not in email.subject and "\r" not in email.subject


@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize("purpose", list(PURPOSES))
def test_each_purpose_has_words_for_each_of_its_channels(app: Flask, purpose: str, language: str) -> None:
    names = app.jinja_env.list_templates()
    for channel in PURPOSES[purpose].channels:
        assert f"messages/{purpose}.{channel}.txt" in names
