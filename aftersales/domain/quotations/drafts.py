"""What would be asked now: a version made from the order's proposed lines, not stored."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select, union_all

from aftersales.db import db
from aftersales.domain.inspections.models import InspectionItem, InspectionPhoto
from aftersales.domain.quotations import queries, rules
from aftersales.domain.quotations.arrivals import HERE, Arrival, arrivals
from aftersales.domain.quotations.models import (
    EstimateWay,
    Quotation,
    QuotationJob,
    QuotationKind,
    QuotationLine,
)
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import Authorisation, Job, Line, PayType, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites import queries as sites
from aftersales.domain.workshop.models import JobPhoto, ProblemReport
from aftersales.money import Amount

_ASKABLE = (Authorisation.PROPOSED, Authorisation.ASKED)
_IN_REPAIR = (OrderState.REPAIRING, OrderState.AWAITING_PARTS)


def draft(
    order: ServiceOrder,
    *,
    promised_at: datetime,
    now: datetime,
    note: str = "",
    estimate_way: EstimateWay = EstimateWay.SYSTEM,
    kind: QuotationKind | None = None,
) -> Quotation:
    """The order's next version as it would be sent now. It holds the proposed lines, and those of a version that
    still waits, since the new one takes its place. Reads only; nothing is added to the session."""
    site = sites.get_site(order.site_id)
    jobs = orders.list_jobs(order.id)
    lines = [line for job in jobs for line in job.lines if _is_asked(line)]
    known = arrivals(lines, site_id=site.id)
    photos = _photos_by_job(order.id)
    made = Quotation(
        site_id=site.id,
        service_order_id=order.id,
        number=order.number,
        version_no=queries.last_version_no(order.id) + 1,
        kind=kind or _kind_of(order),
        currency=site.currency,
        includes_tax=site.prices_include_tax,
        estimate_way=estimate_way,
        note=note.strip(),
        promised_at=promised_at,
        promised_before_at=order.promised_at,
        authorised_before_gross=_authorised_gross(jobs, includes_tax=site.prices_include_tax),
        valid_until=rules.valid_until(now, site.setting("quotation.valid_days"), site.timezone),
        sent_at=now,
    )
    for job in jobs:
        asked = [line for line in job.lines if _is_asked(line)]
        if asked:
            made.jobs.append(_asked_job(job, asked, known, photos.get(job.id, []), site.prices_include_tax))
        elif any(
            line.pay_type is not PayType.CUSTOMER and line.authorisation in _ASKABLE for line in job.lines
        ):
            made.jobs.append(_told_job(job))
    amount = rules.sum_of(
        (line for job in made.asked_jobs for line in job.lines), includes_tax=made.includes_tax
    )
    made.net, made.tax, made.gross = amount.net, amount.tax, amount.gross
    made.approved_net = made.approved_tax = made.approved_gross = Decimal(0)
    made.digest = rules.digest_of(_content(made))
    return made


def items_digest(quotation: Quotation) -> str:
    """SHA-256 over the asked jobs and lines alone, without promised time and note: tells a form whether what it
    showed is still what would be sent."""
    return rules.digest_of({"jobs": _jobs_content(quotation.jobs)})


def unknown_arrivals(quotation: Quotation) -> list[QuotationLine]:
    """The asked lines whose part is not in stock and for which the parts desk has not said a day."""
    return [
        line
        for job in quotation.asked_jobs
        for line in job.lines
        if not line.is_in_stock and line.arrives_at is None
    ]


def _is_asked(line: Line) -> bool:
    return line.pay_type is PayType.CUSTOMER and line.authorisation in _ASKABLE


def _kind_of(order: ServiceOrder) -> QuotationKind:
    if order.state in _IN_REPAIR:
        return QuotationKind.SUPPLEMENT
    waiting = queries.find_waiting(order.id)
    return waiting.kind if waiting else QuotationKind.QUOTATION


def _authorised_gross(jobs: Iterable[Job], *, includes_tax: bool) -> Decimal:
    return rules.sum_of(
        (
            line
            for job in jobs
            for line in job.lines
            if line.pay_type is PayType.CUSTOMER and line.authorisation is Authorisation.AUTHORISED
        ),
        includes_tax=includes_tax,
    ).gross


def _asked_job(
    job: Job, lines: list[Line], known: dict[int, Arrival], photo_ids: list[int], includes_tax: bool
) -> QuotationJob:
    amount = rules.sum_of(lines, includes_tax=includes_tax)
    coming = [known[line.id].arrives_at for line in lines]
    return QuotationJob(
        job_id=job.id,
        position=job.position,
        title=job.title,
        explanation=job.explanation,
        severity=job.severity,
        pay_type=PayType.CUSTOMER,
        is_asked=True,
        photo_ids=photo_ids,
        net=amount.net,
        tax=amount.tax,
        gross=amount.gross,
        arrives_at=max((at for at in coming if at), default=None),
        is_approved=None,
        decline_reason="",
        lines=[_copied(line, known.get(line.id, HERE)) for line in lines],
    )


def _told_job(job: Job) -> QuotationJob:
    """A job that somebody else pays: the customer is told of it, with nothing to decide and nothing to pay."""
    payer = next(line.pay_type for line in job.lines if line.pay_type is not PayType.CUSTOMER)
    nothing = Amount()
    return QuotationJob(
        job_id=job.id,
        position=job.position,
        title=job.title,
        explanation=job.explanation,
        severity=job.severity,
        pay_type=payer,
        is_asked=False,
        photo_ids=[],
        net=nothing.net,
        tax=nothing.tax,
        gross=nothing.gross,
        decline_reason="",
    )


def _copied(line: Line, arrival: Arrival) -> QuotationLine:
    copied = {
        name: getattr(line, name)
        for name in ("position", "kind", "description", "article_number", "quantity", "unit_price", "discount",
                     "tax_rate", "net", "tax", "gross", "supplied_by", "part_grade",
                     "is_safety_critical")
    }  # fmt: skip
    return QuotationLine(
        line_id=line.id, is_in_stock=arrival.is_in_stock, arrives_at=arrival.arrives_at, **copied
    )


def _photos_by_job(order_id: int) -> dict[int, list[int]]:
    """The photos that show why a job is needed: of the finding that it came from, of the reported problem that became
    it, or taken on it."""
    of_findings = (
        select(InspectionPhoto.attachment_id, InspectionItem.job_id)
        .join(InspectionItem, InspectionItem.id == InspectionPhoto.inspection_item_id)
        .join(Job, Job.id == InspectionItem.job_id)
        .where(Job.service_order_id == order_id)
    )
    of_work = (
        select(JobPhoto.attachment_id, func.coalesce(ProblemReport.new_job_id, JobPhoto.job_id))
        .outerjoin(ProblemReport, ProblemReport.id == JobPhoto.report_id)
        .where(
            JobPhoto.service_order_id == order_id,
            or_(JobPhoto.report_id.is_(None), ProblemReport.new_job_id.is_not(None)),
        )
    )
    found: dict[int, list[int]] = {}
    rows: Sequence[Any] = db.session.execute(union_all(of_findings, of_work).order_by("attachment_id")).all()
    for photo_id, job_id in ((int(row[0]), row[1]) for row in rows):
        if job_id is not None:
            found.setdefault(job_id, []).append(photo_id)
    return found


def _content(quotation: Quotation) -> dict[str, Any]:
    """Everything that is asked, as plain values."""
    return {
        "number": quotation.number,
        "version": quotation.version_no,
        "kind": quotation.kind,
        "currency": quotation.currency,
        "promised_at": quotation.promised_at.isoformat(),
        "note": quotation.note,
        "way": quotation.estimate_way,
        "total": [str(quotation.net), str(quotation.tax), str(quotation.gross)],
        "jobs": _jobs_content(quotation.jobs),
    }


def _jobs_content(jobs: Iterable[QuotationJob]) -> list[dict[str, Any]]:
    return [
        {
            "job": job.job_id,
            "title": job.title,
            "explanation": job.explanation,
            "severity": job.severity,
            "payer": job.pay_type,
            "gross": str(job.gross),
            "photos": job.photo_ids,
            "lines": [
                [line.line_id, line.kind, line.description, line.article_number, str(line.quantity),
                 str(line.unit_price), str(line.discount), str(line.tax_rate), str(line.net), str(line.tax),
                 str(line.gross), line.supplied_by, line.part_grade, line.is_safety_critical, line.is_in_stock,
                 line.arrives_at.isoformat() if line.arrives_at else ""]
                for line in job.lines
            ],
        }
        for job in jobs
    ]  # fmt: skip
