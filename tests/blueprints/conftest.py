"""What pages of the reception, the parts desk and the shared tablet start from. A file that starts elsewhere has fixtures of its own by these names."""

import pytest
from flask import Flask

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.accounts import pins
from aftersales.domain.parts.models import Article
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests import stockroom as shelf
from tests.cast import Cast, Person
from tests.conftest import SignIn
from tests.html import CheckingClient
from tests.stockroom import Stockroom

PIN = "482916"


@pytest.fixture
def order(app: Flask, cast: Cast) -> ServiceOrder:
    """A car that came just now."""
    with app.app_context(), transaction():
        return factories.open_order(cast, now=clock.now())


@pytest.fixture
def desk(cast: Cast, sign_in: SignIn) -> CheckingClient:
    """The advisor's browser."""
    return sign_in(cast.advisor.id)


@pytest.fixture
def hose(app: Flask, cast: Cast, stockroom: Stockroom) -> Article:
    """Three in the main store, one upstairs."""
    with app.app_context(), transaction():
        return shelf.article(cast, stockroom, on_hand=3, second=1)


@pytest.fixture
def belt(app: Flask, cast: Cast, stockroom: Stockroom) -> Article:
    """Nowhere in stock."""
    with app.app_context(), transaction():
        return shelf.article(cast, stockroom, name="Poly-V belt")


@pytest.fixture
def waiting(app: Flask, cast: Cast, hose: Article, belt: Article) -> ServiceOrder:
    """An order in repair that has its hose reserved and lacks its belt."""
    with app.app_context(), transaction():
        return shelf.waiting_order(cast, (hose, 1), (belt, 2))


@pytest.fixture
def tablet(app: Flask, cast: Cast, sign_in: SignIn) -> CheckingClient:
    """A tablet that the team leader enrolled and locked; technician, second technician and manager have a PIN."""
    for person in (cast.technician, cast.second_technician, cast.manager, cast.service_manager):
        give_pin(app, person)
    browser = sign_in(cast.leader.id)
    assert browser.post("/shared-tablets", data={"name": "Bay 3", "theme": "bay"}).status_code == 303
    assert browser.post("/sign-in/lock").status_code == 303
    return browser


def give_pin(app: Flask, person: Person, digits: str = PIN) -> None:
    with app.app_context(), transaction():
        pins.set_pin(
            person.id, digits, secret=app.config["SECRET_KEY"], today=clock.now().date(), actor=person.actor(),
            now=clock.now(),
        )  # fmt: skip
