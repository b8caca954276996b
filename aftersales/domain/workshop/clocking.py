"""Clocking on and off: the day and the jobs (DSP-4). One running job per person; a pause has a reason.

Locks are taken in one order: the person's day, then the orders by id. So two people never wait for each other, and
two taps of one person do.
"""

from collections import Counter
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import set_committed_value

from aftersales.db import add, db
from aftersales.domain.accounts.models import User
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.service_orders import facts, timeline, work
from aftersales.domain.service_orders.models import Authorisation, EventKind, Job, Line, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.staffing import operations as staffing
from aftersales.domain.staffing.models import Attendance
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.workshop import late, rules, safety, shifts
from aftersales.domain.workshop.dispatch import need_lead, need_own
from aftersales.domain.workshop.models import Clocking, EndReason
from aftersales.i18n import N_, gettext, label

CLOCKABLE = (OrderState.IN_PROGRESS, OrderState.REPAIRING)
BEFORE_WORK = (OrderState.BOOKED, OrderState.ARRIVED, OrderState.CHECKED_IN, OrderState.ASSIGNED)
"""Nobody has worked on the car yet."""


def begin_day(*, site_id: int, actor: Actor, now: datetime) -> Attendance:
    """Clock the actor on for the day. Refuses while a day of before was never ended: its end has to be said first."""
    actor.need("attendance.clock")
    return _begin_day(_person(actor), site_id=site_id, now=now)


def end_day(*, actor: Actor, now: datetime) -> None:
    """Clock the actor off for the day; a job that still runs ends with it. Twice is harmless. Refuses where the day was
    one of before: then its end has to be said."""
    actor.need("attendance.clock")
    day = staffing.lock_day(_person(actor))
    if day is None:
        return
    _refuse_stale_day(day, now)
    if running := find_running(_person(actor)):
        _stop(running, lock_order(running.service_order_id), EndReason.END_OF_DAY, actor=actor, now=now)
    staffing.end_day(day, now=max(now, day.started_at))
    tasks.close_tasks(TaskType.FORGOTTEN_DAY, actor=actor, now=now, subject_id=day.id)


def clock_on(
    job_id: int,
    *,
    site_id: int,
    actor: Actor,
    now: datetime,
    switch: bool = False,
    rework_id: int | None = None,
    instead_of: int | None = None,
    made_at: datetime | None = None,
) -> Clocking:
    """Begin to work on a job; the day begins with it if it has not yet. Twice is harmless. ``made_at``: when it was tapped
    on a tablet that had no network, see :func:`late.counted_at`; the same for the other two acts.

    Time on ``rework_id``, and on a finished job while rework is open, is rework: it is kept apart (QCS-2).

    Refuses when another job of the person runs, unless they ``switch``: that one pauses then. With ``instead_of``, the
    job that the tablet showed as running, it is asked again where another one runs by now: the person has two tablets.
    Refuses work that is not authorised, not accepted, finished, or not the person's, and anything while a clock of an
    earlier day runs: its end has to be said first.
    """
    actor.need("jobs.clock")
    arrived, now = now, late.counted_at(_person(actor), made_at=made_at, now=now)
    day = _begin_day(_person(actor), site_id=site_id, now=now)
    now = max(now, min(day.started_at, arrived))
    running = find_running(_person(actor))
    job = _get_job(job_id)
    orders = {
        order_id: lock_order(order_id)
        for order_id in sorted({job.service_order_id, *([running.service_order_id] if running else [])})
    }
    order = orders[job.service_order_id]
    _check_workable(order, job, site_id, actor)
    safety.need_safe(order, actor, now=now)
    is_rework = rework_id is not None or (job.done_at is not None and order.open_rework > 0)
    if running is not None:
        if (running.job_id, running.rework_id) == (job_id, rework_id):
            return running
        if not switch or instead_of not in (None, running.job_id):
            raise Refused(
                gettext(
                    "You are still clocked on to “%(job)s”. Pause it first, or switch to this one.",
                    job=_get_job(running.job_id).title,
                )
            )
        _stop(
            running,
            orders[running.service_order_id],
            EndReason.OTHER_JOB,
            actor=actor,
            now=now,
            why=late.words(now, arrived),
        )
    clocking = add(
        Clocking(
            site_id=site_id,
            service_order_id=order.id,
            job_id=job_id,
            user_id=_person(actor),
            started_at=now,
            is_rework=is_rework,
            rework_id=rework_id,
        )
    )
    refresh(order)
    text = N_("Clocked on for rework: %(title)s") if is_rework else N_("Clocked on: %(title)s")
    timeline.note(
        order,
        EventKind.CLOCK,
        text,
        actor=actor,
        now=now,
        reason=late.words(now, arrived),
        title=job.title,
    )
    return clocking


