"""Forms of the parts desk."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import (
    BooleanField,
    DateTimeLocalField,
    DecimalField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import TextInput

from aftersales.blueprints.forms.base import Form
from aftersales.domain.accounts.models import User
from aftersales.domain.errors import Invalid
from aftersales.domain.parts.models import ArticleKind, Supplier, Unit, Warehouse
from aftersales.i18n import gettext, label
from aftersales.i18n import lazy_gettext as _l

_WHEN = "%Y-%m-%dT%H:%M"


def read_quantities(fields: Mapping[str, str], prefix: str) -> dict[int, Decimal]:
    """The quantities of a table's rows: fields named ``prefix-<id>``; empty ones count as 0."""
    found = {}
    for name, text in fields.items():
        head, _, ident = name.rpartition("-")
        if head == prefix and ident.isdecimal():
            found[int(ident)] = read_number(text)
    return found


def read_number(text: str, places: int = 3) -> Decimal:
    """A number as people type it, with a point or a comma. Raises :class:`Invalid`."""
    try:
        number = Decimal(text.strip().replace(",", ".") or "0")
        is_fit = number.is_finite() and abs(number) < 1_000_000 and number == round(number, places)
    except InvalidOperation:
        is_fit = False
    if not is_fit:
        raise Invalid(gettext("Enter a number, for example 2 or 1.5."), field="lines")
    return number


class NumberField(DecimalField):
    """A number with at most ``digits`` places, typed with a point or a comma."""

    data: Any
    widget = TextInput()  # a browser's number field would refuse the comma

    def __init__(self, *args: Any, digits: int = 3, **kwargs: Any) -> None:
        super().__init__(*args, places=None, **kwargs)
        self.digits = digits

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        return f"{self.data:.2f}" if self.digits == 2 else f"{Decimal(self.data).normalize():f}"

    def process_formdata(self, valuelist: list[str]) -> None:
        number: Decimal | None = None
        try:
            if valuelist and valuelist[0].strip():
                number = read_number(valuelist[0], self.digits)
        except Invalid as error:
            raise ValueError(str(error)) from error
        finally:
            self.data = number


class ArticleForm(Form):
    version = HiddenField()
    number = StringField(_l("Part number"), [DataRequired(_l("Enter the part number.")), Length(max=60)])
    name = StringField(_l("Name"), [DataRequired(_l("Say what the article is.")), Length(max=200)])
    kind = SelectField(_l("Kind"))
    unit = SelectField(_l("Unit"))
    supplier_id = SelectField(_l("Supplier"))
    price = NumberField(
        _l("Price"), [InputRequired(_l("Enter a price, for example 260.00.")), NumberRange(min=0)], digits=2
    )
    cost = NumberField(
        _l("Cost"), [InputRequired(_l("Enter a cost, for example 130.00.")), NumberRange(min=0)], digits=2
    )
    barcode = StringField(_l("Barcode"), [Length(max=60)])
    default_bin = StringField(_l("Bin for new stock"), [Length(max=20)])
    superseded_by = StringField(_l("Replaced by part number"), [Length(max=60)])
    is_safety_critical = BooleanField(_l("Matters for safety"))
    is_active = BooleanField(_l("In use"), default=True)

    def offer(self, suppliers: Iterable[Supplier]) -> None:
        self.kind.choices = [(kind.value, label(kind)) for kind in ArticleKind]
        self.unit.choices = [(unit.value, label(unit)) for unit in Unit]
        self.supplier_id.choices = [("", _l("None")), *((str(one.id), one.name) for one in suppliers)]


class AdjustForm(Form):
    warehouse_id = SelectField(_l("Warehouse"), [DataRequired(_l("Choose a warehouse."))])
    change = NumberField(
        _l("How many more (+) or fewer (-)"),
        [InputRequired(_l("Enter how many more or fewer there are, for example -1."))],
    )
    reason = StringField(_l("Reason"), [DataRequired(_l("Give a reason.")), Length(max=200)])

    def offer(self, warehouses: Iterable[Warehouse]) -> None:
        self.warehouse_id.choices = warehouse_choices(warehouses)


