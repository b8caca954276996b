"""The arithmetic of the workshop's efficiency (REP-2), from values alone. Every figure says its formula on the page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from aftersales.domain.reports.rules import UNASSIGNED, ZERO, Hours, Visit, share
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.service_orders.waits import BY_STATE, Wait
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class Basis(StrEnum):
    """By which date orders and sold hours count in a month. Attended and worked hours always count on their own day."""

    COMPLETED = "completed"
    INVOICED = "invoiced"
    CLOCKED = "clocked"


class Naming(StrEnum):
    """Whose names the three ratios carry: they conflict between markets, the formula does not."""

    UK_ZA = "uk_za"
    US = "us"
    CHINA_4S = "china_4s"


words_for(
    Basis,
    {
        Basis.COMPLETED: _l("Day of completion"),
        Basis.INVOICED: _l("Day of the invoice"),
        Basis.CLOCKED: _l("Day of the work"),
    },
)
words_for(Naming, {Naming.UK_ZA: _l("UK, ZA, AU"), Naming.US: _l("US"), Naming.CHINA_4S: _l("China, 4S")})
RATIO_NAMES = {
    Naming.UK_ZA: (_l("Utilisation"), _l("Efficiency"), _l("Productivity")),
    Naming.US: (_l("Productivity"), _l("Efficiency"), _l("Proficiency")),
    Naming.CHINA_4S: (
        _l("Technician utilisation (技师利用率)"),
        _l("Technician efficiency (技师效率)"),
        _l("Overall efficiency (整体效率)"),
    ),
}
"""The names of W / A, S / W and S / A in each market, as its own systems and consultants use them."""


@dataclass(frozen=True, slots=True)
class JobSold:
    """The labour sold on one job: standard minutes and net, and who worked how long on it, as (person, begin, end)."""

    order_id: int
    minutes: int
    net: Decimal
    stretches: tuple[tuple[int, datetime, datetime], ...] = ()
    fallback: int | None = None
    """Who is answerable where nobody clocked."""


@dataclass(slots=True)
class Share:
    """A technician's part of what was sold, or of what was credited (negative)."""

    minutes: int = 0
    net: Decimal = ZERO

    def __add__(self, other: "Share") -> "Share":
        return Share(self.minutes + other.minutes, self.net + other.net)

    def __neg__(self) -> "Share":
        return Share(-self.minutes, -self.net)


def split(job: JobSold) -> dict[int, Share]:
    """A job's standard minutes and its net among those who worked on it, by their minutes. The rest that rounding leaves
    goes to whoever worked longest, so that the parts always sum to the whole. A credit (negative) is split as the same
    sale would be, so that crediting all of it leaves nobody a cent."""
    worked = _minutes(job.stretches)
    whole = sum(worked.values())
    if not whole:
        return {job.fallback or UNASSIGNED: Share(job.minutes, job.net)}
    if job.net < 0 or job.minutes < 0:
        return {who: -part for who, part in _among(worked, -job.minutes, -job.net).items()}
    return _among(worked, job.minutes, job.net)


def split_by_day(job: JobSold, starts_at: datetime, ends_at: datetime) -> dict[int, Share]:
    """The part of a job that was sold by work from ``starts_at`` to ``ends_at``: its share of all the minutes clocked on
    the job. What was reckoned up to the begin is taken from what is reckoned up to the end, so that the parts of all
    months sum to the whole job, to the minute and the cent."""
    whole = sum(_minutes(job.stretches).values())
    if not whole:
        return {}
    before = sum(_minutes(job.stretches, until=starts_at).values())
    within = _minutes(job.stretches, since=starts_at, until=ends_at)
    after = before + sum(within.values())
    if after == before:
        return {}
    minutes = job.minutes * after // whole - job.minutes * before // whole
    net = _part(job.net, after, whole) - _part(job.net, before, whole)
    return _among(within, minutes, net)


