"""Template filters: money, dates and durations for the reader's language and the site's zone."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from babel.dates import format_timedelta
from flask import Flask, g
from flask_babel import format_currency, format_date, format_datetime, format_decimal, format_time, get_locale

from aftersales import clock
from aftersales.domain.service_orders.models import OrderEvent
from aftersales.domain.service_orders.states import OrderState
from aftersales.i18n import gettext, label


def money(amount: Decimal, currency: str = "") -> str:
    """An amount with two places, with the currency's code or sign where one is given."""
    if not currency:
        return str(format_decimal(amount, "#,##0.00"))
    # Babel sets a code such as PLN right against the number; CLDR's rule asks for a no-break space between letters.
    return re.sub(r"(?<=[A-Za-z])(?=[-\d])", "\u00a0", format_currency(amount, currency))


def number(value: Decimal | int) -> str:
    """A number without needless zeros."""
    return format_decimal(value, "#,##0.###")


def plain_number(value: Decimal) -> str:
    """A number as it is typed into a field, without needless zeros: 4.7, 120."""
    return f"{value.normalize():f}"


class Limited(Protocol):
    """A value with its limits."""

    @property
    def low(self) -> Decimal | None: ...
    @property
    def high(self) -> Decimal | None: ...
    @property
    def unit(self) -> str: ...


def limits(of: Limited) -> str:
    """Between what a measured value may lie, with its unit: "110 to 130 Nm", or the one value that it has to have."""
    if of.low is None or of.high is None:
        return ""
    if of.low == of.high:
        return f"{number(of.low)} {of.unit}"
    return gettext("%(low)s to %(high)s %(unit)s", low=number(of.low), high=number(of.high), unit=of.unit)


def percent(share: Decimal) -> str:
    """A share as per cent: 0.23 is 23 %."""
    return f"{format_decimal(share * 100, '#,##0.##')}\u00a0%"


def date_(value: date | datetime | None) -> str:
    """The day with its year: "22 Nov 2026" in English, in each other language its own medium form."""
    if not value:
        return ""
    own = get_locale()
    return format_date(value, "d MMM y" if own and own.language == "en" else "medium")


def time_(value: datetime | None) -> str:
    return format_time(value, "HH:mm") if value else ""


def datetime_(value: datetime | None) -> str:
    return format_datetime(value, "d MMM y, HH:mm") if value else ""


def moment(value: datetime | None) -> str:
    """As short as it is clear: the time alone today, else "Thu 14 May 11:00"."""
    if value is None:
        return ""
    zone = str(g.get("timezone") or "UTC")
    if clock.local_date(value, zone) == clock.local_date(clock.now(), zone):
        return gettext("today %(time)s", time=time_(value))
    return format_datetime(value, "EEE d MMM HH:mm")


def weekday_date(value: datetime) -> str:
    """The day as a board says it: "Tuesday 12 May"."""
    return str(format_date(value, "EEEE d MMMM"))


def short_moment(value: datetime | None) -> str:
    """As short as a ticket needs: "17:00" today, "Wed 17:00" within a week, else "2 Jun 17:00"."""
    if value is None:
        return ""
    zone = str(g.get("timezone") or "UTC")
    days = (clock.local_date(value, zone) - clock.local_date(clock.now(), zone)).days
    if days == 0:
        return time_(value)
    return str(format_datetime(value, "EEE HH:mm" if abs(days) < 7 else "d MMM HH:mm"))


def stretch(minutes: int) -> str:
    """A stretch of time, exact to the minute: "20 min", "2 h", "1 h 20"."""
    whole, rest = divmod(minutes, 60)
    if not whole:
        return gettext("%(minutes)s min", minutes=rest)
    if not rest:
        return gettext("%(hours)s h", hours=whole)
    return gettext("%(hours)s h %(minutes)02d", hours=whole, minutes=rest)


def hours(minutes: int) -> str:
    """Minutes as hours and minutes: 1:25, or −1:25 where they were taken off."""
    sign, minutes = "−" if minutes < 0 else "", abs(minutes)
    return f"{sign}{minutes // 60}:{minutes % 60:02d}"


def span(minutes: int) -> str:
    """A stretch of time in words, rounded: "20 minutes"."""
    return format_timedelta(timedelta(minutes=minutes), locale=get_locale(), threshold=1.5)


def event_text(event: OrderEvent, show_prices: bool = True) -> str:
    """A timeline row's sentence in the reader's language; parameters that end in ``_at`` are instants, ``amount`` is
    money, which people who see no prices do not see here either."""
    if event.to_state:
        return label(OrderState(event.to_state))

    def shown(name: str, value: Any) -> Any:
        if name.endswith("_at") and value:
            return moment(datetime.fromisoformat(value))
        if name == "amount":
            return money(Decimal(value)) if show_prices else "•••"
        return value

    return gettext(event.text, **{name: shown(name, value) for name, value in event.params.items()})


def month_name(first: date) -> str:
    """A month with its year: "May 2026"."""
    return format_date(first, "LLLL y")


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        money=money,
        number=number,
        percent=percent,
        plain_number=plain_number,
        limits=limits,
        date=date_,
        time=time_,
        datetime=datetime_,
        moment=moment,
        month_name=month_name,
        short_moment=short_moment,
        stretch=stretch,
        weekday_date=weekday_date,
        hours=hours,
        span=span,
        label=label,
        event_text=event_text,
    )
    app.jinja_env.globals["now"] = clock.now
