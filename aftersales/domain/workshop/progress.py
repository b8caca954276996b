"""On time? When most of the planned time of a job is used, its technician says whether it will be ready (DSP-5).

A no, or anything abnormal, reaches manager and advisor as tasks: the one decides what is done, the other tells the
customer. A technician may say the same unasked at any moment.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm.attributes import set_committed_value

from aftersales.db import add, db
from aftersales.domain import audit, submissions
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import (
    Authorisation,
    EventKind,
    Job,
    Line,
    LineKind,
    ServiceOrder,
)
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.workshop import rules
from aftersales.domain.workshop.clocking import CLOCKABLE
from aftersales.domain.workshop.dispatch import need_own
from aftersales.domain.workshop.models import Clocking
from aftersales.domain.workshop.running import nobody_knows
from aftersales.domain.workshop.time_models import ProgressCheck
from aftersales.i18n import N_, gettext, label

DUE = timedelta(minutes=10)
"""Within this time the question is answered, and a delay is dealt with."""


def planned_minutes(job_ids: Iterable[int]) -> dict[int, int]:
    """The planned time of these jobs: the standard hours of their labour that was not declined."""
    rows = db.session.execute(
        select(Line.job_id, func.sum(Line.quantity))
        .where(
            Line.job_id.in_(list(job_ids)),
            Line.kind == LineKind.LABOUR,
            Line.voided_at.is_(None),
            Line.authorisation != Authorisation.DECLINED,
        )
        .group_by(Line.job_id)
    )
    return {job_id: int(hours * 60) for job_id, hours in rows}


def clocked_minutes(job_ids: Iterable[int], now: datetime) -> dict[int, int]:
    """How long people have worked on these jobs in sum, the clocks that run now included, but for those of which nobody
    knows how long they ran. Rework does not count against the plan."""
    minutes: dict[int, int] = defaultdict(int)
    for job_id, started_at, ended_at in db.session.execute(
        select(Clocking.job_id, Clocking.started_at, Clocking.ended_at).where(
            Clocking.job_id.in_(list(job_ids)), ~Clocking.is_rework, ~nobody_knows(Clocking)
        )
    ):
        minutes[job_id] += rules.minutes_between(started_at, ended_at or now)
    return minutes


def list_to_ask(site_id: int, percent: int, now: datetime) -> list[int]:
    """The jobs on which somebody works now, whose clocked time has reached ``percent`` of the plan and that nobody was
    asked about yet. In three queries; only jobs with a running clock are read."""
    running = db.session.scalars(
        select(Clocking.job_id)
        .outerjoin(
            ProgressCheck, (ProgressCheck.job_id == Clocking.job_id) & ProgressCheck.asked_at.is_not(None)
        )
        .where(
            Clocking.site_id == site_id,
            Clocking.ended_at.is_(None),
            ~Clocking.is_rework,
            ~nobody_knows(Clocking),
            ProgressCheck.id.is_(None),
        )
        .distinct()
    ).all()
    if not running:
        return []
    planned, clocked = planned_minutes(running), clocked_minutes(running, now)
    return [
        job_id
        for job_id in sorted(running)
        if planned.get(job_id, 0) and clocked.get(job_id, 0) * 100 >= planned[job_id] * percent
    ]


def ask(job_id: int, *, now: datetime) -> ProgressCheck | None:
    """Ask the technician who works on the job, or whoever has worked on it longest of several. Once per job: a second
    call changes nothing and gives None, and so does one that comes when nobody works on it any more."""
    order = lock_order(db.session.get_one(Job, job_id).service_order_id)
    job = db.session.get_one(Job, job_id, populate_existing=True)
    known = select(ProgressCheck.id).where(
        ProgressCheck.job_id == job_id, ProgressCheck.asked_at.is_not(None)
    )
    running = db.session.scalar(
        select(Clocking)
        .where(Clocking.job_id == job_id, Clocking.ended_at.is_(None))
        .order_by(Clocking.started_at)
        .limit(1)
    )
    if running is None or job.done_at or db.session.scalar(known) is not None:
        return None
    asked = add(
        ProgressCheck(
            site_id=order.site_id,
            service_order_id=order.id,
            job_id=job_id,
            asked_at=now,
            asked_user_id=running.user_id,
        )
    )
    tasks.open_task(
        TaskType.ANSWER_PROGRESS,
        site_id=order.site_id,
        person_id=running.user_id,
        service_order_id=order.id,
        subject_id=job_id,
        due_at=now + DUE,
        now=now,
        note=job.title[:300],
    )
    return asked


def answer(
    job_id: int,
    *,
    is_on_time: bool,
    site_id: int,
    actor: Actor,
    now: datetime,
    ready_by_at: datetime | None = None,
    abnormal: str = "",
    client_id: str = "",
) -> ProgressCheck:
    """The technician says whether the job will be ready as planned, and if not, when; and anything abnormal. Asked or
    not. The same ``client_id`` again is the first one's answer.

    A later time or something abnormal opens a task for the workshop manager and one for the advisor, and the time said
    counts for the lateness risk from now on. Refuses a no without a time, and orders that are not in work.
    """
    actor.need("jobs.clock")
    job = db.session.get(Job, job_id)
    if job is None or job.voided_at:
        raise NotFound(gettext("There is no such job."))
    order = lock_order(job.service_order_id, site_id=site_id)
    if known := submissions.earlier(client_id, now=now):
        return db.session.get_one(ProgressCheck, known)
    need_own(order, actor)
    if order.state not in CLOCKABLE:
        raise Refused(
            gettext("This order is not in work: it is in state “%(state)s”.", state=label(order.state))
        )
    if not is_on_time and ready_by_at is None:
        raise Invalid(gettext("Say when the job will be ready."), field="ready_by")
    if not is_on_time and ready_by_at is not None and ready_by_at <= now:
        raise Invalid(gettext("That time is over. Say when the job will be ready."), field="ready_by")
    check = db.session.scalar(
        select(ProgressCheck)
        .where(ProgressCheck.job_id == job_id, ProgressCheck.answered_at.is_(None))
        .order_by(ProgressCheck.id)
        .limit(1)
    ) or add(ProgressCheck(site_id=site_id, service_order_id=order.id, job_id=job_id))
    check.answered_at, check.answered_by_name = now, actor.name
    check.is_on_time, check.ready_by_at = is_on_time, None if is_on_time else ready_by_at
    check.abnormal = abnormal.strip()[:2000]
    db.session.flush()
    submissions.keep(client_id, check)
    tasks.close_tasks(
        TaskType.ANSWER_PROGRESS, actor=actor, now=now, service_order_id=order.id, subject_id=job_id
    )
    note_said(order, check.ready_by_at)
    _tell_workshop(check, order, job, actor=actor, now=now)
    return check


def measure(check_id: int, *, words: str, site_id: int, actor: Actor, now: datetime) -> ProgressCheck:
    """Record what is done about a delay. The manager's task closes. Said again, the newer words hold; the timeline keeps
    both."""
    actor.need("jobs.answer_delay")
    check, order = _lock(check_id, site_id)
    if not words.strip():
        raise Invalid(gettext("Say what you do about it."), field="measure")
    check.measure, check.measured_at, check.measured_by_name = words.strip()[:2000], now, actor.name
    db.session.flush()
    timeline.note(
        order,
        EventKind.NOTE,
        N_("Delay, what is done: %(what)s"),
        actor=actor,
        now=now,
        what=check.measure[:300],
    )
    tasks.close_tasks(TaskType.DELAY, actor=actor, now=now, service_order_id=order.id, subject_id=check_id)
    return check


def tell_by_message(
    check_id: int,
    *,
    promised_at: datetime,
    reason: str,
    site_id: int,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> ProgressCheck:
    """Promise a new time; the message about it goes to the customer with the reason. The advisor's task closes."""
    check, order = _lock(check_id, site_id)
    service_orders.promise(
        order.id, promised_at=promised_at, reason=reason, actor=actor, now=now, version=version
    )
    return _told(check, order, "", actor=actor, now=now)


