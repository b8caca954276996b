"""Reading invoices and payments."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from aftersales.db import db
from aftersales.domain.billing.models import Invoice, InvoiceKind, Payment
from aftersales.domain.billing.rules import Bill, bill
from aftersales.domain.errors import NotFound
from aftersales.domain.parts.models import RequisitionLine
from aftersales.domain.service_orders import queries as service_orders
from aftersales.domain.service_orders.models import PayType, ServiceOrder
from aftersales.domain.sites import queries as sites
from aftersales.i18n import gettext

PAGE = 40


def get_invoice(invoice_id: int, *, site_id: int) -> Invoice:
    """The invoice with lines, taxes and payments. Raises :class:`NotFound`, also for another site's."""
    invoice = db.session.scalar(
        select(Invoice)
        .options(selectinload(Invoice.lines), selectinload(Invoice.taxes), selectinload(Invoice.payments))
        .where(Invoice.id == invoice_id, Invoice.site_id == site_id)
    )
    if invoice is None:
        raise NotFound(gettext("There is no such invoice."))
    return invoice


def list_of_order(service_order_id: int) -> list[Invoice]:
    """The order's invoices and credit notes, oldest first."""
    return list(
        db.session.scalars(
            select(Invoice).where(Invoice.service_order_id == service_order_id).order_by(Invoice.id)
        )
    )


def draft(order: ServiceOrder, pay_type: PayType = PayType.CUSTOMER, *, only_fee: bool = False) -> Bill:
    """What the payer would owe if the invoice were issued now; ``only_fee`` for a visit that ends without a repair."""
    return bill(
        service_orders.list_jobs(order.id),
        pay_type=pay_type,
        used_parts=used_parts(order.id),
        includes_tax=sites.get_site(order.site_id).prices_include_tax,
        only_fee=only_fee,
    )


def used_parts(service_order_id: int) -> dict[int, Decimal]:
    """Handed out less brought back, per line id, for the lines that went through the stock."""
    rows = db.session.execute(
        select(RequisitionLine.line_id, RequisitionLine.issued, RequisitionLine.returned).where(
            RequisitionLine.service_order_id == service_order_id
        )
    )
    return {row.line_id: row.issued - row.returned for row in rows}


def credited(invoice_id: int) -> Decimal:
    """What credit notes took off the invoice, as a positive gross sum."""
    sum_ = db.session.scalar(select(func.sum(Invoice.gross)).where(Invoice.corrects_id == invoice_id))
    return -(sum_ or Decimal(0))


def find_payment(submission_id: str) -> Payment | None:
    return db.session.scalar(select(Payment).where(Payment.submission_id == submission_id))


def list_receivables(site_id: int, before: int | None = None) -> tuple[Sequence[Invoice], int | None]:
    """Unsettled invoices of the site, newest first, and the id to go on from."""
    query = (
        select(Invoice)
        .where(Invoice.site_id == site_id, Invoice.kind == InvoiceKind.INVOICE, Invoice.settled_at.is_(None))
        .order_by(Invoice.id.desc())
        .limit(PAGE + 1)
    )
    if before:
        query = query.where(Invoice.id < before)
    rows = db.session.scalars(query).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None
