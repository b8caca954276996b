"""The sample's customers and cars: plates and VINs of Poland, China, Germany and the United States."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from aftersales.domain.customers import operations as customers
from aftersales.domain.customers.models import CustomerKind
from aftersales.domain.vehicles import operations as vehicles
from aftersales.domain.vehicles import vins
from aftersales.domain.vehicles.models import Fuel, WarningKind
from aftersales.sample.people import KRAKOW, SHANGHAI, Staff

_YEAR_CODES = dict(zip(range(2010, 2031), "ABCDEFGHJKLMNPRSTVWXY", strict=True))


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of car: the first eight signs of its VIN and what the papers say."""

    vin: str
    make: str
    model: str
    engine: str
    fuel: Fuel
    years: tuple[int, int]


_EUROPE = (
    _Kind("WVWZZZ3C", "VW", "Passat 2.0 TDI", "2.0 TDI 110 kW", Fuel.DIESEL, (2015, 2022)),
    _Kind("WVWZZZAU", "VW", "Golf 1.4 TSI", "1.4 TSI 92 kW", Fuel.PETROL, (2014, 2020)),
    _Kind("WVGZZZ5N", "VW", "Tiguan 2.0 TDI", "2.0 TDI 110 kW", Fuel.DIESEL, (2016, 2023)),
    _Kind("TMBJG7NE", "Škoda", "Octavia 1.6 TDI", "1.6 TDI 85 kW", Fuel.DIESEL, (2014, 2020)),
    _Kind("TMBLE7NX", "Škoda", "Octavia 1.5 TSI", "1.5 TSI 110 kW", Fuel.PETROL, (2020, 2024)),
    _Kind("WAUZZZ8W", "Audi", "A4 2.0 TDI", "2.0 TDI 110 kW", Fuel.DIESEL, (2016, 2021)),
    _Kind("WBA8E910", "BMW", "320i", "2.0 135 kW", Fuel.PETROL, (2015, 2019)),
    _Kind("W0VBE8EB", "Opel", "Insignia 1.5", "1.5 Turbo 121 kW", Fuel.PETROL, (2017, 2021)),
    _Kind("SB1K93BE", "Toyota", "Corolla 1.8 Hybrid", "1.8 Hybrid 90 kW", Fuel.HYBRID, (2019, 2023)),
    _Kind("VF1RFB00", "Renault", "Megane 1.5 dCi", "1.5 dCi 85 kW", Fuel.DIESEL, (2016, 2020)),
    _Kind("WF0EXXGC", "Ford", "Focus 1.0", "1.0 EcoBoost 92 kW", Fuel.PETROL, (2015, 2021)),
    _Kind("WVWZZZE1", "VW", "ID.3", "150 kW", Fuel.ELECTRIC, (2020, 2024)),
)
_CHINA = (
    _Kind("LSVCC6BR", "VW", "Lavida 1.5", "1.5 83 kW", Fuel.PETROL, (2018, 2023)),
    _Kind("LSVUB60T", "VW", "Tiguan L 2.0", "2.0 TSI 137 kW", Fuel.PETROL, (2018, 2023)),
    _Kind("LSGKB54H", "Buick", "Excelle 1.5", "1.5 86 kW", Fuel.PETROL, (2016, 2021)),
    _Kind("LFV3A23C", "Audi", "A6L 2.0", "2.0 TFSI 140 kW", Fuel.PETROL, (2017, 2022)),
    _Kind("LGXCE6CB", "BYD", "Song Plus", "1.5 81 kW + 145 kW", Fuel.HYBRID, (2021, 2024)),
    _Kind("LC0CE4CB", "BYD", "Han EV", "180 kW", Fuel.ELECTRIC, (2021, 2024)),
    _Kind("LRW3E7FA", "Tesla", "Model 3", "194 kW", Fuel.ELECTRIC, (2020, 2024)),
    _Kind("LVHRW183", "Honda", "CR-V 1.5", "1.5 Turbo 142 kW", Fuel.PETROL, (2018, 2022)),
)
_AMERICA = (
    _Kind("1VWBT7A3", "VW", "Passat 1.8 TSI", "1.8 TSI 125 kW", Fuel.PETROL, (2014, 2018)),
    _Kind("5YJ3E1EA", "Tesla", "Model 3", "211 kW", Fuel.ELECTRIC, (2018, 2022)),
    _Kind("4T1B11HK", "Toyota", "Camry 2.5", "2.5 151 kW", Fuel.PETROL, (2018, 2023)),
)

