"""A quotation's version as a PDF: as it was asked, and with the answer in it. In the customer's language.

Rendered and stored before the transaction that puts it on record.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aftersales.domain.attachments.models import Attachment
from aftersales.domain.documents.models import Document, SignatureMethod
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.quotations import rules
from aftersales.domain.quotations.models import (
    AnsweredBy,
    Quotation,
    QuotationJob,
    QuotationKind,
    QuotationLine,
)
from aftersales.domain.service_orders.models import LineKind, PartGrade, PayType, ServiceOrder
from aftersales.domain.service_orders.rules import warranty_remark
from aftersales.domain.sites.models import Site
from aftersales.gateways import document_data as data
from aftersales.i18n import gettext, label, speaking, spoken
from aftersales.web import documents, filters, guarantee_words, media, warranty_words


def consent_text() -> str:
    """The sentence above the customer's signature."""
    return gettext(
        "By signing you order the items marked “Do it” at these prices and this time. We ask you again before anything"
        " costs more or takes longer."
    )


def render_asked(
    quotation: Quotation,
    order: ServiceOrder,
    site: Site,
    *,
    photos: Mapping[int, Attachment],
    changes: list[rules.Change],
    at: datetime,
) -> StoredDocument:
    """The version as the customer is asked."""
    language = spoken(order.customer.language)
    with speaking(language, site.timezone):
        shape = data.Supplement if quotation.kind is QuotationKind.SUPPLEMENT else data.Quotation
        told = warranty_words.by_job(order.id)
        document = shape(
            **_common(quotation, order, site, photos=photos, changes=changes, at=at),
            items=tuple(_item(job, photos, told=told) for job in quotation.jobs),
            consent=consent_text(),
        )
        return documents.render_and_store(document, language=language)


def render_answered(
    quotation: Quotation,
    order: ServiceOrder,
    site: Site,
    *,
    decisions: Mapping[int, bool],
    reasons: Mapping[int, str],
    name: str,
    by: AnsweredBy,
    evidence: Evidence | None,
    shown: Document | None,
    photos: Mapping[int, Attachment],
    at: datetime,
) -> StoredDocument:
    """The same version with the answer: what was approved, by whom and how, and the signature."""
    language = spoken(order.customer.language)
    with speaking(language, site.timezone):
        approved = (line for job in quotation.asked_jobs if decisions[job.id] for line in job.lines)
        shape = data.Supplement if quotation.kind is QuotationKind.SUPPLEMENT else data.Quotation
        told = warranty_words.by_job(order.id)
        document = shape(
            **_common(quotation, order, site, photos=photos, changes=[], at=at),
            items=tuple(
                _item(job, photos, told=told, decisions=decisions, reasons=reasons) for job in quotation.jobs
            ),
            approved_totals=documents.totals(
                rules.tax_sums(approved, includes_tax=quotation.includes_tax),
                currency=quotation.currency,
                includes_tax=quotation.includes_tax,
            ),
            answered=gettext(
                "Answered by %(name)s %(how)s, %(when)s", name=name, how=label(by), when=filters.datetime_(at)
            ),
            consent=consent_text(),
            signature=_signature(evidence, by, shown, at),
        )
        return documents.render_and_store(document, language=language)


def _common(
    quotation: Quotation,
    order: ServiceOrder,
    site: Site,
    *,
    photos: Mapping[int, Attachment],
    changes: list[rules.Change],
    at: datetime,
) -> dict[str, Any]:
    number = f"{quotation.number}/{quotation.version_no}"
    fields: dict[str, Any] = documents.common(
        order, site, number=number, at=at, advisor=quotation.sent_by_name or ""
    )
    fields |= {
        "version": str(quotation.version_no),
        "valid_until": filters.datetime_(quotation.valid_until),
        "totals": documents.totals(
            quotation.tax_sums, currency=quotation.currency, includes_tax=quotation.includes_tax
        ),
        "promised": filters.datetime_(quotation.promised_at),
        "estimate_way": _way(quotation),
        "changes": tuple(change_text(change) for change in changes),
        "clauses": _clauses(order, site),
    }
    if quotation.kind is QuotationKind.SUPPLEMENT:
        before = quotation.authorised_before_gross
        fields |= {
            "reason": quotation.note,
            "promised_before": filters.datetime_(quotation.promised_before_at),
            "delay": delay_text(quotation),
            "order_total_before": filters.money(before),
            "order_total_after": filters.money(before + quotation.gross),
        }
    return fields


