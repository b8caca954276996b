"""/campaigns and /orders/…/warranty-watch; and what they show where a car is booked, received and checked in."""

import io
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.service_orders.models import Job, ServiceOrder, WarrantyDecision
from aftersales.domain.sites.models import Site
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.warranty.models import Campaign, CampaignVehicle, WarrantyWatch
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.factories import NOW, fresh
from tests.html import CheckingClient, parse, text_of

VIN = "WVWZZZ3CZKE123456"
RECALL = {"number": "20XY", "title": "Airbag module", "kind": "recall", "from_on": "2026-05-01"}


@pytest.fixture(autouse=True)
def _ten_o_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def claims(sign_in: SignIn, cast: Cast) -> CheckingClient:
    return sign_in(cast.claims.id)


@pytest.fixture
def advisor(sign_in: SignIn, cast: Cast) -> CheckingClient:
    return sign_in(cast.advisor.id)


@pytest.fixture
def car(app: Flask, cast: Cast) -> Vehicle:
    """A car with a VIN, under warranty, at a site whose law allows one repair of a fault: near from the beginning."""
    with app.app_context(), transaction():
        site = db.session.get_one(Site, cast.site.id)
        site.settings = {**site.settings, "warranty.same_fault_limit": 1}
        made = factories.vehicle(cast, plate="KR 7P421", vin=VIN)
        made.warranty_until_on = date(2027, 12, 31)
        return made


@pytest.fixture
def recall(app: Flask, claims: CheckingClient) -> int:
    assert claims.post("/campaigns", data=RECALL).status_code == 303
    with app.app_context():
        found = db.session.scalars(select(Campaign.id)).one()
    assert claims.post(f"/campaigns/{found}/vehicles", data={"vins": VIN}).status_code == 303
    return found


def words(client: CheckingClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return text_of(parse(answer.text).root)


def test_a_list_comes_by_paste_and_by_file(app: Flask, claims: CheckingClient, recall: int) -> None:
    """WAR-5: lines without a VIN are named; the rate stands on the campaign's page."""
    file = (io.BytesIO("VIN,Model\nLSVAB2189E2123459,Passat\nno vin here\n".encode("utf-16")), "list.csv")
    answer = claims.post(
        f"/campaigns/{recall}/vehicles", data={"vins": "", "file": file}, content_type="multipart/form-data"
    )
    assert "no vin here" in text_of(parse(answer.text).root)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(CampaignVehicle)) == 2
    assert "0 %" in words(claims, f"/campaigns/{recall}")
    refused = claims.post(f"/campaigns/{recall}/vehicles", data={"vins": "KR 7P421"})
    assert refused.status_code == 422
    binary = (io.BytesIO(b"PK\x03\x04\xff\xfe\x80"), "list.xlsx")
    refused = claims.post(
        f"/campaigns/{recall}/vehicles", data={"file": binary}, content_type="multipart/form-data"
    )
    assert refused.status_code == 422 and "CSV" in refused.text


def test_bad_input_keeps_what_was_typed(claims: CheckingClient) -> None:
    refused = claims.post("/campaigns", data={**RECALL, "until_on": "2026-04-01"})
    assert refused.status_code == 422 and 'value="Airbag module"' in refused.text
    assert claims.post("/campaigns", data={**RECALL, "number": ""}).status_code == 422


def test_done_elsewhere_is_noted_and_taken_back(app: Flask, claims: CheckingClient, recall: int) -> None:
    with app.app_context():
        entry = db.session.scalars(select(CampaignVehicle.id)).one()
    path = f"/campaigns/{recall}/vehicles/{entry}/done"
    assert claims.post(path, data={"note": ""}).status_code == 422
    assert claims.post(path, data={"note": "Auto Nowak"}).status_code == 303
    assert "100 %" in words(claims, f"/campaigns/{recall}")
    assert claims.post(path, data={"undo": "1"}).status_code == 303
    assert "0 of 1 done" in words(claims, "/campaigns")


