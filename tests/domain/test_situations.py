"""The situations that other tests start from are what they say."""

import pytest

from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories


@pytest.mark.parametrize(
    ("situation", "state"),
    [
        ("booked_order", "booked"),
        ("arrived_order", "arrived"),
        ("checked_in_order", "checked_in"),
        ("assigned_order", "assigned"),
        ("accepted_order", "in_progress"),
    ],
)
def test_each_situation_is_in_its_state(situation: str, state: str, request: pytest.FixtureRequest) -> None:
    order: ServiceOrder = request.getfixturevalue(situation)
    assert factories.fresh(order).state == state
