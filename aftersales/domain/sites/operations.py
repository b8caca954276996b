"""What happens to a site as a whole."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from sqlalchemy import delete, select, update

from aftersales.db import add, at_closing, db, locked
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, expect_version
from aftersales.domain.sites import settings
from aftersales.domain.sites.models import ClosedDay, OpeningHours, Site, SiteChange, TaxRate
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
    _check_rates(tax_rates)
    _check_hours(hours)
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


def edit_site(
    site_id: int,
    *,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Site:
    """Change what stands on the site's papers, its language and whether it has teams. Currency and the way prices
    are meant stay: amounts that were written down would mean something else."""
    site = _lock_site(site_id, actor=actor, version=version)
    for name in (
        "name",
        "legal_name",
        "tax_id",
        "address",
        "phone",
        "email",
        "timezone",
        "language",
        "has_teams",
    ):
        if name in values:
            setattr(site, name, values[name].strip() if isinstance(values[name], str) else values[name])
    if not site.name:
        raise Invalid(gettext("Enter the name that customers know."), field="name")
    if site.timezone not in available_timezones():
        raise Invalid(gettext("Choose a time zone of the list."), field="timezone")
    db.session.flush()
    audit.record(
        "sites.edit", site, actor=actor, now=now, site_id=site_id, details={"fields": sorted(values)}
    )
    return site


def set_settings(
    site_id: int, *, values: Mapping[str, Any], actor: Actor, now: datetime, version: int | None = None
) -> Site:
    """Change settings of the registry; a value equal to the default is kept as the default.

    Refuses a value of another type than the default's, and a number below 0.
    """
    site = _lock_site(site_id, actor=actor, version=version)
    own = dict(site.settings)
    for key, value in values.items():
        default = settings.SETTINGS[key].default
        if type(value) is not type(default) or (isinstance(value, int) and value < 0):
            raise Invalid(gettext("Enter a whole number, 0 or more."), field=key)
        least, most = settings.SETTINGS[key].least, settings.SETTINGS[key].most
        if least is not None and most is not None and not least <= value <= most:
            raise Invalid(
                gettext("Enter a number from %(least)s to %(most)s.", least=least, most=most), field=key
            )
        if value == default:
            own.pop(key, None)
        else:
            own[key] = value
    changed = sorted(key for key in values if own.get(key) != site.settings.get(key))
    site.settings = own
    db.session.flush()
    if changed:
        audit.record(
            "sites.settings",
            site,
            actor=actor,
            now=now,
            site_id=site_id,
            details={key: own.get(key) for key in changed},
        )
    return site


def set_tax_rates(
    site_id: int, rates: Sequence[Decimal], *, actor: Actor, now: datetime, version: int | None = None
) -> Site:
    """The rates for new lines, the first of them usual. Lines that exist keep the rate that they carry."""
    site = _lock_site(site_id, actor=actor, version=version)
    _check_rates(rates)
    known = {rate.rate: rate for rate in site.tax_rates}
    for rate, row in known.items():
        if rate not in rates:
            db.session.delete(row)
    for number, rate in enumerate(rates):
        row = known.get(rate) or TaxRate(site_id=site_id, name=gettext("VAT"), rate=rate)
        row.is_default = number == 0
        db.session.add(row)
    db.session.flush()
    db.session.expire(site, ["tax_rates"])
    audit.record(
        "sites.tax_rates",
        site,
        actor=actor,
        now=now,
        site_id=site_id,
        details={"rates": [str(rate) for rate in rates]},
    )
    return site


def set_hours(
    site_id: int,
    hours: Mapping[int, tuple[time, time]],
    *,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Site:
    """Opening hours per weekday (Monday is 0); a weekday that is left out is closed."""
    site = _lock_site(site_id, actor=actor, version=version)
    _check_hours(hours)
    known = {day.weekday: day for day in site.opening_hours}
    for weekday, day in known.items():
        if weekday not in hours:
            db.session.delete(day)
    for weekday, (opens, closes) in hours.items():
        day = known.get(weekday) or OpeningHours(site_id=site_id, weekday=weekday)
        day.opens_at, day.closes_at = opens, closes
        db.session.add(day)
    db.session.flush()
    db.session.expire(site, ["opening_hours"])
    audit.record("sites.hours", site, actor=actor, now=now, site_id=site_id)
    return site


def close_on(site_id: int, day: date, *, name: str, actor: Actor, now: datetime) -> ClosedDay:
    """The site is closed on this day, a holiday for example. Saying it twice is harmless."""
    site = _lock_site(site_id, actor=actor, version=None)
    closed = db.session.scalar(select(ClosedDay).where(ClosedDay.site_id == site_id, ClosedDay.day == day))
    if closed is None:
        closed = ClosedDay(site_id=site_id, day=day)
        db.session.add(closed)
    closed.name = name.strip()[:80]
    db.session.flush()
    audit.record(
        "sites.close_on", site, actor=actor, now=now, site_id=site_id, details={"day": day.isoformat()}
    )
    return closed


def open_on(site_id: int, day: date, *, actor: Actor, now: datetime) -> None:
    """The site is open on this day after all, as on its weekday."""
    site = _lock_site(site_id, actor=actor, version=None)
    db.session.execute(delete(ClosedDay).where(ClosedDay.site_id == site_id, ClosedDay.day == day))
    audit.record(
        "sites.open_on", site, actor=actor, now=now, site_id=site_id, details={"day": day.isoformat()}
    )


def _lock_site(site_id: int, *, actor: Actor, version: int | None) -> Site:
    actor.need("settings.manage")
    site = locked(Site, site_id)
    if site is None:
        raise NotFound(gettext("There is no such site."))
    expect_version(site, version)
    return site


def _check_rates(rates: Sequence[Decimal]) -> None:
    if not rates or len(set(rates)) < len(rates) or not all(0 <= rate < 1 for rate in rates):
        raise Invalid(
            gettext("Enter each tax rate once, as per cent: 0 or more, less than 100."), field="tax_rates"
        )


def _check_hours(hours: Mapping[int, tuple[time, time]]) -> None:
    for opens, closes in hours.values():
        if opens >= closes:
            raise Invalid(gettext("A day has to end after it begins."), field="hours")


def note_change(site_id: int) -> None:
    """Tell the polling screens of the site that something they show has changed, once per transaction."""
    at_closing(f"site-change-{site_id}", lambda: _count_change(site_id))


def _count_change(site_id: int) -> None:
    counted: Any = db.session.execute(
        update(SiteChange).where(SiteChange.site_id == site_id).values(counter=SiteChange.counter + 1)
    )
    if not counted.rowcount:
        db.session.add(SiteChange(site_id=site_id, counter=1))
