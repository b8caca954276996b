"""Recall and service campaigns: a list of VINs, a warning when one of them comes, its job in one tap (WAR-5)."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from aftersales.db import db, transaction
from aftersales.domain.errors import Invalid, NotPermitted, Refused
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import Job, PayType, ServiceOrder
from aftersales.domain.warranty import operations, queries, rules
from aftersales.domain.warranty.models import Campaign, CampaignKind, CampaignVehicle
from tests import factories
from tests.cast import Cast
from tests.factories import NOW

VIN, OTHER, THIRD = "WVWZZZ3CZKE123456", "WVWZZZ3CZKE123457", "LSVAB2189E2123459"
TODAY = date(2026, 5, 12)


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def start(cast: Cast, *vins: str, **values: object) -> Campaign:
    given = {"number": "20XY", "title": "Airbag module", "kind": CampaignKind.RECALL, "from_on": TODAY,
             "until_on": None, **values}  # fmt: skip
    campaign = operations.save_campaign(None, actor=cast.claims.actor(), now=NOW, **given)  # type: ignore[arg-type]
    if vins:
        operations.add_vins(campaign.id, "\n".join(vins), actor=cast.claims.actor(), now=NOW)
    return campaign


def waiting(order: ServiceOrder, today: date = TODAY) -> list[str]:
    return [one.number for one in queries.list_waiting_campaigns(order.vehicle, today=today)]


def arrive(cast: Cast, vin: str = VIN) -> ServiceOrder:
    return factories.open_order(cast, car=factories.vehicle(cast, vin=vin))


def test_a_list_is_read_from_a_table_and_from_a_paste() -> None:
    """WAR-5: the VIN is found in whatever column it stands; what has none is named, nothing is guessed."""
    read = rules.read_vins(
        "\ufeffVIN;Model\n"
        f"{VIN};Passat\n"
        f"Golf, {OTHER.lower()} ,2019\n"
        "\n"
        f'"{THIRD}"\n'
        f"{VIN}\n"
        "WVWZZZ3CZKE12345\n"
        "Passat;unknown"
    )
    assert read.vins == (VIN, OTHER, THIRD)
    assert read.unreadable == ("WVWZZZ3CZKE12345", "Passat;unknown")


def test_reading_the_same_list_again_adds_nothing(cast: Cast) -> None:
    with transaction():
        campaign = start(cast, VIN, OTHER)
        added, read = operations.add_vins(
            campaign.id, f"{VIN}\n{OTHER}\n{THIRD}", actor=cast.claims.actor(), now=NOW
        )
    assert (added, len(read.vins)) == (1, 3)
    assert db.session.scalar(select(func.count()).select_from(CampaignVehicle)) == 3


def test_a_large_list_is_read_in_one_go(cast: Cast) -> None:
    vins = [f"WVWZZZ3CZKE{number:06d}" for number in range(1_200)]
    with transaction():
        campaign = start(cast, *vins)
    assert queries.completion(campaign.id) == (0, 1_200)


def test_it_waits_for_a_listed_car_while_it_is_in_force(cast: Cast) -> None:
    with transaction():
        start(cast, VIN, from_on=TODAY, until_on=TODAY + timedelta(days=10))
        order, other = arrive(cast), arrive(cast, OTHER)
    assert waiting(order) == ["20XY"]
    assert waiting(other) == []
    assert waiting(order, TODAY - timedelta(days=1)) == []
    assert waiting(order, TODAY + timedelta(days=11)) == []


def test_its_job_comes_onto_the_order_once_and_the_manufacturer_pays(cast: Cast) -> None:
    """WAR-5: one tap; two taps are one job."""
    with transaction():
        factories.stock_catalogue(cast)
        campaign = start(cast, VIN, canned_job_code="COOLANT", instruction="The clamp is replaced.")
        order = arrive(cast)
        first = operations.take_up(order.id, campaign.id, actor=cast.advisor.actor(), now=NOW)
        again = operations.take_up(order.id, campaign.id, actor=cast.advisor.actor(), now=NOW)
    assert first.id == again.id
    assert (first.pay_type, first.canned_job_code) == (PayType.WARRANTY, "COOLANT")
    assert {line.pay_type for line in first.lines} == {PayType.WARRANTY}
    (alert,) = queries.list_waiting_campaigns(order.vehicle, today=TODAY)
    assert alert.order_id == order.id


def test_without_a_canned_job_the_job_carries_the_campaigns_name(cast: Cast) -> None:
    with transaction():
        campaign = start(cast, VIN)
        job = operations.take_up(arrive(cast).id, campaign.id, actor=cast.advisor.actor(), now=NOW)
    assert (job.title, job.lines) == ("Recall 20XY: Airbag module", [])


def test_a_job_that_was_voided_or_never_done_leaves_the_campaign_waiting(cast: Cast) -> None:
    with transaction():
        campaign, order = start(cast, VIN), arrive(cast)
        job = operations.take_up(order.id, campaign.id, actor=cast.advisor.actor(), now=NOW)
        work.void_job(job.id, reason="No time today", actor=cast.advisor.actor(), now=NOW)
        assert waiting(order) == ["20XY"]
        new = operations.take_up(order.id, campaign.id, actor=cast.advisor.actor(), now=NOW)
        assert new.id != job.id
        service_orders.move(
            service_orders.lock_order(order.id), "cancel", reason="Left", actor=cast.advisor.actor(), now=NOW
        )
        later = factories.open_order(cast, car=order.vehicle)
        assert operations.take_up(later.id, campaign.id, actor=cast.advisor.actor(), now=NOW).id != new.id


def test_the_completion_rate_counts_what_was_done_here_and_elsewhere(cast: Cast) -> None:
    """WAR-5: of four vehicles one is done by its job, one noted as done: 2 / 4 = 50 %."""
    with transaction():
        campaign = start(cast, VIN, OTHER, THIRD, "WVWZZZ3CZKE999999")
        order = arrive(cast)
        job = operations.take_up(order.id, campaign.id, actor=cast.advisor.actor(), now=NOW)
        work.finish_job(job.id, actor=cast.technician.actor(), now=NOW)
        entry = db.session.scalars(select(CampaignVehicle).where(CampaignVehicle.vin == OTHER)).one()
        with pytest.raises(Invalid):
            operations.note_done(
                campaign.id, entry.id, note=" ", is_done=True, actor=cast.claims.actor(), now=NOW, today=TODAY
            )
        operations.note_done(
            campaign.id, entry.id, note="Auto Nowak, invoice of 3 May", is_done=True,
            actor=cast.claims.actor(), now=NOW, today=TODAY,
        )  # fmt: skip
        arrive(cast, THIRD)
    (row,) = queries.list_campaigns()
    assert (row.done, row.vehicles, row.rate) == (2, 4, Decimal("0.5000"))
    assert queries.completion(campaign.id) == (2, 4)
    assert [one.vin for one in queries.list_vehicles(campaign.id, only_open=True)[0]] == [
        THIRD,
        "WVWZZZ3CZKE999999",
    ]
    assert waiting(order) == []
    with transaction(), pytest.raises(Refused, match="done on it already"):
        operations.take_up(order.id, campaign.id, actor=cast.advisor.actor(), now=NOW)
    with transaction():
        operations.note_done(
            campaign.id, entry.id, note="", is_done=False, actor=cast.claims.actor(), now=NOW, today=TODAY
        )
    assert queries.completion(campaign.id) == (1, 4)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"number": " "}, "number"),
        ({"until_on": TODAY - timedelta(days=1)}, "until_on"),
        ({"canned_job_code": "NO-SUCH"}, "canned_job_code"),
    ],
)
def test_what_makes_no_sense_is_refused(cast: Cast, values: dict[str, object], field: str) -> None:
    with transaction(), pytest.raises(Invalid) as refused:
        start(cast, **values)
    assert refused.value.field == field


def test_a_number_stands_for_one_campaign_and_not_everybody_manages_them(cast: Cast) -> None:
    with transaction():
        start(cast)
        with pytest.raises(Invalid):
            start(cast)
        with pytest.raises(NotPermitted):
            operations.save_campaign(
                None, number="2", title="x", kind=CampaignKind.SERVICE, from_on=TODAY, until_on=None,
                actor=cast.advisor.actor(), now=NOW,
            )  # fmt: skip
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0
