"""The day plan under a finger: a hold drags, a swipe scrolls, and the smallest booking can be hit with a glove."""

from collections.abc import Callable
from datetime import time

import pytest
from playwright.sync_api import Page, expect

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.workshop import planning
from e2e.conftest import PORTRAIT, TABLET, OpenPage
from e2e.day_plan import fill, manager, tomorrow
from e2e.server import Product, inside
from tests import factories
from tests.cast import Cast


@pytest.fixture(scope="module")
def plan_of_short_jobs(empty: Product) -> Product:
    """Jobs of ten and twenty minutes, four in a row on one person, and one that nobody has planned."""
    with inside(empty):
        cast = fill()
        with transaction():
            plan_short_jobs(cast)
    return empty


def plan_short_jobs(cast: Cast) -> None:
    now = clock.now()
    for number, (begins, length) in enumerate(
        ((time(8), 10), (time(8, 10), 20), (time(8, 30), 10), (time(8, 40), 15))
    ):
        order = factories.check_in(cast, factories.open_order(cast, now=now), now=now)
        planning.book_job(
            order.jobs[0].id, site_id=cast.site.id, starts_at=tomorrow(begins), user_id=cast.technician.id,
            bay_id=cast.site.bay_ids[number % 2], minutes=length, submission_id="", actor=cast.manager.actor(), now=now,
        )  # fmt: skip


