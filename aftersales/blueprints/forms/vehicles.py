"""Forms of vehicles and customers."""

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from aftersales.blueprints.forms.base import Form, WholeField
from aftersales.domain.customers.models import Customer, CustomerKind
from aftersales.domain.vehicles.models import Fuel, Vehicle, WarningKind
from aftersales.i18n import LANGUAGES, label
from aftersales.i18n import lazy_gettext as _l

VEHICLE_FIELDS = (
    "plate", "plate_country", "vin", "make", "model", "year", "engine", "colour", "last_service_on",
    "next_service_on", "next_service_odometer", "warranty_until_on", "warranty_until_odometer",
)  # fmt: skip
CUSTOMER_TEXTS = ("name", "phone", "email", "address", "tax_id", "language", "note")


class VehicleForm(Form):
    version = HiddenField()
    plate = StringField(_l("Plate"), [DataRequired(_l("Enter the plate.")), Length(max=20)])
    plate_country = StringField(_l("Country of the plate"), [Length(max=2)])
    vin = StringField(_l("VIN"), [Length(max=30)])
    make = StringField(_l("Make"), [Length(max=60)])
    model = StringField(_l("Model"), [Length(max=80)])
    year = WholeField(_l("Model year"), [Optional(), NumberRange(min=1900, max=2200)])
    engine = StringField(_l("Engine"), [Length(max=80)])
    fuel = SelectField(_l("Fuel"))
    colour = StringField(_l("Colour"), [Length(max=40)])
    last_service_on = DateField(_l("Last service"), [Optional()])
    next_service_on = DateField(_l("Next service"), [Optional()])
    next_service_odometer = WholeField(_l("Next service at"), [Optional(), NumberRange(min=0, max=9_999_999)])
    warranty_until_on = DateField(_l("Warranty until"), [Optional()])
    warranty_until_odometer = WholeField(
        _l("Warranty up to"), [Optional(), NumberRange(min=0, max=9_999_999)]
    )

    def __init__(self, vehicle: Vehicle | None = None, **kwargs: Any) -> None:
        super().__init__(obj=vehicle, **kwargs)
        self.fuel.choices = [(fuel.value, label(fuel)) for fuel in Fuel]
        if vehicle is not None and not self.is_submitted():
            self.fuel.data = vehicle.fuel.value

    def values(self) -> dict[str, Any]:
        """What the operation takes."""
        found = {name: self[name].data for name in VEHICLE_FIELDS}
        texts = ("plate", "plate_country", "vin", "make", "model", "engine", "colour")
        return {**found, **{name: found[name] or "" for name in texts}, "fuel": Fuel(self.fuel.data)}


class CustomerForm(Form):
    version = HiddenField()
    kind = SelectField(_l("Kind"))
    name = StringField(_l("Name"), [DataRequired(_l("Enter the customer's name.")), Length(max=200)])
    phone = StringField(_l("Mobile"), [Length(max=40)])
    email = StringField(_l("E-mail"), [Length(max=200)])
    address = StringField(_l("Address"), [Length(max=300)])
    tax_id = StringField(_l("Tax number"), [Length(max=40)])
    language = SelectField(_l("Language"), choices=list(LANGUAGES.items()))
    note = TextAreaField(_l("Note"), [Length(max=2000)])
    may_email = BooleanField(_l("May get e-mails"), default=True)
    may_sms = BooleanField(_l("May get SMS"), default=True)

    def __init__(self, customer: Customer | None = None, **kwargs: Any) -> None:
        super().__init__(obj=customer, **kwargs)
        self.kind.choices = [(kind.value, label(kind)) for kind in CustomerKind]
        if customer is not None and not self.is_submitted():
            self.kind.data = customer.kind.value

    def values(self) -> dict[str, Any]:
        """What the operation takes."""
        texts = {name: self[name].data or "" for name in CUSTOMER_TEXTS}
        return {
            **texts,
            "kind": CustomerKind(self.kind.data),
            "may_email": self.may_email.data,
            "may_sms": self.may_sms.data,
        }


class WarningForm(Form):
    kind = SelectField(_l("Kind"))
    text = StringField(
        _l("What reception has to know"),
        [DataRequired(_l("Say what reception has to know.")), Length(max=500)],
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [(kind.value, label(kind)) for kind in WarningKind]
