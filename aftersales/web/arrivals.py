"""The vehicle and customer of an arrival form: known ones found, new ones made, in the transaction of the order."""

from typing import Any

from aftersales.domain.customers import operations as customers
from aftersales.domain.customers import queries as customer_queries
from aftersales.domain.customers import rules
from aftersales.domain.customers.models import Customer, CustomerKind
from aftersales.domain.errors import DomainError
from aftersales.domain.vehicles import operations as vehicles
from aftersales.domain.vehicles.models import Fuel, Vehicle
from aftersales.web import session
from aftersales.web.addresses import LARGEST_ID

NEW = "new"
"""The choice of somebody who is none of the customers that look alike."""


def number_in(text: str | None) -> int | None:
    """The id in a hidden field or radio, None for anything else."""
    given = int(text) if text and text.isascii() and text.isdecimal() and len(text) < 20 else 0
    return given if 0 < given <= LARGEST_ID else None


def list_alike(form: Any, *, country: str) -> list[Customer]:
    """Customers who may be the new one of the form: same phone, e-mail or name. Empty once somebody has chosen."""
    if form.customer_id.data or form.vehicle_id.data:
        return []
    try:
        _, phone = rules.checked_phone(form.phone.data or "", country=country)
        email = rules.checked_email(form.email.data or "")
    except DomainError:  # the operation says so, at its field
        return []
    return customer_queries.list_alike(phone_normalised=phone, email=email, name=form.name.data or "")


def settle(form: Any, *, now: Any) -> tuple[Vehicle, int]:
    """The form's vehicle and customer id; what is new is added. Call inside the transaction."""
    person, actor = session.person(), session.actor()
    vehicle_id, customer_id = number_in(form.vehicle_id.data), number_in(form.customer_id.data)
    known = vehicles.lock_vehicle(vehicle_id) if vehicle_id is not None else None
    if customer_id is not None:
        owner_id = customer_queries.get_customer(customer_id).id
    elif known is not None and known.owner_id is not None and not (form.name.data or "").strip():
        owner_id = known.owner_id
    else:
        owner_id = customers.add_customer(
            site_id=person.site_id,
            name=form.name.data or "",
            kind=CustomerKind(form.customer_kind.data or CustomerKind.PERSON),
            phone=form.phone.data or "",
            email=form.email.data or "",
            actor=actor,
            now=now,
        ).id
    if known is not None:
        if known.owner_id is None:
            vehicles.change_owner(known.id, customer_id=owner_id, actor=actor, now=now)
        return known, owner_id
    made = vehicles.add_vehicle(
        site_id=person.site_id,
        plate=form.plate.data or "",
        vin=form.vin.data or "",
        make=form.make.data or "",
        model=form.model.data or "",
        year=form.year.data,
        fuel=Fuel(form.fuel.data or Fuel.OTHER),
        owner_id=owner_id,
        actor=actor,
        now=now,
    )
    return made, owner_id
