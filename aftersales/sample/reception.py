"""The desk's part of a sample visit: the car is received, checked in and signed; work that was found is asked."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from aftersales.db import add
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.appointments.models import Appointment, BookingChannel
from aftersales.domain.checkins import agreement, custody, handover, signed_content, signing, walkaround
from aftersales.domain.checkins import operations as checkins
from aftersales.domain.checkins.kinds import ContactWay, OldParts, PaperKind, Transport
from aftersales.domain.parts import operations as parts
from aftersales.domain.quality import comebacks
from aftersales.domain.quotations import answers, other_payers, signed_orders
from aftersales.domain.quotations import operations as quotations
from aftersales.domain.quotations.drafts import draft
from aftersales.domain.quotations.models import AnsweredBy, Quotation
from aftersales.domain.service_orders import canned_jobs, work
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import Job, LineKind, PayType
from aftersales.domain.warranty import line_decisions
from aftersales.domain.workshop import specialists
from aftersales.domain.workshop.call_models import CallPlace
from aftersales.sample import papers
from aftersales.sample.photos import OF_STATION
from aftersales.sample.scene import Scene, Step
from aftersales.web import checkin_document, handover_document, quotation_documents

_KM_BETWEEN_VISITS = (400, 3_200)
_WISHES: tuple[dict[str, Any], ...] = (
    {},
    {"transport": Transport.TAXI, "transport_note": "to the office at nine"},
    {"collector_name": "Ewa Nowak", "approver_name": "Ewa Nowak", "approver_phone": "+48 601 555 010",
     "approver_limit": Decimal("500.00")},
    {"transport": Transport.REPLACEMENT_CAR},
)  # fmt: skip
"""What some customers wish for beside the work."""


def book(scene: Scene, at: datetime) -> None:
    """The customer called: the visit is a preliminary order with a time."""
    story, advisor = scene.story, scene.staff.advisor
    order = service_orders.open_order(
        site_id=scene.staff.site_id,
        vehicle_id=story.car.vehicle_id,
        customer_id=story.car.customer_id,
        planned_at=story.arrives_at,
        is_booking=True,
        actor=advisor,
        now=at,
    )
    scene.order_id = order.id
    for concern in story.concerns:
        work.add_job(order.id, title=concern.words, concern=concern.words, actor=advisor, now=at)
    add(
        Appointment(
            site_id=order.site_id,
            service_order_id=order.id,
            channel=BookingChannel.PHONE,
            starts_at=story.arrives_at,
            created_at=at,
            created_by_name=advisor.name,
        )
    )


def receive(scene: Scene, at: datetime, *, comeback_of_id: int | None = None) -> None:
    """The car is here: the order with the concerns in the customer's words."""
    story = scene.story
    order = checkins.receive(
        site_id=scene.staff.site_id,
        vehicle_id=story.car.vehicle_id,
        customer_id=story.car.customer_id,
        concerns=[checkins.Concern(concern.words, concern.pay_type) for concern in story.concerns],
        is_waiting=story.is_waiting,
        actor=scene.staff.advisor,
        now=at,
    )
    scene.order_id = story.order_id = order.id
    if comeback_of_id is not None:
        comebacks.link(
            order.id,
            comeback_of_id,
            first_job_id=orders.list_jobs(comeback_of_id)[0].id,
            job_id=orders.list_jobs(order.id)[0].id,
            site_id=scene.staff.site_id,
            actor=scene.staff.advisor,
            now=at,
        )


def check_in(scene: Scene, at: datetime) -> Step:
    """The walkaround, the prices and the signature."""
    at = yield at + scene.shortly(2, 5)
    look_around(scene, at)
    at = yield at + scene.shortly(4, 8)
    _price(scene, at)
    _agree(scene, at)
    at = yield at + scene.shortly(2, 4)
    _sign(scene, at)
    return at


