"""The report pages."""

from datetime import timedelta

import pytest
from flask import Flask

from aftersales.db import transaction
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.web import csv_file
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn

MONTH = "2026-05"


@pytest.fixture
def completed_order(cast: Cast, app: Flask, invoiced_order: ServiceOrder) -> ServiceOrder:
    with app.app_context(), transaction():
        factories.complete(cast, invoiced_order, at=factories.NOW + timedelta(hours=9))
    return invoiced_order


def test_the_service_manager_reads_the_month(
    cast: Cast, sign_in: SignIn, completed_order: ServiceOrder
) -> None:
    """REP-1, REP-2: revenue, hours with their formulas, and the way to the orders."""
    page = sign_in(cast.service_manager.id).get(f"/reports?month={MONTH}")
    assert page.status_code == 200
    for words in ("May 2026", "300.00", "146.34", "153.66", "Efficiency S / W", "1 order completed"):
        assert words in page.text


@pytest.mark.parametrize(
    "path",
    ["", "/orders", "/visits", "/technicians/1", "/revenue.csv", "/efficiency.csv", "/check-in", "/check-in/orders",
     "/check-in.csv", "/efficiency", "/efficiency/orders?figure=on_time", "/efficiency/bays",
     "/efficiency/technicians.csv", "/efficiency/orders.csv", "/efficiency/technicians/1/sold"],
)  # fmt: skip
def test_only_those_who_may_see_reports_do(cast: Cast, sign_in: SignIn, path: str) -> None:
    """PLT-3: technicians and the parts desk see no figures."""
    assert sign_in(cast.technician.id).get(f"/reports{path}").status_code == 403
    assert sign_in(cast.service_manager.id).get(f"/reports{path}").status_code == 200


def test_a_figure_opens_its_orders(cast: Cast, sign_in: SignIn, completed_order: ServiceOrder) -> None:
    """REP-4."""
    browser = sign_in(cast.service_manager.id)
    for path in (
        "orders?kind=labour&pay_type=customer",
        "visits?x=1",
        f"technicians/{cast.technician.id}?x=1",
    ):
        page = browser.get(f"/reports/{path}&month={MONTH}")
        assert completed_order.number in page.text


@pytest.mark.parametrize("month", ["", "nonsense", "2026-13", "0000-00"])
def test_a_month_that_cannot_be_is_the_present_one(cast: Cast, sign_in: SignIn, month: str) -> None:
    assert sign_in(cast.service_manager.id).get(f"/reports?month={month}").status_code == 200


def test_the_month_without_orders_says_so(cast: Cast, sign_in: SignIn) -> None:
    page = sign_in(cast.service_manager.id).get("/reports?month=2020-02")
    assert "Nothing completed" in page.text


def test_csv_has_the_same_figures(cast: Cast, sign_in: SignIn, completed_order: ServiceOrder) -> None:
    """REP-4: CSV."""
    answer = sign_in(cast.service_manager.id).get(f"/reports/revenue.csv?month={MONTH}")
    assert answer.mimetype == "text/csv"
    assert sorted(answer.text.removeprefix("\ufeff").split()[1:]) == [
        "2026-05,labour,customer,146.34,PLN",
        "2026-05,part,customer,153.66,PLN",
    ]


@pytest.mark.parametrize("text", ["=1+1", "+48 601", "-2", "@name", "\tx"])
def test_a_spreadsheet_runs_nothing_from_our_csv(text: str) -> None:
    assert csv_file.safe(text) == f"'{text}"
    assert csv_file.safe("plain") == "plain"


def test_the_page_asks_a_bounded_number_of_queries(
    cast: Cast, sign_in: SignIn, completed_order: ServiceOrder, count_queries: CountQueries
) -> None:
    browser = sign_in(cast.service_manager.id)
    with count_queries() as seen:
        browser.get(f"/reports?month={MONTH}")
    assert len(seen) <= 12
