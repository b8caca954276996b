"""Canned jobs: kept in the catalogue, put on an order with the prices of that moment."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from aftersales.db import transaction
from aftersales.domain.actors import SYSTEM
from aftersales.domain.catalogue import operations as catalogue
from aftersales.domain.catalogue import queries, rules, starter, starter_jobs
from aftersales.domain.catalogue.kinds import LineKind, PayType, Skill
from aftersales.domain.catalogue.operations import CannedLine
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused, Stale
from aftersales.domain.service_orders import canned_jobs
from aftersales.domain.service_orders.models import Authorisation, ServiceOrder
from aftersales.sample.articles import ARTICLES
from tests import factories
from tests.cast import Cast

NOW = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)


@pytest.fixture
def stocked(cast: Cast) -> None:
    """The starting catalogue, its articles and Kraków's labour rates."""
    with transaction():
        factories.stock_catalogue(cast)


def put_on(order: ServiceOrder, code: str, cast: Cast, **values: object) -> None:
    with transaction():
        canned_jobs.apply_canned_job(order.id, code, actor=cast.advisor.actor(), now=NOW, **values)  # type: ignore[arg-type]


@pytest.mark.usefixtures("stocked")
def test_a_canned_job_brings_its_lines_at_the_prices_of_now(cast: Cast, arrived_order: ServiceOrder) -> None:
    """DIA-5: labour at the site's rate, parts at their articles' prices."""
    put_on(arrived_order, "BRAKE-PADS-F", cast)
    job = factories.fresh(arrived_order).jobs[-1]
    assert (job.title, job.canned_job_code) == ("Front brake pads", "BRAKE-PADS-F")
    assert [
        (line.kind, line.article_number, line.quantity, line.unit_price, line.gross) for line in job.lines
    ] == [
        (LineKind.LABOUR, "", Decimal("0.8"), Decimal("240.00"), Decimal("192.00")),
        (LineKind.PART, "5N0698151", Decimal(1), Decimal("389.00"), Decimal("389.00")),
        (LineKind.PART, "1K0615437", Decimal(1), Decimal("64.00"), Decimal("64.00")),
        (LineKind.MATERIAL, "BRAKE-CLEAN", Decimal(1), Decimal("24.00"), Decimal("24.00")),
    ]
    assert {line.authorisation for line in job.lines} == {Authorisation.PROPOSED}
    assert all(line.article_id for line in job.lines if line.kind is not LineKind.LABOUR)


@pytest.mark.usefixtures("stocked")
def test_the_manufacturer_pays_its_own_hourly_rate(cast: Cast, arrived_order: ServiceOrder) -> None:
    """DIA-5: labour rates per pay type."""
    put_on(arrived_order, "BRAKE-PADS-F", cast, pay_type=PayType.WARRANTY)
    assert factories.fresh(arrived_order).jobs[-1].lines[0].unit_price == Decimal("185.00")


@pytest.mark.usefixtures("stocked")
def test_diagnosis_has_the_rate_of_its_skill(cast: Cast, arrived_order: ServiceOrder) -> None:
    """DIA-5: labour rates per skill."""
    put_on(arrived_order, "DIAGNOSIS", cast)
    assert factories.fresh(arrived_order).jobs[-1].lines[0].unit_price == Decimal("290.00")


@pytest.mark.usefixtures("stocked")
def test_a_later_price_leaves_the_lines_of_the_order_alone(cast: Cast, arrived_order: ServiceOrder) -> None:
    put_on(arrived_order, "BRAKE-PADS-F", cast)
    with transaction():
        catalogue.set_labour_rate(
            cast.site.id, skill=Skill.MECHANICAL, pay_type=None, price=Decimal("300.00"),
            actor=cast.manager.actor(), now=NOW,
        )  # fmt: skip
    assert factories.fresh(arrived_order).jobs[-1].lines[0].unit_price == Decimal("240.00")
    assert queries.rates_by_key(cast.site.id)[Skill.MECHANICAL, None] == Decimal("300.00")


@pytest.mark.usefixtures("stocked")
def test_the_lines_may_go_on_a_job_that_is_there(cast: Cast, arrived_order: ServiceOrder) -> None:
    complaint = factories.fresh(arrived_order).jobs[0]
    put_on(arrived_order, "BRAKE-PADS-F", cast, job_id=complaint.id)
    order = factories.fresh(arrived_order)
    assert [job.title for job in order.jobs] == ["Front brakes squeal"]
    assert len(factories.fresh(complaint).lines) == 4


@pytest.mark.usefixtures("stocked")
def test_a_site_without_rates_refuses_and_puts_nothing_on_the_order(cast: Cast) -> None:
    with transaction():
        order = factories.open_order(cast, site_id=cast.other_site.id, actor=cast.stranger.actor())
    with pytest.raises(Refused, match="no labour rate"):
        put_on(order, "BRAKE-PADS-F", cast)
    assert [job.title for job in factories.fresh(order).jobs] == ["Front brakes squeal"]


def test_a_missing_article_is_named(cast: Cast, arrived_order: ServiceOrder) -> None:
    with transaction():
        starter.stock(actor=SYSTEM, now=NOW)
        starter.price_hours(cast.site.id, "PLN", actor=SYSTEM, now=NOW)
    with pytest.raises(Refused, match="5N0698151"):
        put_on(arrived_order, "BRAKE-PADS-F", cast)


