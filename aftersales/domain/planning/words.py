"""Times in the sentences of refusals, as the site's clock shows them."""

from datetime import datetime

from babel.dates import format_datetime
from flask_babel import get_locale

from aftersales.clock import local


def at(moment: datetime, timezone: str, *, now: datetime) -> str:
    """``10:30`` today, else ``Mon 23 Nov 08:00``."""
    here = local(moment, timezone)
    shape = "HH:mm" if here.date() == local(now, timezone).date() else "EEE d MMM HH:mm"
    return str(format_datetime(here, shape, locale=get_locale() or "en"))
