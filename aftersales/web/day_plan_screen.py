"""The plan of a day as a table: people and bays as rows, time across, each booking a cell that begins at its time.

A column is five minutes. Positions come from cells and their spans, so that the page needs neither a script nor a style
attribute; the line of the current time is a line of an SVG over the table. A booking shorter than ``HIT`` columns gets a
cell of that width, to be read and hit with a glove: its own time is drawn solid in it, and where the wide cells would
cover each other they stand under each other, in tracks of their row.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial

from aftersales.clock import from_local, local
from aftersales.domain.staffing.calendar import Shift, Span
from aftersales.domain.staffing.timetable import Person, Place, Timetable
from aftersales.domain.workshop.day_plan import Block

KindAt = Callable[[datetime], tuple[str, str]]
"""What a row's time is at an instant: its kind, and words for it."""
STEP = timedelta(minutes=5)
SLOT = timedelta(minutes=15)
"""What is placed by a tap or drag begins on such a quarter."""
HOUR, HIT = 12, 20
"""Columns of an hour, and of the narrowest cell of a booking: a plate can be read in it."""
LONG, SEEN_BACK = timedelta(hours=12), timedelta(hours=2)
USUAL = (time(8), time(17))
"""The hours shown where nobody works."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The day's stretch of time, from a full hour to a full hour of real time."""

    start: datetime
    end: datetime
    timezone: str

    @property
    def columns(self) -> int:
        return int((self.end - self.start) / STEP)

    def column(self, at: datetime, *, up: bool = False) -> int:
        """The column in which an instant lies, kept within the axis."""
        share = (min(max(at, self.start), self.end) - self.start) / STEP
        return -int(-share // 1) if up else int(share)

    def at(self, column: int) -> datetime:
        return self.start + column * STEP

    def share(self, at: datetime) -> float | None:
        """Where an instant lies from 0 to 1; None outside the axis."""
        if not self.start <= at <= self.end:
            return None
        return (at - self.start) / (self.end - self.start)

    @property
    def hours(self) -> list[str]:
        """The label of each real hour. Where clocks change one is missing, or stands twice."""
        count = int((self.end - self.start) / timedelta(hours=1))
        return [f"{local(self.start + timedelta(hours=n), self.timezone):%H}" for n in range(count)]


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch of a track: a booking, or free, off, break, away or closed time. ``place`` is what the form of a chosen
    booking sends for it; empty where nothing can be put."""

    kind: str
    columns: int
    block: Block | None = None
    words: str = ""
    place: str = ""
    at: datetime | None = None
    lead: float = 0.0
    """Where in its cell the booking's own time begins, and how much of the cell it takes: shares from 0 to 1."""
    share: float = 1.0


@dataclass(slots=True)
class Row:
    """A person or a bay over the day."""

    kind: str
    id: int
    name: str
    note: str
    tracks: list[list[Cell]] = field(default_factory=list)
    places: list[Cell] = field(default_factory=list)
    """For each hour of the axis where the chosen work could begin in it; empty where nothing is chosen."""


def axis_of(day: date, table: Timetable, blocks: Iterable[Block], now: datetime) -> Axis:
    """From the first shift or booking of the day to the last, in full hours. On a day that is longer than fits a screen,
    what is long past is left out."""
    midnight = from_local(datetime.combine(day, time()), table.timezone)
    next_midnight = from_local(datetime.combine(day + timedelta(days=1), time()), table.timezone)
    shifts = [
        s for p in table.people for s in p.calendar.shifts if s.start < next_midnight and s.end > midnight
    ]
    starts = [max(s.start, midnight) for s in shifts] + [max(b.starts_at, midnight) for b in blocks]
    ends = [s.end for s in shifts if s.start >= midnight] + [b.ends_at for b in blocks]
    start = min(starts, default=from_local(datetime.combine(day, USUAL[0]), table.timezone))
    end = max(ends, default=from_local(datetime.combine(day, USUAL[1]), table.timezone))
    end = max(end, start + timedelta(hours=4))
    if end - start > LONG and start < now - SEEN_BACK < now < end:
        start = min(now - SEEN_BACK, end - timedelta(hours=4))
    return Axis(_full_hour(start, table.timezone), _full_hour(end, table.timezone, up=True), table.timezone)


def _full_hour(at: datetime, timezone: str, *, up: bool = False) -> datetime:
    past = timedelta(minutes=local(at, timezone).minute, seconds=at.second, microseconds=at.microsecond)
    return at - past + timedelta(hours=bool(up and past))


def person_rows(
    axis: Axis,
    table: Timetable,
    blocks: Sequence[Block],
    now: datetime,
    *,
    words: Callable[[Person], str],
    with_places: bool = False,
) -> list[Row]:
    """One row per technician. Why somebody is away is their own matter: the plan says only that they are."""
    rows = []
    for person in table.people:
        own = [block for block in blocks if block.user_id == person.user_id]
        row = Row("user", person.user_id, person.name, words(person))
        rows.append(_fill(row, axis, own, now, partial(_of_person, person), with_places=with_places))
    return rows


def place_rows(
    axis: Axis,
    table: Timetable,
    blocks: Sequence[Block],
    now: datetime,
    *,
    notes: Callable[[Place], str],
    with_places: bool = False,
) -> list[Row]:
    """One row per bay."""
    rows = []
    for place in table.places:
        own = [block for block in blocks if block.bay_id == place.id]
        row = Row("bay", place.id, place.name, notes(place))
        rows.append(_fill(row, axis, own, now, partial(_of_place, place), with_places=with_places))
    return rows


def _of_person(person: Person, at: datetime) -> tuple[str, str]:
    """What the person's time is at an instant: kind and words."""
    for away in person.calendar.away:
        if away.start <= at < away.end:
            return "away", ""
    shift: Shift | None = person.calendar.shift_at(at)
    if shift is None:
        return "off", ""
    if any(each.start <= at < each.end for each in shift.breaks):
        return "break", ""
    return "free", ""


def _of_place(place: Place, at: datetime) -> tuple[str, str]:
    why = place.closed_in(Span(at, at + STEP))
    return ("closed", why) if why else ("free", "")


def _fill(
    row: Row,
    axis: Axis,
    blocks: Sequence[Block],
    now: datetime,
    kind_at: KindAt,
    *,
    with_places: bool,
) -> Row:
    row.tracks = _tracks(axis, blocks, kind_at)
    if with_places:
        key = f"{row.kind}-{row.id}"
        row.places = [
            _place(axis, begin, blocks, now, kind_at, key) for begin in range(0, axis.columns, HOUR)
        ]
    return row


def _tracks(axis: Axis, blocks: Sequence[Block], kind_at: KindAt) -> list[list[Cell]]:
    """The row's cells from left to right, on as many tracks as its bookings need; one at least."""
    tracks: list[list[Cell]] = [[]]
    ends = [0]
    for block in sorted(blocks, key=lambda each: each.starts_at):
        if block.ends_at <= axis.start or block.starts_at >= axis.end:
            continue
        begin = axis.column(block.starts_at)
        end = max(begin + 1, axis.column(block.ends_at, up=True))
        first = max(0, min(begin, axis.columns - HIT))
        last = max(end, min(first + HIT, axis.columns))
        track = next((n for n, taken in enumerate(ends) if taken <= first), len(ends))
        if track == len(ends):
            tracks.append([])
            ends.append(0)
        lead, share = (begin - first) / (last - first), (end - begin) / (last - first)
        tracks[track] += _gap(axis, ends[track], first, kind_at)
        tracks[track].append(Cell("block", last - first, block, lead=lead, share=share))
        ends[track] = last
    return [
        [*cells, *_gap(axis, end, axis.columns, kind_at)] for cells, end in zip(tracks, ends, strict=True)
    ]


def _gap(axis: Axis, first: int, last: int, kind_at: KindAt) -> list[Cell]:
    """What lies between two bookings, cut at full hours and wherever its kind changes."""
    found: list[Cell] = []
    begin, current = first, ("", "")
    for column in range(first, last + 1):
        kind = kind_at(axis.at(column)) if column < last else ("", "")
        if column > begin and (kind != current or column % HOUR == 0):
            found.append(Cell(current[0], column - begin, words=current[1]))
            begin = column
        current = kind
    return found


def _place(axis: Axis, begin: int, blocks: Sequence[Block], now: datetime, kind_at: KindAt, key: str) -> Cell:
    """The first quarter of the hour that is not past, not taken and not a break, an absence or a closure."""
    at, end = max(axis.at(begin), _next_slot(now)), axis.at(begin + HOUR)
    while at < end:
        kind = kind_at(at)[0]
        if kind in ("free", "off") and not any(each.starts_at <= at < each.ends_at for each in blocks):
            return Cell(kind, HOUR, place=f"{key}~{at.isoformat()}", at=at)
        at += SLOT
    return Cell(kind_at(axis.at(begin))[0], HOUR)


def _next_slot(now: datetime) -> datetime:
    """The next quarter of an hour; a time that has just begun still counts."""
    past = (now - datetime.min.replace(tzinfo=now.tzinfo)) % SLOT
    return now if not past else now - past + (SLOT if past > timedelta(minutes=4) else timedelta())


def parse_place(text: str) -> tuple[str, int, datetime] | None:
    """``user-7~2026-05-12T08:00:00+00:00``: the kind of row, its id and the time; None for anything else."""
    row, _, moment = text.partition("~")
    kind, _, ident = row.partition("-")
    if kind not in ("user", "bay") or not (ident.isascii() and ident.isdecimal() and len(ident) < 10):
        return None
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return None if at.tzinfo is None else (kind, int(ident), at)
