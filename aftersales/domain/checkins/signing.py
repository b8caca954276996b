"""The customer's signature on exactly the document that was shown, at the desk or on a tablet without connection
(CHK-10, CHK-11, CHK-13)."""

from datetime import datetime

from sqlalchemy import update

from aftersales.db import db
from aftersales.domain.actors import Actor
from aftersales.domain.checkins import handover, queries, rules
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.checkins.operations import find_locked
from aftersales.domain.checkins.signed_content import Priced, content_digest, order_digest, priced
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents import signatures
from aftersales.domain.documents.models import Document, Signature
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import Refused
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import (
    Authorisation,
    EventKind,
    PayType,
    ServiceOrder,
)
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites.models import Site
from aftersales.i18n import N_, gettext

PURPOSE = "check-in"


def list_missing(
    order: ServiceOrder,
    checkin: CheckIn | None,
    content: Priced,
    site: Site,
    *,
    asks_for_promise: bool = True,
    asks_for_list: bool = True,
) -> list[str]:
    """What has to be done before the customer can sign, one sentence each. The screen that has the field for the
    promised time does not ask for it, a tablet without connection not for the list of belongings and papers, which
    stands in what is signed there."""
    missing = rules.what_is_missing(
        checkin,
        queries.dealt_with(checkin.id) if checkin else set(),
        site.setting("walkaround.required"),
        has_jobs=bool(content.jobs),
        is_priced=content.is_priced,
        is_promised=order.promised_at is not None or not asks_for_promise,
    )
    if (
        asks_for_list
        and site.setting("checkin.sign_handover_list")
        and handover.standing_of(order.id, checkin).waits
    ):
        missing.append(gettext("Let the customer sign the list of belongings and papers."))
    return missing


def prepare(
    order_id: int,
    stored: StoredDocument,
    *,
    digest: str,
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
) -> Document:
    """Put the document that will be signed on record. ``digest`` is the content it was made from; refuses when the
    order has changed while it was drawn, or when something is missing."""
    order, checkin, content = _lock_for_signing(order_id, actor=actor, now=now, site_id=site_id)
    if content_digest(order, checkin, content) != digest:
        raise Refused(gettext("The order changed while the document was made. Make it again."))
    document = documents.record(
        stored, site_id=order.site_id, service_order_id=order.id, now=now, is_shared=True
    )
    # Past the version, which is a part of the content.
    db.session.execute(
        update(CheckIn)
        .where(CheckIn.id == checkin.id)
        .values(document_id=document.id, prepared_digest=digest)
    )
    return document


def sign(
    order_id: int,
    evidence: Evidence,
    *,
    document_digest: str,
    consent_text: str,
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
) -> tuple[ServiceOrder, Signature]:
    """The customer signs exactly the document whose digest was on the screen.

    Records the signature, the consent to a diagnosis (DIA-8) and moves the order on. Refuses when anything on the
    order differs from that document. What follows for prices is conducted by
    :func:`aftersales.domain.quotations.signed_orders.sign_checkin`, which is what screens call.
    """
    order, checkin, content = _lock_for_signing(order_id, actor=actor, now=now, site_id=site_id)
    document = db.session.get(Document, checkin.document_id) if checkin.document_id else None
    if (
        document is None
        or document.sha256 != document_digest
        or checkin.prepared_digest != content_digest(order, checkin, content)
    ):
        raise Refused(
            gettext(
                "The order changed after this document was made. Look at the new document, then sign that one."
            )
        )
    signature = signatures.sign(
        document,
        evidence,
        purpose=PURPOSE,
        service_order_id=order.id,
        consent_text=consent_text,
        totals=_totals(content),
        actor=actor,
        now=now,
    )
    _take(order, checkin, content, signature, actor=actor, now=now)
    return order, signature


