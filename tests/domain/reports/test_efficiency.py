"""October 2026 in Kraków, computed by hand (REP-2): what the workshop attended, worked and sold, by three bases.

Order A, completed on 5 October at 16:00 (arrived 10:00, ready 13:00, first promised 14:00): 1.5 h of labour, 146.34 net.
Tomasz clocked 60 minutes and Jan 30, on that day; Jan 20 more as rework. On hold for the insurer from 11:00 to 12:00.
Order B, completed on 1 November at 00:30 (still October in UTC): the same labour. Leon clocked 40 minutes from 20:00 on
31 October and 50 from 00:10 on 1 November. Invoiced on 31 October.
Leon's night to 25 October had nine hours between 22:00 and 06:00.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales import clock
from aftersales.clock import from_local
from aftersales.db import add, db, transaction
from aftersales.domain.billing.models import Invoice, InvoiceKind
from aftersales.domain.quotations import answers
from aftersales.domain.quotations.models import AnsweredBy
from aftersales.domain.reports import efficiency, rules
from aftersales.domain.reports import efficiency_rules as figures
from aftersales.domain.reports.efficiency_rules import Basis, JobSold, Moment, TechnicianRow
from aftersales.domain.reports.rules import Hours
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import HoldReason, Job, PayType, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.service_orders.waits import Wait
from aftersales.domain.staffing.models import Attendance
from aftersales.domain.workshop import clocking, corrections, forgotten
from aftersales.domain.workshop.models import Clocking, EndReason
from tests import factories
from tests.cast import Cast, Person
from tests.conftest import CountQueries, SignIn

ZONE = "Europe/Warsaw"
OCTOBER, NOVEMBER = (rules.month_of(date(2026, month, 1), ZONE) for month in (10, 11))
LATER = datetime(2026, 12, 1, tzinfo=UTC)


def local(day: int, hour: int, minute: int = 0, month: int = 10) -> datetime:
    """An instant by the clock on the wall in Kraków."""
    return from_local(datetime(2026, month, day, hour, minute), ZONE)  # noqa: DTZ001 (the wall's own time)


@pytest.fixture
def orders(app_context: Flask, cast: Cast) -> tuple[ServiceOrder, ServiceOrder]:
    with transaction():
        first = _completed(cast, cast.technician, local(5, 16), bay=0, hold=True)
        _clock(cast.technician, first, local(5, 10, 30), 60)
        _clock(cast.second_technician, first, local(5, 11, 30), 30)
        _clock(cast.second_technician, first, local(5, 12), 20, is_rework=True)
    with transaction():
        second = _completed(cast, cast.leader, local(1, 0, 30, month=11), bay=1)
        second.invoiced_at = local(31, 23)
        _clock(cast.leader, second, local(31, 20), 40)
        _clock(cast.leader, second, local(1, 0, 10, month=11), 50)
    with transaction():
        _attend(cast.technician, local(5, 8), local(5, 16))
        _attend(cast.leader, local(24, 22), local(25, 6))
        _attend(cast.leader, local(31, 20), local(1, 2, month=11))
    return first, second


def _completed(cast: Cast, technician: Person, at: datetime, *, bay: int, hold: bool = False) -> ServiceOrder:
    order = factories.check_in(
        cast, factories.open_order(cast, now=at - timedelta(hours=6)), now=at - timedelta(hours=6)
    )
    order.technician_id, order.bay_id = technician.id, cast.site.bay_ids[bay]
    order.promised_at = order.first_promised_at = at - timedelta(hours=2)
    service_orders.move(order, "assign", actor=cast.manager.actor(), now=at - timedelta(hours=5, minutes=30))
    service_orders.move(order, "accept", actor=technician.actor(), now=at - timedelta(hours=5, minutes=15))
    if hold:
        service_orders.hold(
            order.id, reason=HoldReason.INSURER, note="calls back", actor=cast.advisor.actor(),
            now=at - timedelta(hours=5),
        )  # fmt: skip
        service_orders.release(order.id, actor=cast.advisor.actor(), now=at - timedelta(hours=4))
    factories.make_ready(cast, order, now=at - timedelta(hours=3))
    factories.invoice(cast, order, now=at - timedelta(minutes=30))
    factories.complete(cast, order, at=at)
    order.bay_id = None
    return order


def _clock(
    person: Person, order: ServiceOrder, start: datetime, minutes: int, *, is_rework: bool = False
) -> None:
    job = db.session.query(Job).filter_by(service_order_id=order.id).first()
    assert job
    add(
        Clocking(
            site_id=order.site_id, service_order_id=order.id, job_id=job.id, user_id=person.id, started_at=start,
            ended_at=start + timedelta(minutes=minutes), end_reason=EndReason.FINISHED, is_rework=is_rework,
        )
    )  # fmt: skip
    clocking.refresh(order)


def _attend(person: Person, start: datetime, end: datetime) -> None:
    add(Attendance(site_id=person.site_id, user_id=person.id, started_at=start, ended_at=end))


def technicians(cast: Cast, month: rules.Month, basis: Basis) -> dict[str, TechnicianRow]:
    return {row.name: row for row in efficiency.list_technicians(cast.site.id, month, basis, now=LATER)}


@pytest.mark.usefixtures("orders")
def test_by_the_day_of_completion(cast: Cast) -> None:
    """A's 90 minutes and 146.34 are split 60 : 30; Jan's rework counts neither as worked nor for the split."""
    october = technicians(cast, OCTOBER, Basis.COMPLETED)
    assert october["Tomasz Lis"].hours == Hours(attended=480, worked=60, sold=60)
    assert october["Jan Bąk"].hours == Hours(attended=0, worked=30, sold=30)
    assert october["Jan Bąk"].rework == 20
    assert (october["Tomasz Lis"].labour.net, october["Jan Bąk"].labour.net) == (
        Decimal("97.56"), Decimal("48.78"),
    )  # fmt: skip
    assert october["Leon Wójcik"].hours == Hours(attended=540 + 240, worked=40, sold=0)  # the long night
    november = technicians(cast, NOVEMBER, Basis.COMPLETED)["Leon Wójcik"]
    assert (november.hours, november.labour.net) == (
        Hours(attended=120, worked=50, sold=90),
        Decimal("146.34"),
    )


def test_a_pause_is_attended_and_not_worked(app_context: Flask, cast: Cast) -> None:
    """Here from 8:00 to 12:00 (A = 240), on the job 9:00 to 10:00 and, after half an hour for lunch, 10:30 to 11:00
    (W = 90), on rework 11:00 to 11:20, which is in neither W nor S; 1.5 h were sold (S = 90): W / A = 90 / 240 = 37.5 %,
    S / W = 90 / 90 = 100 %, S / A = 90 / 240 = 37.5 %."""
    with transaction():
        order = _completed(cast, cast.technician, local(6, 16), bay=0)
        _clock(cast.technician, order, local(6, 9), 60)
        _clock(cast.technician, order, local(6, 10, 30), 30)
        _clock(cast.technician, order, local(6, 11), 20, is_rework=True)
        _attend(cast.technician, local(6, 8), local(6, 12))
    row = technicians(cast, OCTOBER, Basis.COMPLETED)["Tomasz Lis"]
    assert (row.hours, row.rework) == (Hours(attended=240, worked=90, sold=90), 20)
    ratios = (row.hours.utilisation, row.hours.efficiency, row.hours.productivity)
    assert ratios == (Decimal("0.375"), 1, Decimal("0.375"))


def test_work_through_the_night_of_the_clock_change_has_its_real_hours(
    app_context: Flask, cast: Cast
) -> None:
    """From 1:30 to 3:30 by the wall on 25 October three hours pass, since 2:00 to 3:00 comes twice: W = 180, and of
    1.5 sold hours S / W is 50 %."""
    with transaction():
        order = _completed(cast, cast.leader, local(25, 10), bay=0)
        _clock(cast.leader, order, local(25, 1, 30), 180)
    (clock,) = db.session.query(Clocking).filter_by(service_order_id=order.id)
    assert clock.ended_at == local(25, 3, 30)
    row = technicians(cast, OCTOBER, Basis.COMPLETED)["Leon Wójcik"]
    assert (row.hours.worked, row.hours.efficiency) == (180, Decimal("0.5"))


@pytest.mark.usefixtures("orders")
def test_by_the_day_of_the_invoice(cast: Cast) -> None:
    assert technicians(cast, OCTOBER, Basis.INVOICED)["Leon Wójcik"].hours.sold == 90
    assert technicians(cast, NOVEMBER, Basis.INVOICED)["Leon Wójcik"].hours.sold == 0


@pytest.mark.usefixtures("orders")
def test_by_the_day_of_the_work_each_month_gets_its_part(cast: Cast) -> None:
    """Leon's 40 of 90 minutes lie in October: 40 minutes and 65.04 of 146.34, the rest in November."""
    october = technicians(cast, OCTOBER, Basis.CLOCKED)["Leon Wójcik"]
    november = technicians(cast, NOVEMBER, Basis.CLOCKED)["Leon Wójcik"]
    assert (october.hours.sold, october.labour.net) == (40, Decimal("65.04"))
    assert (november.hours.sold, november.labour.net) == (50, Decimal("81.30"))
    assert october.hours.efficiency == Decimal(1)  # S and W of the same days


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("basis", list(Basis))
@pytest.mark.parametrize("month", [OCTOBER, NOVEMBER], ids=["october", "november"])
def test_each_figure_is_the_sum_of_what_is_behind_it(cast: Cast, month: rules.Month, basis: Basis) -> None:
    """REP-4."""
    for row in efficiency.list_technicians(cast.site.id, month, basis, now=LATER):
        sold = efficiency.list_sold(cast.site.id, month, basis, row.user_id, now=LATER)
        assert (sum(one.minutes for one in sold), sum(one.net for one in sold)) == (
            row.hours.sold,
            row.labour.net,
        )
        worked = efficiency.list_worked(cast.site.id, month, row.user_id, now=LATER)
        assert sum(one.minutes for one in worked) == row.hours.worked
        again = efficiency.list_worked(cast.site.id, month, row.user_id, now=LATER, is_rework=True)
        assert sum(one.minutes for one in again) == row.rework
        attended = efficiency.list_attended(cast.site.id, month, row.user_id, now=LATER)
        assert sum(day.minutes for day in attended) == row.hours.attended
    found = efficiency.list_orders(cast.site.id, month, basis, now=LATER)
    summary = figures.summarise(found)
    for state, minutes in summary.states.items():
        assert sum(order.states.get(state, 0) for order in found) == minutes
    for reason, minutes in summary.waits.items():
        assert sum(order.waits.get(reason, 0) for order in found) == minutes


