"""On time? The technician's answer, and what manager and advisor make of a delay (DSP-5)."""

from datetime import datetime, timedelta

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.clocks import MeasureForm, ProgressForm, TellForm, ToldForm, shown
from aftersales.db import db, transaction
from aftersales.domain.errors import DomainError, NotFound
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.staffing import working_time
from aftersales.domain.workshop import at_work, progress, rules
from aftersales.domain.workshop.time_models import ProgressCheck
from aftersales.i18n import gettext, speaking
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of
from aftersales.web.filters import stretch

blueprint = Blueprint("progress", __name__)

LONGER = (15, 30, 60, 120)
"""How much longer a job may take, as the technician chooses it with one touch, in minutes."""
Answer = Response | tuple[str, int]


@blueprint.get("/jobs/<int:job_id>/progress")
@needs("jobs.clock")
def page(job_id: int) -> str:
    return _page(_get_job(job_id))


@blueprint.post("/jobs/<int:job_id>/progress")
@needs("jobs.clock")
def answer(job_id: int) -> Answer:
    job, form = _get_job(job_id), ProgressForm()
    form.more_minutes.choices = _longer()
    if not form.validate():
        return _page(job, form), 422
    now = clock.now()
    try:
        with transaction():
            progress.answer(
                job_id,
                is_on_time=form.is_on_time.data == "yes",
                ready_by_at=_ready_by(form, job_id, now),
                abnormal=form.abnormal.data or "",
                client_id=request.form.get("submission_id", ""),
                site_id=session.person().site_id,
                actor=session.actor(),
                now=now,
            )
    except DomainError as error:
        form.refuse(error)
        return _page(_get_job(job_id), form), status_of(error)
    return htmx.redirect(url_for("jobs.order", order_id=job.service_order_id))


@blueprint.get("/orders/<int:order_id>/delays/<int:check_id>")
@needs("orders.read")
def delay(order_id: int, check_id: int) -> str:
    """What the technician said, what is done about it, and the message to the customer ready to send."""
    return _delay(order_id, check_id)


