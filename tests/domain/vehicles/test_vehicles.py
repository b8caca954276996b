"""Vehicles: added with what the VIN says, owned, read."""

import pytest

from aftersales.db import transaction
from aftersales.domain.errors import Invalid, Refused
from aftersales.domain.vehicles import operations as vehicles
from aftersales.domain.vehicles.models import Vehicle, WarningKind
from tests import factories
from tests.cast import Cast
from tests.factories import NOW


def add(cast: Cast, **values: object) -> Vehicle:
    with transaction():
        return vehicles.add_vehicle(
            site_id=cast.site.id,
            **{"plate": "kr 7p421", "owner_id": None, **values},
            actor=cast.advisor.actor(),
            now=NOW,
        )  # type: ignore[arg-type]


def read(cast: Cast, car: Vehicle, value: int, **more: object) -> None:
    with transaction():
        vehicles.read_odometer(car.id, value, actor=cast.advisor.actor(), now=NOW, **more)  # type: ignore[arg-type]


def test_the_vin_fills_in_make_and_year(cast: Cast) -> None:
    """STEP-1, CHK-1"""
    car = add(cast, vin="1HGCM82633A004352")
    assert (car.make, car.year, car.plate, car.plate_normalised, car.plate_country) == (
        "Honda", 2003, "KR 7P421", "KR7P421", "PL",
    )  # fmt: skip


def test_what_is_entered_wins_over_what_the_vin_says(cast: Cast) -> None:
    assert add(cast, vin="1HGCM82633A004352", make="Acura", year=2004).title == "Acura 2004"


def test_a_vin_is_one_vehicles(cast: Cast) -> None:
    add(cast, vin="1HGCM82633A004352")
    with pytest.raises(Refused, match="KR 7P421"):
        add(cast, plate="KR 1", vin="1HGCM82633A004352")


@pytest.mark.parametrize(("field", "value"), [("plate", " - "), ("vin", "1HGCM82633Q004352"), ("year", 19)])
def test_what_cannot_be_right_is_refused_at_its_field(cast: Cast, field: str, value: object) -> None:
    with pytest.raises(Invalid) as refusal:
        add(cast, **{field: value})
    assert refusal.value.field == field


def test_a_lower_odometer_has_to_be_confirmed(cast: Cast) -> None:
    car = add(cast)
    read(cast, car, 118_000)
    with pytest.raises(Invalid, match="118000") as refusal:
        read(cast, car, 18_000)
    assert refusal.value.field == "odometer"
    assert factories.fresh(car).odometer == 118_000
    read(cast, car, 18_000, is_confirmed=True)
    assert factories.fresh(car).odometer == 18_000


def test_a_second_reading_of_one_visit_corrects_the_first(cast: Cast) -> None:
    with transaction():
        order = factories.open_order(cast, car=factories.vehicle(cast, odometer=100))
    read(cast, order.vehicle, 900, service_order_id=order.id)
    read(cast, order.vehicle, 190, service_order_id=order.id)
    assert factories.fresh(order.vehicle).odometer == 190


def test_a_new_owner_leaves_the_old_one_on_record(cast: Cast) -> None:
    with transaction():
        first, second = factories.customer(cast), factories.customer(cast, name="Jan Król")
    car = add(cast, owner_id=first.id)
    with transaction():
        vehicles.change_owner(car.id, customer_id=second.id, actor=cast.advisor.actor(), now=NOW)
    assert factories.fresh(car).owner_id == second.id


def test_a_warning_stays_until_it_is_closed(cast: Cast) -> None:
    car = add(cast)
    with transaction():
        warning = vehicles.open_warning(
            car.id, kind=WarningKind.RECALL, text="Airbag", actor=cast.advisor.actor(), now=NOW
        )
    with transaction():
        vehicles.close_warning(warning.id, vehicle_id=car.id, actor=cast.advisor.actor(), now=NOW)
    assert factories.fresh(warning).closed_at == NOW
