"""Earlier work under our guarantee, wherever a car is received."""

from collections.abc import Collection

from aftersales import clock
from aftersales.domain.quality import covered
from aftersales.domain.quality.covered import Covered
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.vehicles.models import Vehicle
from aftersales.web import session


def of_order(order: ServiceOrder, jobs: Collection[Job]) -> list[Covered]:
    """What is covered on the day of the arrival at the odometer of this visit, as far as it was read."""
    zone = session.person().timezone
    return covered.list_covered(
        order.vehicle_id,
        on=clock.local_date(order.arrived_at or clock.now(), zone),
        odometer=order.odometer,
        order_id=order.id,
        jobs=jobs,
    )


def of_vehicle(vehicle: Vehicle | None) -> list[Covered]:
    """What is covered today; nobody has read the odometer yet."""
    if vehicle is None:
        return []
    today = clock.local_date(clock.now(), session.person().timezone)
    return covered.list_covered(vehicle.id, on=today, odometer=None)
