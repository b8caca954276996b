"""Bills and invoices as rows of the ``sums`` component."""

from flask import Flask

from aftersales.domain.billing.models import Invoice, InvoiceLine
from aftersales.domain.billing.rules import Bill
from aftersales.i18n import gettext
from aftersales.web.filters import money, rate

Rows = list[tuple[str, ...]]


def draft_rows(draft: Bill) -> Rows:
    """What a bill will come to: net, tax per rate, total."""
    rows: Rows = [(gettext("Net"), money(draft.amount.net))]
    rows += [(gettext("Tax %(rate)s", rate=rate(one.rate)), money(one.amount.tax)) for one in draft.sums]
    return [*rows, (gettext("Total"), money(draft.amount.gross), "total")]


def invoice_rows(invoice: Invoice) -> Rows:
    """What an invoice came to: net, tax per rate, total."""
    rows: Rows = [(gettext("Net"), money(invoice.net))]
    rows += [(gettext("Tax %(rate)s", rate=rate(tax.rate)), money(tax.tax)) for tax in invoice.taxes]
    return [*rows, (gettext("Total"), money(invoice.gross), "total")]


def differing_lines(invoice: Invoice) -> list[InvoiceLine]:
    """The invoice's lines that differ from what was approved."""
    return [line for line in invoice.lines if line.gross != line.approved_gross]


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        draft_rows=draft_rows, invoice_rows=invoice_rows, differing_lines=differing_lines
    )
