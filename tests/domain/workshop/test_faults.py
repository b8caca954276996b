"""Confirming the fault, and what the technician notes about the car at acceptance."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.workshop import dispatch, faults
from aftersales.domain.workshop.models import FaultCheck, HandoverItem
from tests.cast import Cast, Person
from tests.factories import NOW, fresh

LATER = NOW + timedelta(hours=1)


def check(cast: Cast, order: ServiceOrder, who: Person, *, is_found: bool, note: str = "") -> FaultCheck:
    with transaction():
        return faults.check(
            fresh(order).jobs[0].id,
            site_id=who.site_id,
            is_found=is_found,
            note=note,
            actor=who.actor(),
            now=LATER,
        )


def test_the_confirmed_fault_stands_in_the_timeline(cast: Cast, accepted_order: ServiceOrder) -> None:
    """TEC-1: confirm the fault."""
    found = check(cast, accepted_order, cast.technician, is_found=True)
    assert (found.is_found, found.checked_by_name) == (True, cast.technician.name)
    assert orders.list_events(accepted_order.id)[0].text == "Fault confirmed: %(title)s"


def test_the_same_answer_twice_is_one_row(cast: Cast, accepted_order: ServiceOrder) -> None:
    for _ in range(2):
        check(cast, accepted_order, cast.technician, is_found=True)
    texts = [event.text for event in orders.list_events(accepted_order.id)]
    assert texts.count("Fault confirmed: %(title)s") == 1


def test_not_found_says_what_was_tried_and_can_be_corrected(cast: Cast, accepted_order: ServiceOrder) -> None:
    with pytest.raises(Invalid, match="what you tried"):
        check(cast, accepted_order, cast.technician, is_found=False)
    check(cast, accepted_order, cast.technician, is_found=False, note="Road test, cold and warm")
    check(cast, accepted_order, cast.technician, is_found=True, note="Squeals when wet")
    (found,) = db.session.scalars(select(FaultCheck))
    assert (found.is_found, found.note) == (True, "Squeals when wet")


def test_only_the_own_car_at_work_is_judged(cast: Cast, accepted_order: ServiceOrder) -> None:
    with pytest.raises(NotPermitted):
        check(cast, accepted_order, cast.second_technician, is_found=True)
    with pytest.raises(NotFound):
        check(cast, accepted_order, cast.other_manager, is_found=True)


def test_the_car_is_accepted_first(cast: Cast, assigned_order: ServiceOrder) -> None:
    with pytest.raises(Refused, match="diagnosis or repair"):
        check(cast, assigned_order, cast.technician, is_found=True)


def test_a_difference_to_the_check_in_record_is_kept(cast: Cast, assigned_order: ServiceOrder) -> None:
    """TEC-1: the vehicle is checked against the check-in record."""
    with transaction():
        dispatch.accept(
            assigned_order.id, site_id=cast.site.id, acknowledged=frozenset(HandoverItem),
            differences="Scratch on the left mirror", actor=cast.technician.actor(), now=LATER,
        )  # fmt: skip
    event = next(each for each in orders.list_events(assigned_order.id) if "differs" in each.text)
    assert (event.reason, event.tone) == ("Scratch on the left mirror", "soon")
