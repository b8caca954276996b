"""The watch over statutory warranty limits and the reading of VIN lists, from values alone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from aftersales.domain.errors import Invalid
from aftersales.domain.folding import folded
from aftersales.domain.service_orders.models import DIAGNOSIS, PayType
from aftersales.domain.vehicles import vins
from aftersales.domain.warranty.models import WatchLevel

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the law of a country gives: the customer may ask for more than a repair when the same fault was repaired
    more than ``same_fault`` times, or when the vehicle spent more than ``days`` in workshops. 0: no such limit."""

    same_fault: int = 0
    days: int = 0

    def __bool__(self) -> bool:
        return bool(self.same_fault or self.days)


PRESETS: dict[str, Limits] = {"CN": Limits(same_fault=4, days=30)}
"""By country. China: SAMR decree 43 of 2021, article 24. The European Union counts no repairs: none."""


def limits_of(country: str, *, is_watched: bool, same_fault: int, days: int) -> Limits:
    """The limits at a site: its own where it has set some, else its country's; none where it does not watch."""
    if not is_watched:
        return Limits()
    preset = PRESETS.get(country, Limits())
    return Limits(same_fault or preset.same_fault, days or preset.days)


@dataclass(frozen=True, slots=True)
class Term:
    """Until when and which odometer reading the vehicle's warranty runs; None where nobody has entered it."""

    until_on: date | None
    until_odometer: int | None = None

    def covers(self, day: date, odometer: int | None) -> bool:
        """Whether the warranty runs on this day at this reading. Without a known end nothing is watched."""
        if self.until_on is None or day > self.until_on:
            return False
        return self.until_odometer is None or odometer is None or odometer <= self.until_odometer


@dataclass(frozen=True, slots=True)
class WatchedJob:
    """A job of an earlier visit, with what counting needs of it."""

    order_id: int
    arrived_at: datetime
    left_at: datetime
    """When the car was ready, else when the visit was closed, else now."""
    arrived_on: date
    odometer: int | None
    pay_type: PayType
    canned_job_code: str
    concern: str
    title: str
    is_done: bool

    @property
    def fault(self) -> str:
        """What makes two repairs the same: the canned job's code, else the complaint's or finding's own wording."""
        return self.canned_job_code or folded(self.concern or self.title)


@dataclass(frozen=True, slots=True)
class Count:
    """How often the most repeated fault was repaired within the term, and how many days the visits took."""

    fault: str = ""
    repairs: int = 0
    days: int = 0


def count(jobs: Iterable[WatchedJob], term: Term, maintenance: Iterable[str] = ()) -> Count:
    """Count the repairs of each fault and the days in the workshop (APT-11).

    What counts is work that warranty or the customer pays, on visits that began within the term; maintenance (canned
    jobs whose code begins with one of ``maintenance``) and the fee for a diagnosis are no repair of a fault. A fault
    counts once per visit, when its job is done. A visit with such work takes the days from arrival to ready: each 24
    hours that have begun are a day.
    """
    marks = tuple(mark for mark in maintenance if mark)
    visits: dict[int, int] = {}
    faults: dict[str, tuple[str, set[int]]] = {}
    for job in jobs:
        if job.pay_type not in (PayType.WARRANTY, PayType.CUSTOMER):
            continue
        if job.canned_job_code == DIAGNOSIS or (marks and job.canned_job_code.startswith(marks)):
            continue
        if not term.covers(job.arrived_on, job.odometer):
            continue
        visits[job.order_id] = days_between(job.arrived_at, job.left_at)
        if job.is_done and job.fault:
            faults.setdefault(job.fault, (job.concern or job.title, set()))[1].add(job.order_id)
    words, orders = max(faults.values(), key=lambda one: len(one[1]), default=("", set[int]()))
    return Count(words, len(orders), sum(visits.values()))


def days_between(since: datetime, until: datetime) -> int:
    """Each 24 hours that have begun are a day; at least one."""
    return max(1, -(-(until - since) // _DAY))


def level_of(counted: Count, limits: Limits) -> WatchLevel | None:
    """Over a limit, near it (from one before it), or neither."""
    pairs = [
        (have, limit)
        for have, limit in ((counted.repairs, limits.same_fault), (counted.days, limits.days))
        if limit
    ]
    if any(have > limit for have, limit in pairs):
        return WatchLevel.OVER
    return WatchLevel.NEAR if any(have >= limit - 1 for have, limit in pairs) else None


@dataclass(frozen=True, slots=True)
class VinList:
    """What was read of a pasted list or CSV: the VINs, each once, and the lines in which there was none."""

    vins: tuple[str, ...]
    unreadable: tuple[str, ...]


def read_vins(text: str) -> VinList:
    """Find the VIN in each line of a pasted list or a CSV, in whatever column it stands; a heading is passed over."""
    found: dict[str, None] = {}
    unreadable = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        cells = [cell.strip().strip("\"'") for cell in re.split(r"[,;\t|]", line)]
        if not any(cells):
            continue
        vin = next((checked for cell in cells if (checked := _vin_in(cell))), "")
        if vin:
            found[vin] = None
        elif not (number == 1 and "vin" in line.casefold()):
            unreadable.append(line.strip()[:60])
    return VinList(tuple(found), tuple(unreadable))


def _vin_in(cell: str) -> str:
    try:
        return vins.check(cell)
    except Invalid:
        return ""
