"""Questions about jobs and lines, answered from their values alone."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from aftersales.domain.service_orders.models import Authorisation, Job, LineKind, PartGrade, SuppliedBy
from aftersales.i18n import gettext, label
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


class PartLine(Protocol):
    """A line of an order, quotation or invoice, as far as its part is concerned."""

    @property
    def kind(self) -> LineKind: ...
    @property
    def supplied_by(self) -> SuppliedBy: ...
    @property
    def part_grade(self) -> PartGrade: ...
    @property
    def is_safety_critical(self) -> bool: ...


def warranty_remark(line: PartLine) -> str:
    """Why there is no warranty on a part: the customer brought it, or it matters for safety and is not original
    (DIA-3). Empty where there is one."""
    if line.kind is not LineKind.PART:
        return ""
    if line.supplied_by is SuppliedBy.CUSTOMER:
        return gettext("No warranty on this part: the customer brought it")
    if line.is_safety_critical and line.part_grade is not PartGrade.ORIGINAL:
        return gettext(
            "No warranty on this part: it matters for safety and is not original (%(grade)s)",
            grade=label(line.part_grade),
        )
    return ""
