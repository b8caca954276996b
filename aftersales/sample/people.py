"""The sample's two sites and everybody who works there."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from flask import current_app

from aftersales.db import add
from aftersales.domain.accounts import operations as accounts
from aftersales.domain.accounts import pins as pin_operations
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import SYSTEM, Actor
from aftersales.domain.sites.models import OpeningHours, Site, TaxRate
from aftersales.domain.staffing import operations as staffing
from aftersales.domain.staffing.models import BayKind, Grade

PASSWORD = "aftersales"
"""One password for everybody of the sample; real workshops choose their own."""

PINS = {
    "tomasz": "482916", "jan": "739105", "karol": "905174", "leon": "614829", "ewa": "278953", "pawel": "836207",
    "piotr": "359148", "zhangmin": "571963", "chenjie": "408372", "liuyan": "926581", "wangwei": "647093",
}  # fmt: skip
"""Six digits of the people of the floor, for the shared tablets."""

KRAKOW, SHANGHAI = "krakow", "shanghai"


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody of the sample: where they work and as what."""

    key: str
    name: str
    roles: frozenset[Role]
    sites: tuple[str, ...] = (KRAKOW,)

    @property
    def email(self) -> str:
        return f"{self.key}@{self.sites[0]}.example"


def _employee(key: str, name: str, *roles: Role, at: tuple[str, ...] = (KRAKOW,)) -> Employee:
    return Employee(key, name, frozenset(roles), at)


EMPLOYEES: tuple[Employee, ...] = (
    _employee("marta", "Marta Zielińska", Role.ADVISOR),
    _employee("pawel", "Paweł Król", Role.MANAGER),
    _employee("tomasz", "Tomasz Lis", Role.TECHNICIAN),
    _employee("jan", "Jan Bąk", Role.TECHNICIAN),
    _employee("karol", "Karol Wrona", Role.TECHNICIAN),
    _employee("leon", "Leon Wójcik", Role.LEADER),
    _employee("ewa", "Ewa Sowa", Role.QC, Role.TECHNICAL_DIRECTOR),
    _employee("piotr", "Piotr Zając", Role.PARTS),
    _employee("kasia", "Kasia Mazur", Role.CASHIER),
    _employee("celina", "Celina Duda", Role.CARE),
    _employee("wanda", "Wanda Rogala", Role.CLAIMS, Role.RECEPTION_SUPERVISOR),
    _employee("stefan", "Stefan Górski", Role.SERVICE_MANAGER),
    _employee("helena", "Helena Wilk", Role.HEAD_OFFICE, Role.FINANCE, at=(KRAKOW, SHANGHAI)),
    _employee("adam", "Adam Nowicki", Role.ADMIN, at=(KRAKOW, SHANGHAI)),
    _employee("linmei", "Lin Mei", Role.ADVISOR, Role.CASHIER, Role.CARE, at=(SHANGHAI,)),
    _employee("wangwei", "Wang Wei", Role.MANAGER, Role.PARTS, Role.SERVICE_MANAGER, at=(SHANGHAI,)),
    _employee("zhangmin", "Zhang Min", Role.TECHNICIAN, at=(SHANGHAI,)),
    _employee("chenjie", "Chen Jie", Role.LEADER, at=(SHANGHAI,)),
    _employee("liuyan", "Liu Yan", Role.QC, at=(SHANGHAI,)),
)

_TECHNICIANS: tuple[tuple[str, str, Grade, str], ...] = (
    (KRAKOW, "tomasz", Grade.SENIOR, "62.00"),
    (KRAKOW, "jan", Grade.INTERMEDIATE, "48.00"),
    (KRAKOW, "karol", Grade.JUNIOR, "36.00"),
    (KRAKOW, "leon", Grade.SENIOR, "68.00"),
    (SHANGHAI, "zhangmin", Grade.SENIOR, "58.00"),
    (SHANGHAI, "chenjie", Grade.SENIOR, "66.00"),
)

_HIGH_VOLTAGE = frozenset({"tomasz", "leon", "zhangmin"})
"""Who holds the certificate for work on electric and hybrid vehicles."""

