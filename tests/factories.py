"""Things of the workshop, made through its own operations. Call inside ``transaction()``.

All take the cast first; everything else has a default, so that a test names only what it is about.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

from aftersales.db import Base, db, transaction
from aftersales.domain.actors import SYSTEM
from aftersales.domain.billing import operations as billing
from aftersales.domain.billing import payments
from aftersales.domain.billing import queries as billing_queries
from aftersales.domain.billing.models import Invoice, PaymentMethod
from aftersales.domain.catalogue import starter
from aftersales.domain.checkins import operations as checkins
from aftersales.domain.customers import operations as customers
from aftersales.domain.customers.models import Customer
from aftersales.domain.delivery import operations as delivery
from aftersales.domain.delivery import queries as delivery_queries
from aftersales.domain.delivery.models import HandedOver, TakeOver
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents import signatures
from aftersales.domain.documents.models import DocumentKind
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.quotations import operations as quotations
from aftersales.domain.quotations.drafts import draft
from aftersales.domain.quotations.models import Quotation
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import Authorisation, Job, Line, LineKind, ServiceOrder
from aftersales.domain.sites.models import Site
from aftersales.domain.vehicles import operations as vehicles
from aftersales.domain.vehicles.models import Vehicle
from aftersales.sample import articles
from aftersales.web import quotation_documents
from tests.cast import Cast

NOW = datetime(2026, 5, 12, 7, 0, tzinfo=UTC)
"""Tuesday 12 May 2026, 09:00 in Kraków, 15:00 in Shanghai."""

_numbers = count(1)
Record = TypeVar("Record", bound=Base)


def fresh(record: Record) -> Record:
    """The record as the database has it now."""
    found: Record = db.session.get_one(type(record), record.id, populate_existing=True)  # type: ignore[attr-defined]
    return found


def customer(cast: Cast, **values: Any) -> Customer:
    return customers.add_customer(
        site_id=cast.site.id,
        actor=cast.advisor.actor(),
        now=NOW,
        **{"name": "Katarzyna Mazur", "phone": "601 234 567", "email": "katarzyna@example.org", **values},
    )


def vehicle(cast: Cast, owner: Customer | None = None, **values: Any) -> Vehicle:
    return vehicles.add_vehicle(
        site_id=cast.site.id,
        owner_id=(owner or customer(cast)).id,
        actor=cast.advisor.actor(),
        now=NOW,
        **{
            "plate": f"KR 7P{next(_numbers):03d}",
            "make": "VW",
            "model": "Passat 2.0 TDI",
            "year": 2019,
            "odometer": 118_000,
            **values,
        },
    )


def open_order(
    cast: Cast,
    *,
    car: Vehicle | None = None,
    now: datetime = NOW,
    concern: str = "Front brakes squeal",
    **values: Any,
) -> ServiceOrder:
    """An order with one concern: arrived, or booked with ``is_booking=True``."""
    car = car or vehicle(cast)
    order = service_orders.open_order(
        site_id=values.pop("site_id", cast.site.id),
        vehicle_id=car.id,
        customer_id=car.owner_id or customer(cast).id,
        actor=values.pop("actor", cast.advisor.actor()),
        now=now,
        **values,
    )
    work.add_job(order.id, title=concern, concern=concern, actor=cast.advisor.actor(), now=now)
    assert order.vehicle, order.customer  # loaded, for tests that look at the order without a session
    return order


def price(
    cast: Cast, order: ServiceOrder, *, hours: str = "1.5", rate: str = "120.00", part: str = "189.00"
) -> list[Line]:
    """Labour and a part on the order's first job: 1.5 h at 120.00 and 189.00, gross 369.00."""
    job, actor = order.jobs[0], cast.advisor.actor()
    return [
        work.add_line(
            job.id, kind=LineKind.LABOUR, description="Replace brake pads", quantity=Decimal(hours),
            unit_price=Decimal(rate), actor=actor, now=NOW,
        ),
        work.add_line(
            job.id, kind=LineKind.PART, description="Brake pads", quantity=Decimal(1), unit_price=Decimal(part),
            article_number="5N0698151", actor=actor, now=NOW,
        ),
    ]  # fmt: skip


