"""The service order: list, page, its jobs and lines, promised time, hold, early end."""

from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.base import Form
from aftersales.blueprints.forms.orders import HoldForm, JobForm, LineForm, PromiseForm, ReasonForm, VoidForm
from aftersales.db import transaction
from aftersales.domain.catalogue.kinds import Skill
from aftersales.domain.checkins import queries as checkins
from aftersales.domain.documents import queries as documents
from aftersales.domain.errors import DomainError, NotFound, Stale
from aftersales.domain.quality import comeback_queries
from aftersales.domain.service_orders import clips, operations, queries, work
from aftersales.domain.service_orders.models import HoldReason, Job, Line, LineKind, PayType, ServiceOrder
from aftersales.i18n import gettext
from aftersales.web import addresses, htmx, order_actions, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of
from aftersales.web.order_steps import steps_of

blueprint = Blueprint("orders", __name__, url_prefix="/orders")


@blueprint.get("")
@needs("orders.read")
def index() -> Response:
    is_open = request.args.get("show", "open") != "closed"
    rows, more = queries.list_orders(
        session.person().site_id, is_open=is_open, before=addresses.asked_id("before")
    )
    return htmx.respond("orders/index.html", "orders/_rows.html", orders=rows, more=more, is_open=is_open)


@blueprint.get("/<int:order_id>")
@needs("orders.read")
def page(order_id: int) -> str:
    order = _get(order_id)
    person = session.person()
    jobs = queries.list_jobs(order_id)
    return render_template(
        "orders/page.html",
        order=order,
        jobs=jobs,
        groups=_by_pay_type(jobs),
        events=queries.list_events(order_id),
        documents=[
            one for one in documents.list_of_order(order_id) if not one.has_prices or session.sees_prices()
        ],
        actions=order_actions.offered(order, person),
        checkin=checkins.find_checkin(order_id),
        came_back=comeback_queries.list_of_first(order_id) if order.comebacks else [],
        steps=steps_of(order),
        can_edit=person.may("orders.edit") and not order.is_closed and order.invoiced_at is None,
        show_prices=session.sees_prices(),
    )


def _by_pay_type(jobs: list[Job]) -> list[tuple[PayType, list[Job]]]:
    return [(kind, some) for kind in PayType if (some := [job for job in jobs if job.pay_type is kind])]


# --- promised time, hold, early end ---


@blueprint.get("/<int:order_id>/promise")
@needs("orders.promise")
def edit_promise(order_id: int) -> str:
    order = _get(order_id)
    return _form("orders/promise.html", _promise_form(order), order)