@pytest.mark.usefixtures("stocked")
def test_one_that_is_no_longer_offered_cannot_be_put_on_an_order(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    canned = queries.find_canned_job_by_code("BATTERY")
    assert canned
    with transaction():
        catalogue.offer_canned_job(canned.id, is_active=False, actor=cast.manager.actor(), now=NOW)
    with pytest.raises(NotFound):
        put_on(arrived_order, "BATTERY", cast)


@pytest.mark.usefixtures("stocked")
def test_the_picker_offers_what_fits_the_vehicle_with_its_price(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    """DIA-5: canned jobs per model."""
    offers = canned_jobs.list_offers(cast.site.id, factories.fresh(arrived_order).vehicle, "oil service")
    assert [offer.code for offer in offers] == ["OIL-DIESEL", "OIL-PETROL"]
    diesel = offers[0]
    # 0.5 h x 240 + 62 + 14 + 4.7 l x 59 + 19
    assert (diesel.hours, diesel.price) == (Decimal("0.5"), Decimal("492.30"))
    with transaction():
        electric = factories.vehicle(cast, make="Tesla", model="Model 3")
    codes = {offer.code for offer in canned_jobs.list_offers(cast.site.id, electric, limit=100)}
    assert "HV-CHECK" in codes
    assert "OIL-DIESEL" not in codes


def test_everything_in_the_starting_catalogue_can_be_priced() -> None:
    known = {article.number for article in ARTICLES}
    used = {line.article_number for job in starter_jobs.JOBS for line in starter.lines_of(job)} - {""}
    assert used <= known
    assert len(starter_jobs.JOBS) >= 25
    assert len({job.code for job in starter_jobs.JOBS}) == len(starter_jobs.JOBS)


def test_stocking_the_catalogue_twice_changes_nothing(cast: Cast) -> None:
    with transaction():
        starter.stock(actor=SYSTEM, now=NOW)
    before = [(job.code, job.version) for job in queries.list_canned_jobs()]
    with transaction():
        starter.stock(actor=SYSTEM, now=NOW)
    assert [(job.code, job.version) for job in queries.list_canned_jobs()] == before


def save(cast: Cast, job_id: int | None = None, **values: object) -> int:
    with transaction():
        job = catalogue.save_canned_job(
            job_id,
            **{
                "code": "wash",
                "name": "Wash",
                "explanation": "",
                "model_filter": "",
                "lines": [CannedLine(LineKind.FEE, "Wash", Decimal(1), unit_price=Decimal("49.00"))],
                "actor": cast.manager.actor(),
                "now": NOW,
                **values,
            },  # type: ignore[arg-type]
        )
    return job.id


def test_a_canned_job_is_added_and_changed_with_its_lines(cast: Cast) -> None:
    job_id = save(cast)
    save(cast, job_id, name="Wash and vacuum", lines=[
        CannedLine(LineKind.FEE, "Wash", Decimal(1), unit_price=Decimal("49.00")),
        CannedLine(LineKind.LABOUR, "Vacuum", Decimal("0.3")),
    ])  # fmt: skip
    job = queries.find_canned_job_by_code("WASH")
    assert job
    assert job.name == "Wash and vacuum"
    assert [line.description for line in job.lines] == ["Wash", "Vacuum"]


def test_two_people_do_not_overwrite_each_others_canned_job(cast: Cast) -> None:
    """ORD-6: also when only the lines were changed."""
    job_id = save(cast)
    version = queries.get_canned_job(job_id).version
    save(cast, job_id, version=version, now=datetime(2026, 5, 12, 9, 0, tzinfo=UTC))
    with pytest.raises(Stale):
        save(cast, job_id, version=version, name="Other")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": " "}, "Name"),
        ({"code": "a b"}, "code"),
        ({"lines": []}, "at least one line"),
        ({"lines": [CannedLine(LineKind.PART, "Filter", Decimal(1))]}, "article number"),
        ({"lines": [CannedLine(LineKind.FEE, "Wash", Decimal(1))]}, "a price"),
        ({"lines": [CannedLine(LineKind.LABOUR, "Wash", Decimal(0))]}, "above 0"),
    ],
)
def test_what_cannot_be_right_is_refused(cast: Cast, values: dict[str, object], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        save(cast, **values)


def test_a_code_is_given_once(cast: Cast) -> None:
    save(cast)
    with pytest.raises(Invalid, match="Another"):
        save(cast)


def test_a_technician_does_not_change_the_catalogue(cast: Cast) -> None:
    with pytest.raises(NotPermitted):
        save(cast, actor=cast.technician.actor())


@pytest.mark.parametrize(
    ("skill", "pay_type", "price"),
    [
        (Skill.PAINT, PayType.WARRANTY, "250"),
        (Skill.MECHANICAL, PayType.WARRANTY, "185"),
        (Skill.BODY, PayType.CUSTOMER, "240"),
        (Skill.BODY, PayType.WARRANTY, "185"),
    ],
)
def test_the_rate_goes_by_skill_then_payer_then_mechanics(
    skill: Skill, pay_type: PayType, price: str
) -> None:
    rates: dict[rules.RateKey, Decimal] = {
        (Skill.MECHANICAL, None): Decimal(240),
        (Skill.MECHANICAL, PayType.WARRANTY): Decimal(185),
        (Skill.PAINT, None): Decimal(250),
    }
    assert rules.rate_for(rates, skill, pay_type) == Decimal(price)


@pytest.mark.parametrize(
    ("model_filter", "vehicle", "fits"),
    [
        ("", "VW Golf", True),
        ("TDI, diesel", "VW Passat 2.0 TDI 2019", True),
        ("TDI, diesel", "VW Golf 1.5 petrol", False),
        ("łada", "LADA Niva", True),
    ],
)
def test_a_model_filter_is_words_of_which_one_is_enough(model_filter: str, vehicle: str, fits: bool) -> None:
    assert rules.fits_vehicle(model_filter, vehicle) is fits
