"""Keeping the catalogue, and picking canned jobs from it for an order."""

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from aftersales.db import transaction
from aftersales.domain.catalogue import queries
from aftersales.domain.inspections import beginning
from aftersales.domain.inspections import operations as inspections
from aftersales.domain.inspections import queries as inspection_queries
from aftersales.domain.inspections.operations import Ruling
from aftersales.domain.inspections.rules import Rating
from aftersales.domain.service_orders.models import ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn

pytestmark = pytest.mark.usefixtures("stocked")


def line(number: int, **values: str) -> dict[str, str]:
    defaults = {
        "kind": "labour", "description": "Wash", "quantity": "0.5", "skill": "mechanical",
        "article_number": "", "unit_price": "",
    }  # fmt: skip
    return {f"lines-{number}-{name}": value for name, value in {**defaults, **values}.items()}


def job_form(**values: str) -> dict[str, Any]:
    return {
        "code": "WASH",
        "name": "Hand wash",
        "explanation": "",
        "model_filter": "",
        **line(0),
        **line(1, kind="fee", description="Water", quantity="1", unit_price="12.50"),
        **values,
    }


def test_the_manager_finds_canned_jobs_as_they_are_typed(cast: Cast, sign_in: SignIn) -> None:
    """DIA-5"""
    client = sign_in(cast.manager.id)
    assert "Timing belt with water pump" in client.get("/catalogue").get_data(as_text=True)
    part = client.hx_get("/catalogue?q=brake+fluid").get_data(as_text=True)
    assert "Brake fluid" in part and "Timing belt" not in part and "<h1>" not in part


def test_the_lists_cost_few_queries(cast: Cast, sign_in: SignIn, count_queries: CountQueries) -> None:
    client = sign_in(cast.manager.id)
    for path in ("/catalogue", "/catalogue/labour-times", "/catalogue/labour-rates"):
        with count_queries() as seen:
            client.get(path)
        assert len(seen) <= 3, path


def test_a_canned_job_is_added_with_its_lines(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """DIA-5: labour at the site's rate, a fee at its own price."""
    client = sign_in(cast.manager.id)
    assert client.post("/catalogue/canned-jobs", data=job_form()).status_code == 303
    with app.app_context():
        job = queries.find_canned_job_by_code("WASH")
        assert job
        assert [(each.description, str(each.price_source), each.unit_price) for each in job.lines] == [
            ("Wash", "rate", None),
            ("Water", "fixed", Decimal("12.50")),
        ]


def test_another_line_is_asked_for_and_nothing_typed_is_lost(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.manager.id).post("/catalogue/canned-jobs", data={**job_form(), "more": "1"})
    text = answer.get_data(as_text=True)
    assert 'name="lines-2-description"' in text
    assert 'value="Water"' in text


def test_a_change_from_an_older_version_is_refused(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """ORD-6"""
    client = sign_in(cast.manager.id)
    with app.app_context():
        job = queries.find_canned_job_by_code("BATTERY")
        assert job
        job_id, version = job.id, job.version
    url = f"/catalogue/canned-jobs/{job_id}"
    client.post(url, data=job_form(code="BATTERY", version=str(version)))
    answer = client.post(url, data=job_form(code="BATTERY", name="Mine", version=str(version)))
    assert answer.status_code == 409
    assert 'value="Mine"' in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": ""}, "Name the canned job."),
        ({"code": "OIL-PETROL"}, "Another canned job has this code."),
        (line(0, kind="part", article_number=""), "enter its article number"),
        (line(0, quantity="many"), "Not a valid decimal value"),
    ],
)
def test_what_cannot_be_right_is_said_and_kept(
    cast: Cast, sign_in: SignIn, values: dict[str, str], sentence: str
) -> None:
    answer = sign_in(cast.manager.id).post("/catalogue/canned-jobs", data={**job_form(), **values})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert sentence in text
    assert 'value="Water"' in text


def test_a_canned_job_is_no_longer_offered_and_again(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.manager.id)
    with app.app_context():
        job = queries.find_canned_job_by_code("BATTERY")
        assert job
    client.post(f"/catalogue/canned-jobs/{job.id}/offer", data={"is_active": "0"})
    assert "Not offered" in client.get("/catalogue?q=battery").get_data(as_text=True)
    client.post(f"/catalogue/canned-jobs/{job.id}/offer", data={"is_active": "1"})
    assert "Not offered" not in client.get("/catalogue?q=battery").get_data(as_text=True)


