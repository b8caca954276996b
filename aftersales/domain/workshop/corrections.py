"""Correcting times that were clocked wrongly: old and new are both kept, with who, when and why (DSP-4).

A clock that still runs is ended first, by the real moment at which somebody said that it should have ended before;
the correction then replaces that. Locks are taken as everywhere on the floor: the person's day, then the order.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select

from aftersales.db import add, db
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, Job
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.sites import operations as sites
from aftersales.domain.sites.models import Site
from aftersales.domain.staffing import operations as staffing
from aftersales.domain.staffing.models import Attendance
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.workshop import at_work, clocking, forgotten
from aftersales.domain.workshop.dispatch import need_lead, need_own
from aftersales.domain.workshop.models import Clocking, EndReason
from aftersales.domain.workshop.time_models import ClockCorrection
from aftersales.i18n import N_, gettext

LONGEST = timedelta(hours=16)
"""Nobody works longer in one piece; more is a mistyped day."""


def correct_clocking(
    clocking_id: int,
    *,
    started_at: datetime,
    ended_at: datetime,
    reason: str,
    site_id: int,
    actor: Actor,
    now: datetime,
    ends_day: bool = False,
) -> ClockCorrection:
    """Say when work on a job really began and ended. With ``ends_day`` the person's day, if it still runs since before,
    ended then too.

    One's own correction waits for the team leader's yes where the site wants that; else it holds at once. Refuses times
    that cannot be, that overlap another clock of the person, strangers, and a second correction while one waits.
    """
    found = _get_clocking(clocking_id, site_id)
    _need_rights(found.user_id, site_id, actor)
    day = staffing.lock_day(found.user_id)
    order = lock_order(found.service_order_id)
    found = db.session.get_one(Clocking, clocking_id, populate_existing=True)
    reason = _check(started_at, ended_at, reason, now)
    _refuse_overlap(found, started_at, ended_at)
    _refuse_waiting(ClockCorrection.clocking_id == clocking_id)
    old_ended_at = found.ended_at
    if found.ended_at is None:
        found.ended_at = max(now, found.started_at)
        found.end_reason, found.note = EndReason.FORGOTTEN, reason[:200]
        clocking.refresh(order)
    correction = _keep(
        ClockCorrection(
            site_id=site_id,
            user_id=found.user_id,
            clocking_id=clocking_id,
            old_started_at=found.started_at,
            old_ended_at=old_ended_at,
            new_started_at=started_at,
            new_ended_at=ended_at,
        ),
        reason,
        actor=actor,
        now=now,
    )
    tasks.close_tasks(
        TaskType.FORGOTTEN_CLOCK, actor=actor, now=now, service_order_id=order.id, subject_id=clocking_id
    )
    if ends_day and day is not None and day.site_id == site_id and day.started_at < ended_at:
        _correct_day(day, day.started_at, ended_at, reason, actor=actor, now=now)
    return correction


def add_missing(
    job_id: int,
    *,
    started_at: datetime,
    ended_at: datetime,
    reason: str,
    site_id: int,
    actor: Actor,
    now: datetime,
) -> ClockCorrection:
    """Enter work of the actor that no clock has, for example because the tablet had no network for too long. It stands as
    a clock of no length whose correction waits for the team leader's yes, or holds at once, as every other one.

    Refuses times that cannot be or from before the car came, that overlap a clock or another entry that waits, and work
    on other people's orders.
    """
    actor.need("jobs.clock")
    assert actor.user_id is not None
    job = at_work.get_job(job_id, site_id)
    staffing.lock_day(actor.user_id)
    order = lock_order(job.service_order_id, site_id=site_id)
    need_own(order, actor)
    reason = _check(started_at, ended_at, reason, now)
    if order.state in clocking.BEFORE_WORK or order.arrived_at is None or started_at < order.arrived_at:
        raise Invalid(
            gettext("The car was not in the workshop then. Choose another job or time."), field="started_at"
        )
    waiting = select(ClockCorrection.id).where(
        ClockCorrection.user_id == actor.user_id,
        ClockCorrection.clocking_id.is_not(None),
        ClockCorrection.decided_at.is_(None),
        ClockCorrection.new_started_at < ended_at,
        ClockCorrection.new_ended_at > started_at,
    )
    if db.session.scalar(waiting.limit(1)) is not None:
        raise Refused(gettext("A correction of this time waits for the team leader already."))
    missing = Clocking(
        site_id=site_id,
        service_order_id=order.id,
        job_id=job_id,
        user_id=actor.user_id,
        started_at=started_at,
        ended_at=started_at,
        end_reason=EndReason.FORGOTTEN,
        note=reason[:200],
        is_rework=job.done_at is not None and job.done_at <= started_at and order.open_rework > 0,
    )
    _refuse_overlap(missing, started_at, ended_at)
    add(missing)
    clocking.refresh(order)
    return _keep(
        ClockCorrection(
            site_id=site_id,
            user_id=actor.user_id,
            clocking_id=missing.id,
            old_started_at=started_at,
            old_ended_at=started_at,
            new_started_at=started_at,
            new_ended_at=ended_at,
        ),
        reason,
        actor=actor,
        now=now,
    )


def correct_day(
    attendance_id: int,
    *,
    started_at: datetime,
    ended_at: datetime,
    reason: str,
    site_id: int,
    actor: Actor,
    now: datetime,
) -> ClockCorrection:
    """Say when a person's day really began and ended; as :func:`correct_clocking`. Refuses while a job of it runs."""
    day = db.session.get(Attendance, attendance_id)
    if day is None or day.site_id != site_id:
        raise NotFound(gettext("There is no such day."))
    _need_rights(day.user_id, site_id, actor, verb="attendance.clock")
    staffing.lock_day(day.user_id)
    day = db.session.get_one(Attendance, attendance_id, populate_existing=True)
    reason = _check(started_at, ended_at, reason, now)
    if day.ended_at is None and clocking.find_running(day.user_id) is not None:
        raise Refused(gettext("A job of this day still runs. Correct its time first."))
    return _correct_day(day, started_at, ended_at, reason, actor=actor, now=now)


