"""Forms of the check-in: car, handed over, damage, things left, agreement."""

from decimal import Decimal
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from aftersales.blueprints.forms.base import ExactField, Form, WholeField
from aftersales.blueprints.forms.lines import LineKinds
from aftersales.blueprints.forms.reception import LOCAL
from aftersales.domain.checkins.kinds import (
    ContactWay,
    DamageKind,
    OldParts,
    PaperKind,
    ParkingZone,
    PaymentWay,
    Severity,
    SkipReason,
    Transport,
    Zone,
)
from aftersales.domain.checkins.models import CheckIn, Damage, Interview
from aftersales.domain.service_orders.models import Job, PayType
from aftersales.i18n import label
from aftersales.i18n import lazy_gettext as _l


class CarForm(Form):
    version = HiddenField()
    covers_fitted = BooleanField(_l("Seat, wheel and floor covers are fitted, in the customer's sight"))
    identity_checked = BooleanField(_l("Plate and VIN compared with the car and its papers"))
    brought_by = StringField(_l("Brought by somebody else"), [Length(max=120)])
    old_parts = RadioField(_l("Replaced parts"), default=OldParts.DISPOSE.value)
    contact_way = RadioField(_l("News by"), default=ContactWay.PHONE.value)
    payment_way = RadioField(_l("Pays by"), [Optional()], default="")
    is_waiting = RadioField(
        _l("The customer"), choices=[("", _l("leaves the car")), ("1", _l("waits here"))], default=""
    )
    wants_wash = BooleanField(_l("Wash the car, free of charge"))
    transport = RadioField(_l("Gets away by"), default=Transport.NONE.value)
    transport_note = StringField(_l("Where to, which car"), [Length(max=120)])
    approver_name = StringField(_l("May approve further work"), [Length(max=120)])
    approver_phone = StringField(_l("Their phone"), [Length(max=40)])
    approver_limit = ExactField(_l("Up to"), [Optional(), NumberRange(min=0)])
    collector_name = StringField(_l("May collect the car"), [Length(max=120)])

    def __init__(self, checkin: CheckIn | None = None, *, is_waiting: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.old_parts.choices = [(one.value, label(one)) for one in OldParts]
        self.contact_way.choices = [(one.value, label(one)) for one in ContactWay]
        self.payment_way.choices = [(one.value, label(one)) for one in PaymentWay]
        self.transport.choices = [(one.value, label(one)) for one in Transport]
        if self.is_submitted():
            return
        self.is_waiting.data = "1" if is_waiting else ""
        if checkin is not None:
            self.covers_fitted.data = checkin.covers_fitted_at is not None
            self.identity_checked.data = checkin.identity_checked_at is not None
            self.brought_by.data, self.wants_wash.data = checkin.brought_by, checkin.wants_wash
            self.old_parts.data, self.contact_way.data = checkin.old_parts.value, checkin.contact_way.value
            self.payment_way.data = checkin.payment_way.value if checkin.payment_way else ""
            self.transport.data = checkin.transport.value
            for name in (
                "transport_note",
                "approver_name",
                "approver_phone",
                "approver_limit",
                "collector_name",
            ):
                self[name].data = getattr(checkin, name)

    def validate(self, extra_validators: Any = None) -> bool:
        """Also looks at the amount and its person together; a tablet sends each alone, which is no mistake."""
        is_valid: bool = super().validate(extra_validators)
        if self.approver_limit.data is not None and not self.approver_name.data:
            self.approver_name.errors = [_l("Say who may approve up to this amount.")]
            return False
        return is_valid

    def values(self) -> dict[str, Any]:
        """What the operation takes."""
        return {
            "covers_fitted": self.covers_fitted.data,
            "identity_checked": self.identity_checked.data,
            "brought_by": self.brought_by.data or "",
            "old_parts": OldParts(self.old_parts.data),
            "contact_way": ContactWay(self.contact_way.data),
            "payment_way": PaymentWay(self.payment_way.data) if self.payment_way.data else None,
            "is_waiting": bool(self.is_waiting.data),
            "wants_wash": self.wants_wash.data,
            "transport": Transport(self.transport.data),
            "transport_note": self.transport_note.data or "",
            "approver_name": self.approver_name.data or "",
            "approver_phone": self.approver_phone.data or "",
            "approver_limit": self.approver_limit.data,
            "collector_name": self.collector_name.data or "",
        }


class HandedOverForm(Form):
    version = HiddenField()
    odometer = WholeField(_l("Odometer"), [Optional(), NumberRange(min=0, max=9_999_999)])
    is_odometer_confirmed = BooleanField(_l("Yes, it shows less than at the last visit"))
    key_tag = StringField(_l("Key tag"), [Length(max=20)])
    parking_place = StringField(_l("Parking place"), [Length(max=40)])
    fuel_eighths = IntegerField(_l("Fuel"), [Optional(), NumberRange(min=0, max=8)])
    charge_percent = WholeField(_l("Battery"), [Optional(), NumberRange(min=0, max=100)])
    belongings_asked = BooleanField(_l("Asked for valuables and things left in the car"))

    def __init__(self, checkin: CheckIn | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.odometer.flags.required = True  # for the signature; the form may be saved before
        if checkin is None or self.is_submitted():
            return
        for name in ("odometer", "key_tag", "parking_place", "fuel_eighths", "charge_percent"):
            self[name].data = getattr(checkin, name)
        self.belongings_asked.data = checkin.belongings_asked_at is not None

    def values(self) -> dict[str, Any]:
        """What the operation takes."""
        names = ("odometer", "fuel_eighths", "charge_percent", "belongings_asked")
        found: dict[str, Any] = {name: self[name].data for name in names if name in self._fields}
        return {**found, "key_tag": self.key_tag.data or "", "parking_place": self.parking_place.data or ""}


class SkipForm(Form):
    """Why a station is left out: one of the usual reasons, or other words, which count more."""

    submission_id = HiddenField()
    reason = RadioField(_l("Why is this photo not taken?"), validate_choice=False)
    words = StringField(_l("Another reason"), [Length(max=200)])

    def __init__(self, reason: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reason.choices = [(one.value, label(one)) for one in SkipReason]
        if not self.is_submitted():
            is_usual = reason in set(SkipReason)
            self.reason.data, self.words.data = (reason, "") if is_usual else ("", reason)

    def chosen(self) -> str:
        """The reason as the operation keeps it."""
        return self.words.data or self.reason.data or ""


class CarMoveForm(Form):
    """Where the car stands now: a zone by its button, a place of the site's list or in words, which count more."""

    submission_id = HiddenField()
    zone = HiddenField()
    listed = StringField(_l("Parking place"), [Length(max=40)])
    place = StringField(_l("Parking place"), [Length(max=40)])

    def chosen_zone(self) -> ParkingZone | None:
        """The zone of the button that was pressed."""
        return ParkingZone(self.zone.data) if self.zone.data in set(ParkingZone) else None

    def chosen_place(self) -> str:
        """The place as the operation keeps it."""
        return self.place.data or self.listed.data or ""


class KeyMoveForm(Form):
    """Where the key is now: in a slot, or with somebody."""

    submission_id = HiddenField()
    slot = StringField(_l("Slot of the key cabinet"), [Length(max=20)])
    holder = StringField(_l("Somebody else has it"), [Length(max=120)])


class DamageForm(Form):
    submission_id = HiddenField()
    zone = SelectField(_l("Where"))
    x = HiddenField(default="0")
    y = HiddenField(default="0")
    kind = RadioField(_l("What is it?"), default=DamageKind.SCRATCH.value)
    severity = RadioField(_l("How bad?"), default=Severity.LIGHT.value)
    size_cm = IntegerField(_l("Size"), [Optional(), NumberRange(min=0, max=500)], default=0)
    note = StringField(_l("Note"), [Length(max=300)])
    is_seen_by_customer = BooleanField(_l("Customer has seen it"))

    def __init__(self, damage: Damage | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.zone.choices = [(zone.value, label(zone)) for zone in Zone]
        self.kind.choices = [(kind.value, label(kind)) for kind in DamageKind]
        self.severity.choices = [(severity.value, label(severity)) for severity in Severity]
        if damage is not None and not self.is_submitted():
            for name in ("size_cm", "note", "is_seen_by_customer"):
                self[name].data = getattr(damage, name)
            self.zone.data, self.kind.data, self.severity.data = (
                damage.zone.value, damage.kind.value, damage.severity.value,
            )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """What the operation takes, without the place."""
        return {
            "kind": DamageKind(self.kind.data),
            "severity": Severity(self.severity.data),
            "size_cm": self.size_cm.data or 0,
            "note": self.note.data or "",
            "is_seen_by_customer": self.is_seen_by_customer.data,
        }


class BelongingForm(Form):
    submission_id = HiddenField()
    what = StringField(_l("What"), [Length(max=120)])
    box = StringField(_l("Box"), [Length(max=20)])


class PaperForm(Form):
    """A vehicle paper that stays with us."""

    submission_id = HiddenField()
    kind = SelectField(_l("Which paper"))
    number = StringField(_l("Number"), [Length(max=60)])
    valid_until = DateField(_l("Valid until"), [Optional()])
    difference = StringField(_l("Differs from the car in"), [Length(max=300)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [(one.value, label(one)) for one in PaperKind]


class ConcernForm(Form):
    """A further concern, written down during the check-in."""

    submission_id = HiddenField()
    words = StringField(_l("In the customer's words"), [Length(max=1000)])
    pay_type = SelectField(_l("Who pays"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pay_type.choices = [(kind.value, label(kind)) for kind in PayType]


class PriceForm(LineKinds):
    """A line of a job, priced at the desk."""

    submission_id = HiddenField()
    description = StringField(_l("What for"), [Length(max=200)])
    quantity = ExactField(
        _l("Quantity or hours"), [InputRequired(_l("Enter a number, for example 1.5.")), NumberRange(min=0)],
        scale=3, default=Decimal(1),
    )  # fmt: skip
    unit_price = ExactField(
        _l("Price of one"),
        [InputRequired(_l("Enter a price, for example 260.00.")), NumberRange(min=0)],
        places=2,
    )


class InterviewForm(Form):
    """What was asked about one concern, without the catalogue's questions, whose fields the page makes."""

    submission_id = HiddenField()
    version = HiddenField()
    restated = TextAreaField(_l("In the customer's words"), [Length(max=2000)])
    is_road_tested = BooleanField(_l("We drove together"))
    road_test_km = WholeField(_l("How far"), [Optional(), NumberRange(min=0, max=500)])
    road_test_by = StringField(_l("Who drove"), [Length(max=120)])
    road_test_found = TextAreaField(_l("What was found"), [Length(max=1000)])

    def __init__(self, interview: Interview | None = None, job: Job | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if interview is not None:
            for name in self.values():
                self[name].data = getattr(interview, name)
        elif job is not None:
            self.restated.data = job.concern

    def values(self) -> dict[str, Any]:
        """What the operation takes."""
        return {
            "restated": self.restated.data or "",
            "is_road_tested": self.is_road_tested.data,
            "road_test_km": self.road_test_km.data,
            "road_test_by": self.road_test_by.data or "",
            "road_test_found": self.road_test_found.data or "",
        }


class AgreementForm(Form):
    promised_at = DateTimeLocalField(
        _l("Promised time"), [InputRequired(_l("Promise a time."))], format=LOCAL
    )
    promise_reason = StringField(_l("Reason for another time"), [Length(max=200)])
    diagnosis_consented = BooleanField(_l("The customer consents to a technical diagnosis"))
    diagnosis_fee = ExactField(_l("Fee for the diagnosis"), [Optional(), NumberRange(min=0)])

    def __init__(self, checkin: CheckIn | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if checkin is not None and not self.is_submitted():
            self.diagnosis_consented.data = checkin.diagnosis_consented
            self.diagnosis_fee.data = checkin.diagnosis_fee or None
