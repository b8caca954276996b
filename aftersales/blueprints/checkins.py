"""The check-in on the tablet: car, walk-around, jobs, signature. Each step is a page that works without script."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.base import Difference
from aftersales.blueprints.forms.checkins import (
    AgreementForm,
    CarForm,
    ConcernForm,
    PriceForm,
)
from aftersales.db import transaction
from aftersales.domain import submissions
from aftersales.domain.catalogue.kinds import Skill
from aftersales.domain.checkins import agreement, rules, signed_content, signing
from aftersales.domain.checkins import operations as checkins
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.errors import DomainError, NotFound
from aftersales.domain.quotations import queries as quotations
from aftersales.domain.service_orders import canned_jobs, clips, reception, work
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import LineKind, PayType, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites import queries as sites
from aftersales.domain.warranty import operations as warranty
from aftersales.i18n import gettext
from aftersales.web import checkin_papers, covered_work, htmx, session, vehicle_alerts
from aftersales.web import checkin_steps as steps
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("checkins", __name__, url_prefix="/orders/<int:order_id>/check-in")


@blueprint.post("/arrival")
@needs("checkins.write")
def arrive(order_id: int) -> Response:
    """The booked car is here; nothing is typed twice (APT-7)."""
    with transaction():
        checkins.arrive(order_id, site_id=session.person().site_id, actor=session.actor(), now=clock.now())
        warranty.watch(order_id, actor=session.actor(), now=clock.now())
    return htmx.redirect(url_for(".car", order_id=order_id))


# --- car ---


@blueprint.get("")
@needs("checkins.write")
def car(order_id: int) -> Response | str:
    order, checkin = steps.get(order_id)
    if order.checkin_signed_at:
        return htmx.redirect(url_for("checkin_signing.page", order_id=order_id))
    if order.state is OrderState.BOOKED:
        return render_template("checkins/arrival.html", order=order)
    return _car_page(order, checkin, CarForm(checkin, is_waiting=order.is_waiting, formdata=None))


@blueprint.post("")
@needs("checkins.write")
def save_car(order_id: int) -> Response | tuple[str, int]:
    form = CarForm()
    if not form.validate():
        return _car_page(*steps.get(order_id), form), 422
    try:
        with transaction():
            checkins.edit(order_id, values=form.values(), version=form.version_given(), **steps.by())
    except DomainError as error:
        order, checkin = steps.get(order_id)
        saved = CarForm(checkin, is_waiting=order.is_waiting, formdata=None)
        differences = form.refuse_stale(error, saved)
        return _car_page(order, checkin, form, differences), status_of(error)
    return htmx.redirect(url_for("walkaround.page", order_id=order_id))


def _car_page(
    order: ServiceOrder, checkin: CheckIn | None, form: CarForm, differences: Sequence[Difference] = ()
) -> str:
    days = session.person().setting("comeback.days")
    return render_template(
        "checkins/car.html",
        order=order,
        checkin=checkin,
        form=form,
        differences=differences,
        known=reception.get_known(order.vehicle_id, comeback_days=days, now=clock.now()),
        deferred=quotations.list_deferred(order.vehicle_id),
        alerts=vehicle_alerts.alerts_of(order.vehicle, order_id=order.id),
        alerts_for="order",
        covered=covered_work.of_order(order, orders.list_jobs(order.id)),
    )


# --- jobs ---


@blueprint.get("/jobs")
@needs("checkins.write")
def jobs(order_id: int) -> str:
    order, checkin = steps.get(order_id)
    return _jobs_page(order, checkin)


@blueprint.post("/jobs")
@needs("checkins.write")
def add_job(order_id: int) -> Response | tuple[str, int]:
    form, now = ConcernForm(), clock.now()
    steps.get(order_id)
    try:
        with transaction():
            if submissions.earlier(form.submission_id.data or "", now=now) is None:
                job = work.add_job(
                    order_id,
                    title=form.words.data or "",
                    concern=form.words.data or "",
                    pay_type=PayType(form.pay_type.data or PayType.CUSTOMER),
                    actor=session.actor(),
                    now=now,
                )
                submissions.keep(form.submission_id.data or "", job)
    except DomainError as error:
        form.refuse(error)
        return _jobs_page(*steps.get(order_id), concern_form=form, error=error), status_of(error)
    return htmx.redirect(url_for(".jobs", order_id=order_id))


@blueprint.post("/jobs/<int:job_id>/lines")
@needs("checkins.write")
def add_line(order_id: int, job_id: int) -> Response | tuple[str, int]:
    form, now = PriceForm(), clock.now()
    order, checkin = steps.get(order_id)
    _job_of(order_id, job_id)
    if not form.validate():
        return _jobs_page(order, checkin, price_form=form, job_id=job_id), 422
    try:
        with transaction():
            if submissions.earlier(form.submission_id.data or "", now=now) is None:
                line = work.add_line(
                    job_id,
                    kind=LineKind(form.kind.data),
                    description=form.description.data or "",
                    quantity=form.quantity.data,
                    unit_price=form.unit_price.data,
                    skill=Skill(form.skill.data),
                    **form.of_part(),
                    actor=session.actor(),
                    now=now,
                )
                submissions.keep(form.submission_id.data or "", line)
    except DomainError as error:
        form.refuse(error)
        return _jobs_page(*steps.get(order_id), price_form=form, job_id=job_id), status_of(error)
    return htmx.redirect(url_for(".jobs", order_id=order_id) + f"#job-{job_id}")


@blueprint.post("/jobs/<int:job_id>/canned")
@needs("checkins.write")
def apply_canned_job(order_id: int, job_id: int) -> Response | tuple[str, int]:
    """The lines of a canned job, priced from the catalogue, onto this job."""
    now = clock.now()
    steps.get(order_id)
    _job_of(order_id, job_id)
    client_id = request.form.get("submission_id", "")
    try:
        with transaction():
            if submissions.earlier(client_id, now=now) is None:
                job = canned_jobs.apply_canned_job(
                    order_id, request.form.get("code", ""), job_id=job_id, actor=session.actor(), now=now
                )
                submissions.keep(client_id, job)
    except DomainError as error:
        return _jobs_page(*steps.get(order_id), error=error), status_of(error)
    return htmx.redirect(url_for(".jobs", order_id=order_id) + f"#job-{job_id}")


@blueprint.post("/lines/<int:line_id>/void")
@needs("checkins.write")
def void_line(order_id: int, line_id: int) -> Response:
    order, _ = steps.get(order_id)
    if not any(line.id == line_id for job in orders.list_jobs(order.id) for line in job.lines):
        raise NotFound(gettext("There is no such line."))
    with transaction():
        work.void_line(
            line_id, reason=gettext("Taken off at check-in"), actor=session.actor(), now=clock.now()
        )
    return htmx.redirect(url_for(".jobs", order_id=order_id))


@blueprint.post("/agreement")
@needs("checkins.write")
def agree(order_id: int) -> Response | tuple[str, int]:
    """Keep time and consent, make the document, and show it for signing."""
    form, person = AgreementForm(), session.person()
    if not form.validate():
        return _jobs_page(*steps.get(order_id), form=form), 422
    try:
        with transaction():
            agreement.agree(
                order_id,
                promised_at=clock.from_local(form.promised_at.data, person.timezone),
                reason=form.promise_reason.data or "",
                diagnosis_consented=bool(form.diagnosis_consented.data),
                diagnosis_fee=form.diagnosis_fee.data or Decimal(0),
                seen=request.form.get("seen"),
                **steps.by(),
            )
        checkin_papers.prepare(order_id)
    except DomainError as error:
        form.refuse(error)
        return _jobs_page(*steps.get(order_id), form=form, error=error), status_of(error)
    return htmx.redirect(url_for("checkin_signing.page", order_id=order_id))


def _jobs_page(order: ServiceOrder, checkin: CheckIn | None, **context: Any) -> str:
    site = sites.get_site(order.site_id)
    content = signed_content.priced(order.id, includes_tax=site.prices_include_tax)
    person = session.person()
    form: AgreementForm | None = context.pop("form", None)
    if form is None:
        form = AgreementForm(checkin, formdata=None)
        at = order.promised_at or _proposal(order)
        form.promised_at.data = clock.local(at, person.timezone).replace(tzinfo=None)
    return render_template(
        "checkins/jobs.html",
        order=order,
        covered=covered_work.of_order(order, content.jobs),
        agreement=agreement.as_shown(order, checkin),
        checkin=checkin,
        content=content,
        form=form,
        proposal=_proposal(order),
        offers=canned_jobs.list_offers(order.site_id, order.vehicle),
        clips_by_job=clips.by_job(order.id),
        concern_form=context.pop("concern_form", None) or ConcernForm(formdata=None),
        price_form=context.pop("price_form", None) or PriceForm(formdata=None),
        job_id=context.pop("job_id", None),
        error=context.pop("error", None),
        missing=signing.list_missing(order, checkin, content, site, asks_for_promise=False),
    )


def _proposal(order: ServiceOrder) -> datetime:
    """What the site can promise for this work (ORD-3)."""
    person = session.person()
    return rules.proposed_promise(
        clock.now(),
        work_minutes=order.planned_minutes or 60,
        reserve_minutes=person.setting("promise.reserve_minutes"),
        parts_expected_at=order.parts_expected_at,
        timezone=person.timezone,
        hours=sites.get_site(order.site_id).opening_hours,
        closed_days=sites.list_closed_days(order.site_id),
    )


def _job_of(order_id: int, job_id: int) -> None:
    if not any(job.id == job_id for job in orders.list_jobs(order_id)):
        raise NotFound(gettext("There is no such job."))