def tell_otherwise(check_id: int, *, how: str, site_id: int, actor: Actor, now: datetime) -> ProgressCheck:
    """The customer was told by telephone or in person, or need not be told: how and why. The advisor's task closes."""
    actor.need("orders.promise")
    check, order = _lock(check_id, site_id)
    if not how.strip():
        raise Invalid(gettext("Say how the customer was told, or why not."), field="how")
    timeline.note(
        order, EventKind.NOTE, N_("Delay, customer: %(how)s"), actor=actor, now=now, how=how.strip()[:300]
    )
    return _told(check, order, how.strip(), actor=actor, now=now)


def note_said(order: ServiceOrder, ready_by_at: datetime | None) -> None:
    """Keep the technician's word on the order's row, where the board reads it. No edit: the version stays."""
    db.session.execute(
        update(ServiceOrder)
        .where(ServiceOrder.id == order.id)
        .values(said_ready_at=ready_by_at)
        .execution_options(synchronize_session=False)
    )
    set_committed_value(order, "said_ready_at", ready_by_at)


def find_asked(job_ids: Iterable[int]) -> set[int]:
    """Those of the jobs whose question waits for its answer."""
    return set(
        db.session.scalars(
            select(ProgressCheck.job_id).where(
                ProgressCheck.job_id.in_(list(job_ids)), ProgressCheck.answered_at.is_(None)
            )
        )
    )


