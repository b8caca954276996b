"""Rework: what failed a check goes back to a technician, has a clock of its own, and is said to be done (QCS-2)."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from aftersales.db import add, db, locked
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.errors import NotFound, Refused
from aftersales.domain.quality import queries
from aftersales.domain.quality.models import QualityCheck, QualityCheckItem, Rework
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.staffing import operations as staffing
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.workshop import clocking
from aftersales.domain.workshop.dispatch import need_own
from aftersales.domain.workshop.models import Clocking, EndReason
from aftersales.i18n import N_, gettext

DUE = timedelta(minutes=60)


def send_back(
    check: QualityCheck,
    order: ServiceOrder,
    *,
    title: str,
    instruction: str,
    actor: Actor,
    now: datetime,
    item: QualityCheckItem | None = None,
) -> Rework:
    """Give a piece of work back to its technician, with a task. The caller counts it on the order."""
    work = add(
        Rework(
            service_order_id=order.id,
            quality_check_id=check.id,
            quality_check_item_id=item.id if item else None,
            job_id=item.job_id if item else None,
            title=title[:200],
            reasons=item.reasons if item else [],
            instruction=instruction.strip(),
            technician_id=(item.technician_id if item else None) or order.technician_id,
            opened_at=now,
            opened_by_name=actor.name,
        )
    )
    tasks.open_task(
        TaskType.REWORK,
        site_id=order.site_id,
        role=Role.TECHNICIAN,
        person_id=work.technician_id,
        service_order_id=order.id,
        subject_id=work.id,
        due_at=now + DUE,
        now=now,
        note=f"{work.title}: {work.instruction}"[:300],
    )
    return work


def clock_on(rework_id: int, *, site_id: int, actor: Actor, now: datetime) -> Clocking:
    """Clock the actor on to a piece of rework: a clock apart from the sold work. What else runs, pauses.

    Refuses rework that is done, and an order on which nothing is authorised to be clocked on to.
    """
    work = _get(rework_id)
    jobs = queries.list_authorised_jobs(work.service_order_id)
    job_id = work.job_id if work.job_id in {job.id for job in jobs} else jobs[0].id if jobs else None
    if job_id is None:
        raise Refused(gettext("Nothing is authorised on this order, so nobody can clock on."))
    begun = clocking.clock_on(
        job_id, site_id=site_id, actor=actor, now=now, switch=True, rework_id=work.id
    )  # it locks the person's day and the order
    db.session.refresh(work)
    if work.done_at:
        raise Refused(gettext("This rework is done."))
    return begun


def finish(rework_id: int, *, site_id: int, note: str, actor: Actor, now: datetime) -> Rework:
    """The technician says that a piece of rework is done; their clock on it stops, its task closes. Twice is harmless.

    Refuses while a colleague is still clocked on to it.
    """
    actor.need("quality.self_check")
    if actor.user_id is not None:
        staffing.lock_day(actor.user_id)
    work = _get(rework_id)
    order = lock_order(work.service_order_id, site_id=site_id)
    if work.technician_id != actor.user_id:
        need_own(order, actor)
    work = _lock(rework_id)
    if work.done_at:
        return work
    running = clocking.find_running(actor.user_id) if actor.user_id is not None else None
    if running is not None and running.rework_id == work.id:
        clocking.clock_off(reason=EndReason.FINISHED, actor=actor, now=now)
    if _is_clocked(work.id):
        raise Refused(gettext("Somebody is still clocked on to this rework. Clock off first."))
    work.done_at, work.done_by_id, work.done_by_name = now, actor.user_id, actor.name
    work.done_note = note.strip()[:300]
    order.open_rework -= 1
    db.session.flush()
    timeline.note(
        order,
        EventKind.QUALITY,
        N_("Rework done: %(title)s"),
        actor=actor,
        now=now,
        reason=work.done_note,
        title=work.title,
    )
    tasks.close_tasks(TaskType.REWORK, actor=actor, now=now, service_order_id=order.id, subject_id=work.id)
    return work


def _is_clocked(rework_id: int) -> bool:
    return bool(
        db.session.scalar(
            select(func.count(Clocking.id)).where(
                Clocking.rework_id == rework_id, Clocking.ended_at.is_(None)
            )
        )
    )


def _get(rework_id: int) -> Rework:
    work = db.session.get(Rework, rework_id)
    if work is None:
        raise NotFound(gettext("There is no such rework."))
    return work


def _lock(rework_id: int) -> Rework:
    work = locked(Rework, rework_id)
    assert work is not None  # it was there a moment ago, and nothing of it is ever deleted
    return work
