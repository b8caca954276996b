"""Reports: a month's revenue and the workshop's efficiency; each figure opens the orders behind it."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from flask import Blueprint, Response, render_template, request

from aftersales import clock
from aftersales.domain.accounts import queries as accounts
from aftersales.domain.errors import NotFound
from aftersales.domain.reports import checkins, queries, rules
from aftersales.domain.reports.checkins import CheckInOrder
from aftersales.domain.reports.queries import RevenueRow
from aftersales.domain.reports.rules import CheckInFigures, CheckInVisit, Hours
from aftersales.domain.service_orders.models import LineKind, PayType
from aftersales.i18n import gettext, label
from aftersales.web import addresses, csv_file, session
from aftersales.web.access import needs
from aftersales.web.report_months import asked_month

blueprint = Blueprint("reports", __name__, url_prefix="/reports")

CHART_MONTHS = 13
OWN_COST = (PayType.WARRANTY, PayType.INTERNAL, PayType.GOODWILL)
"""Pay types that stand apart from what customers and insurers pay."""


@blueprint.get("")
@needs("reports.read")
def page() -> str:
    month, person = asked_month(), session.person()
    rows = queries.revenue(person.site_id, month.first)
    technicians = queries.technician_hours(person.site_id, month, now=clock.now())
    completed = queries.list_completed(person.site_id, month)
    months = rules.months_until(month.first, CHART_MONTHS)
    return render_template(
        "reports/page.html",
        month=month,
        is_current=month.ends_at > clock.now(),
        kinds=[kind for kind in LineKind if any(row.kind is kind for row in rows)],
        pay_types=[kind for kind in PayType if any(row.pay_type is kind for row in rows)],
        net={(row.kind, row.pay_type): row.net for row in rows},
        total=_net(rows),
        advisors=queries.revenue_by_advisor(person.site_id, month.first),
        technicians=technicians,
        all_hours=sum((row.hours for row in technicians), Hours()),
        figures=rules.visit_figures([order.visit for order in completed]),
        states=queries.minutes_by_state(person.site_id, month),
        chart=_chart(queries.revenue_by_month(person.site_id, months), month.first),
    )


@blueprint.get("/orders")
@needs("reports.read")
def orders() -> str:
    """The orders behind a revenue figure, whose parts sum to it."""
    month, person = asked_month(), session.person()
    kind, pay_type = request.args.get("kind", ""), request.args.get("pay_type", "")
    found = queries.list_revenue_orders(
        person.site_id,
        month.first,
        kind=LineKind(kind) if kind in set(LineKind) else None,
        pay_type=PayType(pay_type) if pay_type in set(PayType) else None,
        advisor_id=request.args.get("advisor", type=int),
    )
    words = [label(LineKind(kind))] if kind in set(LineKind) else []
    words += [label(PayType(pay_type))] if pay_type in set(PayType) else []
    return render_template(
        "reports/orders.html",
        month=month,
        orders=found,
        title=", ".join([gettext("Revenue"), *words]),
        total=sum((order.net for order in found), Decimal(0)),
    )


@blueprint.get("/visits")
@needs("reports.read")
def visits() -> str:
    """The completed orders behind turnaround, first-time pass, on-time delivery and comebacks."""
    month = asked_month()
    return render_template(
        "reports/visits.html", month=month, orders=queries.list_completed(session.person().site_id, month)
    )


@blueprint.get("/technicians/<int:user_id>")
@needs("reports.read")
def technician(user_id: int) -> str:
    """The orders behind a technician's sold hours."""
    month, person = asked_month(), session.person()
    rows = queries.technician_hours(person.site_id, month, now=clock.now())
    found = next((row for row in rows if row.user_id == user_id), None)
    if found is None and not accounts.roles_at(user_id, person.site_id):
        raise NotFound(gettext("Nobody of this site has this number."))
    return render_template(
        "reports/technician.html",
        month=month,
        row=found or queries.TechnicianHours(user_id, "", Hours()),
        orders=queries.list_sold_orders(person.site_id, month, user_id),
    )