def look_around(scene: Scene, at: datetime) -> None:
    """Odometer, fuel, key tag, the photos, and what damage there is."""
    story, advisor = scene.story, scene.staff.advisor
    story.car.odometer += scene.random.randint(*_KM_BETWEEN_VISITS)
    checkins.edit(
        scene.order_id,
        values={
            "odometer": story.car.odometer,
            "fuel_eighths": scene.random.randint(1, 8),
            "key_tag": str(scene.number % 90 + 1),
            "covers_fitted": True,
            "identity_checked": True,
            "belongings_asked": True,
            "old_parts": scene.random.choice(list(OldParts)),
            "wants_wash": scene.random.random() < 0.5,
            "contact_way": scene.random.choice(list(ContactWay)),
            "parking_place": f"P{scene.random.randint(1, 24)}",
            **_WISHES[scene.number % len(_WISHES)],
        },
        actor=advisor,
        now=at,
    )
    custody.move_key(
        scene.order_id, slot=str(scene.number), client_id=scene.key("key"), actor=advisor, now=at
    )
    wanted = scene.site.setting("walkaround.required") if not scene.keeps_papers else list(OF_STATION)
    for station, picture in OF_STATION.items():
        if station in wanted:
            walkaround.add_photo(
                scene.order_id, scene.album.take(picture, at), station=station, actor=advisor, now=at
            )
    for place, (zone, kind, severity, size) in enumerate(story.damage):
        walkaround.add_damage(
            scene.order_id,
            client_id=scene.key(f"damage-{place}"),
            zone=zone,
            kind=kind,
            severity=severity,
            size_cm=size,
            is_seen_by_customer=True,
            photo=scene.album.take("scratch", at) if scene.keeps_papers else None,
            actor=advisor,
            now=at,
        )
    if scene.keeps_papers and scene.random.random() < 0.6:
        _leave_things(scene, at)


def _leave_things(scene: Scene, at: datetime) -> None:
    """A child seat in a box and the registration certificate stay here, and the customer signs the list of them."""
    advisor, order = scene.staff.advisor, scene.order
    handover.add_belonging(
        order.id, client_id=scene.key("belonging"), what="Child seat", box="12", actor=advisor, now=at
    )
    handover.add_paper(
        order.id,
        client_id=scene.key("paper"),
        kind=PaperKind.REGISTRATION,
        number=f"DR/BAM {scene.number:07d}",
        valid_until=at.date() + timedelta(days=400),
        actor=advisor,
        now=at,
    )
    checkin = checkins.find_locked(order)
    assert checkin is not None
    listed = handover.listed_of(checkin.id)
    document = handover.prepare(
        order.id, papers.handover_list(scene, listed, at=at), digest=listed.digest(), actor=advisor, now=at
    )
    handover.sign(
        order.id,
        scene.signature(),
        document_digest=document.sha256,
        consent_text=handover_document.consent(),
        actor=advisor,
        now=at,
    )


def _price(scene: Scene, at: datetime) -> None:
    """The canned job of each concern, and the part that has to be ordered."""
    story, advisor = scene.story, scene.staff.advisor
    for job, concern in zip(list(scene.order.jobs), story.concerns, strict=True):
        canned_jobs.apply_canned_job(scene.order_id, concern.code, job_id=job.id, actor=advisor, now=at)
    if story.missing_part:
        _add_missing_part(scene, scene.order.jobs[0], at)
    if story.discount:
        for line in scene.order.jobs[0].lines:
            if line.kind is LineKind.LABOUR:
                work.edit_line(line.id, values={"discount": story.discount}, actor=advisor, now=at)


def _add_missing_part(scene: Scene, job: Job, at: datetime) -> None:
    article = parts.find_by_number(scene.story.missing_part)
    assert article is not None
    for kind, description, quantity, price in (
        (LineKind.LABOUR, f"Replace: {article.name.lower()}", Decimal("1.8"), Decimal("240.00")),
        (LineKind.PART, article.name, Decimal(1), article.price),
    ):
        is_part = kind is LineKind.PART
        work.add_line(
            job.id,
            kind=kind,
            description=description,
            quantity=quantity,
            unit_price=price,
            article_id=article.id if is_part else None,
            article_number=article.number if is_part else "",
            actor=scene.staff.advisor,
            now=at,
        )


