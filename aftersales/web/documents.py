"""Documents: the parts of a PDF that many kinds share, and rendering into the store before a transaction opens."""

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from aftersales import config
from aftersales.db import db
from aftersales.domain.attachments import rules
from aftersales.domain.attachments.models import Attachment, PhotoMarks
from aftersales.domain.customers.models import Customer
from aftersales.domain.documents import models
from aftersales.domain.documents.models import DocumentKind, SignatureMethod
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.service_orders.models import Job, Line, LineKind, PayType, ServiceOrder
from aftersales.domain.service_orders.rules import warranty_remark
from aftersales.domain.sites.models import Site
from aftersales.domain.vehicles.models import Vehicle
from aftersales.gateways import codes, documents, storage
from aftersales.gateways import document_data as data
from aftersales.i18n import gettext, label, spoken
from aftersales.money import TaxSum
from aftersales.web import filters, media, scans
from aftersales.web.presentation import plate_style


def render_and_store(document: data.Document, *, language: str) -> StoredDocument:
    """Make the PDF and store it. Slow work: call it before the transaction that records it. A language that we do not
    speak yet is English, in the file's own mark too: a reader aloud goes by it."""
    language = spoken(language)
    pdf = documents.render(document, language=language, translate=gettext)
    key = storage.key_of(pdf, "pdf")
    media.store().put(key, pdf, "application/pdf")
    return StoredDocument(
        kind=DocumentKind(document.kind if document.kind != "supplement" else "quotation"),
        number=document.number,
        language=language,
        sha256=hashlib.sha256(pdf).hexdigest(),
        storage_key=key,
        size=len(pdf),
    )


def order_code(number: str) -> bytes:
    """The QR code of an order's papers: a scan leads a signed-in person to the order."""
    settings = config.current()
    return codes.qr(settings.base_url.rstrip("/") + scans.order_address(number))


def site_head(site: Site) -> data.Site:
    """Who issues the document."""
    return data.Site(
        name=site.name,
        legal_name=site.legal_name,
        address=tuple(part.strip() for part in site.address.split(",") if part.strip()),
        tax_id=site.tax_id,
        phone=site.phone,
        email=site.email,
    )


def party(customer: Customer) -> data.Party:
    """A customer or payer as the document shows them."""
    return data.Party(
        name=customer.name,
        address=tuple(part.strip() for part in customer.address.split(",") if part.strip()),
        tax_id=customer.tax_id,
        phone=customer.phone,
        email=customer.email,
    )


def vehicle(car: Vehicle, odometer: int | None = None) -> data.Vehicle:
    """The car with plate chip and description."""
    reading = odometer if odometer is not None else car.odometer
    style = plate_style(car.plate, car.plate_country)
    return data.Vehicle(
        plate=car.plate,
        plate_country=car.plate_country if not style else "",
        plate_style=style or ("eu" if car.plate_country else "plain"),  # type: ignore[arg-type]
        description=car.title,
        vin=car.vin,
        odometer=distance(reading),
    )


def distance(km: int | None) -> str:
    """A reading for the reader, or nothing."""
    return "" if km is None else f"{filters.number(Decimal(km))}\u00a0km"


def signature(signed: models.Signature | None, *, role: str = "", how: str = "") -> data.Signature | None:
    """A signature as the document shows it, with its drawing."""
    if signed is None:
        return None
    return data.Signature(
        name=signed.typed_name,
        signed_at=filters.datetime_(signed.at),
        role=role or signed.relation,
        how=how or ("" if signed.method is SignatureMethod.TYPED else label(signed.method)),
        is_typed=signed.method is SignatureMethod.TYPED,
        drawing=media.store().read(signed.picture_key) if signed.picture_key else None,
        digest=signed.document_digest,
    )


