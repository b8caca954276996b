"""When a message may go out, and what happens after a try; pure."""

import hashlib
from datetime import datetime, timedelta

from aftersales import clock

LEASE = timedelta(minutes=5)
"""How long a worker may take over one message before it counts as dead. Longer than any provider's time-out."""

RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 60, 90))
"""Waits between tries: a provider that is away for four hours costs no message."""

LONGEST_WAIT = timedelta(hours=2)


def reference_of(dedupe_key: str) -> str:
    """Our name for the message towards the provider, the same on each try."""
    return f"aftersales-{hashlib.sha256(dedupe_key.encode()).hexdigest()[:32]}"


def retry_at(attempts: int, now: datetime, *, asked_seconds: float | None = None) -> datetime | None:
    """When to try again after ``attempts`` tries that failed for the time being; None when it is enough.

    A provider that asks for a longer pause gets it, up to two hours.
    """
    if attempts > len(RETRIES):
        return None
    wait = RETRIES[attempts - 1]
    if asked_seconds:
        wait = max(wait, min(timedelta(seconds=asked_seconds), LONGEST_WAIT))
    return now + wait


def after_quiet_hours(now: datetime, *, timezone: str, quiet_from: int, quiet_until: int) -> datetime:
    """``now``, or the end of the quiet hours when it falls into them (hours of the site's own clock)."""
    local = clock.local(now, timezone)
    if quiet_from == quiet_until:
        return now
    if quiet_from < quiet_until:
        is_quiet = quiet_from <= local.hour < quiet_until
    else:
        is_quiet = local.hour >= quiet_from or local.hour < quiet_until
    if not is_quiet:
        return now
    morning = local.replace(hour=quiet_until % 24, minute=0, second=0, microsecond=0, tzinfo=None)
    if local.hour >= quiet_until:
        morning += timedelta(days=1)
    return clock.from_local(morning, timezone)


def subject_and_body(text: str, *, has_subject: bool) -> tuple[str, str]:
    """A rendered e-mail template's first line and the rest."""
    if not has_subject:
        return "", text.strip()
    subject, _, body = text.strip().partition("\n")
    return " ".join(subject.split()), body.strip()
