"""October 2026 in Kraków, computed by hand: three technicians, a credit note, a night of clock change.

The clocks go back in the night to 25 October, so that from 22:00 to 06:00 nine hours pass.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask

from aftersales.clock import from_local
from aftersales.db import add, db, transaction
from aftersales.domain.billing import credit_notes
from aftersales.domain.billing import queries as billing_queries
from aftersales.domain.reports import queries, rules
from aftersales.domain.reports.rules import Hours
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import Job, LineKind, PayType, ServiceOrder
from aftersales.domain.staffing.models import Attendance
from aftersales.domain.workshop.models import Clocking, EndReason
from tests import factories
from tests.cast import Cast, Person

ZONE = "Europe/Warsaw"
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
LATER = datetime(2026, 12, 1, tzinfo=UTC)


def local(day: int, hour: int, minute: int = 0, month: int = 10) -> datetime:
    """An instant of the autumn by the clock on the wall in Kraków."""
    return from_local(datetime(2026, month, day, hour, minute), ZONE)  # noqa: DTZ001 (the wall's own time)


@pytest.fixture(autouse=True)
def _october(app_context: Flask, cast: Cast) -> None:
    """Order A (5 October): 1.5 h of labour, 369.00 gross, worked by Tomasz 60 and Jan 30 minutes.
    Order B (31 October, 23:30 by the wall): the same, nobody clocked, done by Tomasz, ready after its first promise.
    Order C (1 November, 00:30 by the wall, still October in UTC): the same, worked by Leon.
    In November half an hour of A's labour is credited: 60.00 gross, 48.78 net.
    """
    with transaction():
        first = _completed(cast, cast.technician, local(5, 16), bay=0)
        _clock(cast.technician, first, local(5, 9), local(5, 10))
        _clock(cast.second_technician, first, local(5, 10), local(5, 10, 30))
    with transaction():
        _completed(cast, cast.technician, local(31, 23, 30), bay=0)
        third = _completed(cast, cast.second_technician, local(1, 0, 30, month=11), bay=1)
        _clock(cast.leader, third, local(31, 20), local(31, 21))
    with transaction():
        (invoice,) = billing_queries.list_of_order(first.id)
        labour = next(line for line in invoice.lines if line.kind is LineKind.LABOUR)
        credit_notes.credit(
            invoice.id, quantities={labour.id: Decimal("0.5")}, reason="agreed",
            actor=cast.service_manager.actor(), now=local(10, 12, month=11),
        )  # fmt: skip
    with transaction():
        _attend(cast.technician, local(5, 8), local(5, 16))
        _attend(cast.leader, local(24, 22), local(25, 6))  # the night with the extra hour
        _attend(cast.second_technician, local(31, 20), local(1, 4, month=11))  # across the month's end


def _completed(cast: Cast, technician: Person, at: datetime, *, bay: int) -> ServiceOrder:
    """An order of 1.5 h labour (180.00) and a part (189.00), completed at ``at`` by this technician."""
    order = factories.check_in(cast, factories.open_order(cast, now=at - timedelta(hours=6)))
    order.technician_id, order.bay_id = technician.id, cast.site.bay_ids[bay]
    order.promised_at = order.first_promised_at = at - timedelta(hours=2)
    service_orders.move(order, "assign", actor=cast.manager.actor(), now=at - timedelta(hours=5))
    service_orders.move(order, "accept", actor=technician.actor(), now=at - timedelta(hours=5))
    factories.make_ready(
        cast, order, now=at - timedelta(hours=1) if bay == 0 and at.day == 31 else at - timedelta(hours=3)
    )
    factories.invoice(cast, order, now=at - timedelta(minutes=30))
    factories.complete(cast, order, at=at)
    order.bay_id = None
    return order


def _clock(person: Person, order: ServiceOrder, start: datetime, end: datetime) -> None:
    job = db.session.query(Job).filter_by(service_order_id=order.id).first()
    assert job
    add(
        Clocking(
            site_id=order.site_id, service_order_id=order.id, job_id=job.id, user_id=person.id,
            started_at=start, ended_at=end,
            end_reason=EndReason.FINISHED,
        )
    )  # fmt: skip


def _attend(person: Person, start: datetime, end: datetime) -> None:
    add(Attendance(site_id=person.site_id, user_id=person.id, started_at=start, ended_at=end))


def hours(cast: Cast, month: date) -> dict[str, Hours]:
    rows = queries.technician_hours(cast.site.id, rules.month_of(month, ZONE), now=LATER)
    return {row.name: row.hours for row in rows}


def test_revenue_counts_by_the_moment_of_completion_in_the_sites_zone(cast: Cast) -> None:
    """STEP-17, REP-1: A and B are October's, C is November's: 2 × 146.34 labour and 2 × 153.66 parts."""
    october = {(row.kind, row.pay_type): row.net for row in queries.revenue(cast.site.id, OCTOBER)}
    assert october == {
        (LineKind.LABOUR, PayType.CUSTOMER): Decimal("292.68"),
        (LineKind.PART, PayType.CUSTOMER): Decimal("307.32"),
    }


def test_a_credit_note_counts_in_its_own_month(cast: Cast) -> None:
    """REP-1: C brings 146.34 of labour to November, the credit note takes 48.78 off."""
    november = {(row.kind, row.pay_type): row.net for row in queries.revenue(cast.site.id, NOVEMBER)}
    assert november[LineKind.LABOUR, PayType.CUSTOMER] == Decimal("97.56")
    assert november[LineKind.PART, PayType.CUSTOMER] == Decimal("153.66")


@pytest.mark.parametrize("month", [OCTOBER, NOVEMBER])
def test_each_figure_is_the_sum_of_the_orders_behind_it(cast: Cast, month: date) -> None:
    """REP-4: a figure opens its orders, and they sum to it."""
    for row in queries.revenue(cast.site.id, month):
        behind = queries.list_revenue_orders(cast.site.id, month, kind=row.kind, pay_type=row.pay_type)
        assert sum(order.net for order in behind) == row.net
    whole = sum(row.net for row in queries.revenue(cast.site.id, month))
    assert sum(order.net for order in queries.list_revenue_orders(cast.site.id, month)) == whole
    assert sum(net for _, _, net in queries.revenue_by_advisor(cast.site.id, month)) == whole


def test_hours_are_attended_worked_and_sold(cast: Cast) -> None:
    """STEP-18, REP-2: A's 90 sold minutes are split 60 : 30 as worked; B's go to Tomasz, who finished the job.

    Jan attended from 20:00 on 31 October: four hours of it lie in October. Leon's night had nine hours.
    """
    assert hours(cast, OCTOBER) == {
        "Tomasz Lis": Hours(attended=480, worked=60, sold=60 + 90),
        "Jan Bąk": Hours(attended=240, worked=30, sold=30),
        "Leon Wójcik": Hours(attended=540, worked=60, sold=0),
    }


def test_sold_hours_belong_to_the_month_of_completion(cast: Cast) -> None:
    """REP-2: Leon worked on C in October and sold its 90 minutes in November."""
    november = hours(cast, NOVEMBER)
    assert november["Leon Wójcik"] == Hours(attended=0, worked=0, sold=90)
    assert november["Jan Bąk"] == Hours(attended=240, worked=0, sold=0)


def test_the_ratios_say_what_their_formulas_say(cast: Cast) -> None:
    """REP-2: W / A, S / W, S / A."""
    tomasz = hours(cast, OCTOBER)["Tomasz Lis"]
    assert (tomasz.utilisation, tomasz.efficiency, tomasz.productivity) == (
        Decimal("0.1250"),
        Decimal("2.5000"),
        Decimal("0.3125"),
    )
    assert Hours().efficiency is None


def test_the_orders_behind_sold_hours_sum_to_them(cast: Cast) -> None:
    month = rules.month_of(OCTOBER, ZONE)
    for row in queries.technician_hours(cast.site.id, month, now=LATER):
        behind = queries.list_sold_orders(cast.site.id, month, row.user_id)
        assert sum(order.sold_minutes for order in behind) == row.hours.sold


def test_turnaround_first_time_pass_and_on_time(cast: Cast) -> None:
    """REP-2: A stayed 3 h until ready, B 5 h: 4 h in mean; B was ready an hour after its first promise."""
    completed = queries.list_completed(cast.site.id, rules.month_of(OCTOBER, ZONE))
    figures = rules.visit_figures([order.visit for order in completed])
    assert (figures.completed, figures.turnaround_minutes) == (2, 240)
    assert (figures.first_time_pass, figures.on_time) == (Decimal("1.0000"), Decimal("0.5000"))


def test_another_site_sees_none_of_it(cast: Cast) -> None:
    """PLT-3: each site sees its own figures."""
    assert queries.revenue(cast.other_site.id, OCTOBER) == []
    assert queries.list_completed(cast.other_site.id, rules.month_of(OCTOBER, ZONE)) == []
