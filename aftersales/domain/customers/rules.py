"""Contact data: how it is checked and compared."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from aftersales.domain.errors import Invalid
from aftersales.domain.folding import digits, folded
from aftersales.i18n import gettext


def checked_phone(phone: str, *, country: str) -> tuple[str, str]:
    """The number as it is shown and as it is dialled (E.164). Without a country code it is one of ``country``.
    Empty stays empty."""
    if not phone.strip():
        return "", ""
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Invalid(
            gettext(
                "This phone number cannot be dialled. Enter it with all its digits, abroad with + and country."
            ),
            field="phone",
        )
    return (
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL),
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
    )


def checked_email(email: str) -> str:
    """The address in its normal form. Empty stays empty. Whether the domain gets mail is not asked."""
    if not email.strip():
        return ""
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise Invalid(
            gettext("This e-mail address cannot be right. It looks like name@example.com."), field="email"
        ) from error


def search_text(*, name: str, phone_normalised: str, email: str) -> str:
    """What the search box looks through for a customer."""
    return " ".join(part for part in (folded(name), digits(phone_normalised), email.casefold()) if part)[:400]
