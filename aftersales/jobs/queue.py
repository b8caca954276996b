"""The way to the workers: RQ carries names of functions and ids, nothing else.

What must happen stands in the database before; Redis only wakes a worker. So a job that is lost here is
found by the sweep a minute later, and nobody ever waits for Redis.

This module knows nothing of the product, so operations may use it too:
``db.after_commit(partial(queue.enqueue, "aftersales.jobs.messages.deliver", message.id))``.
"""

import logging
import threading
import time
from typing import cast

import redis
from flask import Flask, current_app
from rq import Queue
from rq.serializers import JSONSerializer
from rq.utils import import_attribute

MESSAGES = "messages"
DOCUMENTS = "documents"
QUEUES = (MESSAGES, DOCUMENTS)

_CONNECT_SECONDS = 0.2
_ANSWER_SECONDS = 0.5
_PAUSE_AFTER_FAILURE = 5.0
_EXTENSION = "aftersales-queue"

log = logging.getLogger(__name__)


class JobQueue:
    """Puts jobs on their queue; while Redis is away it says so once and answers ``False`` at once."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._queues: dict[str, Queue] = {}
        self._silent_until = 0.0
        self._is_down = False
        self._lock = threading.Lock()

    def enqueue(self, function: str, record_id: int, *, queue: str = MESSAGES) -> bool:
        """Ask a worker to call ``function(record_id)``. ``False``: nobody was asked, the sweep will find it."""
        if not self._redis_url or time.monotonic() < self._silent_until:
            return False
        try:
            self._queue(queue).enqueue(
                function, record_id, result_ttl=0, failure_ttl=3600, job_timeout=120, description=function
            )
        except redis.RedisError as error:
            self._note_failure(error)
            return False
        self._note_success()
        return True

    def _queue(self, name: str) -> Queue:
        with self._lock:
            if name not in self._queues:
                connection = redis.Redis.from_url(
                    self._redis_url,
                    socket_connect_timeout=_CONNECT_SECONDS,
                    socket_timeout=_ANSWER_SECONDS,
                    retry=redis.retry.Retry(redis.backoff.NoBackoff(), 0),
                )
                self._queues[name] = Queue(name, connection=connection, serializer=JSONSerializer)
            return self._queues[name]

    def _note_failure(self, error: redis.RedisError) -> None:
        self._silent_until = time.monotonic() + _PAUSE_AFTER_FAILURE
        if not self._is_down:
            self._is_down = True
            log.warning("Redis does not answer (%s); jobs wait in the database for the sweep.", error)

    def _note_success(self) -> None:
        if self._is_down:
            self._is_down = False
            log.warning("Redis answers again.")


def init_app(app: Flask, redis_url: str) -> None:
    app.extensions[_EXTENSION] = JobQueue(redis_url)


def enqueue(function: str, record_id: int, *, queue: str = MESSAGES) -> bool:
    """See :meth:`JobQueue.enqueue`. ``function`` is a dotted name such as ``aftersales.jobs.messages.deliver``."""
    return cast(JobQueue, current_app.extensions[_EXTENSION]).enqueue(function, record_id, queue=queue)


def enqueue_or_run(function: str, record_id: int, *, queue: str = MESSAGES) -> None:
    """For sweeps: hand the job to a worker, or do it here and now while Redis is away."""
    if not enqueue(function, record_id, queue=queue):
        import_attribute(function)(record_id)
