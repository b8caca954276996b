"""What several documents share."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

Light = Literal["", "ok", "soon", "urgent", "na"]
"""The traffic light of an inspection point or an item; empty where there is none."""

Decision = Literal["", "approved", "declined", "postponed", "waiting"]
"""The customer's answer to an item; empty where none is asked."""

PlateStyle = Literal["eu", "cn", "cn-ev", "plain"]
Severity = Literal["light", "medium", "heavy"]
LineKind = Literal["labour", "part", "material", "sublet", "fee", "discount"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One labelled value, for what only this site or country writes down. The label comes translated."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """The head of the page: who issues the document."""

    name: str
    legal_name: str = ""
    address: tuple[str, ...] = ()
    tax_id: str = ""
    """With its own name before it, as the country writes it: ``"NIP 676-24-31-905"``."""
    phone: str = ""
    email: str = ""
    website: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """A customer or payer."""

    name: str
    address: tuple[str, ...] = ()
    tax_id: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Vehicle:
    """The car, as its plate chip and the line beside it show it."""

    plate: str
    """Exactly as on the car, spaces included."""
    plate_country: str = ""
    """The letters on the blue band: ``"PL"``. Empty for plates without one."""
    plate_style: PlateStyle = "plain"
    description: str = ""
    """Make, model, engine, year: ``"VW Passat 2.0 TDI 2019"``."""
    vin: str = ""
    odometer: str = ""
    details: tuple[Fact, ...] = ()
    """Colour, engine code, first registration …"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """An arrow, circle or text over a picture, in units of the picture; ``head`` is the arrow's tip."""

    kind: str
    x: float
    y: float
    x2: float = 0
    y2: float = 0
    r: float = 0
    text: str = ""
    head: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Photo:
    """One picture with a few words below it; ``alt`` is read aloud, the caption stands in where it is empty. One with
    ``marks`` is shown larger, whole, and needs its ``width`` and ``height``."""

    image: bytes
    caption: str = ""
    alt: str = ""
    width: int = 0
    height: int = 0
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """A signature that was given. Without one the page has an empty line to sign on paper."""

    name: str
    """The typed name; it is always there, drawn signature or not."""
    signed_at: str
    role: str = ""
    """Owner, driver, quality supervisor …"""
    how: str = ""
    """``"On the workshop's tablet"``, ``"By the link sent to …"``, ``"By phone, told to Marta Zielińska"``."""
    drawing: bytes | None = None
    is_typed: bool = False
    """Whether the typed name alone is the signature; by PIN or telephone it is not."""
    digest: str = ""
    """SHA-256, in hex, of the unsigned document that was shown and signed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceLine:
    """One line below an item: labour, a part, a material …"""

    kind: LineKind
    text: str
    number: str = ""
    """Article or labour-time number."""
    quantity: str = ""
    unit_price: str = ""
    tax_rate: str = ""
    amount: str = ""
    remark: str = ""
    """Grade, who supplies it, "no guarantee", when it arrives."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One job with its price: a confirmed item, a quoted item, an invoiced job."""

    position: str
    title: str
    explanation: str = ""
    """Why, and what happens without it, in the customer's language."""
    light: Light = ""
    pay_type: str = ""
    """Translated and with the reason where the customer does not pay: ``"Warranty until 03/2027"``."""
    lines: tuple[PriceLine, ...] = ()
    labour: str = ""
    parts: str = ""
    materials: str = ""
    other: str = ""
    """Sublet and fees together, less discounts."""
    total: str = ""
    decision: Decision = ""
    decision_note: str = ""
    """A reason for a no, or the date to come back to it."""
    arrival: str = ""
    """When parts that are not in stock are confirmed to come."""
    guarantee: str = ""
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxRow:
    """Tax of one rate."""

    rate: str
    net: str
    tax: str
    gross: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Amount:
    """One row of a sum: ``Amount(label="Discount", amount="-50.00")``. The label comes translated."""

    label: str
    amount: str
    is_strong: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """The sum at the foot of a price list."""

    currency: str
    """As the reader knows it: ``"PLN"``, ``"CNY"``."""
    total: str
    rows: tuple[Amount, ...] = ()
    """Labour, parts, materials, discount … in the order shown."""
    taxes: tuple[TaxRow, ...] = ()
    note: str = ""
    """``"Prices include VAT."``"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """A heading and its wording: ways of payment, delivery procedure, consent to extra work …"""

    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """What every document has. ``number`` is the document's own number, exactly as people write it."""

    kind: ClassVar[str]

    number: str
    issued_at: datetime
    """An aware instant; only the PDF's own data show it."""
    issued: str
    """The same instant for the reader."""
    site: Site
    vehicle: Vehicle
    customer: Party
    order_number: str = ""
    advisor: str = ""
    facts: tuple[Fact, ...] = ()
    """Further rows beside customer and vehicle."""
