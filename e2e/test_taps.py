"""How many taps a whole check-in takes, from the order to the customer's signature."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Locator, expect

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.checkins import operations as checkins
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from e2e.conftest import TABLET
from e2e.people import sign_in
from e2e.server import Product, inside
from e2e.test_camera import FAKE_CAMERA
from e2e.test_visit import draw
from tests import cast as casting
from tests import factories

MOST = 25


@pytest.fixture(scope="module")
def seeing(browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    arguments = [*browser_type_launch_args["args"], *FAKE_CAMERA]
    browser = browser_type.launch(**{**browser_type_launch_args, "args": arguments})
    yield browser
    browser.close()


def test_a_check_in_with_six_photos_takes_at_most_25_taps(empty: Product, seeing: Browser) -> None:
    """QUALITY, CHK-2: the booked items are priced; typing counts as the tap into its field, the signature as one."""
    with inside(empty), transaction():
        cast = casting.hire()
        order = factories.open_order(cast, now=clock.now())
        factories.price(cast, order)
        order.promised_at = order.first_promised_at = clock.now() + timedelta(hours=6)
        checkins.arrive(order.id, site_id=order.site_id, actor=cast.advisor.actor(), now=clock.now())
        order_id = order.id
    context = seeing.new_context(**TABLET, base_url=empty.address, locale="en-GB")
    context.set_default_timeout(10_000)
    page = context.new_page()
    sign_in(page, cast.advisor)
    page.goto(f"/orders/{order_id}")
    taps = 0

    def tap(target: Locator) -> None:
        nonlocal taps
        target.tap()
        taps += 1

    def write(target: Locator, text: str) -> None:
        tap(target)
        target.fill(text)

    tap(page.get_by_role("link", name="Check in", exact=True))
    tap(page.get_by_label("Seat, wheel and floor covers"))
    tap(page.get_by_label("Plate and VIN compared"))
    tap(page.get_by_role("button", name="Walk around the car"))
    expect(page.locator("#camera[data-ready]")).to_be_attached(timeout=20_000)
    tap(page.locator("#walk-bar label[for='photo-vin-file']"))
    shutter = page.locator("[data-camera-shutter]")
    for name in ("2 VIN", "3 Left side", "5 Front", "7 Right side", "9 Rear", "13 Dashboard"):
        expect(page.locator("[data-camera-title]")).to_have_text(name)
        expect(shutter).to_be_enabled()
        tap(shutter)
    tap(page.locator("[data-camera-complete] button[data-camera-close]"))
    write(page.get_by_label("Odometer", exact=True), "118500")
    write(page.get_by_label("Key tag"), "K17")
    tap(page.get_by_label("Asked for valuables"))
    page.wait_for_function("() => Number(localStorage.getItem('waiting')) === 0")
    tap(page.get_by_role("button", name="Continue to the jobs"))
    page.wait_for_url("**/jobs")
    page.wait_for_load_state("networkidle")  # a person looks at the page first
    tap(page.get_by_role("button", name="Continue to signature"))
    expect(page.get_by_role("link", name="Read the document")).to_be_visible(timeout=20_000)
    draw(page)
    taps += 1
    tap(page.get_by_role("button", name="Sign and order"))
    page.wait_for_url(f"**/orders/{order_id}")
    context.close()
    with inside(empty):
        assert db.session.get_one(ServiceOrder, order_id).state is OrderState.CHECKED_IN
    assert taps <= MOST, taps
