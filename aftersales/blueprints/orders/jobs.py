"""The jobs of an order."""

from flask import request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.orders import JobForm, VoidForm
from aftersales.blueprints.orders import screen
from aftersales.blueprints.orders.blueprint import blueprint
from aftersales.db import transaction
from aftersales.domain.errors import DomainError
from aftersales.domain.service_orders import clips, work
from aftersales.domain.service_orders.models import Job, PayType
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of


@blueprint.get("/<int:order_id>/jobs/new")
@needs("orders.edit")
def new_job(order_id: int) -> str:
    return screen.show("orders/job.html", JobForm(), screen.get(order_id), job=None)


@blueprint.post("/<int:order_id>/jobs")
@needs("orders.edit")
def add_job(order_id: int) -> Response | tuple[str, int]:
    order, form = screen.get(order_id), JobForm()
    if not form.validate():
        return screen.show("orders/job.html", form, order, job=None), 422
    try:
        with transaction():
            job = work.add_job(
                order_id,
                title=form.title.data,
                concern=form.concern.data or "",
                explanation=form.explanation.data or "",
                pay_type=PayType(form.pay_type.data),
                submission_id=request.form.get("submission_id", ""),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return screen.refused("orders/job.html", form, screen.get(order_id), error, job=None)
    return htmx.redirect(url_for(".job", order_id=order_id, job_id=job.id))


@blueprint.get("/<int:order_id>/jobs/<int:job_id>")
@needs("orders.read")
def job(order_id: int, job_id: int) -> str:
    order, found = screen.get_job(order_id, job_id)
    return screen.show(
        "orders/job.html",
        _job_form(found),
        order,
        job=found,
        void=VoidForm(version=found.version),
        clips=clips.by_job(order_id).get(job_id, []),
    )


def _job_form(job: Job) -> JobForm:
    form = JobForm(formdata=None, obj=job)
    form.pay_type.data = job.pay_type.value
    return form


@blueprint.post("/<int:order_id>/jobs/<int:job_id>")
@needs("orders.edit")
def save_job(order_id: int, job_id: int) -> Response | tuple[str, int]:
    (order, found), form = screen.get_job(order_id, job_id), JobForm()
    void = VoidForm(formdata=None, version=found.version)
    if not form.validate():
        return screen.show("orders/job.html", form, order, job=found, void=void), 422
    values = {name: form[name].data or "" for name in ("title", "concern", "explanation")}
    try:
        with transaction():
            work.edit_job(
                job_id, values=values, version=form.version_given(), actor=session.actor(), now=clock.now()
            )
    except DomainError as error:
        order, found = screen.get_job(order_id, job_id)
        return screen.refused(
            "orders/job.html", form, order, error, saved=_job_form(found), job=found, void=void
        )
    return screen.back(order_id)


@blueprint.post("/<int:order_id>/jobs/<int:job_id>/void")
@needs("orders.edit")
def void_job(order_id: int, job_id: int) -> Response | tuple[str, int]:
    (order, found), void = screen.get_job(order_id, job_id), VoidForm()
    if not void.validate():
        return screen.show("orders/job.html", _job_form(found), order, job=found, void=void), 422
    try:
        with transaction():
            work.void_job(
                job_id,
                reason=void.reason.data,
                version=void.version_given(),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        order, found = screen.get_job(order_id, job_id)
        void.refuse(error)
        void.version.data = str(found.version)
        return screen.show("orders/job.html", _job_form(found), order, job=found, void=void), status_of(error)
    return screen.back(order_id)
