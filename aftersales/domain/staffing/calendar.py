"""Working time, from values alone: shifts with breaks, absences, and where a piece of work fits.

Shifts are agreed in wall-clock times of the site and become instants here; from then on all arithmetic is in real
minutes, so that the night in which clocks change has the hours that it really has.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from aftersales.clock import from_local

Hours = tuple[time, time, tuple[tuple[time, time], ...]]
"""Begin, end and breaks of a working day, on the wall's clock. An end before the begin is on the next day."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, its end not included."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end

    @property
    def minutes(self) -> int:
        return int((self.end - self.start).total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Shift:
    """One working day of a technician as instants."""

    start: datetime
    end: datetime
    breaks: tuple[Span, ...] = ()

    def covers(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def work_end(self, start: datetime, minutes: int) -> datetime | None:
        """When work of ``minutes`` that begins at ``start`` is done, breaks left out; None where the shift ends before
        that, or where ``start`` lies outside the shift or in a break."""
        if not self.covers(start) or any(each.start <= start < each.end for each in self.breaks):
            return None
        end = start + timedelta(minutes=minutes)
        for each in self.breaks:
            if start < each.start < end:
                end += each.end - each.start
        return end if end <= self.end else None

    def without(self, holes: Iterable[Span]) -> Iterator[tuple[datetime, datetime]]:
        """What is left of the shift beside breaks and absences, in the order of time."""
        begin = self.start
        for hole in sorted(holes, key=lambda span: span.start):
            if hole.end <= begin or hole.start >= self.end:
                continue
            if hole.start > begin:
                yield begin, hole.start
            begin = hole.end
        if begin < self.end:
            yield begin, self.end

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """Working minutes of the shift from ``start`` to ``end``."""
        whole = Span(max(start, self.start), min(end, self.end))
        if whole.end <= whole.start:
            return 0
        rest = sum(_shared(whole, each) for each in self.breaks)
        return whole.minutes - rest


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a technician works: shifts in the order of time, and stretches in which the person is away."""

    shifts: tuple[Shift, ...] = ()
    away: tuple[Span, ...] = ()

    def shift_at(self, at: datetime) -> Shift | None:
        return next((shift for shift in self.shifts if shift.covers(at)), None)

    def is_away(self, span: Span) -> bool:
        return any(each.overlaps(span) for each in self.away)

    def is_on_shift(self, at: datetime) -> bool:
        """Whether the person works at this moment; a break belongs to the shift."""
        return self.shift_at(at) is not None and not any(each.start <= at < each.end for each in self.away)

    def work_end(self, start: datetime, minutes: int) -> datetime | None:
        """When work that begins at ``start`` is done; None where it does not fit into the shift or the person is away."""
        shift = self.shift_at(start)
        end = shift.work_end(start, minutes) if shift else None
        return None if end is None or self.is_away(Span(start, end)) else end

    def next_fit(self, after: datetime, minutes: int, busy: Iterable[Span] = ()) -> Span | None:
        """The first stretch from ``after`` on in which work of ``minutes`` fits beside what is ``busy`` already."""
        taken = sorted(busy, key=lambda span: span.start)
        for start in self._candidates(after, taken):
            end = self.work_end(start, minutes)
            if end is not None and not any(each.overlaps(Span(start, end)) for each in taken):
                return Span(start, end)
        return None

    def _candidates(self, after: datetime, taken: list[Span]) -> Iterator[datetime]:
        """Where work may begin at the earliest: now, with a shift, after a break, after other work, after an absence."""
        starts = {after}
        for shift in self.shifts:
            starts.add(shift.start)
            starts.update(each.end for each in shift.breaks)
        starts.update(each.end for each in taken)
        starts.update(each.end for each in self.away)
        return iter(sorted(start for start in starts if start >= after))


@dataclass(frozen=True, slots=True)
class Week:
    """What somebody agreed: hours per weekday (Monday is 0), and other hours on single days; None is a day off."""

    days: dict[int, Hours] = field(default_factory=dict)
    changes: dict[date, Hours | None] = field(default_factory=dict)

    def hours_on(self, day: date, *, is_closed: bool) -> Hours | None:
        """The hours of a day. A change for the day also holds where the site is closed: somebody said so."""
        if day in self.changes:
            return self.changes[day]
        return None if is_closed else self.days.get(day.weekday())


def breaks_of(pairs: Iterable[Sequence[str]]) -> tuple[tuple[time, time], ...]:
    """Stored breaks as times."""
    return tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in pairs)


def shift_on(day: date, hours: Hours, timezone: str) -> Shift:
    """The day's hours as instants. Wall-clock times are put into the site's zone one by one, so that a shift over the
    night in which clocks change is an hour shorter or longer."""
    starts, ends, breaks = hours
    start = from_local(datetime.combine(day, starts), timezone)
    end = _after(day, ends, starts, timezone)
    rests = []
    for begin, finish in breaks:
        rest = Span(
            _after(day, begin, starts, timezone, same=True), _after(day, finish, starts, timezone, same=True)
        )
        if start < rest.start < rest.end < end:
            rests.append(rest)
    return Shift(start, end, tuple(sorted(rests, key=lambda span: span.start)))


def shifts_between(
    week: Week, first: date, last: date, *, closed: set[date], timezone: str
) -> tuple[Shift, ...]:
    """The shifts that begin on the days from ``first`` to ``last``, both included."""
    found = []
    day = first
    while day <= last:
        hours = week.hours_on(day, is_closed=day in closed)
        if hours is not None:
            found.append(shift_on(day, hours, timezone))
        day += timedelta(days=1)
    return tuple(found)


def _after(day: date, at: time, begin: time, timezone: str, *, same: bool = False) -> datetime:
    """The instant of ``at`` in a shift that begins at ``begin``: past midnight where it would lie before the begin."""
    is_next_day = at < begin if same else at <= begin
    return from_local(datetime.combine(day + timedelta(days=is_next_day), at), timezone)


def _shared(one: Span, other: Span) -> int:
    shared = Span(max(one.start, other.start), min(one.end, other.end))
    return max(0, shared.minutes) if shared.end > shared.start else 0
