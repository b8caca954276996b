"""Belongings and vehicle papers that stay with us, and the customer's signature on the list of them (CHK-5, CHK-6).

The list has a document and a signature of its own: it may change after the order was signed, and then asks for a new
signature and shows what changed.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from aftersales.db import add, db
from aftersales.domain.actors import Actor
from aftersales.domain.attachments import operations as attachments
from aftersales.domain.attachments.operations import StoredPhoto
from aftersales.domain.checkins import queries
from aftersales.domain.checkins.kinds import PaperKind
from aftersales.domain.checkins.models import Belonging, CheckIn, VehiclePaper
from aftersales.domain.checkins.operations import begin, find_locked
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents import queries as document_queries
from aftersales.domain.documents import signatures
from aftersales.domain.documents.models import Document, Signature
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.i18n import N_, gettext, label

PURPOSE = "handover-list"


@dataclass(frozen=True, slots=True)
class Listed:
    """What the customer left with us; its rows are what a signature on the list covers."""

    belongings: Sequence[Belonging] = ()
    papers: Sequence[VehiclePaper] = ()

    @property
    def rows(self) -> list[list[Any]]:
        """Everything that the list shows and that can change, as plain values; the words come first."""
        things = [
            [thing.what, thing.box, "belonging", thing.id, thing.attachment_id] for thing in self.belongings
        ]
        papers = [
            [
                label(paper.kind), paper.number, "paper", paper.id,
                str(paper.valid_until or ""), paper.difference,
            ]
            for paper in self.papers
        ]  # fmt: skip
        return things + papers

    def digest(self) -> str:
        """SHA-256 over the rows by what they are, in no language."""
        plain = [row[1:] if row[2] == "paper" else row for row in self.rows]
        return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Standing:
    """How the list stands: what is on it, who signed it, and what changed since."""

    listed: Listed
    signed: Signature | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def is_changed(self) -> bool:
        return bool(self.added or self.removed)

    @property
    def waits(self) -> bool:
        """Whether the customer's signature is still to come, or has to come anew."""
        return self.is_changed if self.signed else bool(self.listed.rows)


def listed_of(checkin_id: int) -> Listed:
    """What the customer left with us, in two queries."""
    return Listed(queries.belongings_of(checkin_id), queries.papers_of(checkin_id))


def standing_of(order_id: int, checkin: CheckIn | None, listed: Listed | None = None) -> Standing:
    """The list beside what was signed of it."""
    if checkin is None:
        return Standing(Listed())
    listed = listed or listed_of(checkin.id)
    signed = document_queries.find_signature(order_id, PURPOSE) if checkin.list_signature_id else None
    if signed is None:
        return Standing(listed)
    then = {(row[2], row[3]): row for row in signed.totals["listed"]}
    now = {(row[2], row[3]): row for row in listed.rows}
    return Standing(
        listed,
        signed,
        added=tuple(row[0] for key, row in now.items() if key not in then),
        removed=tuple(row[0] for key, row in then.items() if key not in now),
    )


def add_belonging(
    order_id: int,
    *,
    client_id: str,
    what: str,
    actor: Actor,
    now: datetime,
    box: str = "",
    photo: StoredPhoto | None = None,
    site_id: int | None = None,
) -> Belonging:
    """Write down something that stays in the car or goes into a numbered box, also after the order was signed."""
    order, checkin = _lock(order_id, actor=actor, now=now, site_id=site_id)
    if known := db.session.scalar(select(Belonging).where(Belonging.client_id == client_id)):
        return known
    if not what.strip():
        raise Invalid(gettext("Say what was left in the car."), field="what")
    kept = None
    if photo is not None:
        kept = attachments.keep(
            photo, site_id=order.site_id, service_order_id=order.id, caption=what.strip(), is_shared=True,
            actor=actor, now=now,
        )  # fmt: skip
    belonging = add(
        Belonging(
            checkin_id=checkin.id,
            client_id=client_id,
            what=what.strip()[:120],
            box=box.strip()[:20],
            attachment_id=kept.id if kept else None,
            created_at=now,
        )
    )
    # Past the version: the form beside the list, which is open on the same screen, is not older for that.
    db.session.execute(
        update(CheckIn)
        .where(CheckIn.id == checkin.id, CheckIn.belongings_asked_at.is_(None))
        .values(belongings_asked_at=now)
    )
    return belonging


def void_belonging(
    order_id: int, belonging_id: int, *, actor: Actor, now: datetime, site_id: int | None = None
) -> Belonging:
    """It was not left in the car after all, or the customer took it along. It stays on record."""
    _, checkin = _lock(order_id, actor=actor, now=now, site_id=site_id)
    belonging = db.session.get(Belonging, belonging_id)
    if belonging is None or belonging.checkin_id != checkin.id:
        raise NotFound(gettext("There is no such thing on this order."))
    belonging.voided_at = belonging.voided_at or now
    db.session.flush()
    return belonging


