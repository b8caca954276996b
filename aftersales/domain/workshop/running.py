"""What runs at this moment, and of which clocks nobody knows any more."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.staffing.models import Attendance
from aftersales.domain.workshop.models import Clocking
from aftersales.domain.workshop.time_models import ForgottenClock


@dataclass(frozen=True, slots=True)
class RunningClock:
    service_order_id: int
    started_at: datetime


def find(user_id: int | None) -> RunningClock | None:
    """The person's running clock, if there is one."""
    row = db.session.execute(
        select(Clocking.service_order_id, Clocking.started_at).where(
            Clocking.user_id == user_id, Clocking.ended_at.is_(None)
        )
    ).one_or_none()
    return RunningClock(row.service_order_id, row.started_at) if row else None


def names_on(order_id: int) -> list[str]:
    """Who is clocked on to a job of the order, by name."""
    return list(
        db.session.scalars(
            select(User.name)
            .join(Clocking, Clocking.user_id == User.id)
            .where(Clocking.service_order_id == order_id, Clocking.ended_at.is_(None))
            .order_by(User.name)
        )
    )


def nobody_knows(kind: type[Clocking] | type[Attendance]) -> ColumnElement[bool]:
    """The rows that still run although the shift is over, and nobody has said yet when they ended: no figure counts
    them before that."""
    job, day = aliased(Clocking), aliased(Attendance)
    return and_(
        kind.ended_at.is_(None),
        exists().where(
            ForgottenClock.user_id == kind.user_id,
            ForgottenClock.site_id == kind.site_id,
            ForgottenClock.still_until.is_(None),
            or_(
                ForgottenClock.clocking_id.in_(select(job.id).where(job.ended_at.is_(None))),
                ForgottenClock.attendance_id.in_(select(day.id).where(day.ended_at.is_(None))),
            ),
        ),
    )
