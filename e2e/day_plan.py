"""A workshop whose manager plans tomorrow: three cars wait, and two technicians are on shift from 8 to 16."""

from datetime import datetime, time, timedelta

from playwright.sync_api import Page

from aftersales import clock
from aftersales.clock import from_local, local
from aftersales.db import transaction
from aftersales.domain.staffing import times
from aftersales.domain.staffing.queries import find_technician
from e2e.conftest import OpenPage
from e2e.people import sign_in
from e2e.server import Product
from tests import cast as casting
from tests import factories
from tests.cast import Cast

ZONE = "Europe/Warsaw"


def tomorrow(at: time = time(0)) -> datetime:
    """An hour of tomorrow by the workshop's clock."""
    return from_local(datetime.combine(local(clock.now(), ZONE).date() + timedelta(days=1), at), ZONE)


def fill() -> Cast:
    now, day = clock.now(), local(tomorrow(), ZONE).date()
    with transaction():
        cast = casting.hire()
        for person in (cast.technician, cast.second_technician):
            technician = find_technician(person.id, cast.site.id)
            assert technician is not None
            times.change_day(
                technician.id, day, times.WorkingDay(time(8), time(16)), site_id=cast.site.id,
                actor=cast.manager.actor(), now=now,
            )  # fmt: skip
        for _ in range(3):
            order = factories.check_in(cast, factories.open_order(cast, now=now), now=now)
            order.promised_at = tomorrow(time(17))
    return cast


def day_plan() -> str:
    return f"/plan?day={local(tomorrow(), ZONE).date().isoformat()}"


def manager(open_page: OpenPage, floor: Product, device: dict[str, object]) -> Page:
    """The manager's page on a device, at tomorrow's plan."""
    page = open_page(**device, base_url=floor.address)
    sign_in(page, "manager@example.org")
    page.goto(day_plan())
    return page
