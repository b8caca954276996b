"""Clocks that still run after the shift: noticed once, asked about, never stopped by the machine (DSP-4)."""

from datetime import datetime, timedelta

from sqlalchemy import select

from aftersales.db import add, db
from aftersales.domain.accounts.models import Membership, User
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.errors import NotFound, NotPermitted
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, Job
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.staffing import operations as staffing
from aftersales.domain.staffing.models import Attendance, Team, Technician
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.domain.workshop import clocking, shifts
from aftersales.domain.workshop.models import Clocking
from aftersales.domain.workshop.running import nobody_knows
from aftersales.domain.workshop.time_models import ForgottenClock
from aftersales.i18n import N_, gettext

STILL = timedelta(hours=2)
"""Whoever says that they still work is asked again after so long."""


def list_overdue(site_id: int, now: datetime) -> tuple[list[int], list[int]]:
    """The clocks of jobs, and the days without a running job, that still run after their shift, or after the person was
    locked out, and that nobody has been asked about yet. Only clocks that run are read, and shifts only where one runs."""
    jobs = db.session.execute(
        select(
            Clocking.id,
            Clocking.started_at,
            Clocking.user_id,
            ForgottenClock.id,
            ForgottenClock.still_until,
            User.disabled_at,
        )
        .join(User, User.id == Clocking.user_id)
        .outerjoin(ForgottenClock, ForgottenClock.clocking_id == Clocking.id)
        .where(Clocking.site_id == site_id, Clocking.ended_at.is_(None))
    ).all()
    days = db.session.execute(
        select(
            Attendance.id,
            Attendance.started_at,
            Attendance.user_id,
            ForgottenClock.id,
            ForgottenClock.still_until,
            User.disabled_at,
        )
        .join(User, User.id == Attendance.user_id)
        .outerjoin(ForgottenClock, ForgottenClock.attendance_id == Attendance.id)
        .where(Attendance.site_id == site_id, Attendance.ended_at.is_(None))
    ).all()
    if not jobs and not days:
        return [], []
    of_site = shifts.around(site_id, earliest=min(row[1] for row in (*jobs, *days)), now=now)
    on_a_job = {row.user_id for row in jobs}

    def is_due(
        started_at: datetime,
        user_id: int,
        known: int | None,
        still_until: datetime | None,
        disabled_at: datetime | None,
    ) -> bool:
        if known is not None:
            return still_until is not None and (still_until <= now or disabled_at is not None)
        return disabled_at is not None or of_site.is_overdue(user_id, started_at, now)

    return (
        [row[0] for row in jobs if is_due(*row[1:])],
        [row[0] for row in days if row.user_id not in on_a_job and is_due(*row[1:])],
    )


def list_unknown(site_id: int, *, before: datetime) -> list[str]:
    """The names of those with a clock from before that moment whose end nobody knows until it is corrected."""
    return list(
        db.session.scalars(
            select(User.name)
            .join(Attendance, Attendance.user_id == User.id)
            .where(Attendance.site_id == site_id, Attendance.started_at < before, nobody_knows(Attendance))
            .union(
                select(User.name)
                .join(Clocking, Clocking.user_id == User.id)
                .where(Clocking.site_id == site_id, Clocking.started_at < before, nobody_knows(Clocking))
            )
            .order_by(User.name)
        )
    )


def notice_clock(clocking_id: int, *, now: datetime) -> ForgottenClock | None:
    """Ask the person, and tell who leads them, that a job's clock still runs after the shift. Twice is harmless; None
    when it was ended meanwhile."""
    seen = db.session.get_one(Clocking, clocking_id)
    staffing.lock_day(seen.user_id)
    order = lock_order(seen.service_order_id)
    running = db.session.get_one(Clocking, clocking_id, populate_existing=True)
    if running.ended_at is not None:
        return None
    title = db.session.get_one(Job, running.job_id).title
    known = _notice(running, now, clocking_id=clocking_id)
    for person_id, role, apart in _who(running.user_id, running.site_id):
        tasks.open_task(
            TaskType.FORGOTTEN_CLOCK,
            site_id=running.site_id,
            person_id=person_id,
            role=role,
            service_order_id=order.id,
            subject_id=clocking_id,
            due_at=now,
            now=now,
            note=f"{db.session.get_one(User, running.user_id).name}: {title}"[:300],
            apart=apart,
        )
    return known


