"""Looking again at damage of earlier visits."""

import pytest

from aftersales.db import transaction
from aftersales.domain.checkins import known
from aftersales.domain.checkins.kinds import Zone
from aftersales.domain.checkins.models import Damage
from aftersales.domain.errors import NotFound, NotPermitted
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.domain.checkins.test_walkaround import add_damage, around
from tests.factories import NOW


@pytest.fixture
def second_visit(cast: Cast) -> ServiceOrder:
    """The car of an earlier visit with a scratch on its rear door is here again."""
    with transaction():
        car = factories.vehicle(cast)
        first = factories.open_order(cast, car=car)
    add_damage(cast, first)
    with transaction():
        factories.check_in(cast, factories.fresh(first))
        order = factories.open_order(cast, car=car)
    add_damage(cast, order, "tablet-1-pin-2", zone=Zone.ROOF)
    return order


def scratch(order: ServiceOrder) -> Damage:
    (pin,) = around(order).known
    return pin


def look(cast: Cast, order: ServiceOrder, client_id: str = "look-1", **values: object) -> None:
    with transaction():
        known.look_again(
            order.id,
            **{
                "damage_id": scratch(order).id, "is_there": False, "client_id": client_id,
                "actor": cast.advisor.actor(), "now": NOW, **values,
            },  # type: ignore[arg-type]
        )  # fmt: skip


def test_damage_that_is_still_there_is_kept_with_who_and_when(cast: Cast, second_visit: ServiceOrder) -> None:
    """CHK-4"""
    look(cast, second_visit, is_there=True)
    seen = around(second_visit).seen[scratch(second_visit).id]
    assert (seen.is_there, seen.seen_by_name, seen.seen_at) == (True, cast.advisor.name, NOW)


def test_repaired_damage_is_shown_now_and_not_known_at_the_next_visit(
    cast: Cast, second_visit: ServiceOrder
) -> None:
    """CHK-4"""
    look(cast, second_visit)
    assert not around(second_visit).seen[scratch(second_visit).id].is_there
    with transaction():
        order = factories.fresh(second_visit)
        factories.check_in(cast, order)
        third = factories.open_order(cast, car=order.vehicle)
    assert [pin.zone for pin in around(third).known] == [Zone.ROOF]


def test_a_wrong_tap_is_put_right_and_the_same_tap_counts_once(
    cast: Cast, second_visit: ServiceOrder
) -> None:
    version = scratch(second_visit).version
    look(cast, second_visit)
    look(cast, second_visit, "look-2", is_there=True)
    look(cast, second_visit)
    pin = factories.fresh(scratch(second_visit))
    assert (around(second_visit).seen[pin.id].is_there, pin.repaired_at) == (True, None)
    assert pin.version == version  # what was signed at the earlier visit is not older for that


def test_new_damage_and_that_of_another_car_are_not_known(
    cast: Cast, second_visit: ServiceOrder, arrived_order: ServiceOrder
) -> None:
    add_damage(cast, arrived_order, "tablet-1-pin-3")
    for pin in (around(second_visit).damages[0], around(arrived_order).damages[0]):
        with pytest.raises(NotFound):
            look(cast, second_visit, damage_id=pin.id)
    with pytest.raises(NotPermitted):
        look(cast, second_visit, actor=cast.technician.actor())
    with pytest.raises(NotFound):
        look(cast, second_visit, site_id=cast.other_site.id)
