"""Situations that tests start from, each one step further than the one before. An order comes back with its columns
loaded; look anew with :func:`tests.factories.fresh` (in an app context) for what changed since.

Each situation happened at ``factories.NOW`` and the minutes after it. It is made once in a run and put back for the
tests after (see :class:`tests.conftest.Stage`).
"""

from datetime import timedelta

import pytest
from flask import Flask

from aftersales import clock
from aftersales.domain.quotations.models import Quotation
from aftersales.domain.service_orders.models import ServiceOrder
from tests import cast as casting
from tests import factories
from tests.cast import Cast
from tests.conftest import Stage


@pytest.fixture
def cast(app: Flask, stage: Stage) -> Cast:
    """Both sites with everybody who works there."""
    return stage.stand("cast", casting.hire, after="empty")


@pytest.fixture
def booked_order(cast: Cast, stage: Stage) -> ServiceOrder:
    """An appointment for tomorrow at nine."""

    def build() -> ServiceOrder:
        return factories.open_order(cast, is_booking=True, planned_at=factories.NOW + timedelta(days=1))

    return stage.stand("booked", build, after="cast")


@pytest.fixture
def arrived_order(cast: Cast, stage: Stage) -> ServiceOrder:
    """A car that is here, with one concern; nothing is checked in."""
    return stage.stand("arrived", lambda: factories.open_order(cast), after="cast")


@pytest.fixture
def checked_in_order(cast: Cast, stage: Stage) -> ServiceOrder:
    """The customer signed a priced order: labour of 1.5 h and a part, 369.00 gross, authorised."""
    return stage.stand("checked in", lambda: _checked_in(cast), after="cast")


@pytest.fixture
def assigned_order(cast: Cast, stage: Stage) -> ServiceOrder:
    """Given to ``cast.technician`` in the first bay."""
    return stage.stand("assigned", lambda: factories.assign(cast, _checked_in(cast)), after="cast")


@pytest.fixture
def accepted_order(cast: Cast, stage: Stage) -> ServiceOrder:
    """In progress with ``cast.technician``."""
    return stage.stand("accepted", lambda: _accepted(cast), after="cast")


@pytest.fixture
def proposed_order(cast: Cast, stage: Stage) -> ServiceOrder:
    """In progress, with two proposed jobs: 1,128.00 and 189.00 gross."""
    return stage.stand("proposed", lambda: _proposed(cast), after="cast")


@pytest.fixture
def sent_quotation(cast: Cast, stage: Stage) -> Quotation:
    """Version 1 of an order in progress: two proposed jobs, 1,128.00 and 189.00 gross, waiting for the customer."""
    return stage.stand("sent", lambda: factories.send_quotation(cast, _proposed(cast)), after="cast")


@pytest.fixture
def question(cast: Cast, app: Flask, proposed_order: ServiceOrder) -> Quotation:
    """A quotation sent just now, with its real PDF: 1,128.00 and 189.00 gross."""
    with app.app_context():
        return factories.ask_by_link(cast, proposed_order.id, clock.now())


@pytest.fixture
def stocked(cast: Cast, stage: Stage) -> None:
    """The catalogue that a workshop starts with."""
    stage.stand("stocked", lambda: factories.stock_catalogue(cast), after="cast")


@pytest.fixture
def ready_order(cast: Cast, stage: Stage) -> ServiceOrder:
    """Repaired, checked and prepared; 369.00 gross wait to be invoiced."""
    return stage.stand("ready", lambda: factories.make_ready(cast, _accepted(cast)), after="cast")


@pytest.fixture
def invoiced_order(cast: Cast, stage: Stage, ready_order: ServiceOrder) -> ServiceOrder:
    """Ready, with an unpaid invoice over 369.00."""

    def build() -> ServiceOrder:
        factories.invoice(cast, ready_order)
        return ready_order

    return stage.stand("invoiced", build, after="ready")


@pytest.fixture
def completed_order(cast: Cast, stage: Stage, ready_order: ServiceOrder) -> ServiceOrder:
    """Paid, signed and gone at ``NOW`` plus eight hours; the first follow-up is planned."""
    return stage.stand("completed", lambda: factories.hand_over(cast, ready_order), after="ready")


def _checked_in(cast: Cast) -> ServiceOrder:
    return factories.check_in(cast, factories.open_order(cast))


def _proposed(cast: Cast) -> ServiceOrder:
    order = _accepted(cast)
    factories.propose(cast, order)
    factories.propose(
        cast, order, title="Brake fluid", part="59.00", hours="0.5", severity="soon",
        explanation="It boils at 172 degrees, it should be above 180.",
    )  # fmt: skip
    return order


def _accepted(cast: Cast) -> ServiceOrder:
    return factories.accept(cast, factories.assign(cast, _checked_in(cast)))
