"""The workshop floor in a real browser: the board keeps itself live, the wall needs no scrolling, every screen passes."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from aftersales import clock
from aftersales.db import transaction
from e2e.accessibility import assert_accessible
from e2e.conftest import PHONE, PORTRAIT, TABLET, WALL, OpenPage
from e2e.server import Product, inside
from tests import cast as casting
from tests import factories
from tests.effort import IS_LONG

MANAGER, TECHNICIAN = "manager@example.org", "technician@example.org"


@pytest.fixture(scope="module")
def floor(empty: Product) -> Product:
    """The product with a full workshop: cars in each of the first lanes, one in the hands of the technician."""
    with inside(empty):
        fill()
    return empty


def fill() -> None:
    now = clock.now()
    with transaction():
        cast = casting.hire()
    for number in range(9):
        with transaction():
            order = factories.open_order(cast, now=now - timedelta(minutes=90))
            if number > 5:
                factories.check_in(cast, order, now=now - timedelta(minutes=60))
                order.promised_at = now + timedelta(hours=3)
            if number == 8:
                factories.accept(cast, factories.assign(cast, order, now=now), now=now)


@pytest.fixture
def page_of(open_page: OpenPage, floor: Product) -> "PageOf":
    return PageOf(open_page, floor)


class PageOf:
    """A person's page on a device: ``page_of(MANAGER, WALL)``."""

    def __init__(self, open_page: OpenPage, floor: Product) -> None:
        self.open_page, self.floor = open_page, floor

    def __call__(self, email: str, device: dict[str, object]) -> Page:
        page = self.open_page(**device, base_url=self.floor.address)
        page.goto("/sign-in")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(casting.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page


def test_the_board_shows_a_change_without_being_asked(page_of: PageOf) -> None:
    """DSP-3: live. A car is put on hold on a tablet; the open board moves it, and nobody reloads it."""
    board, tablet = page_of(MANAGER, WALL), page_of(MANAGER, TABLET)
    board.goto("/board")
    board.evaluate("window.loadedOnce = true")
    ticket = board.locator(".lane:nth-child(-n+2) .ticket").first
    name, address = ticket.get_attribute("id"), ticket.get_attribute("href")
    tablet.goto(f"{address}/hold")
    tablet.get_by_label("Why does the car wait?").select_option(label="Waits for the insurer")
    tablet.get_by_role("button", name="Put on hold").click()
    moved = board.locator(".lane:nth-child(3)").locator(f"#{name}")
    expect(moved).to_contain_text("Waits for the insurer", timeout=15_000)
    assert board.evaluate("window.loadedOnce") is True
    tablet.goto(f"{address}/hold")
    tablet.get_by_role("button", name="No longer on hold").click()
    expect(moved).to_have_count(0, timeout=15_000)


def test_the_wall_needs_no_scrolling(page_of: PageOf) -> None:
    """DSP-3: on a wall screen; long lanes page by themselves."""
    wall = page_of(MANAGER, WALL)
    wall.goto("/board?wall=1")
    assert wall.evaluate("document.documentElement.scrollHeight") <= 1080
    assert wall.evaluate("document.documentElement.scrollWidth") <= 1920
    assert_accessible(wall)


@pytest.mark.parametrize(
    ("device", "theme"),
    [
        (TABLET, "light"),
        (PORTRAIT, "bay"),
        (PHONE, "light"),
        (TABLET, "bay"),
        (PORTRAIT, "light"),
        (PHONE, "bay"),
    ][: 6 if IS_LONG else 3],
    ids=lambda value: value if isinstance(value, str) else str(value["viewport"]["width"]),
)
def test_the_screens_of_the_floor_pass(page_of: PageOf, device: dict[str, object], theme: str) -> None:
    """axe finds nothing, and nothing sticks out to the side."""
    manager, technician = page_of(MANAGER, device), page_of(TECHNICIAN, device)
    size = device["viewport"]
    assert isinstance(size, dict)
    technician.goto("/jobs")
    work = technician.locator("a.ticket").first.get_attribute("href") or ""
    for page, path in [
        (manager, "/board"), (manager, "/tasks"), (manager, "/staffing"), (manager, "/staffing/bays/new"),
        (manager, work.replace("/work", "/assignment")),
        (technician, "/jobs"), (technician, work), (technician, work.replace("/work", "/problems/new")),
    ]:  # fmt: skip
        page.goto(path)
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        # The whole page at once: what a bar covers half would count as too small a target, and can be scrolled.
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
        assert_accessible(page)
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0, f"{path} is {wider} px too wide"


def test_the_technicians_targets_are_big_enough_for_gloves(page_of: PageOf) -> None:
    """TEC-7: on the tablet each button of the bay is at least 56 px high."""
    page = page_of(TECHNICIAN, PORTRAIT)
    page.goto("/jobs")
    page.locator("a.ticket").first.click()
    page.wait_for_url(re.compile("/work$"))
    small = page.evaluate(
        """() => [...document.querySelectorAll('#main button, #main .btn, .bar .btn')]
            .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 56)
            .map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert small == []