def check_in(cast: Cast, order: ServiceOrder, *, now: datetime = NOW + timedelta(minutes=20)) -> ServiceOrder:
    """The customer signs the priced order, which authorises its lines."""
    lines = price(cast, order)
    checkin = checkins.edit(
        order.id, values={"covers_fitted": True, "odometer": 118_420}, actor=cast.advisor.actor(), now=NOW
    )
    checkin.signed_at = order.checkin_signed_at = now
    for line in lines:
        line.signed_at = now
    order.promised_at = order.first_promised_at = NOW + timedelta(hours=8)
    work.authorise(order, {line.id for line in lines}, Authorisation.AUTHORISED)
    return service_orders.move(order, "sign_checkin", actor=cast.advisor.actor(), now=now)


def assign(cast: Cast, order: ServiceOrder, *, now: datetime = NOW + timedelta(minutes=30)) -> ServiceOrder:
    order.technician_id, order.bay_id = cast.technician.id, cast.site.bay_ids[0]
    return service_orders.move(order, "assign", actor=cast.manager.actor(), now=now)


def accept(cast: Cast, order: ServiceOrder, *, now: datetime = NOW + timedelta(minutes=40)) -> ServiceOrder:
    return service_orders.move(order, "accept", actor=cast.technician.actor(), now=now)


def propose(
    cast: Cast,
    order: ServiceOrder,
    *,
    title: str = "Front brake discs and pads",
    part: str = "712.00",
    hours: str = "1.6",
    rate: str = "260.00",
    **values: Any,
) -> Job:
    """A proposed job with a part and labour that the customer would pay: 1,128.00 gross by default."""
    actor = cast.advisor.actor()
    job = work.add_job(
        order.id,
        title=title,
        actor=actor,
        now=NOW,
        **{"explanation": "The pads are at 2.9 mm, the limit is 2 mm.", "severity": "urgent", **values},
    )
    for kind, description, quantity, price_each in (
        (LineKind.LABOUR, f"{title}: work", hours, rate),
        (LineKind.PART, f"{title}: part", "1", part),
    ):
        work.add_line(
            job.id, kind=kind, description=description, quantity=Decimal(quantity), unit_price=Decimal(price_each),
            actor=actor, now=NOW,
        )  # fmt: skip
    return job


def stored_pdf(number: str = "26-0001", content: bytes = b"%PDF-1.7 a quote") -> StoredDocument:
    """A document whose bytes nobody looks at in this test."""
    digest = hashlib.sha256(content).hexdigest()
    return StoredDocument(
        kind=DocumentKind.QUOTATION, number=number, language="en", sha256=digest,
        storage_key=f"{digest[:2]}/{digest[2:4]}/{digest}.pdf", size=len(content),
    )  # fmt: skip


def send_quotation(
    cast: Cast, order: ServiceOrder, *, now: datetime = NOW + timedelta(hours=1), **values: Any
) -> Quotation:
    """Send the order's proposed lines as its next version."""
    return quotations.send(
        order.id,
        site_id=order.site_id,
        **{
            "promised_at": NOW + timedelta(hours=9),
            "document": stored_pdf(order.number),
            "actor": cast.advisor.actor(),
            **values,
        },
        now=now,
    )


def ask_by_link(cast: Cast, order_id: int, now: datetime) -> Quotation:
    """Send the order's proposed lines with the real PDF, promised in six hours. Call in an app context only."""
    order, promised_at = db.session.get_one(ServiceOrder, order_id), now + timedelta(hours=6)
    stored = quotation_documents.render_asked(
        draft(order, now=now, promised_at=promised_at), order, db.session.get_one(Site, order.site_id),
        photos={}, changes=[], at=now,
    )  # fmt: skip
    with transaction():
        return send_quotation(cast, order, now=now, document=stored, promised_at=promised_at)


def stock_catalogue(cast: Cast) -> None:
    """The starting catalogue of canned jobs, its articles, and Kraków's labour rates."""
    starter.stock(actor=SYSTEM, now=NOW)
    starter.price_hours(cast.site.id, "PLN", actor=SYSTEM, now=NOW)
    articles.stock(actor=SYSTEM, now=NOW)


