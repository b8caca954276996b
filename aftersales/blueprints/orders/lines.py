"""The lines of a job."""

from decimal import Decimal
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.orders import LineForm, VoidForm
from aftersales.blueprints.orders import screen
from aftersales.blueprints.orders.blueprint import blueprint
from aftersales.db import transaction
from aftersales.domain.catalogue.kinds import Skill
from aftersales.domain.errors import DomainError
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import Line, LineKind
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of


@blueprint.get("/<int:order_id>/jobs/<int:job_id>/lines/new")
@needs("orders.edit")
def new_line(order_id: int, job_id: int) -> str:
    order, found = screen.get_job(order_id, job_id)
    form = LineForm(quantity=Decimal(1))
    form.skill.data = found.skill or Skill.MECHANICAL
    return screen.show("orders/line.html", form, order, job=found, line=None)


@blueprint.post("/<int:order_id>/jobs/<int:job_id>/lines")
@needs("orders.edit")
def add_line(order_id: int, job_id: int) -> Response | tuple[str, int]:
    (order, found), form = screen.get_job(order_id, job_id), LineForm()
    if not form.validate():
        return screen.show("orders/line.html", form, order, job=found, line=None), 422
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
        return screen.refused("orders/line.html", form, screen.get(order_id), error, job=found, line=None)
    return htmx.redirect(url_for(".job", order_id=order_id, job_id=job_id))


@blueprint.get("/<int:order_id>/lines/<int:line_id>")
@needs("orders.edit")
def line(order_id: int, line_id: int) -> str:
    order, found = screen.get_line(order_id, line_id)
    void = VoidForm(formdata=None, version=found.version)
    return screen.show("orders/line.html", _line_form(found), order, job=found.job, line=found, void=void)


def _line_form(line: Line) -> LineForm:
    form = LineForm(formdata=None, obj=line, discount_percent=line.discount * 100)
    form.kind.data = line.kind.value
    form.skill.data = line.skill or Skill.MECHANICAL
    form.supplied_by.data, form.part_grade.data = line.supplied_by.value, line.part_grade.value
    return form


@blueprint.post("/<int:order_id>/lines/<int:line_id>")
@needs("orders.edit")
def save_line(order_id: int, line_id: int) -> Response | tuple[str, int]:
    (order, found), form = screen.get_line(order_id, line_id), LineForm()
    void = VoidForm(formdata=None, version=found.version)
    if not form.validate():
        return screen.show("orders/line.html", form, order, job=found.job, line=found, void=void), 422
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
        order, found = screen.get_line(order_id, line_id)
        return screen.refused(
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
    (order, found), void = screen.get_line(order_id, line_id), VoidForm()
    context: dict[str, Any] = {"job": found.job, "line": found, "void": void}
    if not void.validate():
        return screen.show("orders/line.html", _line_form(found), order, **context), 422
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
        order, found = screen.get_line(order_id, line_id)
        void.refuse(error)
        void.version.data = str(found.version)
        return screen.show(
            "orders/line.html", _line_form(found), order, job=found.job, line=found, void=void
        ), status_of(error)
    return htmx.redirect(url_for(".job", order_id=order_id, job_id=found.job_id))
