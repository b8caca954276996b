"""What happens to customers: added, changed, consent recorded."""

from datetime import datetime
from typing import Any

from aftersales.db import add, db, locked
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.customers import rules
from aftersales.domain.customers.models import Customer, CustomerKind
from aftersales.domain.errors import Invalid, NotFound, expect_version
from aftersales.domain.sites import queries as sites
from aftersales.i18n import gettext

_EDITABLE = (
    "kind",
    "name",
    "phone",
    "email",
    "address",
    "tax_id",
    "language",
    "note",
    "may_email",
    "may_sms",
)


def add_customer(
    *,
    site_id: int,
    name: str,
    actor: Actor,
    now: datetime,
    phone: str = "",
    email: str = "",
    kind: CustomerKind = CustomerKind.PERSON,
    address: str = "",
    tax_id: str = "",
    language: str = "",
    note: str = "",
    may_email: bool = True,
    may_sms: bool = True,
) -> Customer:
    """A new customer. Refuses without a name, or with a phone number or e-mail address that cannot be right."""
    actor.need("customers.write")
    site = sites.get_site(site_id)
    customer = Customer(home_site_id=site_id, created_at=now)
    _set(
        customer,
        {
            "kind": kind,
            "name": name,
            "phone": phone,
            "email": email,
            "address": address,
            "tax_id": tax_id,
            "language": language or site.language,
            "note": note,
            "may_email": may_email,
            "may_sms": may_sms,
        },
        country=site.country,
    )
    add(customer)
    audit.record("customers.add", customer, actor=actor, now=now, site_id=site_id)
    return customer


def edit_customer(
    customer_id: int,
    *,
    site_id: int,
    values: dict[str, Any],
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Customer:
    """Change a customer's data; ``values`` may hold any of the form's fields."""
    actor.need("customers.write")
    customer = locked(Customer, customer_id)
    if customer is None:
        raise NotFound(gettext("There is no such customer."))
    expect_version(customer, version)
    _set(customer, values, country=sites.get_site(site_id).country)
    db.session.flush()
    audit.record(
        "customers.edit", customer, actor=actor, now=now, site_id=site_id, details={"fields": sorted(values)}
    )
    return customer


def _set(customer: Customer, values: dict[str, Any], *, country: str) -> None:
    for field in _EDITABLE:
        if field in values:
            value = values[field]
            setattr(customer, field, value.strip() if isinstance(value, str) and field != "kind" else value)
    if not customer.name:
        raise Invalid(gettext("Enter the customer's name."), field="name")
    if "phone" in values:
        customer.phone, customer.phone_normalised = rules.checked_phone(customer.phone, country=country)
    if "email" in values:
        customer.email = rules.checked_email(customer.email)
    customer.search = rules.search_text(
        name=customer.name, phone_normalised=customer.phone_normalised or "", email=customer.email or ""
    )
