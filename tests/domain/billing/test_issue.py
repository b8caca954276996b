"""Issuing an invoice: from actual parts and standard hours, numbered without gaps, immutable."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask

from aftersales.db import add, transaction
from aftersales.domain.billing import operations, queries
from aftersales.domain.billing.models import InvoiceKind
from aftersales.domain.errors import NotPermitted, Refused
from aftersales.domain.parts.models import Article, Requisition, RequisitionLine
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import LineKind, ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.factories import NOW

LATER = NOW + timedelta(hours=7)


@pytest.fixture(autouse=True)
def _context(app_context: Flask) -> None:
    """Operations run in the application's context."""


def test_it_bills_the_authorised_work_and_says_so_on_the_order(cast: Cast, ready_order: ServiceOrder) -> None:
    """PAY-1, STEP-16: 1.5 h at 120.00 and a part of 189.00, tax included: 369.00."""
    with transaction():
        invoice = factories.invoice(cast, ready_order)
    assert (invoice.net, invoice.tax, invoice.gross) == (
        Decimal("300.00"),
        Decimal("69.00"),
        Decimal("369.00"),
    )
    assert [line.gross for line in queries.get_invoice(invoice.id, site_id=cast.site.id).lines] == [
        Decimal("180.00"),
        Decimal("189.00"),
    ]
    assert factories.fresh(ready_order).invoiced_at == LATER


def test_parts_that_came_back_are_not_billed_and_the_difference_is_kept(
    cast: Cast, ready_order: ServiceOrder
) -> None:
    """PAY-1: handed out 3, brought back 1: 2 are billed; the approved quantity stands beside."""
    with transaction():
        used = _through_stock(cast, ready_order, issued=Decimal(3), returned=Decimal(1))
        invoice = operations.issue(ready_order.id, shown_gross=None, actor=cast.cashier.actor(), now=LATER)
    part = next(
        line for line in queries.get_invoice(invoice.id, site_id=cast.site.id).lines if line.line_id == used
    )
    assert (part.quantity, part.approved_quantity) == (Decimal(2), Decimal(1))
    assert (part.gross, part.approved_gross) == (Decimal("378.00"), Decimal("189.00"))
    assert invoice.gross == Decimal("558.00")


def test_labour_is_billed_by_its_standard_whatever_was_clocked(cast: Cast, ready_order: ServiceOrder) -> None:
    """PAY-8: four hours on the clock change nothing about the 1.5 h of the line."""
    with transaction():
        factories.fresh(ready_order).worked_minutes = 240
    draft = queries.draft(factories.fresh(ready_order))
    assert [one.quantity for one in draft.lines if one.line.kind is LineKind.LABOUR] == [Decimal("1.5")]


def test_a_sum_that_changed_meanwhile_is_refused(cast: Cast, ready_order: ServiceOrder) -> None:
    with transaction(), pytest.raises(Refused, match="sum changed"):
        operations.issue(ready_order.id, shown_gross=Decimal("368.99"), actor=cast.cashier.actor(), now=LATER)
    assert queries.list_of_order(ready_order.id) == []


def test_it_is_issued_once(cast: Cast, invoiced_order: ServiceOrder) -> None:
    with transaction(), pytest.raises(Refused, match="invoiced already"):
        factories.invoice(cast, invoiced_order)
    assert len(queries.list_of_order(invoiced_order.id)) == 1


def test_work_that_is_not_finished_is_not_invoiced(cast: Cast, accepted_order: ServiceOrder) -> None:
    with transaction(), pytest.raises(Refused, match="not finished"):
        factories.invoice(cast, accepted_order)


def test_a_technician_issues_none(cast: Cast, ready_order: ServiceOrder) -> None:
    with transaction(), pytest.raises(NotPermitted):
        operations.issue(ready_order.id, shown_gross=None, actor=cast.technician.actor(), now=LATER)


def test_numbers_run_per_site_and_year_and_a_failed_try_leaves_no_gap(
    cast: Cast, ready_order: ServiceOrder, app: Flask
) -> None:
    """PAY-1: legal numbering without gaps."""

    class Breakdown(Exception):
        pass

    with pytest.raises(Breakdown), transaction():
        factories.invoice(cast, ready_order)
        raise Breakdown
    with transaction():
        first = factories.invoice(cast, ready_order)
    with transaction():
        second = factories.invoice(cast, _another_ready(cast))
    assert [first.number, second.number] == ["KRK/2026/0001", "KRK/2026/0002"]


def test_the_year_of_a_number_is_the_sites_year(cast: Cast, ready_order: ServiceOrder) -> None:
    """31 December, 23:30 UTC is already the new year in Kraków."""
    with transaction():
        invoice = factories.invoice(cast, ready_order, now=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert invoice.number == "KRK/2027/0001"


def test_an_order_that_costs_the_customer_nothing_gets_an_invoice_over_nothing(
    cast: Cast, ready_order: ServiceOrder
) -> None:
    """The hand-over asks for an issued and settled invoice without exception."""
    with transaction():
        for job in factories.fresh(ready_order).jobs:
            for line in job.lines:
                line.voided_at = NOW
        invoice = factories.invoice(cast, ready_order)
    assert (invoice.kind, invoice.gross, invoice.settled_at) == (InvoiceKind.INVOICE, Decimal(0), LATER)
    assert factories.fresh(ready_order).settled_at == LATER


def _another_ready(cast: Cast) -> ServiceOrder:
    order = factories.open_order(cast)
    order.technician_id = None
    factories.check_in(cast, order)
    order.technician_id, order.bay_id = cast.second_technician.id, cast.site.bay_ids[1]
    return factories.make_ready(cast, _accepted(cast, order))


def _accepted(cast: Cast, order: ServiceOrder) -> ServiceOrder:
    service_orders.move(order, "assign", actor=cast.manager.actor(), now=NOW)
    return service_orders.move(order, "accept", actor=cast.second_technician.actor(), now=NOW)


def _through_stock(cast: Cast, order: ServiceOrder, *, issued: Decimal, returned: Decimal) -> int:
    """Let the order's part line have gone through the stock. Returns its id."""
    line = next(
        line for job in factories.fresh(order).jobs for line in job.lines if line.kind is LineKind.PART
    )
    article = add(
        Article(number="5N0698151", name="Brake pads", price=Decimal("189.00"), cost=Decimal("90.00"))
    )
    request = add(
        Requisition(site_id=order.site_id, service_order_id=order.id, requested_by_name="T", requested_at=NOW)
    )
    add(
        RequisitionLine(
            requisition_id=request.id, site_id=order.site_id, service_order_id=order.id, line_id=line.id,
            article_id=article.id, wanted=Decimal(1), issued=issued, returned=returned, requested_at=NOW,
        )
    )  # fmt: skip
    return line.id
