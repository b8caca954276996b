"""What is looked for every minute. The database knows what is due, so nothing is lost while we are away.

A sweep may run twice at the same time, on two machines for instance: it claims what it acts on.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from flask import Flask

from aftersales import clock
from aftersales.jobs import files, floor, knowledge, messages, parts, quotations, reminders

Sweep = Callable[[datetime], None]

SWEEPS: tuple[Sweep, ...] = (
    messages.sweep,
    quotations.sweep,
    reminders.sweep,
    parts.sweep,
    floor.sweep,
    knowledge.sweep,
    files.sweep,
)

PERIOD = 60.0

log = logging.getLogger(__name__)


def sweep(app: Flask) -> list[str]:
    """Run each sweep once, each in an app context of its own. Returns the names of those that failed."""
    failed = []
    for each in SWEEPS:
        name = f"{each.__module__}.{each.__name__}"
        try:
            with app.app_context():
                each(clock.now())
        except Exception:  # one area's failure must not keep the others from being looked after
            log.exception("The sweep %s failed; it is tried again in a minute.", name)
            failed.append(name)
    return failed


def run_for_ever(app: Flask) -> None:
    """Sweep once a minute, counted from begin to begin."""
    while True:
        begun = time.monotonic()
        sweep(app)
        time.sleep(max(1.0, PERIOD - (time.monotonic() - begun)))
