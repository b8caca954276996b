"""Earlier work that our guarantee still covers: linked to a visit as a comeback, or said to be none (QCS-2, ORD-9)."""

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.catalogue.kinds import PayType
from aftersales.domain.errors import DomainError, Invalid
from aftersales.domain.quality import comeback_queries, comebacks, covered
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import DIAGNOSIS
from aftersales.domain.workshop import at_work
from aftersales.i18n import gettext
from aftersales.web import covered_work, htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("comebacks", __name__)


@blueprint.get("/orders/<int:order_id>/comebacks")
@needs("quality.read")
def page(order_id: int) -> str:
    return _page(order_id)


@blueprint.post("/orders/<int:order_id>/comebacks")
@needs("comebacks.decide")
def link(order_id: int) -> Response | tuple[str, int]:
    """This concern came back because that job did not hold."""
    orders.get_order(order_id, site_id=session.person().site_id)
    pay_type = request.form.get("pay_type", PayType.INTERNAL.value)
    try:
        if pay_type not in list(PayType):
            raise Invalid(gettext("Choose who pays."), field="pay_type")
        with transaction():
            comebacks.link(
                order_id,
                request.form.get("first_order_id", 0, type=int),
                first_job_id=request.form.get("first_job_id", type=int),
                job_id=request.form.get("job_id", type=int),
                pay_type=PayType(pay_type),
                site_id=session.person().site_id,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _page(order_id, error), status_of(error)
    flash(gettext("Linked as a comeback. We pay by proposal; who did the work is told."))
    return htmx.redirect(_back(order_id))


@blueprint.post("/orders/<int:order_id>/comebacks/refusal")
@needs("comebacks.decide")
def decline(order_id: int) -> Response | tuple[str, int]:
    """It has nothing to do with the earlier work, and why."""
    orders.get_order(order_id, site_id=session.person().site_id)
    try:
        with transaction():
            comebacks.decline(
                order_id,
                request.form.get("first_order_id", 0, type=int),
                first_job_id=request.form.get("first_job_id", type=int),
                reason=request.form.get("reason", ""),
                site_id=session.person().site_id,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _page(order_id, error), status_of(error)
    return htmx.redirect(_back(order_id))


@blueprint.get("/comebacks/notices/<int:notice_id>")
@needs("tasks.read")
def notice(notice_id: int) -> str:
    """What came back, for who did or inspected it: the first work and this visit side by side."""
    person = session.person()
    found, comeback = comeback_queries.get_notice(notice_id, user_id=person.user_id)
    first_photos = at_work.list_photos(comeback.first_order_id, job_id=comeback.first_job_id)
    return render_template(
        "comebacks/notice.html",
        notice=found,
        comeback=comeback,
        first=orders.get_order(comeback.first_order_id, site_id=person.site_id),
        order=orders.get_order(comeback.service_order_id, site_id=comeback.site_id),
        first_jobs=[
            job
            for job in orders.list_jobs(comeback.first_order_id)
            if comeback.first_job_id in (None, job.id)
        ],
        jobs=[
            job for job in orders.list_jobs(comeback.service_order_id) if comeback.job_id in (None, job.id)
        ],
        first_photos=[photo.attachment_id for photo in first_photos],
        photos=[
            photo.attachment_id
            for photo in at_work.list_photos(comeback.service_order_id, job_id=comeback.job_id)
        ],
    )


@blueprint.post("/comebacks/notices/<int:notice_id>/reading")
@needs("tasks.read")
def read(notice_id: int) -> Response:
    with transaction():
        comebacks.read(notice_id, note=request.form.get("note", ""), actor=session.actor(), now=clock.now())
    flash(gettext("Read. Thank you for the word."))
    return htmx.redirect(url_for("tasks.index"))


def _back(order_id: int) -> str:
    """To the step of the check-in where it was answered, else to the page of this visit's earlier work."""
    if request.form.get("back") == "jobs":
        return url_for("checkins.jobs", order_id=order_id)
    return url_for(".page", order_id=order_id)


def _page(order_id: int, error: DomainError | None = None) -> str:
    order = orders.get_order(order_id, site_id=session.person().site_id)
    jobs = orders.list_jobs(order_id)
    found: list[covered.Covered] = covered_work.of_order(order, jobs)
    return render_template(
        "comebacks/page.html",
        order=order,
        jobs=[job for job in jobs if job.canned_job_code != DIAGNOSIS],
        covered=found,
        answers=comeback_queries.list_of_order(order_id),
        error=error,
    )
