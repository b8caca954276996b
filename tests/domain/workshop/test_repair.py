"""Beginning what was authorised at check-in."""

from datetime import timedelta

import pytest

from aftersales.db import transaction
from aftersales.domain.errors import NotPermitted, Refused
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks import queries as task_queries
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.workshop import repair
from tests.cast import Cast, Person
from tests.factories import NOW, fresh

LATER = NOW + timedelta(hours=1)


def start(cast: Cast, order: ServiceOrder, who: Person) -> ServiceOrder:
    with transaction():
        return repair.start(order.id, site_id=cast.site.id, actor=who.actor(), now=LATER)


def put(order: ServiceOrder, **facts: object) -> None:
    with transaction():
        row = service_orders.lock_order(order.id)
        for name, value in facts.items():
            setattr(row, name, value)


def test_what_was_signed_begins_without_a_second_approval(cast: Cast, accepted_order: ServiceOrder) -> None:
    """CHK-13: the signature at check-in authorises; STEP-12: approved and parts there is Repairing."""
    put(accepted_order, inspection_is_open=False, parts_missing=0)
    assert start(cast, accepted_order, cast.technician).state is OrderState.REPAIRING
    before = len(orders.list_events(accepted_order.id))
    assert start(cast, accepted_order, cast.technician).state is OrderState.REPAIRING  # twice is harmless
    assert len(orders.list_events(accepted_order.id)) == before


def test_missing_parts_are_waited_for(cast: Cast, accepted_order: ServiceOrder) -> None:
    """STEP-12: approved, but a part is still to come."""
    put(accepted_order, inspection_is_open=False, parts_missing=1)
    assert start(cast, accepted_order, cast.advisor).state is OrderState.AWAITING_PARTS


def test_the_mandatory_inspection_cannot_be_skipped(cast: Cast, accepted_order: ServiceOrder) -> None:
    """TEC-2: mandatory items cannot be skipped."""
    put(accepted_order, inspection_is_open=True)
    with pytest.raises(Refused, match="inspection is not complete"):
        start(cast, accepted_order, cast.technician)


def test_a_colleague_does_not_begin_it(cast: Cast, accepted_order: ServiceOrder) -> None:
    put(accepted_order, inspection_is_open=False)
    with pytest.raises(NotPermitted, match="not yours"):
        start(cast, accepted_order, cast.second_technician)
    with pytest.raises(NotPermitted):
        start(cast, accepted_order, cast.qc)


def test_the_task_to_begin_closes_by_the_act(cast: Cast, accepted_order: ServiceOrder) -> None:
    put(accepted_order, inspection_is_open=False, parts_missing=0)
    with transaction():
        tasks.open_task(
            TaskType.START_REPAIR, site_id=cast.site.id, person_id=cast.technician.id,
            service_order_id=accepted_order.id, due_at=LATER, now=NOW,
        )  # fmt: skip
    start(cast, accepted_order, cast.technician)
    left = task_queries.list_open(cast.site.id, cast.technician.id, cast.technician.roles)
    assert TaskType.START_REPAIR not in [task.type for task in left]
    assert fresh(accepted_order).state is OrderState.REPAIRING
