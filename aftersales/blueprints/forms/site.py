"""Forms of the site's settings. The form of the registry is made from the registry: one field per setting."""

from datetime import time
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from aftersales.blueprints.forms.base import Form
from aftersales.blueprints.forms.tax import TaxRatesField
from aftersales.domain.checkins.kinds import Station
from aftersales.domain.sites.models import Site
from aftersales.domain.sites.settings import SETTINGS
from aftersales.i18n import LANGUAGES, label
from aftersales.i18n import lazy_gettext as _l

WEEKDAYS = [
    _l("Monday"),
    _l("Tuesday"),
    _l("Wednesday"),
    _l("Thursday"),
    _l("Friday"),
    _l("Saturday"),
    _l("Sunday"),
]


class SiteForm(Form):
    version = HiddenField()
    name = StringField(_l("Name"), [DataRequired(_l("Enter the name that customers know.")), Length(max=120)])
    legal_name = StringField(_l("Legal name"), [Length(max=200)])
    tax_id = StringField(_l("Tax number"), [Length(max=40)])
    address = StringField(_l("Address"), [Length(max=300)])
    phone = StringField(_l("Phone"), [Length(max=40)])
    email = StringField(_l("E-mail"), [Length(max=200)])
    language = SelectField(_l("Language"), choices=list(LANGUAGES.items()))
    has_teams = BooleanField(_l("Teams with team leaders, who check finished work"))

    def values(self) -> dict[str, Any]:
        """What the operation takes."""
        texts = ("name", "legal_name", "tax_id", "address", "phone", "email", "language")
        return {**{name: self[name].data or "" for name in texts}, "has_teams": self.has_teams.data}


class TaxForm(Form):
    version = HiddenField()
    tax_rates = TaxRatesField(_l("Tax rates"), [DataRequired(_l("Enter at least one rate, for example 23."))])


class HoursForm(Form):
    """Two times per weekday; added below, one pair for each."""

    version = HiddenField()

    def days(self) -> list[tuple[Any, Any, Any]]:
        """The weekday's word with its two fields."""
        return [(words, self[f"opens_{n}"], self[f"closes_{n}"]) for n, words in enumerate(WEEKDAYS)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Also looks at each day's two times together."""
        is_valid: bool = super().validate(extra_validators)
        for _, opens, closes in self.days():
            if (opens.data is None) != (closes.data is None):
                closes.errors = [*closes.errors, _l("Enter both times, or none where you are closed.")]
            elif opens.data is not None and opens.data >= closes.data:
                closes.errors = [*closes.errors, _l("The day has to end after it begins.")]
            is_valid = is_valid and not closes.errors
        return is_valid

    def hours(self) -> dict[int, tuple[time, time]]:
        """Opening and closing time per weekday; closed days are left out."""
        return {
            n: (opens.data, closes.data) for n, (_, opens, closes) in enumerate(self.days()) if opens.data
        }

    def show(self, site: Site) -> None:
        """Fill in what the site has."""
        for day in site.opening_hours:
            self[f"opens_{day.weekday}"].data, self[f"closes_{day.weekday}"].data = (
                day.opens_at,
                day.closes_at,
            )


for _number, _words in enumerate(WEEKDAYS):
    setattr(HoursForm, f"opens_{_number}", TimeField(_l("from"), [Optional()]))
    setattr(HoursForm, f"closes_{_number}", TimeField(_l("to"), [Optional()]))


class ClosedDayForm(Form):
    day = DateField(_l("Day"), [InputRequired(_l("Enter the day."))])
    name = StringField(_l("Why"), [Length(max=80)])


GENERAL = {key: setting for key, setting in SETTINGS.items() if not key.startswith("guarantee.")}
"""The settings of the page with all figures; guarantee terms have a page of their own."""


class SettingsForm(Form):
    """One field per row of the registry; the type of the default decides which. Added below."""

    version = HiddenField()

    def rows(self) -> list[tuple[str, Any]]:
        """The unit of each setting beside its field."""
        return [(str(setting.unit), self[field_name(key)]) for key, setting in GENERAL.items()]

    def values(self) -> dict[str, Any]:
        """What the operation takes; a text that the page did not send stays as it is."""
        values = {key: self[field_name(key)].data for key in GENERAL}
        return {key: value for key, value in values.items() if value is not None}

    def show(self, site: Site) -> None:
        """Fill in what the site has."""
        for key in GENERAL:
            self[field_name(key)].data = site.setting(key)


def field_name(key: str) -> str:
    """A setting's key as the name of a field."""
    return key.replace(".", "__")


def _field_of(key: str) -> Any:
    setting = SETTINGS[key]
    if isinstance(setting.default, bool):
        return BooleanField(setting.words)
    if isinstance(setting.default, int):
        return IntegerField(
            setting.words, [InputRequired(_l("Enter a whole number, 0 or more.")), NumberRange(min=0)]
        )
    if isinstance(setting.default, list):
        return SelectMultipleField(
            setting.words,
            choices=lambda: [(station.value, label(station)) for station in Station],
            widget=ListWidget(prefix_label=False),
            option_widget=CheckboxInput(),
        )
    return StringField(setting.words)


for _key in GENERAL:
    setattr(SettingsForm, field_name(_key), _field_of(_key))
