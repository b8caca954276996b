"""Bays, teams and technicians of a site."""

from datetime import timedelta
from decimal import Decimal

import pytest

from aftersales.db import transaction
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Stale
from aftersales.domain.staffing import operations as staffing
from aftersales.domain.staffing import queries
from aftersales.domain.staffing.models import BayKind, Grade
from tests.cast import Cast
from tests.factories import NOW


def test_a_bay_out_of_use_stands_last_and_is_not_offered(cast: Cast) -> None:
    with transaction():
        staffing.change_bay(
            cast.site.bay_ids[0],
            site_id=cast.site.id,
            values={"is_active": False},
            actor=cast.manager.actor(),
            now=NOW,
        )
    assert [bay.id for bay in queries.list_bays(cast.site.id)] == [cast.site.bay_ids[1], cast.site.bay_ids[0]]
    assert [bay.id for bay in queries.list_bays(cast.site.id, active_only=True)] == [cast.site.bay_ids[1]]


def test_a_name_is_taken_once_per_site(cast: Cast) -> None:
    with pytest.raises(Invalid, match="taken"), transaction():
        staffing.add_bay(cast.site.id, name=" Bay 1 ", kind=BayKind.LIFT, actor=cast.manager.actor(), now=NOW)
    with pytest.raises(Invalid, match="taken"), transaction():
        staffing.change_bay(
            cast.site.bay_ids[1],
            site_id=cast.site.id,
            values={"name": "Bay 1"},
            actor=cast.manager.actor(),
            now=NOW,
        )
    with pytest.raises(Invalid, match="Enter a name"), transaction():
        staffing.add_team(cast.site.id, name=" ", leader_id=None, actor=cast.manager.actor(), now=NOW)


def test_a_stale_change_is_refused(cast: Cast) -> None:
    """ORD-6: the same holds for bays."""
    bay = queries.get_bay(cast.site.bay_ids[0], cast.site.id)
    version = bay.version
    with transaction():
        staffing.change_bay(
            bay.id,
            site_id=cast.site.id,
            values={"name": "North"},
            actor=cast.manager.actor(),
            now=NOW,
            version=version,
        )
    with pytest.raises(Stale), transaction():
        staffing.change_bay(
            bay.id,
            site_id=cast.site.id,
            values={"name": "South"},
            actor=cast.manager.actor(),
            now=NOW,
            version=version,
        )


def test_people_of_other_sites_do_not_lead_or_repair_here(cast: Cast) -> None:
    with pytest.raises(Invalid, match="no role at this site"), transaction():
        staffing.add_team(
            cast.site.id, name="North", leader_id=cast.stranger.id, actor=cast.manager.actor(), now=NOW
        )
    with pytest.raises(Invalid, match="no role at this site"), transaction():
        staffing.add_technician(
            cast.site.id, user_id=cast.stranger.id, grade=Grade.SENIOR, actor=cast.manager.actor(), now=NOW
        )


def test_a_technician_joins_a_team_of_the_own_site_only(cast: Cast) -> None:
    with transaction():
        other = staffing.add_team(
            cast.other_site.id, name="East", leader_id=None, actor=cast.other_manager.actor(), now=NOW
        )
    technician = queries.find_technician(cast.technician.id, cast.site.id)
    assert technician is not None
    with pytest.raises(Invalid, match="team of this site"), transaction():
        staffing.change_technician(
            technician.id,
            site_id=cast.site.id,
            values={"team_id": other.id},
            actor=cast.manager.actor(),
            now=NOW,
        )


def test_an_hour_costs_nothing_or_more(cast: Cast) -> None:
    technician = queries.find_technician(cast.technician.id, cast.site.id)
    assert technician is not None
    with pytest.raises(Invalid, match="0 or more"), transaction():
        staffing.change_technician(
            technician.id, site_id=cast.site.id, values={"hourly_cost": Decimal("-1")}, actor=cast.manager.actor(),
            now=NOW,
        )  # fmt: skip


def test_only_those_who_lead_the_workshop_change_it(cast: Cast) -> None:
    with pytest.raises(NotPermitted), transaction():
        staffing.add_bay(cast.site.id, name="X", kind=BayKind.LIFT, actor=cast.technician.actor(), now=NOW)
    with pytest.raises(NotFound), transaction():
        staffing.change_bay(
            cast.site.bay_ids[0],
            site_id=cast.other_site.id,
            values={},
            actor=cast.other_manager.actor(),
            now=NOW,
        )


def test_the_list_says_who_is_here(cast: Cast) -> None:
    with transaction():
        staffing.begin_day(cast.technician.id, site_id=cast.site.id, now=NOW)
    here = {row.name: row.since for row in queries.list_technicians(cast.site.id)}
    assert here == {cast.technician.name: NOW, cast.second_technician.name: None}
    with transaction():
        day = staffing.lock_day(cast.technician.id)
        assert day is not None
        staffing.end_day(day, now=NOW + timedelta(hours=8))
    assert {row.since for row in queries.list_technicians(cast.site.id)} == {None}
