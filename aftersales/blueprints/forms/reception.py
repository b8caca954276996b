"""The form that takes in a car: vehicle, customer, concerns, time; known or new, on one page."""

from typing import Any

from wtforms import (
    BooleanField,
    DateTimeLocalField,
    FieldList,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from aftersales.blueprints.forms.base import ExactField, Form, WholeField
from aftersales.domain.appointments.models import BookingChannel
from aftersales.domain.checkins.operations import Concern
from aftersales.domain.customers.models import CustomerKind
from aftersales.domain.service_orders.models import PayType
from aftersales.domain.vehicles.models import Fuel
from aftersales.i18n import label
from aftersales.i18n import lazy_gettext as _l
from aftersales.web import free_times_screen

CONCERNS = 4
"""Rows for concerns on the form; further ones are added in the check-in."""
LOCAL = "%Y-%m-%dT%H:%M"


class ArrivalForm(Form):
    """A vehicle with its customer: ``vehicle_id`` of a known one, else a new one; the customer likewise."""

    submission_id = HiddenField()
    vehicle_id = HiddenField()
    plate = StringField(_l("Plate"), [Length(max=20)])
    vin = StringField(_l("VIN"), [Length(max=30)])
    make = StringField(_l("Make"), [Length(max=60)])
    model = StringField(_l("Model"), [Length(max=80)])
    year = WholeField(_l("Model year"), [Optional(), NumberRange(min=1900, max=2200)])
    fuel = SelectField(_l("Fuel"), default=Fuel.OTHER.value)
    customer_id = RadioField(_l("Is it one of these?"), [Optional()], validate_choice=False)
    customer_kind = SelectField(_l("Kind"), default=CustomerKind.PERSON.value)
    name = StringField(_l("Name"), [Length(max=200)])
    phone = StringField(_l("Mobile"), [Length(max=40)])
    email = StringField(_l("E-mail"), [Length(max=200)])
    concerns = FieldList(
        StringField(_l("Concern"), [Length(max=1000)]),
        label=_l("Concerns, in the customer's words"),
        min_entries=CONCERNS,
    )
    pay_types = FieldList(SelectField(_l("Who pays"), validate_choice=False), min_entries=CONCERNS)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fuel.choices = [(fuel.value, label(fuel)) for fuel in Fuel]
        self.customer_kind.choices = [(kind.value, label(kind)) for kind in CustomerKind]
        for entry in self.pay_types:
            entry.choices = [(kind.value, label(kind)) for kind in PayType]

    @property
    def concern_rows(self) -> list[tuple[Any, Any]]:
        """Each concern's field beside that of who pays."""
        return list(zip(self.concerns, self.pay_types, strict=False))

    def worded_concerns(self) -> list[Concern]:
        """The concerns that were filled in."""
        known = {kind.value for kind in PayType}
        return [
            Concern(words.data.strip(), PayType(payer.data if payer.data in known else PayType.CUSTOMER))
            for words, payer in self.concern_rows
            if (words.data or "").strip()
        ]


class ReceptionForm(ArrivalForm):
    """A car that is here."""

    promised_at = DateTimeLocalField(_l("Promised time"), [Optional()], format=LOCAL)
    is_waiting = RadioField(
        _l("The customer"), choices=[("", _l("leaves the car")), ("1", _l("waits here"))], default=""
    )
    is_comeback = BooleanField(_l("Earlier work did not hold: this visit is a comeback"))


class BookingForm(ArrivalForm):
    """An appointment."""

    minutes = SelectField(_l("How long it takes"), coerce=int)
    free_time = HiddenField()
    """A proposed time as it was shown; empty for one that is typed."""
    starts_at = DateTimeLocalField(
        _l("Another time"), [InputRequired(_l("Choose a time, or enter the day and time."))], format=LOCAL
    )
    channel = SelectField(_l("How it was asked for"))
    rough_estimate = ExactField(_l("Rough estimate"), [Optional(), NumberRange(min=0)])
    note = StringField(_l("Note"), [Length(max=300)])
    is_waiting = RadioField(
        _l("The customer"), choices=[("", _l("leaves the car")), ("1", _l("waits here"))], default=""
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.channel.choices = [(channel.value, label(channel)) for channel in BookingChannel]
        self.minutes.choices = free_times_screen.lengths()
        if self.minutes.data is None:
            self.minutes.data = free_times_screen.asked_length(None)
        free_times_screen.take(self.free_time, self.starts_at)
