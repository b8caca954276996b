"""Documents: rendered, versioned PDFs, and the signatures that sign their digests."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from aftersales.db import Base, Identified, Json, UtcDateTime, enum_type
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class DocumentKind(StrEnum):
    SERVICE_ORDER = "service_order"
    QUOTATION = "quotation"
    INSPECTION = "inspection"
    DIAGNOSIS_REPORT = "diagnosis_report"
    QC_RECORD = "qc_record"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    DELIVERY_NOTE = "delivery_note"
    GATE_PASS = "gate_pass"
    GUARANTEE_CERTIFICATE = "guarantee_certificate"
    JOB_CARD = "job_card"
    HANDOVER_LIST = "handover_list"
    ISSUE_SLIP = "issue_slip"
    TABLET_STATEMENT = "tablet_statement"
    """What a tablet without connection showed to the customer who signed on it, as it was: no PDF but JSON."""


words_for(
    DocumentKind,
    {
        DocumentKind.SERVICE_ORDER: _l("Service order"),
        DocumentKind.QUOTATION: _l("Quote"),
        DocumentKind.INSPECTION: _l("Inspection"),
        DocumentKind.DIAGNOSIS_REPORT: _l("Diagnosis report"),
        DocumentKind.QC_RECORD: _l("Quality check record"),
        DocumentKind.INVOICE: _l("Invoice"),
        DocumentKind.CREDIT_NOTE: _l("Credit note"),
        DocumentKind.DELIVERY_NOTE: _l("Delivery note"),
        DocumentKind.GATE_PASS: _l("Gate pass"),
        DocumentKind.GUARANTEE_CERTIFICATE: _l("Guarantee certificate"),
        DocumentKind.JOB_CARD: _l("Job card"),
        DocumentKind.TABLET_STATEMENT: _l("What was signed on the tablet"),
        DocumentKind.ISSUE_SLIP: _l("Issue slip"),
        DocumentKind.HANDOVER_LIST: _l("Belongings and papers"),
    },
)


PRICED = frozenset(
    {
        DocumentKind.SERVICE_ORDER, DocumentKind.QUOTATION, DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE,
        DocumentKind.TABLET_STATEMENT,
    }
)  # fmt: skip
"""The kinds that show prices: not for people who see none."""


class Document(Identified, Base):
    """A PDF as it was made. ``subject_id`` is the id of the quotation, invoice … of that kind; versions count from 1."""

    __tablename__ = "documents"
    __table_args__ = (Index(None, "service_order_id", "kind"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int | None] = mapped_column(ForeignKey("service_orders.id"))
    kind: Mapped[DocumentKind] = mapped_column(enum_type(DocumentKind))
    subject_id: Mapped[int | None]
    number: Mapped[str] = mapped_column(String(60), default="")
    version_no: Mapped[int] = mapped_column(default=1)
    language: Mapped[str] = mapped_column(String(10))
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_shared: Mapped[bool] = mapped_column(default=False)
    """Whether the customer's link offers it."""

    @property
    def has_prices(self) -> bool:
        return self.kind in PRICED

    @property
    def media_type(self) -> str:
        return "application/json" if self.kind is DocumentKind.TABLET_STATEMENT else "application/pdf"


class SignatureMethod(StrEnum):
    DRAWN = "drawn"
    TYPED = "typed"
    PIN = "pin"
    """By somebody of the house, whose six digits were asked for once more at the moment of signing."""


words_for(
    SignatureMethod,
    {
        SignatureMethod.DRAWN: _l("On the workshop's tablet"),
        SignatureMethod.TYPED: _l("Typed name"),
        SignatureMethod.PIN: _l("With the own PIN on the workshop's tablet"),
    },
)


class Signature(Identified, Base):
    """A signature with its evidence: exactly what was signed (document and digest), how, by whom, when and where."""

    __tablename__ = "signatures"

    purpose: Mapped[str] = mapped_column(String(60))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    service_order_id: Mapped[int] = mapped_column(ForeignKey("service_orders.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    document_digest: Mapped[str] = mapped_column(String(64))
    version_no: Mapped[int]
    totals: Mapped[dict[str, Any]] = mapped_column(Json)
    declined: Mapped[list[Any]] = mapped_column(Json, default=list)
    consent_text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(10))
    method: Mapped[SignatureMethod] = mapped_column(enum_type(SignatureMethod))
    typed_name: Mapped[str] = mapped_column(String(200))
    relation: Mapped[str] = mapped_column(String(60), default="")
    identified_by: Mapped[str] = mapped_column(String(120), default="")
    strokes: Mapped[list[Any]] = mapped_column(Json, default=list)
    picture_key: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(64), default="")
    device: Mapped[str] = mapped_column(String(200), default="")
    previous_audit_digest: Mapped[str] = mapped_column(String(64), default="")
    set_aside_reason: Mapped[str] = mapped_column(Text, default="")
    """Why a signature that was given without connection does not count: the order was another one by then."""
