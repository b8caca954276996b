"""What the day plan's pages show: read once, and put into the words and rows that their templates draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from aftersales.clock import from_local, local, local_date
from aftersales.domain.errors import DomainError
from aftersales.domain.planning import bookings
from aftersales.domain.planning.bookings import Wish
from aftersales.domain.staffing import timetable
from aftersales.domain.staffing.calendar import Span
from aftersales.domain.staffing.rules import NO_REPAIRS
from aftersales.domain.staffing.timetable import Person, Place, Timetable
from aftersales.domain.workshop import candidates, day_plan, day_planner
from aftersales.domain.workshop.day_plan import Block, OpenJob
from aftersales.i18n import gettext, label
from aftersales.web import day_plan_screen, session

SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A place for the chosen work: who, where, from when to when."""

    person: Person
    place: Place
    span: Span
    is_late: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """What stands beside the plan with its form: a booking, a job, or a whole order."""

    key: str
    title: str
    order_id: int
    plate: str
    plate_country: str
    number: str
    promised_at: datetime | None
    minutes: int
    block: Block | None = None
    job: OpenJob | None = None
    is_order: bool = False
    suggestions: tuple[Suggestion, ...] = ()


def draw(day: date, now: datetime, *, chosen: str = "", error: DomainError | None = None) -> dict[str, Any]:
    """All that the plan's templates take."""
    person = session.person()
    table, blocks, ahead, open_jobs = _read(day, now)
    axis = day_plan_screen.axis_of(day, table, blocks, now)
    choice = _choose(chosen, blocks, open_jobs, table, ahead, now)
    held = {bay.id: bay for bay in candidates.list_bay_choices(person.site_id)}
    with_places = choice is not None and person.may("dispatch.assign")
    if choice is not None and choice.block is not None and choice.block.is_done:
        with_places = False
    return {
        "day": day,
        "today": local_date(now, person.timezone),
        "noon": from_local(datetime.combine(day, time(12)), person.timezone),
        "yesterday": day - timedelta(days=1),
        "tomorrow": day + timedelta(days=1),
        "axis": axis,
        "now_share": axis.share(now),
        "at": now,
        "people": day_plan_screen.person_rows(
            axis, table, blocks, now, words=lambda who: label(who.grade), with_places=with_places
        ),
        "bays": day_plan_screen.place_rows(
            axis, table, blocks, now, notes=lambda place: _bay_note(place, held), with_places=with_places
        ),
        "closed": table.closed.get(day),
        "open_jobs": open_jobs,
        "timetable": table,
        "chosen": choice,
        "can_plan": person.may("dispatch.assign"),
        "error": error,
        "late": len({block.order_id for block in blocks if block.tone == "urgent"}),
        "at_risk": len({block.order_id for block in blocks if block.tone == "soon"}),
    }


def draw_proposal(day: date, now: datetime) -> dict[str, Any]:
    """The planner's proposal beside the plan as it stands."""
    person = session.person()
    table, blocks, _, open_jobs = _read(day, now)
    everything = day_plan.list_open_jobs(
        person.site_id, now=now, default_minutes=person.setting("plan.default_minutes"), with_planned=True
    )
    return {
        "plan": day_planner.plan(
            day,
            table=table,
            blocks=blocks,
            open_jobs=open_jobs,
            jobs={job.id: job for job in everything},
            now=now,
        ),
        "day": day,
        "noon": from_local(datetime.combine(day, time(12)), person.timezone),
        "names": {who.user_id: who.name for who in table.people},
        "bay_names": {place.id: place.name for place in table.places},
        "waiting": [job for job in open_jobs if job.waits_for],
    }


