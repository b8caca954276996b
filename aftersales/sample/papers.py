"""The papers of the sample's visits: those of the last weeks as the screens print them, older ones in a short form.

What was signed is a stored document with its digest in both cases. The short form is there because printing
the five papers of a hundred and fifty visits would take longer than everything else together.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime

from aftersales.clock import local_date
from aftersales.domain.billing.models import Invoice
from aftersales.domain.checkins import handover
from aftersales.domain.checkins import queries as checkins
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.checkins.signed_content import Priced
from aftersales.domain.delivery.models import Delivery, HandedOver
from aftersales.domain.documents.models import DocumentKind, Signature
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.quality.models import QualityCheck
from aftersales.domain.quotations.models import Quotation
from aftersales.domain.service_orders import queries as orders
from aftersales.gateways import document_data as data
from aftersales.gateways import storage
from aftersales.i18n import speaking
from aftersales.sample.scene import Scene
from aftersales.web import (
    billing_documents,
    checkin_document,
    delivery_documents,
    documents,
    handover_document,
    inspection_documents,
    media,
    quality_documents,
    quotation_documents,
)


def signed_order(scene: Scene, checkin: CheckIn, content: Priced, *, at: datetime) -> StoredDocument:
    """The order that the customer signs at check-in."""
    order, site = scene.order, scene.site
    if not scene.keeps_papers:
        return _short(scene, DocumentKind.SERVICE_ORDER, f"Total {content.total.gross} {site.currency}", at)
    around = checkins.walkaround_of(order, checkin)
    return _printed(
        scene,
        lambda: checkin_document.service_order(
            order, checkin, around, content, site, advisor=scene.staff.advisor.name, at=at
        ),
    )


def handover_list(scene: Scene, listed: handover.Listed, *, at: datetime) -> StoredDocument:
    """The list of belongings and papers that the customer signs."""
    order, site = scene.order, scene.site
    return _printed(
        scene,
        lambda: handover_document.handover_list(
            order,
            listed,
            site,
            advisor=scene.staff.advisor.name,
            at=at,
            today=local_date(at, site.timezone),
        ),
    )


def asked(scene: Scene, quotation: Quotation, *, at: datetime) -> StoredDocument:
    """A version as the customer is asked."""
    if not scene.keeps_papers:
        total = f"Version {quotation.version_no}, total {quotation.gross} {quotation.currency}"
        return _short(scene, DocumentKind.QUOTATION, total, at)
    return quotation_documents.render_asked(quotation, scene.order, scene.site, photos={}, changes=[], at=at)


def inspection(scene: Scene, *, at: datetime) -> list[StoredDocument]:
    """The inspection sheet and the diagnosis report; old visits keep neither."""
    return inspection_documents.render_for(scene.order, now=at) if scene.keeps_papers else []


def quality_record(
    scene: Scene, check: QualityCheck, *, inspector: str, at: datetime, signature: Signature | None = None
) -> StoredDocument:
    """The record of the final inspection that the inspector signs; with the signature, the customer's copy."""
    if not scene.keeps_papers:
        return _short(scene, DocumentKind.QC_RECORD, f"{len(check.items)} items verified", at)
    order = scene.order
    return _printed(
        scene,
        lambda: quality_documents.record_of(order, check, checker=inspector, now=at, signature=signature),
    )


def delivery_note(scene: Scene, *, at: datetime) -> StoredDocument:
    """What the customer signs at pickup."""
    if not scene.keeps_papers:
        return _short(scene, DocumentKind.DELIVERY_NOTE, "Car, key, papers and belongings handed over", at)
    order, site = scene.order, scene.site
    jobs = orders.list_jobs(order.id)
    ticks = dict.fromkeys(HandedOver, True)
    return _printed(
        scene,
        lambda: delivery_documents.delivery_note(
            order, site, jobs, photos=[], ticks=ticks, notes={}, belongings=[], at=at
        ),
    )


def gate_pass(scene: Scene, delivery: Delivery, *, at: datetime) -> StoredDocument:
    """The paper that lets the car leave."""
    order, site, issuer = scene.order, scene.site, scene.staff.advisor.name
    return _printed(
        scene, lambda: delivery_documents.gate_pass(order, site, delivery, issued_by=issuer, at=at)
    )


def invoice(scene: Scene, bill: Invoice, *, corrects: Invoice | None = None) -> StoredDocument:
    """An invoice or credit note."""
    order, site = scene.order, scene.site
    return _printed(scene, lambda: billing_documents.invoice_data(bill, order, site, corrects=corrects))


def _printed(scene: Scene, make: Callable[[], data.Document]) -> StoredDocument:
    """The document in the customer's language, as its screen prints it."""
    language = scene.order.customer.language
    with speaking(language, scene.staff.timezone):
        return documents.render_and_store(make(), language=language)


def _short(scene: Scene, kind: DocumentKind, what: str, at: datetime) -> StoredDocument:
    """One plain page that names the visit and what was agreed."""
    title = kind.value.replace("_", " ").capitalize()
    pdf = _page(
        [f"{title} {scene.order.number}", f"{at:%Y-%m-%d %H:%M} UTC", what, "Short form of the archive"]
    )
    key = storage.key_of(pdf, "pdf")
    media.store().put(key, pdf, "application/pdf")
    return StoredDocument(
        kind=kind,
        number=scene.order.number,
        language="en",
        sha256=hashlib.sha256(pdf).hexdigest(),
        storage_key=key,
        size=len(pdf),
    )


def _page(lines: list[str]) -> bytes:
    """A PDF of one page with these lines of ASCII."""
    shown = " T* ".join(f"({line})" + " Tj" for line in lines)
    text = f"BT /F1 12 Tf 16 TL 72 760 Td {shown} ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(text)).encode() + b" >>\nstream\n" + text + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    size = len(objects) + 1
    return (
        body
        + f"xref\n0 {size}\n0000000000 65535 f \n".encode()
        + table
        + f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n".encode()
    )
