"""Forms of the inspection templates."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import wtforms
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import TextInput

from aftersales.blueprints.forms.base import Difference, Form
from aftersales.domain.inspections import template_points
from aftersales.domain.inspections.models import InspectionTemplate, TemplateItem
from aftersales.domain.inspections.rules import LIMITS, AnswerKind, Measure, ModelLimits
from aftersales.domain.inspections.starter import Point
from aftersales.i18n import gettext, label, written
from aftersales.i18n import lazy_gettext as _l
from aftersales.web.template_screens import WORDINGS

MOST_MEASURES, MOST_MODELS = 12, 20


class MeasuredField(Field):
    """A number as it may be measured: also below zero, with a point or a comma, at most three places."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{Decimal(self.data).normalize():f}"

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        text = valuelist[0].strip().replace(",", ".").replace("−", "-") if valuelist else ""
        if not text:
            return
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        exponent = value.as_tuple().exponent
        if not value.is_finite() or abs(value) > 1_000_000 or (isinstance(exponent, int) and exponent < -3):
            raise ValueError(gettext("Enter a number, for example 1.6 or -25."))
        self.data = value


class MeasureForm(wtforms.Form):
    """One value of a point; a row without a name is left out."""

    code = HiddenField()
    name = StringField(_l("Value, with its position"), [Length(max=80)])
    unit = StringField(_l("Unit"), [Length(max=12)])
    low = MeasuredField(_l("Lowest possible"), [Optional()])
    high = MeasuredField(_l("Highest possible"), [Optional()])
    step = MeasuredField(_l("Step"), [Optional()])
    soon_below = MeasuredField(_l("Soon below"), [Optional()])
    urgent_below = MeasuredField(_l("Urgent below"), [Optional()])
    soon_above = MeasuredField(_l("Soon above"), [Optional()])
    urgent_above = MeasuredField(_l("Urgent above"), [Optional()])
    is_required = BooleanField(_l("Has to be measured"))
    wears = BooleanField(_l("Wears with the distance"))
    words = StringField(_l("Name in other languages"), [Length(max=300)])


class ModelLimitsForm(wtforms.Form):
    """Limits for some models; a row without models is left out."""

    models = StringField(_l("For vehicles with one of these words"), [Length(max=200)])
    measure = SelectField(_l("Value"), validate_choice=False)
    soon_below = MeasuredField(_l("Soon below"), [Optional()])
    urgent_below = MeasuredField(_l("Urgent below"), [Optional()])
    soon_above = MeasuredField(_l("Soon above"), [Optional()])
    urgent_above = MeasuredField(_l("Urgent above"), [Optional()])


class PointForm(Form):
    version = HiddenField()
    area = StringField(_l("Area"), [DataRequired(_l("Name the area.")), Length(max=80)])
    name = StringField(_l("Point"), [DataRequired(_l("Name the point.")), Length(max=120)])
    hint = StringField(_l("What to look at"), [Length(max=200)])
    kind = RadioField(_l("Answer"), [InputRequired(_l("Choose the kind of answer."))])
    is_mandatory = BooleanField(_l("Has to be checked"))
    needs_photo = BooleanField(_l("Needs a photo"))
    canned_job_code = SelectField(_l("Canned job that a finding proposes"))
    measures = FieldList(FormField(MeasureForm), max_entries=MOST_MEASURES)
    models = FieldList(FormField(ModelLimitsForm), max_entries=MOST_MODELS)

    def __init__(self, *args: Any, jobs: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind.value, label(kind)) for kind in AnswerKind]
        known = {code for code, _ in jobs}
        chosen = self.canned_job_code.data
        kept = [(chosen, chosen)] if chosen and chosen not in known else []
        self.canned_job_code.choices = [("", _l("None: the advisor prices it")), *kept, *jobs]
        names = [
            (row.form.code.data or "", row.form.name.data) for row in self.measures if row.form.name.data
        ]
        for row in self.models:
            row.form.measure.choices = [("", gettext("Every value")), *((name, name) for _, name in names)]

    @classmethod
    def showing(cls, item: TemplateItem, version: int, jobs: Sequence[tuple[str, str]]) -> "PointForm":
        """The form as it stands for a point that is there."""
        measures = item.measure_list
        return cls(
            formdata=None,
            jobs=jobs,
            version=version,
            area=item.area,
            name=item.name,
            hint=item.hint,
            kind=item.kind.value,
            is_mandatory=item.is_mandatory,
            needs_photo=item.needs_photo,
            canned_job_code=item.canned_job_code,
            measures=[_measure_row(measure) for measure in measures],
            models=[
                {
                    "models": own.models,
                    "measure": measure.name,
                    **{name: getattr(own, name) for name in LIMITS},
                }
                for measure in measures
                for own in measure.model_limits
            ],
        )

    def point(self, words: Mapping[str, Mapping[str, str]]) -> Point:
        """What was entered, as a point without its code."""
        return Point(
            area=self.area.data or "",
            code="",
            name=self.name.data or "",
            hint=self.hint.data or "",
            is_mandatory=bool(self.is_mandatory.data),
            measures=self._measures(),
            canned_job_code=self.canned_job_code.data or "",
            kind=AnswerKind(self.kind.data),
            needs_photo=bool(self.needs_photo.data),
            words=words,
        )

    def measures_beside(self, saved: "PointForm") -> Difference | None:
        """How the values typed differ from those saved: tables of fields, which the other comparison leaves out."""
        typed, there = self._measures(), saved._measures()
        if typed == there:
            return None
        return Difference(gettext("Measured values"), _in_words(typed), _in_words(there))

    def _measures(self) -> tuple[Measure, ...]:
        found: list[Measure] = []
        for row in self.measures:
            form = row.form
            name = (form.name.data or "").strip()
            if not name:
                continue
            taken = {measure.code for measure in found}
            code = form.code.data if form.code.data and form.code.data not in taken else ""
            own = [
                ModelLimits(
                    each.form.models.data.strip(), **{limit: each.form[limit].data for limit in LIMITS}
                )
                for each in self.models
                if (each.form.models.data or "").strip() and each.form.measure.data in ("", name)
            ]
            found.append(
                Measure(
                    code=code or template_points.new_code(name, taken, "value"),
                    name=name,
                    unit=(form.unit.data or "").strip(),
                    low=Decimal(0) if form.low.data is None else form.low.data,
                    high=Decimal(1000) if form.high.data is None else form.high.data,
                    step=Decimal("0.1") if form.step.data is None else form.step.data,
                    is_required=bool(form.is_required.data),
                    wears=bool(form.wears.data),
                    model_limits=tuple(own),
                    words=_by_language(form.words.data or ""),
                    **{limit: form[limit].data for limit in LIMITS},
                )
            )
        return tuple(found)


