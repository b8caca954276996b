"""The base of a commission less credit notes, computed by hand (REP-2).

One order, completed on 5 October 2026 at 16:00: 1.5 h of labour, 180.00 gross, 146.34 net. Tomasz worked 60 minutes of it,
Jan 30. Half an hour of the labour is 60.00 gross, 48.78 net: 20 minutes and 32.52 of Tomasz, 10 minutes and 16.26 of Jan.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask

from aftersales.db import db, transaction
from aftersales.domain.billing import credit_notes
from aftersales.domain.billing.models import Invoice
from aftersales.domain.reports import efficiency, rules
from aftersales.domain.reports import efficiency_rules as figures
from aftersales.domain.reports.efficiency_rules import Basis, JobSold, Share
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders.models import LineKind, ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.domain.reports.test_efficiency import LATER, ZONE, _clock, _completed, local, technicians

OCTOBER, NOVEMBER, DECEMBER = (rules.month_of(date(2026, month, 1), ZONE) for month in (10, 11, 12))
WHOLE = {"Tomasz Lis": Share(60, Decimal("97.56")), "Jan Bąk": Share(30, Decimal("48.78"))}
HALF_AN_HOUR = {"Tomasz Lis": Share(-20, Decimal("-32.52")), "Jan Bąk": Share(-10, Decimal("-16.26"))}
NOTHING = {"Tomasz Lis": Share(), "Jan Bąk": Share()}


@pytest.fixture
def completed(app_context: Flask, cast: Cast) -> ServiceOrder:
    with transaction():
        order = _completed(cast, cast.technician, local(5, 16), bay=0)
        _work(cast, order)
    return order


def _work(cast: Cast, order: ServiceOrder) -> None:
    _clock(cast.technician, order, local(5, 10, 30), 60)
    _clock(cast.second_technician, order, local(5, 11, 30), 30)


def credit(cast: Cast, order: ServiceOrder, quantity: str, at: datetime) -> Invoice:
    """Credit so many hours of the order's newest invoice; "all" takes its part off as well."""
    with transaction():
        invoice = (
            db.session.query(Invoice)
            .filter_by(service_order_id=order.id, kind="invoice")
            .order_by(Invoice.id.desc())
            .first()
        )
        assert invoice
        quantities = {
            line.id: line.quantity if quantity == "all" else Decimal(quantity)
            for line in invoice.lines
            if quantity == "all" or line.kind is LineKind.LABOUR
        }
        return credit_notes.credit(
            invoice.id, quantities=quantities, reason="agreed", actor=cast.service_manager.actor(), now=at
        )


def credited(cast: Cast, month: rules.Month, basis: Basis) -> dict[str, Share]:
    return {name: row.credited for name, row in technicians(cast, month, basis).items()}


@pytest.mark.parametrize("basis", list(Basis))
def test_a_credit_note_counts_on_its_own_day(cast: Cast, completed: ServiceOrder, basis: Basis) -> None:
    """Credited on 10 November: October keeps its base, November takes 48.78 off, whatever the basis."""
    credit(cast, completed, "0.5", local(10, 12, month=11))
    october, november = (technicians(cast, month, basis) for month in (OCTOBER, NOVEMBER))
    assert {name: row.base for name, row in october.items()} == WHOLE
    assert {name: row.base for name, row in november.items()} == HALF_AN_HOUR
    assert {row.hours.sold for row in november.values()} == {0}, "a price that was let off is no slower work"


def test_the_month_is_that_of_the_sites_clock(cast: Cast, completed: ServiceOrder) -> None:
    """On 1 November at 00:30 in Kraków it is still October in London."""
    credit(cast, completed, "0.5", local(1, 0, 30, month=11))
    assert credited(cast, OCTOBER, Basis.COMPLETED) == NOTHING
    assert credited(cast, NOVEMBER, Basis.COMPLETED) == HALF_AN_HOUR


def test_all_of_it_credited_in_two_parts_leaves_nobody_a_cent(cast: Cast, completed: ServiceOrder) -> None:
    credit(cast, completed, "0.5", local(10, 12, month=11))
    credit(cast, completed, "1", local(11, 12, month=11))
    assert credited(cast, NOVEMBER, Basis.COMPLETED) == {name: -part for name, part in WHOLE.items()}


