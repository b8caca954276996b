"""Every component in both themes on one page, for those who build screens: ``python -m tests.gallery [PORT]``."""

import sys
import tempfile
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, render_template, request
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

from aftersales import clock, config, create_app
from aftersales.domain.service_orders.states import OrderState
from aftersales.web.access import public
from aftersales.web.presentation import PHOTO_STATES

blueprint = Blueprint("gallery", __name__, template_folder=".")

FUEL = ["Empty", "1/8", "1/4", "3/8", "1/2", "5/8", "3/4", "7/8", "Full"]


class _SampleForm(Form):
    name = StringField("Name", [validators.InputRequired()])
    phone = StringField("Mobile", [validators.InputRequired()])
    plate = StringField("Plate", [validators.InputRequired()])
    odometer = StringField("Odometer")
    fuel_kind = SelectField(
        "Fuel", choices=[("petrol", "Petrol"), ("diesel", "Diesel"), ("electric", "Electric")]
    )
    wish = RadioField(
        "Old parts", choices=[("back", "Give back"), ("bin", "Dispose of"), ("see", "Show first")]
    )
    washed = BooleanField("Wash the car")
    note = TextAreaField("Note")
    size = IntegerField("Size", default=8)
    fuel = IntegerField("Fuel level", default=5)


def _sample(theme: str) -> dict[str, Any]:
    data = {
        "phone": "+48 601",
        "name": "Jan Król",
        "plate": "DW 7TT19",
        "fuel_kind": "petrol",
        "wish": "back",
    }
    form = _SampleForm(data=data, prefix=f"{theme}-")
    form.phone.errors = ["Enter 9 digits after +48, for example +48 601 224 318."]
    form.wish.errors = ["Say what happens to the old parts."]
    return {"theme": theme, "form": form}


def _car() -> dict[str, Any]:
    done, ahead = range(3, 9), (9, 10, 1, 2, 11, 12, 13, 14)
    stops = [
        SimpleNamespace(number=n, label=f"Photo {n}, taken", state="done", is_next=False, href="#main")
        for n in done
    ]
    stops += [
        SimpleNamespace(number=n, label=f"Photo {n}", state="", is_next=n == 9, href="#main") for n in ahead
    ]
    pins = [
        SimpleNamespace(
            letter="A", x=112, y=462, tone="soon", label="A: scratch, medium, rear door left", href="#main"
        ),
        SimpleNamespace(
            letter="B", x=300, y=346, tone="urgent", label="B: chip, heavy, windscreen", href="#main"
        ),
        SimpleNamespace(
            letter="C", x=611, y=232, tone="", label="C: kerb damage, light, front wheel right", href=None
        ),
    ]
    return {"stops": stops, "pins": pins}


def _events() -> list[SimpleNamespace]:
    return [
        SimpleNamespace(at_text="08:31", text="Checked in", who="Marta", tone="", note=""),
        SimpleNamespace(
            at_text="10:42", text="Quote 2 sent", who="Marta", tone="soon", note="By SMS and e-mail"
        ),
        SimpleNamespace(
            at_text="11:05", text="Approved", who="Katarzyna Mazur", tone="ok", note="1,480.60 PLN"
        ),
    ]


@blueprint.get("/_gallery")
@public
def page() -> str:
    only = request.args.get("theme", "")
    return render_template(
        "gallery.html",
        samples=[_sample(theme) for theme in ("light", "bay") if only in ("", theme)],
        states=list(OrderState),
        car_data=_car(),
        events=_events(),
        fuel=FUEL,
        since=clock.now() - timedelta(minutes=42),
        photo_states=list(PHOTO_STATES),
    )


@blueprint.get("/_polling")
@public
def polling() -> str:
    return render_template("polling.html")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(config.load({"AFTERSALES_DATA_DIR": folder}))
        app.register_blueprint(blueprint)
        app.run("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8090, threaded=True)


if __name__ == "__main__":
    main()
