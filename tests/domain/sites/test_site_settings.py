"""PLT-3, CHK-2: figures are settings of the site, changed by its administrator."""

from datetime import date, time
from decimal import Decimal

import pytest

from aftersales.db import transaction
from aftersales.domain.errors import Invalid, NotPermitted, Stale
from aftersales.domain.sites import operations as sites
from aftersales.domain.sites import queries
from aftersales.domain.sites.models import Site
from tests import factories
from tests.cast import Cast
from tests.factories import NOW


def site_of(cast: Cast) -> Site:
    return queries.get_site(cast.site.id)


def change(cast: Cast, **values: object) -> None:
    with transaction():
        sites.set_settings(cast.site.id, values={key.replace("__", "."): value for key, value in values.items()},
                           actor=cast.admin.actor(), now=NOW)  # fmt: skip


def test_a_changed_figure_is_the_sites_own_and_a_default_is_not_kept(cast: Cast) -> None:
    change(cast, promise__reserve_minutes=90, comeback__days=30)
    site = factories.fresh(site_of(cast))
    assert site.settings == {"promise.reserve_minutes": 90}
    assert site.setting("promise.reserve_minutes") == 90
    change(cast, promise__reserve_minutes=60)
    assert factories.fresh(site).settings == {}


@pytest.mark.parametrize("value", [-1, "90", 1.5, None])
def test_a_figure_that_makes_no_sense_is_refused(cast: Cast, value: object) -> None:
    with pytest.raises(Invalid) as refusal:
        change(cast, promise__reserve_minutes=value)
    assert refusal.value.field == "promise.reserve_minutes"


def test_tax_rates_are_replaced_the_first_is_usual(cast: Cast) -> None:
    with transaction():
        sites.set_tax_rates(
            cast.site.id, [Decimal("0.08"), Decimal("0.25")], actor=cast.admin.actor(), now=NOW
        )
    rates = {rate.rate: rate.is_default for rate in factories.fresh(site_of(cast)).tax_rates}
    assert rates == {Decimal("0.08"): True, Decimal("0.25"): False}


def test_lines_keep_the_rate_that_they_carry(cast: Cast) -> None:
    with transaction():
        line = factories.price(cast, factories.open_order(cast))[0]
        sites.set_tax_rates(cast.site.id, [Decimal("0.25")], actor=cast.admin.actor(), now=NOW)
    assert factories.fresh(line).tax_rate == Decimal("0.23")


@pytest.mark.parametrize("rates", [[], [Decimal("0.23"), Decimal("0.23")], [Decimal(1)], [Decimal("-0.1")]])
def test_rates_that_are_none_are_refused(cast: Cast, rates: list[Decimal]) -> None:
    with pytest.raises(Invalid), transaction():
        sites.set_tax_rates(cast.site.id, rates, actor=cast.admin.actor(), now=NOW)


def test_hours_and_closed_days(cast: Cast) -> None:
    actor = cast.admin.actor()
    with transaction():
        sites.set_hours(cast.site.id, {0: (time(7), time(15))}, actor=actor, now=NOW)
        for _ in range(2):
            sites.close_on(cast.site.id, date(2026, 5, 13), name="Holiday", actor=actor, now=NOW)
    assert [(day.weekday, day.opens_at) for day in factories.fresh(site_of(cast)).opening_hours] == [
        (0, time(7))
    ]
    assert queries.list_closed_days(cast.site.id) == {date(2026, 5, 13)}
    with transaction():
        sites.open_on(cast.site.id, date(2026, 5, 13), actor=actor, now=NOW)
    assert queries.list_closed_days(cast.site.id) == set()


def test_an_older_form_is_refused(cast: Cast) -> None:
    """ORD-6"""
    for name in ("First", "Second"):
        if name == "Second":
            with pytest.raises(Stale), transaction():
                sites.edit_site(
                    cast.site.id, values={"name": name}, version=1, actor=cast.admin.actor(), now=NOW
                )
        else:
            with transaction():
                sites.edit_site(
                    cast.site.id, values={"name": name}, version=1, actor=cast.admin.actor(), now=NOW
                )
    assert factories.fresh(site_of(cast)).name == "First"


def test_only_administrators_change_settings(cast: Cast) -> None:
    """PLT-3"""
    with pytest.raises(NotPermitted), transaction():
        sites.set_settings(cast.site.id, values={}, actor=cast.service_manager.actor(), now=NOW)
