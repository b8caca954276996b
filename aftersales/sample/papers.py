"""The papers of the sample's visits. What is signed is a real document with its digest, also for visits long ago."""

from datetime import datetime

from aftersales.domain.billing.models import Invoice
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.checkins.signing import Priced
from aftersales.domain.delivery.models import Delivery, HandedOver
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.quality.models import CheckResult, QualityCheck
from aftersales.domain.quotations.models import Quotation
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.sites.models import Site
from aftersales.gateways import document_data as data
from aftersales.i18n import label, speaking
from aftersales.web import billing_documents, delivery_documents, documents, quotation_documents
from aftersales.web.filters import datetime_

CHECKIN_CONSENT = "I order the work above at these prices and this time."
QC_CONSENT = "Every item and line was verified by me."


def signed_order(
    order: ServiceOrder, site: Site, checkin: CheckIn, content: Priced, *, at: datetime
) -> StoredDocument:
    """The order that the customer signs at check-in."""
    with speaking(order.customer.language, site.timezone):
        return documents.render_and_store(
            data.ServiceOrder(
                **documents.common(order, site, number=order.number, at=at),
                concerns=tuple(
                    data.Concern(position=str(job.position), words=job.concern) for job in content.jobs if job.concern
                ),
                items=tuple(
                    documents.item(job, job.lines, show_gross=site.prices_include_tax) for job in content.jobs
                ),
                totals=documents.totals(
                    content.sums, currency=site.currency, includes_tax=site.prices_include_tax
                ),
                promised=datetime_(order.promised_at),
                odometer=documents.distance(checkin.odometer),
                key_tag=checkin.key_tag,
                consent=CHECKIN_CONSENT,
            ),
            language=order.customer.language,
        )  # fmt: skip


def asked(quotation: Quotation, order: ServiceOrder, site: Site, *, at: datetime) -> StoredDocument:
    """A version as the customer is asked."""
    return quotation_documents.render_asked(quotation, order, site, photos={}, changes=[], at=at)


def quality_record(
    order: ServiceOrder, site: Site, check: QualityCheck, *, inspector: str, at: datetime
) -> StoredDocument:
    """The signed record of the final inspection."""
    with speaking(order.customer.language, site.timezone):
        return documents.render_and_store(
            data.QcRecord(
                **documents.common(order, site, number=order.number, at=at),
                checks=(
                    data.Check(
                        stage=label(check.stage), person=inspector, checked_at=datetime_(at), is_passed=True,
                        result=label(CheckResult.OK),
                    ),
                ),
                lines=tuple(
                    data.Point(number=str(item.position), text=item.title, light="ok") for item in check.items
                ),
                statement=QC_CONSENT,
            ),
            language=order.customer.language,
        )  # fmt: skip


def delivery_note(order: ServiceOrder, site: Site, jobs: list[Job], *, at: datetime) -> StoredDocument:
    """What the customer signs at pickup."""
    with speaking(order.customer.language, site.timezone):
        return documents.render_and_store(
            delivery_documents.delivery_note(
                order, site, jobs, photos=[], ticks=dict.fromkeys(HandedOver, True), notes={}, belongings=[], at=at
            ),
            language=order.customer.language,
        )  # fmt: skip


def gate_pass(
    order: ServiceOrder, site: Site, delivery: Delivery, *, issued_by: str, at: datetime
) -> StoredDocument:
    """The paper that lets the car leave."""
    with speaking(order.customer.language, site.timezone):
        return documents.render_and_store(
            delivery_documents.gate_pass(order, site, delivery, issued_by=issued_by, at=at),
            language=order.customer.language,
        )


def invoice(
    bill: Invoice, order: ServiceOrder, site: Site, *, corrects: Invoice | None = None
) -> StoredDocument:
    """An invoice or credit note."""
    with speaking(order.customer.language, site.timezone):
        return documents.render_and_store(
            billing_documents.invoice_data(bill, order, site, corrects=corrects), language=order.customer.language
        )  # fmt: skip


def delivery_consent() -> str:
    """The sentence above the customer's signature at pickup."""
    return delivery_documents.consent()
