"""Times on the floor: one's own, the team's, corrections and the leader's yes to them."""

from datetime import datetime, timedelta

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.clocks import CorrectionForm, DecisionForm, MissingForm, StopForm, shown
from aftersales.db import transaction
from aftersales.domain import submissions
from aftersales.domain.errors import DomainError, NotPermitted
from aftersales.domain.workshop import clocking, clocks, corrections, forgotten, shifts
from aftersales.domain.workshop.clocks import ClockRow, DayRow
from aftersales.domain.workshop.dispatch import need_lead
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("clocks", __name__)

SHOWN = timedelta(days=14)
"""How far back one's own times are listed."""
Answer = Response | tuple[str, int]


@blueprint.get("/clocks")
@needs("attendance.clock")
def index() -> str:
    """One's own times of the last fortnight."""
    person, now = session.person(), clock.now()
    return render_template(
        "clocks/index.html",
        clocks=clocks.list_clocks(person.user_id, person.site_id, since=now - SHOWN),
        days=clocks.list_days(person.user_id, person.site_id, since=now - SHOWN),
        at=now,
    )


@blueprint.get("/clocks/team")
@needs("clocks.lead")
def team() -> str:
    """Who is clocked on to what now, and which corrections wait."""
    person = session.person()
    return render_template(
        "clocks/team.html",
        running=clocks.list_running(person.site_id),
        waiting=clocks.list_waiting(person.site_id),
        at=clock.now(),
    )


@blueprint.get("/clocks/missing")
@needs("jobs.clock")
def missing() -> str:
    """Where one enters work that no clock has; ``?job=`` chooses the job."""
    return _missing_page(_missing_form(chosen=request.args.get("job", type=int)))


@blueprint.post("/clocks/missing")
@needs("jobs.clock")
def add_missing() -> Answer:
    person, form, now = session.person(), _missing_form(), clock.now()
    if not form.validate():
        return _missing_page(form), 422
    sent = request.form.get("submission_id", "")
    try:
        with transaction():
            if submissions.earlier(sent, now=now) is None:
                made = corrections.add_missing(
                    form.job_id.data,
                    started_at=clock.from_local(form.started_at.data, person.timezone),
                    ended_at=clock.from_local(form.ended_at.data, person.timezone),
                    reason=form.reason.data or "",
                    site_id=person.site_id,
                    actor=session.actor(),
                    now=now,
                )
                submissions.keep(sent, made)
                _say(is_decided=made.decided_at is not None)
    except DomainError as error:
        form.refuse(error)
        return _missing_page(form), status_of(error)
    return htmx.redirect(url_for(".index"))


@blueprint.get("/clocks/<int:clocking_id>")
@needs("jobs.clock")
def page(clocking_id: int) -> str:
    return _clock_page(_get_clock(clocking_id))


