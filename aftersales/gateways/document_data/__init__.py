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

from aftersales.gateways.document_data.billing import CreditNote, Difference, Invoice, Payment
from aftersales.gateways.document_data.delivery import (
    Advice,
    Cover,
    DeliveryNote,
    GatePass,
    GuaranteeCertificate,
    Tick,
    WorkDone,
)
from aftersales.gateways.document_data.inspection import (
    Area,
    AreaResult,
    DiagnosisReport,
    FaultCode,
    Finding,
    Inspection,
    Point,
)
from aftersales.gateways.document_data.parts import (
    Amount,
    Clause,
    Decision,
    Document,
    Fact,
    Item,
    Light,
    LineKind,
    Mark,
    Party,
    Photo,
    PlateStyle,
    PriceLine,
    Severity,
    Signature,
    Site,
    TaxRow,
    Totals,
    Vehicle,
)
from aftersales.gateways.document_data.quotation import Quotation, Supplement
from aftersales.gateways.document_data.reception import Belonging, Concern, Damage, HandoverList, ServiceOrder
from aftersales.gateways.document_data.workshop import CardJob, CardPart, Check, IssueSlip, JobCard, QcRecord

__all__ = [
    "DOCUMENTS",
    "Advice",
    "Amount",
    "Area",
    "AreaResult",
    "Belonging",
    "CardJob",
    "CardPart",
    "Check",
    "Clause",
    "Concern",
    "Cover",
    "CreditNote",
    "Damage",
    "Decision",
    "DeliveryNote",
    "DiagnosisReport",
    "Difference",
    "Document",
    "Fact",
    "FaultCode",
    "Finding",
    "GatePass",
    "GuaranteeCertificate",
    "HandoverList",
    "Inspection",
    "Invoice",
    "IssueSlip",
    "Item",
    "JobCard",
    "Light",
    "LineKind",
    "Mark",
    "Party",
    "Payment",
    "Photo",
    "PlateStyle",
    "Point",
    "PriceLine",
    "QcRecord",
    "Quotation",
    "ServiceOrder",
    "Severity",
    "Signature",
    "Site",
    "Supplement",
    "TaxRow",
    "Tick",
    "Totals",
    "Vehicle",
    "WorkDone",
]

DOCUMENTS: dict[str, type[Document]] = {
    shape.kind: shape
    for shape in (
        ServiceOrder,
        HandoverList,
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
