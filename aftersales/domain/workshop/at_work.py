"""Reading one order at work: its jobs and clocks, the check-in in brief, photos and reported problems."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import aliased

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.checkins.kinds import DamageKind, OldParts, Severity, Station, Zone
from aftersales.domain.checkins.models import Belonging, CheckIn, CheckInPhoto, Damage
from aftersales.domain.errors import NotFound
from aftersales.domain.service_orders.models import (
    Authorisation,
    Job,
    Line,
    LineKind,
    ServiceOrder,
)
from aftersales.domain.workshop import rules
from aftersales.domain.workshop.models import Clocking, FaultCheck, JobPhoto, PhotoPhase, ProblemReport
from aftersales.domain.workshop.time_models import ForgottenClock
from aftersales.i18n import gettext


@dataclass(frozen=True, slots=True)
class Running:
    """The job that a person is clocked on to."""

    id: int
    job_id: int
    service_order_id: int
    title: str
    started_at: datetime


@dataclass(slots=True)
class WorkJob:
    """A job as its technician sees it: no prices."""

    id: int
    title: str
    concern: str
    explanation: str
    technician_id: int | None
    done_at: datetime | None
    done_by_name: str | None
    planned_minutes: int
    authorised: int
    lines: int
    fault_found: bool | None
    fault_note: str | None
    worked_minutes: int = 0
    running: list[tuple[int, str, datetime]] = field(default_factory=list)
    """Who works on it now: id, name and since when."""

    clock_ids: dict[int, int] = field(default_factory=dict)
    """The running clock of each person who works on it."""

    forgotten: set[int] = field(default_factory=set)
    """Whose clock runs on although nobody knows when they stopped: it counts once that is said."""

    @property
    def is_authorised(self) -> bool:
        return self.authorised > 0

    def clocked(self, now: datetime) -> int:
        """Minutes that people have worked on it so far, the clocks that run now included."""
        return self.worked_minutes + sum(rules.minutes_between(since, now) for since in self.counting())

    def counting(self) -> list[datetime]:
        """Since when the clocks run whose time is known."""
        return [since for user_id, _, since in self.running if user_id not in self.forgotten]

    def left(self, now: datetime) -> int:
        """Minutes of the plan that are left; below zero the plan is used up."""
        return self.planned_minutes - self.clocked(now)


def _jobs_of(order_id: int) -> dict[int, WorkJob]:
    done_by = aliased(User)
    labour = case((Line.kind == LineKind.LABOUR, Line.quantity), else_=0)
    authorised = case((Line.authorisation == Authorisation.AUTHORISED, 1), else_=0)
    query = (
        select(
            Job.id,
            Job.title,
            Job.concern,
            Job.explanation,
            Job.technician_id,
            Job.done_at,
            done_by.name,
            func.coalesce(func.sum(labour), 0),
            func.coalesce(func.sum(authorised), 0),
            func.count(Line.id),
            FaultCheck.is_found,
            FaultCheck.note,
        )
        .outerjoin(Line, (Line.job_id == Job.id) & Line.voided_at.is_(None))
        .outerjoin(done_by, done_by.id == Job.done_by_id)
        .outerjoin(FaultCheck, FaultCheck.job_id == Job.id)
        .where(Job.service_order_id == order_id, Job.voided_at.is_(None))
        .group_by(Job.id, done_by.name, FaultCheck.is_found, FaultCheck.note)
        .order_by(Job.position)
    )
    jobs: dict[int, WorkJob] = {}
    for row in db.session.execute(query):
        jobs[row[0]] = WorkJob(
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            row[5],
            row[6],
            int(row[7] * 60),
            int(row[8]),
            row[9],
            row[10],
            row[11],
        )
    return jobs


def list_work(order_id: int) -> list[WorkJob]:
    """The order's live jobs with planned and worked time and who works on them now, in two queries."""
    return find(order_id, None)[0]


