"""Questions about jobs and lines, answered from their values alone."""

from collections.abc import Iterable
from decimal import Decimal

from aftersales.domain.service_orders.models import Authorisation, Job, LineKind
from aftersales.money import ZERO


def job_standing(job: Job) -> Authorisation | None:
    """Where the job as a whole stands with its payer; None without lines. What still needs an answer shows first."""
    found = {line.authorisation for line in job.lines}
    for standing in (
        Authorisation.ASKED,
        Authorisation.PROPOSED,
        Authorisation.AUTHORISED,
        Authorisation.DECLINED,
    ):
        if standing in found:
            return standing
    return None


def job_minutes(job: Job) -> int:
    """The job's planned time: its standard hours in minutes."""
    hours = sum((line.quantity for line in job.lines if line.kind is LineKind.LABOUR), Decimal(0))
    return int(hours * 60)


def job_gross(job: Job) -> Decimal:
    """What the job costs with tax."""
    return sum((line.gross for line in job.lines), ZERO)


def gross_by_standing(jobs: Iterable[Job]) -> dict[Authorisation, Decimal]:
    """The lines' gross sums by where they stand."""
    sums = dict.fromkeys(Authorisation, ZERO)
    for job in jobs:
        for line in job.lines:
            sums[line.authorisation] += line.gross
    return sums