@pytest.mark.usefixtures("orders")
def test_the_visits_figures(cast: Cast) -> None:
    """A: ready after three hours, before its promise, without rework. 1:30 h planned and worked. It waited half an hour
    for a technician, a quarter for the workshop, an hour for the insurer."""
    (order,) = efficiency.list_orders(cast.site.id, OCTOBER, Basis.COMPLETED, now=LATER)
    summary = figures.summarise([order])
    assert (summary.orders, summary.turnaround, summary.on_time) == (1, 180, 1)
    assert (summary.first_time_pass, summary.comebacks, summary.comeback_rate) == (1, 0, 0)
    assert order.waits == {Wait.TECHNICIAN: 30, Wait.ACCEPTANCE: 15, Wait.INSURER: 60}
    assert order.states[OrderState.IN_PROGRESS] == 135
    assert sum(order.states.values()) == 360  # from arrival to the hand-over


def _answered(cast: Cast, order: ServiceOrder, title: str, part: str, *, is_approved: bool = True) -> None:
    """Asked and answered by phone: the part and 1.6 h at 260.00."""
    factories.propose(cast, order, title=title, part=part)
    sent = factories.send_quotation(cast, order, now=local(5, 9), promised_at=local(5, 18))
    answers.answer(
        sent.id, decisions={job.id: is_approved for job in sent.asked_jobs}, name="Katarzyna Mazur",
        by=AnsweredBy.PHONE, note="Called", actor=cast.advisor.actor(), now=local(5, 10),
    )  # fmt: skip


