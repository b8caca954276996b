"""Situations that tests start from, each one step further than the one before. An order comes back with its columns
loaded; look anew with :func:`tests.factories.fresh` (in an app context) for what changed since.

Each situation happened at ``factories.NOW`` and the minutes after it.
"""

from datetime import timedelta

import pytest
from flask import Flask

from aftersales.db import transaction
from aftersales.domain.quotations.models import Quotation
from aftersales.domain.service_orders.models import ServiceOrder
from tests import cast as casting
from tests import factories
from tests.cast import Cast


@pytest.fixture
def cast(app: Flask) -> Cast:
    """Both sites with everybody who works there."""
    with app.app_context(), transaction():
        return casting.hire()


@pytest.fixture
def booked_order(cast: Cast, app: Flask) -> ServiceOrder:
    """An appointment for tomorrow at nine."""
    with app.app_context(), transaction():
        return factories.open_order(cast, is_booking=True, planned_at=factories.NOW + timedelta(days=1))


@pytest.fixture
def arrived_order(cast: Cast, app: Flask) -> ServiceOrder:
    """A car that is here, with one concern; nothing is checked in."""
    with app.app_context(), transaction():
        return factories.open_order(cast)


@pytest.fixture
def checked_in_order(cast: Cast, app: Flask) -> ServiceOrder:
    """The customer signed a priced order: labour of 1.5 h and a part, 369.00 gross, authorised."""
    with app.app_context(), transaction():
        return factories.check_in(cast, factories.open_order(cast))


@pytest.fixture
def assigned_order(cast: Cast, app: Flask) -> ServiceOrder:
    """Given to ``cast.technician`` in the first bay."""
    with app.app_context(), transaction():
        return factories.assign(cast, factories.check_in(cast, factories.open_order(cast)))


@pytest.fixture
def accepted_order(cast: Cast, app: Flask) -> ServiceOrder:
    """In progress with ``cast.technician``."""
    with app.app_context(), transaction():
        return factories.accept(
            cast, factories.assign(cast, factories.check_in(cast, factories.open_order(cast)))
        )


@pytest.fixture
def sent_quotation(cast: Cast, app: Flask) -> Quotation:
    """Version 1 of an order in progress: two proposed jobs, 1,128.00 and 189.00 gross, waiting for the customer."""
    with app.app_context(), transaction():
        order = factories.accept(
            cast, factories.assign(cast, factories.check_in(cast, factories.open_order(cast)))
        )
        factories.propose(cast, order)
        factories.propose(
            cast, order, title="Brake fluid", part="59.00", hours="0.5", severity="soon",
            explanation="It boils at 172 degrees, it should be above 180.",
        )  # fmt: skip
        return factories.send_quotation(cast, order)


@pytest.fixture
def ready_order(cast: Cast, app: Flask) -> ServiceOrder:
    """Repaired, checked and prepared; 369.00 gross wait to be invoiced."""
    with app.app_context(), transaction():
        order = factories.open_order(cast)
        factories.accept(cast, factories.assign(cast, factories.check_in(cast, order)))
        return factories.make_ready(cast, order)


@pytest.fixture
def invoiced_order(cast: Cast, app: Flask, ready_order: ServiceOrder) -> ServiceOrder:
    """Ready, with an unpaid invoice over 369.00."""
    with app.app_context(), transaction():
        factories.invoice(cast, ready_order)
    return ready_order


@pytest.fixture
def completed_order(cast: Cast, app: Flask, ready_order: ServiceOrder) -> ServiceOrder:
    """Paid, signed and gone at ``NOW`` plus eight hours; the first follow-up is planned."""
    with app.app_context(), transaction():
        return factories.hand_over(cast, ready_order)
