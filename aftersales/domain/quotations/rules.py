"""Questions about quotations that values alone answer."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from aftersales import clock
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for
from aftersales.money import Amount, TaxSum, sum_by_rate, total


class QuotationState(StrEnum):
    """Where a version stands; follows from its instants."""

    WAITING = "waiting"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    EXPIRED = "expired"


words_for(
    QuotationState,
    {
        QuotationState.WAITING: _l("Waits for an answer"),
        QuotationState.ANSWERED: _l("Answered"),
        QuotationState.WITHDRAWN: _l("Withdrawn"),
        QuotationState.REPLACED: _l("Replaced by a newer version"),
        QuotationState.EXPIRED: _l("Expired"),
    },
)


class Dated(Protocol):
    """The instants of a version that decide where it stands."""

    answered_at: datetime | None
    withdrawn_at: datetime | None
    replaced_at: datetime | None
    expired_at: datetime | None


class Priced(Protocol):
    """A line with its tax rate and amount."""

    tax_rate: Decimal

    @property
    def amount(self) -> Amount: ...


def state_of(quotation: Dated) -> QuotationState:
    """The state that the instants tell; an answer outlives all that came later."""
    if quotation.answered_at:
        return QuotationState.ANSWERED
    if quotation.replaced_at:
        return QuotationState.REPLACED
    if quotation.withdrawn_at:
        return QuotationState.WITHDRAWN
    if quotation.expired_at:
        return QuotationState.EXPIRED
    return QuotationState.WAITING


def valid_until(sent_at: datetime, days: int, timezone: str) -> datetime:
    """The end of the last valid day at the site."""
    day = clock.local_date(sent_at, timezone) + timedelta(days=days)
    return clock.from_local(datetime.combine(day, time(23, 59)), timezone)


def tax_sums(lines: Iterable[Priced], *, includes_tax: bool) -> list[TaxSum]:
    """What the lines come to, by tax rate."""
    return sum_by_rate(((line.tax_rate, line.amount) for line in lines), includes_tax=includes_tax)


def sum_of(lines: Iterable[Priced], *, includes_tax: bool) -> Amount:
    """What the lines come to; the tax of each rate is computed once on the rate's sum."""
    return total(tax_sums(lines, includes_tax=includes_tax))


def entered_by_rate(lines: Iterable[Priced], *, includes_tax: bool) -> dict[str, int]:
    """A job's amounts in cents by tax rate (in ten-thousandths), on the side of the tax on which prices are entered.

    The customer's page adds these up for the running total, in whole numbers, exactly as :func:`sum_of` does.
    """
    cents: dict[str, int] = {}
    for line in lines:
        entered = line.amount.gross if includes_tax else line.amount.net
        rate = str(int(line.tax_rate.scaleb(4)))
        cents[rate] = cents.get(rate, 0) + int(entered.scaleb(2))
    return cents


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 over plain JSON values, whatever their order."""
    return hashlib.sha256(
        json.dumps(content, sort_keys=True, ensure_ascii=False, default=str).encode()
    ).hexdigest()


class AskedJob(Protocol):
    """A job of one version, as far as two versions are compared."""

    job_id: int
    title: str
    is_asked: bool

    @property
    def shown(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one job from one version to the next; ``before`` or ``after`` is None where it is not asked."""

    title: str
    before: Decimal | None
    after: Decimal | None


def changes(before: Iterable[AskedJob], after: Iterable[AskedJob]) -> list[Change]:
    """The jobs that are new, gone or cost something else, in the order of the newer version."""
    old = {job.job_id: job for job in before if job.is_asked}
    new = {job.job_id: job for job in after if job.is_asked}
    found = [
        Change(job.title, old[job.job_id].shown if job.job_id in old else None, job.shown)
        for job in new.values()
        if job.job_id not in old or old[job.job_id].shown != job.shown
    ]
    return found + [Change(job.title, job.shown, None) for job in old.values() if job.job_id not in new]
