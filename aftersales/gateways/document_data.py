"""What each document says: the shapes that :func:`aftersales.gateways.documents.render` takes.

Units and conventions, the same everywhere:

* **Money, dates, times, quantities and distances are strings**, already formatted for the reader's language
  (``"1,480.60"``, ``"Tue 12 May 2026, 16:30"``, ``"1.6 h"``, ``"118,402 km"``). Amounts carry no currency: it
  stands once, in :attr:`Totals.currency`. Nothing is added up or converted here.
* **Words of the trade that vary** (pay type, kind of damage, how something was signed) come translated in the
  data. Fixed headings are in ``document_labels`` and are translated by the function given to ``render``.
* **Text of customers and staff is plain text.** It may hold anything, line ends included; it is never markup.
* Pictures are the bytes of a JPEG, PNG or WebP, best the 400 px thumbnail. Drawn signatures are PNG bytes.
* An empty string or an empty tuple leaves its part of the page out.
* The only real date is :attr:`Document.issued_at`: it becomes the PDF's own creation time, so that the same data
  give the same bytes.
"""

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


# ---- parts that several documents share ----


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """A row with a box: handed over, checked, returned."""

    text: str
    is_done: bool
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """A heading and its wording: ways of payment, delivery procedure, consent to extra work …"""

    title: str
    text: str


# ---- the documents ----


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


@dataclass(frozen=True, kw_only=True)
class Quotation(Document):
    """One immutable version of a quotation; after the answer the same with the decisions (QUO-1, QUO-2)."""

    kind: ClassVar[str] = "quotation"

    version: str
    valid_until: str
    items: tuple[Item, ...]
    totals: Totals
    """The sum of all items: what is owed if everything is approved."""
    approved_totals: Totals | None = None
    """After the answer: the sum of what was approved."""
    promised: str = ""
    estimate_way: str = ""
    """By system, by symptom, by item (DIA-2), with its caveat."""
    changes: tuple[str, ...] = ()
    """What changed since the version before."""
    payment_ways: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    answered: str = ""
    """Who answered, when and how, in one sentence."""
    consent: str = ""
    signature: Signature | None = None


@dataclass(frozen=True, kw_only=True)
class Supplement(Quotation):
    """Additional work found during repair, with its own approval (ORD-4)."""

    kind: ClassVar[str] = "supplement"

    reason: str = ""
    """How it was found, and its weight for safety."""
    promised_before: str = ""
    delay: str = ""
    """The delay it causes, in words."""
    order_total_before: str = ""
    order_total_after: str = ""
    handed_to_workshop: str = ""
    """When and to whom the customer's answer was told (ORD-8)."""


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
class Difference:
    """One row of the comparison with what was approved (PAY-1)."""

    title: str
    approved: str
    invoiced: str
    difference: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """One payment received or paid back."""

    paid_at: str
    way: str
    amount: str
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Invoice(Document):
    """The invoice to one payer. ``number`` is the legal number."""

    kind: ClassVar[str] = "invoice"

    payer: Party
    items: tuple[Item, ...]
    totals: Totals
    supplied: str = ""
    """Date of supply."""
    due: str = ""
    amount_in_words: str = ""
    differences: tuple[Difference, ...] = ()
    payments: tuple[Payment, ...] = ()
    paid: str = ""
    outstanding: str = ""
    """Empty where nothing is outstanding."""
    bank_account: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()
    """Legal remarks, guarantee."""


@dataclass(frozen=True, kw_only=True)
class CreditNote(Invoice):
    """A correction of an invoice; amounts carry their sign."""

    kind: ClassVar[str] = "credit_note"

    corrects: str
    """The number and date of the invoice that it corrects."""
    reason: str


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


DOCUMENTS: dict[str, type[Document]] = {
    shape.kind: shape
    for shape in (
        ServiceOrder,
        Quotation,
        Supplement,
        Inspection,
        DiagnosisReport,
        QcRecord,
        Invoice,
        CreditNote,
        DeliveryNote,
        GatePass,
        GuaranteeCertificate,
        JobCard,
        IssueSlip,
    )
}
"""Every document by its kind."""
