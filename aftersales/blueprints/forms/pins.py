"""Forms of PINs and shared tablets."""

from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from aftersales.blueprints.forms.base import Form
from aftersales.i18n import lazy_gettext as _l


class PinForm(Form):
    pin = PasswordField(_l("New PIN"), [DataRequired(_l("A PIN has six digits."))])
    again = PasswordField(
        _l("New PIN again"),
        [
            DataRequired(_l("Both PINs have to be the same.")),
            EqualTo("pin", _l("Both PINs have to be the same.")),
        ],
    )
    password = PasswordField(_l("Your password"), [DataRequired(_l("Enter your password."))])


class TabletForm(Form):
    name = StringField(
        _l("Name"), [DataRequired(_l("Give the tablet a name, for example Bay 3.")), Length(max=60)]
    )
    theme = SelectField(
        _l("Appearance while locked"),
        choices=[("", _l("Light")), ("bay", _l("Dark, for the bay"))],
        default="bay",
    )