def clock_off(
    *,
    reason: EndReason,
    actor: Actor,
    now: datetime,
    note: str = "",
    job_id: int | None = None,
    made_at: datetime | None = None,
) -> Clocking | None:
    """End the actor's running job for a reason; “other” needs a note. None when nothing runs: twice is harmless.

    With ``job_id``, the job that the tablet showed as running, it refuses to pause another one, and what was tapped
    without network for a clock that never began: the time that was tapped must not vanish unseen.
    """
    actor.need("jobs.clock")
    if reason is EndReason.OTHER and not note.strip():
        raise Invalid(gettext("Say in a few words why you pause."), field="note")
    arrived, now = now, late.counted_at(_person(actor), made_at=made_at, now=now)
    running = find_running(_person(actor))
    if job_id is not None:
        late.refuse_other_pause(_get_job(job_id), running, user_id=_person(actor), at=now, arrived=arrived)
    if running is None:
        return None
    refuse_stale(running, now)
    _stop(
        running,
        lock_order(running.service_order_id),
        reason,
        actor=actor,
        now=now,
        note=note,
        why=late.words(now, arrived),
    )
    return running


def stop_for(clocking_id: int, *, site_id: int, reason: str, actor: Actor, now: datetime) -> Clocking:
    """End a colleague's running clock, because they left in the middle of the job, or because the order ends: with a
    reason that they read. Twice is harmless. For those who lead the person; refuses without a reason, and for a clock of
    an earlier day, whose end has to be said."""
    actor.need("clocks.lead")
    found = db.session.get(Clocking, clocking_id)
    if found is None or found.site_id != site_id:
        raise NotFound(gettext("There is no such clock."))
    need_lead(found.user_id, site_id, actor)
    if not reason.strip():
        raise Invalid(gettext("Say why you stop the clock. Your colleague reads it."), field="reason")
    staffing.lock_day(found.user_id)
    order = lock_order(found.service_order_id)
    found = db.session.get_one(Clocking, clocking_id, populate_existing=True)
    if found.ended_at is not None:
        return found
    refuse_stale(found, now)
    if found.user_id != actor.user_id:
        found.stopped_by_name = actor.name
    _stop(found, order, EndReason.STOPPED, actor=actor, now=now, note=reason)
    return found


def finish_job(
    job_id: int, *, site_id: int, actor: Actor, now: datetime, made_at: datetime | None = None
) -> Job:
    """The job is done: the actor's clocking on it ends, the job carries who and when. Twice is harmless.

    Refuses while colleagues are still clocked on to it, and where the order is not in repair or nothing of the job is
    authorised.
    """
    actor.need("jobs.clock")
    arrived, now = now, late.counted_at(_person(actor), made_at=made_at, now=now)
    job = _get_job(job_id)
    order = lock_order(job.service_order_id, site_id=site_id)
    need_own(order, actor)
    db.session.refresh(job)
    if job.done_at:
        return job
    if order.state is not OrderState.REPAIRING:
        raise Refused(
            gettext(
                "A job is finished during the repair. This order is in state “%(state)s”.",
                state=label(order.state),
            )
        )
    if not _is_authorised(job_id):
        raise Refused(
            gettext("Nothing of this job is approved yet. The advisor has to ask the customer first.")
        )
    others = _names_on(job_id, except_user_id=_person(actor))
    if others:
        raise Refused(gettext("%(names)s still works on this job. Clock off first.", names=", ".join(others)))
    running = find_running(_person(actor))
    if running is not None and running.job_id == job_id:
        refuse_stale(running, now)
        _stop(running, order, EndReason.FINISHED, actor=actor, now=now, why=late.words(now, arrived))
    done = work.finish_job(job_id, actor=actor, now=now)
    refresh(order)
    if order.said_ready_at is not None:  # what was said of this job is over
        _put(order, said_ready_at=None)
    tasks.close_tasks(
        TaskType.ANSWER_PROGRESS, actor=actor, now=now, service_order_id=order.id, subject_id=job_id
    )
    return done


def find(clocking_id: int) -> Clocking | None:
    """The stretch of work."""
    return db.session.get(Clocking, clocking_id)


def find_running(user_id: int) -> Clocking | None:
    """What the person is clocked on to now."""
    return db.session.scalar(
        select(Clocking)
        .where(Clocking.user_id == user_id, Clocking.ended_at.is_(None))
        .execution_options(populate_existing=True)
    )