_PLATES = {
    "PL": ("KR {d5}", "KR {d4}{l}", "KR {d}{l}{d3}", "KK {d5}", "KRA {d2}{l}{l}", "KWI {d5}", "KMY {l}{d3}"),
    "DE": ("M-{l}{l} {d3}", "B-{l}{l} {d4}", "KA-{l} {d3}"),
    "CN": ("沪A·{d5}", "沪B·{l}{d4}", "沪C·{d3}{l}{d}", "苏E·{d5}"),
    "US": ("{d}{l}{l}{l}{d3}",),
}
_ELECTRIC_CHINA = "沪AD{d5}"

_NAMES = {
    "PL": (
        "Anna Kowalska", "Piotr Nowak", "Katarzyna Wiśniewska", "Michał Wójcik", "Agnieszka Kamińska", "Łukasz Żak",
        "Magdalena Szymańska", "Tomasz Dąbrowski", "Joanna Kozłowska", "Grzegorz Jankowski", "Ewelina Mazurek",
        "Marek Krawczyk", "Zofia Piotrowska", "Rafał Grabowski", "Monika Pawłowska", "Jakub Michalski",
        "Beata Król", "Wojciech Wieczorek", "Dorota Jabłońska", "Krzysztof Stępień", "Iwona Malinowska",
        "Paweł Górecki", "Sylwia Rutkowska", "Adam Ostrowski", "Hanna Sikorska", "Bartosz Baran",
    ),
    "DE": ("Thomas Müller", "Sabine Weiß", "Jürgen Schäfer", "Claudia Groß", "Markus Jäger"),
    "CN": (
        "王芳", "李伟", "张敏", "刘洋", "陈静", "杨帆", "黄丽", "赵磊", "吴婷", "周杰", "徐娜", "孙强", "马超", "朱琳",
        "胡军", "郭颖", "何勇", "高雪", "林峰", "罗丹",
    ),
    "US": ("Emily Carter", "James O'Neil", "Olivia Bennett"),
}  # fmt: skip
_COMPANIES = {
    "PL": (("Małopolska Flota sp. z o.o.", "6751234560"), ("Piekarnia Żurek s.c.", "6772109871")),
    "CN": (("上海申通物流有限公司", "91310000MA1FL0XXX1"),),
}
_PHONES = {
    "PL": "+48 600 000 {:03d}",
    "DE": "+49 1520 0000{:03d}",
    "CN": "+86 138 0000 0{:03d}",
    "US": "+1 202 555 0{:03d}",
}
_LANGUAGES = {"PL": "pl", "DE": "de", "CN": "zh_Hans", "US": "en"}
_COLOURS = ("white", "black", "silver", "grey", "blue", "red", "green")
_KM_A_YEAR = 14_000
_HERE_TODAY = {KRAKOW: 23, SHANGHAI: 10}
"""How many of a site's cars are kept for the orders of today and tomorrow."""


@dataclass(slots=True)
class Car:
    """A car of the sample as its visits need it. ``odometer`` grows from visit to visit."""

    vehicle_id: int
    customer_id: int
    site: str
    fuel: Fuel
    odometer: int


@dataclass(frozen=True, slots=True)
class Fleet:
    """All cars by site, those that are here today, and the customers who pay on account."""

    of_site: dict[str, list[Car]]
    here_today: list[Car]
    on_account: set[int]


def add_cars(staff: dict[str, Staff], *, today: date, now: datetime, random: Random) -> Fleet:
    """Customers and cars of both sites, as they stood when the history begins."""
    numbers = iter(range(1, 1000))
    krakow, shanghai = staff[KRAKOW], staff[SHANGHAI]
    on_account: set[int] = set()
    of_site = {
        KRAKOW: [
            *_cars(
                krakow,
                "PL",
                _EUROPE,
                28,
                today=today,
                now=now,
                random=random,
                numbers=numbers,
                on_account=on_account,
            ),
            *_cars(
                krakow,
                "DE",
                _EUROPE[:7],
                6,
                today=today,
                now=now,
                random=random,
                numbers=numbers,
                on_account=on_account,
            ),
            *_cars(
                krakow,
                "US",
                _AMERICA,
                3,
                today=today,
                now=now,
                random=random,
                numbers=numbers,
                on_account=on_account,
            ),
        ],
        SHANGHAI: _cars(
            shanghai,
            "CN",
            _CHINA,
            24,
            today=today,
            now=now,
            random=random,
            numbers=numbers,
            on_account=on_account,
        ),
    }
    here_today = [car for key, count in _HERE_TODAY.items() for car in of_site[key][:count]]
    return Fleet(of_site, here_today, on_account)


