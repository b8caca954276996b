"""Forms of campaigns and of the warranty watch."""

from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from aftersales.blueprints.forms.base import Form
from aftersales.domain.service_orders.models import WarrantyDecision
from aftersales.domain.warranty.models import CampaignKind
from aftersales.i18n import label
from aftersales.i18n import lazy_gettext as _l


class CampaignForm(Form):
    version = HiddenField()
    submission_id = HiddenField(validators=[Length(max=64)])
    number = StringField(_l("Number"), [DataRequired(_l("Enter the campaign's number.")), Length(max=40)])
    title = StringField(_l("Title"), [DataRequired(_l("Say what it is about.")), Length(max=200)])
    kind = SelectField(_l("Kind"))
    reference = StringField(_l("Manufacturer's reference"), [Length(max=80)])
    instruction = TextAreaField(_l("What the customer reads"), [Length(max=2000)])
    canned_job_code = StringField(_l("Remedy: code of the canned job"), [Length(max=40)])
    from_on = DateField(_l("From"), [InputRequired(_l("Enter the first day."))])
    until_on = DateField(_l("Until"), [Optional()])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind.value, label(kind)) for kind in CampaignKind]


class VinListForm(Form):
    vins = TextAreaField(_l("VINs, one in a line"), [Length(max=400_000)])
    file = FileField(_l("Or a CSV file"))


class DoneForm(Form):
    note = StringField(
        _l("Who did it"), [DataRequired(_l("Say who did it and how you know.")), Length(max=200)]
    )


class WatchForm(Form):
    version = HiddenField()
    decision = RadioField(_l("Decision"), [InputRequired(_l("Choose what is to happen."))])
    reason = TextAreaField(_l("Reason"), [DataRequired(_l("Give a reason.")), Length(max=1000)])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.decision.choices = [(one.value, label(one)) for one in WarrantyDecision]
