"""Bays, teams and technicians: the lists, and a form for each."""

from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.staffing import BayForm, TeamForm, TechnicianForm
from aftersales.db import transaction
from aftersales.domain.accounts import queries as accounts
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.errors import DomainError, Stale
from aftersales.domain.planning import upsets
from aftersales.domain.staffing import calendar_rows, operations, queries
from aftersales.domain.staffing.models import Bay, BayKind, Grade, Team, Technician
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("staffing", __name__, url_prefix="/staffing")

REPAIRERS = (Role.TECHNICIAN, Role.LEADER, Role.TECHNICAL_DIRECTOR, Role.MANAGER)
Answer = Response | tuple[str, int]


@blueprint.get("")
@needs("staffing.read")
def index() -> str:
    site_id = session.person().site_id
    return render_template(
        "staffing/index.html",
        bays=queries.list_bays(site_id),
        teams=queries.list_teams(site_id),
        technicians=queries.list_technicians(site_id),
        posts=calendar_rows.list_posts(site_id),
    )


@blueprint.get("/bays/new")
@needs("staffing.manage")
def new_bay() -> str:
    return _bay_page(BayForm())


@blueprint.post("/bays")
@needs("staffing.manage")
def add_bay() -> Answer:
    form = BayForm()
    if not form.validate():
        return _bay_page(form), 422
    try:
        with transaction():
            operations.add_bay(
                session.person().site_id, name=form.name.data, kind=BayKind(form.kind.data), **_by()
            )
    except DomainError as error:
        return _bay_page(form, error=error), status_of(error)
    return _done()


@blueprint.get("/bays/<int:bay_id>")
@needs("staffing.manage")
def bay(bay_id: int) -> str:
    found = queries.get_bay(bay_id, session.person().site_id)
    form = BayForm(obj=found)
    form.kind.data = found.kind.value
    return _bay_page(form, found)


@blueprint.post("/bays/<int:bay_id>")
@needs("staffing.manage")
def change_bay(bay_id: int) -> Answer:
    found, form = queries.get_bay(bay_id, session.person().site_id), BayForm()
    if not form.validate():
        return _bay_page(form, found), 422
    values = {
        "name": form.name.data, "kind": BayKind(form.kind.data), "is_active": form.is_active.data,
    }  # fmt: skip
    try:
        with transaction():
            upsets.change_bay(bay_id, values=values, **_change(form))
    except DomainError as error:
        return _bay_page(form, queries.get_bay(bay_id, session.person().site_id), error), status_of(error)
    return _done()


@blueprint.get("/teams/new")
@needs("staffing.manage")
def new_team() -> str:
    return _team_page(TeamForm())


@blueprint.post("/teams")
@needs("staffing.manage")
def add_team() -> Answer:
    form = TeamForm()
    form.offer(_people())
    if not form.validate():
        return _team_page(form), 422
    try:
        with transaction():
            operations.add_team(
                session.person().site_id, name=form.name.data, leader_id=_id(form.leader_id.data), **_by()
            )
    except DomainError as error:
        return _team_page(form, error=error), status_of(error)
    return _done()


@blueprint.get("/teams/<int:team_id>")
@needs("staffing.manage")
def team(team_id: int) -> str:
    found = queries.get_team(team_id, session.person().site_id)
    form = TeamForm(obj=found)
    form.leader_id.data = str(found.leader_id or "")
    return _team_page(form, found)


@blueprint.post("/teams/<int:team_id>")
@needs("staffing.manage")
def change_team(team_id: int) -> Answer:
    found, form = queries.get_team(team_id, session.person().site_id), TeamForm()
    form.offer(_people())
    if not form.validate():
        return _team_page(form, found), 422
    values = {
        "name": form.name.data, "leader_id": _id(form.leader_id.data), "is_active": form.is_active.data,
    }  # fmt: skip
    try:
        with transaction():
            operations.change_team(team_id, values=values, **_change(form))
    except DomainError as error:
        return _team_page(form, queries.get_team(team_id, session.person().site_id), error), status_of(error)
    return _done()


@blueprint.get("/technicians/new")
@needs("staffing.manage")
def new_technician() -> str:
    return _technician_page(TechnicianForm(hourly_cost=Decimal(0)))


