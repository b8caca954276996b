"""Work that one team can do given by the advisor; cars that are washed first."""

import pytest

from aftersales.db import db, transaction
from aftersales.domain.actors import SYSTEM
from aftersales.domain.errors import Invalid, NotPermitted, Refused
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import Job, Priority, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites.models import Site
from aftersales.domain.staffing import operations as staffing
from aftersales.domain.staffing import timetable
from aftersales.domain.staffing.models import Skill
from aftersales.domain.staffing.queries import find_technician
from aftersales.domain.tasks import queries as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.workshop import dispatch, teams, washing
from aftersales.domain.workshop.models import HandoverItem
from tests.cast import Cast
from tests.factories import NOW, fresh


def allow(cast: Cast, **settings: object) -> None:
    with transaction():
        site = db.session.get_one(Site, cast.site.id)
        site.settings, site.has_teams = (
            {key.replace("__", "."): value for key, value in settings.items()},
            True,
        )


def team(cast: Cast, name: str, *skills: Skill, second: bool = False) -> int:
    with transaction():
        made = staffing.add_team(cast.site.id, name=name, leader_id=None, actor=SYSTEM, now=NOW)
        person = cast.second_technician if second else cast.technician
        technician = find_technician(person.id, cast.site.id)
        assert technician is not None
        technician.team_id, technician.skills = made.id, [skill.value for skill in skills]
    return made.id


def give(cast: Cast, order: ServiceOrder, team_id: int) -> ServiceOrder:
    with transaction():
        return teams.give_to_team(
            order.id, site_id=cast.site.id, team_id=team_id, bay_id=cast.site.bay_ids[0],
            people=timetable.load_from(cast.site.id, NOW).people, briefing="Mind the sill",
            actor=cast.advisor.actor(), now=NOW,
        )  # fmt: skip


def test_the_advisor_gives_single_team_work_straight_to_the_team(
    cast: Cast, checked_in_order: ServiceOrder
) -> None:
    """DSP-7: where the site sets it."""
    north = team(cast, "North", Skill.MECHANICAL)
    with pytest.raises(NotPermitted, match="workshop manager gives the work"):
        give(cast, checked_in_order, north)
    allow(cast, dispatch__advisor_gives=True)
    order = give(cast, checked_in_order, north)
    assert (order.state, order.team_id, order.briefing) == (OrderState.ASSIGNED, north, "Mind the sill")


def test_work_for_several_teams_goes_to_the_workshop_manager(
    cast: Cast, checked_in_order: ServiceOrder
) -> None:
    """DSP-7: no team can do paint and mechanics; the manager's task is open."""
    allow(cast, dispatch__advisor_gives=True)
    north, paint = team(cast, "North", Skill.MECHANICAL), team(cast, "Paint", Skill.PAINT, second=True)
    with transaction():
        order = fresh(checked_in_order)
        service_orders.lock_order(order.id)
        db.session.add(
            Job(
                service_order_id=order.id, position=2, title="Paint the door", skill=Skill.PAINT, added_at=NOW
            )
        )
    for team_id in (north, paint):
        with pytest.raises(Refused, match="No single team"):
            give(cast, checked_in_order, team_id)
    open_types = [task.type for task in tasks.list_open(cast.site.id, cast.manager.id, cast.manager.roles)]
    assert TaskType.ASSIGN_TECHNICIAN in open_types


def test_a_team_that_cannot_do_it_is_not_chosen(cast: Cast, checked_in_order: ServiceOrder) -> None:
    allow(cast, dispatch__advisor_gives=True)
    team(cast, "North", Skill.MECHANICAL)
    with pytest.raises(Invalid, match="can do all of this"):
        give(cast, checked_in_order, team(cast, "Paint", Skill.PAINT, second=True))


def test_the_car_is_washed_before_the_workshop_takes_it(cast: Cast, checked_in_order: ServiceOrder) -> None:
    """DSP-2: washed first where the site wants it; or not, with a reason."""
    allow(cast, workshop__wash_first=True)
    shared = {"site_id": cast.site.id, "actor": cast.technician.actor(), "now": NOW}
    with transaction():
        dispatch.assign(
            checked_in_order.id, site_id=cast.site.id, technician_id=cast.technician.id,
            bay_id=cast.site.bay_ids[0], actor=cast.manager.actor(), now=NOW,
        )  # fmt: skip
    assert TaskType.WASH_CAR in [
        t.type for t in tasks.list_open(cast.site.id, cast.technician.id, cast.technician.roles)
    ]
    with pytest.raises(Refused, match="washed first"), transaction():
        dispatch.accept(checked_in_order.id, acknowledged=list(HandoverItem), **shared)  # type: ignore[arg-type]
    with transaction():
        for _ in range(2):  # twice is harmless
            washing.note_washed(checked_in_order.id, **shared)  # type: ignore[arg-type]
    with transaction():
        order = dispatch.accept(checked_in_order.id, acknowledged=list(HandoverItem), **shared)  # type: ignore[arg-type]
    assert (order.washed_at, order.workshop_received_at) == (NOW, NOW)
    assert TaskType.WASH_CAR not in [
        t.type for t in tasks.list_open(cast.site.id, cast.technician.id, cast.technician.roles)
    ]


def test_the_priority_of_an_order_is_set(cast: Cast, checked_in_order: ServiceOrder) -> None:
    """DSP-1: by priority."""
    shared = {"site_id": cast.site.id, "now": NOW}
    with transaction():
        order = service_orders.prioritise(
            checked_in_order.id,
            Priority.URGENT,
            actor=cast.advisor.actor(),
            **shared,  # type: ignore[arg-type]
        )
    assert order.priority is Priority.URGENT
    with pytest.raises(NotPermitted), transaction():
        service_orders.prioritise(
            checked_in_order.id,
            Priority.HIGH,
            actor=cast.technician.actor(),
            **shared,  # type: ignore[arg-type]
        )
