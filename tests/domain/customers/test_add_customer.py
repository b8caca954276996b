"""Adding and changing customers."""

import pytest

from aftersales.db import transaction
from aftersales.domain.customers import operations as customers
from aftersales.domain.errors import Invalid, NotPermitted, Stale
from tests.cast import Cast
from tests.factories import NOW


def add(cast: Cast, **values: str) -> customers.Customer:
    with transaction():
        return customers.add_customer(
            site_id=cast.site.id, **{"name": "Łukasz Żak", **values}, actor=cast.advisor.actor(), now=NOW
        )


def test_a_phone_number_without_country_code_is_one_of_the_sites_country(cast: Cast) -> None:
    customer = add(cast, phone="601 234-567")
    assert customer.phone_normalised == "+48601234567"
    assert customer.phone == "+48 601 234 567"


def test_the_search_text_holds_name_phone_and_address_folded(cast: Cast) -> None:
    assert (
        add(cast, phone="601234567", email="Lukasz@Example.org").search
        == "lukasz zak 48601234567 lukasz@example.org"
    )


@pytest.mark.parametrize(
    ("field", "value"), [("name", "  "), ("phone", "12"), ("phone", "call me"), ("email", "nobody@")]
)
def test_what_cannot_be_right_is_refused_at_its_field(cast: Cast, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refusal:
        add(cast, **{field: value})
    assert refusal.value.field == field


def test_a_technician_adds_no_customers(cast: Cast) -> None:
    with pytest.raises(NotPermitted), transaction():
        customers.add_customer(site_id=cast.site.id, name="X", actor=cast.technician.actor(), now=NOW)


def test_two_people_do_not_overwrite_each_other(cast: Cast) -> None:
    """ORD-6"""
    customer = add(cast)
    version = customer.version

    def edit(name: str) -> None:
        with transaction():
            customers.edit_customer(
                customer.id, site_id=cast.site.id, values={"name": name}, version=version,
                actor=cast.advisor.actor(), now=NOW,
            )  # fmt: skip

    edit("First")
    with pytest.raises(Stale):
        edit("Second")
    assert customer.name == "First"
