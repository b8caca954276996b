"""Questions about time and choice on the workshop floor, answered from values alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aftersales.domain.staffing.models import BayKind, Grade
from aftersales.domain.staffing.working_time import WorkingTime
from aftersales.domain.vehicles.models import Fuel
from aftersales.i18n import gettext, label, ngettext

LONG_WORK = 240
SHORT_WORK = 90
KNOWS_THE_CAR = 45
GRADE_FITS = 30
WRONG_TRADE = 240
NOT_HERE = 480


def minutes_between(started_at: datetime, ended_at: datetime) -> int:
    """Whole minutes of real time, whatever the clock on the wall did meanwhile."""
    return max(0, int((ended_at - started_at).total_seconds() // 60))


def work_left(planned: int, worked: int) -> int:
    """Minutes of planned work that nobody has done yet."""
    return max(0, planned - worked)


def next_quarter(at: datetime) -> datetime:
    """The next full quarter of an hour: what one promises."""
    over = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at - over + timedelta(minutes=15) if over else at


@dataclass(frozen=True, slots=True)
class Slack:
    """Time used, work left and the promise on one scale from arrival on, as shares of 0 to 1."""

    used: float
    end: float
    due: float
    spare: int
    """Working minutes between the expected end and the promise; below zero, in minutes by the clock, how much too late
    the work will be done."""
    tone: str
    """The lateness risk: ``urgent`` late, ``soon`` at risk, empty on time."""
    expected_end: datetime
    waits_without_date: bool = False

    @property
    def is_late(self) -> bool:
        return self.tone == "urgent"

    @property
    def is_at_risk(self) -> bool:
        return self.tone == "soon"


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is still to be done on a car: minutes of planned work that nobody has clocked, how many people work on it
    now, until when it waits (for parts, for the customer), whether it waits and nobody knows until when, and the
    technician's own word where they gave one."""

    minutes: int
    people: int = 1
    waits_until: datetime | None = None
    waits_without_date: bool = False
    said_ready_at: datetime | None = None


