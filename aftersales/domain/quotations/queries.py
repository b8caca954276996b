"""Reading quotations and deferred work."""

from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from aftersales.db import db
from aftersales.domain.errors import NotFound
from aftersales.domain.quotations.models import DeferredWork, Quotation, QuotationJob
from aftersales.domain.quotations.rules import Change, changes
from aftersales.i18n import gettext

_WAITING = (
    Quotation.answered_at.is_(None),
    Quotation.withdrawn_at.is_(None),
    Quotation.replaced_at.is_(None),
    Quotation.expired_at.is_(None),
)


def _whole() -> Select[Quotation]:
    """A version with its jobs and lines."""
    return select(Quotation).options(
        selectinload(Quotation.jobs).selectinload(QuotationJob.lines), joinedload(Quotation.signature)
    )


def get_quotation(quotation_id: int) -> Quotation:
    """The version with its jobs and lines. Raises :class:`NotFound`."""
    found = db.session.scalar(_whole().where(Quotation.id == quotation_id))
    if found is None:
        raise NotFound(gettext("There is no such quote."))
    return found


def get_version(order_id: int, version_no: int, *, site_id: int) -> Quotation:
    """A version of an order by its number. Raises :class:`NotFound`, also for another site's."""
    found = db.session.scalar(
        _whole().where(
            Quotation.service_order_id == order_id,
            Quotation.version_no == version_no,
            Quotation.site_id == site_id,
        )
    )
    if found is None:
        raise NotFound(gettext("There is no such version of this quote."))
    return found


def list_versions(order_id: int) -> list[Quotation]:
    """All versions of an order with their jobs, newest first."""
    return list(
        db.session.scalars(
            select(Quotation)
            .options(selectinload(Quotation.jobs))
            .where(Quotation.service_order_id == order_id)
            .order_by(Quotation.version_no.desc())
        )
    )


def find_waiting(order_id: int) -> Quotation | None:
    """The order's version that waits for an answer."""
    return db.session.scalar(_whole().where(Quotation.service_order_id == order_id, *_WAITING))


def last_version_no(order_id: int) -> int:
    """The number of the order's newest version; 0 before the first."""
    return (
        db.session.scalar(
            select(func.max(Quotation.version_no)).where(Quotation.service_order_id == order_id)
        )
        or 0
    )


def find_previous(quotation: Quotation) -> Quotation | None:
    """The version that this one took the place of: the one right before it, unless that was answered."""
    before = db.session.scalar(
        _whole().where(
            Quotation.service_order_id == quotation.service_order_id,
            Quotation.version_no == quotation.version_no - 1,
        )
    )
    return before if before and not before.answered_at else None


def changes_since_previous(quotation: Quotation) -> list[Change]:
    """What is new, gone or costs something else since the version that this one took the place of."""
    before = find_previous(quotation)
    return changes(before.jobs, quotation.jobs) if before else []


def list_expired(now: datetime, limit: int = 100) -> list[int]:
    """Ids of versions that wait although their time is over."""
    return list(
        db.session.scalars(
            select(Quotation.id)
            .where(*_WAITING, Quotation.valid_until < now)
            .order_by(Quotation.valid_until)
            .limit(limit)
        )
    )


def list_to_remind(sent_before: datetime, limit: int = 200) -> list[tuple[int, int, datetime]]:
    """Id, site and sending time of versions that wait since before this instant and were not reminded of."""
    rows = db.session.execute(
        select(Quotation.id, Quotation.site_id, Quotation.sent_at)
        .where(*_WAITING, Quotation.reminded_at.is_(None), Quotation.sent_at <= sent_before)
        .order_by(Quotation.sent_at)
        .limit(limit)
    )
    return [(row.id, row.site_id, row.sent_at) for row in rows]


def list_deferred(vehicle_id: int) -> list[DeferredWork]:
    """Work on this vehicle that the customer put off and nobody has taken up, soonest due first."""
    return list(
        db.session.scalars(
            select(DeferredWork)
            .where(DeferredWork.vehicle_id == vehicle_id, DeferredWork.closed_at.is_(None))
            .order_by(DeferredWork.due_on, DeferredWork.id)
        )
    )


def list_deferred_of_order(order_id: int) -> list[DeferredWork]:
    """What the customer put off on this visit and nobody has taken up."""
    return list(
        db.session.scalars(
            select(DeferredWork)
            .where(DeferredWork.service_order_id == order_id, DeferredWork.closed_at.is_(None))
            .order_by(DeferredWork.id)
        )
    )
