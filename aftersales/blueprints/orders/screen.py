"""What the order's forms share: the order, one of its jobs or lines, the form again with what was wrong."""

from typing import Any

from flask import render_template, url_for
from werkzeug.wrappers import Response

from aftersales.blueprints.forms.base import Form
from aftersales.domain.errors import DomainError, NotFound, Stale
from aftersales.domain.service_orders import queries
from aftersales.domain.service_orders.models import Job, Line, ServiceOrder
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.errors import status_of


def get(order_id: int) -> ServiceOrder:
    return queries.get_order(order_id, site_id=session.person().site_id)


def get_job(order_id: int, job_id: int) -> tuple[ServiceOrder, Job]:
    order = get(order_id)
    found = next((job for job in queries.list_jobs(order_id) if job.id == job_id), None)
    if found is None:
        raise NotFound(gettext("There is no such job."))
    return order, found


def get_line(order_id: int, line_id: int) -> tuple[ServiceOrder, Line]:
    order = get(order_id)
    lines = (line for job in queries.list_jobs(order_id) for line in job.lines)
    found = next((line for line in lines if line.id == line_id), None)
    if found is None:
        raise NotFound(gettext("There is no such line."))
    return order, found


def show(template: str, form: Form, order: ServiceOrder, **context: Any) -> str:
    shared: dict[str, Any] = {
        "differences": [],
        "void": None,
        "clips": [],
        "show_prices": session.sees_prices(),
    }
    return render_template(template, form=form, order=order, **{**shared, **context})


def refused(
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
    return show(template, form, order, **context), status_of(error)


def back(order_id: int) -> Response:
    return htmx.redirect(url_for("orders.page", order_id=order_id))
