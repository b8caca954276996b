"""The final inspection by the quality supervisor: each item verified, passed and signed, or sent back (STEP-13)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from aftersales.db import add, db, locked
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.checkins import queries as checkins
from aftersales.domain.delivery import operations as delivery
from aftersales.domain.documents import operations as documents
from aftersales.domain.documents import signatures
from aftersales.domain.documents.operations import StoredDocument
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused, Stale, expect_version
from aftersales.domain.quality import queries, rework
from aftersales.domain.quality.models import (
    BEFORE_IT_LEAVES,
    ROAD_TEST,
    CheckResult,
    CheckStage,
    FaultReason,
    QualityCheck,
    QualityCheckItem,
    QualityPhoto,
    Tick,
)
from aftersales.domain.service_orders.guards import NOT_THE_REPAIRER
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.operations import lock_order, move
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites import queries as sites
from aftersales.i18n import gettext, label


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the inspector says about one item."""

    result: CheckResult | None
    reasons: tuple[FaultReason, ...] = ()
    instruction: str = ""
    technician_id: int | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Drive:
    """The road test and what is ticked once per car."""

    start: int | None = None
    end: int | None = None
    ticks: frozenset[Tick] = frozenset()
    torque: str = ""
    fluids: str = ""
    note: str = ""


def verify(
    item_id: int, verdict: Verdict, *, site_id: int, actor: Actor, now: datetime, tablet: str = ""
) -> QualityCheckItem:
    """Mark one item as OK or not OK, with reason, what to do and who. Refuses the person who did the work (QCS-3)."""
    item, _ = _lock_item(item_id, site_id, actor)
    reasons = [str(reason) for reason in verdict.reasons]
    said = (verdict.result, reasons, verdict.instruction.strip(), verdict.technician_id)
    if said == (item.result, item.reasons, item.instruction, item.technician_id):
        return item
    if verdict.version not in (None, item.version) and not (tablet and tablet == item.tablet):
        stands = label(item.result) if item.result else gettext("not checked")
        raise Stale(
            gettext(
                "Changed meanwhile on another tablet: %(result)s. Look at it, then check again.",
                result=stands,
            ),
            current=item,
        )
    item.result, item.reasons, item.instruction, item.technician_id = said
    item.tablet = tablet
    db.session.flush()
    return item


def add_photo(item_id: int, attachment: Attachment, *, site_id: int, actor: Actor) -> QualityPhoto:
    """Keep a photo of what is not OK. The second arrival of one attachment is the first one's answer."""
    item, check = _lock_item(item_id, site_id, actor)
    known = db.session.scalar(select(QualityPhoto).where(QualityPhoto.attachment_id == attachment.id))
    if known is not None:
        return known
    attachment.service_order_id = check.service_order_id
    return add(QualityPhoto(quality_check_item_id=item.id, attachment_id=attachment.id))


def rest_is_ok(check_id: int, heading: str, *, site_id: int, actor: Actor, tablet: str = "") -> int:
    """Everything under a heading that has no verdict yet is OK. Returns how many items."""
    check, _ = _lock_check(check_id, site_id, actor)
    left = [item for item in check.items if item.heading == heading and item.result is None]
    for item in left:
        item.result, item.tablet = CheckResult.OK, tablet
    db.session.flush()
    return len(left)


def note_drive(check_id: int, drive: Drive, *, site_id: int, actor: Actor) -> QualityCheck:
    """Keep the road test, torque, fluids and ticks as far as they are."""
    check, order = _lock_check(check_id, site_id, actor)
    if drive.start is not None and drive.end is not None and drive.end < drive.start:
        raise Invalid(gettext("The end of the road test is below its start."), field="road_test_end")
    if drive.start is not None and order.odometer is not None and drive.start < order.odometer:
        raise Invalid(
            gettext("At check-in the odometer showed %(km)s already.", km=order.odometer),
            field="road_test_start",
        )
    check.road_test_start, check.road_test_end = drive.start, drive.end
    check.ticks = sorted(drive.ticks)
    check.torque, check.fluids = drive.torque.strip()[:200], drive.fluids.strip()[:200]
    check.note = drive.note.strip()
    db.session.flush()
    return check


def refuse(check_id: int, *, site_id: int, actor: Actor, now: datetime) -> ServiceOrder:
    """The car goes back: each item that is not OK becomes rework for a technician, with its reasons (QCS-2).

    Counted once per refusal. Refuses items without a reason or without a word on what to do.
    """
    check, order = _lock_check(check_id, site_id, actor)
    failed = [item for item in check.items if item.result is CheckResult.NOT_OK]
    if not failed:
        raise Refused(gettext("Nothing is marked as not OK. Release the car instead."))
    for item in failed:
        if not item.reasons or not item.instruction.strip():
            raise Invalid(
                gettext("“%(item)s”: say what is wrong and what to do.", item=item.title),
                field=f"item-{item.id}",
            )
    for item in failed:
        rework.send_back(
            check, order, title=item.title, instruction=item.instruction, item=item, actor=actor, now=now
        )
    order.open_rework = len(failed)
    order.rework_count += 1
    _close(check, is_passed=False, actor=actor, now=now)
    reason = "; ".join(f"{item.title}: {item.instruction}" for item in failed)
    move(order, "fail", actor=actor, now=now, reason=reason)
    audit.record(
        "quality.fail",
        check,
        actor=actor,
        now=now,
        site_id=site_id,
        details={"items": [item.title for item in failed]},
    )
    return order


