"""Giving an order to people and a bay, and the workshop's receipt of the car."""

from datetime import timedelta

import pytest

from aftersales.db import transaction
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused, Stale
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.staffing import operations as staffing
from aftersales.domain.staffing.models import Grade
from aftersales.domain.staffing.queries import find_technician
from aftersales.domain.tasks import queries as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.workshop import dispatch
from aftersales.domain.workshop.models import HandoverItem
from tests import factories
from tests.cast import Cast, Person
from tests.factories import NOW, fresh

LATER = NOW + timedelta(minutes=30)


def assign(cast: Cast, order: ServiceOrder, **values: object) -> ServiceOrder:
    arguments: dict[str, object] = {
        "technician_id": cast.technician.id,
        "bay_id": cast.site.bay_ids[0],
        **values,
    }
    with transaction():
        return dispatch.assign(
            order.id,
            site_id=cast.site.id,
            actor=cast.manager.actor(),
            now=LATER,
            **arguments,  # type: ignore[arg-type]
        )


def accept(
    cast: Cast, order: ServiceOrder, who: Person, items: frozenset[HandoverItem] | None = None
) -> ServiceOrder:
    with transaction():
        return dispatch.accept(
            order.id,
            site_id=cast.site.id,
            acknowledged=frozenset(HandoverItem) if items is None else items,
            actor=who.actor(),
            now=LATER + timedelta(minutes=5),
        )


def open_types(cast: Cast, who: Person) -> list[TaskType]:
    return [task.type for task in tasks.list_open(cast.site.id, who.id, who.roles)]


def team_of(cast: Cast, *people: Person, leader: Person | None = None) -> int:
    """A team of these people; those without a technician's record get one."""
    with transaction():
        team = staffing.add_team(
            cast.site.id,
            name="Team North",
            leader_id=leader and leader.id,
            actor=cast.manager.actor(),
            now=NOW,
        )
        for person in people:
            technician = find_technician(person.id, cast.site.id)
            assert technician is not None
            technician.team_id = team.id
    return team.id


def test_a_signed_check_in_asks_the_manager_to_assign(cast: Cast, checked_in_order: ServiceOrder) -> None:
    """STEP-3: the task to assign a technician is there by itself, and closes by the act."""
    assert TaskType.ASSIGN_TECHNICIAN in open_types(cast, cast.manager)
    assign(cast, checked_in_order)
    assert TaskType.ASSIGN_TECHNICIAN not in open_types(cast, cast.manager)
    assert TaskType.ACCEPT_JOB in open_types(cast, cast.technician)


def test_assigning_sets_technician_and_bay_and_leaves_a_row(
    cast: Cast, checked_in_order: ServiceOrder
) -> None:
    order = assign(cast, checked_in_order)
    assert (order.state, order.technician_id, order.bay_id) == (
        OrderState.ASSIGNED,
        cast.technician.id,
        cast.site.bay_ids[0],
    )
    newest = orders.list_events(order.id)[0]
    assert (newest.to_state, newest.actor_name) == ("assigned", cast.manager.name)
    assert cast.technician.name in newest.reason


def test_giving_it_to_somebody_else_moves_the_task(cast: Cast, assigned_order: ServiceOrder) -> None:
    order = assign(cast, assigned_order, technician_id=cast.second_technician.id)
    assert order.technician_id == cast.second_technician.id
    assert TaskType.ACCEPT_JOB in open_types(cast, cast.second_technician)
    assert TaskType.ACCEPT_JOB not in open_types(cast, cast.technician)


def test_an_order_in_work_can_be_given_to_somebody_else(cast: Cast, accepted_order: ServiceOrder) -> None:
    order = assign(cast, accepted_order, technician_id=cast.second_technician.id, bay_id=cast.site.bay_ids[1])
    assert (order.state, order.technician_id) == (OrderState.IN_PROGRESS, cast.second_technician.id)


def test_a_bay_holds_one_car(cast: Cast, assigned_order: ServiceOrder) -> None:
    with transaction():
        second = factories.check_in(cast, factories.open_order(cast))
    with pytest.raises(Refused, match="stands in bay Bay 1"):
        assign(cast, second)
    assert fresh(second).state is OrderState.CHECKED_IN


def test_a_freed_bay_takes_the_next_car(cast: Cast, assigned_order: ServiceOrder) -> None:
    with transaction():
        second = factories.check_in(cast, factories.open_order(cast))
        for _ in range(2):  # twice is harmless
            dispatch.free_bay(
                assigned_order.id, site_id=cast.site.id, actor=cast.technician.actor(), now=LATER
            )
    assert assign(cast, second).bay_id == cast.site.bay_ids[0]


def test_an_order_that_is_not_signed_cannot_be_assigned(cast: Cast, arrived_order: ServiceOrder) -> None:
    with pytest.raises(Refused, match="Arrived"):
        assign(cast, arrived_order)