def test_additional_work_that_was_approved_is_no_deviation(
    app_context: Flask, cast: Cast, accepted_order: ServiceOrder
) -> None:
    """REP-2: 500.00 approved, 700.00 more during the repair, 90.00 declined; invoiced 1,260.00 less 30.00 credited. Off
    by 30.00 of 1,200.00: 97.5 %; 140 % of the first estimate were added. A warranty invoice is not the customer's."""
    with transaction():
        order = service_orders.lock_order(accepted_order.id)
        _answered(cast, order, "Brakes", "84.00")
        _answered(cast, order, "Wipers", "0.00", is_approved=False)
        _answered(cast, order, "Track rod end", "284.00")
        for kind, pay_type, gross in (
            (InvoiceKind.INVOICE, PayType.CUSTOMER, "1260.00"),
            (InvoiceKind.CREDIT_NOTE, PayType.CUSTOMER, "-30.00"),
            (InvoiceKind.INVOICE, PayType.WARRANTY, "999.00"),
        ):
            add(
                Invoice(
                    site_id=order.site_id, service_order_id=order.id, kind=kind, number=gross, pay_type=pay_type,
                    payer_id=order.customer_id, payer_name="K", currency="PLN", includes_tax=True, net=Decimal(gross),
                    tax=Decimal(0), gross=Decimal(gross), issued_at=local(5, 16), issued_by_name="C",
                    supplied_on=date(2026, 10, 5), due_on=date(2026, 10, 5),
                )
            )  # fmt: skip
        order.invoiced_at = local(5, 16)
    (found,) = efficiency.list_orders(cast.site.id, OCTOBER, Basis.INVOICED, now=LATER)
    assert (found.estimate, found.approved, found.invoiced) == (Decimal(500), Decimal(1200), Decimal(1230))
    summary = figures.summarise([found])
    assert (summary.estimate_accuracy, summary.added_share) == (Decimal("0.975"), Decimal("1.4"))


