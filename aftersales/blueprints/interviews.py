"""The interview about one concern of an order."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales.blueprints.forms.checkins import InterviewForm
from aftersales.db import transaction
from aftersales.domain.checkins import interviews, questions
from aftersales.domain.checkins.models import CheckIn, Interview
from aftersales.domain.errors import DomainError, NotFound
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.i18n import gettext
from aftersales.web import checkin_steps as steps
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("interviews", __name__, url_prefix="/orders/<int:order_id>/jobs/<int:job_id>/interview")


@blueprint.get("")
@needs("orders.read")
def page(order_id: int, job_id: int) -> str:
    order, checkin, job, interview = _find(order_id, job_id)
    form = InterviewForm(interview, job, formdata=None)
    return _page(order, checkin, job, interview, form, interview.answers if interview else {})


@blueprint.post("")
@needs("checkins.write")
def save(order_id: int, job_id: int) -> Response | tuple[str, int]:
    order, checkin, job, interview = _find(order_id, job_id)
    form, answers = InterviewForm(), _answers()
    if not form.validate():
        return _page(order, checkin, job, interview, form, answers), 422
    try:
        with transaction():
            interviews.keep(
                order_id,
                job_id,
                answers=answers,
                version=form.version_given(),
                client_id=form.submission_id.data or "",
                **form.values(),
                **steps.by(),
            )
    except DomainError as error:
        order, checkin, job, interview = _find(order_id, job_id)
        differences = form.refuse_stale(error, InterviewForm(interview, job, formdata=None))
        shown = _page(order, checkin, job, interview, form, answers, differences=differences, error=error)
        return shown, status_of(error)
    flash(gettext("The interview is kept."))
    if checkin is not None and checkin.signed_at:
        return htmx.redirect(url_for("orders.page", order_id=order_id))
    return htmx.redirect(url_for("checkins.jobs", order_id=order_id) + f"#job-{job_id}")


def _find(order_id: int, job_id: int) -> tuple[ServiceOrder, CheckIn | None, Job, Interview | None]:
    order, checkin = steps.get(order_id)
    job = next((one for one in orders.list_jobs(order_id) if one.id == job_id), None)
    if job is None:
        raise NotFound(gettext("There is no such job."))
    return order, checkin, job, interviews.of_order(order_id).get(job_id)


def _answers() -> dict[str, Any]:
    """The chosen codes of each question, and the words beside them."""
    return {
        question.code: {
            "codes": request.form.getlist(f"q-{question.code}"),
            "words": request.form.get(f"w-{question.code}", ""),
        }
        for question in questions.QUESTIONS
    }


def _page(
    order: ServiceOrder,
    checkin: CheckIn | None,
    job: Job,
    interview: Interview | None,
    form: InterviewForm,
    answers: dict[str, Any],
    **more: Any,
) -> str:
    can_edit = session.person().may("checkins.write") and not order.is_closed
    return render_template(
        "checkins/interview.html",
        order=order,
        job=job,
        interview=interview,
        form=form,
        questions=questions.QUESTIONS,
        answers=answers,
        told=interviews.told(interview) if interview else [],
        can_edit=can_edit and not interviews.is_signed(interview, checkin),
        differences=more.get("differences", ()),
        error=more.get("error"),
    )