def find(order_id: int, user_id: int | None) -> tuple[list[WorkJob], Running | None]:
    """The order's live jobs, and what the person is clocked on to, here or elsewhere; in two queries."""
    jobs, mine = _jobs_of(order_id), None
    clockings = db.session.execute(
        select(
            Clocking.id,
            Clocking.service_order_id,
            Clocking.job_id,
            Clocking.started_at,
            Clocking.ended_at,
            Clocking.is_rework,
            User.id.label("user_id"),
            User.name,
            Job.title,
            (ForgottenClock.id.is_not(None) & ForgottenClock.still_until.is_(None)).label("is_forgotten"),
        )
        .join(User, User.id == Clocking.user_id)
        .join(Job, Job.id == Clocking.job_id)
        .outerjoin(ForgottenClock, ForgottenClock.clocking_id == Clocking.id)
        .where(
            or_(
                Clocking.service_order_id == order_id,
                (Clocking.user_id == user_id) & Clocking.ended_at.is_(None),
            )
        )
        .order_by(Clocking.started_at)
    )
    for row in clockings:
        if row.user_id == user_id and row.ended_at is None:
            mine = Running(row.id, row.job_id, row.service_order_id, row.title, row.started_at)
        if (job := jobs.get(row.job_id)) is None:
            continue
        if row.ended_at is None:
            job.running.append((row.user_id, row.name, row.started_at))
            job.clock_ids[row.user_id] = row.id
            if row.is_forgotten:
                job.forgotten.add(row.user_id)
        elif not row.is_rework:
            job.worked_minutes += rules.minutes_between(row.started_at, row.ended_at)
    return list(jobs.values()), mine


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A photo of the work."""

    id: int
    attachment_id: int
    phase: PhotoPhase
    is_shared: bool
    taken_at: datetime
    author_name: str
    job_id: int | None
    job_title: str | None
    shared_at: datetime | None = None
    shared_by_name: str = ""


def list_photos(
    order_id: int, *, job_id: int | None = None, report_id: int | None = None, only_shared: bool = False
) -> list[PhotoRow]:
    """The photos of an order's work, of one job or of one report, in the order in which they were taken.

    With ``only_shared`` those that the customer sees (TEC-9)."""
    query = (
        select(
            JobPhoto.id,
            JobPhoto.attachment_id,
            JobPhoto.phase,
            Attachment.is_shared,
            Attachment.taken_at,
            Attachment.author_name,
            JobPhoto.job_id,
            Job.title,
            Attachment.shared_at,
            Attachment.shared_by_name,
        )
        .join(Attachment, Attachment.id == JobPhoto.attachment_id)
        .outerjoin(Job, Job.id == JobPhoto.job_id)
        .where(JobPhoto.service_order_id == order_id)
        .order_by(Attachment.taken_at, JobPhoto.id)
    )
    if job_id is not None:
        query = query.where(JobPhoto.job_id == job_id, JobPhoto.report_id.is_(None))
    if report_id is not None:
        query = query.where(JobPhoto.report_id == report_id)
    if only_shared:
        query = query.where(Attachment.is_shared)
    rows: Iterable[Any] = db.session.execute(query)
    return [PhotoRow(*row) for row in rows]


def list_reports(order_id: int) -> list[ProblemReport]:
    """The problems that were reported on an order, newest first."""
    return list(
        db.session.scalars(
            select(ProblemReport)
            .where(ProblemReport.service_order_id == order_id)
            .order_by(ProblemReport.reported_at.desc(), ProblemReport.id.desc())
        )
    )


def get_report(report_id: int, order_id: int) -> ProblemReport:
    """The report. Raises :class:`NotFound`, also for one of another order."""
    found = db.session.get(ProblemReport, report_id)
    if found is None or found.service_order_id != order_id:
        raise NotFound(gettext("There is no such report."))
    return found


def get_job(job_id: int, site_id: int) -> Job:
    """The live job. Raises :class:`NotFound`, also for one of another site."""
    job = db.session.scalar(
        select(Job)
        .join(ServiceOrder, ServiceOrder.id == Job.service_order_id)
        .where(Job.id == job_id, Job.voided_at.is_(None), ServiceOrder.site_id == site_id)
    )
    if job is None:
        raise NotFound(gettext("There is no such job."))
    return job


def get_photo_order(photo_id: int, site_id: int) -> int:
    """The order of a photo of the work. Raises :class:`NotFound`, also for one of another site."""
    order_id = db.session.scalar(
        select(JobPhoto.service_order_id)
        .join(ServiceOrder, ServiceOrder.id == JobPhoto.service_order_id)
        .where(JobPhoto.id == photo_id, ServiceOrder.site_id == site_id)
    )
    if order_id is None:
        raise NotFound(gettext("There is no such photo."))
    return order_id


@dataclass(frozen=True, slots=True)
class DamageSeen:
    """A mark that the car had when it came."""

    kind: DamageKind
    zone: Zone
    severity: Severity


@dataclass(frozen=True, slots=True)
class Brief:
    """What the workshop has to know of the check-in before it touches the car (TEC-1)."""

    key_tag: str
    parking_place: str
    fuel_eighths: int | None
    charge_percent: int | None
    old_parts: OldParts
    wants_wash: bool
    belongings: list[str]
    damages: list[DamageSeen]
    photos: list[tuple[int, Station]]
    """Attachment and station of each photo of the walkaround."""


def find_brief(order_id: int) -> Brief | None:
    """The check-in as the technician needs it, in three queries; None where there was none."""
    rows = db.session.execute(
        select(
            CheckIn.id,
            CheckIn.vehicle_id,
            CheckIn.key_tag,
            CheckIn.parking_place,
            CheckIn.fuel_eighths,
            CheckIn.charge_percent,
            CheckIn.old_parts,
            CheckIn.wants_wash,
            Belonging.what,
            Belonging.box,
        )
        .outerjoin(Belonging, (Belonging.checkin_id == CheckIn.id) & Belonging.voided_at.is_(None))
        .where(CheckIn.service_order_id == order_id)
        .order_by(Belonging.id)
    ).all()
    if not rows:
        return None
    photos = db.session.execute(
        select(CheckInPhoto.attachment_id, CheckInPhoto.station)
        .where(CheckInPhoto.checkin_id == rows[0].id)
        .order_by(CheckInPhoto.id)
    )
    damages = db.session.execute(
        select(Damage.kind, Damage.zone, Damage.severity)
        .where(
            Damage.vehicle_id == rows[0].vehicle_id, Damage.voided_at.is_(None), Damage.repaired_at.is_(None)
        )
        .order_by(Damage.id)
    )
    newest = {station: attachment_id for attachment_id, station in photos}
    first = rows[0]
    return Brief(
        key_tag=first.key_tag,
        parking_place=first.parking_place,
        fuel_eighths=first.fuel_eighths,
        charge_percent=first.charge_percent,
        old_parts=first.old_parts,
        wants_wash=first.wants_wash,
        belongings=[f"{row.what} ({row.box})" if row.box else row.what for row in rows if row.what],
        damages=[DamageSeen(*row) for row in damages],
        photos=[(newest[station], station) for station in Station if station in newest],
    )
