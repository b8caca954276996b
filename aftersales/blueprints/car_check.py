"""The car in the technician's hands: compared with its check-in, safe to work on, its belongings (TEC-1, TEC-8)."""

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain import submissions
from aftersales.domain.attachments import operations as attachments
from aftersales.domain.errors import DomainError, Invalid
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.staffing import queries as staffing
from aftersales.domain.workshop import at_work, comparison, dispatch, safety
from aftersales.domain.workshop import belongings as moving
from aftersales.domain.workshop.car_models import ConsentWay
from aftersales.i18n import gettext
from aftersales.web import htmx, media, session, tablets
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("car_check", __name__)

Answer = Response | tuple[str, int]


# --- beside the check-in record ---


@blueprint.get("/orders/<int:order_id>/comparison")
@needs("orders.read")
def page(order_id: int) -> str:
    return _page(_get(order_id))


@blueprint.post("/orders/<int:order_id>/comparison")
@needs("jobs.accept")
def compare(order_id: int) -> Answer:
    """One point: the same, or different with a note and a photo. From a tablet's queue it counts from when it was looked
    at, and once."""
    order, point = _get(order_id), request.form.get("point", "")[:40]
    is_same, photo = request.form.get("result") == "same", None
    sent, now = request.form.get("submission_id", ""), tablets.made_at()
    try:
        stored = None if is_same or not media.has_file() else media.receive_photo()
        with transaction():
            lock_order(order_id)
            if submissions.earlier(sent, now=clock.now()) is None:
                if stored is not None:
                    photo = attachments.keep(
                        stored,
                        site_id=order.site_id,
                        service_order_id=order_id,
                        caption=request.form.get("note", ""),
                        actor=session.actor(),
                        now=clock.now(),
                    )
                row = comparison.compare(
                    order_id,
                    point,
                    is_same=is_same,
                    note=request.form.get("note", ""),
                    photo=photo,
                    site_id=order.site_id,
                    actor=session.actor(),
                    now=now,
                )
                submissions.keep(sent, row)
    except DomainError as error:
        return _page(_get(order_id), error, blamed=point), status_of(error)
    if htmx.is_partial():
        return _page(order), 200
    return htmx.redirect(url_for(".page", order_id=order_id, _anchor=f"point-{point}"))


@blueprint.post("/orders/<int:order_id>/comparison/rest")
@needs("jobs.accept")
def rest_is_same(order_id: int) -> Answer:
    """All that is left is as the record says; back to the work."""
    order = _get(order_id)
    try:
        with transaction():
            comparison.rest_is_same(
                order_id, site_id=order.site_id, actor=session.actor(), now=tablets.made_at()
            )
    except DomainError as error:
        return _page(_get(order_id), error), status_of(error)
    return htmx.redirect(url_for("jobs.order", order_id=order_id))


