"""What the customer's page shows of an order, as plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from aftersales import clock
from aftersales.blueprints.portal.doors import Door
from aftersales.db import db
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.billing import queries as billing
from aftersales.domain.billing.models import Invoice
from aftersales.domain.documents import queries as documents
from aftersales.domain.documents.models import Document, DocumentKind
from aftersales.domain.inspections import queries as inspections
from aftersales.domain.inspections.rules import Rating
from aftersales.domain.messaging import queries as messages
from aftersales.domain.messaging.purposes import PURPOSES
from aftersales.domain.quotations import queries
from aftersales.domain.quotations.models import Quotation
from aftersales.domain.service_orders import clips
from aftersales.domain.service_orders.models import Authorisation, Line, PayType, ServiceOrder
from aftersales.domain.service_orders.states import OrderState as S
from aftersales.domain.sites.models import ClosedDay, Site
from aftersales.domain.workshop.models import JobPhoto
from aftersales.i18n import gettext
from aftersales.web import filters, warranty_words

_BILLS = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)
_AT_RECEPTION = {S.BOOKED, S.ARRIVED}
_INSPECTING = {S.CHECKED_IN, S.ASSIGNED, S.IN_PROGRESS}
_ANSWERING = {S.AWAITING_APPROVAL}
_REPAIRING = {S.AWAITING_PARTS, S.REPAIRING}
_CHECKING = {S.QUALITY_CHECK}
_GETTING_READY = {S.PREPARING}


@dataclass(frozen=True, slots=True)
class Progress:
    """The steps with a short note each, and which is now; one past the end when the car was handed over."""

    steps: list[tuple[str, str]]
    current: int


def progress_of(order: ServiceOrder, quotation: Quotation | None) -> Progress:
    """Where the visit stands, in the customer's words."""
    waits_for_answer = quotation is not None and quotation.is_waiting
    answered = quotation.answered_at if quotation else None
    steps = [
        (gettext("Checked in"), filters.moment(order.checkin_signed_at)),
        (gettext("Inspected"), filters.moment(order.inspection_completed_at)),
        (gettext("You approved") if answered else gettext("Your answer"), _answer_note(quotation)),
        (gettext("Repair"), _repair_note(order)),
        (gettext("Quality check and road test"), filters.moment(order.qc_passed_at)),
        (gettext("Ready for pickup"), filters.moment(order.ready_at)),
    ]
    for number, states in enumerate(
        (_AT_RECEPTION, _INSPECTING, _ANSWERING, _REPAIRING, _CHECKING, _GETTING_READY)
    ):
        if order.state in states:
            return Progress(steps, 2 if waits_for_answer and number < 3 else number)
    return Progress(steps, 5 if order.state is S.READY_FOR_PICKUP else len(steps))


def _answer_note(quotation: Quotation | None) -> str:
    if quotation is None:
        return ""
    if quotation.answered_at:
        return filters.moment(quotation.answered_at)
    count = len(quotation.asked_jobs)
    return gettext("One item waits for you") if count == 1 else gettext("%(n)s items wait for you", n=count)


def _repair_note(order: ServiceOrder) -> str:
    if order.state is S.AWAITING_PARTS:
        if order.parts_expected_at:
            return gettext("Parts arrive %(when)s", when=filters.moment(order.parts_expected_at))
        return gettext("Parts are on their way")
    if order.state is S.AWAITING_APPROVAL and order.authorised_lines:
        return gettext("Starts after your answer")
    return ""


@dataclass(frozen=True, slots=True)
class Fine:
    """The points of the inspection that were all right: how many, and the areas they belong to."""

    count: int
    areas: list[str]


def fine_points(order: ServiceOrder) -> Fine | None:
    """What the customer need not think about; None while nothing is inspected."""
    sheet = inspections.find_sheet(order.id) if order.inspection_completed_at else None
    if sheet is None or not sheet.count(Rating.OK):
        return None
    return Fine(sheet.count(Rating.OK), [area.name for area in sheet.areas if area.count(Rating.OK)])


@dataclass(frozen=True, slots=True)
class Cost:
    """A row of the customer's costs: a title and an amount with tax; nothing to pay where somebody else does."""

    title: str
    amount: Decimal
    is_off: bool = False


