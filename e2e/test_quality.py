"""Torques, a no with its photo's place, rework by its clock, and the signed record: by hand on the tablet."""

import re

import pytest
from flask import current_app
from playwright.sync_api import Page, expect

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.accounts import pins
from aftersales.domain.catalogue.kinds import SpecKind
from aftersales.domain.quality import queries, work_checks
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.job_models import JobSpec
from aftersales.domain.service_orders.models import ServiceOrder
from e2e.accessibility import assert_accessible
from e2e.conftest import PORTRAIT, TABLET, OpenPage
from e2e.people import sign_in
from e2e.server import Product, inside
from e2e.test_shared_tablet import PIN, enrolled, tap
from tests import cast as casting
from tests import factories
from tests.cast import Cast


@pytest.fixture(scope="module")
def floor(empty: Product) -> tuple[Product, Cast, int]:
    """A running product with a car in repair whose wheel bolts are to be tightened to 120 Nm."""
    with inside(empty), transaction():
        cast, now = casting.hire(), clock.now()
        order = factories.check_in(cast, factories.open_order(cast, now=now), now=now)
        order.technician_id, order.bay_id = cast.technician.id, cast.site.bay_ids[0]
        service_orders.move(order, "assign", actor=cast.manager.actor(), now=now)
        service_orders.move(order, "accept", actor=cast.technician.actor(), now=now)
        service_orders.move(order, "start_repair", actor=cast.advisor.actor(), now=now)
        db.session.add(
            JobSpec(
                service_order_id=order.id, job_id=order.jobs[0].id, position=1, kind=SpecKind.TORQUE,
                name="Wheel bolts", unit="Nm", nominal=120, low=110, high=130,
            )
        )  # fmt: skip
        order_id = order.id
    return empty, cast, order_id


def check_myself(page: Page, order_id: int) -> None:
    page.goto(f"/orders/{order_id}/self-check")
    for box in page.locator('input[name="line"]').all():
        box.locator("xpath=..").tap()
    page.get_by_role("button", name="All checked: to quality check").tap()
    page.wait_for_url(f"**/orders/{order_id}")


def test_from_the_torque_wrench_to_the_signed_record(
    open_page: OpenPage, floor: tuple[Product, Cast, int]
) -> None:
    """QCS-1 to QCS-4: the colour follows the limits while one types; a no goes back as rework with a clock; then the car is
    released with a signature."""
    running, cast, order_id = floor
    technician = open_page(**PORTRAIT, base_url=running.address)
    sign_in(technician, cast.technician)
    technician.goto(f"/orders/{order_id}/self-check")
    torque = technician.get_by_label("Wheel bolts, measured")
    torque.fill("150")
    expect(technician.get_by_text("Outside its limits", exact=True)).to_be_visible()
    expect(technician.get_by_label("Why does it stay outside?")).to_be_visible()
    torque.fill("120")
    expect(technician.get_by_text("Within its limits", exact=True)).to_be_visible()
    assert_accessible(technician)
    technician.get_by_role("button", name="Keep the values").tap()
    expect(technician.get_by_text("Tomasz Lis")).to_be_visible()
    check_myself(technician, order_id)

    inspector = open_page(**TABLET, base_url=running.address)
    sign_in(inspector, cast.qc)
    inspector.goto("/quality")
    inspector.locator("a.ticket").first.tap()
    expect(inspector.get_by_text("110 to 130 Nm")).to_be_visible()
    row = inspector.locator(".probe").first
    row.get_by_text("Not OK").tap()
    row.locator("label", has_text="Noise or vibration").tap()
    row.get_by_label("Say what to do").fill("Rubs at the shield plate")
    expect(row.get_by_text("Add photo")).to_be_visible()
    inspector.get_by_role("button", name="Send 1 to rework").tap()
    inspector.wait_for_url(f"**/orders/{order_id}")

    technician.goto(f"/orders/{order_id}/rework")
    technician.get_by_role("button", name="Clock on to the rework").tap()
    expect(technician.get_by_text("works on it since")).to_be_visible()
    assert_accessible(technician)
    technician.get_by_role("button", name="Rework done").tap()
    technician.wait_for_url("**/self-check")
    check_myself(technician, order_id)

    inspector.goto(f"/orders/{order_id}/quality-check")
    for button in reversed(
        inspector.get_by_role("button", name="All OK").all()
    ):  # each goes when it was tapped
        button.tap()
    expect(inspector.get_by_text("Every point is OK")).to_be_visible()
    inspector.get_by_label("End").fill("118431")
    inspector.get_by_label("Start").fill("118420")
    for tick in inspector.locator('input[name="tick"]').all():
        tick.locator("xpath=..").tap()
    inspector.get_by_role("button", name="Release the car").tap()
    inspector.wait_for_url(f"**/orders/{order_id}")
    with inside(running):
        order = db.session.get_one(ServiceOrder, order_id)
        assert (order.state, order.rework_count) == ("preparing", 1)
    expect(inspector.get_by_text("Quality check record").first).to_be_visible()


