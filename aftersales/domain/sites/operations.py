"""What happens to a site as a whole."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from sqlalchemy import select, update

from aftersales.db import add, at_closing, db
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid
from aftersales.domain.sites.models import OpeningHours, Site, SiteChange, TaxRate
from aftersales.i18n import gettext


def open_site(
    *,
    code: str,
    name: str,
    country: str,
    currency: str,
    timezone: str,
    language: str,
    prices_include_tax: bool,
    tax_rates: Sequence[Decimal],
    hours: Mapping[int, tuple[time, time]],
    actor: Actor,
    now: datetime,
) -> Site:
    """A new site with its tax rates, the first of them usual, and its hours per weekday (Monday is 0).

    Refuses a code that is taken, an unknown currency or time zone, rates that are none, and a day that ends before
    it begins.
    """
    actor.need("settings.manage")
    code = code.strip().upper()
    if db.session.scalar(select(Site.id).where(Site.code == code)):
        raise Invalid(gettext("Another site has this code. Choose another one."), field="code")
    if currency not in list_currencies():
        raise Invalid(gettext("Choose a currency of the list."), field="currency")
    if timezone not in available_timezones():
        raise Invalid(gettext("Choose a time zone of the list."), field="timezone")
    if not tax_rates or len(set(tax_rates)) < len(tax_rates) or not all(0 <= rate < 1 for rate in tax_rates):
        raise Invalid(
            gettext("Enter each tax rate once, as per cent: 0 or more, less than 100."), field="tax_rates"
        )
    for opens, closes in hours.values():
        if opens >= closes:
            raise Invalid(gettext("A day has to end after it begins."), field="hours")
    site = add(
        Site(
            code=code,
            name=name.strip(),
            country=country,
            currency=currency,
            timezone=timezone,
            language=language,
            prices_include_tax=prices_include_tax,
        )
    )
    for number, rate in enumerate(tax_rates):
        add(TaxRate(site_id=site.id, name=gettext("VAT"), rate=rate, is_default=number == 0))
    for weekday, (opens, closes) in hours.items():
        add(OpeningHours(site_id=site.id, weekday=weekday, opens_at=opens, closes_at=closes))
    audit.record("sites.open", site, actor=actor, now=now, site_id=site.id, details={"code": code})
    return site


def note_change(site_id: int) -> None:
    """Tell the polling screens of the site that something they show has changed, once per transaction."""
    at_closing(f"site-change-{site_id}", lambda: _count_change(site_id))


def _count_change(site_id: int) -> None:
    counted: Any = db.session.execute(
        update(SiteChange).where(SiteChange.site_id == site_id).values(counter=SiteChange.counter + 1)
    )
    if not counted.rowcount:
        db.session.add(SiteChange(site_id=site_id, counter=1))
