"""Knowledge on the tablet: a bulletin goes in, the worker reads it, a technician finds it in Chinese and beside the job."""

import re
from pathlib import Path

import pytest
import typst
from playwright.sync_api import Locator, Page, expect

from aftersales import clock
from aftersales.db import transaction
from e2e.accessibility import assert_accessible
from e2e.conftest import PORTRAIT, TABLET, OpenPage
from e2e.people import sign_in
from e2e.server import Product, inside
from tests import cast as casting
from tests import factories


@pytest.fixture(scope="module")
def floor(empty: Product) -> Product:
    """The product with a Passat in the technician's hands whose brakes make a noise."""
    with inside(empty):
        now = clock.now()
        with transaction():
            cast = casting.hire()
            order = factories.open_order(cast, now=now, concern="刹车异响, P0401 as well")
            factories.check_in(cast, order, now=now)
            factories.accept(cast, factories.assign(cast, order, now=now), now=now)
    return empty


def signed_in(open_page: OpenPage, floor: Product, email: str, device: dict[str, object]) -> Page:
    page = open_page(**device, base_url=floor.address)
    sign_in(page, email)
    return page


def test_a_bulletin_goes_in_and_is_found_beside_the_job(
    open_page: OpenPage, floor: Product, tmp_path: Path
) -> None:
    """TEC-6: uploaded by a team leader, read by the worker, found by its words and by the job's fault code."""
    file = tmp_path / "bulletin.pdf"
    file.write_bytes(typst.compile("Jan Kłocków, Łódź: 刹车片 EGR cooler P0401".encode()))
    leader = signed_in(open_page, floor, "leader@example.org", TABLET)
    leader.get_by_role("link", name="Knowledge").tap()
    expect(leader.get_by_text("Nothing is found")).to_be_visible()
    leader.get_by_role("link", name="Add a manual or bulletin").tap()
    leader.get_by_label("PDF or picture").set_input_files(file)
    leader.get_by_label("Kind", exact=True).select_option("bulletin")
    leader.get_by_role("textbox", name="Title").fill("Soot in the cooler")
    leader.get_by_role("textbox", name="Models").fill("VW Passat")
    leader.get_by_role("textbox", name="Fault codes").fill("P0401")
    assert_accessible(leader)
    leader.get_by_role("button", name="Add the document").tap()
    expect(leader.get_by_role("link", name="Open the PDF")).to_be_visible()
    assert_accessible(leader)
    for word in ("klockow", "lodz"):
        expect(until_found(leader, word)).to_be_visible()

    technician = signed_in(open_page, floor, "technician@example.org", PORTRAIT)
    technician.goto("/jobs")
    technician.locator("a.ticket").first.tap()
    technician.wait_for_url(re.compile("/work$"))
    fitting = technician.locator("#fitting")
    expect(fitting).to_contain_text("Soot in the cooler")
    expect(fitting).to_contain_text("P0401")
    assert_accessible(technician)
    fitting.locator("a.item").first.tap()
    expect(technician.get_by_role("heading", name="Soot in the cooler")).to_be_visible()


def until_found(page: Page, word: str) -> Locator:
    """The worker reads the text within the minute; the search box asks without a button."""
    page.goto(f"/knowledge?q={word}")
    for _ in range(30):
        if page.locator("#found a.item").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    return page.locator("#found a.item").first
