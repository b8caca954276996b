"""What the customer is asked to sign: jobs, prices and what was seen, and the digests by which a later change shows."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from aftersales.domain.attachments import queries as attachments
from aftersales.domain.attachments.models import PhotoMarks
from aftersales.domain.checkins import interviews, queries
from aftersales.domain.checkins.models import CheckIn, Interview
from aftersales.domain.checkins.queries import Walkaround
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import (
    DIAGNOSIS,
    Job,
    Line,
    PayType,
    ServiceOrder,
)
from aftersales.money import Amount, TaxSum, sum_by_rate, total


@dataclass(frozen=True, slots=True)
class Priced:
    """What the customer is asked to sign: the jobs with their live lines, and the sums of what the customer pays."""

    jobs: list[Job]
    sums: list[TaxSum]
    interviews: dict[int, Interview]
    """What was asked about each concern, by job (CHK-8)."""

    @property
    def lines(self) -> list[Line]:
        return [line for job in self.jobs for line in job.lines]

    @property
    def total(self) -> Amount:
        return total(self.sums)

    @property
    def is_priced(self) -> bool:
        """Whether the customer orders anything besides the diagnosis. What others pay is authorised by them, so that
        until then the car may only be looked at, which needs the customer's consent."""
        return any(
            line.pay_type is PayType.CUSTOMER
            for job in self.jobs
            if job.canned_job_code != DIAGNOSIS
            for line in job.lines
        )


def priced(order_id: int, *, includes_tax: bool) -> Priced:
    """The order's jobs and what the customer would pay for them."""
    jobs = orders.list_jobs(order_id)
    paid = [line for job in jobs for line in job.lines if line.pay_type is PayType.CUSTOMER]
    return Priced(
        jobs,
        sum_by_rate(((line.tax_rate, line.amount) for line in paid), includes_tax=includes_tax),
        interviews.of_order(order_id),
    )


def content_digest(order: ServiceOrder, checkin: CheckIn, content: Priced) -> str:
    """SHA-256 over everything that the document shows and that can change: whoever signs, signs this content."""
    around = queries.walkaround_of(order, checkin)
    values: list[Any] = [
        [order.vehicle.version, order.customer.version, str(order.promised_at), order.is_waiting],
        [checkin.version],
        [[job.id, job.version] for job in content.jobs],
        [[line.id, line.version] for line in content.lines],
        [[one.id, one.version] for _, one in sorted(content.interviews.items())],
        [[pin.id, pin.version] for pin in around.damages],
        [[pin.id, around.seen[pin.id].is_there if pin.id in around.seen else None] for pin in around.known],
        [thing.id for thing in around.belongings],
        [paper.id for paper in around.papers],
        [[station.value, photos[-1].id] for station, photos in sorted(around.photos.items())],
        [[station.value, skip.id] for station, skip in sorted(around.skips.items())],
        sorted([one.attachment_id, one.version] for one in photo_marks(around).values()),
    ]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def order_digest(order: ServiceOrder, checkin: CheckIn, content: Priced) -> str:
    """SHA-256 over what the customer orders: the items with their prices, the promised time, the consent to a diagnosis.
    A tablet without connection signs this; what was seen at the car is on the tablet's own list beside it."""
    values: list[Any] = [
        [[job.id, job.title, job.concern, job.pay_type] for job in content.jobs],
        [
            [line.id, line.kind, line.description, str(line.quantity), str(line.unit_price), str(line.gross)]
            for line in content.lines
        ],
        [str(content.total.gross), str(order.promised_at)],
        [checkin.diagnosis_consented, str(checkin.diagnosis_fee)],
    ]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def photo_marks(around: Walkaround) -> dict[int, PhotoMarks]:
    """What is drawn over the check-in's photos, by photo; it is signed together with them."""
    return attachments.marks_of({photo.id for photo in around.shown})
