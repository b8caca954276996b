"""Reading quality: what is to be checked, what was checked, and how often it was right the first time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, union
from sqlalchemy.orm import contains_eager, selectinload

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.errors import NotFound
from aftersales.domain.quality.models import (
    CheckResult,
    CheckStage,
    QualityCheck,
    QualityCheckItem,
    QualityPhoto,
    Rework,
)
from aftersales.domain.service_orders.models import Authorisation, Job, Line
from aftersales.domain.staffing.models import Technician
from aftersales.domain.workshop.models import Clocking
from aftersales.domain.workshop.rules import minutes_between
from aftersales.i18n import gettext


def list_authorised_jobs(order_id: int) -> list[Job]:
    """The jobs with authorised work, each with only its authorised lines, in one query."""
    return list(
        db.session.scalars(
            select(Job)
            .join(Line, Line.job_id == Job.id)
            .options(contains_eager(Job.lines))
            .where(
                Job.service_order_id == order_id,
                Job.voided_at.is_(None),
                Line.voided_at.is_(None),
                Line.authorisation == Authorisation.AUTHORISED,
            )
            .order_by(Job.position, Line.position)
            .execution_options(populate_existing=True)
        ).unique()
    )


def find_final_check(order_id: int) -> QualityCheck | None:
    """The newest final inspection with its items, if the car has come that far."""
    return db.session.scalar(
        select(QualityCheck)
        .where(QualityCheck.service_order_id == order_id, QualityCheck.stage == CheckStage.FINAL)
        .options(selectinload(QualityCheck.items))
        .order_by(QualityCheck.round.desc())
        .limit(1)
    )


def get_final_check(order_id: int) -> QualityCheck:
    """The newest final inspection. Raises :class:`NotFound` before the work is finished."""
    check = find_final_check(order_id)
    if check is None:
        raise NotFound(gettext("There is nothing to inspect yet: the work on this car is not finished."))
    return check


def get_item(item_id: int, *, site_id: int) -> tuple[QualityCheckItem, QualityCheck]:
    """An item and its check. Raises :class:`NotFound`, also for another site's."""
    item = db.session.scalar(
        select(QualityCheckItem)
        .join(QualityCheckItem.check)
        .options(contains_eager(QualityCheckItem.check))
        .where(QualityCheckItem.id == item_id, QualityCheck.site_id == site_id)
    )
    if item is None:
        raise NotFound(gettext("There is no such point."))
    return item, item.check


@dataclass(frozen=True, slots=True)
class Group:
    """The items under one heading: a job, or the inspection."""

    heading: str
    items: list[QualityCheckItem]

    @property
    def left(self) -> int:
        return sum(item.result is None for item in self.items)

    @property
    def was_ok(self) -> bool:
        """Whether the inspection had found all of it in order; such a group stands folded."""
        return all(item.was_ok for item in self.items)

    @property
    def has_failed(self) -> bool:
        return any(item.result is CheckResult.NOT_OK for item in self.items)


def groups_of(check: QualityCheck) -> list[Group]:
    """The check's items by heading, in order."""
    found: dict[str, list[QualityCheckItem]] = {}
    for item in check.items:
        found.setdefault(item.heading, []).append(item)
    return [Group(heading, items) for heading, items in found.items()]


def list_checks(order_id: int) -> list[QualityCheck]:
    """All checks of the order in the order in which they happened."""
    return list(
        db.session.scalars(
            select(QualityCheck)
            .where(QualityCheck.service_order_id == order_id, QualityCheck.checked_at.is_not(None))
            .order_by(QualityCheck.checked_at, QualityCheck.id)
        )
    )


def list_reworks(order_id: int) -> list[Rework]:
    """The rework of an order, open ones first."""
    return list(
        db.session.scalars(
            select(Rework)
            .where(Rework.service_order_id == order_id)
            .order_by(Rework.done_at.is_not(None), Rework.id)
        )
    )


