"""The walk around the car: photos, damage, things left, what was handed over."""

import pytest

from aftersales.db import transaction
from aftersales.domain.attachments.operations import StoredPhoto
from aftersales.domain.checkins import custody, handover, queries, walkaround
from aftersales.domain.checkins import operations as checkins
from aftersales.domain.checkins.kinds import DamageKind, Severity, Station, Zone
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused, Stale
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.factories import NOW


def photo(client_id: str = "tablet-1-photo-1") -> StoredPhoto:
    return StoredPhoto(
        client_id, "image/jpeg", "a" * 64, f"k/{client_id}.jpg", f"t/{client_id}.jpg", 8, 6, 100, NOW
    )


def add_damage(cast: Cast, order: ServiceOrder, client_id: str = "tablet-1-pin-1", **values: object) -> None:
    with transaction():
        walkaround.add_damage(
            order.id,
            **{
                "client_id": client_id,
                "zone": Zone.DOOR_RL,
                "kind": DamageKind.SCRATCH,
                "severity": Severity.MEDIUM,
                "x": 112,
                "y": 462,
                "size_cm": 8,
                "actor": cast.advisor.actor(),
                "now": NOW,
                **values,
            },  # type: ignore[arg-type]
        )


def around(order: ServiceOrder) -> queries.Walkaround:
    order = factories.fresh(order)
    return queries.walkaround_of(order, queries.find_checkin(order.id))


def edit(cast: Cast, order: ServiceOrder, **values: object) -> None:
    version = values.pop("version", None)
    confirmed = bool(values.pop("confirmed", False))
    with transaction():
        checkins.edit(
            order.id, values=values, version=version, is_odometer_confirmed=confirmed,  # type: ignore[arg-type]
            actor=cast.advisor.actor(), now=NOW,
        )  # fmt: skip


def test_a_photo_is_kept_with_its_station_time_and_author(cast: Cast, arrived_order: ServiceOrder) -> None:
    """CHK-3"""
    with transaction():
        walkaround.add_photo(
            arrived_order.id, photo(), station=Station.LEFT, actor=cast.advisor.actor(), now=NOW
        )
    kept = around(arrived_order).newest(Station.LEFT)
    assert kept is not None
    assert (kept.taken_at, kept.author_name, kept.caption) == (NOW, cast.advisor.name, "Left side")


def test_a_photo_sent_twice_is_there_once_and_in_its_place(cast: Cast, arrived_order: ServiceOrder) -> None:
    for station in (Station.LEFT, Station.REAR):
        with transaction():
            walkaround.add_photo(
                arrived_order.id, photo(), station=station, actor=cast.advisor.actor(), now=NOW
            )
    assert {station: len(found) for station, found in around(arrived_order).photos.items()} == {
        Station.LEFT: 1
    }


def test_a_damage_pin_has_place_kind_severity_and_size(cast: Cast, arrived_order: ServiceOrder) -> None:
    """CHK-4"""
    add_damage(cast, arrived_order, photo=photo())
    (pin,) = around(arrived_order).damages
    assert (pin.zone, pin.x, pin.y, pin.kind, pin.severity, pin.size_cm) == (
        Zone.DOOR_RL, 112, 462, DamageKind.SCRATCH, Severity.MEDIUM, 8,
    )  # fmt: skip
    assert pin.attachment is not None


def test_a_pin_sent_twice_is_one_pin(cast: Cast, arrived_order: ServiceOrder) -> None:
    add_damage(cast, arrived_order)
    add_damage(cast, arrived_order)
    assert len(around(arrived_order).damages) == 1


