"""Forms of invoices and payments."""

from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from aftersales.blueprints.forms.base import ExactField, Form
from aftersales.domain.billing.models import PaymentMethod
from aftersales.i18n import label
from aftersales.i18n import lazy_gettext as _l


class PaymentForm(Form):
    submission_id = HiddenField(validators=[DataRequired(), Length(max=64)])
    method = RadioField(_l("How it is paid"), default=PaymentMethod.CARD.value)
    amount = ExactField(
        _l("Amount"), [InputRequired(_l("Enter the amount, for example 1,146.00."))], places=2
    )
    reference = StringField(_l("Reference"), [Length(max=120)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.method.choices = [(method.value, label(method)) for method in PaymentMethod]
