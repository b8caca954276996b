"""Bar codes and QR codes: read from a photo, drawn for paper."""

import io

import segno
import zxingcpp
from PIL import Image

from aftersales.gateways.pictures import clean_photo

_KINDS = zxingcpp.BarcodeFormats(
    (
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.DataMatrix,
        zxingcpp.BarcodeFormat.Code39,
        zxingcpp.BarcodeFormat.Code128,
    )
)
"""What is printed on VIN labels, key tags and our own papers."""


def read(source: bytes) -> list[str]:
    """The texts of all codes on a photo, none where there is no readable one. The picture is made clean first, as
    every upload; raises :class:`~aftersales.gateways.pictures.PictureRefused` for what is no photo."""
    with Image.open(io.BytesIO(clean_photo(source).image)) as picture:
        found = zxingcpp.read_barcodes(picture, formats=_KINDS)
    return [code.text for code in found if code.valid and code.text]


def qr(text: str) -> bytes:
    """A QR code as SVG, with the quiet edge that readers need."""
    target = io.BytesIO()
    segno.make(text, error="m", micro=False).save(target, kind="svg", border=2, xmldecl=False, scale=4)
    return target.getvalue()
