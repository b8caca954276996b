"""The order that is signed at check-in, and what follows for its prices, parts and the customer's copy."""

from datetime import datetime

from aftersales.db import add, db
from aftersales.domain import audit, submissions
from aftersales.domain.actors import Actor
from aftersales.domain.checkins import signing
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents.models import Signature
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import Invalid
from aftersales.domain.messaging import operations as messaging
from aftersales.domain.quotations.drafts import draft
from aftersales.domain.quotations.models import AnsweredBy, Quotation, QuotationKind
from aftersales.domain.quotations.operations import line_ids
from aftersales.domain.service_orders import supply, timeline, work
from aftersales.domain.service_orders.models import Authorisation, EventKind, ServiceOrder
from aftersales.i18n import N_, gettext


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
    _follow(order, signature, document_id=signature.document_id, actor=actor, now=now)
    submissions.keep(client_id, signature)
    return signature


def sign_checkin_on_tablet(
    order_id: int,
    evidence: Evidence,
    statement: StoredDocument,
    *,
    copy: StoredDocument,
    digest: str,
    consent_text: str,
    signed_at: datetime,
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
    client_id: str = "",
) -> Signature:
    """The same for a signature that waited on a tablet (CHK-11); see :func:`signing.sign_on_tablet`. Where it counts,
    ``copy``, the order as it stands now, goes to the customer."""
    if known := submissions.earlier(client_id, now=now):
        return db.session.get_one(Signature, known)
    order, signature = signing.sign_on_tablet(
        order_id,
        evidence,
        statement,
        digest=digest,
        consent_text=consent_text,
        signed_at=signed_at,
        actor=actor,
        now=now,
        site_id=site_id,
    )
    if not signature.set_aside_reason:
        paper = documents.record(
            copy, site_id=order.site_id, service_order_id=order.id, now=now, is_shared=True
        )
        _follow(order, signature, document_id=paper.id, actor=actor, now=now)
    submissions.keep(client_id, signature)
    return signature


def _follow(
    order: ServiceOrder, signature: Signature, *, document_id: int | None, actor: Actor, now: datetime
) -> None:
    record_version(order, signature=signature, name=signature.typed_name, actor=actor, now=now)
    supply.demand_authorised(order, actor=actor, now=now)
    messaging.queue(
        "order_signed_copy",
        order=order,
        dedupe_key=f"signature:{signature.id}",
        document_id=document_id,
        now=now,
    )


def record_version(
    order: ServiceOrder, *, signature: Signature | None, name: str, actor: Actor, now: datetime
) -> Quotation | None:
    """What the customer signed at check-in is version 1, approved in person, without a second approval (CHK-13).

    Authorises the confirmed items that the customer pays. Call it in the transaction of the signature, with the order
    locked and its promised time set. None when the order has no priced item yet: then everything follows later.
    """
    if order.promised_at is None:
        raise Invalid(gettext("Set the promised time first."), field="promised_at")
    quotation = draft(order, promised_at=order.promised_at, now=now, kind=QuotationKind.CHECKIN)
    if not quotation.asked_jobs:
        return None
    for job in quotation.asked_jobs:
        job.is_approved = True
    quotation.approved_net, quotation.approved_tax, quotation.approved_gross = (
        quotation.net,
        quotation.tax,
        quotation.gross,
    )
    quotation.sent_by_id, quotation.sent_by_name = actor.user_id, actor.name
    quotation.answered_at, quotation.answered_by, quotation.answered_name = now, AnsweredBy.IN_PERSON, name
    quotation.recorded_by_id, quotation.recorded_by_name = actor.user_id, actor.name
    if signature is not None:
        quotation.signature_id, quotation.document_id = signature.id, signature.document_id
    add(quotation)
    work.authorise(order, line_ids(quotation), Authorisation.AUTHORISED)
    timeline.note(
        order, EventKind.APPROVAL, N_("Approved at check-in by %(name)s: %(amount)s %(currency)s"), actor=actor, now=now,
        tone="ok", name=name, amount=str(quotation.gross), currency=quotation.currency,
    )  # fmt: skip
    audit.record(
        "quotations.checkin", quotation, actor=actor, now=now, site_id=order.site_id,
        details={"order": order.number, "digest": quotation.digest, "gross": str(quotation.gross)},
    )  # fmt: skip
    return quotation
