"""An order's parts: asked for from the job, handed out, moved to a new order when they come too late."""

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.parts import HandOutForm, ReasonForm, read_number, read_quantities
from aftersales.db import transaction
from aftersales.domain.accounts import pins
from aftersales.domain.accounts import queries as accounts
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.documents import operations as document_records
from aftersales.domain.errors import DomainError, Invalid
from aftersales.domain.fulfilment import moving, queries
from aftersales.domain.fulfilment import operations as fulfilment
from aftersales.domain.fulfilment.operations import Asked
from aftersales.domain.parts import queries as parts
from aftersales.domain.parts import slips
from aftersales.domain.parts.models import IssueSlip
from aftersales.domain.parts.rules import Supply
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.sites import queries as sites
from aftersales.i18n import gettext, speaking
from aftersales.web import documents, htmx, issue_slip_document, pin_entry, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("order_parts", __name__, url_prefix="/orders/<int:order_id>/parts")

Answer = Response | tuple[str, int]
_TAKERS = (Role.TECHNICIAN, Role.LEADER, Role.TECHNICAL_DIRECTOR, Role.MANAGER, Role.ADVISOR)
_FOUND = 12


@blueprint.get("")
@needs("parts.read")
def page(order_id: int) -> Response:
    return _page(_get(order_id))


@blueprint.post("")
@needs("parts.request")
def request_parts(order_id: int) -> Response:
    order = _get(order_id)
    try:
        with transaction():
            fulfilment.request_parts(
                order_id,
                job_id=request.form.get("job_id", 0, type=int),
                items=[_asked()],
                note=request.form.get("note", ""),
                submission_id=request.form.get("submission_id") or None,
                actor=session.actor(),
                now=clock.now(),
                site_id=session.person().site_id,
            )
    except DomainError as error:
        return _page(_get(order_id), error=error)
    if htmx.is_partial():
        return _page(order, toast=gettext("Requested from the parts desk"))
    flash(gettext("Requested from the parts desk"))
    return htmx.redirect(url_for(".page", order_id=order_id))


def _asked() -> Asked:
    article_id = request.form.get("article_id", 0, type=int)
    try:
        return Asked(article_id, read_number(request.form.get("quantity", "1")))
    except Invalid as error:
        raise Invalid(str(error), field="articles") from error


@blueprint.get("/hand-out")
@needs("parts.issue")
def hand_out_page(order_id: int) -> str:
    return _hand_out_page(_get(order_id), HandOutForm(formdata=None))


@blueprint.post("/issues")
@needs("parts.issue")
def hand_out(order_id: int) -> Answer:
    """The receiver signs with their PIN on this screen; the slip is printed with who, when and how."""
    order, form, person = _get(order_id), HandOutForm(), session.person()
    _offer(form)
    if not form.validate():
        return _hand_out_page(order, form), 422
    receiver_id, now = int(form.receiver_id.data), clock.now()
    by_pin = bool(form.pin.data)
    try:
        if by_pin:
            pin_entry.confirm(receiver_id, form.pin.data, tablet_id=None, at=session.actor())
        with transaction():
            slip = fulfilment.hand_out(
                order_id,
                read_quantities(request.form, "quantity"),
                receiver_id=receiver_id,
                submission_id=request.form.get("submission_id") or None,
                actor=session.actor(),
                now=now,
                site_id=person.site_id,
                by_pin=by_pin,
            )
    except DomainError as error:
        form.refuse(error)
        return _hand_out_page(_get(order_id), form), status_of(error)
    _print(_get(order_id), slip)
    flash(gettext("Issue slip %(number)s, taken by %(name)s", number=slip.number, name=slip.receiver_name))
    return htmx.redirect(url_for("parts.page"))


def _print(order: ServiceOrder, slip: IssueSlip) -> None:
    """The slip as a PDF beside the order; a second tap prints the same one."""
    site = sites.get_site(order.site_id)
    with speaking(site.language, site.timezone):
        paper = documents.render_and_store(
            issue_slip_document.issue_slip(order, site, slip), language=site.language
        )
    with transaction():
        lock_order(order.id)  # before the paper's row holds the order for its foreign key
        document_records.record(
            paper, site_id=site.id, service_order_id=order.id, subject_id=slip.id, now=slip.issued_at
        )


def _offer(form: HandOutForm) -> None:
    people = accounts.list_people(session.person().site_id, *_TAKERS)
    known = pins.list_owners([one.id for one in people])
    form.offer(people, {one.id for one in people} - known)


@blueprint.get("/new-order")
@needs("orders.edit")
def move_page(order_id: int) -> str:
    return _move_page(_get(order_id), ReasonForm())


@blueprint.post("/new-order")
@needs("orders.edit")
def move_to_new_order(order_id: int) -> Answer:
    order, form = _get(order_id), ReasonForm()
    if not form.validate():
        return _move_page(order, form), 422
    try:
        with transaction():
            follower = moving.move_to_new_order(
                order_id,
                {int(each) for each in request.form.getlist("line_id") if each.isdecimal()},
                reason=form.reason.data,
                actor=session.actor(),
                now=clock.now(),
                site_id=session.person().site_id,
            )
    except DomainError as error:
        form.refuse(error)
        return _move_page(_get(order_id), form), status_of(error)
    flash(gettext("Moved to order %(number)s", number=follower.number))
    return htmx.redirect(url_for("orders.page", order_id=order_id))


def _get(order_id: int) -> ServiceOrder:
    return orders.get_order(order_id, site_id=session.person().site_id)


def _page(order: ServiceOrder, *, error: DomainError | None = None, toast: str = "") -> Response:
    """The order's parts with the request form. The search's word and the chosen job stay where they were."""
    person, text = session.person(), request.values.get("q", "")
    articles = (
        parts.list_articles(person.site_id, text=text, limit=_FOUND, only_active=True)[0] if text else []
    )
    return htmx.respond(
        "order_parts/page.html",
        "order_parts/_parts.html",
        status=status_of(error) if error else 200,
        toast=toast,
        order=order,
        demands=queries.list_of_order(order.id, person.site_id),
        slips=slips.list_of_order(order.id),
        jobs=[job for job in orders.list_jobs(order.id) if job.voided_at is None],
        job_id=request.values.get("job_id", 0, type=int),
        text=text,
        articles=articles,
        error=error,
        can_request=person.may("parts.request") and not order.is_closed and order.invoiced_at is None,
    )


def _hand_out_page(order: ServiceOrder, form: HandOutForm) -> str:
    person = session.person()
    _offer(form)
    if not form.is_submitted():
        form.receiver_id.data = str(order.technician_id or "")
    ready = [each for each in queries.list_of_order(order.id, person.site_id) if each.reserved > 0]
    return render_template(
        "order_parts/hand_out.html", order=order, form=form, ready=ready, typed=request.form
    )


def _move_page(order: ServiceOrder, form: ReasonForm) -> str:
    late = {
        each.line_id
        for each in queries.list_of_order(order.id, session.person().site_id)
        if each.supply in (Supply.MISSING, Supply.ORDERED)
    }
    jobs = [job for job in orders.list_jobs(order.id) if any(line.id in late for line in job.lines)]
    chosen = {int(each) for each in request.form.getlist("line_id") if each.isdecimal()}
    if not form.is_submitted():
        chosen = {line.id for job in jobs for line in job.lines}
    return render_template(
        "order_parts/move.html", order=order, form=form, jobs=jobs, late=late, chosen=chosen
    )