@blueprint.post("/orders/<int:order_id>/comparison/<int:comparison_id>/answer")
@needs("checkins.write")
def answer(order_id: int, comparison_id: int) -> Answer:
    """The advisor says what follows from a difference."""
    order = _get(order_id)
    try:
        with transaction():
            comparison.answer(
                comparison_id,
                words=request.form.get("answer", ""),
                site_id=order.site_id,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _page(_get(order_id), error), status_of(error)
    return htmx.redirect(url_for(".page", order_id=order_id))


# --- high voltage ---


@blueprint.get("/orders/<int:order_id>/safety")
@needs("jobs.clock")
def safety_notes(order_id: int) -> str:
    return _safety(_get(order_id))


@blueprint.post("/orders/<int:order_id>/safety")
@needs("jobs.clock")
def acknowledge(order_id: int) -> Answer:
    """The technician has read the notes."""
    order = _get(order_id)
    try:
        with transaction():
            safety.acknowledge(order_id, site_id=order.site_id, actor=session.actor(), now=clock.now())
    except DomainError as error:
        return _safety(_get(order_id), error), status_of(error)
    return htmx.redirect(url_for("jobs.order", order_id=order_id))


@blueprint.post("/orders/<int:order_id>/safety/exceptions")
@needs("safety.allow")
def allow(order_id: int) -> Answer:
    """The manager lets somebody without the certificate work on this car."""
    order = _get(order_id)
    try:
        with transaction():
            safety.allow(
                order_id,
                request.form.get("user_id", 0, type=int),
                reason=request.form.get("reason", ""),
                site_id=order.site_id,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _safety(_get(order_id), error), status_of(error)
    flash(gettext("Allowed for this car, with your reason on the order."))
    return htmx.redirect(url_for(".safety_notes", order_id=order_id))


# --- belongings ---


@blueprint.post("/orders/<int:order_id>/belongings-requests")
@needs("jobs.report_additional")
def ask(order_id: int) -> Answer:
    """Something of the customer's is in the way: the advisor is asked."""
    order = _get(order_id)
    try:
        with transaction():
            moving.ask(
                order_id,
                what=request.form.get("what", ""),
                why=request.form.get("why", ""),
                job_id=request.form.get("job_id", type=int),
                submission_id=request.form.get("submission_id", ""),
                site_id=order.site_id,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _belongings_list(_get(order_id), error), status_of(error)
    flash(gettext("The advisor asks the customer. The answer stands here."))
    return htmx.redirect(url_for(".belongings_list", order_id=order_id))


@blueprint.get("/orders/<int:order_id>/belongings-requests")
@needs("orders.read")
def belongings_list(order_id: int) -> str:
    return _belongings_list(_get(order_id))


@blueprint.get("/orders/<int:order_id>/belongings-requests/<int:request_id>")
@needs("orders.read")
def belongings(order_id: int, request_id: int) -> str:
    return _belongings(_get(order_id), request_id)


@blueprint.post("/orders/<int:order_id>/belongings-requests/<int:request_id>")
@needs("checkins.write")
def answer_belongings(order_id: int, request_id: int) -> Answer:
    """What the customer said, who and how."""
    order = _get(order_id)
    moving.get_request(request_id, order_id)
    way, said = request.form.get("way", ""), request.form.get("is_allowed", "")
    try:
        if way not in list(ConsentWay):
            raise Invalid(gettext("Choose how the customer answered."), field="way")
        if said not in ("yes", "no"):
            raise Invalid(gettext("Choose what the customer said."), field="is_allowed")
        with transaction():
            moving.answer(
                request_id,
                is_allowed=said == "yes",
                consent_by=request.form.get("consent_by", ""),
                way=ConsentWay(way),
                note=request.form.get("note", ""),
                site_id=order.site_id,
                actor=session.actor(),
                now=clock.now(),
            )
    except DomainError as error:
        return _belongings(_get(order_id), request_id, error), status_of(error)
    flash(gettext("The technician sees the answer on the job."))
    return htmx.redirect(url_for("orders.page", order_id=order_id))


# --- what the views share ---


def _get(order_id: int) -> ServiceOrder:
    return orders.get_order(order_id, site_id=session.person().site_id)


def _page(order: ServiceOrder, error: DomainError | None = None, *, blamed: str = "") -> str:
    person = session.person()
    points = comparison.list_points(order.id)
    return render_template(
        "car_check/page.html",
        order=order,
        points=points,
        left=sum(point.compared is None for point in points),
        can_compare=person.may("jobs.accept")
        and dispatch.is_own(order, session.actor())
        and order.state in comparison.COMPARED_IN,
        can_answer=person.may("checkins.write"),
        note=request.form.get("note", ""),
        blamed=blamed,
        error=error,
    )


def _safety(order: ServiceOrder, error: DomainError | None = None) -> str:
    person = session.person()
    today = clock.local_date(clock.now(), person.timezone)
    return render_template(
        "car_check/safety.html",
        order=order,
        safety=safety.find(order, person.user_id, on=today),
        exceptions=safety.list_exceptions(order.id),
        technicians=staffing.list_technicians(order.site_id) if person.may("safety.allow") else [],
        typed=request.form,
        error=error,
    )


def _belongings_list(order: ServiceOrder, error: DomainError | None = None) -> str:
    brief = at_work.find_brief(order.id)
    return render_template(
        "car_check/belongings_list.html",
        order=order,
        left_in_car=brief.belongings if brief else [],
        requests=moving.list_of_order(order.id),
        jobs=at_work.list_work(order.id),
        can_ask=session.person().may("jobs.report_additional") and not order.is_closed,
        typed=request.form,
        error=error,
    )


def _belongings(order: ServiceOrder, request_id: int, error: DomainError | None = None) -> str:
    return render_template(
        "car_check/belongings.html",
        order=order,
        request_=moving.get_request(request_id, order.id),
        ways=list(ConsentWay),
        can_answer=session.person().may("checkins.write"),
        typed=request.form,
        error=error,
    )
