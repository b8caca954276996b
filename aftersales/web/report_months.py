"""The month that a report is asked for."""

from datetime import date

from flask import request

from aftersales import clock
from aftersales.domain.reports import rules
from aftersales.domain.reports.rules import Month
from aftersales.web import session


def asked_month() -> Month:
    """The month asked for (``?month=2026-05``), else the present one of the site's zone."""
    zone = session.person().timezone
    try:
        day = date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        day = clock.local_date(clock.now(), zone)
    return rules.month_of(day, zone)
