"""Forms of invoices and payments."""

from wtforms import HiddenField, RadioField, StringField, TextAreaField
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


class RepaymentForm(PaymentForm):
    method = RadioField(_l("How it is paid back"), default=PaymentMethod.TRANSFER.value)
    reason = StringField(
        _l("Reason"), [DataRequired(_l("Give a reason.")), Length(max=120)], id="repayment-reason"
    )


class CreditNoteForm(Form):
    submission_id = HiddenField(validators=[Length(max=64)])
    reason = TextAreaField(_l("Reason"), [DataRequired(_l("Give a reason.")), Length(max=500)])


class IssueForm(Form):
    submission_id = HiddenField(validators=[Length(max=64)])
    shown_gross = ExactField(validators=[InputRequired()])


class CreditForm(Form):
    reason = StringField(_l("Reason"), [DataRequired(_l("Give a reason.")), Length(max=200)])
