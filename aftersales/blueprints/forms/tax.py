"""Tax rates, typed as a list."""

from decimal import Decimal, InvalidOperation

from wtforms import Form, StringField, ValidationError

from aftersales.i18n import lazy_gettext as _l


class TaxRatesField(StringField):
    """Rates in percent with commas between them, such as ``23, 8``."""

    def pre_validate(self, form: Form) -> None:
        try:
            self.rates()
        except InvalidOperation as error:
            raise ValidationError(
                _l("Enter the rates as numbers with commas between them, for example 23, 8.")
            ) from error

    def rates(self) -> list[Decimal]:
        """The rates as shares, in the order in which they were typed."""
        texts = [text.strip().rstrip("%").strip() for text in (self.data or "").split(",")]
        return [Decimal(text) / 100 for text in texts if text]
