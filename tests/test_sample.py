"""The sample workshop proves the operations that make it: every state, no message sent, nothing that does not add up."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from aftersales.db import db
from aftersales.domain import audit
from aftersales.domain.messaging.models import Message, MessageState
from aftersales.domain.parts.ledger import find_ledger_breaks
from aftersales.domain.service_orders.models import OrderEvent, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.workshop.models import Clocking
from aftersales.sample import workshop

NOW = datetime(2026, 5, 12, 10, 0, tzinfo=UTC)


@pytest.fixture
def sample(app_context: Flask) -> None:
    workshop.load(now=NOW, months=1)


def test_the_sample_has_orders_in_every_state_and_nothing_waits_to_be_sent(sample: None) -> None:
    states = dict(
        db.session.execute(select(ServiceOrder.state, func.count()).group_by(ServiceOrder.state)).all()
    )
    assert set(states) == set(OrderState)
    waiting = select(func.count()).select_from(Message).where(Message.state == MessageState.QUEUED)
    assert db.session.scalar(waiting) == 0
    assert list(find_ledger_breaks()) == []
    assert audit.find_break() is None
    # What would be later today or tomorrow has not happened yet.
    for happened in (OrderEvent.at, Clocking.started_at, Clocking.ended_at):
        assert (db.session.scalar(select(func.max(happened))) or NOW) <= NOW


def test_without_months_there_are_people_but_no_orders(app_context: Flask) -> None:
    workshop.load(now=NOW, months=0)
    assert db.session.scalar(select(func.count()).select_from(ServiceOrder)) == 0
    assert len({row[1] for row in workshop.sign_ins()}) >= 13