def test_a_pin_without_a_place_sits_in_the_middle_of_its_zone(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    add_damage(cast, arrived_order, x=0, y=0)
    assert (around(arrived_order).damages[0].x, around(arrived_order).damages[0].y) == (101, 470)


def test_damage_of_the_last_visit_is_known_and_not_new(cast: Cast) -> None:
    """CHK-4: what was there at the last visit is shown as known."""
    with transaction():
        car = factories.vehicle(cast)
        first = factories.open_order(cast, car=car)
    add_damage(cast, first)
    with transaction():
        factories.check_in(cast, factories.fresh(first))
        second = factories.open_order(cast, car=car)
    add_damage(cast, second, "tablet-1-pin-2", zone=Zone.ROOF)
    assert [pin.zone for pin in around(second).known] == [Zone.DOOR_RL]
    assert [pin.zone for pin in around(second).damages] == [Zone.ROOF]
    assert around(first).known == []


def test_a_pin_taken_away_is_off_the_map_but_on_record(cast: Cast, arrived_order: ServiceOrder) -> None:
    add_damage(cast, arrived_order)
    pin = around(arrived_order).damages[0]
    with transaction():
        walkaround.void_damage(arrived_order.id, pin.id, actor=cast.advisor.actor(), now=NOW)
    assert around(arrived_order).damages == []
    assert factories.fresh(pin).voided_at == NOW


def test_another_orders_pin_is_out_of_reach(cast: Cast, arrived_order: ServiceOrder) -> None:
    with transaction():
        other = factories.open_order(cast)
    add_damage(cast, other)
    pin = around(other).damages[0]
    with pytest.raises(NotFound), transaction():
        walkaround.void_damage(arrived_order.id, pin.id, actor=cast.advisor.actor(), now=NOW)


def test_things_left_in_the_car_are_listed_with_their_box(cast: Cast, arrived_order: ServiceOrder) -> None:
    for _ in range(2):
        with transaction():
            handover.add_belonging(
                arrived_order.id, client_id="tablet-1-thing", what=" Child seat ", box="12",
                actor=cast.advisor.actor(), now=NOW,
            )  # fmt: skip
    (thing,) = around(arrived_order).belongings
    assert (thing.what, thing.box) == ("Child seat", "12")


def test_a_key_tag_hangs_on_one_car_of_the_house(cast: Cast, arrived_order: ServiceOrder) -> None:
    with transaction():
        other = factories.open_order(cast)
    edit(cast, arrived_order, key_tag="47")
    with pytest.raises(Invalid, match=arrived_order.number) as refusal:
        edit(cast, other, key_tag="47")
    assert refusal.value.field == "key_tag"


def test_a_key_tag_is_free_again_when_the_key_went_back(cast: Cast, arrived_order: ServiceOrder) -> None:
    with transaction():
        other = factories.open_order(cast)
    edit(cast, arrived_order, key_tag="47")
    with transaction():
        custody.free(service_orders.lock_order(arrived_order.id), actor=cast.advisor.actor(), now=NOW)
    edit(cast, other, key_tag="47")
    found = queries.find_checkin(other.id)
    assert found is not None
    assert found.key_tag == "47"


def test_the_odometer_is_the_orders_and_the_vehicles(cast: Cast, arrived_order: ServiceOrder) -> None:
    """CHK-1: a lower reading has to be confirmed."""
    edit(cast, arrived_order, odometer=118_420)
    order = factories.fresh(arrived_order)
    assert (order.odometer, factories.fresh(order.vehicle).odometer) == (118_420, 118_420)
    with pytest.raises(Invalid) as refusal:
        edit(cast, arrived_order, odometer=18_420)
    assert refusal.value.field == "odometer"
    edit(cast, arrived_order, odometer=18_420, confirmed=True)
    assert factories.fresh(order).odometer == 18_420


def test_two_tabs_do_not_overwrite_each_other(cast: Cast, arrived_order: ServiceOrder) -> None:
    """ORD-6"""
    edit(cast, arrived_order, version=0, parking_place="A1", wants_wash=True)
    with pytest.raises(Stale):
        edit(cast, arrived_order, version=0, parking_place="B2", wants_wash=False)
    found = queries.find_checkin(arrived_order.id)
    assert found is not None
    assert found.parking_place == "A1"


def test_after_the_signature_nothing_changes(cast: Cast, checked_in_order: ServiceOrder) -> None:
    """CHK-10: nothing changes in what was signed."""
    with pytest.raises(Refused):
        add_damage(cast, checked_in_order)
    with pytest.raises(Refused):
        edit(cast, checked_in_order, odometer=200_000)


def test_a_technician_writes_no_check_in(cast: Cast, arrived_order: ServiceOrder) -> None:
    with pytest.raises(NotPermitted), transaction():
        checkins.edit(arrived_order.id, values={"key_tag": "1"}, actor=cast.technician.actor(), now=NOW)
