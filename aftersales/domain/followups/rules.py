"""When a follow-up call is due and when a reminder is; pure."""

from datetime import datetime, timedelta

from aftersales.clock import local_date

LONG_LOST_DAYS = 60
"""A service that fell due longer ago than this is no reminder any more; such customers are a list of their own."""

TRY_AGAIN_AFTER = timedelta(hours=4)


def call_window(closed_at: datetime, *, first_hours: int, latest_hours: int) -> tuple[datetime, datetime]:
    """From when until when the first call is to be made. Hours are counted as they pass: a night in which the clock
    changes makes none longer or shorter (FUP-2)."""
    return closed_at + timedelta(hours=first_hours), closed_at + timedelta(hours=latest_hours)


def is_tomorrow(at: datetime, *, now: datetime, timezone: str) -> bool:
    """Whether the instant falls on the site's next calendar day."""
    return local_date(at, timezone) - local_date(now, timezone) == timedelta(days=1)
