"""Single fields of the check-in's forms, as tablets send them one by one, and the choice where two tablets differ."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from aftersales.blueprints.forms.base import Form, shown
from aftersales.blueprints.forms.checkins import CarForm, HandedOverForm
from aftersales.db import transaction
from aftersales.domain.checkins import entries
from aftersales.domain.checkins.models import Entry
from aftersales.domain.errors import Invalid, NotFound
from aftersales.i18n import gettext
from aftersales.web import checkin_steps as steps
from aftersales.web import htmx, tablets
from aftersales.web.access import needs

blueprint = Blueprint("checkin_fields", __name__, url_prefix="/orders/<int:order_id>/check-in/fields")

_FORMS: tuple[type[Form], ...] = (CarForm, HandedOverForm)
_NEVER = frozenset({"version", "csrf_token", "submission_id", "is_odometer_confirmed"})


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that two tablets set differently, with both values as a person reads them."""

    entry: Entry
    label: str
    theirs: str
    ours: str


@blueprint.post("")
@needs("checkins.write")
def enter(order_id: int) -> Response:
    """Keep one field. The tablet sends it again with the same id when it did not hear the answer."""
    steps.get(order_id)
    name = request.form.get("name", "")
    value = _value(name, request.form.get("value", ""))
    with transaction():
        entries.enter(
            order_id,
            name,
            value,
            before=request.form.get("before", ""),
            client_id=steps.client_id(request.form.get("submission_id")),
            made_at=tablets.made_at(),
            is_odometer_confirmed=bool(request.form.get("is_odometer_confirmed")),
            **steps.by(),
        )
    return make_response("", 204)


@blueprint.get("/conflicts")
@needs("checkins.write")
def conflicts(order_id: int) -> str:
    """What two tablets set differently, to choose."""
    order, _ = steps.get(order_id)
    return render_template("checkins/conflicts.html", order=order, conflicts=_conflicts(order_id))


@blueprint.post("/conflicts/<int:entry_id>")
@needs("checkins.write")
def decide(order_id: int, entry_id: int) -> Response:
    steps.get(order_id)
    entry = next((entry for entry in entries.list_open(order_id) if entry.id == entry_id), None)
    if entry is not None:  # somebody else may have decided already
        with transaction():
            entries.decide(
                order_id,
                entry_id,
                _value(entry.name, entry.value),
                is_taken=request.form.get("choice") == "ours",
                **steps.by(),
            )
    is_last = not entries.list_open(order_id)
    return htmx.redirect(url_for("checkins.car" if is_last else ".conflicts", order_id=order_id))


def _conflicts(order_id: int) -> list[Conflict]:
    return [
        Conflict(
            entry, _label(entry.name), _shown(entry.name, entry.other_value), _shown(entry.name, entry.value)
        )
        for entry in entries.list_open(order_id)
    ]


def _form_with(name: str, text: str) -> Form:
    """The form that has this field, holding just its text."""
    for kind in _FORMS:
        form = kind(formdata=None)
        if name in form and name not in _NEVER:
            form[name].process(MultiDict({name: text}))
            return form
    raise NotFound(gettext("There is no such field."))


def _value(name: str, text: str) -> Any:
    """The value as the operation takes it. Raises :class:`Invalid` with the field's own sentence."""
    form: Any = _form_with(name, text)
    field = form[name]
    if not field.validate(form):
        raise Invalid(str(field.errors[0]), field=name)
    return form.values()[name]


def _label(name: str) -> str:
    return str(_form_with(name, "")[name].label.text)


def _shown(name: str, text: str) -> str:
    field = _form_with(name, text)[name]
    if field.type == "BooleanField":
        return gettext("yes") if field.data else gettext("no")
    return shown(field) or gettext("empty")