@pytest.mark.usefixtures("orders")
def test_without_an_approval_or_an_invoice_nothing_is_said_about_estimates(cast: Cast) -> None:
    summary = figures.summarise(efficiency.list_orders(cast.site.id, OCTOBER, Basis.COMPLETED, now=LATER))
    assert (summary.estimate_accuracy, summary.added_share) == (None, None)


def test_accuracy_counts_deviations_both_ways() -> None:
    """1 − (20 + 10) ÷ 200 = 85 %, whichever side the deviation is on."""
    assert figures.accuracy(Decimal(30), Decimal(200)) == Decimal("0.85")
    assert figures.accuracy(Decimal(300), Decimal(200)) == 0
    assert figures.accuracy(Decimal(0), Decimal(0)) is None


def test_a_hold_counts_before_the_state_and_ends_with_the_order() -> None:
    """Awaiting parts 9:00 to 12:00, on hold for a bay 10:00 to 11:00: two hours for parts, one for the bay."""
    nine = local(5, 9)
    states, waits = figures.spend(
        [
            Moment(nine, OrderState.AWAITING_PARTS),
            Moment(nine + timedelta(hours=1), hold="bay"),
            Moment(nine + timedelta(hours=2), hold=""),
            Moment(nine + timedelta(hours=3), OrderState.REPAIRING),
        ],
        until=nine + timedelta(hours=4),
    )
    assert states == {OrderState.AWAITING_PARTS: 180, OrderState.REPAIRING: 60}
    assert waits == {Wait.PARTS: 120, Wait.BAY: 60}


def test_parts_of_all_months_sum_to_the_job() -> None:
    """However odd the numbers: three people, four months, nothing lost to rounding."""
    begin = datetime(2026, 1, 31, 20, 0, tzinfo=UTC)
    stretches = tuple(
        (
            who,
            begin + timedelta(days=30 * month, minutes=who),
            begin + timedelta(days=30 * month, minutes=who + long),
        )
        for month, (who, long) in enumerate([(1, 37), (2, 11), (3, 53), (1, 7)])
    )
    job = JobSold(1, 101, Decimal("333.33"), stretches)
    edges = [begin - timedelta(days=1) + timedelta(days=30 * month) for month in range(5)]
    parts = [
        part
        for since, until in zip(edges, edges[1:], strict=False)
        for part in figures.split_by_day(job, since, until).values()
    ]
    assert sum(part.minutes for part in parts) == 101
    assert sum(part.net for part in parts) == Decimal("333.33")
    whole = figures.split(job).values()
    assert (sum(part.minutes for part in whole), sum(part.net for part in whole)) == (101, Decimal("333.33"))


@pytest.mark.usefixtures("orders")
def test_bay_turnover(cast: Cast) -> None:
    """Two cars, two bays; 27 days from Monday to Saturday without 1 November, which is not October's."""
    found = efficiency.bay_turnover(cast.site.id, ZONE, OCTOBER, now=LATER)
    assert (found.cars, found.bays, found.days) == (2, 2, 27)
    assert found.per_bay_and_day == Decimal("0.04")


