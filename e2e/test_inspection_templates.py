"""A template made by the manager and filled in with the number pad: thirty lines, at most forty taps."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.actors import SYSTEM
from aftersales.domain.inspections import beginning, queries, repair_plan, starter, templates
from aftersales.domain.inspections.sheet import Sheet
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.vehicles.models import Vehicle
from e2e.accessibility import assert_accessible
from e2e.conftest import PORTRAIT, TABLET, OpenPage
from e2e.people import sign_in
from e2e.server import Product, inside
from tests import cast as casting
from tests import factories
from tests.cast import Cast

MAX_TAPS = 40
PICTURE = Path(__file__).resolve().parents[1] / "aftersales" / "sample" / "pictures" / "disc-worn.jpg"
LEFT_OUT = {
    "horn-washers", "wiper-rear", "washer-fluid", "spare", "pressure", "wheels", "gearbox", "pollen-filter"
}  # fmt: skip


@dataclass(frozen=True)
class Workshop:
    running: Product
    cast: Cast

    def open_order(self, car: Vehicle | None = None) -> int:
        """An order in progress with its inspection begun."""
        with inside(self.running), transaction():
            now = clock.now()
            order = factories.check_in(self.cast, factories.open_order(self.cast, car=car, now=now), now=now)
            order.technician_id, order.bay_id = self.cast.technician.id, self.cast.site.bay_ids[0]
            service_orders.move(order, "assign", actor=self.cast.manager.actor(), now=now)
            service_orders.move(order, "accept", actor=self.cast.technician.actor(), now=now)
            beginning.begin(order.id, now=now)
            return order.id

    def sheet(self, order_id: int) -> Sheet:
        with inside(self.running):
            return queries.get_sheet(order_id)


@pytest.fixture(scope="module")
def workshop(empty: Product) -> Workshop:
    with inside(empty), transaction():
        cast = casting.hire()
        factories.stock_catalogue(cast)
        points = [point for point in starter.POINTS if point.code not in LEFT_OUT]
        templates.save_template(
            code=starter.CODE, name="Thirty", points=points, actor=SYSTEM, now=clock.now()
        )
        repair_plan.stock_rules(actor=SYSTEM, now=clock.now())
    return Workshop(empty, cast)


class Finger:
    """Counts every touch of the screen, each key of the number pad too."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, selector: str) -> None:
        self.page.locator(selector).tap()
        self.taps += 1

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.tap(f'.numpad [data-key="{key}"]')


def test_thirty_lines_with_eight_values_take_at_most_forty_taps(
    open_page: OpenPage, workshop: Workshop
) -> None:
    """TEC-2, STEP-4: every key of the pad counted; the colour is set while typing; an urgent finding has its photo."""
    order_id = workshop.open_order()
    page = open_page(**TABLET, base_url=workshop.running.address)
    sign_in(page, workshop.cast.technician)
    page.goto(f"/orders/{order_id}/inspection")
    sheet = workshop.sheet(order_id)
    assert sheet.total == 30
    key = {probe.code: probe.id for probe in sheet.probes}
    hand = Finger(page)
    for area in sheet.areas:
        if area.key == "Brakes":
            front = f"#value-{key['brakes-front']}-pad-left"
            hand.tap(front)
            hand.keys("2", ".", "9")
            expect(page.locator(".number[data-tone=urgent]", has=page.locator(front))).to_be_visible()
            expect(page.locator(".numpad-word")).to_have_text("Urgent")
            sizes = page.locator(".numpad .btn:visible").evaluate_all(
                "keys => keys.map(key => Math.min(key.offsetWidth, key.offsetHeight))"
            )
            assert min(sizes) >= 64
            hand.keys("next", "3", ".5")
            hand.tap(f"#value-{key['brakes-rear']}-pad-left")
            hand.keys("7", "next", "7")
            hand.tap("#area-title")
            expect(page.locator(f"#probe-{key['brakes-front']} [value=urgent]")).to_be_checked()
            page.locator(f"#photo-{key['brakes-front']}-file").set_input_files(PICTURE)
            hand.taps += 2
            expect(page.locator(f"#probe-{key['brakes-front']} .shot img")).to_have_count(1)
            assert_accessible(page)
        if area.key == "Tyres, wheels":
            hand.tap(f"#value-{key['tread']}-fl")
            hand.keys("5", "next", "5", "next", "6", "next", "6")
        hand.tap("[data-rest]")
        expect(page.locator(".areas [aria-current]")).to_contain_text(
            f"{len(area.probes)}/{len(area.probes)}"
        )
        page.locator("#inspection-bar .btn[data-kind=primary]").tap()
        hand.taps += 1
        if area is not sheet.areas[-1]:
            expect(page.locator(".areas [aria-current]")).not_to_contain_text(area.name)
    expect(page.get_by_role("heading", level=1)).to_have_text("Diagnosis report")
    assert hand.taps <= MAX_TAPS
    values = {probe.code: probe for probe in workshop.sheet(order_id).probes}
    assert [str(one.value) for one in values["tread"].readings] == ["5", "5", "6", "6"]
    assert [str(one.value) for one in values["brakes-front"].measured] == ["2.9", "3.5"]
    expect(page.get_by_text("Thirty, version 1")).to_be_visible()
    assert_accessible(page)