def _read(day: date, now: datetime) -> tuple[Timetable, list[Block], list[Block], list[OpenJob]]:
    """The timetable from the earlier of today and the day on, the day's bookings, those from now on, and the open jobs."""
    person = session.person()
    today = local_date(now, person.timezone)
    table = timetable.load(person.site_id, first=min(day, today), last=max(day, today) + timetable.AHEAD)
    midnight = from_local(datetime.combine(day, time()), person.timezone)
    next_midnight = from_local(datetime.combine(day + timedelta(days=1), time()), person.timezone)
    everything = day_plan.list_blocks(
        person.site_id,
        since=min(midnight, now),
        until=max(next_midnight, now + timetable.AHEAD),
        now=now,
        at_risk_minutes=person.setting("work.at_risk_minutes"),
    )
    blocks = [block for block in everything if block.starts_at < next_midnight and block.ends_at > midnight]
    ahead = [block for block in everything if block.ends_at > now]
    open_jobs = day_plan.list_open_jobs(
        person.site_id, now=now, default_minutes=person.setting("plan.default_minutes")
    )
    return table, blocks, ahead, open_jobs


def _bay_note(place: Place, held: dict[int, Any]) -> str:
    bay = held.get(place.id)
    if bay is not None and bay.holder_plate:
        return gettext("%(plate)s stands here", plate=bay.holder_plate)
    return label(place.kind)


def _choose(
    key: str,
    blocks: Sequence[Block],
    open_jobs: Sequence[OpenJob],
    table: Timetable,
    ahead: Sequence[Block],
    now: datetime,
) -> Chosen | None:
    kind, _, ident = key.partition("-")
    if not (ident.isascii() and ident.isdecimal()):
        return None
    number = int(ident)
    if kind == "booking":
        block = next((each for each in blocks if each.id == number), None)
        return _of_block(key, block) if block else None
    if kind == "job":
        job = next((each for each in open_jobs if each.id == number), None)
        return _of_job(key, job, table, ahead, now) if job else None
    jobs = [each for each in open_jobs if each.order_id == number] if kind == "order" else []
    if len(jobs) == 1:
        return _of_job(f"job-{jobs[0].id}", jobs[0], table, ahead, now)
    if not jobs:
        return None
    first = jobs[0]
    return Chosen(
        key, ", ".join(job.title for job in jobs), number, first.plate, first.plate_country, first.number,
        first.promised_at, sum(job.minutes for job in jobs), job=first, is_order=True,
    )  # fmt: skip


def _of_block(key: str, block: Block) -> Chosen:
    return Chosen(
        key, block.title, block.order_id, block.plate, block.plate_country, block.number, block.promised_at,
        block.minutes, block=block,
    )  # fmt: skip


def _of_job(key: str, job: OpenJob, table: Timetable, ahead: Sequence[Block], now: datetime) -> Chosen:
    return Chosen(
        key, job.title, job.order_id, job.plate, job.plate_country, job.number, job.promised_at, job.minutes, job=job,
        suggestions=tuple(_suggest(job, table, ahead, now)),
    )  # fmt: skip


def _suggest(job: OpenJob, table: Timetable, ahead: Sequence[Block], now: datetime) -> list[Suggestion]:
    """Where the job would be done soonest: the best bay of each person who can do it."""
    places = [p for p in table.places if job.needs.allows(p.kind)] or [
        p for p in table.places if p.kind not in NO_REPAIRS
    ]
    able = [p for p in table.people if not job.needs.lacks(p.skills, p.certificates)] or list(table.people)
    start = max(now + timedelta(minutes=1), job.release or now)
    start += timedelta(
        minutes=-local(start, table.timezone).minute % 5,
        seconds=-start.second,
        microseconds=-start.microsecond,
    )
    found = []
    for person in able:
        best: Suggestion | None = None
        for place in places:
            busy = [
                Span(b.starts_at, b.ends_at)
                for b in ahead
                if b.user_id == person.user_id or b.bay_id == place.id or b.order_id == job.order_id
            ]
            wish = Wish(job.order_id, job.id, person.user_id, place.id, start, job.minutes)
            span = bookings.next_free(wish, table, now=now, others=busy)
            if span and (best is None or span.start < best.span.start):
                late = job.promised_at is not None and span.end > job.promised_at
                best = Suggestion(person, place, span, late)
        if best is not None:
            found.append(best)
    return sorted(found, key=lambda s: (s.span.end, s.person.user_id != job.technician_id, s.person.name))[
        :SUGGESTED
    ]
