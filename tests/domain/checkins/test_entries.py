"""Fields that tablets set one by one: they merge, and where two differ both stay until somebody chooses."""

from datetime import datetime, timedelta

import pytest

from aftersales.db import db, transaction
from aftersales.domain.checkins import entries, queries
from aftersales.domain.checkins.kinds import OldParts
from aftersales.domain.checkins.models import CheckIn, Entry, Outcome
from aftersales.domain.errors import Invalid, NotFound, NotPermitted
from aftersales.domain.service_orders.models import ServiceOrder
from tests.cast import Cast, Person
from tests.factories import NOW


def enter(
    order: ServiceOrder, who: Person, name: str, value: object, *, before: str = "", minutes: int = 0,
    client_id: str = "", made_at: datetime | None = None,
) -> Entry:  # fmt: skip
    at = NOW + timedelta(minutes=minutes)
    with transaction():
        return entries.enter(
            order.id,
            name,
            value,
            before=before,
            client_id=client_id or f"{name}-{who.id}-{minutes}",
            made_at=made_at or at,
            actor=who.actor(),
            now=at,
        )


def checkin_of(order: ServiceOrder) -> CheckIn:
    db.session.expire_all()
    found = queries.find_checkin(order.id)
    assert found is not None
    return found


def test_two_tablets_on_one_order_merge_by_field(cast: Cast, arrived_order: ServiceOrder) -> None:
    """CHK-11: each set another field, from the same state of the page."""
    assert enter(arrived_order, cast.advisor, "key_tag", "17").outcome is Outcome.TAKEN
    assert enter(arrived_order, cast.second_advisor, "brought_by", "Jan Nowak").outcome is Outcome.TAKEN
    kept = checkin_of(arrived_order)
    assert (kept.key_tag, kept.brought_by, kept.open_conflicts) == ("17", "Jan Nowak", 0)


def test_one_field_set_differently_keeps_both_values_with_author_and_time(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    """CHK-11: nothing is dropped and nothing is overwritten silently."""
    enter(arrived_order, cast.advisor, "odometer", 118210, minutes=1)
    late = enter(arrived_order, cast.second_advisor, "odometer", 118120, minutes=9, made_at=NOW)
    assert checkin_of(arrived_order).odometer == 118210
    assert (late.outcome, late.value, late.by_name, late.made_at) == (
        Outcome.OPEN, "118120", cast.second_advisor.name, NOW,
    )  # fmt: skip
    assert (late.other_value, late.other_name) == ("118210", cast.advisor.name)
    assert late.other_made_at == NOW + timedelta(minutes=1)
    assert checkin_of(arrived_order).open_conflicts == 1


@pytest.mark.parametrize(
    ("earlier", "outcome"), [(timedelta(seconds=50), Outcome.TAKEN), (timedelta(minutes=5), Outcome.OPEN)]
)
def test_a_slow_network_makes_no_conflict_of_what_one_person_typed_on(
    cast: Cast, arrived_order: ServiceOrder, earlier: timedelta, outcome: Outcome
) -> None:
    """CHK-11: the first of two entries waited for its answer, so the second one seems to be older."""
    enter(arrived_order, cast.advisor, "key_tag", "K1", minutes=6)
    made_at = NOW + timedelta(minutes=6) - earlier
    assert enter(arrived_order, cast.advisor, "key_tag", "K17", minutes=7, made_at=made_at).outcome is outcome


@pytest.mark.parametrize(("is_taken", "stays"), [(True, "B12"), (False, "A7")])
def test_a_person_chooses_one_of_the_two(
    cast: Cast, arrived_order: ServiceOrder, is_taken: bool, stays: str
) -> None:
    enter(arrived_order, cast.advisor, "parking_place", "A7")
    late = enter(arrived_order, cast.second_advisor, "parking_place", "B12", minutes=2)
    for _ in range(2):  # twice is harmless
        with transaction():
            entries.decide(
                arrived_order.id, late.id, "B12", is_taken=is_taken, actor=cast.advisor.actor(), now=NOW
            )
    kept = checkin_of(arrived_order)
    assert (kept.parking_place, kept.open_conflicts) == (stays, 0)
    assert entries.list_open(arrived_order.id) == []


def test_the_same_value_on_both_is_no_conflict(cast: Cast, arrived_order: ServiceOrder) -> None:
    enter(arrived_order, cast.advisor, "old_parts", OldParts.GIVE_BACK, before="dispose")
    again = enter(arrived_order, cast.second_advisor, "old_parts", OldParts.GIVE_BACK, before="dispose")
    assert again.outcome is Outcome.TAKEN


def test_a_person_who_corrects_themselves_before_the_answer_came_is_taken(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    for minutes, value in ((1, "8"), (2, "80"), (3, "18")):
        assert enter(arrived_order, cast.advisor, "key_tag", value, minutes=minutes).outcome is Outcome.TAKEN
    assert checkin_of(arrived_order).key_tag == "18"


def test_an_entry_that_arrives_twice_counts_once(cast: Cast, arrived_order: ServiceOrder) -> None:
    """CHK-11: also when something else was set in between."""
    first = enter(arrived_order, cast.advisor, "key_tag", "17", client_id="tablet-1")
    enter(arrived_order, cast.advisor, "key_tag", "18", before="17", client_id="tablet-2")
    assert enter(arrived_order, cast.advisor, "key_tag", "17", client_id="tablet-1").id == first.id
    assert checkin_of(arrived_order).key_tag == "18"


def test_a_tick_can_be_set_and_taken_back(cast: Cast, arrived_order: ServiceOrder) -> None:
    enter(arrived_order, cast.advisor, "covers_fitted", True)
    assert checkin_of(arrived_order).covers_fitted_at == NOW
    enter(arrived_order, cast.advisor, "covers_fitted", False, before="1", minutes=1)
    assert checkin_of(arrived_order).covers_fitted_at is None


def test_what_the_rules_refuse_leaves_no_entry(cast: Cast, arrived_order: ServiceOrder) -> None:
    enter(arrived_order, cast.advisor, "odometer", 118210)
    with pytest.raises(Invalid):
        enter(arrived_order, cast.advisor, "odometer", 210, before="118210", client_id="too-low")
    assert db.session.query(Entry).filter_by(client_id="too-low").count() == 0


def test_a_technician_sets_no_field_of_the_check_in(cast: Cast, arrived_order: ServiceOrder) -> None:
    with pytest.raises(NotPermitted):
        enter(arrived_order, cast.technician, "key_tag", "17")


def test_an_entry_of_another_order_is_not_found(
    cast: Cast, arrived_order: ServiceOrder, booked_order: ServiceOrder
) -> None:
    with pytest.raises(NotFound), transaction():
        entries.decide(arrived_order.id, 999_999, "", is_taken=True, actor=cast.advisor.actor(), now=NOW)
