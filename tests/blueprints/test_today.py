"""The first page of everyone."""

from datetime import timedelta

import pytest
from flask import Flask

from aftersales import clock
from aftersales.db import transaction
from aftersales.domain.accounts.permissions import Role
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_first_page_with_its_tasks(role: Role, cast: Cast, sign_in: SignIn) -> None:
    """PLT-8"""
    answer = sign_in(cast.with_role(role).id).get("/")
    assert answer.status_code == 200
    assert "Nothing waits for you" in answer.text


def test_the_advisor_sees_arrivals_who_waits_and_what_is_ready(
    app: Flask, cast: Cast, sign_in: SignIn
) -> None:
    now = clock.now()
    with app.app_context(), transaction():
        factories.open_order(
            cast, now=now, is_booking=True, planned_at=now + timedelta(minutes=1), concern="Oil leak"
        )
        arrived = factories.open_order(cast, now=now, concern="Clutch slips")
        arrived.is_waiting = True
        factories.open_order(
            cast, now=now, is_booking=True, planned_at=now + timedelta(days=2), concern="Not today"
        )
    page = sign_in(cast.advisor.id).get("/").text
    assert "Oil leak" in page
    assert "Clutch slips" in page
    assert "Not today" not in page
    assert "Waits in the lounge" in page


def test_another_sites_cars_are_not_there(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    with app.app_context(), transaction():
        factories.open_order(cast, now=clock.now(), concern="Clutch slips")
    assert "Clutch slips" not in sign_in(cast.stranger.id).get("/").text


def test_three_queries_however_many_cars(
    app: Flask, cast: Cast, sign_in: SignIn, count_queries: CountQueries
) -> None:
    """The person, the day's cars, the tasks."""
    with app.app_context(), transaction():
        for _ in range(12):
            factories.open_order(cast, now=clock.now())
    client = sign_in(cast.advisor.id)
    with count_queries() as seen:
        client.get("/")
    assert len(seen) <= 3
