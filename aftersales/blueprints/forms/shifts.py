"""Forms for working times: a week, a single day, an absence, a closed bay, a post."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from aftersales.blueprints.forms.base import Form
from aftersales.blueprints.forms.site import WEEKDAYS
from aftersales.domain.errors import Invalid
from aftersales.domain.staffing.models import AbsenceKind, ShiftDay
from aftersales.domain.staffing.times import WorkingDay, parse_breaks, words_of_breaks
from aftersales.i18n import gettext, label
from aftersales.i18n import lazy_gettext as _l

_BREAKS = _l("Breaks")


class WeekForm(Form):
    """Begin, end and breaks per weekday; added below."""

    version = HiddenField()

    def rows(self) -> list[tuple[Any, Any, Any, Any]]:
        """The weekday's word with its three fields."""
        return [
            (words, *(self[f"{name}_{n}"] for name in ("starts", "ends", "breaks")))
            for n, words in enumerate(WEEKDAYS)
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Also looks at each day's fields together."""
        is_valid: bool = super().validate(extra_validators)
        for _, starts, ends, breaks in self.rows():
            if (starts.data is None) != (ends.data is None):
                ends.errors = [*ends.errors, gettext("Enter both times, or none on a day off.")]
            try:
                parse_breaks(breaks.data or "")
            except Invalid as error:
                breaks.errors = [*breaks.errors, str(error)]
            is_valid = is_valid and not ends.errors and not breaks.errors
        return is_valid

    def days(self) -> dict[int, WorkingDay]:
        """What the operation takes; days off are left out."""
        return {
            number: WorkingDay(starts.data, ends.data, parse_breaks(breaks.data or ""))
            for number, (_, starts, ends, breaks) in enumerate(self.rows())
            if starts.data is not None and ends.data is not None
        }

    def show(self, week: dict[int, ShiftDay]) -> None:
        """Fill in what was agreed."""
        for number, shift in week.items():
            self[f"starts_{number}"].data, self[f"ends_{number}"].data = shift.starts_at, shift.ends_at
            self[f"breaks_{number}"].data = words_of_breaks(shift.breaks)


for _number in range(len(WEEKDAYS)):
    setattr(WeekForm, f"starts_{_number}", TimeField(_l("from"), [Optional()]))
    setattr(WeekForm, f"ends_{_number}", TimeField(_l("to"), [Optional()]))
    setattr(WeekForm, f"breaks_{_number}", StringField(_BREAKS, [Length(max=80)]))


class DayForm(Form):
    """Other times on one day; without times it is off."""

    day = DateField(_l("Day"), [InputRequired(_l("Enter the day."))])
    starts_at = TimeField(_l("from"), [Optional()])
    ends_at = TimeField(_l("to"), [Optional()])
    breaks = StringField(_BREAKS, [Length(max=80)])
    note = StringField(_l("Why"), [Length(max=120)])

    def times(self) -> WorkingDay | None:
        """The day's times; None is a day off. Raises :class:`Invalid` for one time without the other."""
        starts, ends = self.starts_at.data, self.ends_at.data
        if (starts is None) != (ends is None):
            raise Invalid(gettext("Enter both times, or none on a day off."), field="ends_at")
        return WorkingDay(starts, ends, parse_breaks(self.breaks.data or "")) if starts and ends else None


class AbsenceForm(Form):
    kind = SelectField(_l("Kind"), [DataRequired(_l("Choose a kind."))])
    first = DateField(_l("First day"), [InputRequired(_l("Enter the day."))])
    from_time = TimeField(_l("from, for a part of a day"), [Optional()])
    last = DateField(_l("Last day"), [InputRequired(_l("Enter the day."))])
    until_time = TimeField(_l("until, for a part of a day"), [Optional()])
    note = StringField(_l("Note"), [Length(max=200)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind.value, label(kind)) for kind in AbsenceKind]


class ClosureForm(Form):
    first = DateField(_l("Day"), [InputRequired(_l("Enter the day."))])
    from_time = TimeField(_l("from"), [Optional()])
    last = DateField(_l("Last day"), [InputRequired(_l("Enter the day."))])
    until_time = TimeField(_l("until"), [Optional()])
    reason = StringField(_l("Why"), [DataRequired(_l("Say why the bay is closed.")), Length(max=120)])

    def begin(self) -> time:
        return self.from_time.data or time()


class PostForm(Form):
    version = HiddenField()
    title = StringField(_l("Post"), [DataRequired(_l("Name the post.")), Length(max=80)])
    team_id = SelectField(_l("Team"), [Optional()])
    holder_id = SelectField(_l("Filled by"), [Optional()])
    is_active = BooleanField(_l("The post exists"), default=True)

    def offer(self, people: Iterable[tuple[int, str]], teams: Iterable[tuple[int, str]]) -> None:
        self.holder_id.choices = [("", gettext("Vacant")), *((str(ident), name) for ident, name in people)]
        self.team_id.choices = [("", gettext("None")), *((str(ident), name) for ident, name in teams)]
