"""Guarantee terms and comebacks on screens: /site/guarantees, /orders/<id>/comebacks, the check-in, the notice."""

from datetime import timedelta

import pytest
from flask import Flask

from aftersales.db import db, transaction
from aftersales.domain.quality.comeback_models import Comeback, ComebackNotice
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites.models import Site
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn

NOW = factories.NOW


@pytest.fixture
def again(app: Flask, cast: Cast, completed_order: ServiceOrder) -> ServiceOrder:
    """The car that was handed over is here again, a week later, for its brakes."""
    with app.app_context(), transaction():
        car = factories.fresh(completed_order).vehicle
        order = factories.open_order(
            cast, car=car, now=NOW + timedelta(days=7), concern="Brakes squeal again"
        )
        assert order.jobs
        return order


def form_of(app: Flask, first: ServiceOrder, again: ServiceOrder) -> dict[str, str]:
    with app.app_context():
        return {
            "first_order_id": str(first.id),
            "first_job_id": str(factories.fresh(first).jobs[0].id),
            "job_id": str(factories.fresh(again).jobs[0].id),
            "back": "jobs",
        }


def test_the_check_in_proposes_earlier_work_with_who_did_it(
    cast: Cast, sign_in: SignIn, completed_order: ServiceOrder, again: ServiceOrder
) -> None:
    """ORD-9: beside the concerns: the job, its terms, who did it, one button per concern."""
    page = sign_in(cast.advisor.id).get(f"/orders/{again.id}/check-in/jobs").get_data(as_text=True)
    assert "Our earlier work, under guarantee" in page
    assert "The same again?" in page and "Tomasz Lis" in page
    assert "distance not known: read the odometer" in page
    assert "Brakes squeal again” is a comeback of: Front brakes squeal" in page


def test_one_tap_links_the_concern_and_the_first_orders_page_says_so(
    app: Flask, cast: Cast, sign_in: SignIn, completed_order: ServiceOrder, again: ServiceOrder
) -> None:
    """QCS-2: one tap; two are one."""
    client, form = sign_in(cast.advisor.id), form_of(app, completed_order, again)
    for _ in range(2):
        answer = client.post(f"/orders/{again.id}/comebacks", data=form)
        assert answer.location.endswith(f"/orders/{again.id}/check-in/jobs")
    with app.app_context():
        assert db.session.query(Comeback).count() == 1
        assert factories.fresh(again).jobs[0].pay_type == "internal"
    first = client.get(f"/orders/{completed_order.id}").get_data(as_text=True)
    assert "Came back with order" in first and "7 days after the hand-over" in first
    assert "This visit is a comeback" in client.get(f"/orders/{again.id}").get_data(as_text=True)


def test_no_asks_for_a_reason(
    app: Flask, cast: Cast, sign_in: SignIn, completed_order: ServiceOrder, again: ServiceOrder
) -> None:
    client, form = sign_in(cast.advisor.id), form_of(app, completed_order, again)
    url = f"/orders/{again.id}/comebacks/refusal"
    answer = client.post(url, data={**form, "reason": ""})
    assert answer.status_code == 422 and "Say why" in answer.get_data(as_text=True)
    assert client.post(url, data={**form, "reason": "Rear axle this time"}).status_code == 303
    assert "Rear axle this time" in client.get(f"/orders/{again.id}/comebacks").get_data(as_text=True)


def test_the_first_technician_reads_it_beside_the_first_work(
    app: Flask, cast: Cast, sign_in: SignIn, completed_order: ServiceOrder, again: ServiceOrder
) -> None:
    """QCS-2: a task; the page shows both visits; reading closes it."""
    sign_in(cast.advisor.id).post(f"/orders/{again.id}/comebacks", data=form_of(app, completed_order, again))
    with app.app_context():
        notice = db.session.query(ComebackNotice).filter_by(user_id=cast.technician.id).one().id
    client = sign_in(cast.technician.id)
    assert f"/comebacks/notices/{notice}" in client.get("/tasks").get_data(as_text=True)
    page = client.get(f"/comebacks/notices/{notice}").get_data(as_text=True)
    assert "The first time" in page and "Brakes squeal again" in page and "You did this work." in page
    assert client.post(f"/comebacks/notices/{notice}/reading", data={"note": "No grease"}).status_code == 303
    assert f"/comebacks/notices/{notice}" not in client.get("/tasks").get_data(as_text=True)
    assert sign_in(cast.second_technician.id).get(f"/comebacks/notices/{notice}").status_code == 404


