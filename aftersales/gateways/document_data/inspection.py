"""Inspection sheet and diagnosis report."""

from dataclasses import dataclass
from typing import ClassVar

from aftersales.gateways.document_data.parts import Document, Fact, Light, Photo
from aftersales.gateways.document_data.reception import Concern


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One inspection or QC point. For QC ``light`` is ``ok`` (passed), ``urgent`` (failed) or ``na``."""

    number: str
    text: str
    light: Light
    value: str = ""
    limit: str = ""
    note: str = ""
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A group of points: brakes, under the bonnet …"""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, kw_only=True)
class Inspection(Document):
    """The finished multi-point inspection (TEC-2)."""

    kind: ClassVar[str] = "inspection"

    template: str
    areas: tuple[Area, ...]
    technician: str = ""
    odometer: str = ""
    summary: str = ""
    """``"2 urgent, 3 soon, 31 OK, 2 not applicable"``."""
    advice: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultCode:
    """One trouble code as the tool reported it."""

    code: str
    text: str
    status: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that diagnosis found, normal or not."""

    title: str
    light: Light
    cause: str = ""
    text: str = ""
    values: tuple[Fact, ...] = ()
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaResult:
    """Whether an area of the car is normal. ``result`` is the word for it, ``text`` names what was found."""

    name: str
    light: Light
    result: str
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class DiagnosisReport(Document):
    """What was found and advised (DIA-1, DIA-9)."""

    kind: ClassVar[str] = "diagnosis_report"

    concerns: tuple[Concern, ...] = ()
    consent: str = ""
    """Who agreed to the diagnosis, when, and the fee (DIA-8)."""
    result: str = ""
    areas: tuple[AreaResult, ...] = ()
    fault: str = ""
    cause: str = ""
    findings: tuple[Finding, ...] = ()
    fault_codes: tuple[FaultCode, ...] = ()
    tool_values: tuple[Fact, ...] = ()
    warranty: tuple[Fact, ...] = ()
    """Line, and whether the warranty pays it with the reason (DIA-4)."""
    advice: str = ""
    technician: str = ""
    road_test: str = ""
