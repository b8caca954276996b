"""Signing: what stays behind so that a signature can be proven years later."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aftersales.db import add, db
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.documents.models import Document, Signature, SignatureMethod
from aftersales.domain.errors import Invalid
from aftersales.i18n import gettext


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the signing person left on the screen. A drawing lies in the store already, under ``picture_key``."""

    typed_name: str
    method: SignatureMethod = SignatureMethod.TYPED
    strokes: list[Any] = field(default_factory=list)
    picture_key: str = ""
    relation: str = ""
    identified_by: str = ""
    language: str = "en"
    address: str = ""
    device: str = ""


def sign(
    document: Document,
    evidence: Evidence,
    *,
    purpose: str,
    service_order_id: int,
    consent_text: str,
    totals: dict[str, Any],
    actor: Actor,
    now: datetime,
    declined: list[Any] | None = None,
    signed_at: datetime | None = None,
    set_aside_reason: str = "",
) -> Signature:
    """Sign exactly this document: its digest, version and totals, the consent's wording, name, way, device and time.

    ``totals`` and ``declined`` are plain JSON values. ``signed_at`` is the time of a signature that waited on a tablet;
    with ``set_aside_reason`` it is kept as evidence and counts for nothing. Refuses without a name (QUALITY: a typed name always stands).
    """
    if not evidence.typed_name.strip():
        raise Invalid(gettext("Enter the full name of the person who signs."), field="signature_name")
    head = db.session.get(audit.AuditHead, 1)
    signature = add(
        Signature(
            purpose=purpose,
            site_id=document.site_id,
            service_order_id=service_order_id,
            document_id=document.id,
            document_digest=document.sha256,
            version_no=document.version_no,
            totals=totals,
            declined=declined or [],
            consent_text=consent_text,
            language=evidence.language,
            method=evidence.method,
            typed_name=evidence.typed_name.strip()[:200],
            relation=evidence.relation,
            identified_by=evidence.identified_by,
            strokes=evidence.strokes,
            picture_key=evidence.picture_key,
            at=signed_at or now,
            set_aside_reason=set_aside_reason,
            address=evidence.address,
            device=evidence.device[:200],
            previous_audit_digest=head.digest if head else audit.GENESIS,
        )
    )
    audit.record(
        f"signatures.{purpose}",
        signature,
        actor=actor,
        now=now,
        site_id=document.site_id,
        details={
            "document": document.sha256,
            "name": signature.typed_name,
            "method": signature.method,
            **({"set_aside": set_aside_reason} if set_aside_reason else {}),
        },
    )
    return signature
