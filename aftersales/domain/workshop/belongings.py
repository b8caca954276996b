"""Moving belongings for the work: the technician asks, the advisor asks the customer, the answer stands (TEC-8)."""

from datetime import datetime, timedelta

from sqlalchemy import select

from aftersales.db import add, db
from aftersales.domain import submissions
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, Job
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.workshop.car_models import BelongingsRequest, ConsentWay
from aftersales.domain.workshop.dispatch import need_own
from aftersales.i18n import N_, gettext, label

ANSWER_WITHIN = timedelta(minutes=20)


def ask(
    order_id: int,
    *,
    what: str,
    why: str,
    site_id: int,
    actor: Actor,
    now: datetime,
    job_id: int | None = None,
    submission_id: str = "",
) -> BelongingsRequest:
    """The technician has to move something of the customer's; the advisor gets it as a task. The same ``submission_id``
    asks once. Refuses without a word on what it is, and on a closed order."""
    actor.need("jobs.report_additional")
    order = lock_order(order_id, site_id=site_id)
    need_own(order, actor)
    if known := submissions.earlier(submission_id, now=now):
        return db.session.get_one(BelongingsRequest, known)
    if order.is_closed:
        raise Refused(gettext("This order is closed."))
    if not what.strip():
        raise Invalid(gettext("Say what has to be moved."), field="what")
    if job_id is not None:
        job = db.session.get(Job, job_id)
        if job is None or job.service_order_id != order_id or job.voided_at:
            raise NotFound(gettext("There is no such job."))
    request = add(
        BelongingsRequest(
            service_order_id=order_id,
            job_id=job_id,
            what=what.strip()[:200],
            why=why.strip()[:200],
            asked_at=now,
            asked_by_name=actor.name,
            asked_by_id=actor.user_id,
        )
    )
    submissions.keep(submission_id, request)
    timeline.note(
        order, EventKind.NOTE, N_("Asked to move: %(what)s"), actor=actor, now=now, reason=request.why,
        what=request.what,
    )  # fmt: skip
    tasks.open_task(
        TaskType.MOVE_BELONGINGS,
        site_id=order.site_id,
        role=Role.ADVISOR,
        person_id=order.advisor_id,
        service_order_id=order_id,
        subject_id=request.id,
        due_at=now + ANSWER_WITHIN,
        now=now,
        note=f"{request.what}: {request.why}".rstrip(": ")[:300],
    )
    return request


def answer(
    request_id: int,
    *,
    is_allowed: bool,
    consent_by: str,
    way: ConsentWay,
    note: str,
    site_id: int,
    actor: Actor,
    now: datetime,
) -> BelongingsRequest:
    """What the customer said: yes or no, who said it, how and when. The technician reads it on the job. Twice is harmless;
    another answer than the first is refused, since the first one may have been acted upon."""
    actor.need("checkins.write")
    request = db.session.get(BelongingsRequest, request_id)
    if request is None:
        raise NotFound(gettext("There is no such request."))
    order = lock_order(request.service_order_id, site_id=site_id)
    db.session.refresh(request)
    if request.answered_at is not None:
        if request.is_allowed is is_allowed:
            return request
        raise Refused(
            gettext(
                "%(name)s has answered this already. Talk to the technician.", name=request.answered_by_name
            )
        )
    if not consent_by.strip():
        raise Invalid(
            gettext("Enter who said it: the customer, or who may decide for them."), field="consent_by"
        )
    request.is_allowed, request.consent_by, request.way = is_allowed, consent_by.strip()[:120], way
    request.answered_at, request.answered_by_name = now, actor.name
    request.answer = note.strip()[:200]
    db.session.flush()
    timeline.note(
        order,
        EventKind.APPROVAL,
        N_("%(name)s allows moving: %(what)s (%(way)s)")
        if is_allowed
        else N_("%(name)s does not allow moving: %(what)s (%(way)s)"),
        actor=actor,
        now=now,
        tone="ok" if is_allowed else "soon",
        reason=request.answer,
        name=request.consent_by,
        what=request.what,
        way=str(label(way)),
    )
    tasks.close_tasks(
        TaskType.MOVE_BELONGINGS, actor=actor, now=now, service_order_id=order.id, subject_id=request.id
    )
    return request


def list_of_order(order_id: int) -> list[BelongingsRequest]:
    """What was asked on the order, newest first."""
    return list(
        db.session.scalars(
            select(BelongingsRequest)
            .where(BelongingsRequest.service_order_id == order_id)
            .order_by(BelongingsRequest.id.desc())
        )
    )


def get_request(request_id: int, order_id: int) -> BelongingsRequest:
    """The request. Raises :class:`NotFound`, also for one of another order."""
    found = db.session.get(BelongingsRequest, request_id)
    if found is None or found.service_order_id != order_id:
        raise NotFound(gettext("There is no such request."))
    return found
