"""The sample's time: whatever happens at both sites happens in its order, although it is told visit by visit.

A visit is a generator that yields the instants at which it goes on; :func:`run` continues whichever comes next.
"""

import heapq
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import count

from sqlalchemy import event

from aftersales.clock import from_local, local
from aftersales.db import alone, db, transaction

Happening = Generator[datetime, datetime, None]
_PER_TRANSACTION = 60


def run(
    happenings: Iterable[tuple[datetime, Happening]], *, now: datetime, after_each: Callable[[], None]
) -> None:
    """Let everything happen in the order of time, many steps in one transaction: a commit costs more than a step.

    ``after_each`` is called after each step, in its transaction. What would happen after ``now`` has not happened yet.
    """
    order = count()
    waiting = [(at, next(order), happening, False) for at, happening in happenings if at <= now]
    heapq.heapify(waiting)
    while waiting:
        with alone(), transaction(), _remembering():
            for _ in range(_PER_TRANSACTION):
                if waiting:
                    _go_on(waiting, order, now)
                    after_each()


def _go_on(waiting: list[tuple[datetime, int, Happening, bool]], order: Iterator[int], now: datetime) -> None:
    """Let the next step happen, and note when its story goes on."""
    at, _, happening, is_begun = heapq.heappop(waiting)
    try:
        following = happening.send(at) if is_begun else next(happening)
    except StopIteration:
        return
    if following <= now:
        heapq.heappush(waiting, (max(at, following), next(order), happening, True))


@contextmanager
def _remembering() -> Iterator[None]:
    """Keep what was read for as long as the transaction lasts. The session forgets what nobody holds, and the steps of
    many visits read the same sites, cars and articles again and again."""
    session = db.session()
    held: set[object] = set()

    def hold(_session: object, record: object) -> None:
        held.add(record)

    names = ("loaded_as_persistent", "pending_to_persistent")
    for name in names:
        event.listen(session, name, hold)
    try:
        yield
    finally:
        for name in names:
            event.remove(session, name, hold)


class Diary:
    """When the technicians of a site have time. Asked in the order of time, it never gives one hour twice."""

    def __init__(self, timezone: str, *, opens: time, closes: time) -> None:
        self.timezone, self.opens, self.closes = timezone, opens, closes
        self._busy_until: dict[int, datetime] = {}

    def take(self, user_id: int, earliest: datetime, duration: timedelta, *, at_any_hour: bool) -> datetime:
        """From when the person has ``duration`` in one piece; it is theirs from now on."""
        begin = max(earliest, self._busy_until.get(user_id, earliest))
        if not at_any_hour:
            begin = self.in_working_time(begin, duration)
        self._busy_until[user_id] = begin + duration
        return begin

    def in_working_time(self, at: datetime, duration: timedelta = timedelta()) -> datetime:
        """``at``, or the next morning of a working day when it would not be over by the evening."""
        here = local(at, self.timezone)
        day = here.date()
        if here.time() < self.opens:
            here = local(self.at(day, self.opens), self.timezone)
        if day.weekday() > 4 or (here + duration).date() > day or (here + duration).time() > self.closes:
            return self.at(next_working_day(day), self.opens)
        return max(at, self.at(day, self.opens))

    def at(self, day: date, hour: time) -> datetime:
        """The instant of a wall-clock time here."""
        return from_local(datetime.combine(day, hour), self.timezone)


def next_working_day(day: date) -> date:
    """The next day from Monday to Friday."""
    day += timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def working_days(first: date, last: date) -> list[date]:
    """Mondays to Fridays, both ends included."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5]
