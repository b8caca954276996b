"""What stands around the check-in: a recall and a warranty warning before it, a short visit instead of a repair, the
month's figures, and the guide that sets up a tablet. Each screen is looked at by axe."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import DIAGNOSIS, Authorisation, LineKind, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites.models import Site
from aftersales.domain.warranty import operations as warranty
from aftersales.domain.warranty.models import CampaignKind
from e2e.accessibility import assert_accessible
from e2e.conftest import PORTRAIT, TABLET, OpenPage
from e2e.people import sign_in
from e2e.server import Product, inside
from tests import cast as casting
from tests import factories

VIN = "WVWZZZ3CZKE123456"


@dataclass
class Workshop:
    """A running product with a car on its list of recalls, and another that came for an estimate only."""

    product: Product
    booked_id: int
    short_id: int


@pytest.fixture(scope="module")
def workshop(empty: Product) -> Workshop:
    with inside(empty), transaction():
        now = clock.now()
        cast = casting.hire()
        site = db.session.get_one(Site, cast.site.id)
        site.settings = {"warranty.same_fault_limit": 1}
        car = factories.vehicle(cast, plate="KR 7P421", vin=VIN)
        car.warranty_until_on = (now + timedelta(days=300)).date()
        booked = factories.open_order(
            cast, car=car, is_booking=True, planned_at=now + timedelta(minutes=5), now=now
        )
        campaign = warranty.save_campaign(
            None, number="69EP", title="Airbag module", kind=CampaignKind.RECALL, from_on=now.date(),
            until_on=None, actor=cast.claims.actor(), now=now,
        )  # fmt: skip
        warranty.add_vins(campaign.id, f"{VIN}\nWVWZZZ3CZKE999999", actor=cast.claims.actor(), now=now)
        short = factories.check_in(cast, factories.open_order(cast, now=now))
        _agree_fee(cast, short)
    return Workshop(empty, booked.id, short.id)


def _agree_fee(cast: casting.Cast, order: ServiceOrder) -> None:
    actor, now = cast.advisor.actor(), clock.now()
    job = work.add_job(order.id, title="Technical diagnosis", canned_job_code=DIAGNOSIS, actor=actor, now=now)
    line = work.add_line(
        job.id, kind=LineKind.FEE, description="Diagnosis fee", quantity=Decimal(1), unit_price=Decimal("123.00"),
        actor=actor, now=now,
    )  # fmt: skip
    work.authorise(order, {line.id}, Authorisation.AUTHORISED)


def page_for(open_page: OpenPage, workshop: Workshop, person: str, **device: object) -> Page:
    page = open_page(**(device or TABLET), base_url=workshop.product.address)
    sign_in(page, f"{person}@example.org")
    return page


def test_a_visit_is_closed_without_repair(open_page: OpenPage, workshop: Workshop) -> None:
    """CHK-12: reason and fee, invoice and payment, gate pass; by hand on the tablet."""
    page = page_for(open_page, workshop, "advisor")
    page.goto(f"/orders/{workshop.short_id}")
    page.get_by_role("link", name="Close without repair").tap()
    expect(page.locator("h1")).to_have_text("Close without repair")
    assert_accessible(page)
    page.get_by_label("Why the visit ends").fill("The estimate is more than the car is worth to her.")
    page.get_by_role("button", name="Go on").tap()
    expect(page.get_by_role("button", name="Issue the invoice")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Issue the invoice").tap()
    page.get_by_role("button", name="Book the payment").tap()
    expect(page.get_by_role("button", name="Print gate pass and close")).to_be_visible()
    for thing in ("Key", "Vehicle papers", "Invoice", "Gate pass"):
        page.get_by_label(thing, exact=True).tap()
    assert_accessible(page)
    page.get_by_role("button", name="Print gate pass and close").tap()
    expect(page.locator(".order-head")).to_contain_text("Closed without repair")
    with inside(workshop.product):
        order = db.session.get_one(ServiceOrder, workshop.short_id)
        assert order.state is OrderState.CLOSED_WITHOUT_REPAIR and order.settled_at is not None


def test_a_recall_and_a_warranty_warning_meet_the_car_at_the_check_in(
    open_page: OpenPage, workshop: Workshop
) -> None:
    """WAR-5, APT-11: the recall's job in one tap; the claims officer decides from the task."""
    page = page_for(open_page, workshop, "advisor", **PORTRAIT)
    page.goto(f"/orders/{workshop.booked_id}/check-in")
    page.get_by_role("button", name="The car is here").tap()
    expect(page.get_by_text("Airbag module")).to_be_visible()
    expect(page.get_by_text("Near the limit")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Add its job").tap()
    expect(page.get_by_text("On the order", exact=True)).to_be_visible()

    officer = page_for(open_page, workshop, "claims")
    officer.goto("/tasks")
    officer.get_by_role("link", name="Decide on the warranty warning").first.tap()
    expect(officer.locator("h1")).to_have_text("Warranty watch")
    assert_accessible(officer)
    officer.get_by_role("radio", name="The limits do not apply").tap()
    officer.get_by_label("Reason").fill("Another fault than before.")
    officer.get_by_role("button", name="Keep the decision").tap()
    expect(officer.locator(".order-head")).to_contain_text("The limits do not apply")
    for path in ("/campaigns", "/campaigns/1", "/campaigns/new"):
        officer.goto(path)
        assert_accessible(officer)


@pytest.mark.parametrize("path", ["/reports/check-in", "/reports/check-in/orders", "/tablets", "/account"])
def test_figures_and_guide_are_accessible(open_page: OpenPage, workshop: Workshop, path: str) -> None:
    page = page_for(open_page, workshop, "admin")
    page.goto(path)
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
