"""The technician's self-check with torques and fluids, and the team leader's check (TEC-5, QCS-1)."""

from decimal import Decimal, InvalidOperation

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.quality.blueprint import blueprint
from aftersales.db import transaction
from aftersales.domain import submissions
from aftersales.domain.errors import DomainError, Invalid
from aftersales.domain.inspections import queries as inspections
from aftersales.domain.quality import queries, work_checks
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders import specs
from aftersales.domain.service_orders.specs import Entered
from aftersales.domain.service_orders.states import OrderState
from aftersales.i18n import gettext
from aftersales.web import htmx, session, tablets
from aftersales.web.access import needs
from aftersales.web.errors import status_of


@blueprint.get("/orders/<int:order_id>/self-check")
@needs("quality.self_check")
def self_check(order_id: int) -> str:
    return _page("quality/self_check.html", order_id)


@blueprint.post("/orders/<int:order_id>/measured")
@needs("quality.self_check")
def save_measured(order_id: int) -> Response | tuple[str, int]:
    """Keep torques and fluids while the work goes on; the ticks stay on the screen and are not kept."""
    orders.get_order(order_id, site_id=session.person().site_id)
    try:
        measured = _measured()
        with transaction():
            work_checks.enter_measured(
                order_id,
                measured,
                site_id=session.person().site_id,
                actor=session.actor(),
                now=tablets.made_at(),
            )
    except DomainError as error:
        return _page("quality/self_check.html", order_id, error=error), status_of(error)
    if htmx.is_partial():
        return htmx.respond(
            "quality/self_check.html",
            "quality/_specs.html",
            specs=specs.list_of_order(order_id),
            is_open=True,
        )
    flash(gettext("The values are kept."))
    return htmx.redirect(url_for(".self_check", order_id=order_id, _anchor="specs"))


@blueprint.post("/orders/<int:order_id>/self-check")
@needs("quality.self_check")
def confirm_self_check(order_id: int) -> Response | tuple[str, int]:
    """The technician has checked each line. Without a team leader the car goes to quality check at once. From a tablet's
    queue it counts from when it was tapped, and once."""
    person, now, sent = session.person(), tablets.made_at(), request.form.get("submission_id", "")
    try:
        measured = _measured()
        with transaction():
            order = orders.get_order(order_id, site_id=person.site_id)
            if submissions.earlier(sent, now=clock.now()) is None:
                check = work_checks.self_check(
                    order_id,
                    site_id=person.site_id,
                    line_ids=set(request.form.getlist("line", type=int)),
                    note=request.form.get("note", ""),
                    measured=measured,
                    actor=session.actor(),
                    now=now,
                )
                submissions.keep(sent, check)
                if not order.needs_leader_check:
                    work_checks.finish_work(
                        order_id, site_id=person.site_id, actor=session.actor(), now=clock.now()
                    )
    except DomainError as error:
        return _page("quality/self_check.html", order_id, error=error), status_of(error)
    if order.needs_leader_check:
        flash(gettext("Self-check done. The team leader checks next."))
    else:
        flash(gettext("Self-check done. The car waits for the final inspection."))
    return htmx.redirect(url_for("orders.page", order_id=order_id))


@blueprint.get("/orders/<int:order_id>/leader-check")
@needs("quality.leader_check")
def leader_check(order_id: int) -> str:
    return _page("quality/leader_check.html", order_id)


@blueprint.post("/orders/<int:order_id>/leader-check")
@needs("quality.leader_check")
def confirm_leader_check(order_id: int) -> Response | tuple[str, int]:
    """Passed, the car goes to quality check at once; not passed, back to the technician with the note."""
    person, now, sent = session.person(), clock.now(), request.form.get("submission_id", "")
    is_passed = request.form.get("result") == "ok"
    try:
        with transaction():
            if submissions.earlier(sent, now=now) is None:
                check = work_checks.leader_check(
                    order_id,
                    site_id=person.site_id,
                    is_passed=is_passed,
                    note=request.form.get("note", ""),
                    actor=session.actor(),
                    now=now,
                )
                submissions.keep(sent, check)
                if is_passed:
                    work_checks.finish_work(order_id, site_id=person.site_id, actor=session.actor(), now=now)
    except DomainError as error:
        return _page("quality/leader_check.html", order_id, error=error), status_of(error)
    flash(
        gettext("Passed. The car waits for the final inspection.")
        if is_passed
        else gettext("The technician has your note as a task.")
    )
    return htmx.redirect(url_for("orders.page", order_id=order_id))


def _page(template: str, order_id: int, *, error: DomainError | None = None) -> str:
    order = orders.get_order(order_id, site_id=session.person().site_id)
    sheet = inspections.find_sheet(order_id)
    return render_template(
        template,
        order=order,
        jobs=queries.list_authorised_jobs(order_id),
        specs=specs.list_of_order(order_id),
        findings=sheet.findings if sheet else [],
        checks=queries.list_checks(order_id),
        is_open=order.state is OrderState.REPAIRING,
        ticked=set(request.form.getlist("line", type=int)),
        typed=request.form,
        note=request.form.get("note", ""),
        sentence=str(error) if error else "",
        blamed=(getattr(error, "field", None) or "") if error else "",
    )


def _measured() -> dict[int, Entered]:
    """What was typed into the list, by the id of the specification."""
    found = {}
    for name, text in request.form.items():
        key = name.removeprefix("spec-")
        if key != name and key.isdecimal():
            found[int(key)] = Entered(_value(text, name), request.form.get(f"remark-{key}", ""))
    return found


def _value(text: str, name: str) -> Decimal | None:
    """The number with a comma or a point before its decimals; empty is none."""
    text = text.strip().replace(",", ".")
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise Invalid(gettext("Enter a number, for example 120 or 4.7."), field=name) from error
    if not value.is_finite():
        raise Invalid(gettext("Enter a number, for example 120 or 4.7."), field=name)
    return value.quantize(Decimal("0.001"))