def decide(
    correction_id: int, *, is_accepted: bool, answer: str, site_id: int, actor: Actor, now: datetime
) -> ClockCorrection:
    """The team leader's yes or no. A no needs words, which the person reads. Twice the same is harmless. Refuses
    deciding on one's own times, and a second, different decision."""
    actor.need("clocks.lead")
    found = db.session.get(ClockCorrection, correction_id)
    if found is None or found.site_id != site_id:
        raise NotFound(gettext("There is no such correction."))
    if actor.user_id in (found.user_id, found.asked_by_id):
        raise NotPermitted(gettext("Somebody else has to decide on your own times."))
    need_lead(found.user_id, site_id, actor)
    staffing.lock_day(found.user_id)
    if found.clocking_id is not None:
        lock_order(db.session.get_one(Clocking, found.clocking_id).service_order_id)
    found = db.session.get_one(ClockCorrection, correction_id, populate_existing=True, with_for_update=True)
    if found.decided_at is not None:
        if found.is_accepted == is_accepted:
            return found
        raise Refused(gettext("%(name)s has decided on this already.", name=found.decided_by_name))
    if not is_accepted and not answer.strip():
        raise Invalid(gettext("Say why not. Your colleague reads it."), field="answer")
    if is_accepted and found.clocking_id is not None:
        _refuse_overlap(
            db.session.get_one(Clocking, found.clocking_id, populate_existing=True),
            found.new_started_at,
            found.new_ended_at,
        )
    found.is_accepted, found.answer = is_accepted, answer.strip()[:300]
    _settle(found, actor=actor, now=now)
    return found


def _correct_day(
    day: Attendance, started_at: datetime, ended_at: datetime, reason: str, *, actor: Actor, now: datetime
) -> ClockCorrection:
    _refuse_waiting(ClockCorrection.attendance_id == day.id)
    old_ended_at = day.ended_at
    if day.ended_at is None:
        staffing.end_day(day, now=max(now, day.started_at))
    correction = _keep(
        ClockCorrection(
            site_id=day.site_id,
            user_id=day.user_id,
            attendance_id=day.id,
            old_started_at=day.started_at,
            old_ended_at=old_ended_at,
            new_started_at=started_at,
            new_ended_at=ended_at,
        ),
        reason,
        actor=actor,
        now=now,
    )
    tasks.close_tasks(TaskType.FORGOTTEN_DAY, actor=actor, now=now, subject_id=day.id)
    return correction


def _keep(correction: ClockCorrection, reason: str, *, actor: Actor, now: datetime) -> ClockCorrection:
    """Write the correction down; apply it, or ask who leads the person."""
    assert actor.user_id is not None
    correction.reason, correction.asked_at = reason, now
    correction.asked_by_id, correction.asked_by_name = actor.user_id, actor.name
    add(correction)
    site = db.session.get_one(Site, correction.site_id)
    audit.record(
        "clocks.correct", correction, actor=actor, now=now, site_id=site.id, details=_details(correction)
    )
    if correction.user_id == actor.user_id and site.setting("clock.correction_needs_yes"):
        person_id, role = forgotten.leader_of(correction.user_id, site.id)
        tasks.open_task(
            TaskType.DECIDE_CORRECTION,
            site_id=site.id,
            person_id=person_id,
            role=role,
            subject_id=correction.id,
            due_at=now + timedelta(hours=24),
            now=now,
            note=f"{actor.name}: {reason}"[:300],
        )
        return correction
    correction.is_accepted = True
    _settle(correction, actor=actor, now=now)
    return correction


