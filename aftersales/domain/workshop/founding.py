"""The first site of a new installation, with what a workshop needs to begin."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal

from aftersales.domain.accounts import operations as accounts
from aftersales.domain.accounts.models import User
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import SYSTEM
from aftersales.domain.catalogue import starter
from aftersales.domain.errors import Refused
from aftersales.domain.inspections import repair_plan, templates
from aftersales.domain.parts import operations as parts
from aftersales.domain.sites import operations as sites
from aftersales.domain.sites import queries
from aftersales.domain.staffing import operations as staffing
from aftersales.domain.staffing.models import BayKind
from aftersales.i18n import gettext


def found(
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
    bays: int,
    admin_name: str,
    admin_email: str,
    password: str,
    now: datetime,
) -> User:
    """Open the first site: bays, a store, the usual labour rates, canned jobs and inspection, and its administrator.

    Refuses once there is a site: from then on the administrator opens sites and invites people.
    """
    if queries.has_any():
        raise Refused(gettext("This workshop is set up already. Sign in."))
    site = sites.open_site(
        code=code,
        name=name,
        country=country,
        currency=currency,
        timezone=timezone,
        language=language,
        prices_include_tax=prices_include_tax,
        tax_rates=tax_rates,
        hours=hours,
        actor=SYSTEM,
        now=now,
    )
    for number in range(1, bays + 1):
        staffing.add_bay(site.id, name=str(number), kind=BayKind.LIFT, actor=SYSTEM, now=now)
    parts.add_warehouse(site_id=site.id, code="MAIN", name=gettext("Main store"), actor=SYSTEM, now=now)
    starter.stock(actor=SYSTEM, now=now)
    starter.price_hours(site.id, currency, actor=SYSTEM, now=now)
    templates.stock_all(actor=SYSTEM, now=now)
    repair_plan.stock_rules(actor=SYSTEM, now=now)
    return accounts.add_user(
        email=admin_email,
        name=admin_name,
        password=password,
        roles={site.id: {Role.ADMIN}},
        actor=SYSTEM,
        now=now,
    )
