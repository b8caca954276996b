"""Comparing, safety notes and belongings on screens: /orders/<id>/comparison, /safety, /belongings-requests."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from flask import Flask

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.staffing.models import Technician
from aftersales.domain.vehicles.models import Fuel
from aftersales.domain.workshop.car_models import BelongingsRequest, CarComparison
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.gateways.photographs import own


def test_a_difference_with_a_photo_reaches_the_advisor_and_is_answered(
    app: Flask, cast: Cast, sign_in: SignIn, assigned_order: ServiceOrder
) -> None:
    """TEC-1: from the page on which the car is taken over to the advisor's task and back."""
    url = f"/orders/{assigned_order.id}/comparison"
    technician = sign_in(cast.technician.id)
    assert url in technician.get(f"/orders/{assigned_order.id}/work").get_data(as_text=True)
    answer = technician.post(url, data={"point": "else", "result": "different", "note": ""})
    assert answer.status_code == 422 and "Say what is different" in answer.get_data(as_text=True)
    answer = technician.post(
        url,
        data={
            "point": "else", "result": "different", "note": "Mirror broken", "photo_id": "difference-1",
            "photo": (BytesIO(own()), "mirror.jpg"),
        },
    )  # fmt: skip
    assert answer.status_code == 303
    with app.app_context():
        row = db.session.query(CarComparison).one()
        assert row.attachment_id is not None
    advisor = sign_in(cast.advisor.id)
    assert url in advisor.get("/tasks").get_data(as_text=True)
    page = advisor.get(url).get_data(as_text=True)
    assert "Mirror broken" in page and f"/comparison/{row.id}/answer" in page
    assert advisor.post(f"{url}/{row.id}/answer", data={"answer": "A cyclist, he knows"}).status_code == 303
    assert "A cyclist, he knows" in technician.get(url).get_data(as_text=True)


def test_one_tap_for_the_rest_leads_back_to_the_work(
    app: Flask, cast: Cast, sign_in: SignIn, assigned_order: ServiceOrder
) -> None:
    client = sign_in(cast.technician.id)
    answer = client.post(f"/orders/{assigned_order.id}/comparison/rest")
    assert answer.location.endswith(f"/orders/{assigned_order.id}/work")
    assert "as the record says" in client.get(answer.location).get_data(as_text=True)


@pytest.fixture
def electric(app: Flask, cast: Cast, accepted_order: ServiceOrder) -> ServiceOrder:
    with app.app_context(), transaction():
        factories.fresh(accepted_order).vehicle.fuel = Fuel.ELECTRIC
    return accepted_order


def test_clock_on_to_high_voltage_says_what_is_missing_and_the_notes_open_the_way(
    app: Flask, cast: Cast, sign_in: SignIn, electric: ServiceOrder
) -> None:
    """TEC-1"""
    client = sign_in(cast.technician.id)
    with app.app_context():
        job = factories.fresh(electric).jobs[0].id
    page = client.get(f"/orders/{electric.id}/work").get_data(as_text=True)
    assert "No valid certificate" in page and f"/orders/{electric.id}/safety" in page
    answer = client.post(f"/jobs/{job}/clocking")
    assert answer.status_code == 409 and "only people with the certificate" in answer.get_data(as_text=True)
    with app.app_context(), transaction():
        found = db.session.query(Technician).filter_by(user_id=cast.technician.id).one()
        found.high_voltage_until = date(2030, 1, 1)
    assert "read the safety notes" in client.post(f"/jobs/{job}/clocking").get_data(as_text=True)
    assert "Certificate until" in client.get(f"/orders/{electric.id}/safety").get_data(as_text=True)
    assert client.post(f"/orders/{electric.id}/safety").status_code == 303
    assert client.post(f"/jobs/{job}/clocking").status_code == 303


def test_the_manager_lets_somebody_without_the_certificate(
    cast: Cast, sign_in: SignIn, electric: ServiceOrder
) -> None:
    """TEC-1: with the reason, which stands on the page; a technician has no such form."""
    url = f"/orders/{electric.id}/safety"
    manager = sign_in(cast.manager.id)
    form = {"user_id": str(cast.technician.id), "reason": ""}
    answer = manager.post(f"{url}/exceptions", data=form)
    assert answer.status_code == 422 and "Say why" in answer.get_data(as_text=True)
    assert manager.post(f"{url}/exceptions", data={**form, "reason": "Tyres only"}).status_code == 303
    technician = sign_in(cast.technician.id)
    page = technician.get(url).get_data(as_text=True)
    assert "Tyres only" in page and 'name="reason"' not in page
    assert technician.post(f"{url}/exceptions", data={**form, "reason": "Me"}).status_code == 403


def test_belongings_are_moved_only_with_the_customers_word(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """TEC-8: request, task, answer with who and how, shown on the job."""
    technician, url = sign_in(cast.technician.id), f"/orders/{accepted_order.id}/belongings-requests"
    answer = technician.post(url, data={"what": "", "why": "Bench out"})
    assert answer.status_code == 422 and 'value="Bench out"' in answer.get_data(as_text=True)
    assert technician.post(url, data={"what": "Child seat", "why": "Bench out"}).status_code == 303
    with app.app_context():
        request = db.session.query(BelongingsRequest).one().id
    work = technician.get(f"/orders/{accepted_order.id}/work").get_data(as_text=True)
    assert "Child seat" in work and "With the advisor" in work
    advisor = sign_in(cast.advisor.id)
    assert f"{url}/{request}" in advisor.get("/tasks").get_data(as_text=True)
    page = advisor.get(f"{url}/{request}").get_data(as_text=True)
    assert "Katarzyna Mazur" in page and 'href="tel:' in page
    said = {"way": "phone", "consent_by": "Katarzyna Mazur"}
    answer = advisor.post(f"{url}/{request}", data=said)
    assert answer.status_code == 422 and "Choose what the customer said" in answer.get_data(as_text=True)
    assert advisor.post(f"{url}/{request}", data={**said, "is_allowed": "yes"}).status_code == 303
    work = technician.get(f"/orders/{accepted_order.id}/work").get_data(as_text=True)
    assert "May be moved" in work and "by phone" in work
    assert technician.post(f"{url}/{request}", data={**said, "is_allowed": "no"}).status_code == 403


def test_another_site_finds_nothing(cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder) -> None:
    stranger = sign_in(cast.other_manager.id)
    for path in ("comparison", "safety", "belongings-requests"):
        assert stranger.get(f"/orders/{accepted_order.id}/{path}").status_code == 404


def test_a_look_from_a_tablets_queue_counts_once_and_from_when_it_was_made(
    app: Flask, cast: Cast, sign_in: SignIn, assigned_order: ServiceOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TEC-1: sent again after its answer got lost, it does not undo what was seen since."""
    url, client = f"/orders/{assigned_order.id}/comparison", sign_in(cast.technician.id)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    made = now - timedelta(minutes=20)
    first = {"point": "else", "result": "different", "note": "Mirror broken", "submission_id": "look-1",
             "made_at": made.isoformat(), "sent_at": clock.now().isoformat()}  # fmt: skip
    assert client.post(url, data=first).status_code == 303
    with app.app_context():
        assert db.session.query(CarComparison).one().compared_at == made
    assert client.post(url, data={"point": "else", "result": "same"}).status_code == 303
    assert client.post(url, data=first).status_code == 303
    with app.app_context():
        assert db.session.query(CarComparison).one().is_same
