"""The efficiency report: hours and their ratios, the workshop's figures, the base of commissions; each figure opens what
it is made of (REP-2)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from aftersales import clock
from aftersales.domain.accounts import queries as accounts
from aftersales.domain.errors import NotFound
from aftersales.domain.reports import efficiency
from aftersales.domain.reports import efficiency_rules as figures
from aftersales.domain.reports.efficiency_rules import (
    Basis,
    Naming,
    OrderFigures,
    Share,
    TechnicianRow,
)
from aftersales.domain.reports.rules import Hours, Month
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.service_orders.waits import Wait
from aftersales.domain.workshop import forgotten
from aftersales.i18n import gettext, label
from aftersales.money import ZERO
from aftersales.web import csv_file, session
from aftersales.web.access import needs
from aftersales.web.filters import hours, money, short_moment
from aftersales.web.report_months import asked_month

blueprint = Blueprint("efficiency", __name__, url_prefix="/reports/efficiency")


@blueprint.get("")
@needs("reports.read")
def page() -> str:
    month, basis, now = asked_month(), _basis(), clock.now()
    person = session.person()
    technicians = efficiency.list_technicians(person.site_id, month, basis, now=now)
    return render_template(
        "efficiency/page.html",
        month=month,
        is_current=month.ends_at > now,
        basis=basis,
        bases=list(Basis),
        naming=_naming(),
        namings=list(Naming),
        names=[str(name) for name in figures.RATIO_NAMES[_naming()]],
        all_names={each: [str(name) for name in figures.RATIO_NAMES[each]] for each in Naming},
        technicians=technicians,
        workshop=_sum(technicians),
        summary=figures.summarise(efficiency.list_orders(person.site_id, month, basis, now=now)),
        bays=efficiency.bay_turnover(person.site_id, person.timezone, month, now=now),
        comeback_days=person.setting("comeback.days"),
        unknown=forgotten.list_unknown(person.site_id, before=month.ends_at),
    )


@dataclass(frozen=True, slots=True)
class Column:
    """What a list of orders shows of each order, and what stands at its foot."""

    title: str
    value: Callable[[OrderFigures], str]
    counts: Callable[[OrderFigures], bool]
    foot: Callable[[list[OrderFigures]], str]


@blueprint.get("/orders")
@needs("reports.read")
def orders() -> str:
    """The orders behind a figure, each with its part; the parts sum to the figure."""
    month, basis = asked_month(), _basis()
    column = _column(request.args.get("figure", ""))
    found = efficiency.list_orders(session.person().site_id, month, basis, now=clock.now())
    shown = [order for order in found if column.counts(order)]
    return render_template(
        "efficiency/orders.html",
        month=month,
        basis=basis,
        column=column,
        orders=shown,
        foot=column.foot(shown),
        back=url_for(".page", **_asked(month, basis)),
    )


@blueprint.get("/bays")
@needs("reports.read")
def bays() -> str:
    """The orders that were given a bay in the month."""
    month = asked_month()
    found = efficiency.list_bay_orders(session.person().site_id, month)
    return render_template(
        "efficiency/shares.html",
        month=month,
        title=gettext("Cars that were given a bay"),
        total=gettext("%(n)s cars", n=len(found)),
        orders=found,
        days=[],
        kind="",
        back=url_for(".page", **_asked(month, _basis())),
    )


@blueprint.get("/technicians/<int:user_id>/<kind>")
@needs("reports.read")
def technician(user_id: int, kind: str) -> str:
    """The days or orders behind a technician's hours or commission base."""
    month, basis, now = asked_month(), _basis(), clock.now()
    site_id = session.person().site_id
    rows = efficiency.list_technicians(site_id, month, basis, now=now)
    row = next((one for one in rows if one.user_id == user_id), None)
    if row is None and not accounts.roles_at(user_id, site_id):
        raise NotFound(gettext("Nobody of this site has this number."))
    row = row or TechnicianRow(user_id, "", Hours())
    return _behind(row.name or gettext("Nobody clocked on"), row, kind, user_id)


@blueprint.get("/workshop/<kind>")
@needs("reports.read")
def workshop(kind: str) -> str:
    """The same of all technicians together."""
    site_id, month, basis = session.person().site_id, asked_month(), _basis()
    rows = efficiency.list_technicians(site_id, month, basis, now=clock.now())
    return _behind(gettext("Workshop"), _sum(rows), kind, None)


