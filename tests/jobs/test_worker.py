"""The worker's processes: they take jobs, survive a kill and Redis being away, and end when told."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from aftersales.jobs.queue import JobQueue
from tests import servers
from tests.servers import Valkey

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with servers.valkey() as server:
        yield server


@pytest.fixture
def worker(valkey: Valkey, tmp_path: Path) -> Iterator[psutil.Process]:
    process = subprocess.Popen(
        [sys.executable, "worker.py"], cwd=ROOT,
        env={**os.environ, "AFTERSALES_REDIS_URL": valkey.url, "AFTERSALES_DATA_DIR": str(tmp_path)},
    )  # fmt: skip
    yield psutil.Process(process.pid)
    servers.stop(process)


def jobs_part(worker: psutil.Process) -> psutil.Process | None:
    alive = [child for child in worker.children() if child.status() != psutil.STATUS_ZOMBIE]
    return next((child for child in alive if child.name() == "worker-jobs"), None)


def waiting(valkey: Valkey) -> int:
    return Queue("messages", connection=redis.Redis.from_url(valkey.url), serializer=JSONSerializer).count


def is_listening(valkey: Valkey) -> bool:
    try:
        return bool(Worker.count(connection=redis.Redis.from_url(valkey.url)))
    except redis.RedisError:
        return False


def takes_a_job(valkey: Valkey) -> None:
    assert JobQueue(valkey.url).enqueue("os.getpgid", 0)
    servers.wait_until(lambda: waiting(valkey) == 0, what="the job was not taken", seconds=60)


def test_it_takes_jobs_survives_a_kill_and_leaves_nothing_behind(
    worker: psutil.Process, valkey: Valkey
) -> None:
    takes_a_job(valkey)
    first = jobs_part(worker)
    assert first is not None
    first.kill()
    servers.wait_until(
        lambda: (again := jobs_part(worker)) is not None and again.pid != first.pid,
        what="the killed part was not started again", seconds=60,
    )  # fmt: skip
    takes_a_job(valkey)

    family = [worker, *worker.children(recursive=True)]
    worker.send_signal(signal.SIGTERM)
    _, alive = psutil.wait_procs(family, timeout=60)
    assert alive == []


def test_it_goes_on_after_redis_was_away(worker: psutil.Process, valkey: Valkey) -> None:
    servers.wait_until(lambda: is_listening(valkey), what="the worker is not up", seconds=60)
    valkey.stop()
    valkey.start()
    takes_a_job(valkey)


def test_its_parts_end_with_it_even_when_it_is_killed(worker: psutil.Process, valkey: Valkey) -> None:
    servers.wait_until(lambda: len(worker.children()) == 2, what="the parts are not up", seconds=60)
    family = worker.children()
    worker.kill()
    _, alive = psutil.wait_procs(family, timeout=60)
    assert alive == []
