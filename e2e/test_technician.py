"""The technician at a car: targets for gloves, few taps, and where the Wi-Fi does not reach comparing, clocks and the
self-check wait on the tablet, arrive once, and stand under the name of whoever tapped."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from flask import current_app
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.accounts import pins
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.quality.models import CheckStage, QualityCheck
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import OrderEvent, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.workshop.car_models import CarComparison
from aftersales.domain.workshop.models import Clocking, EndReason
from e2e.accessibility import assert_accessible
from e2e.conftest import PORTRAIT, TABLET, OpenPage
from e2e.network import Network, Way, between
from e2e.people import sign_in
from e2e.server import Product, inside
from tests import cast as casting
from tests import factories
from tests.cast import Cast
from tests.effort import IS_LONG
from tests.gateways.photographs import own

pytestmark = pytest.mark.console("Failed to load resource", "htmx:sendError")


PIN = "482916"
MOST = 13


@dataclass(frozen=True)
class Floor:
    """The product, its people, a car to take over and one in repair."""

    product: Product
    cast: Cast
    assigned: int
    repairing: int
    job: int
    quick: int


@pytest.fixture(scope="module")
def floor(empty: Product) -> Floor:
    with inside(empty), transaction():
        cast, now = casting.hire(), clock.now()
        assigned = factories.assign(
            cast, factories.check_in(cast, factories.open_order(cast, now=now), now=now), now=now
        )
        order, quick = (in_repair(cast, now) for _ in range(2))
        job = factories.fresh(order).jobs[0].id
        pins.set_pin(
            cast.technician.id, PIN, secret=current_app.config["SECRET_KEY"], today=now.date(),
            actor=cast.technician.actor(), now=now,
        )  # fmt: skip
    return Floor(empty, cast, assigned.id, order.id, job, quick.id)


def in_repair(cast: Cast, now: datetime) -> ServiceOrder:
    order = factories.check_in(cast, factories.open_order(cast, now=now), now=now)
    order = factories.accept(cast, factories.assign(cast, order, now=now), now=now)
    service_orders.move(
        service_orders.lock_order(order.id), "start_repair", actor=cast.advisor.actor(), now=now
    )
    return order


@pytest.fixture
def network(floor: Floor) -> Iterator[Network]:
    with between(floor.product.address) as made:
        yield made


def open_and_keep(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.locator('[data-yard="ready"]')).to_be_visible(timeout=20_000)


def waits(page: Page, number: int) -> None:
    page.wait_for_function("n => Number(localStorage.getItem('waiting')) === n", arg=number, timeout=30_000)


SMALL = """() => [...document.querySelectorAll(
    "main .btn, main a.item, main a.ticket, main summary, main label.check, main .choice label, main .input, .bar .btn")]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height
    < (each.dataset.kind === "primary" ? 64 : 56) - 0.5)
  .map((each) => each.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize(
    ("device", "theme"),
    [(TABLET, "bay"), (PORTRAIT, "light"), (TABLET, "light"), (PORTRAIT, "bay")][: 4 if IS_LONG else 2],
)
def test_the_technicians_screens_pass_and_fit_gloves(
    floor: Floor, open_page: OpenPage, device: dict[str, object], theme: str
) -> None:
    """TEC-7: every target 56 px, what is pressed first 64, nothing sticks out, axe finds nothing."""
    page = open_page(**device, base_url=floor.product.address)
    sign_in(page, "technician@example.org")
    car, work = f"/orders/{floor.assigned}", f"/orders/{floor.repairing}"
    job = f"/jobs/{floor.job}"
    for path in (
        "/jobs", f"{car}/work", f"{car}/comparison", f"{work}/work", f"{work}/self-check", f"{job}/progress", "/clocks",
        f"{work}/safety", f"{work}/belongings-requests", f"{work}/parts", f"{work}/problems/new", f"{job}/photos",
        f"{job}/clips", "/waiting",
    ):  # fmt: skip
        page.goto(path)
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        assert_accessible(page)
        assert page.evaluate(SMALL) == [], path
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path


def test_from_the_locked_tablet_to_a_checked_job_in_thirteen_taps(floor: Floor, open_page: OpenPage) -> None:
    """TEC-7, DSP-4, TEC-5: the name, six digits, the car, on, done, self-check, its lines at once, checked; and every one of
    them is in view without scrolling."""
    page = open_page(**TABLET, base_url=floor.product.address)
    sign_in(page, "manager@example.org")
    page.goto("/shared-tablets")
    page.get_by_role("textbox", name="Name").fill("Bay 3")
    page.get_by_role("button", name="Enrol this tablet").click()
    page.get_by_role("button", name="Lock or switch").tap()
    expect(page.get_by_role("heading", name="Who is working?")).to_be_visible()
    taps = 0

    def tap(target: Locator) -> None:
        nonlocal taps
        expect(target).to_be_in_viewport(ratio=1)
        target.tap()
        taps += 1

    tap(page.locator("label", has_text=floor.cast.technician.name))
    for digit in PIN:
        tap(page.locator(f"[data-digit='{digit}']"))
    page.wait_for_url("**/jobs")
    tap(page.locator(f"a.ticket[href='/orders/{floor.quick}/work']"))
    bar = page.locator("footer, .bar").last
    tap(bar.get_by_role("button", name="Clock on"))
    tap(bar.get_by_role("button", name="Job is done"))
    tap(bar.get_by_role("link", name="Self-check"))
    tap(page.get_by_role("button", name="All of this job").first)
    tap(page.get_by_role("button", name="All checked"))
    expect(page.get_by_text("Self-check done").first).to_be_visible()
    assert taps == MOST
    with inside(floor.product):
        assert db.session.get_one(ServiceOrder, floor.quick).state is OrderState.QUALITY_CHECK


def test_the_car_is_compared_without_network(floor: Floor, network: Network, open_page: OpenPage) -> None:
    """TEC-1, CHK-11: a difference with its photo and the rest, and the answer to one of them gets lost."""
    page = open_page(**TABLET, base_url=network.address)
    sign_in(page, "technician@example.org")
    path = f"/orders/{floor.assigned}/work"
    open_and_keep(page, path)
    page.get_by_role("link", name="Compare photo by photo").tap()
    expect(page.locator('[data-yard="ready"]')).to_be_visible(timeout=20_000)

    network.become(Way.DOWN)
    page.goto(f"/orders/{floor.assigned}/comparison")
    card = page.locator("#point-else")
    card.get_by_text("Different").first.tap()
    card.get_by_label("What is different?").fill("Mirror broken")
    card.get_by_label("Photo").set_input_files({"name": "m.jpg", "mimeType": "image/jpeg", "buffer": own()})
    card.get_by_role("button", name="tell the advisor").tap()
    expect(card.get_by_role("status")).to_contain_text("Mirror broken: Waits on this tablet")
    assert_accessible(page)
    page.get_by_role("button", name="All the rest is the same").tap()
    page.wait_for_url("**/work")
    expect(page.get_by_role("list", name="Waits on this tablet")).to_contain_text("All the rest is the same")
    waits(page, 2)

    network.become(Way.LOSES_ANSWERS)
    page.wait_for_timeout(1_000)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(2_000)
    network.become(Way.UP)
    page.reload()
    waits(page, 0)
    with inside(floor.product):
        found = db.session.scalars(
            select(CarComparison).where(CarComparison.service_order_id == floor.assigned)
        ).all()
        (difference,) = [each for each in found if not each.is_same]
        assert (difference.note, difference.compared_by_name) == ("Mirror broken", floor.cast.technician.name)
        assert difference.attachment_id is not None
        of_order = select(func.count()).where(Attachment.caption == "Mirror broken")
        assert db.session.scalar(of_order) == 1
        told = select(func.count()).where(
            OrderEvent.service_order_id == floor.assigned, OrderEvent.text.startswith("The car differs")
        )
        assert db.session.scalar(told) == 1


def test_a_job_is_clocked_finished_and_checked_without_network(
    floor: Floor, network: Network, open_page: OpenPage
) -> None:
    """DSP-4, TEC-5, TEC-7: on, pause, on again, done: each tap counts from when it was made, once; a colleague who signs in meanwhile sends
    nothing in their own name."""
    page = open_page(**TABLET, base_url=network.address)
    sign_in(page, "technician@example.org")
    path = f"/orders/{floor.repairing}/work"
    open_and_keep(page, path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    network.become(Way.DOWN)
    page.goto(path)
    before = clock.now()
    on = page.locator(f"#clock-on-{floor.job}").get_by_role("button")
    here = page.locator("#running-here")
    expect(here).to_be_hidden()
    on.tap()
    waiting = page.get_by_role("list", name="Waits on this tablet")
    expect(waiting).to_contain_text("Clock on:")
    expect(on).to_be_hidden()
    expect(here).to_contain_text("without network. It waits on this tablet and counts from then")
    assert_accessible(page)
    page.goto(path)  # what waits is what the page shows, also when it is opened anew
    page.wait_for_timeout(1_200)  # worked
    here.locator("summary").tap()
    here.get_by_role("button", name="Waits for parts").tap()
    expect(waiting).to_contain_text("(Waits for parts)")
    expect(here).to_be_hidden()
    page.wait_for_timeout(1_200)  # paused
    bar = page.locator("footer.bar")
    bar.get_by_role("button", name="Clock on").tap()
    expect(here).to_be_visible()
    page.wait_for_timeout(1_200)  # worked again
    bar.get_by_role("button", name="Job is done").tap()
    expect(waiting).to_contain_text("Job is done:")
    expect(here).to_be_hidden()
    expect(on).to_be_hidden()
    page.goto(f"/orders/{floor.repairing}/self-check")
    for box in page.locator("#self-check input[name=line]").all():
        box.check()
    page.get_by_role("button", name="All checked").tap()
    page.wait_for_url("**/work")
    expect(waiting).to_contain_text("Self-check")
    tapped = clock.now()
    waits(page, 5)

    page.context.clear_cookies()  # the session ended, and somebody else takes the tablet
    network.become(Way.UP)
    sign_in(page, "second_technician@example.org")
    page.goto("/waiting")
    expect(page.locator("[data-items]")).to_contain_text(f"{floor.cast.technician.name}")
    page.wait_for_timeout(2_000)
    waits(page, 5)
    page.context.clear_cookies()
    sign_in(page, "technician@example.org")
    waits(page, 0)
    with inside(floor.product):
        first, again = db.session.scalars(
            select(Clocking).where(Clocking.job_id == floor.job).order_by(Clocking.started_at)
        ).all()
        assert {first.user_id, again.user_id} == {floor.cast.technician.id}
        assert (first.end_reason, again.end_reason) == (EndReason.PARTS, EndReason.FINISHED)
        assert first.ended_at is not None and again.ended_at is not None
        moments = [first.started_at, first.ended_at, again.started_at, again.ended_at]
        assert before - timedelta(seconds=1) <= moments[0] and moments[3] <= tapped + timedelta(seconds=1)
        assert all(later - sooner >= timedelta(seconds=1) for sooner, later in pairwise(moments))
        checks = db.session.scalars(
            select(QualityCheck).where(
                QualityCheck.service_order_id == floor.repairing, QualityCheck.stage == CheckStage.SELF
            )
        ).all()
        assert [check.checker_name for check in checks] == [floor.cast.technician.name]
        assert checks[0].checked_at is not None and checks[0].checked_at <= tapped + timedelta(seconds=1)
        order = db.session.get_one(ServiceOrder, floor.repairing)
        assert order.state is OrderState.QUALITY_CHECK
