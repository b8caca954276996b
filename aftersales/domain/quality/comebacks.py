"""Comebacks: a visit because earlier work did not hold, linked to that work, told to who did and inspected it, counted
(QCS-2, ORD-9)."""

from datetime import datetime, timedelta

from sqlalchemy import distinct, func, select

from aftersales.clock import local_date
from aftersales.db import add, db
from aftersales.domain import audit
from aftersales.domain.accounts.models import User
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.quality.comeback_models import Comeback, ComebackNotice
from aftersales.domain.quality.models import CheckStage, QualityCheck
from aftersales.domain.service_orders import facts, timeline
from aftersales.domain.service_orders.models import Authorisation, EventKind, Job, PayType, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.sites import queries as sites
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.workshop.models import Clocking
from aftersales.i18n import N_, gettext

READ_WITHIN = timedelta(days=1)
OURS = (PayType.INTERNAL, PayType.GOODWILL)
"""Who pays for a comeback by proposal; the advisor may change it like any line's."""


def link(
    order_id: int,
    first_order_id: int,
    *,
    actor: Actor,
    now: datetime,
    site_id: int,
    first_job_id: int | None = None,
    job_id: int | None = None,
    pay_type: PayType = PayType.INTERNAL,
) -> Comeback:
    """This visit is a comeback of an earlier order, this concern of that job. Twice is harmless; a no becomes a yes.

    The concern's lines that nobody authorised yet are proposed to be paid by the workshop. Who did the first work and who
    inspected it get a task to read it. Refuses an order of another vehicle, one that was never handed over, and a visit
    that is closed.
    """
    actor.need("comebacks.decide")
    if pay_type not in OURS:
        raise Invalid(gettext("A comeback is paid by the workshop or out of goodwill."), field="pay_type")
    order, first = _lock_both(order_id, first_order_id, site_id)
    job = _job_of(order, job_id)
    first_job = _job_of(first, first_job_id)
    found = _find(order.id, first.id, first_job_id)
    if found is not None and found.is_comeback and found.job_id == job_id:
        return found
    found = found or Comeback(
        site_id=order.site_id,
        service_order_id=order.id,
        first_order_id=first.id,
        first_job_id=first_job_id,
        is_comeback=True,
    )
    found.job_id, found.is_comeback, found.reason = job_id, True, ""
    found.decided_at, found.decided_by_name = now, actor.name
    found.days_after = _days_after(order, first)
    add(found)
    order.comeback_of_id = order.comeback_of_id or first.id
    if job is not None:
        _propose_payer(job, pay_type)
        facts.refresh(order)
    _count(first)
    _tell(found, first, first_job, now=now)
    for where, text, other in (
        (order, N_("Comeback of order %(number)s: %(title)s"), first),
        (first, N_("Came back with order %(number)s: %(title)s"), order),
    ):
        timeline.note(
            where,
            EventKind.QUALITY,
            text,
            actor=actor,
            now=now,
            tone="soon",
            number=other.number,
            title=first_job.title if first_job else first.summary,
        )
    audit.record(
        "comebacks.link", found, actor=actor, now=now, site_id=order.site_id,
        details={"order": order.number, "first": first.number, "days_after": found.days_after},
    )  # fmt: skip
    return found


def decline(
    order_id: int,
    first_order_id: int,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    site_id: int,
    first_job_id: int | None = None,
) -> Comeback:
    """This visit has nothing to do with that earlier work; the reason is kept. A yes becomes a no: the customer pays
    again, what was told is taken back."""
    actor.need("comebacks.decide")
    if not reason.strip():
        raise Invalid(gettext("Say why this is no comeback."), field="reason")
    order, first = _lock_both(order_id, first_order_id, site_id)
    first_job = _job_of(first, first_job_id)
    found = _find(order.id, first.id, first_job_id)
    if found is not None and not found.is_comeback and found.reason == reason.strip()[:300]:
        return found
    if found is not None and found.is_comeback:
        if (job := _job_of(order, found.job_id)) is not None:
            _propose_payer(job, PayType.CUSTOMER)
        for notice in found.notices:
            tasks.close_tasks(TaskType.COMEBACK, actor=actor, now=now, subject_id=notice.id)
    found = found or Comeback(
        site_id=order.site_id,
        service_order_id=order.id,
        first_order_id=first.id,
        first_job_id=first_job_id,
        days_after=_days_after(order, first),
    )
    found.is_comeback, found.reason, found.job_id = False, reason.strip()[:300], None
    found.decided_at, found.decided_by_name = now, actor.name
    add(found)
    order.comeback_of_id = db.session.scalar(
        select(Comeback.first_order_id)
        .where(Comeback.service_order_id == order.id, Comeback.is_comeback)
        .order_by(Comeback.id)
        .limit(1)
    )
    _count(first)
    facts.refresh(order)
    timeline.note(
        order, EventKind.QUALITY, N_("No comeback of order %(number)s: %(title)s"), actor=actor, now=now,
        reason=found.reason, number=first.number, title=first_job.title if first_job else first.summary,
    )  # fmt: skip
    audit.record(
        "comebacks.decline", found, actor=actor, now=now, site_id=order.site_id,
        details={"order": order.number, "first": first.number, "reason": found.reason},
    )  # fmt: skip
    return found