@pytest.mark.console("422")
def test_on_the_shared_tablet_the_last_digit_signs_and_releases(
    open_page: OpenPage, floor: tuple[Product, Cast, int]
) -> None:
    """QCS-4, TEC-7: who came by PIN signs by PIN; wrong digits stay at the pad with everything that was entered."""
    running, cast, _ = floor
    with inside(running):
        order_id = waiting_for_inspection(cast)
        with transaction():
            pins.set_pin(
                cast.qc.id, PIN, secret=current_app.config["SECRET_KEY"], today=clock.now().date(),
                actor=cast.qc.actor(), now=clock.now(),
            )  # fmt: skip
    tablet = enrolled(open_page, running, PORTRAIT)
    tap(tablet, cast.qc.name)
    tablet.goto(f"/orders/{order_id}/quality-check")
    tablet.get_by_role("button", name="All OK").first.tap()
    expect(tablet.get_by_text("Every point is OK")).to_be_visible()
    tablet.get_by_label("Start").fill("118420")
    tablet.get_by_label("End").fill("118431")
    for tick in tablet.locator('input[name="tick"]').all():
        tick.locator("xpath=..").tap()
    assert_accessible(tablet)
    press(tablet, "111119")
    expect(tablet.locator("#sign").get_by_text("Wrong PIN. Tries left: 9.")).to_be_in_viewport()
    expect(tablet.get_by_label("End")).to_have_value("118431")
    press(tablet, PIN)
    tablet.wait_for_url(re.compile(rf"/orders/{order_id}(#\w*)?$"))
    tablet.goto(f"/orders/{order_id}/quality-check")
    expect(tablet.get_by_text("With the own PIN")).to_be_visible()


def waiting_for_inspection(cast: Cast) -> int:
    """A second car, checked by its technician."""
    now, by, site_id = clock.now(), cast.technician.actor(), cast.site.id
    with transaction():
        order = factories.check_in(cast, factories.open_order(cast, now=now), now=now)
        order.technician_id = cast.technician.id
        order.bay_id = cast.site.bay_ids[1]
        service_orders.move(order, "assign", actor=cast.manager.actor(), now=now)
        service_orders.move(order, "accept", actor=by, now=now)
        service_orders.move(order, "start_repair", actor=cast.advisor.actor(), now=now)
        lines = {line.id for job in queries.list_authorised_jobs(order.id) for line in job.lines}
        work_checks.self_check(order.id, site_id=site_id, line_ids=lines, actor=by, now=now)
        work_checks.finish_work(order.id, site_id=site_id, actor=by, now=now)
        return order.id


def press(page: Page, digits: str) -> None:
    for digit in digits:
        page.locator(f"[data-digit='{digit}']").tap()
