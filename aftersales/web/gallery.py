"""Every component in both themes on one page, for those who build screens. Not part of what a workshop gets:
it exists only under test and where ``AFTERSALES_GALLERY=1`` is set."""

import os
from datetime import timedelta
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from flask import Flask, render_template, request
from wtforms import (
    BooleanField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    validators,
)

from aftersales import clock
from aftersales.web import presentation

FUEL = ["Empty", "1/8", "1/4", "3/8", "1/2", "5/8", "3/4", "7/8", "Full"]


class _Sample(Form):
    name = StringField("Name", [validators.InputRequired()])
    phone = StringField("Mobile", [validators.InputRequired(), validators.Length(min=12, message="Enter 9 digits after +48.")])
    plate = StringField("Plate", [validators.InputRequired()])
    odometer = StringField("Odometer")
    fuel_kind = SelectField("Fuel", choices=[("petrol", "Petrol"), ("diesel", "Diesel"), ("electric", "Electric")])
    wish = RadioField("Old parts", choices=[("back", "Give back"), ("bin", "Dispose of"), ("see", "Show first")])
    washed = BooleanField("Wash the car")
    note = TextAreaField("Note")
    size = IntegerField("Size", default=8)
    fuel = IntegerField("Fuel level", default=5)


def _form(theme: str, states: type[StrEnum] | None) -> dict[str, Any]:
    form = _Sample(data={"phone": "+48 601", "name": "Jan Król", "plate": "DW 7TT19", "size": 8, "fuel": 5}, prefix=f"{theme}-")
    form.validate()
    return {"theme": theme, "form": form, "states": list(states or [])}


def _car() -> dict[str, Any]:
    done, ahead = range(3, 9), (9, 10, 1, 2, 11, 12, 13, 14)
    stops = [SimpleNamespace(number=n, label=f"Photo {n}, taken", state="done", is_next=False, href="#main") for n in done]
    stops += [SimpleNamespace(number=n, label=f"Photo {n}", state="", is_next=n == 9, href="#main") for n in ahead]
    pins = [
        SimpleNamespace(letter="A", x=112, y=462, tone="soon", label="A: scratch, medium, rear door left", href="#main"),
        SimpleNamespace(letter="B", x=300, y=346, tone="urgent", label="B: chip, heavy, windscreen", href="#main"),
        SimpleNamespace(letter="C", x=611, y=232, tone="", label="C: kerb damage, light, front wheel right", href=None),
    ]
    return {"stops": stops, "pins": pins}


def init_app(app: Flask, states: type[StrEnum] | None = None) -> None:
    """Register ``/_gallery``, where it is wanted."""
    if not app.testing and os.environ.get("AFTERSALES_GALLERY") != "1":
        return

    @app.get("/_gallery", endpoint="gallery")
    def gallery() -> str:
        only = request.args.get("theme")
        themes = [only] if only in ("light", "bay") else ["light", "bay"]
        events = [
            SimpleNamespace(at_text="08:31", text="Checked in", who="Marta", tone="", note=""),
            SimpleNamespace(at_text="10:42", text="Quote 2 sent", who="Marta", tone="soon", note="By SMS and e-mail"),
            SimpleNamespace(at_text="11:05", text="Approved", who="Katarzyna Mazur", tone="ok", note="1,480.60 PLN"),
        ]
        return render_template(
            "components/gallery.html",
            samples=[_form(theme, states) for theme in themes],
            car_data=_car(),
            events=events,
            fuel=FUEL,
            since=clock.now() - timedelta(minutes=42),
            photo_states=list(presentation.PHOTO_STATES),
        )
