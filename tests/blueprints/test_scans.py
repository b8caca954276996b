"""Scanning: a VIN label, a key tag, a paper's or a customer's QR code lead to the right car (CHK-1)."""

import io
from pathlib import Path

import pytest
import typst
import zxingcpp
from flask import Flask
from PIL import Image

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.links import operations as links
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.gateways import codes
from aftersales.web import scans
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.gateways.photographs import OWN
from tests.html import CheckingClient

VIN = "WVWZZZ3CZKE087412"


@pytest.fixture
def order(app: Flask, cast: Cast) -> ServiceOrder:
    with app.app_context(), transaction():
        car = factories.vehicle(cast, plate="KR 5SCAN", vin=VIN)
        return factories.open_order(cast, car=car, now=clock.now())


def label(text: str, kind: zxingcpp.BarcodeFormat) -> bytes:
    """A photo of a printed code, as JPEG."""
    code = zxingcpp.create_barcode(text, kind)
    drawn = Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=4, add_quiet_zones=True))
    paper = Image.new("RGB", (drawn.width + 200, drawn.height + 200), "white")
    paper.paste(drawn, (100, 100))
    target = io.BytesIO()
    paper.save(target, "JPEG", quality=85)
    return target.getvalue()


def post(desk: CheckingClient, picture: bytes, **headers: str):  # type: ignore[no-untyped-def]
    return desk.post(
        "/scan",
        data={"photo": (io.BytesIO(picture), "p.jpg")},
        content_type="multipart/form-data",
        headers=headers,
    )


@pytest.mark.parametrize("kind", ["Code39", "Code128", "DataMatrix", "QRCode"])
def test_a_photo_of_the_vin_label_leads_to_the_car(
    desk: CheckingClient, order: ServiceOrder, kind: str
) -> None:
    """CHK-1"""
    picture = label(VIN, getattr(zxingcpp.BarcodeFormat, kind))
    answer = post(desk, picture)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/reception?q={VIN}"
    assert "KR 5SCAN" in desk.get(answer.headers["Location"]).text
    assert post(desk, picture, **{"HX-Request": "true"}).json["text"] == VIN


def test_a_photo_without_a_code_says_what_to_do(desk: CheckingClient) -> None:
    refused = post(desk, (OWN / "left.jpg").read_bytes())
    assert refused.status_code == 422
    assert "No code was found" in refused.text
    spoken = post(desk, b"%PDF-1.7 not a photo", **{"HX-Request": "true"})
    assert spoken.status_code == 422
    assert "PDF" in spoken.json["refusal"]
    assert desk.post("/scan", data={}).status_code == 422


def test_the_codes_of_papers_key_tag_and_customer_s_link_lead_to_the_order(
    app: Flask, cast: Cast, desk: CheckingClient, order: ServiceOrder
) -> None:
    """CHK-1, CHK-7"""
    with app.app_context(), transaction():
        db.session.add(
            CheckIn(
                service_order_id=order.id,
                site_id=order.site_id,
                vehicle_id=order.vehicle_id,
                started_at=clock.now(),
                key_tag="47 B",
            )
        )
        link = links.order_link(site_id=order.site_id, service_order_id=order.id, now=clock.now())
        address = links.address_of(link)
    for text in (
        f"https://anywhere.example/o/{order.number}",
        f"/o/{order.number}",
        "/k/47%20B",
        "/o/47 B",
        address,
    ):
        led = desk.get("/scan/found", query_string={"text": text})
        assert led.headers["Location"] == f"/orders/{order.id}/check-in", text
    assert desk.get(f"/o/{order.number}").headers["Location"] == f"/orders/{order.id}/check-in"
    assert desk.get("/k/47%20B").status_code == 303
    assert desk.get("/o/nothing").status_code == 404


def test_a_code_of_another_house_or_site_is_only_searched_for(
    cast: Cast, desk: CheckingClient, sign_in: SignIn, order: ServiceOrder
) -> None:
    for text in ("https://evil.example/c/" + "x" * 60, "javascript:alert(1)", "//evil.example/o", "x" * 5000):
        assert (
            desk.get("/scan/found", query_string={"text": text})
            .headers["Location"]
            .startswith("/reception?q=")
        )
    stranger = sign_in(cast.stranger.id)
    assert stranger.get(f"/o/{order.number}").status_code in (303, 404)
    assert f"/orders/{order.id}" not in stranger.get(f"/o/{order.number}").headers.get("Location", "")
    technician = sign_in(cast.technician.id)
    assert technician.get(f"/o/{order.number}").headers["Location"] == f"/orders/{order.id}"


@pytest.mark.parametrize(
    ("text", "vin"),
    [(VIN, VIN), (f"I{VIN}", VIN), (f"*{VIN}*", VIN), (VIN.lower(), VIN), (VIN[:-1], ""), ("I" * 17, "")],
)
def test_what_labels_put_around_a_vin_is_left_out(text: str, vin: str) -> None:
    assert scans.vin_in(text) == vin


def test_reception_finds_by_vin_name_and_phone(desk: CheckingClient, order: ServiceOrder) -> None:
    """CHK-1: several ways to the right car."""
    assert "KR 5SCAN" in desk.get("/reception", query_string={"q": VIN}).text
    for words in ("Mazur", "601 234 567"):
        page = desk.get("/reception", query_string={"q": words}).text
        assert "KR 5SCAN" in page
        assert "None of these: a new car" in page
    fresh = desk.get("/reception", query_string={"q": "WBA8E91050K123456"}).text
    assert 'value="WBA8E91050K123456"' in fresh
    assert "KR 5SCAN" in desk.get("/reception").text


def test_the_qr_code_of_an_order_reads_as_its_address(tmp_path: Path) -> None:
    """Drawn on paper by the program that draws our documents, and read back."""
    (tmp_path / "code.svg").write_bytes(codes.qr("http://127.0.0.1:8000/o/26-0001"))
    (tmp_path / "page.typ").write_text(
        '#set page(width: 30mm, height: 30mm, margin: 5mm)\n#image("code.svg", width: 17mm)'
    )
    png = typst.compile(tmp_path / "page.typ", format="png", ppi=150)
    assert codes.read(png) == ["http://127.0.0.1:8000/o/26-0001"]
