"""A new installation, set up in the browser by its first administrator."""

from playwright.sync_api import expect

from e2e.accessibility import assert_accessible
from e2e.conftest import TABLET, OpenPage
from e2e.server import Product


def test_the_first_administrator_opens_the_workshop(open_page: OpenPage, empty: Product) -> None:
    page = open_page(**TABLET, base_url=empty.address)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up your workshop")
    assert_accessible(page)
    page.get_by_label("Name of the workshop").fill("Auto Wieliczka")
    page.get_by_label("Short code").fill("WIE")
    page.get_by_label("Your name").fill("Anna Nowak")
    page.get_by_label("E-mail").fill("anna@example.com")
    page.get_by_label("Password", exact=True).fill("a good long password")
    page.get_by_label("Password again").fill("a good long password")
    page.get_by_role("button", name="Open the workshop").click()
    page.wait_for_url(lambda url: "first-run" not in url)
    assert "sign-in" not in page.url
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_accessible(page)