def test_only_those_who_dispatch_assign(cast: Cast, checked_in_order: ServiceOrder) -> None:
    for who in (cast.advisor, cast.technician, cast.qc):
        with pytest.raises(NotPermitted), transaction():
            dispatch.assign(
                checked_in_order.id, site_id=cast.site.id, technician_id=cast.technician.id,
                bay_id=cast.site.bay_ids[0], actor=who.actor(), now=LATER,
            )  # fmt: skip


def test_a_person_without_work_here_cannot_get_an_order(cast: Cast, checked_in_order: ServiceOrder) -> None:
    with pytest.raises(Invalid, match="technician of this site"):
        assign(cast, checked_in_order, technician_id=cast.stranger.id)
    with pytest.raises(Invalid, match="technician or a team"):
        assign(cast, checked_in_order, technician_id=None)
    with pytest.raises(Invalid, match="bay of this site"):
        assign(cast, checked_in_order, bay_id=cast.other_site.bay_ids[0])


def test_another_sites_order_is_not_there(cast: Cast, checked_in_order: ServiceOrder) -> None:
    with pytest.raises(NotFound), transaction():
        dispatch.assign(
            checked_in_order.id, site_id=cast.other_site.id, technician_id=cast.technician.id,
            bay_id=cast.other_site.bay_ids[0], actor=cast.other_manager.actor(), now=LATER,
        )  # fmt: skip


def test_a_stale_form_does_not_overwrite(cast: Cast, checked_in_order: ServiceOrder) -> None:
    """ORD-6: two people who assign one order never overwrite each other silently."""
    version = checked_in_order.version
    assign(cast, checked_in_order, version=version)
    with pytest.raises(Stale):
        assign(cast, checked_in_order, technician_id=cast.second_technician.id, version=version)


def test_accepting_acknowledges_car_key_order_and_sheet(cast: Cast, assigned_order: ServiceOrder) -> None:
    """STEP-5, TEC-1, DSP-2: the technician accepts, In Progress begins, and the receipt has its time."""
    order = accept(cast, assigned_order, cast.technician)
    assert order.state is OrderState.IN_PROGRESS
    assert order.workshop_received_at == LATER + timedelta(minutes=5)
    assert "check-in sheet" in orders.list_events(order.id)[0].text


@pytest.mark.parametrize("missing", list(HandoverItem))
def test_what_was_not_received_is_named(
    cast: Cast, assigned_order: ServiceOrder, missing: HandoverItem
) -> None:
    """DSP-2: nothing is taken over in part."""
    with pytest.raises(Invalid, match="Missing"):
        accept(cast, assigned_order, cast.technician, frozenset(HandoverItem) - {missing})
    assert fresh(assigned_order).workshop_received_at is None
    assert fresh(assigned_order).state is OrderState.ASSIGNED


def test_accepting_twice_is_harmless(cast: Cast, assigned_order: ServiceOrder) -> None:
    accept(cast, assigned_order, cast.technician)
    before = len(orders.list_events(assigned_order.id))
    accept(cast, assigned_order, cast.technician)
    assert len(orders.list_events(assigned_order.id)) == before


def test_nobody_accepts_a_colleagues_order(cast: Cast, assigned_order: ServiceOrder) -> None:
    with pytest.raises(NotPermitted, match="not yours"):
        accept(cast, assigned_order, cast.second_technician)


def test_one_of_the_team_accepts_the_teams_order_and_has_it_then(
    cast: Cast, checked_in_order: ServiceOrder
) -> None:
    """DSP-4: team work is possible."""
    team = team_of(cast, cast.technician, cast.second_technician, leader=cast.leader)
    assign(cast, checked_in_order, technician_id=None, team_id=team)
    order = accept(cast, checked_in_order, cast.second_technician)
    assert (order.technician_id, order.team_id) == (cast.second_technician.id, team)
    for who in (cast.technician, cast.leader):
        assert dispatch.is_own(order, who.actor())


def test_a_technicians_team_goes_with_the_order(cast: Cast, checked_in_order: ServiceOrder) -> None:
    team = team_of(cast, cast.technician)
    assert assign(cast, checked_in_order).team_id == team


def test_somebody_who_gets_no_work_any_more_cannot_be_chosen(
    cast: Cast, checked_in_order: ServiceOrder
) -> None:
    technician = find_technician(cast.technician.id, cast.site.id)
    assert technician is not None
    with transaction():
        staffing.change_technician(
            technician.id, site_id=cast.site.id, values={"is_active": False, "grade": Grade.SENIOR},
            actor=cast.manager.actor(), now=NOW,
        )  # fmt: skip
    with pytest.raises(Invalid):
        assign(cast, checked_in_order)


def test_a_refused_assignment_changes_nothing(cast: Cast, assigned_order: ServiceOrder) -> None:
    with transaction():
        service_orders.hold(
            assigned_order.id,
            reason=service_orders.HoldReason.OTHER,
            note="",
            actor=cast.manager.actor(),
            now=LATER,
        )
    before = fresh(assigned_order).version
    with pytest.raises(Invalid):
        assign(cast, assigned_order, bay_id=999)
    assert fresh(assigned_order).version == before