_BAYS: dict[str, tuple[tuple[str, BayKind], ...]] = {
    KRAKOW: (
        ("1", BayKind.LIFT), ("2", BayKind.LIFT), ("3", BayKind.LIFT), ("4", BayKind.LIFT), ("5", BayKind.LIFT),
        ("6", BayKind.ALIGNMENT), ("7", BayKind.EV), ("8", BayKind.PRE_CHECK), ("Wash", BayKind.WASH),
    ),
    SHANGHAI: (
        ("A1", BayKind.LIFT), ("A2", BayKind.LIFT), ("A3", BayKind.LIFT), ("A4", BayKind.EV),
        ("Wash", BayKind.WASH),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Staff:
    """A site with its people as actors, its bays in which cars stand, and its technicians."""

    key: str
    site_id: int
    code: str
    timezone: str
    currency: str
    actors: dict[str, Actor]
    bay_ids: tuple[int, ...]

    def one(self, role: Role) -> Actor:
        """The first person with the role here."""
        return next(actor for actor in self.actors.values() if role in actor.roles)

    @property
    def advisor(self) -> Actor:
        return self.one(Role.ADVISOR)

    @property
    def technicians(self) -> list[Actor]:
        """Those who get work of their own, in the order in which they were employed."""
        return [self.actors[key] for site, key, _, _ in _TECHNICIANS if site == self.key]


def sign_ins() -> list[tuple[str, str, str]]:
    """One row per role: its name, the address to sign in with, the password."""
    rows = []
    for role in Role:
        person = next(person for person in EMPLOYEES if role in person.roles)
        rows.append((str(role).replace("_", " "), person.email, PASSWORD))
    return [*rows, ("advisor, Shanghai", "linmei@shanghai.example", PASSWORD)]


def pins() -> list[tuple[str, str]]:
    """Name and PIN of everybody who has one."""
    return [(person.name, PINS[person.key]) for person in EMPLOYEES if person.key in PINS]


def open_sites(now: datetime) -> dict[str, Staff]:
    """Both sites with people, bays and technicians, as they were on the day ``now``."""
    sites = {KRAKOW: _krakow(), SHANGHAI: _shanghai()}
    actors = _employ(sites, now)
    return {key: _furnish(key, site, actors[key], now) for key, site in sites.items()}


def _krakow() -> Site:
    site = add(
        Site(
            code="KRK", name="Aftersales Kraków", legal_name="Aftersales Kraków sp. z o.o.", tax_id="6762477130",
            address="ul. Wielicka 120, 30-552 Kraków", phone="+48 12 345 67 89", email="serwis@krakow.example",
            country="PL", currency="PLN", timezone="Europe/Warsaw", prices_include_tax=True, has_teams=False,
        )
    )  # fmt: skip
    add(TaxRate(site_id=site.id, name="VAT", rate=Decimal("0.23"), is_default=True))
    add(TaxRate(site_id=site.id, name="VAT", rate=Decimal("0.08")))
    _open_on(site, weekdays=5, opens=time(7), closes=time(18))
    add(OpeningHours(site_id=site.id, weekday=5, opens_at=time(8), closes_at=time(13)))
    return site


def _shanghai() -> Site:
    site = add(
        Site(
            code="SHA", name="Aftersales Shanghai", legal_name="Aftersales (Shanghai) Co., Ltd.",
            tax_id="91310115MA1H7XXXX0", address="Zhangyang Road 1888, Pudong, Shanghai", phone="+86 21 5888 1234",
            email="service@shanghai.example", country="CN", currency="CNY", timezone="Asia/Shanghai",
            prices_include_tax=True, has_teams=True,
        )
    )  # fmt: skip
    add(TaxRate(site_id=site.id, name="VAT", rate=Decimal("0.13"), is_default=True))
    _open_on(site, weekdays=7, opens=time(8, 30), closes=time(18))
    return site


def _open_on(site: Site, *, weekdays: int, opens: time, closes: time) -> None:
    for weekday in range(weekdays):
        add(OpeningHours(site_id=site.id, weekday=weekday, opens_at=opens, closes_at=closes))


def _employ(sites: dict[str, Site], now: datetime) -> dict[str, dict[str, Actor]]:
    """Everybody as an actor, by site and key."""
    actors: dict[str, dict[str, Actor]] = {key: {} for key in sites}
    for person in EMPLOYEES:
        user = accounts.add_user(
            email=person.email,
            name=person.name,
            password=PASSWORD,
            roles={sites[key].id: set(person.roles) for key in person.sites},
            actor=SYSTEM,
            now=now,
        )
        if person.key in PINS:
            pin_operations.set_pin(
                user.id,
                PINS[person.key],
                secret=current_app.config["SECRET_KEY"],
                today=now.date(),
                actor=Actor(name=user.name, user_id=user.id),
                now=now,
            )
        for key in person.sites:
            actors[key][person.key] = Actor(name=user.name, user_id=user.id, roles=person.roles)
    return actors


def _furnish(key: str, site: Site, actors: dict[str, Actor], now: datetime) -> Staff:
    lifts = []
    for name, kind in _BAYS[key]:
        bay = staffing.add_bay(site.id, name=name, kind=kind, actor=SYSTEM, now=now)
        if kind is not BayKind.WASH:
            lifts.append(bay.id)
    team_id = None
    if site.has_teams:
        leader = next(actor for actor in actors.values() if Role.LEADER in actor.roles)
        team_id = staffing.add_team(
            site.id, name="Team 1", leader_id=leader.user_id, actor=SYSTEM, now=now
        ).id
    for where, who, grade, cost in _TECHNICIANS:
        if where == key:
            user_id = actors[who].user_id
            assert user_id is not None
            staffing.add_technician(
                site.id, user_id=user_id, grade=grade, team_id=team_id, hourly_cost=Decimal(cost),
                high_voltage_until=now.date() + timedelta(days=900) if who in _HIGH_VOLTAGE else None,
                actor=SYSTEM, now=now,
            )  # fmt: skip
    return Staff(key, site.id, site.code, site.timezone, site.currency, actors, tuple(lifts))
