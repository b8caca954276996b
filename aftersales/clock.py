"""The only reader of the clock. Everything else gets its time handed in."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This instant, in UTC, to the microsecond."""
    return datetime.now(UTC)


def local(at: datetime, timezone: str) -> datetime:
    """The instant as the clock on the wall of ``timezone`` shows it."""
    return at.astimezone(ZoneInfo(timezone))


def local_date(at: datetime, timezone: str) -> date:
    """The calendar day of the instant in ``timezone``."""
    return local(at, timezone).date()


def from_local(naive: datetime, timezone: str) -> datetime:
    """The instant that a wall-clock time means. Of an hour that happens twice the first is meant;
    a time that the clock skips moves forward by the gap (PEP 495)."""
    return naive.replace(tzinfo=ZoneInfo(timezone), fold=0).astimezone(UTC)
