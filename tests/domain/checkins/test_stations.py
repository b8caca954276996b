"""Leaving a station of the walk-around out."""

import pytest

from aftersales.db import transaction
from aftersales.domain.checkins import queries, rules, stations, walkaround
from aftersales.domain.checkins.kinds import Station
from aftersales.domain.errors import Invalid, NotPermitted, Refused
from aftersales.domain.service_orders.models import ServiceOrder
from tests.cast import Cast
from tests.domain.checkins.test_walkaround import around, photo
from tests.factories import NOW


def skip(cast: Cast, order: ServiceOrder, client_id: str = "tablet-skip-1", **values: object) -> None:
    with transaction():
        stations.skip(
            order.id,
            **{
                "station": Station.VIN, "reason": "too_dark", "client_id": client_id,
                "actor": cast.advisor.actor(), "now": NOW, **values,
            },  # type: ignore[arg-type]
        )  # fmt: skip


def unskip(cast: Cast, order: ServiceOrder, client_id: str = "") -> None:
    with transaction():
        stations.unskip(
            order.id, station=Station.VIN, client_id=client_id, actor=cast.advisor.actor(), now=NOW
        )


def missing(order: ServiceOrder) -> list[str]:
    checkin = queries.find_checkin(order.id)
    dealt_with = queries.dealt_with(checkin.id) if checkin else set()
    return rules.what_is_missing(
        checkin, dealt_with, ["vin"], has_jobs=True, is_priced=True, is_promised=True
    )


def test_a_skipped_station_is_dealt_with_and_says_why(cast: Cast, arrived_order: ServiceOrder) -> None:
    """CHK-2: skipping needs a reason, which is kept with who and when."""
    assert "Take the photo “VIN”." in missing(arrived_order)
    skip(cast, arrived_order)
    assert "Take the photo “VIN”." not in missing(arrived_order)
    kept = around(arrived_order).skips[Station.VIN]
    assert (kept.reason, kept.skipped_at, kept.skipped_by_name) == ("too_dark", NOW, cast.advisor.name)
    assert rules.skip_words(kept.reason) == "Too dark"
    assert rules.skip_words("The dog sits there") == "The dog sits there"


def test_a_station_is_not_skipped_without_a_reason(cast: Cast, arrived_order: ServiceOrder) -> None:
    with pytest.raises(Invalid) as refusal:
        skip(cast, arrived_order, reason="  ")
    assert refusal.value.field == "reason"
    assert around(arrived_order).skips == {}


def test_a_skip_sent_twice_is_one_skip(cast: Cast, arrived_order: ServiceOrder) -> None:
    skip(cast, arrived_order)
    skip(cast, arrived_order, reason="declined")
    assert around(arrived_order).skips[Station.VIN].reason == "too_dark"


@pytest.mark.parametrize("photo_first", [True, False])
def test_a_photo_replaces_the_skip_whichever_arrives_first(
    cast: Cast, arrived_order: ServiceOrder, photo_first: bool
) -> None:
    if not photo_first:
        skip(cast, arrived_order)
    with transaction():
        walkaround.add_photo(
            arrived_order.id, photo(), station=Station.VIN, actor=cast.advisor.actor(), now=NOW
        )
    if photo_first:
        skip(cast, arrived_order)
    assert around(arrived_order).skips == {}
    assert around(arrived_order).newest(Station.VIN) is not None


def test_a_skip_is_taken_back_once(cast: Cast, arrived_order: ServiceOrder) -> None:
    skip(cast, arrived_order)
    unskip(cast, arrived_order, "tablet-unskip-1")
    assert around(arrived_order).skips == {}
    assert "Take the photo “VIN”." in missing(arrived_order)
    skip(cast, arrived_order, "tablet-skip-2")
    unskip(cast, arrived_order, "tablet-unskip-1")
    assert Station.VIN in around(arrived_order).skips


def test_a_technician_skips_nothing_and_nobody_after_the_signature(
    cast: Cast, arrived_order: ServiceOrder, checked_in_order: ServiceOrder
) -> None:
    with pytest.raises(NotPermitted):
        skip(cast, arrived_order, actor=cast.technician.actor())
    with pytest.raises(Refused):
        skip(cast, checked_in_order)