def change_text(change: rules.Change) -> str:
    """One change since the version before, in a sentence."""
    if change.after is None:
        return gettext("No longer asked: %(title)s", title=change.title)
    if change.before is None:
        return gettext("New: %(title)s, %(amount)s", title=change.title, amount=filters.money(change.after))
    return gettext(
        "%(title)s: %(after)s instead of %(before)s",
        title=change.title,
        after=filters.money(change.after),
        before=filters.money(change.before),
    )


def delay_text(quotation: Quotation) -> str:
    """How much later the car is ready than promised before; empty where it is not."""
    if quotation.promised_before_at is None or quotation.promised_at <= quotation.promised_before_at:
        return ""
    minutes = int((quotation.promised_at - quotation.promised_before_at).total_seconds() // 60)
    return gettext("%(time)s later than promised", time=filters.stretch(minutes))


def _way(quotation: Quotation) -> str:
    way = gettext("Estimated %(way)s.", way=label(quotation.estimate_way))
    is_note_apart = quotation.kind is not QuotationKind.SUPPLEMENT and quotation.note
    return f"{way} {quotation.note}" if is_note_apart else way


def _clauses(order: ServiceOrder, site: Site) -> tuple[data.Clause, ...]:
    return (
        data.Clause(
            title=gettext("Extra work"),
            text=gettext(
                "Work that is not on this quote, a higher price or a later time needs your consent first."
            ),
        ),
        guarantee_words.clause(order, site),
    )


def _item(
    job: QuotationJob,
    photos: Mapping[int, Attachment],
    *,
    told: Mapping[int, str],
    decisions: Mapping[int, bool] | None = None,
    reasons: Mapping[int, str] | None = None,
) -> data.Item:
    decision: data.Decision = ""
    if decisions is not None and job.is_asked:
        decision = "approved" if decisions[job.id] else "postponed"
    return data.Item(
        position=str(job.position),
        title=job.title,
        explanation=" ".join(filter(None, (job.explanation, told.get(job.job_id)))),
        light=job.severity if job.severity in ("soon", "urgent") else "",  # type: ignore[arg-type]
        pay_type="" if job.pay_type is PayType.CUSTOMER else label(job.pay_type),
        lines=tuple(_line(line, shows_gross=job.quotation.includes_tax) for line in job.lines),
        total=filters.money(job.shown),
        decision=decision,
        decision_note=(reasons or {}).get(job.id, "") if decision == "postponed" else "",
        arrival=filters.datetime_(job.arrives_at),
        photos=tuple(
            documents.photo(photos[photo_id].thumb_key, photos[photo_id].caption)
            for photo_id in job.photo_ids[:2]
            if photo_id in photos
        ),
    )


def _line(line: QuotationLine, *, shows_gross: bool) -> data.PriceLine:
    is_labour = line.kind is LineKind.LABOUR
    return data.PriceLine(
        kind=line.kind.value,
        text=line.description,
        number=line.article_number,
        quantity=f"{filters.number(line.quantity)}\u00a0h" if is_labour else filters.number(line.quantity),
        unit_price=filters.money(line.unit_price),
        tax_rate=filters.rate(line.tax_rate),
        amount=filters.money(line.gross if shows_gross else line.net),
        remark=line_remark(line),
    )


def line_remark(line: QuotationLine) -> str:
    """What the customer has to know of a line: discount, grade, who brings it, when it comes."""
    remarks = []
    if line.discount:
        remarks.append(gettext("%(share)s discount", share=filters.rate(line.discount)))
    if line.kind is LineKind.PART:
        if remark := warranty_remark(line):
            remarks.append(remark)
        elif line.part_grade is not PartGrade.ORIGINAL:
            remarks.append(label(line.part_grade))
    if line.arrives_at:
        remarks.append(gettext("arrives %(when)s", when=filters.datetime_(line.arrives_at)))
    return ", ".join(remarks)


def _signature(
    evidence: Evidence | None, by: AnsweredBy, shown: Document | None, at: datetime
) -> data.Signature | None:
    if evidence is None:
        return None
    return data.Signature(
        name=evidence.typed_name,
        signed_at=filters.datetime_(at),
        how=label(by),
        is_typed=evidence.method is SignatureMethod.TYPED,
        drawing=media.store().read(evidence.picture_key) if evidence.picture_key else None,
        digest=shown.sha256 if shown else "",
    )