def photo(
    thumb_key: str, caption: str = "", *, marked: tuple[Attachment, PhotoMarks | None] | None = None
) -> data.Photo:
    """A stored thumbnail as a picture of the document. With ``marked`` (the photo and what is drawn over it) the
    whole picture with its marks stands in its place where there are any."""
    attachment, drawn = marked or (None, None)
    if attachment is None or drawn is None:
        return data.Photo(image=media.store().read(thumb_key), caption=caption)
    marks = rules.read_marks(drawn.marks, width=attachment.width, height=attachment.height)
    words = ", ".join(mark.text for mark in marks if mark.text)
    return data.Photo(
        image=media.store().read(attachment.storage_key),
        caption=caption,
        alt=f"{caption} ({words})" if words else caption,
        width=attachment.width,
        height=attachment.height,
        marks=tuple(
            data.Mark(
                kind=one.kind, x=one.x, y=one.y, x2=one.x2, y2=one.y2, r=one.r, text=one.text, head=one.head
            )
            for one in rules.shapes(marks, width=attachment.width, height=attachment.height)
        ),
    )


def price_line(line: Line, *, show_gross: bool) -> data.PriceLine:
    """One line below an item."""
    hours = line.kind is LineKind.LABOUR
    return data.PriceLine(
        kind=line.kind.value,
        text=line.description,
        number=line.article_number,
        quantity=f"{filters.number(line.quantity)}\u00a0h" if hours else filters.number(line.quantity),
        unit_price=filters.money(line.unit_price),
        tax_rate=filters.rate(line.tax_rate),
        amount=filters.money(line.gross if show_gross else line.net),
        remark=warranty_remark(line),
    )


def item(job: Job, lines: list[Line], *, show_gross: bool, photos: tuple[data.Photo, ...] = ()) -> data.Item:
    """A job with its priced lines."""

    def together(*kinds: LineKind) -> Decimal:
        return sum(
            (line.gross if show_gross else line.net for line in lines if line.kind in kinds), Decimal(0)
        )

    def shown(amount: Decimal) -> str:
        return filters.money(amount) if amount else ""

    return data.Item(
        position=str(job.position),
        title=job.title,
        explanation=job.explanation,
        light=job.severity if job.severity in ("soon", "urgent") else "",  # type: ignore[arg-type]
        pay_type="" if job.pay_type is PayType.CUSTOMER else label(job.pay_type),
        lines=tuple(price_line(line, show_gross=show_gross) for line in lines),
        labour=shown(together(LineKind.LABOUR)),
        parts=shown(together(LineKind.PART)),
        materials=shown(together(LineKind.MATERIAL)),
        other=shown(together(LineKind.SUBLET, LineKind.FEE)),
        total=filters.money(together(*LineKind)),
        photos=photos,
    )


def totals(sums: list[TaxSum], *, currency: str, includes_tax: bool) -> data.Totals:
    """The foot of a price list: tax per rate and the total."""
    gross = sum((part.amount.gross for part in sums), Decimal(0))
    return data.Totals(
        currency=currency,
        total=filters.money(gross),
        taxes=tuple(
            data.TaxRow(
                rate=filters.rate(part.rate),
                net=filters.money(part.amount.net),
                tax=filters.money(part.amount.tax),
                gross=filters.money(part.amount.gross),
            )
            for part in sums
        ),
        note=gettext("Prices include tax.")
        if includes_tax
        else gettext("Prices without tax; it is added below."),
    )


def common(
    order: ServiceOrder, site: Site, *, number: str, at: datetime, advisor: str = ""
) -> dict[str, Any]:
    """The fields that every document of an order shares, as keyword arguments of its class."""
    return {
        "number": number,
        "issued_at": at,
        "issued": filters.datetime_(at),
        "site": site_head(site),
        "vehicle": vehicle(order.vehicle, order.odometer),
        "customer": party(order.customer),
        "order_number": order.number,
        "advisor": advisor,
    }


def discard(stored: StoredDocument) -> None:
    """Remove a PDF that was rendered for a transaction which did not take it, unless a record names these bytes."""
    known = db.session.scalar(
        select(models.Document.id).where(models.Document.storage_key == stored.storage_key).limit(1)
    )
    if known is None:
        media.store().delete(stored.storage_key)
