"""The staffing calendar: a week of everybody, a technician's times, closed bays, posts."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.shifts import AbsenceForm, ClosureForm, DayForm, PostForm, WeekForm
from aftersales.clock import from_local, local_date
from aftersales.db import transaction
from aftersales.domain.accounts import queries as accounts
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.errors import DomainError, Stale
from aftersales.domain.planning import upsets
from aftersales.domain.staffing import calendar_rows, queries, times
from aftersales.domain.staffing.models import AbsenceKind, Certificate, Post
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("shifts", __name__, url_prefix="/staffing")

REPAIRERS = (Role.TECHNICIAN, Role.LEADER, Role.TECHNICAL_DIRECTOR, Role.MANAGER)
STORED = (Certificate.WARRANTY, Certificate.AIR_CONDITIONING)
"""Certificates that are kept here; that for high voltage stands on the technician's own form."""
Answer = Response | tuple[str, int]


@blueprint.get("/calendar")
@needs("staffing.read")
def week() -> str:
    today = _today()
    try:
        day = date.fromisoformat(request.args.get("week", ""))
    except ValueError:
        day = today
    if abs(day - today) > timedelta(days=730):
        day = today
    first = day - timedelta(days=day.weekday())
    return render_template(
        "staffing/calendar.html",
        page=calendar_rows.week(_site_id(), first),
        today=today,
        before=first - timedelta(days=7),
        after=first + timedelta(days=7),
        noons={each: _at(each, time(12)) for each in (first + timedelta(days=n) for n in range(7))},
    )


@blueprint.get("/technicians/<int:technician_id>/times")
@needs("staffing.manage")
def technician(technician_id: int) -> str:
    return _technician(technician_id)


@blueprint.post("/technicians/<int:technician_id>/times")
@needs("staffing.manage")
def set_week(technician_id: int) -> Answer:
    form = WeekForm()
    return _save(
        technician_id,
        form,
        lambda: upsets.set_week(technician_id, form.days(), version=form.version_given(), **_by()),
        week=form,
    )


@blueprint.post("/technicians/<int:technician_id>/days")
@needs("staffing.manage")
def change_day(technician_id: int) -> Answer:
    form = DayForm(prefix="day-")
    return _save(
        technician_id,
        form,
        lambda: upsets.change_day(
            technician_id, form.day.data, form.times(), note=form.note.data or "", **_by()
        ),
        day=form,
    )


@blueprint.post("/technicians/<int:technician_id>/days/<int:change_id>/removal")
@needs("staffing.manage")
def forget_change(technician_id: int, change_id: int) -> Response:
    with transaction():
        upsets.forget_change(change_id, technician_id=technician_id, **_by())
    return htmx.redirect(url_for(".technician", technician_id=technician_id))


@blueprint.post("/technicians/<int:technician_id>/absences")
@needs("staffing.manage")
def add_absence(technician_id: int) -> Answer:
    form = AbsenceForm(prefix="absence-")
    return _save(
        technician_id,
        form,
        lambda: upsets.add_absence(
            technician_id,
            kind=AbsenceKind(form.kind.data),
            first=form.first.data,
            last=form.last.data,
            from_time=form.from_time.data,
            until_time=form.until_time.data,
            note=form.note.data or "",
            **_by(),
        ),
        absence=form,
    )


@blueprint.post("/technicians/<int:technician_id>/absences/<int:absence_id>/withdrawal")
@needs("staffing.manage")
def withdraw_absence(technician_id: int, absence_id: int) -> Response:
    with transaction():
        times.withdraw_absence(absence_id, **_by())
    return htmx.redirect(url_for(".technician", technician_id=technician_id))


@blueprint.post("/technicians/<int:technician_id>/certificates")
@needs("staffing.manage")
def set_certificates(technician_id: int) -> Answer:
    held: dict[Certificate, date | None] = {}
    for kind in STORED:
        if request.form.get(kind.value) == "1":
            until = request.form.get(f"{kind.value}_until", "")
            try:
                held[kind] = date.fromisoformat(until) if until else None
            except ValueError:
                flash(gettext("Enter the last day of the certificate as a date."))
                return _technician(technician_id), 422
    with transaction():
        times.set_certificates(technician_id, held, **_by())
    flash(gettext("Saved."))
    return htmx.redirect(url_for(".technician", technician_id=technician_id))


@blueprint.get("/bays/<int:bay_id>/closures")
@needs("staffing.manage")
def bay(bay_id: int) -> str:
    return _bay(bay_id, ClosureForm(formdata=None, prefix="closure-"))


