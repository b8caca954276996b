"""Forms of the catalogue."""

from decimal import Decimal
from typing import Any

import wtforms
from wtforms import DecimalField, FieldList, FormField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from aftersales.blueprints.forms.base import Form
from aftersales.domain.catalogue.kinds import LineKind, PayType, Skill, SpecKind
from aftersales.domain.catalogue.models import CannedJob
from aftersales.domain.staffing.models import BayKind
from aftersales.i18n import gettext, label
from aftersales.i18n import lazy_gettext as _l

MAX_LINES = 40
"""Far more than any job has; a form with more of them is not ours."""


def plain(value: Decimal) -> str:
    """A number as somebody would type it: 0.5, not 0.500."""
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


class CannedLineForm(wtforms.Form):
    """One line of a canned job; a line without a description is left out."""

    kind = SelectField(_l("Kind"))
    description = StringField(_l("What for"), [Length(max=200)])
    article_number = StringField(_l("Article number"), [Length(max=60)])
    quantity = DecimalField(_l("Quantity or hours"), [Optional(), NumberRange(min=0, max=9999)], places=None)
    skill = SelectField(_l("Skill"))
    unit_price = DecimalField(_l("Fixed price"), [Optional(), NumberRange(min=0, max=9_999_999)], places=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind.value, label(kind)) for kind in LineKind]
        self.skill.choices = [(skill.value, label(skill)) for skill in Skill]


class CannedSpecForm(wtforms.Form):
    """A torque or fluid that the work asks for; one without a name is left out."""

    kind = SelectField(_l("Kind"))
    name = StringField(_l("What for"), [Length(max=120)])
    nominal = DecimalField(_l("Value"), [Optional(), NumberRange(min=0, max=99_999)], places=None)
    unit = StringField(_l("Unit"), [Length(max=12)])
    low = DecimalField(_l("Lowest"), [Optional(), NumberRange(min=0, max=99_999)], places=None)
    high = DecimalField(_l("Highest"), [Optional(), NumberRange(min=0, max=99_999)], places=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind.value, label(kind)) for kind in SpecKind]


class CannedJobForm(Form):
    version = HiddenField()
    code = StringField(_l("Code"), [DataRequired(_l("Enter a code.")), Length(max=40)])
    name = StringField(_l("Name"), [DataRequired(_l("Name the canned job.")), Length(max=200)])
    explanation = TextAreaField(_l("Explanation for the customer"), [Length(max=2000)])
    model_filter = StringField(_l("Only for vehicles with one of these words"), [Length(max=200)])
    bay_kind = SelectField(_l("Bay"), [Optional()])
    lines = FieldList(FormField(CannedLineForm), max_entries=MAX_LINES)
    specs = FieldList(FormField(CannedSpecForm), max_entries=MAX_LINES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bay_kind.choices = [
            ("", gettext("Any that suits")),
            *((kind.value, label(kind)) for kind in BayKind),
        ]

    @classmethod
    def showing(cls, job: CannedJob) -> "CannedJobForm":
        """The form as it stands for a canned job that is there."""
        lines = [
            {
                "kind": line.kind.value,
                "description": line.description,
                "article_number": line.article_number,
                "quantity": plain(line.quantity),
                "skill": line.skill.value,
                "unit_price": line.unit_price,
            }
            for line in job.lines
        ]
        specs = [
            {
                "kind": spec.kind.value,
                "name": spec.name,
                "unit": spec.unit,
                "nominal": plain(spec.nominal),
                "low": plain(spec.low),
                "high": plain(spec.high),
            }
            for spec in job.specs
        ]
        return cls(
            formdata=None,
            specs=specs,
            version=job.version,
            code=job.code,
            name=job.name,
            explanation=job.explanation,
            model_filter=job.model_filter,
            bay_kind=job.bay_kind.value if job.bay_kind else "",
            lines=lines,
        )


class LabourTimeForm(Form):
    version = HiddenField()
    code = StringField(_l("Code"), [DataRequired(_l("Enter a code.")), Length(max=40)])
    name = StringField(_l("Operation"), [DataRequired(_l("Name the operation.")), Length(max=200)])
    hours = DecimalField(
        _l("Standard hours"),
        [InputRequired(_l("Enter hours, for example 1.2.")), NumberRange(min=0, max=999)],
        places=None,
    )
    skill = SelectField(_l("Skill"))
    is_active = wtforms.BooleanField(_l("Offered"), default=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.skill.choices = [(skill.value, label(skill)) for skill in Skill]


class LabourRateForm(Form):
    skill = SelectField(_l("Skill"))
    pay_type = SelectField(_l("Who pays"))
    price = DecimalField(
        _l("Price of an hour"),
        [InputRequired(_l("Enter a price, for example 240.00.")), NumberRange(min=0, max=9_999_999)],
        places=2,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.skill.choices = [(skill.value, label(skill)) for skill in Skill]
        self.pay_type.choices = [("", _l("Everyone else")), *((kind.value, label(kind)) for kind in PayType)]
