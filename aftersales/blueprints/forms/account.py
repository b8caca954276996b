"""Forms of the account pages."""

from wtforms import HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from aftersales.blueprints.forms.base import Form
from aftersales.i18n import LANGUAGES
from aftersales.i18n import lazy_gettext as _l


class SignInForm(Form):
    email = StringField(_l("E-mail"), [DataRequired(_l("Enter your e-mail address."))])
    password = PasswordField(_l("Password"), [DataRequired(_l("Enter your password."))])
    next = HiddenField()


class PreferencesForm(Form):
    language = SelectField(_l("Language"), choices=[("", _l("As the site")), *LANGUAGES.items()])
    theme = SelectField(
        _l("Appearance"), choices=[("", _l("Light")), ("bay", _l("Dark, for the bay"))], default=""
    )


class PasswordForm(Form):
    current = PasswordField(_l("Present password"), [DataRequired(_l("Enter your present password."))])
    password = PasswordField(
        _l("New password"),
        [DataRequired(), Length(10, message=_l("Choose a password of at least 10 characters."))],
    )
    again = PasswordField(
        _l("New password again"), [EqualTo("password", _l("Both new passwords have to be the same."))]
    )
