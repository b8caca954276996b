"""Template filters: money, dates and durations for the reader's language and the site's zone."""

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any, Protocol, overload

from babel.dates import format_timedelta
from flask import Flask
from flask_babel import format_currency, format_decimal, get_locale, to_user_timezone

from aftersales import clock, dates
from aftersales.domain.service_orders.models import OrderEvent
from aftersales.domain.service_orders.states import OrderState
from aftersales.i18n import gettext, label

_ALL, _WHOLE_PER_CENT, _LEAST = 100, 10, Decimal("0.1")
"""Per cent: the whole, from where on no places are shown, and the least that is shown."""
_WEEK = 7


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
    """A measured share as per cent, as exact as anybody reads it: 0.6667 is 67 %, under ten per cent 3.4 %. What is not
    the whole never reads as 100 %, what is something never as 0 %: 0.9963 is 99.6 %, 0.0001 is 0.1 %."""
    value = share * 100
    if not value:
        places, way = "1", ROUND_HALF_UP
    elif abs(value) < _LEAST:
        places, way = "0.1", ROUND_UP
    elif abs(value) < _WHOLE_PER_CENT:
        places, way = "0.1", ROUND_HALF_UP
    elif _ALL - 1 < abs(value) < _ALL:
        places, way = "0.1", ROUND_DOWN
    else:
        places, way = "1", ROUND_HALF_UP
    return f"{format_decimal(value.quantize(Decimal(places), way), '#,##0.#')}\u00a0%"


def rate(share: Decimal) -> str:
    """An agreed rate (tax, discount) as per cent, exactly as it was set: 0.23 is 23 %, 0.0775 is 7.75 %."""
    return f"{format_decimal(share * 100, '#,##0.##')}\u00a0%"


def date_(value: date | datetime | None) -> str:
    """The day with its year: "22 Nov 2026" in English, in each other language in its own order."""
    return dates.day(_here(value)) if value else ""


def time_(value: datetime | None) -> str:
    return dates.clock_time(_here(value)) if value else ""


def datetime_(value: datetime | None) -> str:
    """The day with its year, and the time: "22 Nov 2026, 10:30"."""
    return dates.day_and_time(_here(value)) if value else ""


def moment(value: datetime | None) -> str:
    """As short as it is clear: the time alone today, else "Thu 14 May 11:00"."""
    if value is None:
        return ""
    here = _here(value)
    if here.date() == _here(clock.now()).date():
        return gettext("today %(time)s", time=dates.clock_time(here))
    return f"{dates.weekday_and_short_day(here)} {dates.clock_time(here)}"


def weekday_date(value: date | datetime) -> str:
    """The day as a board says it: "Tuesday 12 May"."""
    return dates.weekday_and_day(_here(value))


def short_moment(value: datetime | None) -> str:
    """As short as a ticket needs: "17:00" today, "Wed 17:00" within a week, else "2 Jun 17:00"."""
    if value is None:
        return ""
    here = _here(value)
    days = (here.date() - _here(clock.now()).date()).days
    if days == 0:
        return dates.clock_time(here)
    name = dates.short_weekday(here) if abs(days) < _WEEK else dates.short_day(here)
    return f"{name} {dates.clock_time(here)}"


@overload
def _here(value: datetime) -> datetime: ...
@overload
def _here(value: date) -> date: ...
def _here(value: date) -> date:
    """An instant as the clock on the site's wall shows it; a day stays that day."""
    return to_user_timezone(value) if isinstance(value, datetime) else value


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
    return dates.month(first)


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        money=money,
        number=number,
        percent=percent,
        rate=rate,
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