def test_an_operation_is_added_and_changed(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.manager.id)
    data = {"code": "99-TEST", "name": "Test", "hours": "1.25", "skill": "body", "is_active": "y"}
    assert client.post("/catalogue/labour-times", data=data).status_code == 303
    with app.app_context():
        (time,) = queries.list_labour_times("99-TEST")
    assert client.get(f"/catalogue/labour-times/{time.id}").status_code == 200
    client.post(
        f"/catalogue/labour-times/{time.id}", data={**data, "hours": "1.5", "version": str(time.version)}
    )
    with app.app_context():
        assert queries.get_labour_time(time.id).hours == Decimal("1.5")


def test_a_rate_is_set_for_the_site_of_the_manager(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """DIA-5: labour rates per skill and pay type."""
    client = sign_in(cast.manager.id)
    data = {"skill": "diagnosis", "pay_type": "warranty", "price": "210.00"}
    assert client.post("/catalogue/labour-rates", data=data).status_code == 303
    assert "210.00" in client.get("/catalogue/labour-rates").get_data(as_text=True)
    with app.app_context():
        assert queries.list_rates(cast.other_site.id) == []


@pytest.mark.parametrize("path", ["/catalogue", "/catalogue/labour-rates", "/catalogue/canned-jobs/new"])
def test_a_technician_does_not_keep_the_catalogue(cast: Cast, sign_in: SignIn, path: str) -> None:
    assert sign_in(cast.technician.id).get(path).status_code == 403


def test_the_advisor_picks_a_canned_job_for_the_order(
    app: Flask, cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder
) -> None:
    """DIA-5: found as one types, with its price of now; on the order with its lines."""
    client = sign_in(cast.advisor.id)
    url = f"/orders/{arrived_order.id}/canned-jobs"
    page = client.get(url).get_data(as_text=True)
    assert "Find a canned job" in page
    part = client.hx_get(f"{url}?q=oil+diesel").get_data(as_text=True)
    assert "OIL-DIESEL" in part and "492.30" in part and "<h1" not in part
    assert client.post(url, data={"code": "OIL-DIESEL"}).status_code == 303
    with app.app_context():
        assert factories.fresh(arrived_order).jobs[-1].canned_job_code == "OIL-DIESEL"


def test_nothing_that_fits_says_what_to_do(cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder) -> None:
    page = sign_in(cast.advisor.id).get(f"/orders/{arrived_order.id}/canned-jobs?q=submarine")
    assert "No canned job fits" in page.get_data(as_text=True)


def test_a_technician_sees_no_prices_and_adds_work_to_findings_only(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """TEC-3: for a finding, other work than the usual one."""
    with app.app_context():
        with transaction():
            beginning.begin(accepted_order.id, now=factories.NOW)
        probe = next(
            each
            for each in inspection_queries.get_sheet(accepted_order.id).probes
            if each.code == "brakes-front"
        )
        with transaction():
            inspections.rate(
                probe.id,
                Ruling(Rating.SOON, {"pad-left": Decimal("3.5"), "pad-right": Decimal("3.6")}, ""),
                actor=cast.technician.actor(),
                now=factories.NOW,
            )
    client = sign_in(cast.technician.id)
    url = f"/orders/{accepted_order.id}/canned-jobs"
    page = client.get(f"{url}?finding={probe.id}&q=front+brake+pads").get_data(as_text=True)
    assert "BRAKE-PADS-F" in page and "PLN" not in page
    assert client.post(url, data={"code": "BRAKE-PADS-F"}).status_code == 409
    assert client.post(url, data={"code": "BRAKE-PADS-F", "finding": probe.id}).status_code == 303
    with app.app_context():
        job = factories.fresh(accepted_order).jobs[-1]
    assert (job.canned_job_code, job.severity) == ("BRAKE-PADS-F", "soon")


def test_a_finding_of_another_order_is_not_found(
    app: Flask, cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder, accepted_order: ServiceOrder
) -> None:
    with app.app_context(), transaction():
        beginning.begin(accepted_order.id, now=factories.NOW)
        item_id = inspection_queries.get_sheet(accepted_order.id).probes[0].id
    answer = sign_in(cast.advisor.id).post(
        f"/orders/{arrived_order.id}/canned-jobs", data={"code": "BATTERY", "finding": item_id}
    )
    assert answer.status_code == 404


def test_another_site_picks_nothing(cast: Cast, sign_in: SignIn, arrived_order: ServiceOrder) -> None:
    assert sign_in(cast.stranger.id).get(f"/orders/{arrived_order.id}/canned-jobs").status_code == 404
