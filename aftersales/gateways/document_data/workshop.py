"""What the workshop floor signs or carries: quality record, job card, issue slip."""

from dataclasses import dataclass
from typing import ClassVar

from aftersales.gateways.document_data.inspection import Area, Point
from aftersales.gateways.document_data.parts import Document, Fact, Signature
from aftersales.gateways.document_data.reception import Belonging, Concern, Damage


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One of the three checks: self, team leader, final (QCS-1)."""

    stage: str
    person: str
    checked_at: str
    is_passed: bool
    result: str
    """``"Passed"``, ``"Failed"`` in the reader's language."""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class QcRecord(Document):
    """The signed record of quality control (QCS-4)."""

    kind: ClassVar[str] = "qc_record"

    checks: tuple[Check, ...]
    lines: tuple[Point, ...]
    """Each job line as verified."""
    areas: tuple[Area, ...] = ()
    """Each checklist item as verified."""
    road_test: str = ""
    measurements: tuple[Fact, ...] = ()
    """Torque, fluids, as the inspector measured again."""
    ticked: tuple[Fact, ...] = ()
    """What was ticked on the road test and before the car left."""
    rework: tuple[str, ...] = ()
    """What had failed before and was mended."""
    statement: str = ""
    signature: Signature | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CardPart:
    """A part on the job card."""

    text: str
    number: str = ""
    quantity: str = ""
    bin: str = ""
    state: str = ""
    """In stock, arrives …, issued."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CardJob:
    """A job on the job card; it has no prices."""

    position: str
    title: str
    note: str = ""
    technician: str = ""
    planned: str = ""
    parts: tuple[CardPart, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class JobCard(Document):
    """What goes with the car into the workshop; it has no prices."""

    kind: ClassVar[str] = "job_card"

    concerns: tuple[Concern, ...] = ()
    jobs: tuple[CardJob, ...] = ()
    promised: str = ""
    bay: str = ""
    technician: str = ""
    key_tag: str = ""
    parking_place: str = ""
    odometer: str = ""
    fuel: str = ""
    safety: tuple[str, ...] = ()
    """High voltage, belongings, child seat."""
    belongings: tuple[Belonging, ...] = ()
    damages: tuple[Damage, ...] = ()
    notes: str = ""


@dataclass(frozen=True, kw_only=True)
class IssueSlip(Document):
    """Parts handed out against an order, signed by whoever took them (TEC-4)."""

    kind: ClassVar[str] = "issue_slip"

    parts: tuple[CardPart, ...]
    issued_by: str = ""
    receiver: str = ""
    consent: str = ""
    signature: Signature | None = None
