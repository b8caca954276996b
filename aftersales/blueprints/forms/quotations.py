"""Forms of quotations: sending a version, recording an answer."""

from wtforms import (
    BooleanField,
    DateTimeLocalField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length

from aftersales.blueprints.forms.base import Form
from aftersales.domain.quotations.models import AnsweredBy, EstimateWay
from aftersales.i18n import gettext, label
from aftersales.i18n import lazy_gettext as _l


class SendForm(Form):
    seen = HiddenField()
    """The digest of the items that the page showed: what is sent is what was looked at."""
    promised_at = DateTimeLocalField(
        _l("Ready by, if approved"), [InputRequired(_l("Enter the day and time."))], format="%Y-%m-%dT%H:%M"
    )
    estimate_way = SelectField(_l("How the price was estimated"), [InputRequired()])
    note = TextAreaField(_l("Note to the customer"), [Length(max=1000)])
    asks_again = BooleanField(_l("Nothing else can be done: the car waits for the answer"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.estimate_way.choices = [(way.value, label(way)) for way in EstimateWay]


class RecordAnswerForm(Form):
    by = RadioField(_l("How did the customer answer?"), [InputRequired(_l("Say how the customer answered."))])
    name = StringField(
        _l("Who answered"),
        [DataRequired(_l("Enter the full name of the person who answers.")), Length(max=200)],
    )
    note = TextAreaField(_l("Number called and what was said"), [Length(max=1000)])
    is_over_limit_confirmed = BooleanField(_l("The customer agrees to the higher amount"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.by.choices = [
            (AnsweredBy.PHONE.value, gettext("By phone")),
            (AnsweredBy.IN_PERSON.value, gettext("In person")),
        ]


class WithdrawForm(Form):
    reason = StringField(_l("Why"), [DataRequired(_l("Give a reason.")), Length(max=300)])