class TemplateForm(Form):
    """What a template is called. Which visits it is for stands in the choices beside it."""

    version = HiddenField()
    name = StringField(_l("Name"), [DataRequired(_l("Name the template.")), Length(max=120)])
    model_filter = StringField(_l("Models"), [Length(max=200)])
    job_codes = TextAreaField(_l("Jobs"), [Length(max=600)])


class NewTemplateForm(Form):
    code = StringField(_l("Code"), [DataRequired(_l("Enter a code.")), Length(max=40)])
    name = StringField(_l("Name"), [DataRequired(_l("Name the template.")), Length(max=120)])


class RepairRuleForm(Form):
    version = HiddenField()
    symptoms = TextAreaField(_l("Symptoms in the customer's words"), [Length(max=300)])
    fault_codes = StringField(_l("Fault codes"), [Length(max=200)])
    model_filter = StringField(_l("Only for vehicles with one of these words"), [Length(max=200)])
    canned_job_code = SelectField(_l("Canned job that they speak for"))
    note = StringField(_l("Why, or what to look at first"), [Length(max=300)])
    is_active = BooleanField(_l("In use"))

    def __init__(self, *args: Any, jobs: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.canned_job_code.data
        kept = [(chosen, chosen)] if chosen and chosen not in dict(jobs) else []
        self.canned_job_code.choices = [*kept, *jobs]


def template_form(template: InspectionTemplate) -> TemplateForm:
    """The form as it stands for a template that is there."""
    return TemplateForm(
        formdata=None,
        version=template.version,
        name=template.name,
        model_filter=template.model_filter,
        job_codes=", ".join(template.job_codes),
    )


def _measure_row(measure: Measure) -> dict[str, Any]:
    names = ("code", "name", "unit", "low", "high", "step", *LIMITS, "is_required", "wears")
    words = "; ".join(f"{language}: {text}" for language, text in measure.words.items())
    return {**{name: getattr(measure, name) for name in names}, "words": words}


def _in_words(measures: Sequence[Measure]) -> str:
    """``Pad left, mm, soon below 4, urgent below 3; Pad right, mm``."""
    names = {"soon_below": gettext("Soon below"), "urgent_below": gettext("Urgent below"),
             "soon_above": gettext("Soon above"), "urgent_above": gettext("Urgent above")}  # fmt: skip
    return "; ".join(
        ", ".join(
            [part for part in (measure.name, measure.unit) if part]
            + [f"{names[name]} {value}" for name in LIMITS if (value := getattr(measure, name)) is not None]
            + [own.models for own in measure.model_limits]
        )
        for measure in measures
    )


def _by_language(text: str) -> dict[str, str]:
    """``pl: Klocek; zh-Hans: 左`` by language; what names no language we word in is left out."""
    pairs = (
        part.split(":", 1) for part in text.replace("；", ";").replace("：", ":").split(";") if ":" in part
    )
    return {
        code: own.strip()
        for language, own in pairs
        if (code := written(language)) in WORDINGS and own.strip()
    }
