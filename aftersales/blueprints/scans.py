"""Scanning: a code read by the tablet or from a posted photo leads to the car or its order."""

from flask import Blueprint, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from aftersales.domain.errors import DomainError, Invalid, NotFound
from aftersales.i18n import gettext
from aftersales.web import htmx, media, scans
from aftersales.web.access import needs
from aftersales.web.errors import status_of

blueprint = Blueprint("scans", __name__)


@blueprint.get("/scan")
@needs("vehicles.read")
def page() -> str:
    """A photo of the code instead of the live camera; works everywhere."""
    return render_template("scans/page.html", error=None)


@blueprint.post("/scan")
@needs("vehicles.read")
def read() -> Response | tuple[str, int]:
    """Read the codes of a posted photo. To the script the text and where it leads; else straight there."""
    try:
        texts = media.read_codes()
        if not texts:
            raise Invalid(
                gettext(
                    "No code was found on the photo. Go closer, hold the tablet still, avoid reflections; or type"
                    " it."
                ),
                field="photo",
            )
    except DomainError as error:
        if htmx.is_partial():
            return make_response(jsonify(refusal=str(error)), status_of(error))
        return render_template("scans/page.html", error=error), status_of(error)
    text = next((one for one in texts if scans.vin_in(one)), texts[0])
    if htmx.is_partial():
        return jsonify(text=scans.text_in(text), url=scans.address_of(text))
    return redirect(scans.address_of(text), 303)


@blueprint.get("/scan/found")
@needs("vehicles.read")
def found() -> Response:
    """Where a scanned text leads."""
    return redirect(scans.address_of(request.args.get("text", "")), 303)


@blueprint.get("/o/<path:code>")
@needs("orders.read")
def order(code: str) -> Response:
    """The order by its number or key tag: the address in the QR code of its papers."""
    return _lead(scans.order_of(code))


@blueprint.get("/k/<path:tag>")
@needs("orders.read")
def key(tag: str) -> Response:
    """The order on which this key tag hangs: the address in the QR code of a tag."""
    return _lead(scans.order_of_key(tag))


def _lead(order_id: int | None) -> Response:
    if order_id is None:
        raise NotFound(gettext("No order here has this number or key tag. Search for the plate instead."))
    return redirect(scans.entrance(order_id), 303)
