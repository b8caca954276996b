"""Reading deliveries."""

from dataclasses import dataclass

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.checkins.models import Belonging, CheckIn, VehiclePaper
from aftersales.domain.delivery.models import (
    TAKE_OVER,
    Delivery,
    DeliveryTick,
    PreparationItem,
    ShortVisit,
    TakeOver,
)
from aftersales.domain.workshop.models import JobPhoto, PhotoPhase


def list_belongings(service_order_id: int) -> list[str]:
    """What the customer left in the car and gets back."""
    return list(
        db.session.scalars(
            select(Belonging.what)
            .join(CheckIn, CheckIn.id == Belonging.checkin_id)
            .where(CheckIn.service_order_id == service_order_id, Belonging.voided_at.is_(None))
            .order_by(Belonging.id)
        )
    )


def list_papers(service_order_id: int) -> list[VehiclePaper]:
    """The vehicle papers that the customer left with us and gets back (CHK-6)."""
    return list(
        db.session.scalars(
            select(VehiclePaper)
            .join(CheckIn, CheckIn.id == VehiclePaper.checkin_id)
            .where(CheckIn.service_order_id == service_order_id, VehiclePaper.voided_at.is_(None))
            .order_by(VehiclePaper.id)
        )
    )


def find_collector(service_order_id: int) -> str:
    """Who may collect the car besides the customer, as said at check-in; empty where nobody may (CHK-9)."""
    return (
        db.session.scalar(select(CheckIn.collector_name).where(CheckIn.service_order_id == service_order_id))
        or ""
    )


def find_delivery(service_order_id: int) -> Delivery | None:
    return db.session.scalar(select(Delivery).where(Delivery.service_order_id == service_order_id))


def find_short_visit(service_order_id: int) -> ShortVisit | None:
    return db.session.scalar(select(ShortVisit).where(ShortVisit.service_order_id == service_order_id))


def list_preparation(service_order_id: int) -> list[PreparationItem]:
    """The car's preparation list in its fixed order."""
    return list(
        db.session.scalars(
            select(PreparationItem)
            .where(PreparationItem.service_order_id == service_order_id)
            .order_by(PreparationItem.id)
        )
    )


def list_taken_over(delivery_id: int) -> list[DeliveryTick]:
    """What the advisor looked at while taking the car over, in the list's own order, with who and when (DLV-7)."""
    rows = db.session.scalars(
        select(DeliveryTick).where(DeliveryTick.delivery_id == delivery_id, DeliveryTick.stage == TAKE_OVER)
    )
    order = list(TakeOver)
    return sorted(rows, key=lambda row: order.index(TakeOver(row.kind)))


@dataclass(frozen=True, slots=True)
class WorkPhoto:
    """A photo of a job for the explanation: before, during or after."""

    attachment_id: int
    thumb_key: str
    caption: str
    phase: PhotoPhase
    job_id: int | None


def list_work_photos(service_order_id: int) -> list[WorkPhoto]:
    """The order's photos of work, before first."""
    rows = db.session.execute(
        select(Attachment.id, Attachment.thumb_key, Attachment.caption, JobPhoto.phase, JobPhoto.job_id)
        .join(JobPhoto, JobPhoto.attachment_id == Attachment.id)
        .where(JobPhoto.service_order_id == service_order_id)
        .order_by(JobPhoto.job_id, Attachment.taken_at)
    )
    return [WorkPhoto(*row) for row in rows]
