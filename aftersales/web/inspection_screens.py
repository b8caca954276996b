"""What the checklist's views share: what its page is drawn from, what a form says about a point, and its parts."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales.domain.catalogue import queries as catalogue
from aftersales.domain.errors import DomainError, Invalid
from aftersales.domain.inspections import operations, queries
from aftersales.domain.inspections.operations import Ruling
from aftersales.domain.inspections.rules import Rating
from aftersales.domain.inspections.sheet import Area, Probe, Sheet
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.workshop import dispatch
from aftersales.domain.workshop import running as clocks
from aftersales.i18n import gettext
from aftersales.web import session, tablets
from aftersales.web.errors import status_of


@dataclass(slots=True)
class Entered:
    """What somebody typed for one point, kept as it came where the point is refused."""

    rating: str
    values: dict[str, str]
    note: str
    sentence: str = ""


@dataclass(slots=True)
class Screen:
    """Everything that the checklist and its parts are drawn from. ``running_since`` is when the person clocked on to
    this order, where their clock runs."""

    order: ServiceOrder
    sheet: Sheet
    area: Area
    can_rate: bool
    canned: dict[str, str]
    entered: dict[int, Entered] = field(default_factory=dict)
    left: list[Probe] = field(default_factory=list)
    running_since: datetime | None = None


def screen(order_id: int, slug: str = "1") -> Screen:
    """The order's checklist with the area that is open."""
    person = session.person()
    order = orders.get_order(order_id, site_id=person.site_id)
    sheet = queries.get_sheet(order_id)
    codes = {probe.canned_job_code for probe in sheet.findings if probe.canned_job_code}
    may = (
        person.may("inspections.rate")
        and sheet.completed_at is None
        and not order.is_closed
        and dispatch.is_own(order, session.actor())
    )
    return Screen(
        order=order,
        sheet=sheet,
        area=sheet.area_of(slug),
        can_rate=may,
        canned={code: job.name for code, job in catalogue.list_canned_jobs_by_codes(codes).items()},
    )


def own(order_id: int) -> None:
    """Lock the order; refuses somebody whose order it is not."""
    dispatch.need_own(lock_order(order_id, site_id=session.person().site_id), session.actor())


def tablet() -> str:
    """One sign-in on one device: two tablets are two of them."""
    return str(session.person().session_id)


def entered_for(probe: Probe) -> Entered:
    """What the form says about the point; what it does not mention stands as it is."""
    form, key = request.form, probe.id
    return Entered(
        rating=form.get(f"rating-{key}", ""),
        values={
            reading.measure.code: form.get(f"value-{key}-{reading.measure.code}", "").strip()
            for reading in probe.readings
        },
        note=form.get(f"note-{key}", ""),
    )


def rate(probe: Probe, entered: Entered) -> None:
    """Rate the point as the form says, at the moment at which the person did it on the tablet."""
    operations.rate(
        probe.id,
        Ruling(
            rating=Rating(entered.rating) if entered.rating in list(Rating) else None,
            values={
                reading.measure.code: _decimal(entered.values[reading.measure.code], reading.name)
                for reading in probe.readings
            },
            note=entered.note,
            version=request.form.get(f"version-{probe.id}", type=int),
        ),
        actor=session.actor(),
        now=tablets.made_at(),
        tablet=tablet(),
    )


def page(shown: Screen) -> str:
    """The whole checklist, and the addresses of all its areas for the tablet to keep."""
    if shown.can_rate:
        running = clocks.find(session.person().user_id)
        if running is not None and running.service_order_id == shown.order.id:
            shown.running_since = running.started_at
    addresses = [url_for("inspections.page", order_id=shown.order.id)]
    addresses += [
        url_for("inspections.page", order_id=shown.order.id, area=area.slug) for area in shown.sheet.areas
    ]
    return render_template("inspections/page.html", screen=shown, pages=addresses)


def row(order_id: int, item_id: int, entered: Entered, error: DomainError | None) -> Response:
    """One point, and beside it the areas and the bar."""
    shown = screen(order_id)
    shown.area, probe = shown.sheet.find(item_id)
    if error is not None:
        entered.sentence = str(error)
        shown.entered[item_id] = entered
    part = render_template("inspections/_probe.html", probe=probe, screen=shown)
    return _with_areas(part, shown, status_of(error) if error else 200)


def area(shown: Screen, status: int = 200) -> Response:
    """The open area with its points, and beside it the areas and the bar."""
    return _with_areas(render_template("inspections/_area.html", screen=shown), shown, status)


def _with_areas(part: str, shown: Screen, status: int) -> Response:
    parts = [
        part,
        render_template("inspections/_areas.html", screen=shown, oob=True),
        render_template("inspections/_bar.html", screen=shown, oob=True),
    ]
    answer = make_response("\n".join(parts), status)
    answer.vary.add("HX-Request")
    return answer


def _decimal(text: str, name: str) -> Decimal | None:
    if not text:
        return None
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Invalid(gettext("%(name)s: enter a number, for example 3.5.", name=name))
    return value
