"""What all forms share."""

from typing import Any

from flask_wtf import FlaskForm


def stripped(text: Any) -> Any:
    """A WTForms filter: text without blanks around it."""
    return text.strip() if isinstance(text, str) else text


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

    def refuse(self, error: Any) -> None:
        """Show a domain error at the field it blames, or above the form."""
        field = getattr(error, "field", None)
        if field in self._fields:
            self._fields[field].errors = [*self._fields[field].errors, str(error)]
        else:
            self.form_errors.append(str(error))