def test_a_technician_reads_and_does_not_link(
    app: Flask, cast: Cast, sign_in: SignIn, completed_order: ServiceOrder, again: ServiceOrder
) -> None:
    client = sign_in(cast.technician.id)
    page = client.get(f"/orders/{again.id}/comebacks")
    assert page.status_code == 200 and "is a comeback of" not in page.get_data(as_text=True)
    answer = client.post(f"/orders/{again.id}/comebacks", data=form_of(app, completed_order, again))
    assert answer.status_code == 403


def test_another_site_finds_nothing(
    app: Flask, cast: Cast, sign_in: SignIn, completed_order: ServiceOrder, again: ServiceOrder
) -> None:
    client = sign_in(cast.stranger.id)
    assert client.get(f"/orders/{again.id}/comebacks").status_code == 404
    answer = client.post(f"/orders/{again.id}/comebacks", data=form_of(app, completed_order, again))
    assert answer.status_code == 404


def test_the_page_of_earlier_work_asks_the_database_little(
    cast: Cast, sign_in: SignIn, again: ServiceOrder, count_queries: CountQueries
) -> None:
    """The person, order, jobs and lines, the guarantees, who did and inspected them, photos, answers and notices."""
    client = sign_in(cast.advisor.id)
    with count_queries() as seen:
        client.get(f"/orders/{again.id}/comebacks")
    assert len(seen) <= 10


def test_a_preset_is_one_tap_and_customers_read_it_on_the_papers(
    app: Flask, cast: Cast, sign_in: SignIn
) -> None:
    """ORD-9"""
    client = sign_in(cast.admin.id)
    page = client.get("/site/guarantees").get_data(as_text=True)
    assert "Labour, Materials, Work by others: 365 days or 20,000 km" in page
    assert client.post("/site/guarantees/preset", data={"preset": "cn_whole"}).status_code == 303
    page = client.get("/site/guarantees").get_data(as_text=True)
    assert "Paint and body: 100 days or 20,000 km" in page
    assert client.post("/site/guarantees/preset", data={"preset": "nothing"}).status_code == 404


def test_terms_of_ones_own_keep_what_was_typed(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.admin.id)
    kinds = ("labour", "part", "used_part", "material", "sublet", "paint")
    form = {f"{kind}_{unit}": "90" for kind in kinds for unit in ("days", "km")}
    answer = client.post("/site/guarantees", data={**form, "paint_days": "two years"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "enter a whole number" in page and 'value="two years"' in page
    assert client.post("/site/guarantees", data={**form, "part_km": "0"}).status_code == 303
    with app.app_context():
        site = db.session.get_one(Site, cast.site.id)
        assert (site.setting("guarantee.paint_days"), site.setting("guarantee.part_km")) == (90, 0)
    assert sign_in(cast.advisor.id).get("/site/guarantees").status_code == 403


def test_two_administrators_do_not_overwrite_each_other(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """ORD-6"""
    client = sign_in(cast.admin.id)
    with app.app_context():
        version = db.session.get_one(Site, cast.site.id).version
    assert client.post(
        "/site/guarantees/preset", data={"preset": "year", "version": version}
    ).status_code in (303, 409)
    client.post("/site/guarantees/preset", data={"preset": "two_years", "version": version})
    answer = client.post("/site/guarantees/preset", data={"preset": "cn_minor", "version": version})
    assert answer.status_code == 409
