"""What is signed at check-in."""

from dataclasses import dataclass
from typing import ClassVar

from aftersales.gateways.document_data.parts import (
    Clause,
    Document,
    Fact,
    Item,
    Photo,
    Severity,
    Signature,
    Totals,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Concern:
    """What the customer reported, in their own words."""

    position: str
    words: str
    answers: tuple[Fact, ...] = ()
    """Symptom questions and their answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Damage:
    """One pin on the car outline. ``x`` and ``y`` are units of the drawing: 0-680 and -2-814, front at the top."""

    letter: str
    x: float
    y: float
    zone: str
    kind: str
    severity: Severity
    severity_name: str
    size: str = ""
    note: str = ""
    is_known: bool = False
    """Already there at the last visit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Belonging:
    """Something left in the car."""

    text: str
    place: str = ""
    """``"Box 12"``, ``"Stays in the car"``."""
    is_returned: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ServiceOrder(Document):
    """The order that the customer signs at check-in (CHK-10, CHK-13)."""

    kind: ClassVar[str] = "service_order"

    version: str = ""
    concerns: tuple[Concern, ...] = ()
    items: tuple[Item, ...] = ()
    totals: Totals | None = None
    costs_note: str = ""
    """Where the cause is not known yet: costs follow after diagnosis, and the fee for it."""
    promised: str = ""
    payment_ways: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    """Delivery procedure, extra work needs new consent, old parts, guarantee …"""
    damages: tuple[Damage, ...] = ()
    damage_note: str = ""
    """``"No damage found."`` where there is none."""
    belongings: tuple[Belonging, ...] = ()
    papers: tuple[Fact, ...] = ()
    """Vehicle papers received, with their validity."""
    odometer: str = ""
    fuel: str = ""
    key_tag: str = ""
    wishes: tuple[Fact, ...] = ()
    photos: tuple[Photo, ...] = ()
    skips: tuple[Fact, ...] = ()
    """Stations of the walk-around without a photo, and why."""
    code: bytes | None = None
    """The QR code that leads staff to the order."""
    consent: str = ""
    """The sentence above the signature."""
    signature: Signature | None = None


@dataclass(frozen=True, kw_only=True)
class HandoverList(Document):
    """Belongings and vehicle papers that stay with the workshop, signed on their own (CHK-5, CHK-6)."""

    kind: ClassVar[str] = "handover_list"

    belongings: tuple[Belonging, ...] = ()
    papers: tuple[Fact, ...] = ()
    photos: tuple[Photo, ...] = ()
    consent: str = ""
    signature: Signature | None = None
