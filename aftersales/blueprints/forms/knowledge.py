"""Forms of manuals, bulletins and common faults."""

from wtforms import FileField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from aftersales.blueprints.forms.base import Form
from aftersales.domain.knowledge.models import DOCUMENTS
from aftersales.domain.knowledge.operations import About, Fault
from aftersales.i18n import WRITTEN, label
from aftersales.i18n import lazy_gettext as _l

LANGUAGES = [("", _l("Any or several")), *WRITTEN.items()]
"""Languages that manuals are written in, whatever the product itself speaks."""


class AboutForm(Form):
    version = HiddenField()
    title = StringField(_l("Title"), [DataRequired(_l("Enter a title.")), Length(max=200)])
    models = StringField(_l("Models"), [Length(max=400)])
    codes = StringField(_l("Fault codes"), [Length(max=400)])
    language = SelectField(_l("Language"), choices=LANGUAGES)

    def about(self) -> About:
        return About(
            title=self.title.data or "",
            language=self.language.data,
            models=self.models.data or "",
            codes=self.codes.data or "",
        )


class DocumentForm(AboutForm):
    kind = SelectField(_l("Kind"), choices=lambda: [(kind.value, label(kind)) for kind in DOCUMENTS])
    file = FileField(_l("PDF or picture"))


class FaultForm(AboutForm):
    symptom = TextAreaField(_l("What the customer notices"), [Length(max=2000)])
    cause = TextAreaField(_l("Cause"), [Length(max=2000)])
    remedy = TextAreaField(_l("What helps"), [Length(max=2000)])

    def fault(self) -> Fault:
        return Fault(self.symptom.data or "", self.cause.data or "", self.remedy.data or "")


class ProposalForm(FaultForm):
    known_id = SelectField(_l("The same as a fault that is known"), default="")
