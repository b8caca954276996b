"""The customer answers a quotation of five items on a phone: few taps, the total always right, also without script."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.links import operations as links
from aftersales.domain.links import queries as link_queries
from aftersales.domain.quotations import queries
from aftersales.domain.quotations.drafts import draft
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites.models import Site
from aftersales.web import quotation_documents
from e2e.accessibility import assert_accessible
from e2e.conftest import PHONE, OpenPage
from e2e.server import Product, inside
from tests import cast as casting
from tests import factories

ITEMS = (
    ("Front brake discs and pads", "712.00", "1.6", "urgent"),
    ("Brake fluid", "59.00", "0.5", "soon"),
    ("Wiper blades", "99.00", "0.1", "soon"),
    ("Pollen filter", "45.50", "0.2", "soon"),
    ("Rear lamp bulb", "12.30", "0.1", "urgent"),
)
TOTAL = "1,577.80"
"""1,128.00 + 189.00 + 125.00 + 97.50 + 38.30"""
MAX_TAPS = 9


@pytest.fixture(scope="module")
def quotes(empty: Product) -> list[tuple[str, int]]:
    """Two quotations with five items each: the links and the ids."""
    with inside(empty):
        with transaction():
            cast = casting.hire()
        return [ask(cast, clock.now()) for _ in range(2)]


def ask(cast: casting.Cast, now: datetime) -> tuple[str, int]:
    with transaction():
        order = factories.accept(
            cast, factories.assign(cast, factories.check_in(cast, factories.open_order(cast)))
        )
        for title, part, hours, severity in ITEMS:
            factories.propose(cast, order, title=title, part=part, hours=hours, severity=severity)
    promised_at = now + timedelta(hours=6)
    made = draft(order, promised_at=promised_at, now=now)
    site = db.session.get_one(Site, order.site_id)
    stored = quotation_documents.render_asked(made, order, site, photos={}, changes=[], at=now)
    with transaction():
        sent = factories.send_quotation(
            cast,
            db.session.get_one(ServiceOrder, order.id),
            now=now,
            document=stored,
            promised_at=promised_at,
        )
    link = link_queries.find_quotation_link(sent.id)
    assert link is not None
    return f"/c/{links.token_for(link)}", sent.id


class Thumb:
    """Counts the taps of a person who holds the phone."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, name: str, *, number: int = 0, role: str = "") -> None:
        found = self.page.get_by_role(role, name=name) if role else self.page.get_by_text(name, exact=True)  # type: ignore[arg-type]
        found.nth(number).tap()
        self.taps += 1


def test_five_items_are_approved_with_few_taps_and_the_total_is_right(
    open_page: OpenPage, empty: Product, quotes: list[tuple[str, int]]
) -> None:
    """QUO-2, PLT-1: no sign-in, running total, review with name, confirmation with the PDF."""
    url, quotation_id = quotes[0]
    page = open_page(**PHONE, base_url=empty.address)
    page.goto(url)
    expect(page.locator("h1")).to_have_text("We need your answer on 5 items")
    assert page.locator("input[type=radio]:checked").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert_accessible(page)

    thumb = Thumb(page)
    for number in range(4):
        thumb.tap("Do it", number=number)
    thumb.tap("Not now", number=4)
    expect(page.locator("[data-running-total-shown]")).to_have_text("1,539.50")
    expect(page.locator("[data-running-count]")).to_have_text("5 of 5 decided, you order")
    thumb.tap("Review", role="button")
    expect(page.locator("h1")).to_have_text("Look it over and sign")
    assert "1,539.50" in page.locator("#answer").inner_text()
    assert_accessible(page)
    page.get_by_label("Full name of the person who signs").tap()
    thumb.taps += 1
    page.keyboard.type("Katarzyna Mazur")
    thumb.tap("Approve", role="button")

    expect(page.locator("h1")).to_have_text("Thank you, we have your answer")
    assert thumb.taps <= MAX_TAPS
    assert_accessible(page)
    with inside(empty):
        answered = queries.get_quotation(quotation_id)
        assert answered.approved_gross == Decimal("1539.50")
        assert answered.opened_at is not None
    pdf = page.request.get(page.get_by_role("link", name="Your copy, PDF").get_attribute("href") or "")
    assert pdf.body().startswith(b"%PDF")


def test_without_script_it_is_the_same_journey(
    open_page: OpenPage, empty: Product, quotes: list[tuple[str, int]]
) -> None:
    """QUALITY: the customer's page works without script; "opened" is said by script alone."""
    url, quotation_id = quotes[1]
    page = open_page(**PHONE, base_url=empty.address, java_script_enabled=False)
    page.goto(url)
    for number in range(5):
        page.get_by_text("Do it", exact=True).nth(number).tap()
    page.get_by_role("button", name="Review").tap()
    assert TOTAL in page.locator("#answer").inner_text()
    page.get_by_label("Full name of the person who signs").fill("Katarzyna Mazur")
    page.get_by_role("button", name="Approve").tap()

    expect(page.locator("h1")).to_have_text("Thank you, we have your answer")
    assert re.search(r"1,577\.80", page.locator("main").inner_text())
    with inside(empty):
        answered = queries.get_quotation(quotation_id)
        assert answered.approved_gross == Decimal("1577.80")
        assert answered.opened_at is None
