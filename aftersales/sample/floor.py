"""Time on the sample's floor: a job over three quarters of its plan, a delay that the customer is to be told of, a clock
that was forgotten yesterday, corrected times."""

from datetime import datetime, timedelta

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.workshop import clocking, corrections, forgotten, progress
from aftersales.domain.workshop.models import Clocking, EndReason
from aftersales.sample.people import Staff


def happen(staff: Staff, *, now: datetime) -> None:
    """What the day's clocks lead to. Called once, after the visits were told."""
    running = db.session.execute(
        select(Clocking.job_id, Clocking.user_id)
        .join(ServiceOrder, ServiceOrder.id == Clocking.service_order_id)
        .where(
            Clocking.site_id == staff.site_id,
            Clocking.ended_at.is_(None),
            ServiceOrder.state == OrderState.REPAIRING,
        )
        .order_by(Clocking.started_at)
    ).all()
    over = progress.list_to_ask(staff.site_id, 75, now)
    for job_id, _ in running:
        if job_id in over:
            progress.ask(job_id, now=now - timedelta(minutes=24))
    for job_id, user_id in running[1:]:
        _delay(staff, job_id, user_id, now=now)
    _forget(staff, now=now)
    _correct(staff, now=now)


def _delay(staff: Staff, job_id: int, user_id: int, *, now: datetime) -> None:
    """It takes longer than the promise allows."""
    job = db.session.get_one(Job, job_id)
    order = db.session.get_one(ServiceOrder, job.service_order_id)
    technician = next(actor for actor in staff.actors.values() if actor.user_id == user_id)
    progress.answer(
        job_id,
        is_on_time=False,
        ready_by_at=max(order.promised_at or now, now) + timedelta(minutes=75),
        abnormal="A bolt of the caliper is seized and has to be drilled out",
        site_id=staff.site_id,
        actor=technician,
        now=now - timedelta(minutes=20),
    )


def _forget(staff: Staff, *, now: datetime) -> None:
    """Somebody helped with the car that stands on hold since yesterday, and went home with the clock running."""
    helper = next((actor for actor in staff.actors.values() if Role.TECHNICAL_DIRECTOR in actor.roles), None)
    order = db.session.scalar(
        select(ServiceOrder).where(
            ServiceOrder.site_id == staff.site_id,
            ServiceOrder.hold_reason.is_not(None),
            ServiceOrder.state == OrderState.REPAIRING,
        )
    )
    if helper is None or order is None:
        return
    clocked = clocking.clock_on(
        order.jobs[0].id, site_id=staff.site_id, actor=helper, now=order.state_since + timedelta(minutes=6)
    )
    forgotten.notice_clock(clocked.id, now=min(now, clocked.started_at + timedelta(hours=14)))


def _correct(staff: Staff, *, now: datetime) -> None:
    """Two of the day's times were wrong by some minutes: one correction waits, a leader has made the other."""
    ended = db.session.scalars(
        select(Clocking)
        .where(
            Clocking.site_id == staff.site_id,
            Clocking.ended_at < now,
            Clocking.ended_at > Clocking.started_at,
            Clocking.end_reason == EndReason.OTHER_JOB,
        )
        .order_by(Clocking.ended_at.desc())
        .limit(2)
    ).all()
    for number, clock in enumerate(ended):
        assert clock.ended_at is not None
        shorter = min(timedelta(minutes=7), (clock.ended_at - clock.started_at) / 2)
        person = next(actor for actor in staff.actors.values() if actor.user_id == clock.user_id)
        corrections.correct_clocking(
            clock.id,
            started_at=clock.started_at,
            ended_at=clock.ended_at - shorter,
            reason="Talked to the customer about the noise" if number else "Fetched a part, forgot to pause",
            site_id=staff.site_id,
            actor=staff.one(Role.MANAGER) if number else person,
            now=now,
        )
