"""What an invoice or credit note says, from the record as it was issued, and the PDF that says it."""

from decimal import Decimal
from itertools import groupby

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.billing import queries
from aftersales.domain.billing.models import Invoice, InvoiceKind, InvoiceLine
from aftersales.domain.documents import operations as records
from aftersales.domain.service_orders import queries as service_orders
from aftersales.domain.service_orders.models import LineKind, ServiceOrder
from aftersales.domain.service_orders.rules import warranty_remark
from aftersales.domain.sites import queries as sites
from aftersales.domain.sites.models import Site
from aftersales.gateways import document_data as data
from aftersales.i18n import gettext, label, speaking
from aftersales.money import ZERO, Amount, TaxSum
from aftersales.web import documents, guarantee_words
from aftersales.web.filters import date_, datetime_, money, number, rate


def invoice_data(
    invoice: Invoice, order: ServiceOrder, site: Site, *, corrects: Invoice | None = None
) -> data.Invoice:
    """The invoice as its PDF shows it; a credit note when ``corrects`` is given."""
    shared = documents.common(order, site, number=invoice.number, at=invoice.issued_at)
    own = {
        "payer": data.Party(
            name=invoice.payer_name,
            address=tuple(part.strip() for part in invoice.payer_address.split(",") if part.strip()),
            tax_id=invoice.payer_tax_id,
        ),
        "items": tuple(_items(invoice)),
        "totals": documents.totals(
            [TaxSum(tax.rate, Amount(tax.net, tax.tax, tax.gross)) for tax in invoice.taxes],
            currency=invoice.currency,
            includes_tax=invoice.includes_tax,
        ),
        "supplied": date_(invoice.supplied_on),
        "due": date_(invoice.due_on),
        "differences": tuple(_differences(invoice)),
        "payments": tuple(
            data.Payment(
                paid_at=datetime_(one.at),
                way=label(one.method),
                amount=money(one.amount),
                reference=one.reference,
            )
            for one in invoice.payments
        ),
        "paid": money(invoice.paid) if invoice.payments else "",
        "outstanding": money(invoice.outstanding)
        if invoice.outstanding and invoice.kind is InvoiceKind.INVOICE
        else "",
        "notes": (guarantee_words.remark(order, site),) if invoice.kind is InvoiceKind.INVOICE else (),
    }
    if corrects is not None:
        named = gettext("%(number)s of %(date)s", number=corrects.number, date=date_(corrects.issued_at))
        return data.CreditNote(**shared, **own, corrects=named, reason=invoice.reason)  # type: ignore[arg-type]
    return data.Invoice(**shared, **own)  # type: ignore[arg-type]


def make_document(invoice_id: int, *, site_id: int) -> None:
    """Render the invoice as it stands, with its payments, in its customer's language, and put the PDF on record as the
    next version. Slow work and a transaction of its own: call it after the one that changed the invoice."""
    invoice = queries.get_invoice(invoice_id, site_id=site_id)
    order = service_orders.get_order(invoice.service_order_id, site_id=site_id)
    corrects = queries.get_invoice(invoice.corrects_id, site_id=site_id) if invoice.corrects_id else None
    site, language = sites.get_site(site_id), order.customer.language
    with speaking(language, site.timezone):
        stored = documents.render_and_store(
            invoice_data(invoice, order, site, corrects=corrects), language=language
        )
    with transaction():
        records.record(
            stored,
            site_id=site_id,
            service_order_id=order.id,
            subject_id=invoice_id,
            is_shared=True,
            now=clock.now(),
        )


def _items(invoice: Invoice) -> list[data.Item]:
    items = []
    for (position, title), some in groupby(invoice.lines, key=lambda one: (one.job_position, one.job_title)):
        lines = list(some)
        items.append(
            data.Item(
                position=str(position),
                title=title,
                lines=tuple(_line(one, invoice.includes_tax) for one in lines),
                total=money(sum((_amount(one, invoice.includes_tax) for one in lines), ZERO)),
            )
        )
    return items


def _line(line: InvoiceLine, includes_tax: bool) -> data.PriceLine:
    hours = "\u00a0h" if line.kind is LineKind.LABOUR else ""
    return data.PriceLine(
        kind=line.kind.value,
        text=line.description,
        number=line.article_number,
        quantity=f"{number(line.quantity)}{hours}",
        unit_price=money(line.unit_price),
        tax_rate=rate(line.tax_rate),
        amount=money(_amount(line, includes_tax)),
        remark=line_remark(line),
    )


def line_remark(line: InvoiceLine) -> str:
    """What stands beside an invoiced line: its discount, and why there is no warranty on the part (DIA-3)."""
    discount = gettext("Discount %(share)s", share=rate(line.discount)) if line.discount else ""
    return ", ".join(part for part in (discount, warranty_remark(line)) if part)


def _amount(line: InvoiceLine, includes_tax: bool) -> Decimal:
    return line.gross if includes_tax else line.net


def _differences(invoice: Invoice) -> list[data.Difference]:
    """Every line that differs from what was approved, with the reason that the quantities give (PAY-1)."""
    return [
        data.Difference(
            title=line.description,
            approved=money(line.approved_gross),
            invoiced=money(line.gross),
            difference=money(line.gross - line.approved_gross),
            reason=gettext(
                "%(used)s used instead of %(planned)s",
                used=number(line.quantity),
                planned=number(line.approved_quantity),
            ),
        )
        for line in invoice.lines
        if invoice.kind is InvoiceKind.INVOICE and line.gross != line.approved_gross
    ]