def _agree(scene: Scene, at: datetime) -> None:
    promised = at + timedelta(hours=scene.story.promise_hours)
    agreement.agree(
        scene.order_id,
        # Nobody promises the middle of the night, also when the sample is made then.
        promised_at=scene.diary.in_working_time(promised.replace(minute=0, second=0, microsecond=0)),
        reason="",
        diagnosis_consented=True,
        diagnosis_fee=Decimal(0),
        actor=scene.staff.advisor,
        now=at,
    )


def _sign(scene: Scene, at: datetime) -> None:
    """Print exactly what is agreed, sign it, and let whoever pays beside the customer say yes."""
    advisor, order, site = scene.staff.advisor, scene.order, scene.site
    checkin = checkins.find_locked(order)
    assert checkin is not None
    content = signed_content.priced(order.id, includes_tax=site.prices_include_tax)
    document = signing.prepare(
        order.id,
        papers.signed_order(scene, checkin, content, at=at),
        digest=signed_content.content_digest(order, checkin, content),
        actor=advisor,
        now=at,
    )
    signed_orders.sign_checkin(
        order.id,
        scene.signature(),
        document_digest=document.sha256,
        consent_text=checkin_document.consent(),
        actor=advisor,
        now=at,
    )
    for_others = [job.id for job in order.jobs if job.pay_type is not PayType.CUSTOMER]
    if for_others:
        other_payers.authorise(
            order.id,
            site_id=order.site_id,
            job_ids=for_others,
            reason="Claim 4711" if order.jobs[0].pay_type is PayType.WARRANTY else "Courtesy car",
            actor=scene.one(Role.SERVICE_MANAGER),
            now=at,
        )


def ask(scene: Scene, at: datetime, *, asks_again: bool = False) -> Quotation:
    """Send the proposed work as a version."""
    order, site = scene.order, scene.site
    promised = max(order.promised_at or at, at) + timedelta(hours=2)
    made = draft(order, promised_at=promised, now=at)
    return quotations.send(
        order.id,
        site_id=site.id,
        promised_at=promised,
        document=papers.asked(scene, made, at=at),
        asks_again=asks_again,
        actor=scene.staff.advisor,
        now=at,
    )


def answer(scene: Scene, quotation_id: int, at: datetime) -> None:
    """The customer decides by the link; a phone call is noted where there is no e-mail."""
    order = scene.order
    quotation, _ = quotations.lock(quotation_id)
    wants_all = not scene.story.declines
    decisions = {job.id: wants_all or job.severity == "urgent" for job in quotation.asked_jobs}
    reasons = {job.id: "Not this time" for job in quotation.asked_jobs if not decisions[job.id]}
    by_link = bool(order.customer.email)
    answers.answer(
        quotation_id,
        decisions=decisions,
        reasons=reasons,
        name=order.customer.name,
        by=AnsweredBy.LINK if by_link else AnsweredBy.PHONE,
        note="" if by_link else f"Called {order.customer.phone}: agreed as recorded",
        evidence=scene.signature() if by_link else None,
        consent_text=quotation_documents.consent_text() if by_link else "",
        actor=scene.customer() if by_link else scene.staff.advisor,
        now=at,
    )


def cancel(scene: Scene, at: datetime, *, reason: str) -> None:
    service_orders.move(
        service_orders.lock_order(scene.order_id), "cancel", reason=reason, actor=scene.staff.advisor, now=at
    )


def call_specialist(scene: Scene, at: datetime) -> None:
    """The advisor wants somebody to look at the car before it is checked in."""
    specialists.call(
        scene.order_id, CallPlace.RECEPTION, site_id=scene.staff.site_id, actor=scene.staff.advisor, now=at
    )


def ask_warranty(scene: Scene, at: datetime) -> None:
    """Whether the warranty pays the first line of the first job."""
    line_decisions.ask(
        scene.order.jobs[0].lines[0].id,
        reason=scene.story.asks_warranty,
        site_id=scene.staff.site_id,
        actor=scene.staff.advisor,
        now=at,
    )
