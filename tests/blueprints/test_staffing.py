"""/staffing: bays, teams and technicians."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.staffing.models import Bay, BayKind, Grade, Team, Technician
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn


def bay_now(app: Flask, bay_id: int) -> Bay:
    with app.app_context():
        return db.session.get_one(Bay, bay_id, populate_existing=True)


def test_the_list_shows_people_bays_and_teams(cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.manager.id).get("/staffing").get_data(as_text=True)
    for words in ("Tomasz Lis", "Bay 1", "No teams"):
        assert words in page


def test_the_lists_cost_five_queries(cast: Cast, sign_in: SignIn, count_queries: CountQueries) -> None:
    client = sign_in(cast.manager.id)
    with count_queries() as seen:
        client.get("/staffing")
    assert len(seen) == 5  # who asks, bays, teams, technicians, posts: four lists on one page


def test_a_bay_is_added_changed_and_taken_out_of_use(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.manager.id)
    assert client.post("/staffing/bays", data={"name": "Bay 3", "kind": "ev"}).status_code == 303
    with app.app_context():
        bay = db.session.scalars(select(Bay).where(Bay.name == "Bay 3")).one()
    assert client.get(f"/staffing/bays/{bay.id}").status_code == 200
    client.post(f"/staffing/bays/{bay.id}", data={"name": "EV bay", "kind": "lift", "version": bay.version})
    changed = bay_now(app, bay.id)
    assert (changed.name, changed.kind, changed.is_active) == ("EV bay", BayKind.LIFT, False)


def test_a_taken_name_keeps_what_was_typed(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.manager.id).post("/staffing/bays", data={"name": "Bay 1", "kind": "ev"})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "This name is taken" in page, 'value="Bay 1"' in page) == (422, True, True)


def test_two_who_change_one_bay_see_both_versions(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    client, bay = sign_in(cast.manager.id), bay_now(app, cast.site.bay_ids[0])
    path = f"/staffing/bays/{bay.id}"
    client.post(path, data={"name": "North", "kind": "lift", "is_active": "y", "version": bay.version})
    stale = client.post(
        path, data={"name": "South", "kind": "lift", "is_active": "y", "version": bay.version}
    )
    page = stale.get_data(as_text=True)
    assert (stale.status_code, "North" in page, 'value="South"' in page) == (409, True, True)
    assert bay_now(app, bay.id).name == "North"


def test_a_team_gets_its_leader(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.manager.id)
    client.post("/staffing/teams", data={"name": "North", "leader_id": cast.leader.id})
    with app.app_context():
        team = db.session.scalars(select(Team)).one()
    assert team.leader_id == cast.leader.id
    client.post(f"/staffing/teams/{team.id}", data={"name": "North", "leader_id": "", "is_active": "y"})
    with app.app_context():
        assert db.session.scalars(select(Team)).one().leader_id is None
    assert "led by" not in client.get("/staffing").get_data(as_text=True)


def test_a_technician_gets_grade_and_cost(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.manager.id)
    data = {"user_id": cast.leader.id, "grade": "senior", "team_id": "", "hourly_cost": "52.50"}
    assert client.post("/staffing/technicians", data=data).status_code == 303
    assert client.post("/staffing/technicians", data=data).status_code == 422  # is one already
    with app.app_context():
        made = db.session.scalars(select(Technician).where(Technician.user_id == cast.leader.id)).one()
    assert (made.grade, made.hourly_cost) == (Grade.SENIOR, Decimal("52.50"))
    client.post(
        f"/staffing/technicians/{made.id}",
        data={"grade": "junior", "team_id": "", "hourly_cost": "40.00", "version": made.version},
    )
    with app.app_context():
        changed = db.session.get_one(Technician, made.id, populate_existing=True)
    assert (changed.grade, changed.hourly_cost, changed.is_active) == (Grade.JUNIOR, Decimal("40.00"), False)


def test_who_does_not_manage_reads_without_costs(cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.technician.id).get("/staffing").get_data(as_text=True)
    assert "Tomasz Lis" in page
    assert "an hour" not in page
    assert "/staffing/bays/" not in page


@pytest.mark.parametrize("path", ["bays/new", "teams/new", "technicians/new"])
def test_only_managers_add(cast: Cast, sign_in: SignIn, path: str) -> None:
    assert sign_in(cast.technician.id).get(f"/staffing/{path}").status_code == 403
    assert sign_in(cast.manager.id).get(f"/staffing/{path}").status_code == 200


def test_another_sites_bay_is_not_there(cast: Cast, sign_in: SignIn) -> None:
    path = f"/staffing/bays/{cast.site.bay_ids[0]}"
    assert sign_in(cast.other_manager.id).get(path).status_code == 404
    assert sign_in(cast.other_manager.id).post(path, data={"name": "X", "kind": "lift"}).status_code == 404
