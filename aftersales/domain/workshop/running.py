"""What a person is clocked on to at this moment."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.workshop.models import Clocking


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