def _cars(
    staff: Staff,
    country: str,
    kinds: tuple[_Kind, ...],
    count: int,
    *,
    today: date,
    now: datetime,
    random: Random,
    numbers: Iterator[int],
    on_account: set[int],
) -> list[Car]:
    owners = _owners(staff, country, count, now=now, numbers=numbers, on_account=on_account)
    plates: set[str] = set()
    cars = []
    for place in range(count):
        kind, year = kinds[place % len(kinds)], random.randint(*kinds[place % len(kinds)].years)
        plate = _plate(country, kind, plates, random)
        odometer = max(1, now.year - year) * _KM_A_YEAR + random.randint(-9_000, 9_000)
        vehicle = vehicles.add_vehicle(
            site_id=staff.site_id,
            plate=plate,
            plate_country=country,
            owner_id=owners[place],
            vin=_vin(kind, year, random),
            make=kind.make,
            model=kind.model,
            year=year,
            engine=kind.engine,
            fuel=kind.fuel,
            colour=random.choice(_COLOURS),
            odometer=max(odometer, 900),
            next_service_on=today + timedelta(days=random.randint(-40, 320)),
            warranty_until_on=date(year + 3, random.randint(1, 12), 15),
            actor=staff.advisor,
            now=now,
        )
        cars.append(Car(vehicle.id, owners[place], staff.key, kind.fuel, max(odometer, 900)))
    if country == "PL":
        _warn(cars, staff, now)
    return cars


def _owners(
    staff: Staff, country: str, count: int, *, now: datetime, numbers: Iterator[int], on_account: set[int]
) -> list[int]:
    """One customer per car; the companies share what is left, or some people have two cars."""
    companies = []
    for name, tax_id in _COMPANIES.get(country, ()):
        number = next(numbers)
        company = customers.add_customer(
            site_id=staff.site_id,
            name=name,
            kind=CustomerKind.COMPANY,
            tax_id=tax_id,
            phone=_PHONES[country].format(number),
            email=f"flota{number}@firma.example",
            address="ul. Przemysłowa 7, 30-701 Kraków" if country == "PL" else "Pudong, Shanghai",
            language=_LANGUAGES[country],
            actor=staff.advisor,
            now=now,
        )
        # Companies pay on account; who may is decided in the office.
        company.has_credit = True
        companies.append(company.id)
        on_account.add(company.id)
    owners: list[int] = []
    for name in _NAMES[country]:
        if len(owners) == count - len(companies) * 2:
            break
        number = next(numbers)
        owners.append(
            customers.add_customer(
                site_id=staff.site_id,
                name=name,
                phone=_PHONES[country].format(number),
                email=f"kunde{number}@post.example" if number % 5 else "",
                address=_address(country, number),
                language=_LANGUAGES[country],
                actor=staff.advisor,
                now=now,
            ).id
        )
    return (owners + (companies or owners) * count)[:count]


def _address(country: str, number: int) -> str:
    return {
        "PL": f"ul. Karmelicka {number}, 31-128 Kraków",
        "DE": f"Lindenstraße {number}, 80331 München",
        "CN": f"Century Avenue {number}, Pudong, Shanghai",
        "US": f"{number} Maple Street, Arlington VA",
    }[country]


def _plate(country: str, kind: _Kind, taken: set[str], random: Random) -> str:
    while True:
        pattern = random.choice(_PLATES[country])
        if country == "CN" and kind.fuel in (Fuel.ELECTRIC, Fuel.HYBRID):
            pattern = _ELECTRIC_CHINA
        plate = _filled(pattern, random)
        if plate not in taken:
            taken.add(plate)
            return plate


def _filled(pattern: str, random: Random) -> str:
    for count in (5, 4, 3, 2):
        while f"{{d{count}}}" in pattern:
            digits = "".join(random.choice("123456789") for _ in range(count))
            pattern = pattern.replace(f"{{d{count}}}", digits, 1)
    while "{d}" in pattern:
        pattern = pattern.replace("{d}", random.choice("123456789"), 1)
    while "{l}" in pattern:
        pattern = pattern.replace("{l}", random.choice("ACEFGHJKLMNPRSTUVWXY"), 1)
    return pattern


def _vin(kind: _Kind, year: int, random: Random) -> str:
    """A VIN of this kind; with its check digit where cars of this origin have one."""
    serial = "".join(random.choice("0123456789") for _ in range(6))
    vin = f"{kind.vin}Z{_YEAR_CODES[year]}P{serial}"
    if vins.has_check_digit(vin):
        vin = vin[:8] + vins.check_digit(vin) + vin[9:]
    return vin


def _warn(cars: list[Car], staff: Staff, now: datetime) -> None:
    """What reception has to see when some of the cars come."""
    for place, kind, text in (
        (2, WarningKind.RECALL, "Recall 23R7: check the airbag's wiring under the driver's seat"),
        (5, WarningKind.NOTE, "Locking wheel bolt: the key lies in the boot, under the floor"),
        (9, WarningKind.SAFETY, "Front tyres at 2 mm at the last visit, the customer declined new ones"),
    ):
        vehicles.open_warning(cars[place].vehicle_id, kind=kind, text=text, actor=staff.advisor, now=now)
