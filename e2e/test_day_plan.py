"""Planning the day on a tablet: by tap, by drag with a finger, and by keyboard; the screens pass in both themes."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

import pytest
from playwright.sync_api import Page, expect

from aftersales import clock
from aftersales.clock import from_local, local
from aftersales.db import transaction
from aftersales.domain.staffing import times
from aftersales.domain.staffing.queries import find_technician
from aftersales.domain.workshop import planning
from e2e.accessibility import assert_accessible
from e2e.conftest import PORTRAIT, TABLET, OpenPage
from e2e.people import sign_in
from e2e.server import Product, inside, product
from tests import cast as casting
from tests import factories

ZONE = "Europe/Warsaw"


def tomorrow() -> str:
    return (local(clock.now(), ZONE) + timedelta(days=1)).date().isoformat()


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with three cars that are checked in, and two technicians on shift tomorrow."""
    with product(tmp_path_factory.mktemp("plan"), "--empty") as running:
        with inside(running):
            fill()
        yield running


def fill(*, short: bool = False) -> None:
    now = clock.now()
    with transaction():
        cast = casting.hire()
        day = (local(now, ZONE) + timedelta(days=1)).date()
        for person in (cast.technician, cast.second_technician):
            technician = find_technician(person.id, cast.site.id)
            assert technician is not None
            times.change_day(
                technician.id, day, times.WorkingDay(time(8), time(16)), site_id=cast.site.id,
                actor=cast.manager.actor(), now=now,
            )  # fmt: skip
        for _ in range(3):
            order = factories.check_in(cast, factories.open_order(cast, now=now), now=now)
            order.promised_at = from_local(datetime.combine(day, time(17)), ZONE)
        if short:
            plan_short_jobs(cast, now, day)


@pytest.fixture(scope="module")
def plan_of_short_jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Jobs of ten and twenty minutes, four in a row on one person, and one that nobody has planned."""
    with product(tmp_path_factory.mktemp("short"), "--empty") as running:
        with inside(running):
            fill(short=True)
        yield running


def plan_short_jobs(cast: casting.Cast, now: datetime, day: date) -> None:
    for number, (hour, minute, length) in enumerate(((8, 0, 10), (8, 10, 20), (8, 30, 10), (8, 40, 15))):
        order = factories.check_in(cast, factories.open_order(cast, now=now), now=now)
        planning.book_job(
            order.jobs[0].id, site_id=cast.site.id, starts_at=from_local(datetime.combine(day, time(hour, minute)), ZONE),
            user_id=cast.technician.id, bay_id=cast.site.bay_ids[number % 2], minutes=length, submission_id="",
            actor=cast.manager.actor(), now=now,
        )  # fmt: skip


def manager(open_page: OpenPage, floor: Product, device: dict[str, object]) -> Page:
    page = open_page(**device, base_url=floor.address)
    sign_in(page, "manager@example.org")
    page.goto(f"/plan?day={tomorrow()}")
    return page


def test_the_day_is_planned_by_tap_drag_and_keyboard(open_page: OpenPage, floor: Product) -> None:
    """DSP-1: the same is done by choosing and tapping, by dragging, and by keys alone."""
    page = manager(open_page, floor, TABLET)
    # Tap: choose the job, then a free place.
    page.locator(".open-job").first.tap()
    page.get_by_role("button", name="Put here: Tomasz Lis, 09:00").tap()
    expect(page.locator('tr[data-name="Tomasz Lis"] .plan-block')).to_contain_text("09:00–10:30")
    # Drag: the second job onto Jan's row at eleven.
    page.goto(f"/plan?day={tomorrow()}")
    page.wait_for_timeout(300)
    job = page.locator(".open-job").first.bounding_box()
    row = page.locator('tr[data-name="Jan Bąk"]').bounding_box()
    eleven = page.locator("thead th", has_text="11").bounding_box()
    assert job and row and eleven
    page.mouse.move(job["x"] + 40, job["y"] + 40)
    page.mouse.down()
    page.mouse.move(eleven["x"] + 20, row["y"] + 20, steps=6)
    page.mouse.move(eleven["x"] + 4, row["y"] + 30, steps=4)
    expect(page.locator(".plan-ghost")).to_contain_text("Jan Bąk, 11:00")
    page.mouse.up()
    block = page.locator('tr[data-name="Jan Bąk"] .plan-block')
    expect(block).to_contain_text("11:00–12:30")
    # Keyboard: move that block to 13:00 on Tomasz's row.
    block.focus()
    page.keyboard.press("Enter")
    place = page.get_by_role("button", name="Put here: Tomasz Lis, 13:00")
    place.focus()
    page.keyboard.press("Enter")
    expect(page.locator('tr[data-name="Tomasz Lis"] .plan-block')).to_have_count(2)
    expect(page.locator('tr[data-name="Jan Bąk"] .plan-block')).to_have_count(0)
    # The planner places the rest; its steps are accepted in one tap.
    page.get_by_role("button", name="Plan the day").tap()
    page.get_by_role("button", name="Accept what is ticked").tap()
    expect(page.locator("#open-jobs")).to_contain_text("has its place in the plan")


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


@pytest.mark.parametrize(("device", "theme"), [(TABLET, "light"), (PORTRAIT, "bay")], ids=["light", "bay"])
def test_the_screens_pass(open_page: OpenPage, floor: Product, device: dict[str, object], theme: str) -> None:
    """axe finds nothing, nothing sticks out, and what is tapped is big enough."""
    page = manager(open_page, floor, device)
    size = device["viewport"]
    assert isinstance(size, dict)
    first = page.locator(".open-job, .plan-block").first.get_attribute("href") or "/plan"
    for path in (
        f"/plan?day={tomorrow()}",
        first,
        "/staffing/calendar",
        "/staffing/technicians/1/times",
        "/staffing/posts/new",
    ):
        page.set_viewport_size(size)
        page.goto(path)
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
        assert_accessible(page)
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0, f"{path} is {wider} px too wide"
        small = page.evaluate(
            """() => [...document.querySelectorAll('.plan-place, .plan-block, .open-job')]
                .filter((each) => Math.min(each.getBoundingClientRect().height, each.getBoundingClientRect().width) < 56)
                .map((each) => each.className)"""
        )
        assert small == []