@blueprint.post("/<int:order_id>/promise")
@needs("orders.promise")
def promise(order_id: int) -> Response | tuple[str, int]:
    order, form = _get(order_id), PromiseForm()
    if not form.validate():
        return _form("orders/promise.html", form, order), 422
    try:
        with transaction():
            operations.promise(
                order_id,
                promised_at=clock.from_local(form.promised_at.data, session.person().timezone),
                reason=form.reason.data or "",
                version=form.version_given(),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        order = _get(order_id)
        return _refused("orders/promise.html", form, order, error, saved=_promise_form(order))
    return _back(order_id)


def _promise_form(order: ServiceOrder) -> PromiseForm:
    local = clock.local(order.promised_at, session.person().timezone) if order.promised_at else None
    return PromiseForm(formdata=None, version=order.version, promised_at=local)


@blueprint.get("/<int:order_id>/hold")
@needs("orders.hold")
def edit_hold(order_id: int) -> str:
    order = _get(order_id)
    return _form("orders/hold.html", _hold_form(order), order)


@blueprint.post("/<int:order_id>/hold")
@needs("orders.hold")
def hold(order_id: int) -> Response | tuple[str, int]:
    order, form = _get(order_id), HoldForm()
    is_release = bool(request.form.get("release"))
    if not is_release and not form.validate():
        return _form("orders/hold.html", form, order), 422
    try:
        with transaction():
            if is_release:
                operations.release(order_id, actor=session.actor(), now=clock.now())
            else:
                operations.hold(
                    order_id,
                    reason=HoldReason(form.reason.data),
                    note=form.note.data or "",
                    version=form.version_given(),
                    actor=session.actor(),
                    now=clock.now(),
                )
    except DomainError as error:
        order = _get(order_id)
        return _refused("orders/hold.html", form, order, error, saved=_hold_form(order))
    return _back(order_id)


def _hold_form(order: ServiceOrder) -> HoldForm:
    return HoldForm(formdata=None, version=order.version, reason=order.hold_reason, note=order.hold_note)


@blueprint.get("/<int:order_id>/early-end")
@needs("orders.cancel")
def end_early(order_id: int) -> str:
    return _form("orders/end_early.html", ReasonForm(), _get(order_id))


@blueprint.post("/<int:order_id>/early-end")
@needs("orders.cancel")
def confirm_early_end(order_id: int) -> Response | tuple[str, int]:
    return _move_with_reason(_get(order_id), "cancel", "orders/end_early.html")


@blueprint.get("/<int:order_id>/reopening")
@needs("orders.reopen")
def reopen_form(order_id: int) -> str:
    return _form("orders/reopen.html", ReasonForm(), _get(order_id))


@blueprint.post("/<int:order_id>/reopening")
@needs("orders.reopen")
def reopen(order_id: int) -> Response | tuple[str, int]:
    return _move_with_reason(_get(order_id), "reopen", "orders/reopen.html")


def _move_with_reason(order: ServiceOrder, name: str, template: str) -> Response | tuple[str, int]:
    form = ReasonForm()
    if not form.validate():
        return _form(template, form, order), 422
    try:
        with transaction():
            locked = operations.lock_order(order.id)
            operations.move(locked, name, reason=form.reason.data, actor=session.actor(), now=clock.now())
    except DomainError as error:
        return _refused(template, form, _get(order.id), error)
    return _back(order.id)


# --- jobs and lines ---


@blueprint.get("/<int:order_id>/jobs/new")
@needs("orders.edit")
def new_job(order_id: int) -> str:
    return _form("orders/job.html", JobForm(), _get(order_id), job=None)


@blueprint.post("/<int:order_id>/jobs")
@needs("orders.edit")
def add_job(order_id: int) -> Response | tuple[str, int]:
    order, form = _get(order_id), JobForm()
    if not form.validate():
        return _form("orders/job.html", form, order, job=None), 422
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
        return _refused("orders/job.html", form, _get(order_id), error, job=None)
    return htmx.redirect(url_for(".job", order_id=order_id, job_id=job.id))


@blueprint.get("/<int:order_id>/jobs/<int:job_id>")
@needs("orders.read")
def job(order_id: int, job_id: int) -> str:
    order, found = _get_job(order_id, job_id)
    return _form(
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
    (order, found), form = _get_job(order_id, job_id), JobForm()
    void = VoidForm(formdata=None, version=found.version)
    if not form.validate():
        return _form("orders/job.html", form, order, job=found, void=void), 422
    values = {name: form[name].data or "" for name in ("title", "concern", "explanation")}
    try:
        with transaction():
            work.edit_job(
                job_id, values=values, version=form.version_given(), actor=session.actor(), now=clock.now()
            )
    except DomainError as error:
        order, found = _get_job(order_id, job_id)
        return _refused("orders/job.html", form, order, error, saved=_job_form(found), job=found, void=void)
    return _back(order_id)


@blueprint.post("/<int:order_id>/jobs/<int:job_id>/void")
@needs("orders.edit")
def void_job(order_id: int, job_id: int) -> Response | tuple[str, int]:
    (order, found), void = _get_job(order_id, job_id), VoidForm()
    if not void.validate():
        return _form("orders/job.html", _job_form(found), order, job=found, void=void), 422
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
        order, found = _get_job(order_id, job_id)
        void.refuse(error)
        void.version.data = str(found.version)
        return _form("orders/job.html", _job_form(found), order, job=found, void=void), status_of(error)
    return _back(order_id)


@blueprint.get("/<int:order_id>/jobs/<int:job_id>/lines/new")
@needs("orders.edit")
def new_line(order_id: int, job_id: int) -> str:
    order, found = _get_job(order_id, job_id)
    form = LineForm(quantity=Decimal(1))
    form.skill.data = found.skill or Skill.MECHANICAL
    return _form("orders/line.html", form, order, job=found, line=None)


@blueprint.post("/<int:order_id>/jobs/<int:job_id>/lines")
@needs("orders.edit")
def add_line(order_id: int, job_id: int) -> Response | tuple[str, int]:
    (order, found), form = _get_job(order_id, job_id), LineForm()
    if not form.validate():
        return _form("orders/line.html", form, order, job=found, line=None), 422
    try:
        with transaction():
            work.add_line(
                job_id,
                kind=LineKind(form.kind.data),
                description=form.description.data,
                article_number=form.article_number.data or "",
                quantity=form.quantity.data,
                unit_price=form.unit_price.data,
                discount=(form.discount_percent.data or Decimal(0)) / 100,
                skill=Skill(form.skill.data),
                submission_id=request.form.get("submission_id", ""),
                **form.of_part(),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _refused("orders/line.html", form, _get(order_id), error, job=found, line=None)
    return htmx.redirect(url_for(".job", order_id=order_id, job_id=job_id))


@blueprint.get("/<int:order_id>/lines/<int:line_id>")
@needs("orders.edit")
def line(order_id: int, line_id: int) -> str:
    order, found = _get_line(order_id, line_id)
    void = VoidForm(formdata=None, version=found.version)
    return _form("orders/line.html", _line_form(found), order, job=found.job, line=found, void=void)


def _line_form(line: Line) -> LineForm:
    form = LineForm(formdata=None, obj=line, discount_percent=line.discount * 100)
    form.kind.data = line.kind.value
    form.skill.data = line.skill or Skill.MECHANICAL
    form.supplied_by.data, form.part_grade.data = line.supplied_by.value, line.part_grade.value
    return form


@blueprint.post("/<int:order_id>/lines/<int:line_id>")
@needs("orders.edit")
def save_line(order_id: int, line_id: int) -> Response | tuple[str, int]:
    (order, found), form = _get_line(order_id, line_id), LineForm()
    void = VoidForm(formdata=None, version=found.version)
    if not form.validate():
        return _form("orders/line.html", form, order, job=found.job, line=found, void=void), 422
    values: dict[str, Any] = {
        "description": form.description.data,
        "quantity": form.quantity.data,
        "unit_price": form.unit_price.data,
        "discount": (form.discount_percent.data or Decimal(0)) / 100,
        "standard_change_reason": form.standard_change_reason.data or "",
    }
    if found.kind is LineKind.PART:
        values |= form.of_part()
    if found.kind is LineKind.LABOUR and form.skill.data != (found.skill or Skill.MECHANICAL):
        values["skill"] = Skill(form.skill.data)
    try:
        with transaction():
            work.edit_line(
                line_id, values=values, version=form.version_given(), actor=session.actor(), now=clock.now()
            )
    except DomainError as error:
        order, found = _get_line(order_id, line_id)
        return _refused(
            "orders/line.html",
            form,
            order,
            error,
            saved=_line_form(found),
            job=found.job,
            line=found,
            void=void,
        )
    return htmx.redirect(url_for(".job", order_id=order_id, job_id=found.job_id))


@blueprint.post("/<int:order_id>/lines/<int:line_id>/void")
@needs("orders.edit")
def void_line(order_id: int, line_id: int) -> Response | tuple[str, int]:
    (order, found), void = _get_line(order_id, line_id), VoidForm()
    context: dict[str, Any] = {"job": found.job, "line": found, "void": void}
    if not void.validate():
        return _form("orders/line.html", _line_form(found), order, **context), 422
    try:
        with transaction():
            work.void_line(
                line_id,
                reason=void.reason.data,
                version=void.version_given(),
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        order, found = _get_line(order_id, line_id)
        void.refuse(error)
        void.version.data = str(found.version)
        return _form(
            "orders/line.html", _line_form(found), order, job=found.job, line=found, void=void
        ), status_of(error)
    return htmx.redirect(url_for(".job", order_id=order_id, job_id=found.job_id))


# --- what the views share ---


def _get(order_id: int) -> ServiceOrder:
    return queries.get_order(order_id, site_id=session.person().site_id)


def _get_job(order_id: int, job_id: int) -> tuple[ServiceOrder, Job]:
    order = _get(order_id)
    found = next((job for job in queries.list_jobs(order_id) if job.id == job_id), None)
    if found is None:
        raise NotFound(gettext("There is no such job."))
    return order, found


def _get_line(order_id: int, line_id: int) -> tuple[ServiceOrder, Line]:
    order = _get(order_id)
    lines = (line for job in queries.list_jobs(order_id) for line in job.lines)
    found = next((line for line in lines if line.id == line_id), None)
    if found is None:
        raise NotFound(gettext("There is no such line."))
    return order, found


def _form(template: str, form: Form, order: ServiceOrder, **context: Any) -> str:
    shared: dict[str, Any] = {
        "differences": [],
        "void": None,
        "clips": [],
        "show_prices": session.sees_prices(),
    }
    return render_template(template, form=form, order=order, **{**shared, **context})


def _refused(
    template: str,
    form: Form,
    order: ServiceOrder,
    error: DomainError,
    *,
    saved: Form | None = None,
    **context: Any,
) -> tuple[str, int]:
    """The same form with the sentence in place; nothing typed is lost. ``saved`` is the form as the record stands
    now: where somebody else saved meanwhile, both values are shown (ORD-6)."""
    form.refuse(error)
    if isinstance(error, Stale) and saved is not None:
        context["differences"] = form.compare_with(saved, error.current.version)
    return _form(template, form, order, **context), status_of(error)


def _back(order_id: int) -> Response:
    return htmx.redirect(url_for("orders.page", order_id=order_id))
