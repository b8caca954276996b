"""The order that is signed at check-in, and what follows for its prices, parts and the customer's copy."""

from datetime import datetime

from aftersales.db import db
from aftersales.domain import submissions
from aftersales.domain.actors import Actor
from aftersales.domain.checkins import signing
from aftersales.domain.documents.models import Signature
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.quotations import operations as quotations
from aftersales.domain.service_orders import supply


def sign_checkin(
    order_id: int,
    evidence: Evidence,
    *,
    document_digest: str,
    consent_text: str,
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
    client_id: str = "",
) -> Signature:
    """The customer signs the order at check-in (CHK-10, CHK-13).

    The signed items are authorised without a second approval, as a version that was approved in person; their parts
    are reserved, the customer gets a copy. A later signature on a changed order does the same for what changed. The
    second arrival of a ``client_id`` gets the first one's signature.
    """
    if known := submissions.earlier(client_id, now=now):
        return db.session.get_one(Signature, known)
    order, signature = signing.sign(
        order_id,
        evidence,
        document_digest=document_digest,
        consent_text=consent_text,
        actor=actor,
        now=now,
        site_id=site_id,
    )
    quotations.record_checkin_version(
        order, signature=signature, name=signature.typed_name, actor=actor, now=now
    )
    supply.demand_authorised(order, actor=actor, now=now)
    messaging.queue(
        "order_signed_copy",
        order=order,
        dedupe_key=f"signature:{signature.id}",
        document_id=signature.document_id,
        now=now,
    )
    submissions.keep(client_id, signature)
    return signature