def add_paper(
    order_id: int,
    *,
    client_id: str,
    kind: PaperKind,
    actor: Actor,
    now: datetime,
    number: str = "",
    valid_until: date | None = None,
    difference: str = "",
    site_id: int | None = None,
) -> VehiclePaper:
    """Write down a vehicle paper, how long it is valid and what differs from the car (CHK-6). Sent twice it is one.
    One that has expired is taken all the same: the screens warn of it."""
    _, checkin = _lock(order_id, actor=actor, now=now, site_id=site_id)
    if known := db.session.scalar(select(VehiclePaper).where(VehiclePaper.client_id == client_id)):
        return known
    if kind is PaperKind.OTHER and not (number.strip() or difference.strip()):
        raise Invalid(gettext("Say which paper it is."), field="number")
    return add(
        VehiclePaper(
            checkin_id=checkin.id,
            client_id=client_id,
            kind=kind,
            number=number.strip()[:60],
            valid_until=valid_until,
            difference=difference.strip()[:300],
            created_at=now,
            created_by_name=actor.name,
        )
    )


def void_paper(
    order_id: int, paper_id: int, *, actor: Actor, now: datetime, site_id: int | None = None
) -> VehiclePaper:
    """The paper did not stay with us after all. It stays on record."""
    _, checkin = _lock(order_id, actor=actor, now=now, site_id=site_id)
    paper = db.session.get(VehiclePaper, paper_id)
    if paper is None or paper.checkin_id != checkin.id:
        raise NotFound(gettext("There is no such paper on this order."))
    paper.voided_at = paper.voided_at or now
    db.session.flush()
    return paper


def return_things(order_id: int, *, belongings: bool, papers: bool, now: datetime) -> None:
    """The customer has them back."""
    own = select(CheckIn.id).where(CheckIn.service_order_id == order_id)
    models: list[type[Belonging] | type[VehiclePaper]] = []
    models += [Belonging] if belongings else []
    models += [VehiclePaper] if papers else []
    for model in models:
        db.session.execute(
            update(model)
            .where(model.checkin_id.in_(own), model.voided_at.is_(None), model.returned_at.is_(None))
            .values(returned_at=now)
            .execution_options(synchronize_session=False)
        )


def prepare(
    order_id: int,
    stored: StoredDocument,
    *,
    digest: str,
    actor: Actor,
    now: datetime,
    site_id: int | None = None,
) -> Document:
    """Put the list that will be signed on record. ``digest`` is that of the list it was drawn from; refuses when the
    list has changed meanwhile, and when there is nothing to sign."""
    order, checkin, standing = _lock_for_signing(order_id, actor=actor, now=now, site_id=site_id)
    if standing.listed.digest() != digest:
        raise Refused(gettext("The list changed while the document was made. Make it again."))
    document = documents.record(
        stored, site_id=order.site_id, service_order_id=order.id, now=now, is_shared=True
    )
    _put(checkin, list_document_id=document.id, list_prepared_digest=digest)
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
) -> Signature:
    """The customer signs exactly the list whose digest was on the screen. The same document again is the first
    signature's answer; refuses when the list has changed since."""
    order, checkin = _lock(order_id, actor=actor, now=now, site_id=site_id)
    standing = standing_of(order.id, checkin)
    if standing.signed and standing.signed.document_digest == document_digest and not standing.is_changed:
        return standing.signed
    document = db.session.get(Document, checkin.list_document_id) if checkin.list_document_id else None
    if (
        document is None
        or document.sha256 != document_digest
        or checkin.list_prepared_digest != standing.listed.digest()
    ):
        raise Refused(
            gettext("The list changed after this document was made. Look at the new one, then sign that.")
        )
    signature = signatures.sign(
        document,
        evidence,
        purpose=PURPOSE,
        service_order_id=order.id,
        consent_text=consent_text,
        totals={"listed": standing.listed.rows},
        actor=actor,
        now=now,
    )
    _put(checkin, list_signature_id=signature.id, list_signed_at=now)
    timeline.note(
        order,
        EventKind.DOCUMENT,
        N_("Belongings and papers signed by %(name)s"),
        actor=actor,
        now=now,
        name=signature.typed_name,
    )
    return signature


def _lock(order_id: int, *, actor: Actor, now: datetime, site_id: int | None) -> tuple[ServiceOrder, CheckIn]:
    """The order and its check-in, while the car is here."""
    actor.need("checkins.write")
    order = service_orders.lock_order(order_id, site_id=site_id)
    checkin = find_locked(order)
    if checkin is None and order.state is OrderState.ARRIVED:
        checkin = begin(order, now)
    if checkin is None or order.is_closed or order.delivery_signed_at:
        raise Refused(gettext("The list of belongings and papers is kept only while the car is here."))
    return order, checkin


def _lock_for_signing(
    order_id: int, *, actor: Actor, now: datetime, site_id: int | None
) -> tuple[ServiceOrder, CheckIn, Standing]:
    order, checkin = _lock(order_id, actor=actor, now=now, site_id=site_id)
    standing = standing_of(order.id, checkin)
    if not standing.waits:
        raise Refused(
            gettext("The customer has signed this list. Nothing has changed since.")
            if standing.signed
            else gettext("Nothing was left with the car: there is nothing to sign.")
        )
    return order, checkin, standing


def _put(checkin: CheckIn, **values: Any) -> None:
    """Past the version: the order that the customer signs is not older for the list's own signature."""
    db.session.execute(update(CheckIn).where(CheckIn.id == checkin.id).values(**values))
    db.session.refresh(checkin)
