"""Agreeing and signing: the promised time, the consent to a diagnosis, and the customer's signature on exactly the
document that was shown (CHK-10, CHK-13, DIA-8)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from aftersales.db import db
from aftersales.domain.actors import Actor
from aftersales.domain.attachments import queries as attachments
from aftersales.domain.attachments.models import PhotoMarks
from aftersales.domain.checkins import handover, interviews, queries, rules
from aftersales.domain.checkins.models import CheckIn, Interview
from aftersales.domain.checkins.operations import find_locked, lock_checkin
from aftersales.domain.checkins.queries import Walkaround
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents import signatures
from aftersales.domain.documents.models import Document, Signature
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import Invalid, Refused, Stale
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders import timeline, work
from aftersales.domain.service_orders.models import (
    DIAGNOSIS,
    Authorisation,
    EventKind,
    Job,
    Line,
    LineKind,
    PayType,
    ServiceOrder,
)
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites.models import Site
from aftersales.i18n import N_, gettext
from aftersales.money import Amount, TaxSum, sum_by_rate, total

PURPOSE = "check-in"


@dataclass(frozen=True, slots=True)
class Priced:
    """What the customer is asked to sign: the jobs with their live lines, and the sums of what the customer pays."""

    jobs: list[Job]
    sums: list[TaxSum]
    interviews: dict[int, Interview]
    """What was asked about each concern, by job (CHK-8)."""

    @property
    def lines(self) -> list[Line]:
        return [line for job in self.jobs for line in job.lines]

    @property
    def total(self) -> Amount:
        return total(self.sums)

    @property
    def is_priced(self) -> bool:
        """Whether the customer orders anything besides the diagnosis. What others pay is authorised by them, so that
        until then the car may only be looked at, which needs the customer's consent."""
        return any(
            line.pay_type is PayType.CUSTOMER
            for job in self.jobs
            if job.canned_job_code != DIAGNOSIS
            for line in job.lines
        )


def priced(order_id: int, *, includes_tax: bool) -> Priced:
    """The order's jobs and what the customer would pay for them."""
    jobs = orders.list_jobs(order_id)
    paid = [line for job in jobs for line in job.lines if line.pay_type is PayType.CUSTOMER]
    return Priced(
        jobs,
        sum_by_rate(((line.tax_rate, line.amount) for line in paid), includes_tax=includes_tax),
        interviews.of_order(order_id),
    )


def agree(
    order_id: int,
    *,
    promised_at: datetime | None,
    reason: str,
    diagnosis_consented: bool,
    diagnosis_fee: Decimal,
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
    seen: str | None = None,
) -> CheckIn:
    """Keep what was agreed about time and diagnosis. A fee becomes a line of its own, so that it is on the order that
    is signed (DIA-8). ``seen`` is the :func:`agreement` that was on the screen: where somebody else agreed on another
    one since, it is refused (ORD-6). Refuses a fee without the consent, and a time that has passed."""
    order, checkin = lock_checkin(order_id, actor=actor, now=now, site_id=site_id)
    if seen is not None and seen != agreement(order, checkin):
        raise Stale(
            gettext("Somebody else changed time or diagnosis meanwhile. Compare, then save again."),
            current=checkin,
        )
    if diagnosis_fee < 0:
        raise Invalid(gettext("Enter a fee of 0 or more."), field="diagnosis_fee")
    if diagnosis_fee and not diagnosis_consented:
        raise Invalid(
            gettext("A fee needs the customer's consent to the diagnosis. Tick it, or take the fee away."),
            field="diagnosis_fee",
        )
    if promised_at is not None and promised_at != _to_the_minute(order.promised_at):
        service_orders.promise(order_id, promised_at=promised_at, reason=reason, actor=actor, now=now)
    checkin.diagnosis_consented, checkin.diagnosis_fee = diagnosis_consented, diagnosis_fee
    _charge_diagnosis(order, diagnosis_fee, actor=actor, now=now)
    db.session.flush()
    return checkin


def agreement(order: ServiceOrder, checkin: CheckIn | None) -> str:
    """Promised time and diagnosis as they stand, in a form that can be compared."""
    promised = _to_the_minute(order.promised_at)
    return "|".join(
        (
            promised.isoformat() if promised else "",
            str(checkin.diagnosis_consented if checkin else False),
            f"{checkin.diagnosis_fee:.2f}" if checkin else "0.00",
        )
    )


def _to_the_minute(at: datetime | None) -> datetime | None:
    """A time as forms show it."""
    return at.replace(second=0, microsecond=0) if at else None


def content_digest(order: ServiceOrder, checkin: CheckIn, content: Priced) -> str:
    """SHA-256 over everything that the document shows and that can change: whoever signs, signs this content."""
    around = queries.walkaround_of(order, checkin)
    values: list[Any] = [
        [order.vehicle.version, order.customer.version, str(order.promised_at), order.is_waiting],
        [checkin.version],
        [[job.id, job.version] for job in content.jobs],
        [[line.id, line.version] for line in content.lines],
        [[one.id, one.version] for _, one in sorted(content.interviews.items())],
        [[pin.id, pin.version] for pin in around.damages],
        [[pin.id, around.seen[pin.id].is_there if pin.id in around.seen else None] for pin in around.known],
        [thing.id for thing in around.belongings],
        [paper.id for paper in around.papers],
        [[station.value, photos[-1].id] for station, photos in sorted(around.photos.items())],
        [[station.value, skip.id] for station, skip in sorted(around.skips.items())],
        sorted([one.attachment_id, one.version] for one in photo_marks(around).values()),
    ]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def order_digest(order: ServiceOrder, checkin: CheckIn, content: Priced) -> str:
    """SHA-256 over what the customer orders: the items with their prices, the promised time, the consent to a diagnosis.
    A tablet without connection signs this; what was seen at the car is on the tablet's own list beside it."""
    values: list[Any] = [
        [[job.id, job.title, job.concern, job.pay_type] for job in content.jobs],
        [
            [line.id, line.kind, line.description, str(line.quantity), str(line.unit_price), str(line.gross)]
            for line in content.lines
        ],
        [str(content.total.gross), str(order.promised_at)],
        [checkin.diagnosis_consented, str(checkin.diagnosis_fee)],
    ]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def photo_marks(around: Walkaround) -> dict[int, PhotoMarks]:
    """What is drawn over the check-in's photos, by photo; it is signed together with them."""
    return attachments.marks_of({photo.id for photo in around.shown})


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


def _charge_diagnosis(order: ServiceOrder, fee: Decimal, *, actor: Actor, now: datetime) -> None:
    """Keep the job with the fee in step with what was agreed."""
    job = db.session.scalar(
        select(Job).where(
            Job.service_order_id == order.id, Job.canned_job_code == DIAGNOSIS, Job.voided_at.is_(None)
        )
    )
    if not fee:
        if job is not None:
            work.void_job(job.id, reason=gettext("No fee agreed"), actor=actor, now=now)
        return
    if job is None:
        job = work.add_job(
            order.id, title=gettext("Technical diagnosis"), canned_job_code=DIAGNOSIS, actor=actor, now=now
        )
    line = next((line for line in job.lines if line.voided_at is None), None)
    if line is None:
        work.add_line(
            job.id,
            kind=LineKind.FEE,
            description=gettext("Diagnosis fee"),
            quantity=Decimal(1),
            unit_price=fee,
            actor=actor,
            now=now,
        )
    elif line.unit_price != fee:
        work.edit_line(line.id, values={"unit_price": fee}, actor=actor, now=now)
