"""What all forms share."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, DecimalField, FieldList, HiddenField, IntegerField, PasswordField
from wtforms.fields.choices import SelectFieldBase
from wtforms.widgets import TextInput

from aftersales.i18n import gettext

LARGEST_AMOUNT = Decimal("99999999.99")
# Thousands may be marked, by another sign than the decimal point.
_NUMBER = re.compile(
    r"(?P<whole>\d{1,12}|\d{1,3}(?P<mark>[.,])\d{3}(?:(?P=mark)\d{3}){0,3})?(?:(?!(?P=mark))[.,](?P<part>\d{1,12}))?",
    re.ASCII,
)
_MAX_VERSION = 2**31 - 1


def stripped(text: Any) -> Any:
    """A WTForms filter: text without blanks around it, and without the sign NUL, which PostgreSQL does not store."""
    return text.replace("\0", "").strip() if isinstance(text, str) else text


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a form whose record somebody else saved meanwhile: what was typed here, and what stands there."""

    label: str
    typed: str
    saved: str


class Form(FlaskForm):
    """A form with CSRF protection, whose texts come without blanks around them."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            filters = list(unbound_field.kwargs.get("filters", []))
            if stripped not in filters and unbound_field.field_class.__name__ not in (
                "FieldList",
                "FormField",
            ):
                filters.append(stripped)
            return unbound_field.bind(form=form, filters=filters, **options)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._shows_saved = "formdata" in kwargs and kwargs["formdata"] is None
        super().__init__(*args, **kwargs)

    def is_submitted(self) -> bool:
        """Whether this form holds what a person sent; one made with ``formdata=None`` shows what is saved, also while a
        post is answered."""
        return not self._shows_saved and bool(super().is_submitted())

    def refuse(self, error: Any) -> None:
        """Show a domain error at the field it blames; above the form where it blames none, or a whole table of them."""
        field = self._fields.get(getattr(error, "field", None) or "")
        if field is not None:
            field.errors = [*field.errors, str(error)]
        if field is None or isinstance(field, FieldList):
            self.form_errors.append(str(error))

    def version_given(self) -> int | None:
        """The version of the record that the form was made from (ORD-6); nonsense counts as an old one."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdecimal() and int(text) <= _MAX_VERSION else 0

    def refuse_stale(self, error: Any, saved: "Form") -> list[Difference]:
        """Show a refusal; where somebody else saved meanwhile, return how what was typed differs from what is
        ``saved`` now (ORD-6)."""
        self.refuse(error)
        current = getattr(error, "current", None)
        return self.compare_with(saved, current.version) if current is not None else []

    def compare_with(self, saved: "Form", version: int) -> list[Difference]:
        """After a refused stale save: where what was typed differs from what is ``saved`` now. What was typed stays in
        the form, and the form now carries the saved ``version``, so that saving again is a decision."""
        self.version.raw_data = None
        self.version.data = str(version)
        return [
            Difference(field.label.text, shown(field), shown(saved[field.name]))
            for field in self
            if (field.raw_data or isinstance(field, BooleanField))  # the page need not show every field
            and not isinstance(field, HiddenField | PasswordField)
            and field.type != "CSRFTokenField"
            and field.name in saved
            and (field.data or "") != (saved[field.name].data or "")
        ]


class WholeField(IntegerField):
    """A whole number of at most nine digits; thousands may be marked by a blank, point or comma: ``118,420``."""

    widget = TextInput()  # type="number" would lose what the browser cannot read

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not valuelist or not (text := re.sub(r"[\s.,'’]", "", valuelist[0])):
            return
        if not (text.isascii() and text.isdecimal() and len(text) <= 9):
            raise ValueError(gettext("Enter a whole number, for example 118420."))
        self.data = int(text)


class ExactField(DecimalField):
    """A number of at most ``scale`` places between 0 and ``largest``, with a point or a comma: what the database can
    hold without rounding."""

    data: Any  # a Decimal once the form is valid, None where it is optional and empty
    # Not type="number": a browser empties that when it cannot read what was typed.
    widget = TextInput()

    def __init__(
        self,
        *args: Any,
        scale: int = 2,
        largest: Decimal = LARGEST_AMOUNT,
        places: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, places=places, **kwargs)
        self.scale, self.largest = scale, largest

    def _value(self) -> str:
        if self.places is None and not self.raw_data and self.data is not None:
            return f"{self.data.normalize():f}"
        return str(super()._value())

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        self.data = exact_number(valuelist[0], scale=self.scale, largest=self.largest)


def exact_number(text: str, *, scale: int, largest: Decimal = LARGEST_AMOUNT) -> Decimal:
    """The number that a person typed: ``1146``, ``1146.5``, ``1146,5``, ``1,146.50`` or ``1 146,50``.

    With one separator alone it is the decimal point. Raises ValueError with a sentence for the person.
    """
    found = _NUMBER.fullmatch(re.sub(r"[\s'’]", "", text))
    if found is None or not (found["whole"] or found["part"]):
        raise ValueError(gettext("“%(text)s” is not a number. Enter for example 1.5.", text=text[:40]))
    whole, part = re.sub("[.,]", "", found["whole"] or "0"), (found["part"] or "").rstrip("0")
    if len(part) > scale:
        raise ValueError(gettext("Enter at most %(n)s places after the point.", n=scale))
    number = Decimal(f"{whole}.{part}" if part else whole)
    if number > largest:
        raise ValueError(gettext("Enter at most %(largest)s.", largest=f"{largest:f}"))
    return number


def shown(field: Any) -> str:
    """What stands in the field, as a person reads it."""
    if isinstance(field, SelectFieldBase):
        return str(dict(choice[:2] for choice in field.choices).get(field.data, field.data or ""))
    return str(field._value() if hasattr(field, "_value") else field.data or "")
