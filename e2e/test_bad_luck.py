"""Bad luck on the floor, as people see it on their tablets: two tablets for one person, a technician who leaves in the
middle of a job, an order that ends while it is clocked, a template edited while it is filled in, the night of the clock
change."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from aftersales import clock
from aftersales.db import add, db, transaction
from aftersales.domain.accounts import administration
from aftersales.domain.actors import SYSTEM
from aftersales.domain.inspections import beginning, queries, starter, templates
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.workshop.models import Clocking, EndReason
from aftersales.domain.workshop.time_models import ClockCorrection
from aftersales.jobs import floor as sweeps
from e2e.accessibility import assert_accessible
from e2e.conftest import PORTRAIT, TABLET, OpenPage
from e2e.people import sign_in
from e2e.server import Product, inside
from tests import cast as casting
from tests import factories
from tests.cast import Cast, Person

pytestmark = pytest.mark.console("409", "422")
WORDS = "The caliper sits tight, left front"


@dataclass(frozen=True)
class Floor:
    product: Product
    cast: Cast

    def accepted(self, concern: str) -> tuple[int, int]:
        """A car that the technician has taken over, with its checklist begun: order and job."""
        with inside(self.product), transaction():
            now = clock.now()
            order = factories.open_order(self.cast, concern=concern, now=now)
            order = factories.assign(self.cast, factories.check_in(self.cast, order, now=now), now=now)
            factories.accept(self.cast, order, now=now)
            beginning.begin(order.id, now=now)
            return order.id, order.jobs[0].id

    def page(self, open_page: OpenPage, who: Person, path: str, device: dict[str, object] = TABLET) -> Page:
        page = open_page(**device, base_url=self.product.address)
        sign_in(page, who)
        page.goto(path)
        return page

    def clocks_of(self, order_id: int) -> list[Clocking]:
        with inside(self.product):
            found = list(
                db.session.scalars(
                    select(Clocking).where(Clocking.service_order_id == order_id).order_by(Clocking.id)
                )
            )
            db.session.expunge_all()
            return found


@pytest.fixture(scope="module")
def floor(empty: Product) -> Floor:
    with inside(empty), transaction():
        cast = casting.hire()
        templates.save_template(
            code=starter.CODE, name="Check", points=starter.POINTS[:4], actor=SYSTEM, now=clock.now()
        )
    return Floor(empty, cast)


def bar(page: Page, name: str) -> None:
    page.locator("footer.bar").get_by_role("button", name=name).tap()


def pause(page: Page, reason: str) -> None:
    page.locator("#running summary", has_text="Pause").tap()
    page.locator("#pause").get_by_role("button", name=reason).tap()


def test_two_tablets_of_one_person_never_change_a_clock_unseen(floor: Floor, open_page: OpenPage) -> None:
    """DSP-4: what a tablet shows may be old. It is asked again, and says which job runs by now."""
    (brakes, _), (oil, _) = floor.accepted("Brakes squeal"), floor.accepted("Oil is lost")
    near = floor.page(open_page, floor.cast.technician, f"/orders/{brakes}/work")
    far = floor.page(open_page, floor.cast.technician, f"/orders/{oil}/work", PORTRAIT)
    bar(near, "Clock on")
    expect(near.locator("#running")).to_contain_text("On the clock: Brakes squeal")

    bar(far, "Clock on")  # it still shows that nothing runs
    expect(far.get_by_role("alert")).to_contain_text("You are still clocked on to “Brakes squeal”.")
    assert_accessible(far)
    bar(far, "Switch to this job")
    expect(far.locator("#running")).to_contain_text("On the clock: Oil is lost")

    pause(near, "Break")  # it still shows the brakes
    said = near.get_by_role("alert")
    expect(said).to_contain_text(
        "By now you are clocked on to another job: “Oil is lost”. It was not paused."
    )
    expect(near.locator("#running")).to_contain_text("On the clock: Oil is lost")
    assert_accessible(near)
    pause(near, "Waits for parts")
    near.wait_for_url("**/work")
    assert [each.end_reason for each in floor.clocks_of(brakes)] == [EndReason.OTHER_JOB]
    assert [each.end_reason for each in floor.clocks_of(oil)] == [EndReason.PARTS]


def test_an_order_ends_while_somebody_is_clocked_on(floor: Floor, open_page: OpenPage) -> None:
    """DSP-4: the advisor reads who works on the car, the leader stops that clock with a reason, the technician reads it
    and loses nothing of what was typed."""
    order, _ = floor.accepted("Clutch slips")
    technician = floor.page(open_page, floor.cast.technician, f"/orders/{order}/work")
    bar(technician, "Clock on")
    expect(technician.locator("#running")).to_be_visible()
    technician.goto(f"/orders/{order}/problems/new")
    technician.locator("main textarea").first.fill(WORDS)

    advisor = floor.page(open_page, floor.cast.advisor, f"/orders/{order}/short-visit")
    expect(advisor.locator("#banner")).to_contain_text(f"{floor.cast.technician.name} is clocked on")
    assert_accessible(advisor)

    leader = floor.page(open_page, floor.cast.leader, "/clocks/team", PORTRAIT)
    leader.get_by_role("link", name=re.compile("Clutch slips")).tap()
    leader.get_by_role("button", name="Stop the clock").tap()
    expect(leader.get_by_role("alert")).to_contain_text("Say why you stop the clock")
    leader.get_by_label("Why you stop the clock").fill("The car goes back")
    leader.get_by_role("button", name="Stop the clock").tap()
    leader.wait_for_url("**/clocks/team")

    advisor.reload()
    expect(advisor.locator("#banner")).not_to_contain_text("clocked on")
    advisor.get_by_label("Why the visit ends").fill("The customer sells it")
    advisor.locator("footer.bar .btn[data-kind=primary]").tap()
    give = advisor.locator("#close")
    expect(give).to_be_visible()
    for box in give.get_by_role("checkbox").all():
        box.check()
    advisor.locator("footer.bar .btn[data-kind=primary]").tap()
    expect(advisor.get_by_text("Closed without repair").first).to_be_visible(timeout=30_000)

    technician.locator("footer.bar .btn[data-kind=primary]").tap()
    expect(technician.get_by_role("alert")).to_be_visible()
    expect(technician.locator("main textarea").first).to_have_value(WORDS)
    assert_accessible(technician)
    technician.goto("/jobs")
    expect(technician.get_by_text("Your clock was stopped")).to_be_visible()
    expect(technician.get_by_text("The car goes back")).to_be_visible()
    assert [each.stopped_by_name for each in floor.clocks_of(order)] == [floor.cast.leader.name]


def test_a_technician_who_is_locked_out_leaves_no_clock_behind(floor: Floor, open_page: OpenPage) -> None:
    """DSP-4, TEC-7: the account ends in the middle of a job. The tablet asks for a sign-in, and the leader gets a task that
    leads to the clock, with the moment of the lock-out as its end."""
    order, job = floor.accepted("Exhaust rattles")
    helper = floor.cast.second_technician
    with inside(floor.product), transaction():
        db.session.get_one(ServiceOrder, order).technician_id = helper.id
    tablet = floor.page(open_page, helper, f"/orders/{order}/work")
    bar(tablet, "Clock on")
    expect(tablet.locator("#running")).to_be_visible()
    with inside(floor.product):
        with transaction():
            administration.disable(helper.id, actor=floor.cast.admin.actor(), now=clock.now())
        sweeps.sweep(clock.now())
    tablet.reload()
    expect(tablet.get_by_label("Password")).to_be_visible()

    leader = floor.page(open_page, floor.cast.leader, "/tasks", PORTRAIT)
    leader.get_by_role("link", name=re.compile("Exhaust rattles")).first.tap()
    expect(leader.get_by_role("heading", level=1)).to_have_text(helper.name)
    assert_accessible(leader)
    leader.get_by_label("Why the time is changed").fill("Has left the workshop")
    leader.get_by_label("Began").fill("2026-01-01T10:00")  # what cannot be, and nothing else is lost
    bar(leader, "Correct the time")
    expect(leader.get_by_role("alert")).to_contain_text("more than 16 hours")
    expect(leader.get_by_label("Why the time is changed")).to_have_value("Has left the workshop")
    (worked,) = floor.clocks_of(order)
    begun = clock.local(worked.started_at, "Europe/Warsaw") - timedelta(minutes=20)
    leader.get_by_label("Began").fill(begun.strftime("%Y-%m-%dT%H:%M"))
    bar(leader, "Correct the time")
    leader.wait_for_url("**/clocks/team")
    (worked,) = floor.clocks_of(order)
    assert worked.job_id == job and worked.ended_at is not None


def test_a_template_edited_while_it_is_filled_in_changes_nothing_here(
    floor: Floor, open_page: OpenPage
) -> None:
    """TEC-2: the manager puts the next version in use while a technician stands at the car with the one before."""
    order, _ = floor.accepted("Annual check")
    technician = floor.page(open_page, floor.cast.technician, f"/orders/{order}/inspection")
    probes = technician.locator(".probe")
    before = probes.count()
    manager = floor.page(open_page, floor.cast.manager, "/inspection-templates")
    manager.get_by_role("link", name="Check").first.tap()
    manager.get_by_role("button", name="Edit").tap()
    manager.get_by_role("link", name="Add a point", exact=True).first.tap()
    manager.get_by_label("Point", exact=True).fill("Tow bar")
    manager.get_by_role("button", name="Save the point").tap()
    manager.get_by_role("button", name="Put version 2 in use").tap()
    expect(manager.get_by_text("version 2", exact=True).first).to_be_visible()

    first = probes.first
    first.locator(".verdict label").first.tap()
    expect(technician.locator(".areas [aria-current]")).to_contain_text("1/")
    technician.reload()
    expect(first.locator(".verdict input").first).to_be_checked()
    assert probes.count() == before
    expect(technician.get_by_text("Tow bar")).to_have_count(0)
    later, _ = floor.accepted("Check with the new one")
    with inside(floor.product):
        assert "Tow bar" in [probe.name for probe in queries.get_sheet(later).probes]
        assert "Tow bar" not in [probe.name for probe in queries.get_sheet(order).probes]


def test_the_hour_that_comes_twice_is_counted_as_it_passed(floor: Floor, open_page: OpenPage) -> None:
    """QUALITY, DSP-4: a night shift over the end of summer time: nine hours by eight on the wall; a correction of the reason
    alone keeps the second two o'clock."""
    order, job = floor.accepted("Gearbox out")
    begun, ended = datetime(2025, 10, 25, 20, tzinfo=UTC), datetime(2025, 10, 26, 5, tzinfo=UTC)
    second_two = datetime(2025, 10, 26, 1, 30, tzinfo=UTC)  # half past two, for the second time
    with inside(floor.product), transaction():
        ids = [
            add(
                Clocking(
                    site_id=floor.cast.site.id,
                    service_order_id=order,
                    job_id=job,
                    user_id=floor.cast.technician.id,
                    started_at=start,
                    ended_at=end,
                    end_reason=EndReason.BREAK,
                )  # fmt: skip
            ).id
            for start, end in ((begun, second_two - timedelta(hours=1)), (second_two, ended))
        ]
    technician = floor.page(open_page, floor.cast.technician, f"/clocks/{ids[1]}", PORTRAIT)
    expect(technician.locator("main .price").first).to_contain_text("02:30")
    expect(technician.locator("main .card").first).to_contain_text("3:30 h")
    assert_accessible(technician)
    technician.get_by_label("Why the time is changed").fill("Forgot the last minutes")
    technician.get_by_label("Ended").fill("2025-10-26T06:10")
    bar(technician, "Correct the time")
    technician.wait_for_url("**/jobs")
    with inside(floor.product):
        asked = db.session.scalars(select(ClockCorrection).where(ClockCorrection.clocking_id == ids[1])).one()
        assert asked.new_started_at == second_two
        assert asked.new_ended_at == ended + timedelta(minutes=10)