@blueprint.get("/revenue.csv")
@needs("reports.export")
def revenue_csv() -> Response:
    month = asked_month()
    rows = queries.revenue(session.person().site_id, month.first)
    return csv_file.answer(
        f"revenue-{month.first:%Y-%m}.csv",
        ["month", "kind", "pay_type", "net", "currency"],
        [
            [f"{month.first:%Y-%m}", row.kind.value, row.pay_type.value, row.net, session.person().currency]
            for row in rows
        ],
    )


@blueprint.get("/efficiency.csv")
@needs("reports.export")
def efficiency_csv() -> Response:
    month = asked_month()
    rows = queries.technician_hours(session.person().site_id, month, now=clock.now())
    return csv_file.answer(
        f"efficiency-{month.first:%Y-%m}.csv",
        ["month", "technician", "attended_minutes", "worked_minutes", "sold_minutes"],
        [
            [f"{month.first:%Y-%m}", row.name, row.hours.attended, row.hours.worked, row.hours.sold]
            for row in rows
        ],
    )


# --- check-in ---


@blueprint.get("/check-in")
@needs("reports.read")
def checkin() -> str:
    """How long check-ins take, how many are signed, with how many photos, and what work they bring; per advisor."""
    month = asked_month()
    orders = checkins.list_checkins(session.person().site_id, month)
    return render_template(
        "reports/checkin.html",
        month=month,
        is_current=month.ends_at > clock.now(),
        advisors=_by_advisor(orders),
        all_figures=rules.checkin_figures(order.visit for order in orders),
    )


@blueprint.get("/check-in/orders")
@needs("reports.read")
def checkin_orders() -> str:
    """The visits behind a check-in figure, with their sum."""
    month = asked_month()
    advisor_id = addresses.asked_id("advisor")
    orders = checkins.list_checkins(session.person().site_id, month, advisor_id=advisor_id)
    if request.args.get("advisor") == "0":
        orders = [order for order in orders if order.advisor_id is None]
    return render_template(
        "reports/checkin_orders.html",
        month=month,
        orders=orders,
        advisor=orders[0].advisor_name if orders and "advisor" in request.args else "",
        figures=rules.checkin_figures(order.visit for order in orders),
    )


@blueprint.get("/check-in.csv")
@needs("reports.export")
def checkin_csv() -> Response:
    month = asked_month()
    orders = checkins.list_checkins(session.person().site_id, month)
    return csv_file.answer(
        f"check-in-{month.first:%Y-%m}.csv",
        ["month", "advisor", "visits", "signed", "median_minutes", "mean_minutes", "photos", "added_net", "currency"],
        [
            [f"{month.first:%Y-%m}", name, row.visits, row.signed, row.median_minutes, row.mean_minutes, row.photos,
             row.added, session.person().currency]
            for _, name, row in _by_advisor(orders)
        ],
    )  # fmt: skip


def _by_advisor(orders: list[CheckInOrder]) -> list[tuple[int, str, CheckInFigures]]:
    """The figures of each advisor, by name; id 0 and an empty name where nobody received the car."""
    visits: dict[tuple[str, int], list[CheckInVisit]] = {}
    for order in orders:
        visits.setdefault((order.advisor_name, order.advisor_id or 0), []).append(order.visit)
    return [
        (advisor_id, name, rules.checkin_figures(some))
        for (name, advisor_id), some in sorted(visits.items(), key=lambda pair: (not pair[0][0], pair[0]))
    ]


def _net(rows: Iterable[RevenueRow]) -> Decimal:
    return sum((row.net for row in rows), Decimal(0))


def _chart(months: dict[date, list[RevenueRow]], current: date) -> list[tuple[date, list[Decimal], bool]]:
    """Bars of the chart: labour, parts and the rest that customers pay, what manufacturer and workshop pay."""

    def bar(rows: list[RevenueRow]) -> list[Decimal]:
        paid = [row for row in rows if row.pay_type not in OWN_COST]
        return [
            _net(row for row in paid if row.kind is LineKind.LABOUR),
            _net(row for row in paid if row.kind is not LineKind.LABOUR),
            _net(row for row in rows if row.pay_type in OWN_COST),
        ]

    return [(month, bar(rows), month == current) for month, rows in months.items()]
