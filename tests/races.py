"""Acts at the same moment: real commits in threads, each with a database session of its own."""

import threading
from collections.abc import Callable

from flask import Flask

from aftersales.db import db, transaction
from aftersales.domain.errors import DomainError

Act = Callable[[], object]


def at_once(app: Flask, *acts: Act) -> list[object]:
    """Run the acts at the same moment, each in a thread and database session of its own. Returns what each gave: its
    answer, or the refusal; any other error fails the test."""
    start = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(number: int, act: Act) -> None:
        with app.app_context():
            start.wait(timeout=20)
            try:
                answers[number] = act()
            except BaseException as error:  # noqa: BLE001 (handed to the test's own thread)
                answers[number] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number, act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, DomainError):
            raise answer
    return answers


def in_transaction(act: Act) -> Act:
    def committed() -> object:
        with transaction():
            return act()

    return committed
