"""Waking a worker: never waits, never fails, carries a name and an id."""

import json
import logging
import socket
import zlib
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import redis
from rq import Queue

from aftersales.jobs.queue import MESSAGES, JobQueue
from tests import servers
from tests.servers import Valkey

JOB = "aftersales.jobs.messages.deliver"


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with servers.valkey() as server:
        yield server


def test_a_job_is_a_name_and_an_id_in_json(valkey: Valkey) -> None:
    assert JobQueue(valkey.url).enqueue(JOB, 7)
    client = redis.Redis.from_url(valkey.url)
    (job_id,) = client.lrange(f"rq:queue:{MESSAGES}", 0, -1)
    data = zlib.decompress(client.hget(f"rq:job:{job_id.decode()}", "data"))
    assert json.loads(data) == [JOB, None, [7], {}]


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the queue turned to Redis, while no time passes: what is counted is never slow on a busy machine."""
    made: list[str] = []
    find = JobQueue._queue

    def noted(queue: JobQueue, name: str) -> Queue:
        made.append(name)
        return find(queue, name)

    monkeypatch.setattr(JobQueue, "_queue", noted)
    monkeypatch.setattr("aftersales.jobs.queue.time", SimpleNamespace(monotonic=lambda: 100.0))
    return made


def test_without_redis_the_answer_is_no_at_once(caplog: pytest.LogCaptureFixture, tries: list[str]) -> None:
    queue = JobQueue("unix:///tmp/aftersales-nobody-listens-here.sock")
    with caplog.at_level(logging.WARNING):
        assert not any(queue.enqueue(JOB, number) for number in range(1000))
    assert len(tries) == 1, "after a failure nobody is asked for a while"
    assert [record.message for record in caplog.records if "Redis does not answer" in record.message] == [
        caplog.records[0].message
    ]


def test_a_redis_that_takes_the_call_and_says_nothing_costs_half_a_second_once(tries: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=5) as mute:
        queue = JobQueue(f"redis://127.0.0.1:{mute.getsockname()[1]}")
        assert not any(queue.enqueue(JOB, number) for number in range(100))
        patience = queue._queues[MESSAGES].connection.connection_pool.connection_kwargs
    assert (len(tries), patience["socket_timeout"], patience["socket_connect_timeout"]) == (1, 0.5, 0.2)


def test_it_goes_on_once_redis_is_back(valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aftersales.jobs.queue._PAUSE_AFTER_FAILURE", 0.05)
    queue = JobQueue(valkey.url)
    assert queue.enqueue(JOB, 1)
    valkey.stop()
    assert not queue.enqueue(JOB, 2)
    valkey.start()
    servers.wait_until(lambda: queue.enqueue(JOB, 3), what="the queue did not come back")


def test_without_a_redis_in_the_settings_nobody_is_asked() -> None:
    assert not JobQueue("").enqueue(JOB, 1)
