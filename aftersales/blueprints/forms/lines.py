"""What every form of a line has, at the check-in and on the order."""

from typing import Any

from wtforms import BooleanField, SelectField

from aftersales.blueprints.forms.base import Form
from aftersales.domain.catalogue.kinds import Skill
from aftersales.domain.service_orders.models import LineKind, PartGrade, SuppliedBy
from aftersales.i18n import label
from aftersales.i18n import lazy_gettext as _l


class LineKinds(Form):
    """The kind of the line; of labour the kind of work, of a part who supplies it and of what grade it is."""

    kind = SelectField(_l("Kind"))
    skill = SelectField(_l("Kind of work"), default=Skill.MECHANICAL.value)
    supplied_by = SelectField(_l("Who supplies the part"), default=SuppliedBy.WORKSHOP.value)
    part_grade = SelectField(_l("Grade of the part"), default=PartGrade.ORIGINAL.value)
    is_safety_critical = BooleanField(_l("The part matters for safety"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind.value, label(kind)) for kind in LineKind]
        self.skill.choices = [(skill.value, label(skill)) for skill in Skill]
        self.supplied_by.choices = [(one.value, label(one)) for one in SuppliedBy]
        self.part_grade.choices = [(one.value, label(one)) for one in PartGrade]

    def of_part(self) -> dict[str, Any]:
        """Who supplies the part and of what grade it is, as the operation takes it."""
        return {
            "supplied_by": SuppliedBy(self.supplied_by.data),
            "part_grade": PartGrade(self.part_grade.data),
            "is_safety_critical": self.is_safety_critical.data,
        }
