"""Forms of the workshop floor."""

from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from aftersales.blueprints.forms.base import Form
from aftersales.i18n import gettext
from aftersales.i18n import lazy_gettext as _l


class ProblemForm(Form):
    text = TextAreaField(
        _l("What did you find?"), [DataRequired(_l("Say what you found.")), Length(max=2000)]
    )
    job_id = SelectField(_l("Found during"), [Optional()], choices=[])
    is_unsafe = BooleanField(_l("Not safe to drive like this"))
    extra_minutes = IntegerField(
        _l("More time needed, in minutes"),
        [Optional(), NumberRange(0, 10_000, _l("Enter the minutes as a number, for example 45."))],
    )

    def offer_jobs(self, jobs: Iterable[Any]) -> None:
        """The order's jobs as choices."""
        self.job_id.choices = [("", gettext("None of these"))] + [(str(job.id), job.title) for job in jobs]


class TakeUpForm(Form):
    title = StringField(_l("Job"), [DataRequired(_l("Say what is to be done.")), Length(max=200)])
    explanation = TextAreaField(_l("Explanation for the customer"), [Length(max=2000)])


class SetAsideForm(Form):
    reason = StringField(
        _l("Why nothing follows"),
        [DataRequired(_l("Give a reason. The technician reads it.")), Length(max=200)],
    )
