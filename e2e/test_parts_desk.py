"""The parts desk in the browser: a new article is ordered, arrives in two parts, and is corrected; on tablet and phone."""

import pytest
from playwright.sync_api import expect

from e2e.accessibility import assert_accessible
from e2e.conftest import PHONE, TABLET, OpenPage
from e2e.people import sign_in
from e2e.server import Product


def test_an_article_is_ordered_received_in_two_parts_and_corrected(
    open_page: OpenPage, sample: Product
) -> None:
    """PRT-2, PRT-3: each step leaves a row of the ledger; what did not arrive is still to come."""
    page = open_page(**TABLET, base_url=sample.address)
    sign_in(page, "piotr@krakow.example", "aftersales")
    page.goto("/parts/articles/new")
    page.get_by_label("Part number", exact=True).fill("E2E 145 762 AE")
    page.get_by_label("Name", exact=True).fill("Charge air hose")
    page.get_by_label("Price", exact=True).fill("189.00")
    page.get_by_label("Cost", exact=True).fill("92,50")
    page.get_by_role("button", name="Save the article").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Charge air hose")
    assert_accessible(page)
    article = page.url

    page.goto("/parts/purchase-orders/new")
    page.get_by_role("link", name="Inter Parts").last.click()
    for field in page.locator("[name^='quantity-']").all():
        field.fill("0")  # only the new article is wanted
    page.get_by_label("Another part number").fill("e2e145762ae")
    page.get_by_label("Quantity", exact=True).fill("2")
    page.get_by_role("button", name="Order", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("PO-")
    order = page.url
    page.get_by_label("Arrived now: Charge air hose").fill("1")
    page.get_by_role("button", name="Receive").click()
    page.wait_for_url("**/parts")
    page.goto(order)
    expect(page.get_by_label("Arrived now: Charge air hose")).to_have_value("1")
    assert_accessible(page)

    page.goto(article)
    page.get_by_text("Correct the stock").click()
    page.get_by_label("How many more (+) or fewer (-)").fill("-1")
    page.get_by_role("textbox", name="Reason").fill("Torn in the bin")
    page.get_by_role("button", name="Correct", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="Torn in the bin")).to_contain_text("-1")


@pytest.mark.parametrize("device", [TABLET, PHONE], ids=["tablet", "phone"])
@pytest.mark.parametrize(
    "path", ["/parts", "/parts/articles", "/parts/purchase-orders", "/parts/purchase-orders/new"]
)
def test_the_desks_pages_are_accessible_and_fit_the_screen(
    open_page: OpenPage, sample: Product, device: dict[str, object], path: str
) -> None:
    page = open_page(**device, base_url=sample.address)
    sign_in(page, "piotr@krakow.example", "aftersales")
    page.goto(path)
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
