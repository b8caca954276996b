"""Times in the sentences of refusals, as the site's clock shows them."""

from datetime import datetime

from aftersales import dates
from aftersales.clock import local


def at(moment: datetime, timezone: str, *, now: datetime) -> str:
    """``10:30`` today, else ``Mon 23 Nov 08:00``."""
    here = local(moment, timezone)
    time = dates.clock_time(here)
    return (
        time if here.date() == local(now, timezone).date() else f"{dates.weekday_and_short_day(here)} {time}"
    )