@blueprint.post("/bays/<int:bay_id>/closures")
@needs("staffing.manage")
def close_bay(bay_id: int) -> Answer:
    queries.get_bay(bay_id, _site_id())
    form = ClosureForm(prefix="closure-")
    if not form.validate():
        return _bay(bay_id, form), 422
    end_day = form.last.data if form.until_time.data else form.last.data + timedelta(days=1)
    try:
        with transaction():
            upsets.close_bay(
                bay_id,
                starts_at=_at(form.first.data, form.begin()),
                ends_at=_at(end_day, form.until_time.data or time()),
                reason=form.reason.data or "",
                **_by(),
            )
    except DomainError as error:
        form.refuse(error)
        return _bay(bay_id, form), status_of(error)
    flash(gettext("Closed. What was planned there is to be planned anew."))
    return htmx.redirect(url_for(".bay", bay_id=bay_id))


@blueprint.post("/bays/<int:bay_id>/closures/<int:closure_id>/end")
@needs("staffing.manage")
def open_bay(bay_id: int, closure_id: int) -> Response:
    queries.get_bay(bay_id, _site_id())
    with transaction():
        times.open_bay(closure_id, **_by())
    return htmx.redirect(url_for(".bay", bay_id=bay_id))


@blueprint.get("/posts/new")
@needs("staffing.manage")
def new_post() -> str:
    return _post(PostForm())


@blueprint.post("/posts")
@needs("staffing.manage")
def add_post() -> Answer:
    return _save_post(None)


@blueprint.get("/posts/<int:post_id>")
@needs("staffing.manage")
def post(post_id: int) -> str:
    found = calendar_rows.get_post(post_id, _site_id())
    form = PostForm(obj=found)
    form.team_id.data, form.holder_id.data = str(found.team_id or ""), str(found.holder_id or "")
    return _post(form, found)


@blueprint.post("/posts/<int:post_id>")
@needs("staffing.manage")
def change_post(post_id: int) -> Answer:
    return _save_post(calendar_rows.get_post(post_id, _site_id()))


def _save_post(found: Post | None) -> Answer:
    form = _offered(PostForm())
    if not form.validate():
        return _post(form, found), 422
    try:
        with transaction():
            times.save_post(
                found.id if found else None,
                title=form.title.data or "",
                team_id=int(form.team_id.data) if form.team_id.data else None,
                holder_id=int(form.holder_id.data) if form.holder_id.data else None,
                is_active=form.is_active.data or found is None,
                version=form.version_given() if found else None,
                today=_today(),
                **_by(),
            )
    except DomainError as error:
        return _post(form, found, error), status_of(error)
    return htmx.redirect(url_for("staffing.index") + "#posts")


def _save(technician_id: int, form: Any, write: Callable[[], object], **shown: Any) -> Answer:
    """Check the form, write, and go back to the page; or show it again with what was typed."""
    queries.get_technician(technician_id, _site_id())
    if not form.validate():
        return _technician(technician_id, **shown), 422
    try:
        with transaction():
            write()
    except DomainError as error:
        form.refuse(error)
        return _technician(technician_id, is_stale=isinstance(error, Stale), **shown), status_of(error)
    flash(gettext("Saved. What no longer fits in the plan is to be planned anew."))
    return htmx.redirect(url_for(".technician", technician_id=technician_id))


def _technician(technician_id: int, *, is_stale: bool = False, **shown: Any) -> str:
    found = calendar_rows.times_of(technician_id, _site_id(), now=clock.now(), today=_today())
    week = shown.get("week")
    if week is None:
        week = WeekForm(formdata=None)
        week.show(found.week)
    return render_template(
        "staffing/times.html",
        found=found,
        week=week,
        # After a refused stale save, saving again is a decision: the form carries the version that stands now.
        version=found.technician.version if is_stale or "week" not in shown else week.version.data,
        day=shown.get("day") or DayForm(formdata=None, prefix="day-"),
        absence=shown.get("absence") or AbsenceForm(formdata=None, prefix="absence-"),
        certificates=STORED,
    )


def _bay(bay_id: int, form: ClosureForm) -> str:
    return render_template(
        "staffing/closures.html",
        bay=queries.get_bay(bay_id, _site_id()),
        closures=calendar_rows.list_closures(bay_id, now=clock.now()),
        form=form,
    )


def _post(form: PostForm, found: Post | None = None, error: DomainError | None = None) -> str:
    _offered(form)
    if error is not None:
        form.refuse(error)
    if isinstance(error, Stale) and found is not None:
        form.version.raw_data, form.version.data = None, str(found.version)
    save_url = url_for(".change_post", post_id=found.id) if found else url_for(".add_post")
    return render_template("staffing/post.html", form=form, post=found, save_url=save_url)


def _offered(form: PostForm) -> PostForm:
    people = accounts.list_people(_site_id(), *REPAIRERS)
    teams = [(row.id, row.name) for row in queries.list_teams(_site_id()) if row.is_active]
    form.offer([(user.id, user.name) for user in people], teams)
    return form


def _at(day: date, at: time) -> datetime:
    return from_local(datetime.combine(day, at), session.person().timezone)


def _today() -> date:
    return local_date(clock.now(), session.person().timezone)


def _site_id() -> int:
    return session.person().site_id


def _by() -> dict[str, Any]:
    return {"site_id": _site_id(), "actor": session.actor(), "now": clock.now()}
