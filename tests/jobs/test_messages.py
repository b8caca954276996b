"""Sending messages to a real mail server and SMS gateway: what arrives, and what is recorded when it does not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.customers.models import Channel
from aftersales.domain.links import operations as links
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.messaging.models import Message, MessageState
from aftersales.domain.service_orders.models import EventKind, OrderEvent, ServiceOrder
from aftersales.domain.tasks.models import Task, TaskType
from aftersales.jobs import messages as jobs
from aftersales.web import media
from tests import factories, servers
from tests.cast import Cast
from tests.servers import MailServer, SmsGateway


@pytest.fixture
def mail(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with servers.smtp() as server:
        _set(app, monkeypatch, smtp_url=server.url, mail_from="workshop@example.org")
        yield server


@pytest.fixture
def gateway(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmsGateway]:
    with servers.sms_gateway() as server:
        _set(app, monkeypatch, sms_url=server.url)
        yield server


def _set(app: Flask, monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    settings = replace(app.extensions["aftersales.settings"], **values)
    monkeypatch.setitem(app.extensions, "aftersales.settings", settings)


@pytest.fixture
def quote(app_context: Flask, cast: Cast, accepted_order: ServiceOrder) -> dict[Channel, Message]:
    """A quotation that was just sent: its e-mail and its SMS wait."""
    content = b"%PDF-1.7 the quote"
    stored = factories.stored_pdf(accepted_order.number, content)
    media.store().put(stored.storage_key, content, "application/pdf")
    now = clock.now()
    with transaction():
        factories.propose(cast, accepted_order)
        factories.send_quotation(
            cast, accepted_order, now=now, promised_at=now + timedelta(hours=6), document=stored
        )
    return {row.channel: row for row in db.session.scalars(select(Message))}


def fresh(message: Message) -> Message:
    return db.session.get_one(Message, message.id, populate_existing=True)


def token_of(message: Message) -> str:
    from aftersales.domain.links.models import Link

    return links.token_for(db.session.get_one(Link, message.link_id))


def failed_tasks() -> list[Task]:
    return list(
        db.session.scalars(select(Task).where(Task.type == TaskType.MESSAGE_FAILED, Task.closed_at.is_(None)))
    )


def test_the_e_mail_arrives_with_link_and_pdf_and_stands_in_the_timeline(
    mail: MailServer, quote: dict[Channel, Message]
) -> None:
    """STEP-9, PLT-2"""
    message = quote[Channel.EMAIL]
    jobs.send_message(message.id)

    (received,) = mail.received
    body = received.get_body(("plain",))
    (attached,) = received.iter_attachments()
    assert body is not None
    assert f"http://localhost/c/{token_of(message)}" in body.get_content()
    assert attached.get_content() == b"%PDF-1.7 the quote"
    assert "Aftersales Kraków" in str(received["From"])
    assert fresh(message).state is MessageState.SENT
    events = db.session.scalars(select(OrderEvent).where(OrderEvent.kind == EventKind.MESSAGE)).all()
    assert [event.text for event in events] == ["E-mail sent: %(what)s"]


def test_the_sms_arrives_once_though_the_job_runs_three_times(
    gateway: SmsGateway, quote: dict[Channel, Message]
) -> None:
    """Jobs are safe to run twice."""
    message = quote[Channel.SMS]
    for _ in range(3):
        jobs.send_message(message.id)

    (received,) = gateway.received
    assert (received.to, gateway.requests) == ("+48601234567", 1)
    assert token_of(message) in received.text
    assert fresh(message).provider_reference == "sms-1"


def test_a_message_whose_worker_died_is_sent_again_with_the_same_reference(
    gateway: SmsGateway, quote: dict[Channel, Message]
) -> None:
    message = quote[Channel.SMS]
    jobs.send_message(message.id)
    with transaction():  # as if the worker had died before it could write down that it was taken
        db.session.execute(
            update(Message)
            .where(Message.id == message.id)
            .values(state=MessageState.SENDING, leased_until=clock.now() - timedelta(seconds=1))
        )
    jobs.sweep(clock.now())

    assert (len(gateway.received), gateway.requests) == (1, 2)
    assert fresh(message).state is MessageState.SENT


def test_an_e_mail_whose_worker_died_is_uncertain_and_never_sent_blindly(
    mail: MailServer, quote: dict[Channel, Message]
) -> None:
    message = quote[Channel.EMAIL]
    with transaction():
        db.session.execute(
            update(Message)
            .where(Message.id == message.id)
            .values(state=MessageState.SENDING, leased_until=clock.now() - timedelta(seconds=1), attempts=1)
        )
    jobs.sweep(clock.now())
    jobs.send_message(message.id)

    assert mail.received == []
    assert fresh(message).state is MessageState.UNCERTAIN
    assert [task.subject_id for task in failed_tasks()] == [message.id]


def test_a_server_that_hangs_up_after_taking_it_leaves_it_uncertain(
    mail: MailServer, quote: dict[Channel, Message]
) -> None:
    mail.behave = lambda message: "drop"
    message = quote[Channel.EMAIL]
    jobs.send_message(message.id)

    assert fresh(message).state is MessageState.UNCERTAIN
    assert len(mail.received) == 1


def test_a_refusal_for_good_is_a_task_for_the_orders_advisor_at_once(
    cast: Cast, mail: MailServer, quote: dict[Channel, Message]
) -> None:
    mail.behave = lambda message: "550 no such mailbox"
    message = quote[Channel.EMAIL]
    jobs.send_message(message.id)

    stored = fresh(message)
    assert (stored.state, stored.attempts) == (MessageState.FAILED, 1)
    (task,) = failed_tasks()
    assert (task.person_id, task.service_order_id, task.subject_id) == (
        cast.advisor.id, message.service_order_id, message.id,
    )  # fmt: skip
    assert "550 no such mailbox" in task.note


def test_a_refusal_for_now_is_tried_again_later_and_tells_nobody(
    mail: MailServer, quote: dict[Channel, Message]
) -> None:
    mail.behave = lambda message: "451 busy"
    message = quote[Channel.EMAIL]
    before = clock.now()
    jobs.send_message(message.id)
    jobs.send_message(message.id)

    stored = fresh(message)
    assert (stored.state, stored.attempts) == (MessageState.QUEUED, 1)
    assert stored.not_before_at >= before + timedelta(seconds=59)
    assert "451 busy" in stored.error
    assert failed_tasks() == []
    mail.behave = lambda message: "250 OK"
    jobs.sweep(stored.not_before_at)
    assert fresh(message).state is MessageState.SENT


def test_after_the_last_try_somebody_is_told(gateway: SmsGateway, quote: dict[Channel, Message]) -> None:
    gateway.behave = lambda message: 503
    message = quote[Channel.SMS]
    with transaction():
        db.session.execute(update(Message).where(Message.id == message.id).values(attempts=8))
    jobs.send_message(message.id)

    assert fresh(message).state is MessageState.FAILED
    assert len(failed_tasks()) == 1


def test_the_embedded_default_sends_nothing_and_keeps_the_message_readable(
    quote: dict[Channel, Message],
) -> None:
    """PLT-2"""
    for message in quote.values():
        jobs.send_message(message.id)
    assert {fresh(message).state for message in quote.values()} == {MessageState.SENT}


def test_a_withdrawn_quotation_that_was_not_sent_yet_is_not_sent(
    cast: Cast, gateway: SmsGateway, quote: dict[Channel, Message]
) -> None:
    from aftersales.domain.quotations import operations as quotations
    from aftersales.domain.quotations import queries

    order_id = quote[Channel.SMS].service_order_id
    assert order_id is not None
    waiting = queries.find_waiting(order_id)
    assert waiting is not None
    with transaction():
        quotations.withdraw(
            waiting.id, site_id=cast.site.id, reason="wrong", actor=cast.advisor.actor(), now=clock.now()
        )
    jobs.send_message(quote[Channel.SMS].id)
    assert gateway.received == []


def test_no_token_gets_into_the_log(
    gateway: SmsGateway, quote: dict[Channel, Message], caplog: pytest.LogCaptureFixture
) -> None:
    """PLT-1: tokens stand in no log."""
    caplog.set_level("DEBUG")
    gateway.behave = lambda message: 500
    token = token_of(quote[Channel.SMS])
    for message in quote.values():
        jobs.send_message(message.id)
    assert token not in caplog.text


def test_one_sweep_leaves_a_channel_alone_whose_provider_is_down(
    gateway: SmsGateway, quote: dict[Channel, Message]
) -> None:
    """No storm: without Redis the sweep sends itself, and after one refusal it waits for the next minute."""
    gateway.behave = lambda message: 503
    with transaction():
        order = db.session.get_one(ServiceOrder, quote[Channel.SMS].service_order_id)
        for number in range(5):
            messaging.queue("new_link", order=order, dedupe_key=str(number), now=clock.now())
    jobs.sweep(clock.now())
    assert gateway.requests == 1