def read(notice_id: int, *, note: str, actor: Actor, now: datetime) -> ComebackNotice:
    """Who did or inspected the first work has read that it came back, and may say what went wrong. Their task closes.
    A later word replaces the first. Refuses everybody else."""
    notice = db.session.get(ComebackNotice, notice_id, with_for_update=True)
    if notice is None or notice.user_id != actor.user_id:
        raise NotFound(gettext("There is no such notice for you."))
    notice.read_at, notice.note = notice.read_at or now, note.strip()[:300] or notice.note
    db.session.flush()
    tasks.close_tasks(TaskType.COMEBACK, actor=actor, now=now, subject_id=notice.id)
    return notice


def _lock_both(order_id: int, first_order_id: int, site_id: int) -> tuple[ServiceOrder, ServiceOrder]:
    """Both orders, locked by id so that two advisors never wait for each other."""
    if order_id == first_order_id:
        raise Invalid(gettext("An order cannot be a comeback of itself."))
    locked = {each: lock_order(each) for each in sorted((order_id, first_order_id))}
    order, first = locked[order_id], locked[first_order_id]
    if order.site_id != site_id or first.vehicle_id != order.vehicle_id:
        raise NotFound(gettext("There is no such order."))
    if first.state is not OrderState.COMPLETED:
        raise Refused(
            gettext("Order %(number)s was not handed over: nothing of it can come back.", number=first.number)
        )
    if order.is_closed:
        raise Refused(gettext("This order is closed."))
    return order, first


def _find(order_id: int, first_order_id: int, first_job_id: int | None) -> Comeback | None:
    return db.session.scalar(
        select(Comeback)
        .where(
            Comeback.service_order_id == order_id,
            Comeback.first_order_id == first_order_id,
            Comeback.first_job_id.is_not_distinct_from(first_job_id),
        )
        .execution_options(populate_existing=True)
    )


def _job_of(order: ServiceOrder, job_id: int | None) -> Job | None:
    if job_id is None:
        return None
    job = db.session.get(Job, job_id)
    if job is None or job.service_order_id != order.id or job.voided_at:
        raise NotFound(gettext("There is no such job."))
    return job


def _days_after(order: ServiceOrder, first: ServiceOrder) -> int | None:
    """Calendar days in the first order's zone from its hand-over to this arrival."""
    arrived = order.arrived_at or order.planned_at
    if arrived is None or first.closed_at is None:
        return None
    zone = sites.get_site(first.site_id).timezone
    return (local_date(arrived, zone) - local_date(first.closed_at, zone)).days


def _propose_payer(job: Job, pay_type: PayType) -> None:
    """Nothing that somebody authorised changes its payer."""
    job.pay_type = pay_type
    for line in job.lines:
        if line.voided_at is None and line.authorisation is Authorisation.PROPOSED:
            line.pay_type = pay_type
    db.session.flush()


def _count(first: ServiceOrder) -> None:
    db.session.flush()
    first.comebacks = (
        db.session.scalar(
            select(func.count(distinct(Comeback.service_order_id))).where(
                Comeback.first_order_id == first.id, Comeback.is_comeback
            )
        )
        or 0
    )
    db.session.flush()


def _tell(found: Comeback, first: ServiceOrder, first_job: Job | None, *, now: datetime) -> None:
    """A notice and a task for each of them; who was told stays told."""
    known = {notice.user_id for notice in found.notices}
    for user_id, name, was_inspector in _people(first, first_job):
        if user_id in known:
            continue
        notice = add(
            ComebackNotice(comeback_id=found.id, user_id=user_id, user_name=name, was_inspector=was_inspector)
        )
        tasks.open_task(
            TaskType.COMEBACK,
            site_id=first.site_id,
            role=Role.QC if was_inspector else Role.TECHNICIAN,
            person_id=user_id,
            service_order_id=found.service_order_id,
            subject_id=notice.id,
            due_at=now + READ_WITHIN,
            now=now,
            note=(first_job.title if first_job else first.summary)[:300],
        )


def _people(first: ServiceOrder, first_job: Job | None) -> list[tuple[int, str, bool]]:
    """Who did the first work (of the job, where one is named) and who inspected it: id, name, whether inspector."""
    from_clock = select(Clocking.user_id).where(
        Clocking.service_order_id == first.id, Clocking.is_rework.is_(False)
    )
    finished = select(Job.done_by_id).where(
        Job.service_order_id == first.id, Job.done_by_id.is_not(None), Job.voided_at.is_(None)
    )
    if first_job is not None:
        from_clock = from_clock.where(Clocking.job_id == first_job.id)
        finished = finished.where(Job.id == first_job.id)
    hands = select(User.id, User.name).where(User.id.in_(from_clock.union(finished))).order_by(User.name)
    inspectors = (
        select(QualityCheck.checker_id, QualityCheck.checker_name)
        .where(
            QualityCheck.service_order_id == first.id,
            QualityCheck.stage == CheckStage.FINAL,
            QualityCheck.is_passed.is_(True),
            QualityCheck.checker_id.is_not(None),
        )
        .order_by(QualityCheck.round.desc())
        .limit(1)
    )
    people = [(user_id, name, False) for user_id, name in db.session.execute(hands)]
    known = {user_id for user_id, _, _ in people}
    for user_id, name in db.session.execute(inspectors):
        if user_id is not None and user_id not in known:
            people.append((user_id, name, True))
    return people