def test_the_page_names_the_ratios_as_the_market_does(
    cast: Cast, sign_in: SignIn, orders: tuple[ServiceOrder, ServiceOrder], count_queries: CountQueries
) -> None:
    """REP-2: one formula, three markets' names; each figure opens its orders."""
    boss = sign_in(cast.service_manager.id)
    with count_queries() as seen:
        page = boss.get("/reports/efficiency?month=2026-10&basis=clocked").text
    assert len(seen) <= 16
    for words in ("Utilisation W / A", "Productivity S / A", "Day of the work", "技师利用率", "65.04"):
        assert words in page
    assert "Proficiency S / A" in boss.get("/reports/efficiency?month=2026-10&names=us").text
    for name in (
        "first_time_pass",
        "on_time",
        "turnaround",
        "orders",
        "time_estimate",
        "state.in_progress",
        "wait.insurer",
    ):
        assert orders[0].number in boss.get(f"/reports/efficiency/orders?month=2026-10&figure={name}").text
    assert "1:00 h in sum" in boss.get("/reports/efficiency/orders?month=2026-10&figure=wait.insurer").text
    assert boss.get("/reports/efficiency/orders?figure=nothing").status_code == 404
    for kind in ("attended", "worked", "sold", "labour"):
        address = f"/reports/efficiency/technicians/{cast.technician.id}/{kind}?month=2026-10"
        assert boss.get(address).status_code == 200
        assert boss.get(f"/reports/efficiency/workshop/{kind}?month=2026-10").status_code == 200
    assert (
        "Jan Bąk" not in boss.get("/reports/efficiency/workshop/attended?month=2026-10").text
    )  # nobody clocked Jan in
    assert "yes: ready " in boss.get("/reports/efficiency/orders?month=2026-10&figure=on_time").text
    assert orders[0].number in boss.get("/reports/efficiency/bays?month=2026-10").text


def test_csv_has_the_same_figures(
    cast: Cast, sign_in: SignIn, orders: tuple[ServiceOrder, ServiceOrder]
) -> None:
    rows = sign_in(cast.service_manager.id).get("/reports/efficiency/technicians.csv?month=2026-10").text
    assert "2026-10,completed,Tomasz Lis,480,60,60,0,0.1250,1.0000,0.1250,97.56,0,97.56,PLN" in rows
    listed = sign_in(cast.service_manager.id).get("/reports/efficiency/orders.csv?month=2026-10").text
    assert f"{orders[0].number}," in listed


def first_job(order: ServiceOrder) -> int:
    return (
        db.session.scalars(select(Job.id).where(Job.service_order_id == order.id).order_by(Job.id)).first()
        or 0
    )


def test_a_forgotten_clock_counts_only_once_its_end_is_known(
    app_context: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """REP-2, DSP-4: nine hours of night are nobody's work. The page names whose times are left out."""
    evening, morning = local(6, 17), local(7, 8)
    with transaction():
        running = clocking.clock_on(
            first_job(accepted_order), site_id=cast.site.id, actor=cast.technician.actor(), now=evening
        )
        forgotten.notice_clock(running.id, now=local(6, 23))

    def hours() -> dict[str, Hours]:
        rows = efficiency.list_technicians(cast.site.id, OCTOBER, Basis.COMPLETED, now=morning)
        return {row.name: row.hours for row in rows}

    assert cast.technician.name not in hours()
    assert efficiency.list_worked(cast.site.id, OCTOBER, None, now=morning) == []
    assert efficiency.list_attended(cast.site.id, OCTOBER, None, now=morning) == []
    assert forgotten.list_unknown(cast.site.id, before=OCTOBER.ends_at) == [cast.technician.name]
    assert forgotten.list_unknown(cast.site.id, before=OCTOBER.starts_at) == []
    with transaction():
        corrections.correct_clocking(
            running.id, started_at=evening, ended_at=local(6, 18), reason="Went home at six",
            site_id=cast.site.id, actor=cast.leader.actor(), now=morning,
        )  # fmt: skip
    assert hours()[cast.technician.name].worked == 60
    assert forgotten.list_unknown(cast.site.id, before=OCTOBER.ends_at) == []


def test_the_page_says_whose_times_are_left_out(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """REP-2"""
    now = clock.now()
    with app.app_context(), transaction():
        running = clocking.clock_on(
            first_job(accepted_order), site_id=cast.site.id, actor=cast.technician.actor(),
            now=now - timedelta(hours=20),
        )  # fmt: skip
        forgotten.notice_clock(running.id, now=now)
    page = sign_in(cast.manager.id).get("/reports/efficiency").text
    assert "because a clock was forgotten: Tomasz Lis." in page
    assert 'href="/clocks/team"' in page
