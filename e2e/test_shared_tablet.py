"""A shared tablet in the bay: enrolled once, switched by name and six digits in under half a second, locked by itself."""

import re
import time
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, Request, expect

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.accounts import pins
from e2e.accessibility import assert_accessible
from e2e.conftest import PORTRAIT, TABLET, OpenPage
from e2e.people import sign_in
from e2e.server import Product, inside
from tests import cast as casting
from tests import factories
from tests.effort import IS_LONG

PIN = "482916"
PEOPLE = ("technician", "second_technician", "leader")


@pytest.fixture(scope="module")
def floor(empty: Product) -> Product:
    """The product with a car in the technician's hands; technicians and leader have a PIN."""
    with inside(empty) as app:
        now = clock.now()
        with transaction():
            cast = casting.hire()
            order = factories.check_in(cast, factories.open_order(cast, now=now), now=now)
            factories.accept(cast, factories.assign(cast, order, now=now), now=now)
            for key in PEOPLE:
                person = getattr(cast, key)
                pins.set_pin(
                    person.id,
                    PIN,
                    secret=app.config["SECRET_KEY"],
                    today=now.date(),
                    actor=person.actor(),
                    now=now,
                )
    return empty


def enrolled(open_page: OpenPage, floor: Product, device: dict[str, object]) -> Page:
    """A tablet that the manager has just enrolled and locked."""
    page = open_page(**device, base_url=floor.address)
    sign_in(page, "manager@example.org")
    page.goto("/account")
    page.get_by_role("link", name="Shared tablets").click()
    page.get_by_role("textbox", name="Name").fill("Bay 3")
    page.get_by_role("button", name="Enrol this tablet").click()
    expect(page.get_by_text("This tablet is enrolled")).to_be_visible()
    lock(page)
    return page


def lock(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Lock or switch")).tap()
    expect(page.get_by_role("heading", name="Who is working?")).to_be_visible()


@dataclass(frozen=True)
class Switch:
    """From the last digit to a usable page."""

    seconds: float
    documents: list[str]
    """What the browser asked the server for as a page: sending the digits, and the page after them."""


def tap(page: Page, name: str, digits: str = PIN) -> Switch:
    """Tap the name and the digits."""
    page.locator("label", has_text=name).tap()
    expect(page.get_by_role("heading", name=f"PIN of {name}")).to_be_visible()
    for digit in digits[:-1]:
        page.locator(f"[data-digit='{digit}']").tap()
    documents: list[str] = []

    def note(request: Request) -> None:
        if request.is_navigation_request():
            documents.append(request.method)

    page.on("request", note)
    begin = time.monotonic()
    page.locator(f"[data-digit='{digits[-1]}']").tap()
    page.wait_for_url(lambda url: "/sign-in" not in url, wait_until="domcontentloaded")
    page.locator("main h1, header h1").first.wait_for()
    seconds = time.monotonic() - begin
    page.remove_listener("request", note)
    return Switch(seconds, documents)


def test_people_switch_and_each_returns_to_their_own_page(open_page: OpenPage, floor: Product) -> None:
    """TEC-7: what was typed and not sent is still there for its author, and nobody else sees it; two questions to the
    server, and with ``--long`` half a second, the best of five: alone on a machine that has nothing else to do."""
    page = enrolled(open_page, floor, TABLET)
    switches = [tap(page, "Tomasz Lis")]
    expect(page.get_by_role("heading", name="My jobs")).to_be_visible()
    page.locator("a.ticket").first.tap()
    page.wait_for_url(re.compile("/work$"))
    work = page.url
    page.goto(work.replace("/work", "/problems/new"))
    words = page.locator("main textarea").first
    words.fill("Left front caliper sticks")
    problem = page.url
    lock(page)
    switches.append(tap(page, "Jan Bąk"))
    page.goto("/board")
    expect(page.locator('meta[name="person"]')).to_have_attribute("data-name", "Jan Bąk")
    lock(page)
    switches.append(tap(page, "Tomasz Lis"))
    assert page.url == problem
    expect(words).to_have_value("Left front caliper sticks")
    lock(page)
    switches.append(tap(page, "Jan Bąk"))
    expect(page).to_have_url(re.compile("/board$"))
    lock(page)
    switches.append(tap(page, "Leon Wójcik"))
    expect(page).to_have_url(re.compile("/board$"))
    assert fetched(page) == [], "all but the page itself is on the tablet already"
    assert [switch.documents for switch in switches] == [["POST", "GET"]] * 5
    times = [switch.seconds for switch in switches]
    assert not IS_LONG or min(times) <= 0.5, times


def fetched(page: Page) -> list[str]:
    """What this page took over the network beside itself and pictures, before it was usable."""
    found: list[str] = page.evaluate(
        """() => performance.getEntriesByType("resource")
            .filter((each) => each.transferSize > 0 && each.initiatorType !== "img" && each.initiatorType !== "fetch")
            .map((each) => each.name)"""
    )
    return found


@pytest.mark.console("422")
def test_it_locks_itself_and_says_what_is_wrong(open_page: OpenPage, floor: Product) -> None:
    """TEC-7: nobody touched it for the site's five minutes."""
    page = enrolled(open_page, floor, TABLET)
    page.locator("label", has_text="Leon Wójcik").tap()
    for digit in "111119":
        page.locator(f"[data-digit='{digit}']").tap()
    expect(page.get_by_text("Tries left: 9")).to_be_visible()
    tap(page, "Leon Wójcik")
    page.clock.install()
    page.goto("/board")
    page.clock.fast_forward("06:00")
    expect(page.get_by_role("heading", name="Who is working?")).to_be_visible()
    page.goto("/board")
    expect(page.get_by_role("heading", name="Who is working?")).to_be_visible()


@pytest.mark.console("403")
def test_money_asks_for_the_password_and_goes_on_there(open_page: OpenPage, floor: Product) -> None:
    """TEC-7: a clear page with the form, and back to what was asked for."""
    page = enrolled(open_page, floor, TABLET)
    tap(page, "Leon Wójcik")
    page.goto("/shared-tablets")
    expect(page.get_by_role("heading", name="Sign in with your password for this")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Password").fill(casting.PASSWORD)
    page.get_by_role("button", name="Sign in").tap()
    expect(page.get_by_role("heading", name="Shared tablets")).to_be_visible()


@pytest.mark.parametrize(
    ("device", "theme"),
    [(TABLET, "bay"), (PORTRAIT, "light"), (TABLET, "light"), (PORTRAIT, "bay")][: 4 if IS_LONG else 2],
)
def test_the_screens_pass_and_fit_gloves(
    open_page: OpenPage, floor: Product, device: dict[str, object], theme: str
) -> None:
    """axe finds nothing; tiles, digits and the lock are at least 56 px, nothing sticks out."""
    page = enrolled(open_page, floor, device)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    assert_accessible(page)
    assert small_targets(page, "main .btn, main .choice label") == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    tap(page, "Tomasz Lis")
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    assert_accessible(page)
    for path in ("/jobs", "/board", None):
        if path:
            page.goto(path)
        else:
            page.goto("/jobs")
            page.locator("a.ticket").first.tap()
            page.wait_for_url(re.compile("/work$"))
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        expect(page.locator(".lock button")).to_be_in_viewport(ratio=1)
        assert small_targets(page, ".lock button") == []
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def small_targets(page: Page, selector: str) -> list[str]:
    found: list[str] = page.evaluate(
        """(selector) => [...document.querySelectorAll(selector)]
            .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 56)
            .map((each) => each.outerHTML.slice(0, 80))""",
        selector,
    )
    return found
