"""Planning the day on a tablet: by tap, by drag and by keyboard; the screens pass in both themes."""

import pytest
from playwright.sync_api import expect

from e2e.accessibility import assert_accessible
from e2e.conftest import PORTRAIT, TABLET, OpenPage
from e2e.day_plan import day_plan, fill, manager
from e2e.server import Product, inside


@pytest.fixture(scope="module")
def floor(empty: Product) -> Product:
    with inside(empty):
        fill()
    return empty


def test_the_day_is_planned_by_tap_drag_and_keyboard(open_page: OpenPage, floor: Product) -> None:
    """DSP-1: the same is done by choosing and tapping, by dragging, and by keys alone."""
    page = manager(open_page, floor, TABLET)
    # Tap: choose the job, then a free place.
    page.locator(".open-job").first.tap()
    page.get_by_role("button", name="Put here: Tomasz Lis, 09:00").tap()
    expect(page.locator('tr[data-name="Tomasz Lis"] .plan-block')).to_contain_text("09:00–10:30")
    # Drag: the second job onto Jan's row at eleven.
    page.goto(day_plan())
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


@pytest.mark.parametrize(("device", "theme"), [(TABLET, "light"), (PORTRAIT, "bay")], ids=["light", "bay"])
def test_the_screens_pass(open_page: OpenPage, floor: Product, device: dict[str, object], theme: str) -> None:
    """axe finds nothing, nothing sticks out, and what is tapped is big enough."""
    page = manager(open_page, floor, device)
    size = device["viewport"]
    assert isinstance(size, dict)
    first = page.locator(".open-job, .plan-block").first.get_attribute("href") or "/plan"
    for path in (
        day_plan(),
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
