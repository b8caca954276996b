"""The reports' arithmetic, from values alone. Every ratio says its formula beside it; names differ between markets."""

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from aftersales.clock import from_local

ZERO = Decimal(0)
UNASSIGNED = 0
"""Stands for the technician of sold hours on which nobody clocked and which nobody finished."""


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month of a site, as the instants of its zone: ``starts_at`` belongs to it, ``ends_at`` does not."""

    first: date
    starts_at: datetime
    ends_at: datetime

    @property
    def previous(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def next(self) -> date:
        return (self.first + timedelta(days=32)).replace(day=1)


def month_of(day: date, timezone: str) -> Month:
    """The month that ``day`` lies in; a month with a change of the clocks is an hour longer or shorter."""
    first = day.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)

    def midnight(one: date) -> datetime:
        return from_local(datetime.combine(one, time()), timezone)

    return Month(first, midnight(first), midnight(after))


def months_until(last: date, count: int) -> list[date]:
    """The first days of ``count`` months that end with the month of ``last``."""
    months = [last.replace(day=1)]
    while len(months) < count:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]


def minutes_within(started_at: datetime, ended_at: datetime | None, month: Month, now: datetime) -> int:
    """How many minutes of a stretch lie in the month. An open one lasts until ``now``; instants are UTC, so that a
    night with a change of the clocks counts what really passed."""
    begin, end = max(started_at, month.starts_at), min(ended_at or now, month.ends_at)
    return max(0, int((end - begin).total_seconds() // 60))


@dataclass(frozen=True, slots=True)
class Hours:
    """Attended (A), worked on jobs (W) and sold (S) minutes; everything else is a ratio of them."""

    attended: int = 0
    worked: int = 0
    sold: int = 0

    def __add__(self, other: "Hours") -> "Hours":
        return Hours(self.attended + other.attended, self.worked + other.worked, self.sold + other.sold)

    @property
    def utilisation(self) -> Decimal | None:
        """W / A: how much of the time present was spent on jobs."""
        return share(self.worked, self.attended)

    @property
    def efficiency(self) -> Decimal | None:
        """S / W: how many hours were sold for an hour of work."""
        return share(self.sold, self.worked)

    @property
    def productivity(self) -> Decimal | None:
        """S / A: how many hours were sold for an hour of presence."""
        return share(self.sold, self.attended)


def share(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    """Part of whole to four places; None where there is nothing to divide by."""
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.0001")) if whole else None


@dataclass(frozen=True, slots=True)
class SoldJob:
    """The labour sold on one job of a completed order: its standard minutes, who worked how long on it, and who is
    answerable where nobody clocked."""

    minutes: int
    worked: Mapping[int, int] = field(default_factory=dict)
    fallback: int | None = None


def split_sold(jobs: Iterable[SoldJob]) -> dict[int, int]:
    """Sold minutes per technician: each job's standard is split by the minutes that each worked on it. What is left
    by rounding goes to whoever worked longest, so that the parts always sum to the whole."""
    sold: dict[int, int] = {}
    for job in jobs:
        whole = sum(job.worked.values())
        if not whole:
            who = job.fallback or UNASSIGNED
            sold[who] = sold.get(who, 0) + job.minutes
            continue
        parts = {who: job.minutes * minutes // whole for who, minutes in job.worked.items()}
        longest = max(job.worked, key=lambda who: (job.worked[who], -who))
        parts[longest] += job.minutes - sum(parts.values())
        for who, minutes in parts.items():
            sold[who] = sold.get(who, 0) + minutes
    return sold


@dataclass(frozen=True, slots=True)
class Visit:
    """What the visit figures need of a completed order."""

    arrived_at: datetime | None
    ready_at: datetime | None
    promised_at: datetime | None
    rework_count: int
    is_checked: bool
    """Whether it went through the final inspection."""
    is_comeback: bool


@dataclass(frozen=True, slots=True)
class VisitFigures:
    """Figures of the orders completed in a month."""

    completed: int
    turnaround_minutes: int | None
    """Mean of ready less arrived."""
    first_time_pass: Decimal | None
    """Passed the final inspection at the first try / went through it."""
    on_time: Decimal | None
    """Ready by the promised time / had a promised time."""
    comebacks: int


def visit_figures(visits: list[Visit]) -> VisitFigures:
    """The figures of these visits; None where no visit can say anything."""
    stays = [
        int((visit.ready_at - visit.arrived_at).total_seconds() // 60)
        for visit in visits
        if visit.ready_at and visit.arrived_at
    ]
    checked = [visit for visit in visits if visit.is_checked]
    promised = [visit for visit in visits if visit.promised_at and visit.ready_at]
    return VisitFigures(
        completed=len(visits),
        turnaround_minutes=sum(stays) // len(stays) if stays else None,
        first_time_pass=share(sum(visit.rework_count == 0 for visit in checked), len(checked)),
        on_time=share(
            sum(
                visit.ready_at <= visit.promised_at
                for visit in promised
                if visit.ready_at and visit.promised_at
            ),
            len(promised),
        ),
        comebacks=sum(visit.is_comeback for visit in visits),
    )


@dataclass(frozen=True, slots=True)
class CheckInVisit:
    """What the check-in figures need of a visit."""

    minutes: int | None
    """From the opening of the check-in to the customer's first signature; None while it is not signed."""
    photos: int
    added: Decimal
    """Net value of the work added at check-in."""


@dataclass(frozen=True, slots=True)
class CheckInFigures:
    """Figures of the visits that arrived in a month; None where no visit can say anything."""

    visits: int
    signed: int
    median_minutes: Decimal | None
    mean_minutes: Decimal | None
    photos: int
    added: Decimal

    @property
    def signed_share(self) -> Decimal | None:
        """Visits with a signed check-in / visits."""
        return share(self.signed, self.visits)

    @property
    def photos_per_visit(self) -> Decimal | None:
        """Photos / visits, to one place."""
        return (Decimal(self.photos) / self.visits).quantize(Decimal("0.1")) if self.visits else None


def checkin_figures(visits: Iterable[CheckInVisit]) -> CheckInFigures:
    """The figures of these visits. Median and mean are over the signed ones, to half a minute and a tenth."""
    some = list(visits)
    minutes = sorted(visit.minutes for visit in some if visit.minutes is not None)
    return CheckInFigures(
        visits=len(some),
        signed=len(minutes),
        median_minutes=Decimal(str(statistics.median(minutes))) if minutes else None,
        mean_minutes=(Decimal(sum(minutes)) / len(minutes)).quantize(Decimal("0.1")) if minutes else None,
        photos=sum(visit.photos for visit in some),
        added=sum((visit.added for visit in some), ZERO),
    )