def _behind(name: str, row: TechnicianRow, kind: str, user_id: int | None) -> str:
    """What one of the row's figures is made of; its parts sum to it."""
    month, basis, now, site_id = asked_month(), _basis(), clock.now(), session.person().site_id
    of_kind = {
        "attended": (gettext("Attended"), hours(row.hours.attended)),
        "worked": (gettext("Worked"), hours(row.hours.worked)),
        "rework": (gettext("Rework"), hours(row.rework)),
        "sold": (gettext("Sold"), hours(row.hours.sold)),
        "labour": (gettext("Labour sold, net"), money(row.labour.net)),
        "credited": (gettext("Credited labour, net"), money(row.credited.net)),
    }
    if kind not in of_kind:
        raise NotFound(gettext("There is no such figure."))
    found = []
    if kind in ("sold", "labour", "credited"):
        found = efficiency.list_sold(site_id, month, basis, user_id, now=now, is_credit=kind == "credited")
    elif kind in ("worked", "rework"):
        found = efficiency.list_worked(site_id, month, user_id, now=now, is_rework=kind == "rework")
    return render_template(
        "efficiency/shares.html",
        month=month,
        title=f"{name}: {of_kind[kind][0]}",
        total=of_kind[kind][1],
        orders=found,
        days=efficiency.list_attended(site_id, month, user_id, now=now) if kind == "attended" else [],
        kind=kind,
        is_workshop=user_id is None,
        back=url_for(".page", **_asked(month, basis)),
    )


@blueprint.get("/technicians.csv")
@needs("reports.export")
def technicians_csv() -> Response:
    month, basis = asked_month(), _basis()
    rows = efficiency.list_technicians(session.person().site_id, month, basis, now=clock.now())
    key = f"{month.first:%Y-%m}"
    return csv_file.answer(
        f"efficiency-{key}-{basis}.csv",
        ["month", "basis", "technician", "attended_minutes", "worked_minutes", "sold_minutes", "rework_minutes",
         "worked_per_attended", "sold_per_worked", "sold_per_attended", "labour_net", "credited_net",
         "commission_base_net", "currency"],
        [
            [key, basis.value, row.name, row.hours.attended, row.hours.worked, row.hours.sold, row.rework,
             row.hours.utilisation, row.hours.efficiency, row.hours.productivity, row.labour.net,
             row.credited.net, row.base.net, session.person().currency]
            for row in rows
        ],
    )  # fmt: skip


@blueprint.get("/orders.csv")
@needs("reports.export")
def orders_csv() -> Response:
    month, basis = asked_month(), _basis()
    found = efficiency.list_orders(session.person().site_id, month, basis, now=clock.now())
    return csv_file.answer(
        f"orders-{month.first:%Y-%m}-{basis}.csv",
        ["order", "plate", "turnaround_minutes", "on_time", "reworks", "comeback", "first_estimate_gross", "approved_gross", "invoiced_gross",
         "planned_minutes", "worked_minutes", *(f"state_{state}" for state in OrderState),
         *(f"waited_{reason}" for reason in Wait)],
        [
            [order.number, order.plate, order.turnaround, order.is_on_time, order.visit.rework_count,
             order.visit.is_comeback, order.estimate, order.approved, order.invoiced, order.planned, order.worked,
             *(order.states.get(state, 0) for state in OrderState),
             *(order.waits.get(reason, 0) for reason in Wait)]
            for order in found
        ],
    )  # fmt: skip


def _column(figure: str) -> Column:
    """What the figure is made of. ``state.repairing`` and ``wait.parts`` name a row of their tables."""
    kind, _, name = figure.partition(".")
    if kind == "state" and name in set(OrderState):
        state = OrderState(name)
        return _stretch(
            gettext("In state “%(state)s”", state=label(state)), lambda order: order.states.get(state, 0)
        )
    if kind == "wait" and name in set(Wait):
        reason = Wait(name)
        return _stretch(
            gettext("Waited: %(why)s", why=label(reason)), lambda order: order.waits.get(reason, 0)
        )
    if figure not in _COLUMNS:
        raise NotFound(gettext("There is no such figure."))
    return _COLUMNS[figure]()


def _stretch(title: str, minutes: Callable[[OrderFigures], int]) -> Column:
    return Column(
        title,
        lambda order: hours(minutes(order)),
        lambda order: minutes(order) > 0,
        lambda orders: gettext("%(sum)s h in sum", sum=hours(sum(map(minutes, orders)))),
    )