def _among(worked: Mapping[int, int], minutes: int, net: Decimal) -> dict[int, Share]:
    whole = sum(worked.values())
    parts = {who: Share(minutes * own // whole, _part(net, own, whole)) for who, own in worked.items() if own}
    longest = max(parts, key=lambda who: (worked[who], -who))
    parts[longest].minutes += minutes - sum(part.minutes for part in parts.values())
    parts[longest].net += net - sum((part.net for part in parts.values()), ZERO)
    return parts


def _part(net: Decimal, part: int, whole: int) -> Decimal:
    """A share of an amount, rounded down to the cent."""
    cents = int(net * 100) * part // whole
    return Decimal(cents).scaleb(-2)


def _minutes(
    stretches: Iterable[tuple[int, datetime, datetime]],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[int, int]:
    """Whole minutes of each person, of what lies between two instants. Instants are UTC, so that a night with a change
    of the clocks counts what really passed."""
    found: dict[int, int] = {}
    for who, begin, end in stretches:
        first, last = max(begin, since or begin), min(end, until or end)
        found[who] = found.get(who, 0) + max(0, int((last - first).total_seconds() // 60))
    return found


@dataclass(frozen=True, slots=True)
class TechnicianRow:
    """One technician's month: hours, rework beside them, and the base of a commission."""

    user_id: int
    name: str
    hours: Hours
    rework: int = 0
    labour: Share = field(default_factory=Share)
    """Sold minutes and their net."""
    credited: Share = field(default_factory=Share)
    """What credit notes took off, negative."""

    @property
    def base(self) -> Share:
        """The base of a commission: labour sold less what was credited."""
        return self.labour + self.credited


@dataclass(frozen=True, slots=True)
class OrderFigures:
    """What an order brings to the figures of its month."""

    id: int
    number: str
    plate: str
    plate_country: str
    visit: Visit
    handed_over_at: datetime | None
    estimate: Decimal | None
    """Gross of what the customer approved first; None where nothing was approved."""
    approved: Decimal | None
    """Gross of all that the customer approved, additional work with it."""
    invoiced: Decimal | None
    """Gross of what the customer was invoiced, less what was credited; None before there is an invoice."""
    planned: int
    worked: int
    states: Mapping[OrderState, int] = field(default_factory=dict)
    waits: Mapping[Wait, int] = field(default_factory=dict)

    @property
    def is_on_time(self) -> bool | None:
        """Ready by the time first promised; None where nothing was promised or it was never ready."""
        if self.visit.promised_at is None or self.visit.ready_at is None:
            return None
        return self.visit.ready_at <= self.visit.promised_at

    @property
    def turnaround(self) -> int | None:
        """Minutes from arrived to ready."""
        if self.visit.ready_at is None or self.visit.arrived_at is None:
            return None
        return int((self.visit.ready_at - self.visit.arrived_at).total_seconds() // 60)

    @property
    def estimate_off(self) -> Decimal | None:
        """How far the invoice lies from what was approved, without its sign."""
        if not self.approved or self.invoiced is None:
            return None
        return abs(self.invoiced - self.approved)

    @property
    def added(self) -> Decimal | None:
        """What the customer approved after the first estimate."""
        return self.approved - self.estimate if self.estimate and self.approved is not None else None

    @property
    def time_off(self) -> int | None:
        """How far the worked time lies from the plan, without its sign, in minutes."""
        return abs(self.worked - self.planned) if self.planned and self.worked else None


@dataclass(frozen=True, slots=True)
class Summary:
    """The month's figures over its orders; None where no order can say anything."""

    orders: int
    first_time_pass: Decimal | None
    comebacks: int
    comeback_rate: Decimal | None
    turnaround: int | None
    on_time: Decimal | None
    estimate_accuracy: Decimal | None
    added_share: Decimal | None
    time_accuracy: Decimal | None
    states: dict[OrderState, int]
    waits: dict[Wait, int]


def summarise(orders: list[OrderFigures]) -> Summary:
    """Formulas: first-time pass = passed the final inspection without rework ÷ passed it; comeback rate = comebacks ÷
    orders; turnaround = mean of ready − arrived; on time = ready by the first promise ÷ ready with a promise; estimate
    accuracy = 1 − sum of |invoiced − approved| ÷ sum of approved, additional work approved with it; additional work =
    sum approved after the first estimate ÷ sum of first estimates; time accuracy = 1 − sum of |worked − planned| ÷ planned."""
    checked = [order.visit for order in orders if order.visit.is_checked]
    stays = [order.turnaround for order in orders if order.turnaround is not None]
    promised = [order.is_on_time for order in orders if order.is_on_time is not None]
    comebacks = sum(order.visit.is_comeback for order in orders)
    states: dict[OrderState, int] = {}
    waits: dict[Wait, int] = {}
    for order in orders:
        for state, minutes in order.states.items():
            states[state] = states.get(state, 0) + minutes
        for reason, minutes in order.waits.items():
            waits[reason] = waits.get(reason, 0) + minutes
    return Summary(
        orders=len(orders),
        first_time_pass=share(sum(visit.rework_count == 0 for visit in checked), len(checked)),
        comebacks=comebacks,
        comeback_rate=share(comebacks, len(orders)),
        turnaround=sum(stays) // len(stays) if stays else None,
        on_time=share(sum(promised), len(promised)),
        estimate_accuracy=accuracy(
            sum((order.estimate_off for order in orders if order.estimate_off is not None), ZERO),
            sum((order.approved or ZERO for order in orders if order.estimate_off is not None), ZERO),
        ),
        added_share=share(
            sum((order.added for order in orders if order.added is not None), ZERO),
            sum((order.estimate for order in orders if order.estimate), ZERO),
        ),
        time_accuracy=accuracy(
            Decimal(sum(order.time_off for order in orders if order.time_off is not None)),
            Decimal(sum(order.planned for order in orders if order.time_off is not None)),
        ),
        states={state: states[state] for state in OrderState if state in states},
        waits={reason: waits[reason] for reason in Wait if reason in waits},
    )


def accuracy(off: Decimal, whole: Decimal) -> Decimal | None:
    """1 − deviation ÷ estimate, not below 0; None where nothing was estimated."""
    missed = share(off, whole)
    return None if missed is None else max(1 - missed, ZERO)


@dataclass(frozen=True, slots=True)
class Moment:
    """A row of an order's timeline that begins a state, a hold (its reason), or ends a hold (empty)."""

    at: datetime
    to_state: OrderState | None = None
    hold: str | None = None


def spend(moments: Iterable[Moment], until: datetime) -> tuple[dict[OrderState, int], dict[Wait, int]]:
    """How many minutes an order spent in each state, and waiting for each reason; one reason at a moment, the hold before
    the state. ``moments`` are in the order of time; a closed state ends the stay."""
    states: dict[OrderState, float] = {}
    waits: dict[Wait, float] = {}
    state: OrderState | None = None
    hold, since = "", until
    for moment in [*moments, Moment(until)]:
        if state is not None and moment.at > since:
            seconds = (min(moment.at, until) - since).total_seconds()
            states[state] = states.get(state, 0) + seconds
            reason = Wait(hold) if hold in set(Wait) else BY_STATE.get(state)
            if reason is not None:
                waits[reason] = waits.get(reason, 0) + seconds
        if moment.to_state is not None:
            state = moment.to_state
        if moment.hold is not None:
            hold = moment.hold
        since = moment.at
    return (
        {key: int(seconds // 60) for key, seconds in states.items()},
        {key: int(seconds // 60) for key, seconds in waits.items()},
    )
