"""Forms of the order page."""

from decimal import Decimal

from wtforms import DateTimeLocalField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from aftersales.blueprints.forms.base import ExactField, Form
from aftersales.blueprints.forms.lines import LineKinds
from aftersales.domain.service_orders.models import HoldReason, PayType
from aftersales.i18n import label
from aftersales.i18n import lazy_gettext as _l


class PromiseForm(Form):
    version = HiddenField()
    promised_at = DateTimeLocalField(
        _l("Promised time"), [InputRequired(_l("Enter the day and time."))], format="%Y-%m-%dT%H:%M"
    )
    reason = StringField(_l("Reason for the change"), [Length(max=200)])


class HoldForm(Form):
    version = HiddenField()
    reason = SelectField(_l("Why does the car wait?"), [DataRequired()])
    note = StringField(_l("Note"), [Length(max=200)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [(reason.value, label(reason)) for reason in HoldReason]


class ReasonForm(Form):
    reason = TextAreaField(_l("Reason"), [DataRequired(_l("Give a reason.")), Length(max=500)])


class VoidForm(Form):
    version = HiddenField()
    reason = StringField(_l("Reason"), [DataRequired(_l("Give a reason.")), Length(max=200)])


class JobForm(Form):
    version = HiddenField()
    title = StringField(
        _l("What is to be done"), [DataRequired(_l("Say what is to be done.")), Length(max=200)]
    )
    concern = TextAreaField(_l("In the customer's words"), [Length(max=2000)])
    explanation = TextAreaField(_l("Explanation for the customer"), [Length(max=2000)])
    pay_type = SelectField(_l("Who pays"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.pay_type.choices = [(kind.value, label(kind)) for kind in PayType]


class LineForm(LineKinds):
    version = HiddenField()
    description = StringField(
        _l("What for"), [DataRequired(_l("Say what the line is for.")), Length(max=200)]
    )
    article_number = StringField(_l("Article number"), [Length(max=60)])
    quantity = ExactField(
        _l("Quantity or hours"),
        [InputRequired(_l("Enter a number, for example 1.5."))],
        scale=3,
        largest=Decimal("99999.999"),
    )
    unit_price = ExactField(
        _l("Price of one"), [InputRequired(_l("Enter a price, for example 260.00."))], places=2
    )
    discount_percent = ExactField(_l("Discount in %"), [Optional()], largest=Decimal(100), default=Decimal(0))
    standard_change_reason = StringField(_l("Why the hours differ from the standard"), [Length(max=200)])