def _yes_of(
    title: str, counts: Callable[[OrderFigures], bool], is_good: Callable[[OrderFigures], bool]
) -> Column:
    return Column(
        title,
        lambda order: gettext("yes") if is_good(order) else gettext("no"),
        counts,
        lambda orders: gettext("%(n)s of %(of)s", n=sum(map(is_good, orders)), of=len(orders)),
    )


def _is_on_time(order: OrderFigures) -> bool:
    return bool(order.is_on_time)


def _ready_and_promised(order: OrderFigures) -> str:
    """ "yes: ready Mon 13:00, promised Mon 14:00" """
    return gettext(
        "%(yes)s: ready %(ready)s, promised %(promised)s",
        yes=gettext("yes") if order.is_on_time else gettext("no"),
        ready=short_moment(order.visit.ready_at),
        promised=short_moment(order.visit.promised_at),
    )


_COLUMNS: dict[str, Callable[[], Column]] = {
    "orders": lambda: Column(
        gettext("Orders"), lambda order: "", lambda order: True, lambda orders: str(len(orders))
    ),
    "first_time_pass": lambda: _yes_of(
        gettext("First-time pass"),
        lambda order: order.visit.is_checked,
        lambda order: order.visit.rework_count == 0,
    ),
    "comebacks": lambda: Column(
        gettext("Comebacks"),
        lambda order: gettext("yes"),
        lambda order: order.visit.is_comeback,
        lambda orders: str(len(orders)),
    ),
    "on_time": lambda: Column(
        gettext("On time"),
        _ready_and_promised,
        lambda order: order.is_on_time is not None,
        lambda orders: gettext("%(n)s of %(of)s", n=sum(map(_is_on_time, orders)), of=len(orders)),
    ),
    "turnaround": lambda: Column(
        gettext("Turnaround"),
        lambda order: hours(order.turnaround or 0),
        lambda order: order.turnaround is not None,
        lambda orders: gettext(
            "%(sum)s h ÷ %(n)s orders",
            sum=hours(sum(order.turnaround or 0 for order in orders)),
            n=len(orders),
        ),
    ),
    "estimate": lambda: Column(
        gettext("Approved and invoiced"),
        lambda order: f"{money(order.approved or ZERO)} → {money(order.invoiced or ZERO)}",
        lambda order: order.estimate_off is not None,
        lambda orders: gettext(
            "off by %(off)s of %(sum)s",
            off=money(sum((order.estimate_off or ZERO for order in orders), ZERO)),
            sum=money(sum((order.approved or ZERO for order in orders), ZERO)),
        ),
    ),
    "added": lambda: Column(
        gettext("First estimate and additional work"),
        lambda order: f"{money(order.estimate or ZERO)} + {money(order.added or ZERO)}",
        lambda order: order.added is not None,
        lambda orders: gettext(
            "%(added)s added to %(sum)s",
            added=money(sum((order.added or ZERO for order in orders), ZERO)),
            sum=money(sum((order.estimate or ZERO for order in orders), ZERO)),
        ),
    ),
    "time_estimate": lambda: Column(
        gettext("Planned and worked time"),
        lambda order: f"{hours(order.planned)} → {hours(order.worked)}",
        lambda order: order.time_off is not None,
        lambda orders: gettext(
            "off by %(off)s of %(sum)s h",
            off=hours(sum(order.time_off or 0 for order in orders)),
            sum=hours(sum(order.planned for order in orders)),
        ),
    ),
}


def _sum(rows: list[TechnicianRow]) -> TechnicianRow:
    return TechnicianRow(
        0,
        "",
        sum((row.hours for row in rows), Hours()),
        sum(row.rework for row in rows),
        sum((row.labour for row in rows), Share()),
        sum((row.credited for row in rows), Share()),
    )


def _basis() -> Basis:
    given = request.args.get("basis", "")
    return Basis(given) if given in set(Basis) else Basis.COMPLETED


def _naming() -> Naming:
    """The names asked for, else those of the market that the site's currency points to."""
    given = request.args.get("names", "")
    if given in set(Naming):
        return Naming(given)
    return {"USD": Naming.US, "CNY": Naming.CHINA_4S}.get(session.person().currency, Naming.UK_ZA)


def _asked(month: Month, basis: Basis) -> dict[str, Any]:
    return {"month": f"{month.first:%Y-%m}", "basis": basis.value, "names": _naming().value}
