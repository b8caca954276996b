"""The form of the first-run page."""

from collections.abc import Mapping
from datetime import time
from typing import Any
from zoneinfo import available_timezones

from flask_babel import get_locale
from wtforms import BooleanField, IntegerField, PasswordField, SelectField, StringField, TimeField
from wtforms.validators import (
    DataRequired,
    Email,
    EqualTo,
    Length,
    NumberRange,
    Optional,
    Regexp,
)

from aftersales.blueprints.forms.base import Form
from aftersales.blueprints.forms.tax import TaxRatesField
from aftersales.i18n import LANGUAGES
from aftersales.i18n import lazy_gettext as _l

_OFFERED = (
    "PLN",
    "EUR",
    "CNY",
    "USD",
    "GBP",
    "CZK",
    "CHF",
    "SEK",
    "NOK",
    "DKK",
    "HUF",
    "RON",
    "HKD",
    "TWD",
    "SGD",
    "JPY",
)


def _countries() -> list[tuple[str, str]]:
    names = get_locale().territories
    return sorted(
        ((code, name) for code, name in names.items() if len(code) == 2 and code.isalpha()),
        key=lambda row: row[1],
    )


def _currencies() -> list[tuple[str, str]]:
    names = get_locale().currencies
    return [(code, f"{code} · {names[code]}") for code in _OFFERED]


def _zones() -> list[str]:
    return sorted(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/"))
    )


class FirstRunForm(Form):
    """What a workshop cannot do without; everything else has a default that the settings page changes."""

    name = StringField(
        _l("Name of the workshop"), [DataRequired(_l("Enter the name that customers know.")), Length(max=120)]
    )
    code = StringField(
        _l("Short code"),
        [
            DataRequired(_l("Enter a short code, for example KRK.")),
            Regexp(r"^[A-Za-z0-9]{2,8}$", message=_l("Two to eight letters or digits, for example KRK.")),
        ],
    )
    country = SelectField(_l("Country"), [DataRequired()], choices=_countries, default="PL")
    currency = SelectField(_l("Currency"), [DataRequired()], choices=_currencies, default="PLN")
    timezone = SelectField(_l("Time zone"), [DataRequired()], choices=_zones, default="Europe/Warsaw")
    language = SelectField(_l("Language"), [DataRequired()], choices=list(LANGUAGES.items()))
    prices_include_tax = BooleanField(_l("Prices include tax"), default=True)
    tax_rates = TaxRatesField(
        _l("Tax rates"), [DataRequired(_l("Enter at least one rate, for example 23."))], default="23, 8"
    )
    weekday_opens = TimeField(_l("Monday to Friday, from"), [Optional()], default=time(8))
    weekday_closes = TimeField(_l("Monday to Friday, to"), [Optional()], default=time(17))
    saturday_opens = TimeField(_l("Saturday, from"), [Optional()])
    saturday_closes = TimeField(_l("Saturday, to"), [Optional()])
    sunday_opens = TimeField(_l("Sunday, from"), [Optional()])
    sunday_closes = TimeField(_l("Sunday, to"), [Optional()])
    bays = IntegerField(
        _l("Bays"),
        [
            DataRequired(_l("Enter how many cars can be worked on at once: 1 to 99.")),
            NumberRange(1, 99, _l("Enter how many cars can be worked on at once: 1 to 99.")),
        ],
        default=3,
    )
    admin_name = StringField(_l("Your name"), [DataRequired(_l("Enter your name.")), Length(max=120)])
    admin_email = StringField(
        _l("E-mail"),
        [
            DataRequired(_l("Enter your e-mail address.")),
            Email(_l("Enter an e-mail address such as anna@example.com.")),
        ],
    )
    password = PasswordField(
        _l("Password"),
        [
            DataRequired(_l("Choose a password.")),
            Length(10, message=_l("Choose a password of at least 10 characters.")),
        ],
    )
    again = PasswordField(
        _l("Password again"),
        [
            DataRequired(_l("Enter the password once more.")),
            EqualTo("password", _l("Both passwords have to be the same.")),
        ],
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Also looks at each day's two times together."""
        is_valid: bool = super().validate(extra_validators)
        for opens, closes in self._days():
            if (opens.data is None) != (closes.data is None):
                closes.errors = [*closes.errors, _l("Enter both times, or none where you are closed.")]
            elif opens.data is not None and opens.data >= closes.data:
                closes.errors = [*closes.errors, _l("The day has to end after it begins.")]
            is_valid = is_valid and not closes.errors
        return is_valid

    def _days(self) -> list[tuple[TimeField, TimeField]]:
        return [
            (self.weekday_opens, self.weekday_closes),
            (self.saturday_opens, self.saturday_closes),
            (self.sunday_opens, self.sunday_closes),
        ]

    def hours(self) -> Mapping[int, tuple[time, time]]:
        """Opening and closing time per weekday; closed days are left out."""
        days = dict.fromkeys(range(5), (self.weekday_opens.data, self.weekday_closes.data))
        days[5] = (self.saturday_opens.data, self.saturday_closes.data)
        days[6] = (self.sunday_opens.data, self.sunday_closes.data)
        return {weekday: times for weekday, times in days.items() if times[0] is not None}
