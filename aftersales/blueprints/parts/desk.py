"""The desk's first page, and one request: when it arrives, what comes back."""

from datetime import datetime, time, timedelta

from flask import flash, render_template, request, url_for
from werkzeug.wrappers import Response

from aftersales import clock
from aftersales.blueprints.forms.parts import ArrivalForm, TakeBackForm
from aftersales.blueprints.parts.blueprint import blueprint
from aftersales.db import transaction
from aftersales.domain.errors import DomainError
from aftersales.domain.fulfilment import operations as fulfilment
from aftersales.domain.fulfilment import queries
from aftersales.domain.fulfilment.queries import Demand
from aftersales.domain.parts import purchase_queries, rules
from aftersales.domain.parts import queries as parts
from aftersales.i18n import gettext
from aftersales.web import htmx, session
from aftersales.web.access import needs
from aftersales.web.errors import status_of

Answer = Response | tuple[str, int]


@blueprint.get("")
@needs("parts.read")
def page() -> Response:
    person, text = session.person(), request.args.get("q", "")
    requests, more = queries.list_requests(
        person.site_id, text=text, after=_place_of(request.args.get("after"))
    )
    return htmx.respond(
        "parts/desk.html",
        "parts/_requests.html",
        requests=requests,
        more=f"{more[0].isoformat()}_{more[1]}" if more else None,
        text=text,
        arrivals=purchase_queries.list_due_purchase_orders(
            person.site_id, until=_end_of_day(person.timezone)
        ),
        low=parts.list_low(person.site_id, limit=5),
    )


def _place_of(after: str | None) -> tuple[datetime, int] | None:
    """Where the last page ended; nonsense in the address is the first page."""
    at, _, ident = (after or "").rpartition("_")
    try:
        return datetime.fromisoformat(at), int(ident)
    except ValueError:
        return None


def _end_of_day(timezone: str) -> datetime:
    tomorrow = clock.local_date(clock.now(), timezone) + timedelta(days=1)
    return clock.from_local(datetime.combine(tomorrow, time()), timezone)


@blueprint.get("/requests/<int:request_id>")
@needs("parts.read")
def request_page(request_id: int) -> str:
    return _request_page(_get(request_id))


@blueprint.post("/requests/<int:request_id>/arrival")
@needs("parts.order")
def confirm_arrival(request_id: int) -> Answer:
    found, form, person = _get(request_id), ArrivalForm(), session.person()
    if not form.validate():
        return _request_page(found, arrival=form), 422
    try:
        with transaction():
            fulfilment.confirm_arrival(
                request_id,
                expected_at=clock.from_local(form.expected_at.data, person.timezone),
                actor=session.actor(),
                now=clock.now(),
                site_id=person.site_id,
            )
    except DomainError as error:
        form.refuse(error)
        return _request_page(_get(request_id), arrival=form), status_of(error)
    flash(gettext("The advisor sees when it arrives."))
    return htmx.redirect(url_for(".page"))


@blueprint.post("/requests/<int:request_id>/returns")
@needs("parts.issue")
def take_back(request_id: int) -> Answer:
    found, form, person = _get(request_id), TakeBackForm(), session.person()
    form.offer(parts.list_warehouses(person.site_id))
    if not form.validate():
        return _request_page(found, returns=form), 422
    try:
        with transaction():
            fulfilment.take_back(
                request_id,
                quantity=form.quantity.data,
                warehouse_id=int(form.warehouse_id.data),
                reason=form.reason.data,
                actor=session.actor(),
                now=clock.now(),
                site_id=person.site_id,
            )
    except DomainError as error:
        form.refuse(error)
        return _request_page(_get(request_id), returns=form), status_of(error)
    flash(gettext("Back on the shelf: %(part)s", part=found.name))
    return htmx.redirect(url_for(".page"))


def _get(request_id: int) -> Demand:
    return queries.get_request(request_id, session.person().site_id)


def _request_page(
    found: Demand, *, arrival: ArrivalForm | None = None, returns: TakeBackForm | None = None
) -> str:
    person = session.person()
    returns = returns or TakeBackForm(formdata=None, quantity=found.with_workshop)
    returns.offer(parts.list_warehouses(person.site_id))
    return render_template(
        "parts/request.html",
        request=found,
        arrival=arrival or ArrivalForm(formdata=None, expected_at=_likely_arrival(found)),
        returns=returns,
    )


def _likely_arrival(found: Demand) -> datetime:
    """What the form proposes: what was said, else ten o'clock on the supplier's delivery day."""
    zone = session.person().timezone
    if found.expected_at:
        return clock.local(found.expected_at, zone).replace(tzinfo=None)
    day = rules.delivery_day(clock.local_date(clock.now(), zone), found.lead_days or 1)
    return datetime.combine(day, time(10))
