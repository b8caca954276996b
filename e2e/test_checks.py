"""The technician's checklist and the final inspection in the browser: few taps, nothing lost, also without script."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.inspections import beginning, queries
from aftersales.domain.inspections.sheet import Sheet
from aftersales.domain.quality import queries as quality
from aftersales.domain.quality import work_checks
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import ServiceOrder
from e2e.accessibility import assert_accessible
from e2e.conftest import PHONE, PORTRAIT, TABLET, OpenPage
from e2e.people import sign_in
from e2e.server import Product, inside
from tests import cast as casting
from tests import factories
from tests.cast import Cast

MAX_TAPS = 40
PICTURE = Path(__file__).resolve().parents[1] / "aftersales" / "sample" / "pictures" / "disc-worn.jpg"


@dataclass(frozen=True)
class Workshop:
    """A running product with the people of the tests."""

    running: Product
    cast: Cast

    def open_order(self, *, is_repaired: bool = False) -> int:
        """An order in progress with its inspection begun, or in quality check after the technician's self-check."""
        with inside(self.running), transaction():
            now = clock.now()
            order = factories.check_in(self.cast, factories.open_order(self.cast, now=now), now=now)
            order.technician_id, order.bay_id = self.cast.technician.id, self.cast.site.bay_ids[0]
            service_orders.move(order, "assign", actor=self.cast.manager.actor(), now=now)
            service_orders.move(order, "accept", actor=self.cast.technician.actor(), now=now)
            if is_repaired:
                self._repair(order)
            else:
                beginning.begin(order.id, now=now)
            return order.id

    def _repair(self, order: ServiceOrder) -> None:
        by, now, site_id = self.cast.technician.actor(), clock.now(), self.cast.site.id
        service_orders.move(order, "start_repair", actor=self.cast.advisor.actor(), now=now)
        lines = [line.id for job in quality.list_authorised_jobs(order.id) for line in job.lines]
        work_checks.self_check(order.id, site_id=site_id, line_ids=lines, actor=by, now=now)
        work_checks.finish_work(order.id, site_id=site_id, actor=by, now=now)

    def state(self, order_id: int) -> str:
        with inside(self.running):
            return str(db.session.get_one(ServiceOrder, order_id).state)

    def sheet(self, order_id: int) -> Sheet:
        with inside(self.running):
            return queries.get_sheet(order_id)

    def item_id(self, order_id: int, code: str) -> int:
        return next(probe.id for probe in self.sheet(order_id).probes if probe.code == code)


@pytest.fixture(scope="module")
def workshop(empty: Product) -> Workshop:
    with inside(empty), transaction():
        cast = casting.hire()
        factories.stock_catalogue(cast)
    return Workshop(empty, cast)


