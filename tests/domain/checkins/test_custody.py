"""Where key and car are (CHK-7)."""

from datetime import timedelta

import pytest

from aftersales.db import transaction
from aftersales.domain.checkins import custody, queries, rules, signed_content, whereabouts
from aftersales.domain.checkins import operations as checkins
from aftersales.domain.checkins.kinds import Custody, ParkingZone
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.cast import Cast, Person
from tests.factories import NOW


def park(
    cast: Cast, order: ServiceOrder, place: str = "P12", client_id: str = "move-1", **values: object
) -> None:
    with transaction():
        custody.move_car(
            order.id,
            **{
                "zone": ParkingZone.WORKSHOP, "place": place, "client_id": client_id,
                "actor": cast.technician.actor(), "now": NOW, **values,
            },  # type: ignore[arg-type]
        )  # fmt: skip


def hang(
    cast: Cast,
    order: ServiceOrder,
    client_id: str,
    *,
    slot: str = "",
    holder: str = "",
    by: Person | None = None,
) -> None:
    with transaction():
        custody.move_key(
            order.id,
            slot=slot,
            holder=holder,
            client_id=client_id,
            actor=(by or cast.advisor).actor(),
            now=NOW,
        )


def found(order: ServiceOrder) -> CheckIn:
    checkin = queries.find_checkin(order.id)
    assert checkin
    return factories.fresh(checkin)


def test_each_move_of_the_car_is_a_row_with_from_and_to(cast: Cast, checked_in_order: ServiceOrder) -> None:
    """CHK-7: editable at any time, also after the signature."""
    park(cast, checked_in_order)
    park(cast, checked_in_order, "A3", "move-2", zone=ParkingZone.FINISHED)
    checkin = found(checked_in_order)
    assert rules.place_words(checkin) == "Finished cars, A3"
    newest, first = whereabouts.list_moves(checkin.id)
    assert (first.what, first.to_place, first.to_zone) == (Custody.CAR, "P12", ParkingZone.WORKSHOP)
    assert (newest.from_place, newest.from_zone, newest.to_place) == ("P12", ParkingZone.WORKSHOP, "A3")
    assert (newest.moved_by_name, newest.moved_at) == (cast.technician.name, NOW)


def test_a_move_sent_twice_is_one_row(cast: Cast, checked_in_order: ServiceOrder) -> None:
    for _ in range(2):
        park(cast, checked_in_order)
        hang(cast, checked_in_order, "key-1", slot="7")
    assert len(whereabouts.list_moves(found(checked_in_order).id)) == 2


def test_a_place_alone_keeps_the_zone(cast: Cast, checked_in_order: ServiceOrder) -> None:
    park(cast, checked_in_order)
    park(cast, checked_in_order, "P13", "move-2", zone=None)
    assert rules.place_words(found(checked_in_order)) == "Workshop, P13"
    with pytest.raises(Invalid):
        park(cast, checked_in_order, " ", "move-3", zone=None)


def test_the_key_hangs_in_a_slot_or_somebody_has_it(cast: Cast, checked_in_order: ServiceOrder) -> None:
    hang(cast, checked_in_order, "key-1", slot="7")
    assert rules.key_words(found(checked_in_order)) == "Key in slot 7"
    hang(cast, checked_in_order, "key-2", holder="Tomasz Lis")
    assert rules.key_words(found(checked_in_order)) == "Key with Tomasz Lis"
    with pytest.raises(Invalid):
        hang(cast, checked_in_order, "key-3")


def test_one_slot_holds_one_key(
    cast: Cast, checked_in_order: ServiceOrder, arrived_order: ServiceOrder
) -> None:
    hang(cast, checked_in_order, "key-1", slot="7")
    with pytest.raises(Invalid, match=checked_in_order.number):
        hang(cast, arrived_order, "key-2", slot="7")
    hang(cast, checked_in_order, "key-3", holder="Tomasz Lis")
    hang(cast, arrived_order, "key-4", slot="7")


def test_a_move_changes_nothing_that_is_signed(cast: Cast, checked_in_order: ServiceOrder) -> None:
    """CHK-10: key holder and place are not covered by the signature."""

    def digest() -> str:
        order = factories.fresh(checked_in_order)
        return signed_content.content_digest(
            order, found(order), signed_content.priced(order.id, includes_tax=True)
        )

    before, version = digest(), found(checked_in_order).version
    park(cast, checked_in_order)
    hang(cast, checked_in_order, "key-1", slot="7")
    assert (digest(), found(checked_in_order).version) == (before, version)


def test_the_place_typed_at_check_in_is_the_first_move(cast: Cast, arrived_order: ServiceOrder) -> None:
    with transaction():
        checkins.edit(arrived_order.id, values={"parking_place": "P1"}, actor=cast.advisor.actor(), now=NOW)
    assert rules.place_words(found(arrived_order)) == "Waiting cars, P1"
    (move,) = whereabouts.list_moves(found(arrived_order).id)
    assert (move.to_place, move.to_zone) == ("P1", ParkingZone.WAITING)


def test_handing_over_frees_key_and_place(
    cast: Cast, ready_order: ServiceOrder, arrived_order: ServiceOrder
) -> None:
    """CHK-7"""
    park(cast, ready_order)
    hang(cast, ready_order, "key-1", slot="7")
    with transaction():
        factories.hand_over(cast, factories.fresh(ready_order))
    checkin = found(ready_order)
    assert (checkin.parking_place, checkin.parking_zone, checkin.key_slot) == ("", None, "")
    assert checkin.key_returned_at is not None
    assert [move.is_freed for move in whereabouts.list_moves(checkin.id)][:2] == [True, True]
    assert [car.order_id for car in whereabouts.list_cars(cast.site.id)] == [arrived_order.id]
    hang(cast, arrived_order, "key-2", slot="7")
    with pytest.raises(Refused):
        park(cast, ready_order, client_id="move-2", now=NOW + timedelta(days=1))


def test_a_booked_car_and_another_sites_car_are_not_moved(
    cast: Cast, booked_order: ServiceOrder, checked_in_order: ServiceOrder
) -> None:
    with pytest.raises(Refused):
        park(cast, booked_order)
    with pytest.raises(NotFound):
        park(cast, checked_in_order, site_id=cast.other_site.id)
    with pytest.raises(NotPermitted):
        hang(cast, checked_in_order, "key-1", slot="7", by=cast.cashier)


def test_taken_places_name_the_plate(
    cast: Cast, checked_in_order: ServiceOrder, arrived_order: ServiceOrder
) -> None:
    park(cast, checked_in_order)
    assert whereabouts.taken_places(cast.site.id, besides=arrived_order.id) == {
        "P12": factories.fresh(checked_in_order).vehicle.plate
    }
    assert whereabouts.taken_places(cast.site.id, besides=checked_in_order.id) == {}
