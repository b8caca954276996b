"""APT-7: an appointment is a preliminary order."""

from datetime import timedelta
from decimal import Decimal

import pytest

from aftersales.db import transaction
from aftersales.domain.appointments.models import BookingChannel
from aftersales.domain.errors import Invalid, NotPermitted
from aftersales.domain.service_orders import bookings
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.factories import NOW

TOMORROW = NOW + timedelta(days=1)


def book(cast: Cast, **values: object) -> ServiceOrder:
    with transaction():
        car = factories.vehicle(cast)
        return bookings.book(
            **{
                "site_id": cast.site.id, "vehicle_id": car.id, "customer_id": car.owner_id, "starts_at": TOMORROW,
                "channel": BookingChannel.PHONE, "concerns": ["Yearly service"], "actor": cast.care.actor(), "now": NOW,
                **values,
            }  # type: ignore[arg-type]
        )  # fmt: skip


def test_a_booking_is_a_preliminary_order_with_a_rough_estimate(cast: Cast) -> None:
    """APT-7"""
    order = book(cast, rough_estimate=Decimal("450.00"))
    assert (order.state, order.planned_at) == ("booked", TOMORROW)
    (row,) = bookings.list_bookings(cast.site.id, since=NOW, until=NOW + timedelta(days=2))
    assert (row.order_id, row.rough_estimate, row.channel, row.summary) == (
        order.id, Decimal("450.00"), BookingChannel.PHONE, "Yearly service",
    )  # fmt: skip


def test_the_same_form_twice_is_one_booking(cast: Cast) -> None:
    assert book(cast, client_id="desk-1").id == book(cast, client_id="desk-1").id
    assert len(bookings.list_bookings(cast.site.id, since=NOW, until=NOW + timedelta(days=2))) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [({"starts_at": NOW}, "starts_at"), ({"concerns": [" "]}, "concerns"), ({"rough_estimate": Decimal(-1)}, "rough_estimate")],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_at_its_field(
    cast: Cast, values: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        book(cast, **values)
    assert refusal.value.field == field


def test_the_technician_books_nothing(cast: Cast) -> None:
    with pytest.raises(NotPermitted):
        book(cast, actor=cast.technician.actor())


def test_a_cancelled_booking_keeps_its_reason_and_stays_on_the_list(cast: Cast) -> None:
    order = book(cast)
    with transaction():
        service_orders.move(
            service_orders.lock_order(order.id),
            "cancel",
            reason="Customer is ill",
            actor=cast.advisor.actor(),
            now=NOW,
        )
    (row,) = bookings.list_bookings(cast.site.id, since=NOW, until=NOW + timedelta(days=2))
    assert row.state == "cancelled"


def test_a_moved_booking_stands_on_its_new_day(cast: Cast) -> None:
    order = book(cast)
    with transaction():
        bookings.reschedule(
            order.id, starts_at=TOMORROW + timedelta(days=1), actor=cast.care.actor(), now=NOW
        )
    assert bookings.list_bookings(cast.site.id, since=NOW, until=NOW + timedelta(days=3)) != []
    assert bookings.list_bookings(cast.site.id, since=TOMORROW, until=TOMORROW + timedelta(hours=1)) == []


def test_another_site_does_not_see_it(cast: Cast) -> None:
    book(cast)
    assert bookings.list_bookings(cast.other_site.id, since=NOW, until=NOW + timedelta(days=2)) == []
