"""What the check-in figures read: the visits whose car arrived in the month, each with its own part of every figure."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.checkins.models import Belonging, CheckIn, CheckInPhoto, Damage
from aftersales.domain.quotations.models import Quotation, QuotationJob, QuotationKind
from aftersales.domain.reports.rules import CheckInVisit, Month
from aftersales.domain.service_orders.models import DIAGNOSIS, Job, OrderEvent, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.vehicles.models import Vehicle

NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class CheckInOrder:
    """A visit behind the check-in figures."""

    id: int
    number: str
    plate: str
    plate_country: str
    arrived_at: datetime
    advisor_id: int | None
    advisor_name: str
    visit: CheckInVisit


def list_checkins(site_id: int, month: Month, *, advisor_id: int | None = None) -> list[CheckInOrder]:
    """The visits whose car arrived in the month, newest first; those cancelled before the check-in are none.

    The time runs from the beginning of the check-in to the first signature. Photos are those of the walk-around, of
    damage and of belongings. Work added at check-in is what the customer ordered by the first signature, in jobs that
    came onto the order after it was opened: not those that were booked or told at the desk, and not the diagnosis fee.
    Five queries, however many visits.
    """
    arrived = _arrived_in(site_id, month)
    signed, photos, added = _first_signatures(arrived), _photos(arrived), _added(arrived)
    query = (
        select(
            ServiceOrder.id,
            ServiceOrder.number,
            Vehicle.plate,
            Vehicle.plate_country,
            ServiceOrder.arrived_at,
            ServiceOrder.advisor_id,
            User.name,
            CheckIn.started_at,
        )
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .outerjoin(User, User.id == ServiceOrder.advisor_id)
        .outerjoin(CheckIn, CheckIn.service_order_id == ServiceOrder.id)
        .where(*arrived)
        .order_by(ServiceOrder.arrived_at.desc(), ServiceOrder.id.desc())
    )
    if advisor_id is not None:
        query = query.where(ServiceOrder.advisor_id == advisor_id)
    return [
        CheckInOrder(
            row.id,
            row.number,
            row.plate,
            row.plate_country,
            row.arrived_at,
            row.advisor_id,
            row.name or "",
            CheckInVisit(
                minutes=_minutes(row.started_at or row.arrived_at, signed.get(row.id)),
                photos=photos.get(row.id, 0),
                added=added.get(row.id, NONE),
            ),
        )
        for row in db.session.execute(query)
    ]


def _arrived_in(site_id: int, month: Month) -> tuple[ColumnElement[bool], ...]:
    return (
        ServiceOrder.site_id == site_id,
        ServiceOrder.arrived_at >= month.starts_at,
        ServiceOrder.arrived_at < month.ends_at,
        ServiceOrder.state != OrderState.CANCELLED,
    )


def _minutes(started_at: datetime, signed_at: datetime | None) -> int | None:
    return None if signed_at is None else max(0, int((signed_at - started_at).total_seconds() // 60))


def _first_signatures(arrived: tuple[ColumnElement[bool], ...]) -> dict[int, datetime]:
    """When each order was signed first: a later signature on a changed order does not count."""
    rows = db.session.execute(
        select(OrderEvent.service_order_id, func.min(OrderEvent.at))
        .join(ServiceOrder, ServiceOrder.id == OrderEvent.service_order_id)
        .where(*arrived, OrderEvent.to_state == OrderState.CHECKED_IN)
        .group_by(OrderEvent.service_order_id)
    )
    return {row[0]: row[1] for row in rows}


def _photos(arrived: tuple[ColumnElement[bool], ...]) -> dict[int, int]:
    counted = (
        select(func.count()).where(CheckInPhoto.checkin_id == CheckIn.id).correlate(CheckIn).scalar_subquery()
        + select(func.count())
        .where(Damage.checkin_id == CheckIn.id, Damage.attachment_id.is_not(None), Damage.voided_at.is_(None))
        .correlate(CheckIn)
        .scalar_subquery()
        + select(func.count())
        .where(
            Belonging.checkin_id == CheckIn.id,
            Belonging.attachment_id.is_not(None),
            Belonging.voided_at.is_(None),
        )
        .correlate(CheckIn)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(CheckIn.service_order_id, counted)
        .join(ServiceOrder, ServiceOrder.id == CheckIn.service_order_id)
        .where(*arrived)
    )
    return {row[0]: row[1] for row in rows}


def _added(arrived: tuple[ColumnElement[bool], ...]) -> dict[int, Decimal]:
    """The added jobs of each order's first signed version."""
    rows = db.session.execute(
        select(Quotation.service_order_id, Quotation.version_no, QuotationJob.net)
        .join(QuotationJob, QuotationJob.quotation_id == Quotation.id)
        .join(Job, Job.id == QuotationJob.job_id)
        .join(ServiceOrder, ServiceOrder.id == Quotation.service_order_id)
        .where(
            *arrived,
            Quotation.kind == QuotationKind.CHECKIN,
            QuotationJob.is_asked,
            Job.added_at > ServiceOrder.opened_at,
            Job.canned_job_code != DIAGNOSIS,
        )
    )
    versions = db.session.execute(
        select(Quotation.service_order_id, func.min(Quotation.version_no))
        .join(ServiceOrder, ServiceOrder.id == Quotation.service_order_id)
        .where(*arrived, Quotation.kind == QuotationKind.CHECKIN)
        .group_by(Quotation.service_order_id)
    )
    first = {row[0]: row[1] for row in versions}
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for order_id, version_no, net in rows:
        if version_no == first.get(order_id):
            sums[order_id] += net
    return sums