def notice_day(attendance_id: int, *, now: datetime) -> ForgottenClock | None:
    """Ask the person, and tell who leads them, that nobody clocked off for the day. Twice is harmless; None when it was
    ended meanwhile."""
    day = db.session.get_one(Attendance, attendance_id)
    if staffing.lock_day(day.user_id) is not day:
        return None
    known = _notice(day, now, attendance_id=attendance_id)
    for person_id, role, apart in _who(day.user_id, day.site_id):
        tasks.open_task(
            TaskType.FORGOTTEN_DAY,
            site_id=day.site_id,
            person_id=person_id,
            role=role,
            subject_id=attendance_id,
            due_at=now,
            now=now,
            note=db.session.get_one(User, day.user_id).name,
            apart=apart,
        )
    return known


def still_at_work(clocking_id: int, *, site_id: int, actor: Actor, now: datetime) -> ForgottenClock:
    """The person says that they still work: the clock runs on, the tasks close, and they are asked again after two
    hours. Only about one's own clock, and only on the evening itself."""
    actor.need("jobs.clock")
    seen = db.session.get(Clocking, clocking_id)
    if seen is None or seen.site_id != site_id:
        raise NotFound(gettext("There is no such clock."))
    if seen.user_id != actor.user_id:
        raise NotPermitted(gettext("This is a colleague's clock. Only they can say that they still work."))
    staffing.lock_day(seen.user_id)
    order = lock_order(seen.service_order_id)
    known = db.session.scalar(select(ForgottenClock).where(ForgottenClock.clocking_id == clocking_id))
    running = db.session.get_one(Clocking, clocking_id, populate_existing=True)
    if known is None or running.ended_at is not None:
        raise NotFound(gettext("Nobody asks about this clock any more."))
    clocking.refuse_stale(running, now)
    known.still_until = now + STILL
    tasks.close_tasks(
        TaskType.FORGOTTEN_CLOCK, actor=actor, now=now, service_order_id=order.id, subject_id=clocking_id
    )
    timeline.note(
        order,
        EventKind.CLOCK,
        N_("Still at work after the shift: %(title)s"),
        actor=actor,
        now=now,
        title=db.session.get_one(Job, running.job_id).title,
    )
    db.session.flush()
    return known


def _notice(
    clock: Clocking | Attendance,
    now: datetime,
    *,
    clocking_id: int | None = None,
    attendance_id: int | None = None,
) -> ForgottenClock:
    is_it = (
        ForgottenClock.clocking_id == clocking_id
        if clocking_id is not None
        else ForgottenClock.attendance_id == attendance_id
    )
    known = db.session.scalar(select(ForgottenClock).where(is_it))
    if known is None:
        ended_at = shifts.around(clock.site_id, earliest=clock.started_at, now=now).end_for(
            clock.user_id, clock.started_at
        )
        left_at = db.session.get_one(User, clock.user_id).disabled_at
        if left_at is not None:  # whoever was locked out has not worked on
            ended_at = min(ended_at, max(left_at, clock.started_at))
        return add(
            ForgottenClock(
                site_id=clock.site_id,
                user_id=clock.user_id,
                clocking_id=clocking_id,
                attendance_id=attendance_id,
                shift_ended_at=ended_at,
                noticed_at=now,
            )
        )
    known.still_until = None
    db.session.flush()
    return known


def _who(user_id: int, site_id: int) -> list[tuple[int | None, Role | None, str]]:
    """The person, unless they were locked out, and who leads them: the team's leader, else whoever manages the workshop."""
    is_here = db.session.get_one(User, user_id).disabled_at is None
    own: list[tuple[int | None, Role | None, str]] = [(user_id, None, "own")] if is_here else []
    return [*own, (*leader_of(user_id, site_id), "leader")]


def leader_of(user_id: int, site_id: int) -> tuple[int | None, Role | None]:
    """The person's team leader, unless they lead the team themselves or were locked out; else the site's team leaders, if
    it has any; else the workshop manager."""
    leader_id = db.session.scalar(
        select(Team.leader_id)
        .join(Technician, Technician.team_id == Team.id)
        .join(User, User.id == Team.leader_id)
        .where(Technician.user_id == user_id, Technician.site_id == site_id, User.disabled_at.is_(None))
    )
    if leader_id is not None and leader_id != user_id:
        return leader_id, None
    others = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.site_id == site_id,
            Membership.role == Role.LEADER,
            Membership.user_id != user_id,
            User.disabled_at.is_(None),
        )
    )
    if leader_id is None and db.session.scalar(others.limit(1)) is not None:
        return None, Role.LEADER
    return None, Role.MANAGER
