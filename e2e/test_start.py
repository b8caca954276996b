"""The product as it comes up: the first page of an empty workshop and of the sample, in a browser."""

import pytest
from playwright.sync_api import Page

from e2e.accessibility import assert_accessible
from e2e.conftest import PHONE, TABLET, OpenPage
from e2e.server import Product


@pytest.mark.parametrize("device", [TABLET, PHONE], ids=["tablet", "phone"])
def test_whoever_is_not_signed_in_sees_the_sign_in_page(
    open_page: OpenPage, sample: Product, device: dict[str, object]
) -> None:
    page: Page = open_page(**device, base_url=sample.address)
    page.goto("/")
    page.get_by_role("heading", level=1).wait_for()
    assert "/sign-in" in page.url
    assert_accessible(page)