@blueprint.post("/clocks/<int:clocking_id>/correction")
@needs("jobs.clock")
def correct(clocking_id: int) -> Answer:
    row, form = _get_clock(clocking_id), CorrectionForm()
    if not form.validate():
        return _clock_page(row, form), 422
    started_at, ended_at = form.times(session.person().timezone, known=(row.started_at, _suggested(row)))
    try:
        with transaction():
            made = corrections.correct_clocking(
                clocking_id,
                started_at=started_at,
                ended_at=ended_at,
                reason=form.reason.data or "",
                ends_day="ends_day" in request.form,
                site_id=session.person().site_id,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _clock_page(_get_clock(clocking_id), form), status_of(error)
    _say(is_decided=made.decided_at is not None)
    return htmx.redirect(_home(row.user_id))


@blueprint.post("/clocks/<int:clocking_id>/still-at-work")
@needs("jobs.clock")
def still_at_work(clocking_id: int) -> Answer:
    row = _get_clock(clocking_id)
    try:
        with transaction():
            forgotten.still_at_work(
                clocking_id, site_id=session.person().site_id, actor=session.actor(), now=clock.now()
            )
    except DomainError as error:
        form = _correction_form(row)
        form.refuse(error)
        return _clock_page(row, form), status_of(error)
    return htmx.redirect(url_for("jobs.index"))


@blueprint.post("/clocks/<int:clocking_id>/stop")
@needs("clocks.lead")
def stop(clocking_id: int) -> Answer:
    """End a colleague's running clock; back to where it was asked."""
    row, form = _get_clock(clocking_id), StopForm()
    if not form.validate():
        return _clock_page(row, stopping=form), 422
    try:
        with transaction():
            clocking.stop_for(
                clocking_id,
                site_id=session.person().site_id,
                reason=form.reason.data or "",
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _clock_page(_get_clock(clocking_id), stopping=form), status_of(error)
    flash(gettext("The clock of %(name)s is stopped.", name=row.user_name))
    return htmx.redirect(url_for(".team"))


@blueprint.get("/attendance/<int:attendance_id>")
@needs("attendance.clock")
def day(attendance_id: int) -> str:
    return _day_page(_get_day(attendance_id))


@blueprint.post("/attendance/<int:attendance_id>/correction")
@needs("attendance.clock")
def correct_day(attendance_id: int) -> Answer:
    row, form = _get_day(attendance_id), CorrectionForm()
    if not form.validate():
        return _day_page(row, form), 422
    started_at, ended_at = form.times(session.person().timezone, known=(row.started_at, _suggested(row)))
    try:
        with transaction():
            made = corrections.correct_day(
                attendance_id,
                started_at=started_at,
                ended_at=ended_at,
                reason=form.reason.data or "",
                site_id=session.person().site_id,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _day_page(_get_day(attendance_id), form), status_of(error)
    _say(is_decided=made.decided_at is not None)
    return htmx.redirect(_home(row.user_id))


@blueprint.get("/clock-corrections/<int:correction_id>")
@needs("clocks.lead")
def correction(correction_id: int) -> str:
    return _correction_page(correction_id, DecisionForm(formdata=None))


@blueprint.post("/clock-corrections/<int:correction_id>/decision")
@needs("clocks.lead")
def decide(correction_id: int) -> Answer:
    clocks.get_correction(correction_id, session.person().site_id)
    form = DecisionForm()
    try:
        with transaction():
            corrections.decide(
                correction_id,
                is_accepted=request.form.get("is_accepted") == "yes",
                answer=form.answer.data or "",
                site_id=session.person().site_id,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _correction_page(correction_id, form), status_of(error)
    return htmx.redirect(url_for(".team"))


def _clock_page(row: ClockRow, form: CorrectionForm | None = None, stopping: StopForm | None = None) -> str:
    person = session.person()
    return render_template(
        "clocks/clock.html",
        row=row,
        is_own=row.user_id == person.user_id,
        form=form or _correction_form(row),
        stopping=stopping or StopForm(formdata=None),
        trace=clocks.list_corrections(clocking_id=row.id),
        is_stale=_is_stale(row),
        at=clock.now(),
    )


def _day_page(row: DayRow, form: CorrectionForm | None = None) -> str:
    return render_template(
        "clocks/day.html",
        row=row,
        is_own=row.user_id == session.person().user_id,
        form=form or _correction_form(row),
        trace=clocks.list_corrections(attendance_id=row.id),
        is_stale=_is_stale(row),
        at=clock.now(),
    )


def _correction_page(correction_id: int, form: DecisionForm) -> str:
    person = session.person()
    row = clocks.get_correction(correction_id, person.site_id)
    need_lead(row.correction.user_id, person.site_id, session.actor())
    return render_template(
        "clocks/correction.html",
        row=row,
        correction=row.correction,
        may_decide=row.correction.decided_at is None
        and person.user_id not in (row.correction.user_id, row.correction.asked_by_id),
        form=form,
    )


def _missing_form(chosen: int | None = None) -> MissingForm:
    person, now = session.person(), clock.now()
    form = MissingForm() if request.method == "POST" else MissingForm(formdata=None)
    jobs = clocks.list_own_jobs(person.user_id, person.site_id, since=now - SHOWN)
    form.job_id.choices = [(job.id, f"{job.plate} · {job.title}") for job in jobs]
    if jobs:
        form.job_id.choices.insert(0, (0, gettext("Choose the job")))
    if request.method == "GET":
        form.job_id.data = chosen if chosen is not None else jobs[0].id if len(jobs) == 1 else 0
        form.ended_at.data = shown(now, person.timezone)
    return form


def _missing_page(form: MissingForm) -> str:
    return render_template("clocks/missing.html", form=form)


def _correction_form(row: ClockRow | DayRow) -> CorrectionForm:
    """The times as they stand; a clock that runs on after its shift is proposed to have ended with it."""
    zone = session.person().timezone
    return CorrectionForm(
        formdata=None,
        started_at=shown(row.started_at, zone),
        ended_at=shown(_suggested(row) or clock.now(), zone),
    )


def _suggested(row: ClockRow | DayRow) -> datetime | None:
    return row.ended_at or row.shift_ended_at


def _is_stale(row: ClockRow | DayRow) -> bool:
    """Whether a running clock is a forgotten one of an earlier day; a night shift's is not."""
    return row.ended_at is None and shifts.is_stale(
        session.person().site_id, row.user_id, row.started_at, clock.now()
    )


def _get_clock(clocking_id: int) -> ClockRow:
    row = clocks.get_clock(clocking_id, session.person().site_id)
    _need_sight(row.user_id)
    return row


def _get_day(attendance_id: int) -> DayRow:
    row = clocks.get_day(attendance_id, session.person().site_id)
    _need_sight(row.user_id)
    return row


def _need_sight(user_id: int) -> None:
    """Times are shown to whom they belong to and to those who lead the person."""
    person = session.person()
    if person.user_id == user_id:
        return
    if not person.may("clocks.lead"):
        raise NotPermitted(
            gettext("These are a colleague's times. Only they and their team leader see them.")
        )
    need_lead(user_id, person.site_id, session.actor())


def _home(user_id: int) -> str:
    if user_id != session.person().user_id:
        return url_for(".team")
    return url_for("jobs.index" if session.person().may("jobs.clock") else ".index")


def _say(*, is_decided: bool) -> None:
    flash(gettext("The time is corrected.") if is_decided else gettext("Your team leader is asked to agree."))