def make_ready(
    cast: Cast, order: ServiceOrder, *, now: datetime = NOW + timedelta(hours=6), wants_wash: bool = True
) -> ServiceOrder:
    """From accepted to ready for pickup: repaired, checked by somebody else, prepared."""
    order = service_orders.lock_order(order.id)
    service_orders.move(order, "start_repair", actor=cast.advisor.actor(), now=now)
    for job in order.jobs:
        work.finish_job(job.id, actor=cast.technician.actor(), now=now)
    order.self_checked_at = now
    order.repairer_ids = [cast.technician.id]
    service_orders.move(order, "finish_work", actor=cast.technician.actor(), now=now)
    order.qc_passed_at = now
    delivery.plan_preparation(order, wants_wash=wants_wash)
    service_orders.move(order, "pass", actor=cast.qc.actor(), now=now)
    for item in delivery_queries.list_preparation(order.id):
        delivery.tick(order.id, item.kind, is_done=True, actor=cast.advisor.actor(), now=now)
    return delivery.finish_preparation(order.id, actor=cast.advisor.actor(), now=now)


def invoice(cast: Cast, order: ServiceOrder, *, now: datetime = NOW + timedelta(hours=7)) -> Invoice:
    """The customer's invoice of an order that is ready."""
    return billing.issue(order.id, shown_gross=None, actor=cast.cashier.actor(), now=now)


def hand_over(
    cast: Cast, order: ServiceOrder, *, now: datetime = NOW + timedelta(hours=8), **values: Any
) -> ServiceOrder:
    """From ready to completed: invoiced where it is not, paid by card, explained, signed, the car gone."""
    actor = cast.advisor.actor()
    bills = billing_queries.list_of_order(order.id)
    bill = bills[0] if bills else invoice(cast, order, now=now)
    if bill.outstanding:
        payments.take_payment(
            bill.id, amount=bill.outstanding, method=PaymentMethod.CARD, submission_id=f"pay-{bill.id}",
            actor=cast.cashier.actor(), now=now,
        )  # fmt: skip
    delivery.take_over(order.id, ticks=dict.fromkeys(TakeOver, True), notes={}, actor=actor, now=now)
    delivery.explain(order.id, actor=actor, now=now)
    note = documents.record(
        stored_pdf(order.number), site_id=order.site_id, service_order_id=order.id, now=now
    )
    signature = signatures.sign(
        note, Evidence(typed_name="Katarzyna Mazur"), purpose="delivery", service_order_id=order.id,
        consent_text="I got my car.", totals={}, actor=actor, now=now,
    )  # fmt: skip
    delivery.sign(order.id, signature, ticks=dict.fromkeys(HandedOver, True), notes={}, actor=actor, now=now)
    delivery.issue_gate_pass(order.id, actor=actor, now=now)
    return delivery.hand_over(order.id, actor=actor, now=now, **values)


def complete(cast: Cast, order: ServiceOrder, *, at: datetime) -> ServiceOrder:
    """From invoiced to handed over: explained, paid by card, signed, with its gate pass."""
    actor = cast.advisor.actor()
    invoice_ = billing_queries.list_of_order(order.id)[-1]
    delivery.take_over(order.id, ticks=dict.fromkeys(TakeOver, True), notes={}, actor=actor, now=at)
    delivery.explain(order.id, actor=actor, now=at)
    if invoice_.outstanding:
        payments.take_payment(
            invoice_.id, amount=invoice_.outstanding, method=PaymentMethod.CARD,
            submission_id=f"complete-{order.id}", actor=cast.cashier.actor(), now=at,
        )  # fmt: skip
    document = documents.record(stored_pdf(), site_id=order.site_id, service_order_id=order.id, now=at)
    signed = signatures.sign(
        document, Evidence(typed_name="Katarzyna Mazur"), purpose="delivery", service_order_id=order.id,
        consent_text="I got my car.", totals={}, actor=actor, now=at,
    )  # fmt: skip
    delivery.sign(order.id, signed, ticks=dict.fromkeys(HandedOver, True), notes={}, actor=actor, now=at)
    delivery.issue_gate_pass(order.id, actor=actor, now=at)
    return delivery.hand_over(order.id, actor=actor, now=at, lateness_reason="the part came late")
