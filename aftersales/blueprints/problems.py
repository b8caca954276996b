"""Problems that technicians report: the technician's form, the advisor's answer, the photos of both."""

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.workshop import ProblemForm, SetAsideForm, TakeUpForm
from aftersales.db import transaction
from aftersales.domain.attachments import operations as attachments
from aftersales.domain.errors import DomainError
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.workshop import at_work, photos, problems
from aftersales.web import htmx, media, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("problems", __name__, url_prefix="/orders/<int:order_id>/problems")


@blueprint.get("/new")
@needs("jobs.report_additional")
def new(order_id: int) -> str:
    form = ProblemForm(job_id=request.args.get("job", ""))
    return _form(_get(order_id), form)


@blueprint.post("")
@needs("jobs.report_additional")
def report(order_id: int) -> Response | tuple[str, int]:
    order, form = _get(order_id), ProblemForm()
    form.offer_jobs(at_work.list_work(order_id))
    if not form.validate():
        return _form(order, form), 422
    try:
        with transaction():
            found = problems.report(
                order_id,
                site_id=session.person().site_id,
                text=form.text.data,
                job_id=int(form.job_id.data) if form.job_id.data else None,
                is_unsafe=form.is_unsafe.data,
                extra_minutes=form.extra_minutes.data or 0,
                client_id=request.form.get("submission_id", ""),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _form(_get(order_id), form), status_of(error)
    return htmx.redirect(url_for(".page", order_id=order_id, report_id=found.id))


@blueprint.get("/<int:report_id>")
@needs("orders.read")
def page(order_id: int, report_id: int) -> str:
    return _page(order_id, report_id)


@blueprint.post("/<int:report_id>/job")
@needs("orders.edit")
def take_up(order_id: int, report_id: int) -> Response | tuple[str, int]:
    """The report becomes a job; on to the job, where its lines are priced."""
    _get(order_id)
    at_work.get_report(report_id, order_id)
    form = TakeUpForm()
    if not form.validate():
        return _page(order_id, report_id, taking_up=form), 422
    try:
        with transaction():
            job = problems.take_up(
                report_id,
                site_id=session.person().site_id,
                title=form.title.data,
                explanation=form.explanation.data or "",
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(order_id, report_id, taking_up=form), status_of(error)
    return htmx.redirect(url_for("orders.job", order_id=order_id, job_id=job.id))


@blueprint.post("/<int:report_id>/setting-aside")
@needs("orders.edit")
def set_aside(order_id: int, report_id: int) -> Response | tuple[str, int]:
    _get(order_id)
    at_work.get_report(report_id, order_id)
    form = SetAsideForm()
    if not form.validate():
        return _page(order_id, report_id, setting_aside=form), 422
    try:
        with transaction():
            problems.set_aside(
                report_id,
                site_id=session.person().site_id,
                reason=form.reason.data,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        form.refuse(error)
        return _page(order_id, report_id, setting_aside=form), status_of(error)
    return htmx.redirect(url_for("orders.page", order_id=order_id))


@blueprint.post("/<int:report_id>/photos")
@needs("jobs.report_additional")
def add_photo(order_id: int, report_id: int) -> Response:
    _get(order_id)
    at_work.get_report(report_id, order_id)
    photo, person = media.receive_photo(), session.person()
    with transaction():
        kept = attachments.keep(
            photo, site_id=person.site_id, service_order_id=order_id, actor=session.actor(), now=clock.now()
        )
        photos.add_to_report(
            report_id, site_id=person.site_id, attachment=kept, actor=session.actor(), now=clock.now()
        )
    return htmx.redirect(url_for(".page", order_id=order_id, report_id=report_id))


def _form(order: ServiceOrder, form: ProblemForm) -> str:
    form.offer_jobs(at_work.list_work(order.id))
    return render_template("problems/new.html", order=order, form=form)


def _page(
    order_id: int,
    report_id: int,
    *,
    taking_up: TakeUpForm | None = None,
    setting_aside: SetAsideForm | None = None,
) -> str:
    order = _get(order_id)
    report = at_work.get_report(report_id, order_id)
    first_line = report.text.splitlines()[0][:80]
    return render_template(
        "problems/page.html",
        order=order,
        report=report,
        taking_up=taking_up or TakeUpForm(formdata=None, title=first_line, explanation=report.text),
        setting_aside=setting_aside or SetAsideForm(formdata=None),
        photos=at_work.list_photos(order_id, report_id=report_id),
    )


def _get(order_id: int) -> ServiceOrder:
    return orders.get_order(order_id, site_id=session.person().site_id)
