"""Forms for bays, teams and technicians."""

from collections.abc import Iterable

from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from aftersales.blueprints.forms.base import Form
from aftersales.domain.staffing.models import BayKind, Grade, Skill
from aftersales.i18n import gettext, label
from aftersales.i18n import lazy_gettext as _l

Choice = tuple[int, str]


def _with_none(people: Iterable[Choice]) -> list[tuple[str, str]]:
    return [("", gettext("None")), *((str(ident), name) for ident, name in people)]


class BayForm(Form):
    version = HiddenField()
    name = StringField(_l("Name"), [DataRequired(_l("Enter a name.")), Length(max=40)])
    kind = SelectField(_l("Kind"), [DataRequired(_l("Choose a kind."))])
    is_active = BooleanField(_l("In use"), default=True)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind.value, label(kind)) for kind in BayKind]


class TeamForm(Form):
    version = HiddenField()
    name = StringField(_l("Name"), [DataRequired(_l("Enter a name.")), Length(max=80)])
    leader_id = SelectField(_l("Team leader"), [Optional()])
    is_active = BooleanField(_l("Active"), default=True)

    def offer(self, leaders: Iterable[Choice]) -> None:
        self.leader_id.choices = _with_none(leaders)


class TechnicianForm(Form):
    version = HiddenField()
    user_id = SelectField(_l("Person"), [DataRequired(_l("Choose a person."))])
    grade = SelectField(_l("Grade"), [DataRequired(_l("Choose a grade."))])
    skills = SelectMultipleField(
        _l("Is able to do"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    high_voltage_until = DateField(_l("Certificate for high voltage, valid until"), [Optional()])
    team_id = SelectField(_l("Team"), [Optional()])
    hourly_cost = DecimalField(
        _l("Cost of an hour"),
        [InputRequired(_l("Enter an amount, for example 45.00.")), NumberRange(min=0)],
        places=2,
    )
    is_active = BooleanField(_l("Gets work"), default=True)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.grade.choices = [(grade.value, label(grade)) for grade in Grade]
        self.skills.choices = [(skill.value, label(skill)) for skill in Skill]

    def offer(self, people: Iterable[Choice], teams: Iterable[Choice]) -> None:
        self.user_id.choices = [(str(ident), name) for ident, name in people]
        self.team_id.choices = _with_none(teams)
