"""Asking the planner for a day: from the timetable, the plan as it stands and the open jobs to a problem, and back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from aftersales.clock import from_local
from aftersales.domain.planning import planner
from aftersales.domain.planning.problem import (
    Car,
    Placed,
    Problem,
    Spot,
    Stretch,
    Turn,
    Work,
    Worker,
    late_minutes,
)
from aftersales.domain.staffing.calendar import Span
from aftersales.domain.staffing.rules import NO_REPAIRS
from aftersales.domain.staffing.timetable import Person, Timetable
from aftersales.domain.workshop.day_plan import Block, OpenJob
from aftersales.domain.workshop.needs import Needs

GRID = 5
_OTHER_PERSON, _LACKS = 4, 20
"""Points that make the planner prefer whose job it is already, and who has what it needs."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """One step of a proposed plan. Of a booking that moves, where it stood."""

    job_id: int
    title: str
    number: str
    order_id: int
    plate: str
    plate_country: str
    promised_at: datetime | None
    user_id: int
    bay_id: int
    starts_at: datetime
    ends_at: datetime
    minutes: int
    booking: Block | None = None

    @property
    def is_late(self) -> bool:
        return self.promised_at is not None and self.ends_at > self.promised_at


@dataclass(frozen=True, slots=True)
class ProposedPlan:
    """A day as the planner would have it, beside the day as it stands. Late minutes are real ones, of all cars.

    ``by`` is ``cp-sat`` or ``greedy``, then ``why`` says why not the solver. ``left`` are jobs that find no place.
    """

    steps: tuple[Proposed, ...]
    left: tuple[OpenJob, ...]
    late_before: int
    late_after: int
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """A piece of work of the problem and what it stands for."""

    job: OpenJob
    booking: Block | None


def plan(
    day: date,
    *,
    table: Timetable,
    blocks: Sequence[Block],
    open_jobs: Sequence[OpenJob],
    jobs: dict[int, OpenJob],
    now: datetime,
    seconds: float = planner.LIMIT_SECONDS,
) -> ProposedPlan:
    """Plan the day anew. ``blocks`` are the day's bookings; ``jobs`` all jobs that can be planned, by id. Bookings that run,
    are done or fixed stay; the others may move. Jobs that wait for something without a date are left out."""
    origin = from_local(datetime.combine(day, time()), table.timezone)
    floor = _up(_minutes(origin, max(origin, now)))
    moving = [
        b
        for b in blocks
        if not (b.is_fixed or b.is_running or b.is_done or b.starts_at <= now) and b.job_id in jobs
    ]
    staying = [block for block in blocks if block not in moving]
    ready = [job for job in open_jobs if not job.waits_for]
    asked = [_Asked(jobs[block.job_id], block) for block in moving] + [_Asked(job, None) for job in ready]
    problem = _problem(asked, staying, table, day, origin, floor)
    answer = planner.plan_day(problem, seconds=seconds)
    before = _as_it_stands(asked, origin)
    placed = {each.work: each for each in answer.placed}
    steps = [
        step
        for number, one in enumerate(asked)
        if number in placed and (step := _step(one, placed[number], origin)) is not None
    ]
    return ProposedPlan(
        steps=tuple(sorted(steps, key=lambda step: (step.starts_at, step.plate))),
        left=tuple(
            one.job for number, one in enumerate(asked) if number not in placed and one.booking is None
        ),
        late_before=late_minutes(problem, before, weighted=False),
        late_after=late_minutes(problem, answer.placed, weighted=False),
        by=answer.by,
        why=answer.why,
    )


def _problem(
    asked: Sequence[_Asked],
    staying: Sequence[Block],
    table: Timetable,
    day: date,
    origin: datetime,
    floor: int,
) -> Problem:
    works = tuple(
        Work(
            id=number,
            order=one.job.order_id,
            minutes=one.booking.minutes if one.booking else one.job.minutes,
            release=max(floor, _up(_minutes(origin, one.job.release)) if one.job.release else 0),
            people=_people_for(one.job.needs, table),
            places=_places_for(one.job.needs, table),
            costs=_costs(one.job, table),
        )
        for number, one in enumerate(asked)
    )
    return Problem(
        works=works,
        cars=tuple(_cars(asked, staying, origin)),
        workers=tuple(_worker(person, staying, origin, floor, day, table) for person in table.people),
        spots=tuple(
            Spot(
                place.id,
                _stretches(
                    [*(Span(b.starts_at, b.ends_at) for b in staying if b.bay_id == place.id),
                     *(closed for closed, _ in place.closures)], origin
                ),
            )
            for place in table.places
        ),
        overflow=_overflow(table, origin),
    )  # fmt: skip


def _cars(asked: Sequence[_Asked], staying: Sequence[Block], origin: datetime) -> Iterable[Car]:
    jobs = {one.job.order_id: one.job for one in asked}
    for order_id, job in jobs.items():
        own = [block for block in staying if block.order_id == order_id]
        yield Car(
            id=order_id,
            due=_minutes(origin, job.promised_at) if job.promised_at else None,
            weight=job.weight,
            busy=_stretches([Span(block.starts_at, block.ends_at) for block in own], origin),
            last=max((_minutes(origin, block.ends_at) for block in own), default=0),
        )


def _worker(
    person: Person, staying: Sequence[Block], origin: datetime, floor: int, day: date, table: Timetable
) -> Worker:
    end_of_day = from_local(datetime.combine(day + timedelta(days=1), time()), table.timezone)
    turns = []
    for shift in person.calendar.shifts:
        if shift.start >= end_of_day or _minutes(origin, shift.end) <= floor or shift.end <= origin:
            continue
        turns.append(
            Turn(
                max(floor, _up(_minutes(origin, shift.start))),
                _minutes(origin, shift.end),
                _stretches(shift.breaks, origin),
            )
        )
    busy = [Span(block.starts_at, block.ends_at) for block in staying if block.user_id == person.user_id]
    return Worker(person.user_id, tuple(turns), _stretches([*busy, *person.calendar.away], origin))


def _people_for(needs: Needs, table: Timetable) -> tuple[int, ...]:
    """Who can do it; everyone where nobody has all that it needs, so that it is planned all the same."""
    able = tuple(p.user_id for p in table.people if not needs.lacks(p.skills, p.certificates))
    return able or tuple(person.user_id for person in table.people)


def _places_for(needs: Needs, table: Timetable) -> tuple[int, ...]:
    suiting = tuple(place.id for place in table.places if needs.allows(place.kind))
    return suiting or tuple(place.id for place in table.places if place.kind not in NO_REPAIRS)


def _costs(job: OpenJob, table: Timetable) -> dict[int, int]:
    costs = {}
    for person in table.people:
        cost = _OTHER_PERSON if job.technician_id not in (None, person.user_id) else 0
        if job.needs.lacks(person.skills, person.certificates):
            cost += _LACKS
        if cost:
            costs[person.user_id] = cost
    return costs


def _overflow(table: Timetable, origin: datetime) -> int:
    """When work that finds no place could begin: with the first shift of a later day, else a day later."""
    later = origin + timedelta(hours=25)
    starts = [
        s.start
        for person in table.people
        for s in person.calendar.shifts
        if s.start >= later - timedelta(hours=2)
    ]
    return _minutes(origin, min(starts, default=origin + timedelta(hours=32)))


def _as_it_stands(asked: Sequence[_Asked], origin: datetime) -> list[Placed]:
    return [
        Placed(
            number, one.booking.user_id, one.booking.bay_id, _minutes(origin, one.booking.starts_at),
            _minutes(origin, one.booking.ends_at),
        )
        for number, one in enumerate(asked)
        if one.booking is not None
    ]  # fmt: skip


def _step(one: _Asked, placed: Placed, origin: datetime) -> Proposed | None:
    """The step, or None where the booking stays where it is."""
    starts_at, booking = origin + timedelta(minutes=placed.start), one.booking
    if booking and (booking.user_id, booking.bay_id, booking.starts_at) == (
        placed.worker,
        placed.spot,
        starts_at,
    ):
        return None
    return Proposed(
        job_id=one.job.id,
        title=one.job.title,
        number=one.job.number,
        order_id=one.job.order_id,
        plate=one.job.plate,
        plate_country=one.job.plate_country,
        promised_at=one.job.promised_at,
        user_id=placed.worker,
        bay_id=placed.spot,
        starts_at=starts_at,
        ends_at=origin + timedelta(minutes=placed.end),
        minutes=booking.minutes if booking else one.job.minutes,
        booking=booking,
    )


def _stretches(spans: Iterable[Span], origin: datetime) -> tuple[Stretch, ...]:
    return tuple(
        (max(0, _minutes(origin, span.start)), _minutes(origin, span.end))
        for span in spans
        if span.end > origin
    )


def _minutes(origin: datetime, at: datetime) -> int:
    return int((at - origin).total_seconds() // 60)


def _up(minutes: int) -> int:
    return -(-minutes // GRID) * GRID
