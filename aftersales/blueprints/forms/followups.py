"""The form of a logged call."""

from typing import Any

from wtforms import DateTimeLocalField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from aftersales.blueprints.forms.base import Form
from aftersales.i18n import lazy_gettext as _l

YES, NO = "yes", "no"


class CallForm(Form):
    submission_id = HiddenField()
    was_reached = RadioField(
        _l("Did you reach the customer?"),
        [InputRequired(_l("Choose whether you reached the customer."))],
        choices=[(YES, _l("Reached")), (NO, _l("Not reached"))],
    )
    is_content = RadioField(
        _l("Is the customer content?"),
        [Optional()],
        choices=[(YES, _l("Content")), (NO, _l("Not content"))],
    )
    said = TextAreaField(_l("What the customer said"), [Length(max=4000)])
    promised = StringField(_l("What we promised"), [Length(max=300)])
    next_call_at = DateTimeLocalField(_l("Call again"), [Optional()], format="%Y-%m-%dT%H:%M")

    def answer(self, name: str) -> Any:
        """True, False, or None where nothing was chosen."""
        return {YES: True, NO: False}.get(self[name].data)
