"""The end of a sample visit: checked, prepared, invoiced, paid, handed over, and called about afterwards."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from aftersales.clock import local_date
from aftersales.db import db
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.attachments import operations as attachments
from aftersales.domain.billing import credit_notes, payments
from aftersales.domain.billing import operations as billing
from aftersales.domain.billing import queries as bills
from aftersales.domain.billing.models import Invoice, InvoiceLine, PaymentMethod
from aftersales.domain.delivery import operations as delivery
from aftersales.domain.delivery import queries as preparation
from aftersales.domain.delivery import short_visits
from aftersales.domain.delivery.models import HandedOver, TakeOver
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents import queries as signed
from aftersales.domain.documents import signatures
from aftersales.domain.documents.models import SignatureMethod
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.followups import operations as followups
from aftersales.domain.quality import final_check, work_checks
from aftersales.domain.quality import queries as quality
from aftersales.domain.quality import rework as reworking
from aftersales.domain.quality.final_check import Drive, Verdict
from aftersales.domain.quality.models import BEFORE_IT_LEAVES, ROAD_TEST, CheckResult, FaultReason
from aftersales.domain.service_orders import specs
from aftersales.domain.vehicles import operations as vehicles
from aftersales.sample import papers
from aftersales.sample.scene import Scene, Step
from aftersales.sample.stories import Settlement
from aftersales.web import delivery_documents, quality_documents

_METHODS: dict[Settlement, tuple[PaymentMethod, ...]] = {
    Settlement.CASH: (PaymentMethod.CASH,),
    Settlement.CARD: (PaymentMethod.CARD,),
    Settlement.MIXED: (PaymentMethod.CASH, PaymentMethod.CARD),
    Settlement.TRANSFER: (PaymentMethod.TRANSFER,),
    Settlement.WECHAT: (PaymentMethod.WECHAT,),
    Settlement.ALIPAY: (PaymentMethod.ALIPAY,),
}
_YEARLY = ("OIL", "INSPECTION")


def check_work(scene: Scene, at: datetime) -> Step:
    """The technician's own check, the team leader's where the site has teams; then it goes to final inspection."""
    at = yield at + scene.shortly(3, 8)
    lines = {line.id for job in quality.list_authorised_jobs(scene.order_id) for line in job.lines}
    work_checks.self_check(
        scene.order_id,
        site_id=scene.staff.site_id,
        line_ids=lines,
        measured=_measured(scene),
        actor=scene.technician,
        now=at,
    )
    if scene.site.has_teams:
        at = yield at + scene.shortly(5, 20)
        leader = scene.one(Role.LEADER)
        if leader.user_id == scene.technician.user_id:
            leader = scene.one(Role.SERVICE_MANAGER)
        work_checks.leader_check(
            scene.order_id, site_id=scene.staff.site_id, is_passed=True, note="", actor=leader, now=at
        )
    work_checks.finish_work(scene.order_id, site_id=scene.staff.site_id, actor=scene.technician, now=at)
    return at


def _measured(scene: Scene) -> dict[int, specs.Entered]:
    """Torques and fluids as the technician measured them: mostly what is wanted, now and then a little above."""
    return {
        spec.id: specs.Entered(spec.high if (scene.number + place) % 5 == 0 else spec.nominal)
        for place, spec in enumerate(specs.list_of_order(scene.order_id))
    }


def send_back(scene: Scene, at: datetime) -> None:
    """The final inspection finds something: rework."""
    inspector, check = scene.one(Role.QC), quality.get_final_check(scene.order_id)
    item = check.items[0]
    final_check.verify(
        item.id,
        Verdict(
            CheckResult.NOT_OK, (FaultReason.NOISE,), "Rattles at 40 km/h, look at the clips", scene.technician.user_id
        ),
        site_id=scene.staff.site_id, actor=inspector, now=at,
    )  # fmt: skip
    if scene.keeps_papers:
        photo = attachments.keep(
            scene.album.take("disc-worn", at),
            site_id=scene.staff.site_id,
            service_order_id=scene.order_id,
            caption=item.title,
            actor=inspector,
            now=at,
        )
        final_check.add_photo(item.id, photo, site_id=scene.staff.site_id, actor=inspector)
    final_check.refuse(check.id, site_id=scene.staff.site_id, actor=inspector, now=at)


def rework(scene: Scene, at: datetime) -> Step:
    """What was sent back is mended and checked anew."""
    at = yield scene.diary.take(
        scene.technician.user_id or 0, at, timedelta(minutes=20), at_any_hour=scene.story.at_any_hour
    )
    pieces = [piece.id for piece in quality.list_reworks(scene.order_id) if piece.done_at is None]
    for piece_id in pieces:
        reworking.clock_on(piece_id, site_id=scene.staff.site_id, actor=scene.technician, now=at)
        at = yield at + timedelta(minutes=20)
        reworking.finish(
            piece_id, site_id=scene.staff.site_id, note="Clip replaced", actor=scene.technician, now=at
        )
    return (yield from check_work(scene, at))


def release(scene: Scene, at: datetime) -> None:
    """Every item and line verified, a road test, and the signed record."""
    inspector, check = scene.one(Role.QC), quality.get_final_check(scene.order_id)
    for heading in dict.fromkeys(item.heading for item in check.items):
        final_check.rest_is_ok(check.id, heading, site_id=scene.staff.site_id, actor=inspector)
    begin = scene.story.car.odometer
    final_check.note_drive(
        check.id,
        Drive(start=begin, end=begin + 3, ticks=frozenset((*ROAD_TEST, *BEFORE_IT_LEAVES)), torque="120 Nm"),
        site_id=scene.staff.site_id,
        actor=inspector,
    )
    check = quality.get_final_check(scene.order_id)
    final_check.release(
        check.id,
        site_id=scene.staff.site_id,
        document=papers.quality_record(scene, check, inspector=inspector.name, at=at),
        evidence=Evidence(
            typed_name=inspector.name,
            method=SignatureMethod.PIN,
            identified_by="Bay tablet",
            device="quality tablet",
        ),
        consent_text=quality_documents.statement(),
        version=check.version,
        actor=inspector,
        now=at,
    )
    if scene.keeps_papers:
        signature = signed.find_signature(scene.order_id, "quality")
        documents.record(
            papers.quality_record(scene, check, inspector=inspector.name, at=at, signature=signature),
            site_id=scene.staff.site_id,
            service_order_id=scene.order_id,
            subject_id=check.id,
            now=at,
            is_shared=True,
        )


def prepare(scene: Scene, at: datetime) -> Step:
    """Washed where it was wished for, belongings and papers put together; the customer is told."""
    for item in preparation.list_preparation(scene.order_id):
        at = yield at + scene.shortly(2, 7)
        delivery.tick(scene.order_id, item.kind, is_done=True, actor=scene.staff.advisor, now=at)
    delivery.finish_preparation(scene.order_id, actor=scene.staff.advisor, now=at)
    return at


def settle(scene: Scene, at: datetime) -> Invoice:
    """Issue the invoice and take the payment as the story says, or let the car go on account."""
    cashier = scene.one(Role.CASHIER)
    bill = billing.issue(scene.order_id, shown_gross=None, actor=cashier, now=at)
    if scene.keeps_papers:
        documents.record(
            papers.invoice(scene, bill),
            site_id=scene.staff.site_id,
            service_order_id=scene.order_id,
            subject_id=bill.id,
            now=at,
            is_shared=True,
        )
    methods = _METHODS.get(scene.story.settlement)
    if methods is None:
        if bill.outstanding:
            payments.allow_credit(
                scene.order_id, reason="Company customer, pays on account",
                actor=scene.one(Role.SERVICE_MANAGER), now=at,
            )  # fmt: skip
        return bill
    for place, method in enumerate(methods):
        rest = bill.outstanding
        amount = rest if place == len(methods) - 1 else (rest / 2).quantize(Decimal("1"))
        _pay(scene, bill, amount, method, at, place)
    return bill


def pay_later(scene: Scene, at: datetime) -> None:
    """The transfer comes in, in full or in part."""
    (bill,) = [one for one in bills.list_of_order(scene.order_id) if one.corrects_id is None]
    amount = bill.outstanding - bills.credited(bill.id)
    if scene.story.settlement is Settlement.ON_ACCOUNT_PARTLY:
        amount = (amount / 2).quantize(Decimal("1"))
    _pay(scene, bill, amount, PaymentMethod.TRANSFER, at, 9)


def _pay(
    scene: Scene, bill: Invoice, amount: Decimal, method: PaymentMethod, at: datetime, place: int
) -> None:
    if amount > 0:
        payments.take_payment(
            bill.id, amount=amount, method=method, submission_id=scene.key(f"payment-{place}"),
            actor=scene.one(Role.CASHIER), now=at,
        )  # fmt: skip


def hand_over(scene: Scene, at: datetime) -> None:
    """Taken over, explained, signed, gate pass, gone."""
    advisor, order, site = scene.staff.advisor, scene.order, scene.site
    delivery.take_over(order.id, ticks=dict.fromkeys(TakeOver, True), notes={}, actor=advisor, now=at)
    delivery.explain(order.id, actor=advisor, now=at)
    note = documents.record(
        papers.delivery_note(scene, at=at),
        site_id=site.id,
        service_order_id=order.id,
        now=at,
        is_shared=True,
    )
    signature = signatures.sign(
        note,
        scene.signature(),
        purpose="delivery",
        service_order_id=order.id,
        consent_text=delivery_documents.consent(),
        totals={},
        actor=advisor,
        now=at,
    )
    delivery.sign(order.id, signature, ticks=dict.fromkeys(HandedOver, True), notes={}, actor=advisor, now=at)
    record = delivery.issue_gate_pass(order.id, actor=advisor, now=at)
    if scene.keeps_papers:
        documents.record(
            papers.gate_pass(scene, record, at=at),
            site_id=site.id,
            service_order_id=order.id,
            now=at,
            is_shared=True,
        )
    delivery.hand_over(
        order.id, lateness_reason="A part came later than the supplier had said", actor=advisor, now=at
    )
    if any(concern.code.startswith(_YEARLY) for concern in scene.story.concerns):
        day = local_date(at, site.timezone) + timedelta(days=365)
        vehicles.edit_vehicle(
            order.vehicle_id, site_id=site.id, values={"next_service_on": day}, actor=advisor, now=at
        )


def close_without_repair(scene: Scene, at: datetime, *, reason: str) -> None:
    """The visit ends without a repair: no fee was agreed, key and papers go back, the car leaves."""
    advisor, order = scene.staff.advisor, scene.order
    short_visits.decide(order.id, reason=reason, waives_fee=False, actor=advisor, now=at)
    record = short_visits.issue_gate_pass(order.id, actor=advisor, now=at)
    if scene.keeps_papers:
        documents.record(
            papers.gate_pass(scene, record, at=at),
            site_id=scene.site.id,
            service_order_id=order.id,
            now=at,
            is_shared=True,
        )
    short_visits.close(order.id, ticks=dict.fromkeys(HandedOver, True), notes={}, actor=advisor, now=at)


def correct(scene: Scene, at: datetime) -> None:
    """A credit note over one line, and the money back."""
    boss = scene.one(Role.SERVICE_MANAGER)
    bill = bills.list_of_order(scene.order_id)[0]
    line = db.session.scalars(
        select(InvoiceLine).where(InvoiceLine.invoice_id == bill.id).order_by(InvoiceLine.gross.desc())
    ).first()
    assert line is not None
    note = credit_notes.credit(
        bill.id, quantities={line.id: line.quantity}, reason="Goodwill after a complaint", actor=boss, now=at
    )
    documents.record(
        papers.invoice(scene, note, corrects=bill),
        site_id=scene.staff.site_id,
        service_order_id=scene.order_id,
        subject_id=note.id,
        now=at,
        is_shared=True,
    )
    payments.pay_back(
        bill.id,
        amount=-note.gross,
        method=PaymentMethod.TRANSFER,
        submission_id=scene.key("pay-back"),
        reason=note.number,
        actor=boss,
        now=at,
    )


def call(scene: Scene, at: datetime) -> None:
    """The follow-up call a day or two later."""
    story = scene.story
    followups.log_call(
        scene.order_id,
        site_id=scene.staff.site_id,
        was_reached=True,
        said="Everything works, thanks for the call." if story.is_content else "The noise is back since yesterday.",
        is_content=story.is_content,
        promised="" if story.is_content else "We look at it for nothing, a time was proposed",
        submission_id=scene.key("call"),
        actor=scene.one(Role.CARE),
        now=at,
    )  # fmt: skip