def refresh(order: ServiceOrder) -> None:
    """Bring the order's facts about time and people up to date from its clockings: they can always be recomputed.

    They follow from clocks and nobody edits them, so the order keeps its version: a form that stands open at the desk is
    not out of date because somebody clocked on."""
    db.session.flush()
    clockings = db.session.execute(
        select(
            Clocking.job_id, Clocking.user_id, Clocking.started_at, Clocking.ended_at, Clocking.is_rework
        ).where(Clocking.service_order_id == order.id)
    ).all()
    minutes, of_job = {False: 0, True: 0}, Counter[int]()
    for each in clockings:
        if each.ended_at:
            length = rules.minutes_between(each.started_at, each.ended_at)
            minutes[each.is_rework] += length
            of_job[each.job_id] += 0 if each.is_rework else length
    jobs = db.session.execute(
        select(Job.id, Job.done_by_id, Job.worked_minutes).where(Job.service_order_id == order.id)
    ).all()
    for job in jobs:
        if of_job[job.id] != job.worked_minutes:
            facts.put(job.id, worked_minutes=of_job[job.id])
    finishers = {job.done_by_id for job in jobs if job.done_by_id is not None}
    _put(
        order,
        open_clockings=sum(each.ended_at is None for each in clockings),
        worked_minutes=minutes[False],
        rework_minutes=minutes[True],
        repairer_ids=sorted({each.user_id for each in clockings} | finishers),
    )


def _put(order: ServiceOrder, **known: object) -> None:
    """Write facts to the order's row beside its version."""
    db.session.execute(
        update(ServiceOrder)
        .where(ServiceOrder.id == order.id)
        .values(**known)
        .execution_options(synchronize_session=False)
    )
    for name, value in known.items():
        set_committed_value(order, name, value)


def refuse_stale(running: Clocking, now: datetime) -> None:
    """Refuse to end a clock of an earlier day by what the clock says now: nobody worked through the night."""
    if shifts.is_stale(running.site_id, running.user_id, running.started_at, now):
        raise Refused(
            gettext(
                "Your clock on “%(job)s” runs since an earlier day. Say first when you stopped.",
                job=_get_job(running.job_id).title,
            )
        )


def _refuse_stale_day(day: Attendance, now: datetime) -> None:
    if shifts.is_stale(day.site_id, day.user_id, day.started_at, now):
        raise Refused(gettext("Your earlier day was never ended. Say first when you stopped."))


def _begin_day(user_id: int, *, site_id: int, now: datetime) -> Attendance:
    day = staffing.begin_day(user_id, site_id=site_id, now=now)
    _refuse_stale_day(day, now)
    running = find_running(user_id)
    if running is not None:
        refuse_stale(running, now)
    return day


def _stop(
    running: Clocking,
    order: ServiceOrder,
    reason: EndReason,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    why: str = "",
) -> None:
    # A clock that was set back must not make a negative time.
    running.ended_at = max(now, running.started_at)
    running.end_reason, running.note = reason, note.strip()[:200]
    refresh(order)
    tasks.close_tasks(
        TaskType.FORGOTTEN_CLOCK,
        actor=actor,
        now=now,
        service_order_id=order.id,
        subject_id=running.id,
    )
    minutes = rules.minutes_between(running.started_at, running.ended_at)
    timeline.note(
        order,
        EventKind.CLOCK,
        N_("Clocked off: %(title)s, %(hours)s h"),
        actor=actor,
        now=now,
        reason=" ".join(part for part in (note.strip() or str(label(reason)), why) if part),
        title=_get_job(running.job_id).title,
        hours=f"{minutes // 60}:{minutes % 60:02d}",
    )


def _check_workable(order: ServiceOrder, job: Job, site_id: int, actor: Actor) -> None:
    if order.site_id != site_id:
        raise NotFound(gettext("There is no such job."))
    need_own(order, actor)
    if order.state is OrderState.ASSIGNED:
        raise Refused(gettext("Accept the car first, then clock on."))
    if order.state not in CLOCKABLE:
        raise Refused(
            gettext("Nobody can clock on now: the order is in state “%(state)s”.", state=label(order.state))
        )
    if job.done_at and not order.open_rework:
        raise Refused(gettext("This job is finished."))
    if order.state is OrderState.REPAIRING and not _is_authorised(job.id):
        raise Refused(
            gettext("Nothing of this job is approved yet. The advisor has to ask the customer first.")
        )


def _is_authorised(job_id: int) -> bool:
    authorised = select(Line.id).where(
        Line.job_id == job_id, Line.voided_at.is_(None), Line.authorisation == Authorisation.AUTHORISED
    )
    return db.session.scalar(authorised.limit(1)) is not None


def _names_on(job_id: int, *, except_user_id: int) -> list[str]:
    return list(
        db.session.scalars(
            select(User.name)
            .join(Clocking, Clocking.user_id == User.id)
            .where(Clocking.job_id == job_id, Clocking.ended_at.is_(None), Clocking.user_id != except_user_id)
            .order_by(User.name)
        )
    )


def _get_job(job_id: int) -> Job:
    job = db.session.get(Job, job_id)
    if job is None or job.voided_at:
        raise NotFound(gettext("There is no such job."))
    return job


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise Refused(gettext("Only people clock on and off."))
    return actor.user_id