class Hand:
    """Counts the taps of a person who holds the tablet; typing into a field is one tap on it."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, words: str) -> None:
        self.page.get_by_role("button", name=words).click()
        self.taps += 1

    def type(self, selector: str, text: str) -> None:
        self.page.locator(selector).fill(text)
        self.taps += 1

    def choose(self, probe: str, words: str) -> None:
        with self.page.expect_response(lambda answer: "/inspection-items/" in answer.url):
            self.page.locator(f"{probe} .verdict label", has_text=words).click()
        self.taps += 1


def test_a_whole_inspection_with_a_finding_takes_at_most_forty_taps(
    open_page: OpenPage, workshop: Workshop
) -> None:
    """TEC-2, STEP-4: 38 points, eight measured values, an urgent finding with photo and note."""
    order_id = workshop.open_order()
    page = open_page(**TABLET, base_url=workshop.running.address)
    sign_in(page, workshop.cast.technician)
    page.goto(f"/orders/{order_id}/inspection")
    hand = Hand(page)
    values = {
        "brakes-front": {"pad-left": "2.9", "pad-right": "3.2"},
        "brakes-rear": {"pad-left": "6.5", "pad-right": "6.8"},
        "tread": {"fl": "4.1", "fr": "4.0", "rl": "5", "rr": "5.2"},
    }
    for area in workshop.sheet(order_id).areas:
        expect(page.locator("#area-title")).to_have_text(area.name)
        for probe in area.probes:
            for code, value in values.get(probe.code, {}).items():
                hand.type(f"#value-{probe.id}-{code}", value)
        if area.key == "Brakes":
            key = workshop.item_id(order_id, "brakes-front")
            page.locator("#area-title").click()  # the finger leaves the fields
            expect(page.locator(f"#probe-{key} [value=urgent]")).to_be_checked()
            page.locator(f"#photo-{key}-file").set_input_files(PICTURE)
            hand.taps += 2
            expect(page.locator(f"#probe-{key} .shot img")).to_have_count(1)
            assert_accessible(page)
        hand.tap("The rest is OK")
        expect(page.locator(".areas [aria-current]")).to_contain_text(
            f"{len(area.probes)}/{len(area.probes)}"
        )
        if area.key != "Road test":
            page.locator("#inspection-bar .btn").click()
            hand.taps += 1
    hand.tap("Complete the inspection")
    expect(page.get_by_role("heading", level=1)).to_have_text("Diagnosis report")
    assert_accessible(page)
    assert hand.taps <= MAX_TAPS


def test_values_typed_one_after_the_other_all_arrive_and_set_the_colour(
    open_page: OpenPage, workshop: Workshop
) -> None:
    """TEC-2: no answer takes away what is being typed into the next field."""
    order_id = workshop.open_order()
    page = open_page(**PORTRAIT, base_url=workshop.running.address)
    sign_in(page, workshop.cast.technician)
    page.goto(f"/orders/{order_id}/inspection?area=4")
    key = workshop.item_id(order_id, "tread")
    for code, value in (("fl", "4.1"), ("fr", "4"), ("rl", "2.9"), ("rr", "3")):
        page.locator(f"#value-{key}-{code}").press_sequentially(value, delay=60)
    page.locator("#area-title").click()
    expect(page.locator(f"#probe-{key} [value=soon]")).to_be_checked()
    probe = next(probe for probe in workshop.sheet(order_id).probes if probe.id == key)
    assert [str(reading.value) for reading in probe.readings] == ["4.1", "4", "2.9", "3"]


@pytest.mark.console("409")
def test_the_second_tablet_is_told_what_the_first_one_said(open_page: OpenPage, workshop: Workshop) -> None:
    """ORD-6: nothing is overwritten silently, and the row shows both ratings."""
    order_id = workshop.open_order()
    key = workshop.item_id(order_id, "exhaust")
    pages = [open_page(**TABLET, base_url=workshop.running.address) for _ in range(2)]
    for page in pages:
        sign_in(page, workshop.cast.technician)
        page.goto(f"/orders/{order_id}/inspection?area=5")
    Hand(pages[0]).choose(f"#probe-{key}", "Soon")
    Hand(pages[1]).choose(f"#probe-{key}", "OK")
    expect(pages[1].locator(f"#error-{key}")).to_contain_text("You chose OK; Soon is saved.")
    probe = next(probe for probe in workshop.sheet(order_id).probes if probe.id == key)
    assert probe.rating == "soon"


def test_without_script_an_area_is_one_form(open_page: OpenPage, workshop: Workshop) -> None:
    """TEC-2: the checklist works in any browser."""
    order_id = workshop.open_order()
    page = open_page(**PHONE, base_url=workshop.running.address, java_script_enabled=False)
    sign_in(page, workshop.cast.technician)
    page.goto(f"/orders/{order_id}/inspection?area=6")
    for code in ("belts-airbags", "warning-lamps", "air-conditioning", "pollen-filter"):
        page.locator(f"#rating-{workshop.item_id(order_id, code)}-ok").check()
    page.locator("#inspection-bar .btn").click()
    page.wait_for_url("**/inspection?area=7")
    assert workshop.sheet(order_id).areas[5].done == 4


def test_a_car_goes_back_with_reasons_and_passes_the_second_time(
    open_page: OpenPage, workshop: Workshop
) -> None:
    """QCS-1, QCS-2, QCS-4: not OK with reason, what to do and who; rework; a second round; signed."""
    order_id = workshop.open_order(is_repaired=True)
    inspector = open_page(**TABLET, base_url=workshop.running.address)
    sign_in(inspector, workshop.cast.qc)
    inspector.goto(f"/orders/{order_id}/quality-check")
    row = inspector.locator(".probe", has_text="Replace brake pads").first
    row.locator("label", has_text="Not OK").click()
    row.get_by_label("Noise or vibration").check()
    inspector.get_by_label("Say what to do").first.fill("Rubbing sound, check the shield plate")
    expect(inspector.locator("#quality-bar")).to_contain_text("1 point is not OK")
    assert_accessible(inspector)
    inspector.get_by_role("button", name="Send 1 to rework").click()
    inspector.wait_for_url(f"**/orders/{order_id}")
    assert workshop.state(order_id) == "repairing"

    technician = open_page(**TABLET, base_url=workshop.running.address)
    sign_in(technician, workshop.cast.technician)
    technician.goto(f"/orders/{order_id}/rework")
    expect(technician.get_by_text("Rubbing sound, check the shield plate")).to_be_visible()
    assert_accessible(technician)
    technician.get_by_role("button", name="Rework done").click()
    expect(technician.locator("#self-check input[name=line]").first).to_be_visible()
    for box in technician.locator("#self-check input[name=line]").all():
        box.check()
    technician.get_by_role("button", name="All checked").click()
    technician.wait_for_url(f"**/orders/{order_id}")

    inspector.goto(f"/orders/{order_id}/quality-check")
    expect(inspector.get_by_text("Round 2")).to_be_visible()
    inspector.get_by_role("button", name="All OK").first.click()
    expect(inspector.locator("#quality-count")).to_contain_text("2 of 2 checked")
    inspector.get_by_label("End").fill("118431")
    for box in inspector.locator("#final-form input[name=tick]").all():
        box.check()
    inspector.get_by_role("button", name="Release the car").click()
    inspector.wait_for_url(f"**/orders/{order_id}")
    assert workshop.state(order_id) == "preparing"
