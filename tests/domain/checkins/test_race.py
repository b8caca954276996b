"""The same form sent twice at the same moment, and two cars that want one key tag: real commits, real threads."""

import threading
from collections.abc import Callable

from flask import Flask

from aftersales.db import db, transaction
from aftersales.domain.checkins import operations as checkins
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.checkins.operations import Concern
from aftersales.domain.errors import DomainError
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.effort import rounds
from tests.factories import NOW


def at_once(app: Flask, *acts: Callable[[], object]) -> list[object]:
    """Do all of it at the same moment, each in a context and transaction of its own; what each gave or refused."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def act(number: int) -> None:
        with app.app_context():
            gate.wait(10)
            try:
                with transaction():
                    results[number] = acts[number]()
            except DomainError as refusal:
                results[number] = refusal

    threads = [threading.Thread(target=act, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_a_double_tap_opens_one_order(app: Flask, cast: Cast) -> None:
    """STEP-2: both taps get the same order."""
    for turn in range(rounds(10, 500)):
        with transaction():
            car = factories.vehicle(cast)
        vehicle_id, customer_id = car.id, car.owner_id or 0

        def receive(turn: int = turn, vehicle_id: int = vehicle_id, customer_id: int = customer_id) -> int:
            return checkins.receive(
                site_id=cast.site.id, vehicle_id=vehicle_id, customer_id=customer_id, concerns=[Concern("Oil leak")],
                client_id=f"tablet-{turn}", actor=cast.advisor.actor(), now=NOW,
            ).id  # fmt: skip

        first, second = at_once(app, receive, receive)
        assert first == second
        db.session.rollback()
        assert db.session.query(ServiceOrder).filter_by(vehicle_id=vehicle_id).count() == 1


def test_one_key_tag_hangs_on_one_car(app: Flask, cast: Cast) -> None:
    for turn in range(rounds(10, 500)):
        with transaction():
            orders = [factories.open_order(cast).id, factories.open_order(cast).id]

        def hang(order_id: int, tag: str = f"T{turn}") -> object:
            return checkins.edit(order_id, values={"key_tag": tag}, actor=cast.advisor.actor(), now=NOW).id

        results = at_once(app, lambda: hang(orders[0]), lambda: hang(orders[1]))  # noqa: B023 (done within the turn)
        db.session.rollback()
        assert db.session.query(CheckIn).filter_by(key_tag=f"T{turn}").count() == 1
        assert sum(isinstance(result, DomainError) for result in results) == 1
