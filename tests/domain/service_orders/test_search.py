"""Search by plate, VIN, name, phone or order number."""

import pytest

from aftersales.db import transaction
from aftersales.domain.service_orders import search
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.cast import Cast


@pytest.fixture
def order(cast: Cast) -> ServiceOrder:
    with transaction():
        owner = factories.customer(cast, name="Łukasz Żółć", phone="601 234 567", email="lukasz@example.org")
        car = factories.vehicle(cast, owner, plate="沪A·12345", vin="1HGCM82633A004352")
        factories.customer(cast, name="Nobody Else", phone="", email="")
        factories.vehicle(
            cast, factories.customer(cast, name="Ewa Sobczak", phone="", email=""), plate="SK 808XA"
        )
        return factories.open_order(cast, car=car)


@pytest.mark.parametrize(
    "text",
    ["沪a 12345", "12345", "1hgcm8263", "004352", "lukasz", "ŁUKASZ zolc", "zolc lukasz", "601 234-567", "0048 601234567",
     "lukasz@example", "26-0001", "0001"],
)  # fmt: skip
def test_everything_that_people_type_finds_the_vehicle(text: str, cast: Cast, order: ServiceOrder) -> None:
    """STEP-1"""
    hits = search.find(text, site_id=cast.site.id, sees_customers=True)
    assert [(hit.plate, hit.order_number, hit.order_state) for hit in hits] == [
        ("沪A·12345", "26-0001", "arrived")
    ]


def test_a_customer_without_a_vehicle_is_found_too(cast: Cast, order: ServiceOrder) -> None:
    (hit,) = search.find("nobody", site_id=cast.site.id, sees_customers=True)
    assert (hit.vehicle_id, hit.customer_name) == (None, "Nobody Else")


def test_who_may_not_see_customers_neither_finds_nor_reads_them(cast: Cast, order: ServiceOrder) -> None:
    assert search.find("lukasz", site_id=cast.site.id, sees_customers=False) == []
    (hit,) = search.find("12345", site_id=cast.site.id, sees_customers=False)
    assert (hit.customer_name, hit.phone, hit.customer_id) == ("", "", None)


def test_another_sites_order_is_not_told(cast: Cast, order: ServiceOrder) -> None:
    assert search.find("26-0001", site_id=cast.other_site.id, sees_customers=True) == []
    (hit,) = search.find("沪A12345", site_id=cast.other_site.id, sees_customers=True)
    assert hit.order_number == ""


@pytest.mark.parametrize("text", ["", "x", " - ", "%", "__", "zzz"])
def test_too_little_or_nothing_finds_nothing(text: str, cast: Cast, order: ServiceOrder) -> None:
    assert search.find(text, site_id=cast.site.id, sees_customers=True) == []
