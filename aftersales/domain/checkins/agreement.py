"""What was agreed about the promised time and a diagnosis (DIA-8)."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.actors import Actor
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.checkins.operations import lock_checkin
from aftersales.domain.errors import Invalid, Stale
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import (
    DIAGNOSIS,
    Job,
    LineKind,
    ServiceOrder,
)
from aftersales.i18n import gettext


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
    is signed (DIA-8). ``seen`` is the :func:`as_shown` that was on the screen: where somebody else agreed on another
    one since, it is refused (ORD-6). Refuses a fee without the consent, and a time that has passed."""
    order, checkin = lock_checkin(order_id, actor=actor, now=now, site_id=site_id)
    if seen is not None and seen != as_shown(order, checkin):
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


def as_shown(order: ServiceOrder, checkin: CheckIn | None) -> str:
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