def expected_end(left: Remaining, now: datetime, working_time: WorkingTime) -> datetime:
    """When the work will be done: it begins now, or when the wait is over, and takes (planned − clocked) ÷ people clocked
    on, in opening hours. A car that somebody works on now is worked on whatever the hours say. The technician's word
    counts where it is later."""
    begin = max(now, left.waits_until or now)
    minutes = -(-left.minutes // max(1, left.people))
    is_overtime = left.people > 0 and working_time.closes_after(now) is None and begin == now
    end = begin + timedelta(minutes=minutes) if is_overtime else working_time.after(begin, minutes)
    return max(end, left.said_ready_at or end)


def slack(
    *,
    arrived_at: datetime,
    promised_at: datetime,
    now: datetime,
    left: Remaining,
    at_risk_minutes: int,
    working_time: WorkingTime,
) -> Slack:
    """Where an order stands against its promised time (DSP-3): late when the expected end lies after the promise; at
    risk when less than ``at_risk_minutes`` of working time lie between them, or when the car waits and nobody knows until
    when; else on time."""
    end = expected_end(left, now, working_time)
    if end > promised_at:
        spare = int((promised_at - end).total_seconds() // 60)
    else:
        spare = working_time.between(end, promised_at)
        if spare == 0 and working_time.between(now, promised_at) == 0:
            # A promise outside the hours, kept by overtime: there the clock on the wall counts.
            spare = int((promised_at - end).total_seconds() // 60)
    is_at_risk = spare < at_risk_minutes or left.waits_without_date
    tone = "urgent" if spare < 0 else "soon" if is_at_risk else ""
    # The promise never touches the right edge, so that a later end can be seen beyond it.
    whole = max((max(promised_at, end) - arrived_at).total_seconds() * 1.06, 60)
    used, until, due = (
        min(max((at - arrived_at).total_seconds() / whole, 0), 1) for at in (now, end, promised_at)
    )
    return Slack(used, max(used, until), due, spare, tone, end, left.waits_without_date)


@dataclass(frozen=True, slots=True)
class Work:
    """What dispatch knows of the work that is to be given to somebody."""

    planned_minutes: int
    is_comeback: bool
    is_urgent: bool
    fuel: Fuel
    minutes_until_promise: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A technician who could do the work. ``load`` is the planned work that still waits for them, in minutes."""

    user_id: int
    name: str
    initials: str
    grade: Grade
    team_id: int | None
    team_name: str | None
    load: int
    open_orders: int
    visits: int
    is_here: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate with the reasons for their place; the first reason weighs most."""

    candidate: Candidate
    cost: int
    reasons: tuple[str, ...]
    concerns: tuple[str, ...]


def rank(work: Work, candidates: Iterable[Candidate]) -> list[Proposal]:
    """The candidates, best first (DSP-1). The cost is in minutes: the work before this one, less what speaks for the
    person, plus what speaks against them. Equal ones stand by name, so that the order never jumps."""
    return sorted((_weigh(work, each) for each in candidates), key=lambda p: (p.cost, p.candidate.name))


def _weigh(work: Work, who: Candidate) -> Proposal:
    cost, reasons, concerns = who.load, [], []
    if who.visits:
        cost -= KNOWS_THE_CAR
        reasons.append(
            ngettext(
                "Worked on this car %(num)s time before",
                "Worked on this car %(num)s times before",
                who.visits,
            )
        )
    if why := _grade_fits(work, who.grade):
        cost -= GRADE_FITS
        reasons.append(why)
    if who.grade in (Grade.BODY, Grade.PAINT):
        cost += WRONG_TRADE
        concerns.append(gettext("Works on %(trade)s, not on mechanics", trade=label(who.grade).lower()))
    if not who.is_here:
        cost += NOT_HERE
        concerns.append(gettext("Not clocked on today"))
    # A light load is a reason to choose somebody; a heavy one only explains their place.
    reasons.insert(0 if who.load < SHORT_WORK else len(reasons), _load_words(who))
    until = work.minutes_until_promise
    if until is not None and who.load + work.planned_minutes > until:
        concerns.append(gettext("Would finish after the promised time"))
    return Proposal(who, cost, tuple(reasons), tuple(concerns))


def _load_words(who: Candidate) -> str:
    hours = f"{who.load // 60}:{who.load % 60:02d}"
    if who.is_here:
        if not who.load:
            return gettext("At work now, nothing else waits")
        return gettext("At work now, %(hours)s h of work waits before this", hours=hours)
    if not who.load:
        return gettext("No other work waits")
    return gettext("%(hours)s h of work waits before this", hours=hours)


def _grade_fits(work: Work, grade: Grade) -> str:
    if grade is Grade.SENIOR and work.is_comeback:
        return gettext("Senior: fits a comeback")
    if grade is Grade.SENIOR and (work.is_urgent or work.planned_minutes >= LONG_WORK):
        return gettext("Senior: fits difficult work")
    if grade is Grade.JUNIOR and 0 < work.planned_minutes <= SHORT_WORK and not work.is_comeback:
        return gettext("Junior: fits short work")
    return ""


@dataclass(frozen=True, slots=True)
class BayChoice:
    """A bay and the order that holds it, if one does."""

    id: int
    name: str
    kind: BayKind
    holder_id: int | None
    holder_number: str | None
    holder_plate: str | None

    @property
    def is_free(self) -> bool:
        return self.holder_id is None


def bay_fit(work: Work, kind: BayKind) -> int:
    """How well a kind of bay suits the work, 0 is best."""
    if work.fuel is Fuel.ELECTRIC:
        best = (BayKind.EV, BayKind.LIFT)
    else:
        best = (BayKind.LIFT, BayKind.ALIGNMENT)
    return best.index(kind) if kind in best else len(best)


def rank_bays(work: Work, bays: Iterable[BayChoice], own_order_id: int) -> list[BayChoice]:
    """The bays, best first: the one the car stands in, then free ones that suit the work, taken ones last."""
    return sorted(
        bays,
        key=lambda bay: (
            bay.holder_id != own_order_id,
            not bay.is_free,
            bay_fit(work, bay.kind) if bay.is_free else 0,
            bay.name,
        ),
    )
