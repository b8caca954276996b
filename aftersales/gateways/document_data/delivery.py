"""What goes along with the car: delivery note, gate pass, certificate."""

from dataclasses import dataclass
from typing import ClassVar

from aftersales.gateways.document_data.parts import Clause, Document, Fact, Light, Photo, Signature
from aftersales.gateways.document_data.reception import Belonging


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """A row with a box: handed over, checked, returned."""

    text: str
    is_done: bool
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkDone:
    """One job as it is explained at pickup."""

    title: str
    explanation: str = ""
    before: Photo | None = None
    after: Photo | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """Deferred or coming work."""

    text: str
    when: str = ""
    light: Light = ""


@dataclass(frozen=True, kw_only=True)
class DeliveryNote(Document):
    """What the customer signs when the car is handed over (DLV-5)."""

    kind: ClassVar[str] = "delivery_note"

    work: tuple[WorkDone, ...] = ()
    belongings: tuple[Belonging, ...] = ()
    old_parts: tuple[Fact, ...] = ()
    """Part and what became of it."""
    handed_over: tuple[Tick, ...] = ()
    """Key, papers, invoice, gate pass, repair order, certificate: one set."""
    next_service: tuple[Fact, ...] = ()
    advice: tuple[Advice, ...] = ()
    guarantee: str = ""
    odometer: str = ""
    consent: str = ""
    signature: Signature | None = None


@dataclass(frozen=True, kw_only=True)
class GatePass(Document):
    """Lets the car leave the yard (DLV-8)."""

    kind: ClassVar[str] = "gate_pass"

    valid_until: str = ""
    driver: str = ""
    settled: str = ""
    """``"Invoice 2026/0512 is paid."``"""
    issued_by: str = ""
    key_tag: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cover:
    """What one kind of work is guaranteed for (ORD-9)."""

    work: str
    time: str = ""
    distance: str = ""
    until: str = ""
    condition: str = ""


@dataclass(frozen=True, kw_only=True)
class GuaranteeCertificate(Document):
    """The guarantee on the work done."""

    kind: ClassVar[str] = "guarantee_certificate"

    covers: tuple[Cover, ...]
    invoice_number: str = ""
    odometer: str = ""
    clauses: tuple[Clause, ...] = ()
    issued_by: str = ""