def release(
    check_id: int,
    *,
    site_id: int,
    document: StoredDocument,
    evidence: Evidence,
    consent_text: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> ServiceOrder:
    """Everything is verified: the record is signed, the preparation laid out, the order moves on (QCS-4).

    ``document`` is the record that was rendered from ``version`` of the check; if anything changed since, it is not
    what the inspector saw and nothing is signed. The car is washed where the customer asked for it at check-in; where
    nothing is to prepare it is ready at once.
    """
    check, order = _lock_check(check_id, site_id, actor)
    expect_version(check, version)
    _need_complete(check, road_test=sites.get_site(site_id).setting("quality.road_test"))
    kept = documents.record(
        document, site_id=site_id, service_order_id=order.id, now=now, subject_id=check.id
    )
    signature = signatures.sign(
        kept,
        evidence,
        purpose="quality",
        service_order_id=order.id,
        consent_text=consent_text,
        totals={"items": len(check.items), "round": check.round},
        actor=actor,
        now=now,
    )
    check.signature_id = signature.id
    _close(check, is_passed=True, actor=actor, now=now)
    order.qc_passed_at = now
    db.session.flush()
    checkin = checkins.find_checkin(order.id)
    delivery.plan_preparation(order, wants_wash=checkin is not None and checkin.wants_wash)
    return move(order, "pass", actor=actor, now=now)


def what_is_left(check: QualityCheck, *, road_test: bool) -> list[str]:
    """What has to be done before the car can be released, one sentence each."""
    left = []
    open_ = [item for item in check.items if item.result is None]
    if open_:
        left.append(
            gettext(
                "Not checked yet: %(items)s.",
                items=", ".join(item.title for item in open_[:3]) + (" …" if len(open_) > 3 else ""),
            )
        )
    if failed := [item.title for item in check.items if item.result is CheckResult.NOT_OK]:
        left.append(gettext("Not OK: %(items)s.", items=", ".join(failed)))
    if road_test and (check.road_test_start is None or check.road_test_end is None):
        left.append(gettext("Enter the odometer at the start and the end of the road test."))
    wanted = (*(ROAD_TEST if road_test else ()), *BEFORE_IT_LEAVES)
    if unticked := [label(tick) for tick in wanted if tick not in check.ticks]:
        left.append(gettext("Not ticked: %(points)s.", points=", ".join(unticked)))
    return left


def _need_complete(check: QualityCheck, *, road_test: bool) -> None:
    if left := what_is_left(check, road_test=road_test):
        raise Refused(gettext("The car cannot be released yet.") + " " + " ".join(left))


def _close(check: QualityCheck, *, is_passed: bool, actor: Actor, now: datetime) -> None:
    check.checked_at, check.is_passed = now, is_passed
    check.checker_id, check.checker_name = actor.user_id, actor.name
    db.session.flush()


def _lock_item(item_id: int, site_id: int, actor: Actor) -> tuple[QualityCheckItem, QualityCheck]:
    item = db.session.get(QualityCheckItem, item_id)
    if item is None:
        raise NotFound(gettext("There is no such point."))
    check, _ = _lock_check(item.quality_check_id, site_id, actor)
    fresh = locked(QualityCheckItem, item_id)
    assert fresh is not None
    return fresh, check


def _lock_check(check_id: int, site_id: int, actor: Actor) -> tuple[QualityCheck, ServiceOrder]:
    """The open final inspection and its order, locked, for somebody who may inspect this car."""
    actor.need("quality.final_check")
    check = db.session.get(QualityCheck, check_id)
    if check is None or check.site_id != site_id or check.stage is not CheckStage.FINAL:
        raise NotFound(gettext("There is no such inspection."))
    order = lock_order(check.service_order_id, site_id=site_id)
    order.repairer_ids = sorted(set(order.repairer_ids) | queries.hands_on(order.id))
    if not NOT_THE_REPAIRER.holds(order, actor):
        raise NotPermitted(NOT_THE_REPAIRER.sentence)
    check = db.session.scalars(
        select(QualityCheck)
        .where(QualityCheck.id == check_id)
        .options(selectinload(QualityCheck.items))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if check.checked_at or order.state is not OrderState.QUALITY_CHECK:
        raise Refused(gettext("This final inspection is over."))
    return check, order