SMALL = """() => [...document.querySelectorAll(
    '#main .btn, #main button, #main summary, .areas a, .bar .btn, .verdict label, #main .input')]
  .filter((each) => each.checkVisibility() && !each.closest('[hidden]'))
  .filter((each) => {
    const box = each.getBoundingClientRect(), least = each.matches('.verdict label, .bar .btn') ? 64 : 56
    return Math.min(box.width, box.height) < least
  }).map((each) => each.outerHTML.slice(0, 90))"""


def test_the_floors_screens_fit_gloves_in_both_themes_and_both_ways_round(
    open_page: OpenPage, workshop: Workshop
) -> None:
    """QUALITY: verdicts and the bar's buttons 64 px, the rest 56; nothing sticks out; axe finds nothing; with the longest
    names that a template takes."""
    long = "Bremsscheibenverschleißgrenzwertüberprüfung vorne, mit Sattelführung und Staubmanschetten auf beiden Seiten"
    with inside(workshop.running), transaction():
        points = [replace(one, name=long[:120], hint=long[:200]) for one in starter.POINTS[:4]]
        templates.save_template(
            code="LONG", name=long[:120], points=points, model_filter="Kombi", actor=SYSTEM, now=clock.now()
        )
        car = factories.vehicle(workshop.cast, plate="KR 5LONG", model="Kombi")
    order_id = workshop.open_order(car)
    page = open_page(**TABLET, base_url=workshop.running.address)
    sign_in(page, workshop.cast.technician)
    for path in ("inspection", "inspection/report", "fault-codes", "knowledge"):
        page.goto(f"/orders/{order_id}/{path}")
        for size in (TABLET, PORTRAIT):
            page.set_viewport_size(size["viewport"])
            for theme in ("light", "bay"):
                page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
                assert_accessible(page)
                assert page.evaluate(SMALL) == [], f"{path} {theme}"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_fault_codes_of_a_tool_bring_a_plan_with_its_reasons(open_page: OpenPage, workshop: Workshop) -> None:
    """DIA-7, DIA-9: by hand and from pasted text; a wrong code says what a code looks like and keeps what was typed."""
    order_id = workshop.open_order()
    page = open_page(**PORTRAIT, base_url=workshop.running.address)
    sign_in(page, workshop.cast.technician)
    page.goto(f"/orders/{order_id}/fault-codes")
    page.get_by_label("Or its text, pasted").fill("P0301 Misfire - active\nBattery voltage: 12.1 V\n")
    page.get_by_role("button", name="Read it").click()
    expect(page.locator("#codes")).to_contain_text("P0301")
    expect(page.locator("#plan")).to_contain_text("Rule for fault code P0301.")
    expect(page.get_by_text("12.1 V")).to_be_visible()
    assert_accessible(page)


def test_the_manager_edits_a_template_and_puts_it_in_use(open_page: OpenPage, workshop: Workshop) -> None:
    """TEC-2: a draft, a point with limits, up and down by buttons, the next version; the begun inspection keeps its own."""
    order_id = workshop.open_order()
    page = open_page(**TABLET, base_url=workshop.running.address)
    sign_in(page, workshop.cast.manager)
    page.goto("/inspection-templates")
    assert_accessible(page)
    page.get_by_role("link", name="Thirty").click()
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("button", name="Rear and brake lights: move up").click()
    expect(page.locator("#points .item b").first).to_have_text("Rear and brake lights")
    assert_accessible(page)
    page.get_by_role("link", name="Add a point", exact=True).first.click()
    page.get_by_label("Point", exact=True).fill("Tow bar")
    page.get_by_label("Value, with its position").fill("Play")
    page.get_by_label("Unit").fill("mm")
    page.get_by_label("Urgent above").first.fill("3")
    assert_accessible(page)
    page.get_by_role("button", name="Save the point").click()
    expect(page.get_by_role("link", name="Tow bar")).to_be_visible()
    page.get_by_role("button", name="Rear and brake lights: move down").click()
    expect(page.locator("#points .item b").first).not_to_have_text("Rear and brake lights")
    page.get_by_role("button", name="Put version 2 in use").click()
    expect(page.get_by_text("version 2", exact=True).first).to_be_visible()
    assert workshop.sheet(order_id).total == 30
    assert workshop.sheet(workshop.open_order()).total == 31