def get_rework(rework_id: int) -> Rework:
    """The rework. Raises :class:`NotFound`."""
    rework = db.session.get(Rework, rework_id)
    if rework is None:
        raise NotFound(gettext("There is no such rework."))
    return rework


def list_repairers(site_id: int, also: set[int]) -> list[tuple[int, str]]:
    """Who rework can go back to: the site's technicians and who worked on the car."""
    people = db.session.execute(
        select(User.id, User.name)
        .outerjoin(Technician, (Technician.user_id == User.id) & (Technician.site_id == site_id))
        .where(
            User.disabled_at.is_(None),
            (Technician.is_active.is_(True)) | User.id.in_(also),
        )
        .order_by(User.name)
        .distinct()
    )
    return [(row.id, row.name) for row in people]


def hands_on(order_id: int) -> set[int]:
    """Everybody who worked on the car, also before and in rework: clocked on to it, finished a job, checked the work
    themselves or mended what had failed. None of them may inspect it (QCS-3)."""
    clocked = select(Clocking.user_id).where(Clocking.service_order_id == order_id)
    finished = select(Job.done_by_id).where(
        Job.service_order_id == order_id, Job.voided_at.is_(None), Job.done_by_id.is_not(None)
    )
    checked = select(QualityCheck.checker_id).where(
        QualityCheck.service_order_id == order_id,
        QualityCheck.stage == CheckStage.SELF,
        QualityCheck.checker_id.is_not(None),
    )
    mended = select(Rework.done_by_id).where(
        Rework.service_order_id == order_id, Rework.done_by_id.is_not(None)
    )
    return set(db.session.scalars(union(clocked, finished, checked, mended)))


def photos_of(items: Iterable[QualityCheckItem]) -> dict[int, list[int]]:
    """The ids of the photos of those items that are not OK, by item; nothing is asked where none is."""
    failed = [item.id for item in items if item.result is CheckResult.NOT_OK]
    return _photos(failed)


def photos_of_rework(reworks: Iterable[Rework]) -> dict[int, list[int]]:
    """The ids of the photos of what failed, by item."""
    return _photos([work.quality_check_item_id for work in reworks if work.quality_check_item_id])


def _photos(item_ids: list[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    if item_ids:
        rows = db.session.execute(
            select(QualityPhoto.quality_check_item_id, QualityPhoto.attachment_id)
            .where(QualityPhoto.quality_check_item_id.in_(item_ids))
            .order_by(QualityPhoto.id)
        )
        for item_id, attachment_id in rows:
            found.setdefault(item_id, []).append(attachment_id)
    return found


@dataclass(frozen=True, slots=True)
class ReworkClock:
    """The time that a piece of rework took: finished minutes, and who works on it since when."""

    minutes: int
    running: tuple[tuple[str, datetime], ...]


def clocks_of_rework(order_id: int) -> dict[int, ReworkClock]:
    """The clock of each piece of rework of the order that has one."""
    rows = db.session.execute(
        select(Clocking.rework_id, Clocking.started_at, Clocking.ended_at, User.name)
        .join(User, User.id == Clocking.user_id)
        .where(Clocking.service_order_id == order_id, Clocking.rework_id.is_not(None))
        .order_by(Clocking.started_at)
    ).all()
    return {
        rework_id: ReworkClock(
            minutes=sum(
                minutes_between(row.started_at, row.ended_at)
                for row in rows
                if row.rework_id == rework_id and row.ended_at
            ),
            running=tuple(
                (row.name, row.started_at)
                for row in rows
                if row.rework_id == rework_id and row.ended_at is None
            ),
        )
        for rework_id in {row.rework_id for row in rows}
    }


def names_of(user_ids: list[int]) -> list[str]:
    """The names of these people."""
    if not user_ids:
        return []
    return list(db.session.scalars(select(User.name).where(User.id.in_(user_ids)).order_by(User.name)))


def count_of(check: QualityCheck, result: CheckResult | None) -> int:
    return sum(item.result is result for item in check.items)
