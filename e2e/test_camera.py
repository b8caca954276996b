"""The camera in the page, with Chromium's fake one: the walk-around's photos, the last visit's behind them, marks on a
photo, and a VIN label that is read."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, BrowserType, Locator, Page, expect

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.actors import SYSTEM
from aftersales.domain.checkins import operations as checkins
from aftersales.domain.checkins import queries, walkaround
from aftersales.domain.checkins.kinds import Station
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.vehicles.models import Vehicle
from aftersales.web import media
from e2e.accessibility import assert_accessible
from e2e.conftest import PORTRAIT, TABLET
from e2e.people import sign_in
from e2e.server import Product, inside
from tests.servers import wait_until

PICTURES = Path(__file__).resolve().parents[1] / "aftersales" / "sample" / "pictures"
FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
VIN = "WVWZZZ3CZKE087412"
DEVICES = pytest.mark.parametrize("device", [TABLET, PORTRAIT], ids=["landscape", "portrait"])


@pytest.fixture(scope="module")
def seeing(browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    """A browser with a camera that shows a turning disc."""
    arguments = [*browser_type_launch_args["args"], *FAKE_CAMERA]
    browser = browser_type.launch(**{**browser_type_launch_args, "args": arguments})
    yield browser
    browser.close()


def signed_in(browser: Browser, product: Product, device: dict[str, object]) -> tuple[BrowserContext, Page]:
    context = browser.new_context(**device, base_url=product.address, locale="en-GB")  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    page = context.new_page()
    sign_in(page, "marta@krakow.example", "aftersales")
    return context, page


def second_visit(product: Product) -> int:
    """A car that comes again; at the visit before, which was called off, its left side was photographed."""
    with inside(product) as app, app.app_context():
        with transaction():
            car = (
                db.session.query(Vehicle)
                .filter(Vehicle.owner_id.is_not(None))
                .order_by(Vehicle.id.desc())
                .first()
            )
            assert car is not None
            car_id, owner_id = car.id, car.owner_id
            for waiting in service_orders_of(car_id):
                service_orders.move(
                    service_orders.lock_order(waiting), "cancel", actor=SYSTEM, now=clock.now(), reason="test"
                )
        photo = media.keep_photo(io.BytesIO((PICTURES / "left.jpg").read_bytes()))
        for is_first in (True, False):
            with transaction():
                order = checkins.receive(
                    site_id=1, vehicle_id=car_id, customer_id=owner_id or 0,
                    concerns=[checkins.Concern("Knocks over bumps")], actor=SYSTEM, now=clock.now(),
                )  # fmt: skip
                order_id = order.id
                if is_first:
                    walkaround.add_photo(order_id, photo, station=Station.LEFT, actor=SYSTEM, now=clock.now())
                    service_orders.move(order, "cancel", actor=SYSTEM, now=clock.now(), reason="test")
        return order_id


def service_orders_of(vehicle_id: int) -> list[int]:
    """The car's orders that nobody has checked in yet."""
    found = db.session.execute(
        db.text("SELECT id FROM service_orders WHERE vehicle_id = :car AND state IN ('arrived', 'booked')"),
        {"car": vehicle_id},
    )
    return [row[0] for row in found]


def stations_kept(product: Product, order_id: int) -> set[str]:
    with inside(product) as app, app.app_context():
        checkin = queries.find_checkin(order_id)
        return {station.value for station in queries.photos_of(checkin.id)} if checkin else set()


@pytest.mark.browser
@DEVICES
def test_six_photos_in_eight_taps(sample: Product, seeing: Browser, device: dict[str, object]) -> None:
    """CHK-2, CHK-3: one tap opens the view, one takes each required photo, one says done; all of them arrive."""
    order_id = second_visit(sample)
    context, page = signed_in(seeing, sample, device)
    page.goto(f"/orders/{order_id}/check-in/walk-around")
    expect(page.locator("#camera[data-ready]")).to_be_attached(timeout=20_000)
    taps = 0

    def tap(target: Locator) -> None:
        nonlocal taps
        target.tap()
        taps += 1

    tap(page.locator("#walk-bar label[for='photo-vin-file']"))
    shutter, title = page.locator("[data-camera-shutter]"), page.locator("[data-camera-title]")
    expect(shutter).to_be_enabled()
    box = shutter.bounding_box()
    assert box is not None and min(box["width"], box["height"]) >= 64
    assert_accessible(page)
    for name in ("2 VIN", "3 Left side", "5 Front", "7 Right side", "9 Rear", "13 Dashboard"):
        expect(title).to_have_text(name)
        expect(shutter).to_be_enabled()
        if name == "3 Left side":
            page.locator("[data-camera-ghost-switch]").tap()  # looking costs no tap of the check-in
            expect(page.locator("[data-camera-ghost]")).to_be_visible()
            assert_accessible(page)
        tap(shutter)
    expect(page.locator("[data-camera-complete]")).to_be_visible()
    assert_accessible(page)
    tap(page.locator("[data-camera-complete] button[data-camera-close]"))
    assert taps == 8
    wait_until(lambda: len(stations_kept(sample, order_id)) == 6, what="not all photos arrived", seconds=20)
    page.goto(f"/orders/{order_id}/check-in/compare")
    expect(page.get_by_alt_text("Last visit: Left side")).to_be_visible()
    expect(page.get_by_alt_text("Now: Left side")).to_be_visible()
    assert_accessible(page)
    context.close()