def test_credit_of_an_odd_amount_takes_back_what_was_given() -> None:
    """100.00 among three who worked alike is 33.33, 33.33 and 33.34 both ways."""
    begin = datetime(2026, 10, 5, 8, tzinfo=UTC)
    stretches = tuple((who, begin, begin + timedelta(minutes=20)) for who in (1, 2, 3))
    given = figures.split(JobSold(1, 100, Decimal("100.00"), stretches))
    taken = figures.split(JobSold(1, -100, Decimal("-100.00"), stretches))
    assert given[1] == Share(34, Decimal("33.34")) and given[2] == Share(33, Decimal("33.33"))
    assert all(given[who] + taken[who] == Share() for who in (1, 2, 3))


@pytest.fixture
def corrected(app_context: Flask, cast: Cast) -> ServiceOrder:
    """Invoiced on 30 September to the wrong sum, credited in full on the same day, invoiced anew and handed over in
    October."""
    with transaction():
        order = factories.check_in(cast, factories.open_order(cast))
        order.technician_id, order.bay_id = cast.technician.id, cast.site.bay_ids[0]
        service_orders.move(order, "assign", actor=cast.manager.actor(), now=local(30, 8, month=9))
        service_orders.move(order, "accept", actor=cast.technician.actor(), now=local(30, 9, month=9))
        factories.make_ready(cast, order, now=local(30, 10, month=9))
        factories.invoice(cast, order, now=local(30, 11, month=9))
        _work(cast, order)
    credit(cast, order, "all", local(30, 12, month=9))
    with transaction():
        factories.invoice(cast, order, now=local(5, 11))
        factories.complete(cast, order, at=local(5, 16))
    return order


@pytest.mark.parametrize("basis", [Basis.COMPLETED, Basis.INVOICED])
def test_a_correction_before_the_hand_over_counts_with_the_order(
    cast: Cast, corrected: ServiceOrder, basis: Basis
) -> None:
    """Credited 146.34 and invoiced 146.34 anew: nothing is off, in no month; a later credit counts on its day."""
    september = rules.month_of(date(2026, 9, 1), ZONE)
    assert technicians(cast, september, basis) == {}
    found = technicians(cast, OCTOBER, basis)
    assert {name: row.base for name, row in found.items()} == WHOLE
    credit(cast, corrected, "0.5", local(10, 12, month=11))
    assert credited(cast, NOVEMBER, basis) == HALF_AN_HOUR
    assert technicians(cast, DECEMBER, basis) == {}


def test_what_is_behind_it_sums_to_it(cast: Cast, completed: ServiceOrder) -> None:
    """REP-4: the technician's and the workshop's."""
    credit(cast, completed, "0.5", local(10, 12, month=11))
    where = (cast.site.id, NOVEMBER, Basis.COMPLETED)
    (own,) = efficiency.list_sold(*where, cast.technician.id, now=LATER, is_credit=True)
    (whole,) = efficiency.list_sold(*where, None, now=LATER, is_credit=True)
    assert (own.id, own.minutes, own.net) == (completed.id, -20, Decimal("-32.52"))
    assert (whole.id, whole.minutes, whole.net) == (completed.id, -30, Decimal("-48.78"))


def test_the_page_the_lists_and_the_csv_say_the_same(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    with app.app_context():
        with transaction():
            order = _completed(cast, cast.technician, local(5, 16), bay=0)
            _work(cast, order)
        credit(cast, order, "0.5", local(10, 12, month=11))
        number = order.number
    boss = sign_in(cast.service_manager.id)
    address = "/reports/efficiency{}?month=2026-11"
    page = boss.get(address.format("")).text
    assert "-32.52" in page and "-48.78" in page and "−0:20" in page
    behind = boss.get(address.format(f"/technicians/{cast.technician.id}/credited")).text
    assert number in behind and "-32.52" in behind
    assert number in boss.get(address.format("/workshop/credited")).text
    rows = boss.get(address.format("/technicians.csv")).text
    assert "Tomasz Lis,0,0,0,0,,,,0,-32.52,-32.52,PLN" in rows