@blueprint.post("/orders/<int:order_id>/delays/<int:check_id>/measure")
@needs("jobs.answer_delay")
def measure(order_id: int, check_id: int) -> Answer:
    _get_check(order_id, check_id)
    form = MeasureForm()
    if not form.validate():
        return _delay(order_id, check_id, measuring=form), 422
    try:
        with transaction():
            progress.measure(
                check_id,
                words=form.measure.data or "",
                site_id=session.person().site_id,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _delay(order_id, check_id, measuring=form), status_of(error)
    return _on(order_id, check_id)


@blueprint.post("/orders/<int:order_id>/delays/<int:check_id>/promise")
@needs("orders.promise")
def tell(order_id: int, check_id: int) -> Answer:
    """Promise the new time; the message goes out with it. “Show the message” only draws it anew."""
    _get_check(order_id, check_id)
    form = TellForm()
    if not form.validate():
        return _delay(order_id, check_id, telling=form), 422
    if "preview" in request.form:
        return _delay(order_id, check_id, telling=form), 200
    try:
        with transaction():
            progress.tell_by_message(
                check_id,
                promised_at=clock.from_local(form.promised_at.data, session.person().timezone),
                reason=form.reason.data or "",
                version=form.version_given(),
                site_id=session.person().site_id,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse_stale(error, _tell_form(_get_order(order_id), _get_check(order_id, check_id)))
        return _delay(order_id, check_id, telling=form), status_of(error)
    return _on(order_id, check_id)


@blueprint.post("/orders/<int:order_id>/delays/<int:check_id>/told")
@needs("orders.promise")
def told(order_id: int, check_id: int) -> Answer:
    _get_check(order_id, check_id)
    form = ToldForm()
    if not form.validate():
        return _delay(order_id, check_id, otherwise=form), 422
    try:
        with transaction():
            progress.tell_otherwise(
                check_id,
                how=form.how.data or "",
                site_id=session.person().site_id,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _delay(order_id, check_id, otherwise=form), status_of(error)
    return _on(order_id, check_id)


def _page(job: Job, form: ProgressForm | None = None) -> str:
    now = clock.now()
    if form is None:
        form = ProgressForm(formdata=None)
        form.more_minutes.choices = _longer()
    planned, clocked = _times(job.id, now)
    if clocked > planned:  # "as planned" is no answer any more
        form.is_on_time.label.text = gettext("Will the car be ready as promised?")
        form.is_on_time.choices = [("yes", gettext("Yes, as promised")), ("no", gettext("No, later"))]
    return render_template(
        "progress/page.html",
        is_over=clocked > planned,
        order=_get_order(job.service_order_id),
        job=job,
        form=form,
        planned=planned,
        clocked=clocked,
        as_planned=_hours(session.person().user_id).after(now, rules.work_left(planned, clocked)),
        at=now,
    )


def _delay(
    order_id: int,
    check_id: int,
    *,
    measuring: MeasureForm | None = None,
    telling: TellForm | None = None,
    otherwise: ToldForm | None = None,
) -> str:
    order, check = _get_order(order_id), _get_check(order_id, check_id)
    telling = telling or _tell_form(order, check)
    return render_template(
        "progress/delay.html",
        order=order,
        check=check,
        job=db.session.get_one(Job, check.job_id),
        measuring=measuring or MeasureForm(formdata=None, measure=check.measure),
        telling=telling,
        otherwise=otherwise or ToldForm(formdata=None, how=check.told_how),
        messages=_messages(order, telling),
        at=clock.now(),
    )


def _tell_form(order: ServiceOrder, check: ProgressCheck) -> TellForm:
    """The new time that the technician's word leads to, with the site's reserve, and a reason in the customer's
    language."""
    person, now = session.person(), clock.now()
    ready = max(check.ready_by_at or now, order.promised_at or now, now)
    if check.ready_by_at is not None:
        others = sum(
            rules.work_left(job.planned_minutes, job.worked_minutes)
            for job in at_work.list_work(order.id)
            if job.id != check.job_id and job.is_authorised and not job.done_at
        )
        ready = _hours(order.technician_id).after(
            check.ready_by_at, others + person.setting("promise.reserve_minutes")
        )
        ready = max(ready, order.promised_at or ready)
    with speaking(order.customer.language, person.timezone):
        reason = gettext("The work takes longer than planned.")
    return TellForm(
        formdata=None,
        version=order.version,
        promised_at=shown(rules.next_quarter(ready), person.timezone),
        reason=reason,
    )


def _messages(order: ServiceOrder, form: TellForm) -> list[messaging.Preview]:
    """The messages that would go out with what stands in the form."""
    if not form.promised_at.data or not order.promised_at or not order.checkin_signed_at:
        return []
    promised_at = clock.from_local(form.promised_at.data, session.person().timezone)
    return messaging.preview(
        "promise_changed",
        order=order,
        promised_at=promised_at,
        reason=form.reason.data or "",
        is_later=promised_at > order.promised_at,
    )


def _ready_by(form: ProgressForm, job_id: int, now: datetime) -> datetime | None:
    """When the job will be ready as the technician said it: a time, or so much longer than planned."""
    if form.ready_by.data:
        return clock.from_local(form.ready_by.data, session.person().timezone)
    if not form.more_minutes.data:
        return None
    planned, clocked = _times(job_id, now)
    hours = _hours(session.person().user_id)
    begin = hours.after(now, rules.work_left(planned, clocked))
    return max(hours.after(begin, int(form.more_minutes.data)), now + timedelta(minutes=1))


def _times(job_id: int, now: datetime) -> tuple[int, int]:
    return (
        progress.planned_minutes([job_id]).get(job_id, 0),
        progress.clocked_minutes([job_id], now).get(job_id, 0),
    )


def _hours(user_id: int | None) -> working_time.WorkingTime:
    """The shifts of the person, else the opening hours."""
    person = session.person()
    return working_time.find_working_times(person.site_id, person.timezone, clock.now()).of(user_id)


def _longer() -> list[tuple[str, str]]:
    return [(str(minutes), gettext("%(time)s longer", time=stretch(minutes))) for minutes in LONGER]


def _get_job(job_id: int) -> Job:
    return at_work.get_job(job_id, session.person().site_id)


def _get_order(order_id: int) -> ServiceOrder:
    return orders.get_order(order_id, site_id=session.person().site_id)


def _get_check(order_id: int, check_id: int) -> ProgressCheck:
    order = _get_order(order_id)
    check = progress.get_check(check_id, order.id)
    if check.answered_at is None:
        raise NotFound(gettext("The technician has not answered yet."))
    return check


def _on(order_id: int, check_id: int) -> Response:
    return htmx.redirect(url_for(".delay", order_id=order_id, check_id=check_id))