def test_booking_and_reception_warn_and_take_the_ticked_job(
    app: Flask, advisor: CheckingClient, car: Vehicle, recall: int
) -> None:
    """WAR-5, APT-11: both warnings stand beside the car before anything is saved; the tick puts the job on the order,
    which keeps that it was warned."""
    for path in (f"/appointments/new?vehicle={car.id}", "/reception?q=KR7P421", f"/vehicles/{car.id}"):
        page = words(advisor, path)
        assert "Airbag module" in page and "Near the limit" in page, path
    booked = advisor.post(
        "/appointments",
        data={"vehicle_id": car.id, "concerns-0": "Service", "starts_at": "2026-05-14T09:00",
              "channel": "phone", "campaign": recall, "submission_id": "book-1"},
    )  # fmt: skip
    assert booked.status_code == 303
    with app.app_context():
        order = db.session.scalars(select(ServiceOrder)).one()
        assert order.warranty_warned
        titles = set(db.session.scalars(select(Job.title)))
        assert titles == {"Service", "Recall 20XY: Airbag module"}
    assert "Warranty watch" in words(advisor, "/appointments?day=2026-05-14")
    assert "On the order" in words(advisor, f"/vehicles/{car.id}")


def test_at_the_check_in_one_tap_adds_the_job(
    app: Flask, cast: Cast, advisor: CheckingClient, car: Vehicle, recall: int
) -> None:
    with app.app_context(), transaction():
        order = factories.open_order(cast, car=fresh(car), is_booking=True, planned_at=NOW)
    assert advisor.post(f"/orders/{order.id}/check-in/arrival").status_code == 303
    assert (
        f'action="/orders/{order.id}/campaigns/{recall}"' in advisor.get(f"/orders/{order.id}/check-in").text
    )
    for _ in range(2):
        answer = advisor.post(f"/orders/{order.id}/campaigns/{recall}")
        assert answer.headers["Location"].endswith(f"/orders/{order.id}/check-in")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Job)) == 2
        assert db.session.scalars(select(WarrantyWatch)).one().service_order_id == order.id


def test_the_claims_officer_decides_from_the_task_and_it_stands_on_the_order(
    app: Flask, cast: Cast, claims: CheckingClient, advisor: CheckingClient, sign_in: SignIn, car: Vehicle
) -> None:
    """APT-11: the task leads to the page; deciding closes it for the service manager too."""
    with app.app_context(), transaction():
        order = factories.open_order(
            cast, car=fresh(car), is_booking=True, planned_at=NOW + timedelta(days=1)
        )
    advisor.post(f"/orders/{order.id}/check-in/arrival")
    path, boss = f"/orders/{order.id}/warranty-watch", sign_in(cast.service_manager.id)
    assert path in claims.get("/tasks").text and path in boss.get("/tasks").text
    assert "Repaired before this visit" in words(claims, path)
    assert claims.post(path, data={"decision": "repair", "reason": ""}).status_code == 422
    with app.app_context():
        version = db.session.scalars(select(WarrantyWatch.version)).one()
    data = {"decision": "repair", "reason": "Another fault", "version": version}
    assert advisor.post(path, data=data).status_code == 403
    assert claims.post(path, data=data).status_code == 303
    assert boss.post(path, data=data).status_code == 409  # decided meanwhile
    assert path not in boss.get("/tasks").text
    assert "Repair once more" in words(advisor, f"/orders/{order.id}")
    with app.app_context():
        assert fresh(order).warranty_decision is WarrantyDecision.REPAIR


def test_who_may_and_what_is_not_there(
    sign_in: SignIn, cast: Cast, advisor: CheckingClient, recall: int, arrived_order: ServiceOrder
) -> None:
    assert sign_in(cast.technician.id).get("/campaigns").status_code == 403
    assert advisor.get("/campaigns/new").status_code == 403
    assert advisor.get("/campaigns/999").status_code == 404
    assert advisor.post(f"/orders/{arrived_order.id}/campaigns/{recall}").status_code == 409
    assert sign_in(cast.stranger.id).post(f"/orders/{arrived_order.id}/campaigns/{recall}").status_code == 404
    assert advisor.get(f"/orders/{arrived_order.id}/warranty-watch").status_code == 302
