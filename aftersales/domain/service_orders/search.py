"""Search from every page: by plate, VIN, name, phone or order number, in one query."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, null, or_, select
from sqlalchemy.orm import aliased

from aftersales.db import db
from aftersales.domain.customers.models import Customer
from aftersales.domain.folding import digits, folded, joined
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.vehicles.models import Vehicle

SHORTEST = 2
"""Letters or digits that a search needs; one finds too much to be of use."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A vehicle with its owner and its newest order at the site, or a customer without a vehicle."""

    vehicle_id: int | None
    plate: str
    plate_country: str
    vin: str
    make: str
    model: str
    year: int | None
    customer_id: int | None
    customer_name: str
    phone: str
    order_id: int | None
    order_number: str
    order_state: OrderState | None

    @property
    def title(self) -> str:
        """Make, model and year, as far as known."""
        return " ".join(str(part) for part in (self.make, self.model, self.year) if part)


def find(text: str, *, site_id: int, sees_customers: bool, limit: int = 20) -> list[Hit]:
    """What ``text`` finds, plates that begin with it first. Without ``sees_customers`` names and phone numbers are
    neither looked through nor told. Vehicles and customers are the company's, orders the site's."""
    plain, sign, number = folded(text), joined(text), digits(text)
    if len(sign) < SHORTEST:
        return []
    newest = aliased(ServiceOrder)
    latest = (
        select(ServiceOrder.id)
        .where(ServiceOrder.vehicle_id == Vehicle.id, ServiceOrder.site_id == site_id)
        .order_by(ServiceOrder.closed_at.is_not(None), ServiceOrder.opened_at.desc())
        .limit(1)
        .correlate(Vehicle)
        .scalar_subquery()
    )
    matches: list[ColumnElement[bool]] = [
        Vehicle.plate_normalised.contains(sign, autoescape=True),
        Vehicle.vin.contains(sign, autoescape=True),
    ]
    if len(number) >= SHORTEST:
        matches.append(
            select(ServiceOrder.id)
            .where(
                ServiceOrder.vehicle_id == Vehicle.id,
                ServiceOrder.site_id == site_id,
                ServiceOrder.number.endswith(_order_number(text), autoescape=True),
            )
            .correlate(Vehicle)
            .exists()
        )
    if sees_customers:
        matches.append(_customer_matches(plain, number))
    owner: list[Any] = [null(), literal(""), literal("")]
    if sees_customers:
        owner = [Customer.id, _said(Customer.name), _said(Customer.phone)]
    # The full join brings customers without a vehicle in the same rows.
    query: Select[*tuple[Any, ...]] = (
        select(
            Vehicle.id,
            _said(Vehicle.plate),
            _said(Vehicle.plate_country),
            _said(Vehicle.vin),
            _said(Vehicle.make),
            _said(Vehicle.model),
            Vehicle.year,
            *owner,
            newest.id,
            _said(newest.number),
            newest.state,
        )
        .select_from(Vehicle)
        .join(Customer, Customer.id == Vehicle.owner_id, full=sees_customers, isouter=True)
        .outerjoin(newest, newest.id == latest)
        .where(or_(*matches))
        .order_by(
            case((Vehicle.plate_normalised.startswith(sign, autoescape=True), 0), else_=1),
            newest.id.is_(None),
            Vehicle.plate,
            Customer.name,
        )
        .limit(limit)
    )
    return [Hit(*row) for row in db.session.execute(query)]


def _said(column: Any) -> ColumnElement[str]:
    """A text that is empty where the outer join found nothing."""
    return func.coalesce(column, "")


def _customer_matches(plain: str, number: str) -> ColumnElement[bool]:
    """Each word of the text is in the customer's name, phone number or address; or the digits are in the phone."""
    words = and_(*(Customer.search.contains(word, autoescape=True) for word in plain.split()))
    if len(number) >= 5:
        return or_(words, Customer.phone_normalised.contains(number.lstrip("0"), autoescape=True))
    return words


def _order_number(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable() and not letter.isspace())
