"""Reading customers."""

from sqlalchemy import or_, select

from aftersales.db import db
from aftersales.domain.customers.models import Customer
from aftersales.domain.errors import NotFound
from aftersales.domain.folding import folded
from aftersales.i18n import gettext


def get_customer(customer_id: int) -> Customer:
    """The customer. Raises :class:`NotFound`."""
    customer = db.session.get(Customer, customer_id)
    if customer is None:
        raise NotFound(gettext("There is no such customer."))
    return customer


def list_alike(*, phone_normalised: str, email: str, name: str, limit: int = 5) -> list[Customer]:
    """Customers who may be the same as the one being entered: same phone, e-mail or name."""
    same = []
    if phone_normalised:
        same.append(Customer.phone_normalised == phone_normalised)
    if email:
        same.append(Customer.email == email)
    if name.strip():
        same += [
            Customer.search == folded(name),
            Customer.search.startswith(folded(name) + " ", autoescape=True),
        ]
    if not same:
        return []
    return list(db.session.scalars(select(Customer).where(or_(*same)).order_by(Customer.name).limit(limit)))
