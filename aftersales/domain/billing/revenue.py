"""A month's revenue as entries, written when an order is completed or credited (STEP-17, REP-1)."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from aftersales.clock import local_date
from aftersales.db import db
from aftersales.domain.billing import queries
from aftersales.domain.billing.models import (
    Invoice,
    RevenueEntry,
)
from aftersales.domain.billing.rules import bill
from aftersales.domain.service_orders import queries as service_orders
from aftersales.domain.service_orders.models import LineKind, PayType, ServiceOrder
from aftersales.domain.sites import queries as sites
from aftersales.domain.sites.models import Site


def book_revenue(order: ServiceOrder, *, now: datetime) -> None:
    """Book the net revenue of an order that is being completed, of all pay types (STEP-17, REP-1); a visit that ends
    without a repair brings its fee, in the month in which it is closed.

    What credit notes took off before the completion is taken off here, since they had no month of their own.
    """
    site = sites.get_site(order.site_id)
    jobs, used = service_orders.list_jobs(order.id), queries.used_parts(order.id)
    invoices = queries.list_of_order(order.id)
    shares: list[tuple[LineKind, PayType, Decimal]] = []
    for pay_type in PayType:
        own = [invoice for invoice in invoices if invoice.pay_type is pay_type]
        if own:
            shares += [(line.kind, pay_type, line.net) for invoice in own for line in invoice.lines]
        else:
            draft = bill(jobs, pay_type=pay_type, used_parts=used, includes_tax=site.prices_include_tax)
            shares += [(one.line.kind, pay_type, one.amount.net) for one in draft.lines]
    book(order, site, shares, now)


def book(
    order: ServiceOrder,
    site: Site,
    shares: Iterable[tuple[LineKind, PayType, Decimal]],
    now: datetime,
    credit_note: Invoice | None = None,
) -> None:
    sums: dict[tuple[LineKind, PayType], Decimal] = {}
    for kind, pay_type, net in shares:
        sums[kind, pay_type] = sums.get((kind, pay_type), Decimal(0)) + net
    for (kind, pay_type), net in sums.items():
        db.session.add(
            RevenueEntry(
                site_id=site.id,
                month=local_date(now, site.timezone).replace(day=1),
                service_order_id=order.id,
                invoice_id=credit_note.id if credit_note else None,
                advisor_id=order.advisor_id,
                kind=kind,
                pay_type=pay_type,
                net=net,
                at=now,
            )
        )
    db.session.flush()