class Finger:
    """Real touch input at one point of the page, as the browser gets it from a screen."""

    def __init__(self, page: Page) -> None:
        self.page, self.cdp = page, page.context.new_cdp_session(page)

    def _send(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        self.cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def move(self, start: tuple[float, float], end: tuple[float, float], *, hold: int = 0) -> None:
        """Down, rest for ``hold`` ms, then along a line, and stay there."""
        self._send("touchStart", start)
        self.page.wait_for_timeout(hold)
        for step in range(1, 13):
            share = step / 12
            self._send(
                "touchMove",
                (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share),
            )
            self.page.wait_for_timeout(16)

    def up(self) -> None:
        self._send("touchEnd")


def scrolled(page: Page, there: Callable[[int], bool]) -> None:
    """Wait until the page has scrolled as far as is said."""
    for _ in range(100):
        if there(page.evaluate("window.scrollY")):
            return
        page.wait_for_timeout(50)
    raise AssertionError(page.evaluate("window.scrollY"))


def middle(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).first.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + min(box["height"] / 2, 30)


@pytest.mark.parametrize(
    ("device", "first", "second"),
    [(TABLET, "10", "14"), (PORTRAIT, "13", "11")],
    ids=["landscape", "portrait"],
)
def test_a_finger_drags_after_a_hold_and_swipes_before_it(
    open_page: OpenPage, plan_of_short_jobs: Product, device: dict[str, object], first: str, second: str
) -> None:
    """DSP-1: touch moves a booking and places an open job; a swipe over either scrolls the page and moves nothing."""
    page = manager(open_page, plan_of_short_jobs, device)
    page.wait_for_load_state("networkidle")
    finger = Finger(page)
    jan, tomasz = 'tr[data-name="Jan Bąk"]', 'tr[data-name="Tomasz Lis"]'
    before = page.locator(f"{tomasz} .plan-block").all_inner_texts()
    # A swipe that begins on a booking scrolls.
    x, y = middle(page, f"{tomasz} .plan-block")
    finger.move((x, y), (x, max(80, y - 200)))
    finger.up()
    scrolled(page, lambda y: y > 20)
    assert page.locator(".plan-ghost").count() == 0
    assert page.locator(f"{tomasz} .plan-block").all_inner_texts() == before
    page.wait_for_timeout(700)  # the swipe runs out
    page.evaluate("window.scrollTo(0, 0)")
    # Held first, the same booking goes to Jan.
    row = page.locator(jan).first.bounding_box()
    hour = page.locator("thead th", has_text=first).bounding_box()
    block = page.locator(f"{tomasz} .plan-block").first.bounding_box()
    late = page.locator("thead th", has_text=second).bounding_box()
    assert row and hour and block and late
    finger.move((block["x"] + 4, block["y"] + 20), (hour["x"] + 10, row["y"] + 30), hold=450)
    expect(page.locator(".plan-ghost")).to_contain_text(f"Jan Bąk, {first}:00")
    assert page.evaluate("window.scrollY") == 0  # the drag did not scroll
    finger.up()
    expect(page.locator(f"{jan} .plan-block", has_text=f"{first}:00")).to_have_count(1)
    expect(page.locator(f"{tomasz} .plan-block")).to_have_count(len(before) - 1)
    # An open job is dragged too. Where the list stands under the table, the page goes on under the finger.
    page.wait_for_timeout(200)
    page.locator(".open-job").first.evaluate("(each) => each.scrollIntoView({block: 'center'})")
    start = middle(page, ".open-job")
    finger.move(start, (late["x"] + 10, 40), hold=450)
    scrolled(page, lambda y: y == 0)
    row = page.locator(jan).first.bounding_box()
    assert row
    finger._send("touchMove", (late["x"] + 10, row["y"] + 30))
    expect(page.locator(".plan-ghost")).to_contain_text(f"Jan Bąk, {second}:00")
    finger.up()
    expect(page.locator(f"{jan} .plan-block", has_text=f"{second}:00")).to_have_count(1)


def test_every_booking_can_be_hit_with_a_glove(open_page: OpenPage, plan_of_short_jobs: Product) -> None:
    """DSP-1: jobs of ten minutes one after the other: each is 56 px both ways, none covers another, and what is drawn
    solid is where and as long as the booking is. Taps on their middles open the right ones."""
    for device in (TABLET, PORTRAIT):
        page = manager(open_page, plan_of_short_jobs, device)
        found = page.evaluate(
            """() => {
                const frame = document.querySelector('.plan-frame');
                const hours = [...frame.querySelectorAll('thead th')].slice(1).map((each) => each.getBoundingClientRect());
                const left = hours[0].left, right = hours.at(-1).right, minutes = Number(frame.dataset.axisMinutes);
                const start = hours.length && Number(frame.querySelectorAll('thead th')[1].textContent) * 60;
                const boxes = [...document.querySelectorAll('.plan-block, .plan-place')].map((each) => each.getBoundingClientRect());
                const covered = boxes.some((a, n) => boxes.some((b, m) => m > n &&
                    a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5));
                const off = [...document.querySelectorAll('.plan-block')].map((each) => {
                    const own = (each.querySelector('.plan-true rect') ?? each).getBoundingClientRect();
                    const [from, to] = each.innerText.match(/\\d\\d:\\d\\d/g).map((text) => text.split(':')[0] * 60 + Number(text.split(':')[1]));
                    const px = (right - left) / minutes;
                    return Math.max(Math.abs(own.left - left - (from - start) * px), Math.abs(own.right - left - (to - start) * px));
                });
                return {small: boxes.filter((each) => each.width < 56 || each.height < 56).length, covered,
                    blocks: off.length, off: Math.max(...off)};
            }"""
        )
        assert found["blocks"] >= 8
        assert found["small"] == 0
        assert not found["covered"]
        assert found["off"] <= 3  # px: the borders
        key = page.locator(".plan-block").nth(2).get_attribute("data-booking")
        page.locator(".plan-block").nth(2).tap()
        expect(page.locator("#chosen")).to_be_visible()
        assert page.url.endswith(f"chosen=booking-{key}")
        narrow = page.evaluate(
            "() => [...document.querySelectorAll('.plan-place')].filter((each) => each.getBoundingClientRect().width < 56).length"
        )
        assert page.locator(".plan-place").count() > 10
        assert narrow == 0
