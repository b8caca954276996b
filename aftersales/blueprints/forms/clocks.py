"""Forms of times on the floor: corrected clocks, and whether a job will be ready."""

from datetime import datetime

from wtforms import DateTimeLocalField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from aftersales import clock
from aftersales.blueprints.forms.base import Form
from aftersales.i18n import lazy_gettext as _l

_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


class CorrectionForm(Form):
    started_at = DateTimeLocalField(_l("Began"), [InputRequired(_l("Enter day and time."))], format=_FORMATS)
    ended_at = DateTimeLocalField(_l("Ended"), [InputRequired(_l("Enter day and time."))], format=_FORMATS)
    reason = StringField(
        _l("Why the time is changed"),
        [DataRequired(_l("Say why the time is changed. It stays on record.")), Length(max=300)],
    )

    def times(self, timezone: str, *, known: tuple[datetime, datetime | None]) -> tuple[datetime, datetime]:
        """The instants that were meant. A time that stands as it was shown keeps its own instant: in the night in which
        an hour comes twice the wall alone does not say which one it is."""

        def instant(typed: datetime, was: datetime | None) -> datetime:
            if was is not None and shown(was, timezone) == typed:
                return was
            return clock.from_local(typed, timezone)

        return instant(self.started_at.data, known[0]), instant(self.ended_at.data, known[1])


class MissingForm(Form):
    """Work that no clock has."""

    job_id = SelectField(
        _l("Which job?"), [NumberRange(1, message=_l("Choose the job."))], choices=[], coerce=int
    )
    started_at = DateTimeLocalField(_l("Began"), [InputRequired(_l("Enter day and time."))], format=_FORMATS)
    ended_at = DateTimeLocalField(_l("Ended"), [InputRequired(_l("Enter day and time."))], format=_FORMATS)
    reason = StringField(
        _l("Why no clock ran"),
        [DataRequired(_l("Say why no clock ran. It stays on record.")), Length(max=300)],
    )


def shown(at: datetime, timezone: str) -> datetime:
    """An instant as the form shows it: by the wall, to the minute."""
    return clock.local(at, timezone).replace(second=0, microsecond=0, tzinfo=None)


class DecisionForm(Form):
    answer = StringField(_l("Why not"), [Length(max=300)])


class StopForm(Form):
    reason = StringField(
        _l("Why you stop the clock"),
        [DataRequired(_l("Say why you stop the clock. Your colleague reads it.")), Length(max=200)],
        id="stop-reason",  # the page has another form that asks for a reason
    )


class ProgressForm(Form):
    is_on_time = RadioField(
        _l("Will it be ready as planned?"),
        [InputRequired(_l("Choose yes or no."))],
        choices=[("yes", _l("Yes, as planned")), ("no", _l("No, later"))],
    )
    more_minutes = RadioField(_l("How much longer?"), [Optional()], choices=[])
    ready_by = DateTimeLocalField(_l("Or ready by"), [Optional()], format=_FORMATS)
    abnormal = TextAreaField(_l("Anything abnormal"), [Length(max=2000)])


class MeasureForm(Form):
    measure = TextAreaField(
        _l("What is done about it"), [DataRequired(_l("Say what you do about it.")), Length(max=2000)]
    )


class TellForm(Form):
    version = HiddenField()
    promised_at = DateTimeLocalField(
        _l("New promised time"), [InputRequired(_l("Enter day and time."))], format=_FORMATS
    )
    reason = StringField(
        _l("Reason, as the customer reads it"),
        [DataRequired(_l("Give a reason for the new promised time.")), Length(max=300)],
    )


class ToldForm(Form):
    how = StringField(
        _l("How the customer was told, or why not"),
        [DataRequired(_l("Say how the customer was told, or why not.")), Length(max=300)],
    )