def costs_of(order: ServiceOrder) -> list[Cost]:
    """What the customer has approved on this order, job by job; other payers' work with nothing to pay."""
    lines = db.session.scalars(
        select(Line)
        .where(
            Line.service_order_id == order.id,
            Line.voided_at.is_(None),
            Line.authorisation == Authorisation.AUTHORISED,
        )
        .order_by(Line.job_id, Line.position)
    )
    rows: dict[tuple[str, bool], Decimal] = {}
    for line in lines:
        is_theirs = line.pay_type is PayType.CUSTOMER
        key = (line.job.title, is_theirs)
        rows[key] = rows.get(key, Decimal("0.00")) + (line.gross if is_theirs else Decimal("0.00"))
    return [Cost(title, amount, is_off=not is_theirs) for (title, is_theirs), amount in rows.items()]


def invoices_of(order: ServiceOrder) -> list[Invoice]:
    """The customer's own invoices and credit notes; what another payer is billed is not theirs to see."""
    return [one for one in billing.list_of_order(order.id) if one.payer_id == order.customer_id]


def photos_of(order: ServiceOrder, quotations: Iterable[Quotation]) -> dict[int, Attachment]:
    """The photos that this link may show: the shared ones, and those that went out with a version of the quotation."""
    sent = {photo_id for one in quotations for job in one.jobs for photo_id in job.photo_ids}
    found = db.session.scalars(
        select(Attachment)
        .where(
            Attachment.service_order_id == order.id,
            Attachment.is_shared | Attachment.id.in_(sent),
            Attachment.media_type.startswith("image/"),
        )
        .order_by(Attachment.taken_at, Attachment.id)
    )
    return {photo.id: photo for photo in found}


def phases_of(order: ServiceOrder) -> dict[int, str]:
    """Which photos show the car before and which after the work."""
    rows = db.session.execute(
        select(JobPhoto.attachment_id, JobPhoto.phase).where(JobPhoto.service_order_id == order.id)
    )
    return {row.attachment_id: row.phase.value for row in rows}


@dataclass(frozen=True, slots=True)
class Opening:
    """When the site is open, as instants."""

    opens_at: datetime
    closes_at: datetime


def next_openings(site: Site, now: datetime, days: int = 10) -> list[Opening]:
    """The next two stretches in which the site is open, the present one first."""
    today = clock.local_date(now, site.timezone)
    hours = {row.weekday: row for row in site.opening_hours}
    closed = set(
        db.session.scalars(
            select(ClosedDay.day).where(
                ClosedDay.site_id == site.id,
                ClosedDay.day >= today,
                ClosedDay.day <= today + timedelta(days=days),
            )
        )
    )
    found = []
    for offset in range(days):
        day = today + timedelta(days=offset)
        row = hours.get(day.weekday())
        if row is None or day in closed:
            continue
        opening = Opening(
            clock.from_local(datetime.combine(day, row.opens_at), site.timezone),
            clock.from_local(datetime.combine(day, row.closes_at), site.timezone),
        )
        if opening.closes_at > now:
            found.append(opening)
        if len(found) == 2:
            break
    return found


def common(door: Door) -> dict[str, Any]:
    """What every page of an order shows behind its link."""
    versions = versions_of(door)
    return {
        "door": door,
        "warranty": warranty_words.told(door.order.id),
        "progress": progress_of(door.order, door.quotation or (versions[0] if versions else None)),
        "photos": photos_of(door.order, versions),
        "clips": clips.clips_of(door.order.id, only_shared=True),
        "phases": phases_of(door.order),
        "documents": documents_of(door),
        "messages": messages.list_sent_to_customer(door.order.id, limit=8),
        "purposes": PURPOSES,
    }


def versions_of(door: Door) -> list[Quotation]:
    """The versions whose content this link may show. A quotation's link shows its own, the order's link what was
    answered: a price that still waits goes only to whom it was sent."""
    if door.quotation is not None:
        return [door.quotation]
    return [one for one in queries.list_versions(door.order.id) if one.answered_at]


def documents_of(door: Door) -> list[Document]:
    """The shared documents: of the quotations those that this link may show, of the invoices the customer's own."""
    quotes = {i for one in versions_of(door) for i in (one.document_id, one.answer_document_id)}
    invoices = {one.id for one in invoices_of(door.order)}
    return [
        one
        for one in documents.list_of_order(door.order.id, only_shared=True)
        if (one.kind is not DocumentKind.QUOTATION or one.id in quotes)
        and (one.kind not in _BILLS or one.subject_id in invoices)
    ]