class TransferForm(Form):
    from_warehouse_id = SelectField(_l("From"), [DataRequired()])
    to_warehouse_id = SelectField(_l("To"), [DataRequired()])
    quantity = NumberField(
        _l("Quantity"),
        [InputRequired(_l("Enter how many are moved.")), NumberRange(min=0)],
    )

    def offer(self, warehouses: Iterable[Warehouse]) -> None:
        self.from_warehouse_id.choices = self.to_warehouse_id.choices = warehouse_choices(warehouses)


class ShelfForm(Form):
    warehouse_id = SelectField(_l("Warehouse"), [DataRequired()])
    bin = StringField(_l("Bin"), [Length(max=20)])
    safety_stock = NumberField(_l("Safety stock"), [Optional(), NumberRange(min=0)], default=0)
    reorder_point = NumberField(_l("Order again at"), [Optional(), NumberRange(min=0)], default=0)
    order_up_to = NumberField(_l("Order up to"), [Optional(), NumberRange(min=0)], default=0)

    def offer(self, warehouses: Iterable[Warehouse]) -> None:
        self.warehouse_id.choices = warehouse_choices(warehouses)


class SupplierForm(Form):
    name = StringField(_l("Name"), [DataRequired(_l("Enter the supplier's name.")), Length(max=120)])
    email = StringField(_l("E-mail"), [Length(max=200)])
    phone = StringField(_l("Phone"), [Length(max=40)])
    lead_days = IntegerField(
        _l("Days until delivery"), [InputRequired(_l("Enter how many days.")), NumberRange(0, 365)], default=1
    )


class ArrivalForm(Form):
    expected_at = DateTimeLocalField(
        _l("Arrives"), [InputRequired(_l("Enter the day and time."))], format=_WHEN
    )


class PurchaseForm(Form):
    supplier_id = HiddenField()
    warehouse_id = SelectField(_l("Deliver to"), [DataRequired(_l("Choose a warehouse."))])
    expected_at = DateTimeLocalField(
        _l("Arrives"), [InputRequired(_l("Enter the day and time."))], format=_WHEN
    )
    note = StringField(_l("Note"), [Length(max=300)])

    def offer(self, warehouses: Iterable[Warehouse]) -> None:
        self.warehouse_id.choices = warehouse_choices(warehouses)


class ReceiptForm(Form):
    delivery_note = StringField(_l("Number of the delivery note"), [Length(max=60)])


class ReasonForm(Form):
    reason = StringField(_l("Reason"), [DataRequired(_l("Give a reason.")), Length(max=200)])


class HandOutForm(Form):
    receiver_id = SelectField(_l("Taken by"), [DataRequired(_l("Choose who takes the parts."))])

    pin = PasswordField(_l("PIN"))

    def offer(self, people: Iterable[User], without_pin: Collection[int] = ()) -> None:
        """The people who may take parts; those of ``without_pin`` are named by the desk instead of signing."""
        self.receiver_id.choices = [
            ("", _l("Choose a person")),
            *(
                (
                    str(one.id),
                    gettext("%(name)s (no PIN yet)", name=one.name) if one.id in without_pin else one.name,
                )
                for one in people
            ),
        ]


class TakeBackForm(Form):
    quantity = NumberField(
        _l("How many come back"),
        [InputRequired(_l("Enter how many come back.")), NumberRange(min=0)],
    )
    warehouse_id = SelectField(_l("Put back in"), [DataRequired()])
    reason = StringField(_l("Reason"), [DataRequired(_l("Give a reason.")), Length(max=200)])

    def offer(self, warehouses: Iterable[Warehouse]) -> None:
        self.warehouse_id.choices = warehouse_choices(warehouses)


def warehouse_choices(warehouses: Iterable[Warehouse]) -> list[tuple[str, str]]:
    return [(str(one.id), f"{one.code} {one.name}") for one in warehouses]