def get_check(check_id: int, order_id: int) -> ProgressCheck:
    """What the technician said. Raises :class:`NotFound`, also for one of another order."""
    found = db.session.get(ProgressCheck, check_id)
    if found is None or found.service_order_id != order_id:
        raise NotFound(gettext("There is no such report."))
    return found


def _told(
    check: ProgressCheck, order: ServiceOrder, how: str, *, actor: Actor, now: datetime
) -> ProgressCheck:
    check.told_at, check.told_by_name, check.told_how = now, actor.name, how[:300]
    db.session.flush()
    tasks.close_tasks(
        TaskType.TELL_DELAY, actor=actor, now=now, service_order_id=order.id, subject_id=check.id
    )
    return check


def _tell_workshop(
    check: ProgressCheck, order: ServiceOrder, job: Job, *, actor: Actor, now: datetime
) -> None:
    if not check.is_alarming:
        timeline.note(
            order,
            EventKind.CLOCK,
            N_("Will be ready as planned: %(title)s"),
            actor=actor,
            now=now,
            title=job.title,
        )
        return
    if check.ready_by_at is None:
        timeline.note(
            order, EventKind.FINDING, N_("Something abnormal: %(title)s"), actor=actor, now=now,
            tone="soon", reason=check.abnormal, title=job.title,
        )  # fmt: skip
    else:
        timeline.note(
            order, EventKind.FINDING, N_("Delayed: %(title)s, ready by %(ready_at)s"), actor=actor, now=now,
            tone="soon", reason=check.abnormal, title=job.title, ready_at=check.ready_by_at.isoformat(),
        )  # fmt: skip
    audit.record(
        "progress.alarm",
        check,
        actor=actor,
        now=now,
        site_id=order.site_id,
        details={
            "job_id": job.id,
            "ready_by": check.ready_by_at.isoformat() if check.ready_by_at else None,
            "abnormal": check.abnormal,
        },
    )
    for type_, role, person_id in (
        (TaskType.DELAY, Role.MANAGER, None),
        (TaskType.TELL_DELAY, Role.ADVISOR, order.advisor_id),
    ):
        tasks.open_task(
            type_,
            site_id=order.site_id,
            role=role,
            person_id=person_id,
            service_order_id=order.id,
            subject_id=check.id,
            due_at=now + DUE,
            now=now,
            note=" · ".join(part for part in (actor.name, job.title, check.abnormal) if part)[:300],
        )


def _lock(check_id: int, site_id: int) -> tuple[ProgressCheck, ServiceOrder]:
    """What was said, under its order's lock, once it was said."""
    check = db.session.get(ProgressCheck, check_id)
    if check is None:
        raise NotFound(gettext("There is no such report."))
    order = lock_order(check.service_order_id, site_id=site_id)
    check = db.session.get_one(ProgressCheck, check_id, populate_existing=True)
    if check.answered_at is None:
        raise Refused(gettext("The technician has not answered yet."))
    return check, order
