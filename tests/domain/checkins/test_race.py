"""The same form sent twice at the same moment, and two cars that want one key tag: real commits, real threads."""

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
from tests.races import Act, at_once, in_transaction


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

        first, second = at_once(app, *[in_transaction(receive)] * 2)
        assert first == second
        db.session.rollback()
        assert db.session.query(ServiceOrder).filter_by(vehicle_id=vehicle_id).count() == 1


def test_one_key_tag_hangs_on_one_car(app: Flask, cast: Cast) -> None:
    for turn in range(rounds(10, 500)):
        with transaction():
            orders = [factories.open_order(cast).id, factories.open_order(cast).id]

        def hang(order_id: int, tag: str = f"T{turn}") -> Act:
            return in_transaction(
                lambda: checkins.edit(order_id, values={"key_tag": tag}, actor=cast.advisor.actor(), now=NOW)
            )

        results = at_once(app, *[hang(order_id) for order_id in orders])
        db.session.rollback()
        assert db.session.query(CheckIn).filter_by(key_tag=f"T{turn}").count() == 1
        assert sum(isinstance(result, DomainError) for result in results) == 1
