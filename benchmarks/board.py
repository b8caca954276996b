"""What thirty open boards cost: each asks every four seconds, most of the time nothing has changed.

Run from the project's folder: ``.venv/bin/python -m benchmarks.board``. Goals: an unchanged board is answered in at most
0.2 times the cost of drawing one; thirty boards take at most 5 % of one core, also while a car moves every minute.
CPU time of this process alone, product and client's side of the test client apart as far as a bare page shows it.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from aftersales import clock, config, create_app
from aftersales.blueprints import board
from aftersales.db import db, transaction
from aftersales.domain.accounts import operations as accounts
from aftersales.domain.service_orders.models import HoldReason
from aftersales.domain.service_orders.operations import hold, release
from tests import cast as casting
from tests import factories, schema
from tests.cast import Cast

BOARDS, CARS, EVERY, MINUTES = 30, 50, 4, 5
RATIO_GOAL, CORE_GOAL = 0.2, 0.05
HTMX = {"HX-Request": "true", "HX-Target": "board"}


def workshop(data: Path) -> tuple[Flask, Cast, int]:
    """A site with fifty cars; the last one's id."""
    app = create_app(
        config.load({"AFTERSALES_DATA_DIR": str(data), "AFTERSALES_SECRET_KEY": "benchmark " * 4})
    )
    schema.migrate(app)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        now, order = clock.now(), None
        with transaction():
            cast = casting.hire()
        for _ in range(CARS):
            with transaction():
                order = factories.open_order(cast, now=now - timedelta(hours=1))
                order.promised_at = now + timedelta(hours=5)
        assert order is not None
        db.session.remove()
        return app, cast, order.id


def browser(app: Flask, user_id: int) -> FlaskClient:
    with app.app_context(), transaction():
        token = accounts.sign_in(user_id, address="", device="benchmark", now=clock.now())
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = token
    return client


def cpu(act: Callable[[], object], times: int) -> float:
    """Seconds of CPU that one call takes in mean."""
    begin = time.process_time()
    for _ in range(times):
        act()
    return (time.process_time() - begin) / times


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        app, cast, order_id = workshop(Path(folder))
        clients = [browser(app, cast.manager.id) for _ in range(BOARDS)]
        tags = [client.get("/board", headers=HTMX).headers["ETag"] for client in clients]

        def ask(number: int) -> int:
            answer = clients[number].get("/board", headers={**HTMX, "If-None-Match": tags[number]})
            if answer.status_code == 200:
                tags[number] = answer.headers["ETag"]
            return answer.status_code

        def draw() -> None:
            board.DRAWN = board.Drawn(64)
            clients[0].get("/board", headers=HTMX)

        test_client = cpu(lambda: clients[0].get("/healthz"), 200)
        unchanged, drawn = cpu(lambda: ask(0), 200) - test_client, cpu(draw, 50) - test_client
        ratio = unchanged / drawn
        print(
            f"{CARS} cars: drawn {drawn * 1000:.1f} ms, unchanged {unchanged * 1000:.2f} ms, "
            f"{ratio:.2f}x (goal {RATIO_GOAL}x)"
        )

        seconds, answers = 0.0, {200: 0, 304: 0}
        for minute in range(MINUTES):
            with app.app_context():
                with transaction():
                    if minute % 2:
                        release(order_id, actor=cast.advisor.actor(), now=clock.now())
                    else:
                        hold(
                            order_id,
                            reason=HoldReason.BAY,
                            note="",
                            actor=cast.advisor.actor(),
                            now=clock.now(),
                        )
                db.session.remove()
            begin = time.process_time()
            for _ in range(60 // EVERY):
                for number in range(BOARDS):
                    answers[ask(number)] += 1
            seconds += time.process_time() - begin
        asked = sum(answers.values())
        share = (seconds - asked * test_client) / (MINUTES * 60)
        print(
            f"{BOARDS} boards, a change each minute: {asked} questions, {answers[304]} answered by 304; "
            f"{share:.1%} of one core (goal {CORE_GOAL:.0%})"
        )
        with app.app_context():
            db.engine.dispose()
    return 0 if ratio <= RATIO_GOAL and share <= CORE_GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