def sign_on_tablet(
    order_id: int,
    evidence: Evidence,
    statement: StoredDocument,
    *,
    digest: str,
    consent_text: str,
    signed_at: datetime,
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
) -> tuple[ServiceOrder, Signature]:
    """A signature that was given on a tablet without connection arrives, after all else that waited there (CHK-11).

    It signs the ``statement``, exactly what the tablet showed. It counts when the order is still the one of ``digest``
    (:func:`order_digest`) and nothing is missing; else it is kept with the reason, and a new one is needed: nobody
    has ordered what they did not see.
    """
    actor.need("checkins.write")
    order = service_orders.lock_order(order_id, site_id=site_id)
    checkin = find_locked(order)
    if checkin is None:
        raise Refused(gettext("Only a car that has arrived is checked in."))
    site = db.session.get_one(Site, order.site_id)
    content = priced(order.id, includes_tax=site.prices_include_tax)
    reason = _why_set_aside(order, checkin, content, site, digest=digest)
    document = documents.record(statement, site_id=order.site_id, service_order_id=order.id, now=now)
    signature = signatures.sign(
        document,
        evidence,
        purpose=PURPOSE,
        service_order_id=order.id,
        consent_text=consent_text,
        totals=_totals(content),
        signed_at=min(signed_at, now),
        set_aside_reason=reason,
        actor=actor,
        now=now,
    )
    if reason:
        timeline.note(
            order, EventKind.DOCUMENT, N_("Signed without connection by %(name)s, but it does not count"),
            actor=actor, now=now, tone="soon", reason=reason, name=signature.typed_name,
        )  # fmt: skip
    else:
        _take(order, checkin, content, signature, actor=actor, now=now)
    return order, signature


def _why_set_aside(order: ServiceOrder, checkin: CheckIn, content: Priced, site: Site, *, digest: str) -> str:
    """Why a signature from a tablet does not count; empty where it does."""
    if order.is_closed:
        return gettext("The order was closed meanwhile.")
    if checkin.signed_at is not None:
        return gettext("The order was signed on another tablet meanwhile.")
    if order_digest(order, checkin, content) != digest:
        return gettext("Items, prices or the promised time changed after the tablet had loaded them.")
    return " ".join(list_missing(order, checkin, content, site, asks_for_list=False))


def _totals(content: Priced) -> dict[str, str]:
    amount = content.total
    return {"net": str(amount.net), "tax": str(amount.tax), "gross": str(amount.gross)}


def _take(
    order: ServiceOrder,
    checkin: CheckIn,
    content: Priced,
    signature: Signature,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """What follows from a signature that counts."""
    checkin.signature_id, checkin.signed_at = signature.id, signature.at
    order.checkin_signed_at = signature.at
    if checkin.diagnosis_consented:
        order.diagnosis_consent_at = order.diagnosis_consent_at or now
    for line in content.lines:
        if line.pay_type is PayType.CUSTOMER and line.authorisation is Authorisation.PROPOSED:
            line.signed_at = now
    timeline.note(
        order,
        EventKind.DOCUMENT,
        N_("Order signed by %(name)s"),
        actor=actor,
        now=now,
        name=signature.typed_name,
    )
    if order.state is OrderState.ARRIVED:
        service_orders.move(order, "sign_checkin", actor=actor, now=now)


def _lock_for_signing(
    order_id: int, *, actor: Actor, now: datetime, site_id: int | None
) -> tuple[ServiceOrder, CheckIn, Priced]:
    """The order with its check-in and content, when it can be signed: complete, and not signed as it stands."""
    actor.need("checkins.write")
    order = service_orders.lock_order(order_id, site_id=site_id)
    checkin = find_locked(order)
    site = db.session.get_one(Site, order.site_id)
    content = priced(order.id, includes_tax=site.prices_include_tax)
    if checkin is None or order.state is OrderState.BOOKED:
        raise Refused(gettext("Only a car that has arrived is checked in."))
    if order.is_closed or order.invoiced_at:
        raise Refused(gettext("This order is closed."))
    if checkin.signed_at and not any(line.needs_new_signature for line in content.lines):
        raise Refused(gettext("The customer has signed this check-in. Nothing has changed since."))
    if checkin.signed_at and order.waiting_quotations:
        raise Refused(
            gettext("A quote waits for the customer's answer. Record the answer or withdraw it first.")
        )
    if missing := list_missing(order, checkin, content, site):
        raise Refused(" ".join(missing))
    return order, checkin, content
