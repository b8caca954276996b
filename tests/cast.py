"""The people of the tests, at two sites. Each role has one person in Kraków; Shanghai has strangers.

    sign_in(cast.advisor.id)         a browser
    cast.advisor.actor()             the author of an operation
    cast.site.id, cast.other_site.id

All passwords are ``PASSWORD``.
"""

from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from functools import cache

from aftersales.db import add
from aftersales.domain.accounts import operations as accounts
from aftersales.domain.accounts.models import Membership, User
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.sites.models import OpeningHours, Site, TaxRate
from aftersales.domain.staffing.models import Bay, Technician

PASSWORD = "correct horse battery"


@cache
def _password_hash() -> str:
    """Hashed once: it is made to be slow."""
    return accounts.hash_password(PASSWORD)


@dataclass(frozen=True, slots=True)
class Place:
    """A site of the tests."""

    id: int
    name: str
    timezone: str
    currency: str
    bay_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at a site."""

    id: int
    name: str
    email: str
    site_id: int
    roles: frozenset[Role]

    def actor(self) -> Actor:
        return Actor(name=self.name, user_id=self.id, roles=self.roles, address="127.0.0.1", device="test")


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody by role. ``technician`` and ``second_technician`` are two people; ``stranger`` and
    ``other_manager`` work at the other site."""

    site: Place
    other_site: Place
    advisor: Person
    second_advisor: Person
    manager: Person
    technician: Person
    second_technician: Person
    leader: Person
    qc: Person
    parts: Person
    cashier: Person
    care: Person
    claims: Person
    service_manager: Person
    head_office: Person
    admin: Person
    technical_director: Person
    reception_supervisor: Person
    finance: Person
    stranger: Person
    other_manager: Person

    def with_role(self, role: Role) -> Person:
        """The person in Kraków with exactly this role."""
        person: Person = getattr(self, role.value)
        return person


_KRAKOW = {
    "advisor": ("Marta Zielińska", Role.ADVISOR),
    "second_advisor": ("Ola Nowak", Role.ADVISOR),
    "manager": ("Paweł Król", Role.MANAGER),
    "technician": ("Tomasz Lis", Role.TECHNICIAN),
    "second_technician": ("Jan Bąk", Role.TECHNICIAN),
    "leader": ("Leon Wójcik", Role.LEADER),
    "qc": ("Quentin Sowa", Role.QC),
    "parts": ("Piotr Zając", Role.PARTS),
    "cashier": ("Kasia Mazur", Role.CASHIER),
    "care": ("Celina Duda", Role.CARE),
    "claims": ("Wanda Rogala", Role.CLAIMS),
    "service_manager": ("Stefan Górski", Role.SERVICE_MANAGER),
    "head_office": ("Helena Wilk", Role.HEAD_OFFICE),
    "admin": ("Adam Admin", Role.ADMIN),
    "technical_director": ("Teresa Kos", Role.TECHNICAL_DIRECTOR),
    "reception_supervisor": ("Renata Sikora", Role.RECEPTION_SUPERVISOR),
    "finance": ("Filip Bielak", Role.FINANCE),
}
_SHANGHAI = {"stranger": ("Lin Mei", Role.ADVISOR), "other_manager": ("Wang Wei", Role.MANAGER)}


def hire() -> Cast:
    """Put both sites and everybody into the database."""
    krakow = _open_site(
        "KRK",
        "Aftersales Kraków",
        country="PL",
        currency="PLN",
        timezone="Europe/Warsaw",
        rates=("0.23", "0.08"),
    )
    shanghai = _open_site(
        "SHA", "Aftersales Shanghai", country="CN", currency="CNY", timezone="Asia/Shanghai", rates=("0.13",)
    )
    return Cast(
        site=krakow,
        other_site=shanghai,
        **{key: _employ(key, name, role, krakow) for key, (name, role) in _KRAKOW.items()},
        **{key: _employ(key, name, role, shanghai) for key, (name, role) in _SHANGHAI.items()},
    )


def _open_site(
    code: str, name: str, *, country: str, currency: str, timezone: str, rates: tuple[str, ...]
) -> Place:
    site = add(
        Site(
            code=code,
            name=name,
            country=country,
            currency=currency,
            timezone=timezone,
            phone="+48 12 345 67 89",
        )
    )
    for number, rate in enumerate(rates):
        add(TaxRate(site_id=site.id, name="VAT", rate=Decimal(rate), is_default=number == 0))
    for weekday in range(6):
        add(OpeningHours(site_id=site.id, weekday=weekday, opens_at=time(8), closes_at=time(18)))
    bays = [add(Bay(site_id=site.id, name=f"Bay {number}")) for number in (1, 2)]
    return Place(site.id, name, timezone, currency, tuple(bay.id for bay in bays))


def _employ(key: str, name: str, role: Role, site: Place) -> Person:
    user = add(
        User(
            email=f"{key}@example.org",
            name=name,
            initials="".join(part[0] for part in name.split()),
            password_hash=_password_hash(),
        )
    )
    add(Membership(user_id=user.id, site_id=site.id, role=role))
    if role is Role.TECHNICIAN:
        add(Technician(site_id=site.id, user_id=user.id))
    return Person(user.id, name, user.email, site.id, frozenset({role}))
