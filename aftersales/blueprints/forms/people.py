"""Forms for people."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, Email, Length

from aftersales.blueprints.forms.base import Form
from aftersales.i18n import lazy_gettext as _l


class PersonForm(Form):
    """A person's name; the roles are check boxes named ``roles`` with values ``site:role``."""

    version = HiddenField()
    name = StringField(_l("Name"), [DataRequired(_l("Enter the person's name.")), Length(max=120)])


class NewPersonForm(PersonForm):
    email = StringField(
        _l("E-mail"),
        [
            DataRequired(_l("Enter the e-mail address.")),
            Email(_l("Enter an e-mail address such as anna@example.com.")),
        ],
    )
    password = PasswordField(
        _l("First password"),
        [
            DataRequired(_l("Choose a password.")),
            Length(10, message=_l("Choose a password of at least 10 characters.")),
        ],
    )


class GivenPasswordForm(Form):
    password = PasswordField(
        _l("New password"),
        [
            DataRequired(_l("Choose a password.")),
            Length(10, message=_l("Choose a password of at least 10 characters.")),
        ],
    )