def _settle(correction: ClockCorrection, *, actor: Actor, now: datetime) -> None:
    """Note the decision; with a yes the clock gets its new times."""
    correction.decided_at, correction.decided_by_name = now, actor.name
    db.session.flush()
    if correction.is_accepted:
        if correction.clocking_id is not None:
            found = db.session.get_one(Clocking, correction.clocking_id)
            found.started_at, found.ended_at = correction.new_started_at, correction.new_ended_at
            clocking.refresh(lock_order(found.service_order_id))
        else:
            day = db.session.get_one(Attendance, correction.attendance_id)
            day.started_at, day.ended_at = correction.new_started_at, correction.new_ended_at
            db.session.flush()
    _tell(correction, actor=actor, now=now)
    tasks.close_tasks(TaskType.DECIDE_CORRECTION, actor=actor, now=now, subject_id=correction.id)
    sites.note_change(correction.site_id)
    audit.record(
        "clocks.decide_correction",
        correction,
        actor=actor,
        now=now,
        site_id=correction.site_id,
        details={"is_accepted": bool(correction.is_accepted), "answer": correction.answer},
    )


def _tell(correction: ClockCorrection, *, actor: Actor, now: datetime) -> None:
    """The order's timeline says what was changed, so that nobody wonders later."""
    if correction.clocking_id is None or not correction.is_accepted:
        return
    found = db.session.get_one(Clocking, correction.clocking_id)
    timeline.note(
        lock_order(found.service_order_id),
        EventKind.CLOCK,
        N_("Time corrected: %(title)s, now %(new_started_at)s to %(new_ended_at)s"),
        actor=actor,
        now=now,
        reason=correction.reason,
        title=db.session.get_one(Job, found.job_id).title,
        new_started_at=correction.new_started_at.isoformat(),
        new_ended_at=correction.new_ended_at.isoformat(),
    )
    db.session.flush()


def _details(correction: ClockCorrection) -> dict[str, str | int | None]:
    def said(at: datetime | None) -> str | None:
        return at.isoformat() if at else None

    return {
        "clocking_id": correction.clocking_id,
        "attendance_id": correction.attendance_id,
        "old": f"{said(correction.old_started_at)} – {said(correction.old_ended_at) or 'running'}",
        "new": f"{said(correction.new_started_at)} – {said(correction.new_ended_at)}",
        "reason": correction.reason,
    }


def _get_clocking(clocking_id: int, site_id: int) -> Clocking:
    found = db.session.get(Clocking, clocking_id)
    if found is None or found.site_id != site_id:
        raise NotFound(gettext("There is no such clock."))
    return found


def _need_rights(user_id: int, site_id: int, actor: Actor, *, verb: str = "jobs.clock") -> None:
    """One's own times, or those of people one leads."""
    if actor.user_id == user_id:
        actor.need(verb)
        return
    actor.need("clocks.lead")
    need_lead(user_id, site_id, actor)


def _check(started_at: datetime, ended_at: datetime, reason: str, now: datetime) -> str:
    if ended_at > now:
        raise Invalid(gettext("The end lies in the future. Enter when the work ended."), field="ended_at")
    if started_at >= ended_at:
        raise Invalid(gettext("The end has to be after the begin."), field="ended_at")
    if ended_at - started_at > LONGEST:
        raise Invalid(gettext("That is more than 16 hours. Look at the day again."), field="ended_at")
    if not reason.strip():
        raise Invalid(gettext("Say why the time is changed. It stays on record."), field="reason")
    return reason.strip()[:300]


def _refuse_overlap(found: Clocking, started_at: datetime, ended_at: datetime) -> None:
    """One running job each holds for corrected times too."""
    other = db.session.scalar(
        select(Clocking)
        .where(
            Clocking.user_id == found.user_id,
            Clocking.id != (found.id or 0),
            Clocking.started_at < ended_at,
            or_(Clocking.ended_at.is_(None), Clocking.ended_at > started_at),
        )
        .order_by(Clocking.started_at)
        .limit(1)
    )
    if other is not None:
        raise Invalid(
            gettext(
                "At that time the clock ran on another job: “%(job)s”. Correct that one first, or choose another time.",
                job=db.session.get_one(Job, other.job_id).title,
            ),
            field="ended_at",
        )


def _refuse_waiting(is_it: ColumnElement[bool]) -> None:
    waiting = select(ClockCorrection.id).where(is_it, ClockCorrection.decided_at.is_(None))
    if db.session.scalar(waiting.limit(1)) is not None:
        raise Refused(gettext("A correction of this time waits for the team leader already."))
