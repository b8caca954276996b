"""The worker's processes: one that takes jobs from Redis, one that sweeps every minute.

``main`` without a part starts both and starts one again that died; nothing is lost meanwhile, since what is
to be done stands in the database. Both are forks of one process that has loaded the product and opened nothing.
"""

import logging
import sys
import time

import redis
from flask import Flask
from rq import Queue, SimpleWorker
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer

from aftersales import config, create_app, processes
from aftersales.config import SettingsError
from aftersales.jobs import periodic
from aftersales.jobs.queue import QUEUES

JOBS = "jobs"
PERIODIC = "periodic"
_PAUSE = 1.0

log = logging.getLogger(__name__)


class AppWorker(SimpleWorker):
    """A worker without forks, for short jobs; each job gets an app context of its own."""

    max_connection_wait_time = 5.0  # after Redis was away, look again soon

    def __init__(self, app: Flask, queues: list[Queue], connection: redis.Redis) -> None:
        self._app = app
        super().__init__(
            queues, connection=connection, serializer=JSONSerializer, worker_ttl=30, maintenance_interval=30
        )

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        with self._app.app_context():
            return bool(super().perform_job(job, queue, execution))


def work(app: Flask, redis_url: str) -> None:
    """Take jobs until told to stop. Redis may come and go."""
    while True:
        try:
            connection = redis.Redis.from_url(redis_url)
            queues = [Queue(name, connection=connection, serializer=JSONSerializer) for name in QUEUES]
            AppWorker(app, queues, connection).work(logging_level="WARNING")
            return
        except redis.RedisError as error:
            log.warning("Redis does not answer (%s); looking again.", error)
            time.sleep(_PAUSE)


def run_part(part: str) -> None:
    app = create_app()
    redis_url = config.of(app).redis_url
    if part == PERIODIC:
        periodic.run_for_ever(app)
    elif redis_url:
        work(app, redis_url)
    else:
        sys.exit("The worker needs AFTERSALES_REDIS_URL; bin/run sets it for its own Redis.")


def supervise() -> None:
    """Keep one process for each part; end them all when told to stop."""
    processes.raise_when_told_to_stop()
    children: dict[str, processes.Fork] = {}
    try:
        while True:
            for part in (JOBS, PERIODIC):
                if part not in children:
                    children[part] = processes.Fork(f"worker-{part}", run_part, part)
            ended = processes.first_to_end(children)
            code = children.pop(ended).poll()
            log.error("The worker's part %s ended with %s; starting it again.", ended, code)
            time.sleep(_PAUSE)
    except processes.Stopped:
        log.info("The worker was told to stop.")
    finally:
        processes.stop(*children.values())


def main() -> None:
    parts = sys.argv[1:]
    if parts not in ([], [JOBS], [PERIODIC]):
        sys.exit(f"usage: worker.py [{JOBS}|{PERIODIC}]")
    try:
        if parts:
            run_part(parts[0])
        else:
            supervise()
    except SettingsError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
