"""Questions about time on the workshop floor, answered from values alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aftersales.domain.staffing.working_time import WorkingTime


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
    now, until when it waits (for parts, for the customer), whether it waits and nobody knows until when, the
    technician's own word where they gave one, and when its turn comes where its person has other work first."""

    minutes: int
    people: int = 1
    waits_until: datetime | None = None
    waits_without_date: bool = False
    said_ready_at: datetime | None = None
    turn_at: datetime | None = None


def expected_end(left: Remaining, now: datetime, working_time: WorkingTime) -> datetime:
    """When the work will be done: it begins now, or when the wait is over, or when its turn comes after the other work
    of its technician (:mod:`.order_of_work`), whichever is latest, and takes (planned − clocked) ÷ people clocked on, in
    ``working_time``: the shifts of the technician, else opening hours. A car that somebody works on now is worked on
    whatever the hours say. The technician's word counts where it is later."""
    begin = max(now, left.waits_until or now, left.turn_at or now)
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
