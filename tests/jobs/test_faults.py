"""Faults while messages go out: effects are counted where they arrive, at the gateway and the mail server.

The workers are real processes with short waits (see :mod:`tests.jobs.quick_worker`). A test of doubles is run
against a broken twin too, where it must find them.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from aftersales import clock
from aftersales.db import add, db, transaction
from aftersales.domain.customers.models import Channel
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.messaging.models import Message, MessageState
from aftersales.domain.tasks.models import Task, TaskType
from aftersales.jobs.queue import JobQueue
from tests import factories, servers
from tests.cast import Cast
from tests.databases import Ground
from tests.effort import rounds
from tests.jobs import quick_worker
from tests.servers import MailServer, SmsGateway, Valkey


class Post:
    """The sending half of the product: workers, Redis, gateway and mail server of one test."""

    def __init__(
        self, app: Flask, database: Ground, valkey: Valkey, sms: SmsGateway, mail: MailServer, data: Path
    ) -> None:
        self.app, self.valkey, self.sms, self.mail = app, valkey, sms, mail
        self.queue = JobQueue(valkey.url)
        self.parts: dict[str, BaseProcess] = {}
        self.environment = {
            "AFTERSALES_DATA_DIR": str(data),
            "AFTERSALES_DATABASE_URL": database.url,
            "AFTERSALES_REDIS_URL": valkey.url,
            "AFTERSALES_SMS_URL": sms.url,
            "AFTERSALES_SMTP_URL": mail.url,
        }

    def start(self, *parts: str, broken: bool = False) -> None:
        for part in parts or ("jobs", "periodic"):
            self.parts[part] = quick_worker.start(part, self.environment, broken=broken)

    def kill(self, part: str) -> None:
        self.parts[part].kill()
        self.parts[part].join()

    def stop(self) -> None:
        for process in self.parts.values():
            quick_worker.stop(process)

    def write(self, cast: Cast, channel: Channel, count: int, *, wake: bool = True) -> None:
        """Put messages into the outbox; without ``wake`` the web died between its commit and waking a worker."""
        now = clock.now()
        with self.app.app_context():
            with transaction():
                order = factories.open_order(cast)
                ids = [
                    add(
                        Message(
                            site_id=cast.site.id, service_order_id=order.id, customer_id=order.customer_id,
                            purpose="approval_received", channel=channel, language="en", subject=f"Message {number}",
                            recipient="+48601234567" if channel is Channel.SMS else "katarzyna@example.org",
                            body=f"Message {number}", dedupe_key=f"{channel}:{number}", created_at=now, not_before_at=now,
                        )
                    ).id
                    for number in range(count)
                ]  # fmt: skip
            if wake:
                for message_id in ids:
                    self.queue.enqueue(messaging.SEND, message_id)

    def states(self) -> Counter[MessageState]:
        with self.app.app_context():
            rows = db.session.execute(sa.select(Message.state, sa.func.count()).group_by(Message.state))
            return Counter(dict(rows.all()))

    def is_settled(self) -> bool:
        return not self.states() & Counter({MessageState.QUEUED: 1, MessageState.SENDING: 1})

    def settle(self, seconds: float = 90.0) -> Counter[MessageState]:
        servers.wait_until(
            self.is_settled, what=f"messages still wait: {self.states()}", seconds=seconds, pause=0.2
        )
        return self.states()

    def texts(self) -> list[str]:
        return sorted(message.text for message in self.sms.received)

    def mails(self) -> list[str]:
        return sorted(str(message["Subject"]) for message in self.mail.received)


@pytest.fixture
def post(app: Flask, database: Ground, tmp_path: Path) -> Iterator[Post]:
    with ExitStack() as stack:
        made = Post(
            app, database, stack.enter_context(servers.valkey()), stack.enter_context(servers.sms_gateway()),
            stack.enter_context(servers.smtp()), tmp_path,
        )  # fmt: skip
        stack.callback(made.stop)
        yield made


def expected(count: int) -> list[str]:
    return sorted(f"Message {number}" for number in range(count))


def kill_while_sending(post: Post, cast: Cast, channel: Channel, *, broken: bool = False) -> int:
    """Kill the worker again and again while it sends; returns how many messages there were."""
    count, kills, seed = rounds(20, 600), rounds(2, 100), random.randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    post.sms.delay = post.mail.delay = 0.02
    post.start(broken=broken)
    post.write(cast, channel, count)
    arrived = post.sms.received if channel is Channel.SMS else post.mail.received
    for number in range(kills):
        mark = min(count - 2, (number + 1) * count // (kills + 2))
        deadline = time.monotonic() + 20
        while len(arrived) < mark and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(dice.random() * 0.03)
        post.kill("jobs")
        post.start("jobs", broken=broken)
    return count


def test_a_worker_killed_while_sending_text_messages_loses_and_doubles_none(post: Post, cast: Cast) -> None:
    """PLT-2: each message once, however often the worker dies."""
    count = kill_while_sending(post, cast, Channel.SMS)
    assert post.settle(rounds(90, 240)) == {MessageState.SENT: count}
    assert post.texts() == expected(count)


def test_the_broken_twin_doubles_text_messages(post: Post, cast: Cast) -> None:
    """Without a stable reference a gateway that takes a message and hangs up gets it twice: the count above sees it."""
    dropped: set[str] = set()

    def drop_the_first_try(message: servers.TextMessage) -> int | str:
        first = message.text not in dropped
        dropped.add(message.text)
        return "drop" if first else 202

    post.sms.behave = drop_the_first_try
    post.start(broken=True)
    post.write(cast, Channel.SMS, 3)
    post.settle()
    assert len(post.texts()) > 3


def test_a_gateway_that_takes_and_hangs_up_gets_each_message_once(post: Post, cast: Cast) -> None:
    dropped: set[str] = set()

    def drop_the_first_try(message: servers.TextMessage) -> int | str:
        first = message.text not in dropped
        dropped.add(message.text)
        return "drop" if first else 202

    post.sms.behave = drop_the_first_try
    post.start()
    post.write(cast, Channel.SMS, 3)
    assert post.settle() == {MessageState.SENT: 3}
    assert post.texts() == expected(3)
    assert post.sms.requests > 3


def test_a_worker_killed_while_sending_mail_loses_none_and_owns_up_to_what_it_does_not_know(
    post: Post, cast: Cast
) -> None:
    """PLT-2: a mail server knows no reference; what may have arrived is shown as uncertain, never sent again blindly."""
    count = kill_while_sending(post, cast, Channel.EMAIL)
    states = post.settle(rounds(90, 240))
    assert states[MessageState.SENT] + states[MessageState.UNCERTAIN] == count
    assert len(set(post.mails())) == len(post.mails())
    assert len(post.mails()) >= states[MessageState.SENT]
    with post.app.app_context():
        told = db.session.scalar(
            sa.select(sa.func.count()).select_from(Task).where(Task.type == TaskType.MESSAGE_FAILED)
        )
    assert told == states[MessageState.UNCERTAIN]


def test_messages_whose_worker_was_never_woken_go_out(post: Post, cast: Cast) -> None:
    """PLT-7: the web died between its commit and Redis; the sweep finds what it left."""
    post.write(cast, Channel.SMS, 10, wake=False)
    post.start()
    assert post.settle() == {MessageState.SENT: 10}
    assert post.texts() == expected(10)


def test_an_emptied_redis_loses_nothing(post: Post, cast: Cast) -> None:
    """PLT-7: Redis carries nothing that is not in the database."""
    post.write(cast, Channel.SMS, 10)
    post.valkey.flush()
    post.start()
    assert post.settle() == {MessageState.SENT: 10}
    assert post.texts() == expected(10)


def test_while_redis_is_away_messages_go_out_all_the_same(post: Post, cast: Cast) -> None:
    """PLT-7: the sweep sends by itself, and the workers go on when Redis is back."""
    post.start()
    post.valkey.stop()
    post.write(cast, Channel.SMS, 5)
    assert post.settle() == {MessageState.SENT: 5}
    assert post.texts() == expected(5)


def test_a_refusing_gateway_is_tried_again_until_it_takes_them(post: Post, cast: Cast) -> None:
    tries = Counter[str]()

    def refuse_twice(message: servers.TextMessage) -> int:
        tries[message.text] += 1
        return 202 if tries[message.text] > 2 else 503

    post.sms.behave = refuse_twice
    post.start()
    post.write(cast, Channel.SMS, 3)
    assert post.settle() == {MessageState.SENT: 3}
    assert post.texts() == expected(3)
    assert post.sms.requests == 9


def test_a_refusal_for_good_is_a_task_at_once_and_no_storm(post: Post, cast: Cast) -> None:
    post.sms.behave = lambda message: 422
    post.start()
    post.write(cast, Channel.SMS, 2)
    assert post.settle() == {MessageState.FAILED: 2}
    time.sleep(2.5)  # two more sweeps
    assert post.sms.requests == 2
