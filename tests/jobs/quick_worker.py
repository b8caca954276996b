"""The worker with short waits, so that a fault and what follows fit into seconds.

Each part is a process of its own, which a test may kill as it likes. It is born of a process that has loaded the
product once for all of them.
"""

import multiprocessing
import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from multiprocessing.process import BaseProcess

from aftersales.domain.messaging import rules
from aftersales.jobs import periodic, worker

_births = multiprocessing.get_context("forkserver")
_births.set_forkserver_preload([__name__])


def start(part: str, environment: Mapping[str, str], *, broken: bool = False) -> BaseProcess:
    """Start the part ``jobs`` or ``periodic``. ``broken`` makes a twin that names each try of a message anew, as if the
    reference were not stable: a fault test that still passes then proves nothing."""
    process = _births.Process(target=_run, args=(part, dict(environment), broken))
    process.start()
    return process


def stop(process: BaseProcess, *, seconds: float = 10.0) -> None:
    process.terminate()
    process.join(seconds)
    process.kill()
    process.join()


def _run(part: str, environment: dict[str, str], broken: bool) -> None:
    os.environ.update(environment)
    rules.LEASE = timedelta(seconds=2)
    rules.RETRIES = tuple(timedelta(seconds=0.5) for _ in rules.RETRIES)
    periodic.PERIOD = 0.0  # the loop itself keeps a second between two sweeps
    if broken:
        rules.reference_of = lambda key: f"broken-{secrets.token_hex(8)}"
    worker.run_part(part)