@blueprint.post("/technicians")
@needs("staffing.manage")
def add_technician() -> Answer:
    form = TechnicianForm()
    form.offer(_people(), _teams())
    if not form.validate():
        return _technician_page(form), 422
    try:
        with transaction():
            operations.add_technician(
                session.person().site_id,
                user_id=int(form.user_id.data),
                grade=Grade(form.grade.data),
                team_id=_id(form.team_id.data),
                hourly_cost=form.hourly_cost.data,
                skills=form.skills.data or [],
                high_voltage_until=form.high_voltage_until.data,
                **_by(),
            )
    except DomainError as error:
        return _technician_page(form, error=error), status_of(error)
    return _done()


@blueprint.get("/technicians/<int:technician_id>")
@needs("staffing.manage")
def technician(technician_id: int) -> str:
    found = queries.get_technician(technician_id, session.person().site_id)
    form = TechnicianForm(obj=found)
    form.user_id.data, form.team_id.data = str(found.user_id), str(found.team_id or "")
    form.grade.data = found.grade.value
    return _technician_page(form, found)


@blueprint.post("/technicians/<int:technician_id>")
@needs("staffing.manage")
def change_technician(technician_id: int) -> Answer:
    found, form = queries.get_technician(technician_id, session.person().site_id), TechnicianForm()
    form.offer(_people(), _teams())
    form.user_id.data = str(found.user_id)
    if not form.validate():
        return _technician_page(form, found), 422
    values = {
        "grade": Grade(form.grade.data), "team_id": _id(form.team_id.data),
        "hourly_cost": form.hourly_cost.data, "is_active": form.is_active.data, "skills": form.skills.data or [],
        "high_voltage_until": form.high_voltage_until.data,
    }  # fmt: skip
    try:
        with transaction():
            upsets.change_technician(technician_id, values=values, **_change(form))
    except DomainError as error:
        current = queries.get_technician(technician_id, session.person().site_id)
        return _technician_page(form, current, error), status_of(error)
    return _done()


def _bay_page(form: BayForm, bay: Bay | None = None, error: DomainError | None = None) -> str:
    save = url_for(".change_bay", bay_id=bay.id) if bay else url_for(".add_bay")
    return _page(form, gettext("Bay"), save, record=bay, error=error)


def _team_page(form: TeamForm, team: Team | None = None, error: DomainError | None = None) -> str:
    form.offer(_people())
    save = url_for(".change_team", team_id=team.id) if team else url_for(".add_team")
    return _page(form, gettext("Team"), save, record=team, error=error)


def _technician_page(
    form: TechnicianForm, technician: Technician | None = None, error: DomainError | None = None
) -> str:
    form.offer(_people(), _teams())
    save = (
        url_for(".change_technician", technician_id=technician.id)
        if technician
        else url_for(".add_technician")
    )
    return _page(form, gettext("Technician"), save, record=technician, error=error)


def _page(form: FlaskForm, title: str, save_url: str, *, record: Any, error: DomainError | None) -> str:
    if error is not None:
        form.refuse(error)
    if isinstance(error, Stale) and record is not None:
        # What was typed stays; saving again is then a decision made with both versions seen.
        form.version.data = record.version
    return render_template(
        "staffing/form.html", form=form, title=title, save_url=save_url, record=record,
        is_stale=isinstance(error, Stale),
    )  # fmt: skip


def _people() -> list[tuple[int, str]]:
    return [(user.id, user.name) for user in accounts.list_people(session.person().site_id, *REPAIRERS)]


def _teams() -> list[tuple[int, str]]:
    return [(row.id, row.name) for row in queries.list_teams(session.person().site_id) if row.is_active]


def _id(text: str | None) -> int | None:
    return int(text) if text else None


def _by() -> dict[str, Any]:
    return {"actor": session.actor(), "now": clock.now()}


def _change(form: FlaskForm) -> dict[str, Any]:
    version = int(form.version.data) if (form.version.data or "").isdecimal() else None
    return {"site_id": session.person().site_id, "version": version, **_by()}


def _done() -> Response:
    return htmx.redirect(url_for(".index"))