@pytest.mark.browser
@DEVICES
def test_a_camera_that_is_refused_leaves_a_way(
    sample: Product, seeing: Browser, device: dict[str, object]
) -> None:
    """CHK-3: own words, the last visit's photo, and the file input; the photo taken that way goes on, too."""
    order_id = second_visit(sample)
    context, page = signed_in(seeing, sample, device)
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); }"
    )
    page.goto(f"/orders/{order_id}/check-in/walk-around")
    expect(page.locator("#camera[data-ready]")).to_be_attached(timeout=20_000)
    page.locator("#photo-left .shot-pick").tap()
    expect(page.get_by_text("This page may not use the camera.")).to_be_visible()
    expect(page.locator("[data-camera-before] img")).to_be_visible()
    assert_accessible(page)
    with page.expect_file_chooser() as chooser:
        page.get_by_text("Take with the camera app").tap()
    chooser.value.set_files(PICTURES / "left.jpg")
    expect(page.locator("[data-camera-title]")).to_have_text("5 Front")
    page.locator("[data-camera-skip]").tap()
    page.get_by_role("button", name="Does not open").tap()
    expect(page.locator("[data-camera-title]")).to_have_text("7 Right side")
    wait_until(
        lambda: stations_kept(sample, order_id) == {"left"}, what="the photo did not arrive", seconds=20
    )
    context.close()


@pytest.mark.browser
@DEVICES
def test_marks_are_drawn_by_finger(sample: Product, seeing: Browser, device: dict[str, object]) -> None:
    """CHK-3: arrow and circle by pointer, words by a tap; saved they stand on the photo."""
    order_id = second_visit(sample)
    with inside(sample) as app, app.app_context():
        photo = media.keep_photo(io.BytesIO((PICTURES / "right.jpg").read_bytes()))
        with transaction():
            taken = walkaround.add_photo(
                order_id, photo, station=Station.RIGHT, actor=SYSTEM, now=clock.now()
            )
            photo_id = taken.attachment_id
    context, page = signed_in(seeing, sample, device)
    page.goto(f"/photos/{photo_id}/marks")
    canvas = page.locator("#marks-canvas")
    expect(page.get_by_text("Nothing is drawn yet.")).to_be_visible()
    box = canvas.bounding_box()
    assert box is not None

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    for tool, start, end in (("arrow", (0.2, 0.2), (0.4, 0.4)), ("circle", (0.6, 0.5), (0.7, 0.6))):
        page.locator(f"[data-tool={tool}]").tap()
        page.mouse.move(*at(*start))
        page.mouse.down()
        page.mouse.move(*at(*end), steps=4)
        page.mouse.up()
    page.locator("[data-tool=text]").tap()
    page.get_by_label("Words to put on the photo").fill("Scratch 8 cm")
    page.touchscreen.tap(*at(0.5, 0.1))
    expect(canvas.locator(".mark")).to_have_count(3)
    page.locator("[data-undo]").tap()
    expect(canvas.locator(".mark")).to_have_count(2)
    page.touchscreen.tap(*at(0.5, 0.1))
    page.get_by_label("Words to put on the photo").fill("Old rust")
    page.touchscreen.tap(*at(0.5, 0.1))
    assert_accessible(page)
    page.get_by_role("button", name="Save the marks").tap()
    expect(page.get_by_text("The picture itself is unchanged.")).to_be_visible()
    expect(page.locator("#marks-canvas .mark")).to_have_count(3)
    assert_accessible(page)
    context.close()


@pytest.mark.browser
def test_a_vin_label_is_read_by_the_library(
    sample: Product, browser_type: BrowserType, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> None:
    """CHK-1: under the strict policy, by a camera that looks at a Code 39 label."""
    code = zxingcpp.write_barcode_to_image(
        zxingcpp.create_barcode(VIN, zxingcpp.BarcodeFormat.Code39), scale=3, add_quiet_zones=True
    )
    drawn = Image.fromarray(code)
    paper = Image.new("RGB", (1280, 720), "white")
    paper.paste(drawn.resize((1000, 200), Image.Resampling.NEAREST), (140, 260))
    frame = io.BytesIO()
    paper.save(frame, "JPEG", quality=95)
    film = tmp_path / "label.mjpeg"
    film.write_bytes(frame.getvalue() * 3)
    arguments = [
        *browser_type_launch_args["args"],
        *FAKE_CAMERA,
        f"--use-file-for-fake-video-capture={film}",
    ]
    browser = browser_type.launch(**{**browser_type_launch_args, "args": arguments})
    try:
        _, page = signed_in(browser, sample, TABLET)
        page.goto("/reception")
        assert_accessible(page)
        page.get_by_role("button", name="Scan").tap()
        page.wait_for_url(lambda url: VIN in url, timeout=20_000)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    finally:
        browser.close()


@pytest.mark.browser
def test_a_recording_made_in_the_page_stands_beside_the_concern(sample: Product, seeing: Browser) -> None:
    """CHK-8: recorded with the fake camera and microphone, kept in the queue, played from the server."""
    order_id = second_visit(sample)
    context, page = signed_in(seeing, sample, TABLET)
    page.goto(f"/orders/{order_id}/check-in/jobs")
    page.get_by_role("link", name="Video or sound").first.tap()
    for kind, element in (("video", "video"), ("audio", "audio")):
        page.locator(f"[data-clip-record={kind}]").tap()
        expect(page.get_by_text("Recording: 2 of 60 s")).to_be_visible()
        page.locator("[data-clip-stop]").tap()
        expect(page.locator(f"#clips {element}")).to_be_visible(timeout=20_000)
    assert_accessible(page)
    width = page.evaluate(
        "async () => { const one = document.querySelector('#clips video'); await one.play(); return one.videoWidth; }"
    )
    assert width > 0
    context.close()
