"""Problems that technicians find beyond the approved work, and what the advisor makes of them (ORD-4)."""

from datetime import datetime, timedelta

from aftersales.db import add, db, locked
from aftersales.domain import submissions
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.service_orders import timeline, work
from aftersales.domain.service_orders.models import EventKind, Job
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.workshop.dispatch import need_own
from aftersales.domain.workshop.models import ProblemReport
from aftersales.i18n import N_, gettext, label

DUE = timedelta(minutes=15)
REPORTABLE = (
    OrderState.IN_PROGRESS,
    OrderState.AWAITING_APPROVAL,
    OrderState.AWAITING_PARTS,
    OrderState.REPAIRING,
)


def report(
    order_id: int,
    *,
    site_id: int,
    text: str,
    actor: Actor,
    now: datetime,
    job_id: int | None = None,
    is_unsafe: bool = False,
    extra_minutes: int = 0,
    client_id: str = "",
) -> ProblemReport:
    """Tell the advisor of additional work: a report on the order and a task. The same ``client_id`` again is the first
    one's answer. Refuses orders that are not in work, and reports without words."""
    actor.need("jobs.report_additional")
    order = lock_order(order_id, site_id=site_id)
    known = submissions.earlier(client_id, now=now)
    if known is not None:
        return db.session.get_one(ProblemReport, known)
    if not actor.may("orders.edit"):
        need_own(order, actor)
    if not text.strip():
        raise Invalid(gettext("Say what you found."), field="text")
    if order.state not in REPORTABLE:
        raise Refused(
            gettext("This order is not in work: it is in state “%(state)s”.", state=label(order.state))
        )
    if job_id is not None and job_id not in [job.id for job in order.jobs]:
        raise Invalid(gettext("Choose a job of this order."), field="job_id")
    found = add(
        ProblemReport(
            service_order_id=order_id,
            job_id=job_id,
            text=text.strip(),
            is_unsafe=is_unsafe,
            extra_minutes=extra_minutes,
            reported_at=now,
            reported_by_id=actor.user_id,
            reported_by_name=actor.name,
        )
    )
    submissions.keep(client_id, found)
    timeline.note(
        order,
        EventKind.FINDING,
        N_("Problem reported: %(what)s"),
        actor=actor,
        now=now,
        tone="urgent" if is_unsafe else "soon",
        what=found.text[:200],
    )
    tasks.open_task(
        TaskType.REPORT_ADDITIONAL,
        site_id=site_id,
        role=Role.ADVISOR,
        person_id=order.advisor_id,
        service_order_id=order_id,
        subject_id=found.id,
        due_at=now + DUE,
        now=now,
        note=found.text[:300],
    )
    return found


def take_up(
    report_id: int, *, site_id: int, title: str, explanation: str, actor: Actor, now: datetime
) -> Job:
    """Make a reported problem a job of the order: additional work, which needs its own authorisation. The task closes."""
    actor.need("orders.edit")
    found = _lock_open(report_id, site_id)
    job = work.add_job(
        found.service_order_id,
        title=title,
        explanation=explanation,
        severity="urgent" if found.is_unsafe else "soon",
        actor=actor,
        now=now,
    )
    found.new_job_id = job.id
    _answer(found, actor=actor, now=now)
    return job


def set_aside(report_id: int, *, site_id: int, reason: str, actor: Actor, now: datetime) -> ProblemReport:
    """The advisor decides with a reason that nothing follows from a report; the technician reads it. The task closes."""
    actor.need("orders.edit")
    if not reason.strip():
        raise Invalid(gettext("Give a reason. The technician reads it."), field="reason")
    found = _lock_open(report_id, site_id)
    found.answer = reason.strip()[:200]
    _answer(found, actor=actor, now=now)
    timeline.note(
        lock_order(found.service_order_id),
        EventKind.NOTE,
        N_("Reported problem set aside"),
        actor=actor,
        now=now,
        reason=found.answer,
    )
    return found


def _lock_open(report_id: int, site_id: int) -> ProblemReport:
    found = db.session.get(ProblemReport, report_id)
    if found is None:
        raise NotFound(gettext("There is no such report."))
    lock_order(found.service_order_id, site_id=site_id)
    found = locked(ProblemReport, report_id)
    if found is None:
        raise NotFound(gettext("There is no such report."))
    if found.answered_at:
        raise Refused(gettext("%(name)s has answered this report already.", name=found.answered_by_name))
    return found


def _answer(found: ProblemReport, *, actor: Actor, now: datetime) -> None:
    found.answered_at, found.answered_by_name = now, actor.name
    db.session.flush()
    tasks.close_tasks(
        TaskType.REPORT_ADDITIONAL,
        actor=actor,
        now=now,
        service_order_id=found.service_order_id,
        subject_id=found.id,
    )
