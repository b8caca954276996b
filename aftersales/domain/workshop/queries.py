"""Reading the workshop floor: who and which bay could take an order, a technician's jobs, an order at work."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.checkins.models import (
    Belonging,
    CheckIn,
    CheckInPhoto,
    Damage,
    DamageKind,
    OldParts,
    Severity,
    Station,
    Zone,
)
from aftersales.domain.errors import NotFound
from aftersales.domain.service_orders.models import (
    Authorisation,
    HoldReason,
    Job,
    Line,
    LineKind,
    ServiceOrder,
)
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.staffing.models import Attendance, Bay, Team, Technician
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.workshop import rules
from aftersales.domain.workshop.dispatch import IN_WORKSHOP
from aftersales.domain.workshop.models import Clocking, FaultCheck, JobPhoto, PhotoPhase, ProblemReport
from aftersales.i18n import gettext

# --- dispatch -------------------------------------------------------------------------------------------------------


def list_candidates(site_id: int, *, vehicle_id: int) -> list[rules.Candidate]:
    """The technicians who could take work at the site, with their load and whether they know the vehicle."""
    left = ServiceOrder.planned_minutes - ServiceOrder.worked_minutes
    is_mine = (
        (ServiceOrder.technician_id == Technician.user_id)
        & ServiceOrder.closed_at.is_(None)
        & ServiceOrder.state.in_(IN_WORKSHOP)
    )
    load = (
        select(func.sum(case((left > 0, left), else_=0)))
        .where(is_mine)
        .correlate(Technician)
        .scalar_subquery()
    )
    count = select(func.count(ServiceOrder.id)).where(is_mine).correlate(Technician).scalar_subquery()
    earlier = aliased(ServiceOrder)
    visits = (
        select(func.count(earlier.id))
        .where(
            earlier.vehicle_id == vehicle_id,
            earlier.technician_id == Technician.user_id,
            earlier.closed_at.is_not(None),
        )
        .correlate(Technician)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            User.id, User.name, User.initials, Technician.grade, Technician.team_id, Team.name, load, count, visits,
            Attendance.id.is_not(None),
        )
        .join(User, User.id == Technician.user_id)
        .outerjoin(Team, Team.id == Technician.team_id)
        .outerjoin(
            Attendance,
            (Attendance.user_id == User.id) & Attendance.ended_at.is_(None) & (Attendance.site_id == site_id),
        )
        .where(Technician.site_id == site_id, Technician.is_active, User.disabled_at.is_(None))
    )  # fmt: skip
    return [
        rules.Candidate(
            row[0], row[1], row[2], row[3], row[4], row[5], int(row[6] or 0), row[7], row[8], bool(row[9])
        )
        for row in rows
    ]


def list_bay_choices(site_id: int) -> list[rules.BayChoice]:
    """The site's bays and the order that holds each."""
    rows = db.session.execute(
        select(Bay.id, Bay.name, Bay.kind, ServiceOrder.id, ServiceOrder.number, Vehicle.plate)
        .outerjoin(
            ServiceOrder,
            and_(
                ServiceOrder.bay_id == Bay.id,
                ServiceOrder.closed_at.is_(None),
                ServiceOrder.state.in_(IN_WORKSHOP),
            ),
        )
        .outerjoin(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .where(Bay.site_id == site_id, Bay.is_active)
        .order_by(Bay.name)
    )
    # After a reopened order two cars may claim one bay; it is shown once.
    return list({row[0]: rules.BayChoice(*row) for row in rows}.values())


def list_active_teams(site_id: int) -> list[Team]:
    return list(
        db.session.scalars(select(Team).where(Team.site_id == site_id, Team.is_active).order_by(Team.name))
    )


# --- a technician's jobs --------------------------------------------------------------------------------------------


_ORDER_OF_WORK = (
    OrderState.REPAIRING,
    OrderState.IN_PROGRESS,
    OrderState.ASSIGNED,
    OrderState.AWAITING_PARTS,
    OrderState.AWAITING_APPROVAL,
    OrderState.QUALITY_CHECK,
)
"""Cars that can be worked on stand before those that wait; among equals the earliest promise is first."""


@dataclass(slots=True)
class MyOrder:
    """An order in a technician's list, with the titles of its jobs in the customer's words."""

    id: int
    number: str
    state: OrderState
    hold_reason: HoldReason | None
    promised_at: datetime | None
    arrived_at: datetime | None
    planned_minutes: int
    worked_minutes: int
    open_clockings: int
    open_rework: int
    is_mine: bool
    plate: str
    plate_country: str
    vehicle_title: str
    bay_name: str | None
    concerns: list[str] = field(default_factory=list)

    def slack(self, now: datetime, at_risk_minutes: int) -> rules.Slack | None:
        if self.promised_at is None or self.arrived_at is None:
            return None
        return rules.slack(
            arrived_at=self.arrived_at,
            promised_at=self.promised_at,
            now=now,
            left=rules.work_left(self.planned_minutes, self.worked_minutes),
            at_risk_minutes=at_risk_minutes,
        )


@dataclass(frozen=True, slots=True)
class MyDay:
    """What a technician's first page shows: the day, the running job, the orders."""

    day_since: datetime | None
    running_since: datetime | None
    running_job_id: int | None
    running_title: str | None
    running_order_id: int | None
    orders: list[MyOrder]


def my_day(user_id: int, site_id: int) -> MyDay:
    """The person's day, running job and orders, in one query: own orders, those of their team, those where they help."""
    running_job = aliased(Job)
    rows = db.session.execute(
        select(
            Attendance.started_at.label("day_since"),
            Clocking.started_at.label("running_since"),
            running_job.id.label("running_job_id"),
            running_job.title.label("running_title"),
            running_job.service_order_id.label("running_order_id"),
            ServiceOrder.id,
            ServiceOrder.number,
            ServiceOrder.state,
            ServiceOrder.hold_reason,
            ServiceOrder.promised_at,
            ServiceOrder.arrived_at,
            ServiceOrder.planned_minutes,
            ServiceOrder.worked_minutes,
            ServiceOrder.open_clockings,
            ServiceOrder.open_rework,
            ServiceOrder.technician_id,
            Vehicle.plate,
            Vehicle.plate_country,
            Vehicle.make,
            Vehicle.model,
            Vehicle.year,
            Bay.name.label("bay_name"),
            Job.title,
            Job.concern,
        )
        .select_from(User)
        .outerjoin(Attendance, (Attendance.user_id == User.id) & Attendance.ended_at.is_(None))
        .outerjoin(Clocking, (Clocking.user_id == User.id) & Clocking.ended_at.is_(None))
        .outerjoin(running_job, running_job.id == Clocking.job_id)
        .outerjoin(ServiceOrder, _is_of(user_id, site_id))
        .outerjoin(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .outerjoin(Bay, Bay.id == ServiceOrder.bay_id)
        .outerjoin(Job, (Job.service_order_id == ServiceOrder.id) & Job.voided_at.is_(None))
        .where(User.id == user_id)
        .order_by(
            (ServiceOrder.technician_id == user_id).desc(),
            ServiceOrder.promised_at.is_(None),
            ServiceOrder.promised_at,
            ServiceOrder.id,
            Job.position,
        )
    ).all()
    found: dict[int, MyOrder] = {}
    for row in rows:
        if row.id is None:
            continue
        order = found.setdefault(
            row.id,
            MyOrder(
                row.id,
                row.number,
                row.state,
                row.hold_reason,
                row.promised_at,
                row.arrived_at,
                row.planned_minutes,
                row.worked_minutes,
                row.open_clockings,
                row.open_rework,
                row.technician_id == user_id,
                row.plate,
                row.plate_country,
                " ".join(str(part) for part in (row.make, row.model, row.year) if part),
                row.bay_name,
            ),
        )
        if row.title:
            order.concerns.append(row.concern or row.title)
    first = rows[0]
    return MyDay(
        first.day_since,
        first.running_since,
        first.running_job_id,
        first.running_title,
        first.running_order_id,
        sorted(found.values(), key=lambda order: (not order.is_mine, _ORDER_OF_WORK.index(order.state))),
    )


def _is_of(user_id: int, site_id: int) -> ColumnElement[bool]:
    """Orders in the workshop that are the person's own, their team's, or that have a job given to them."""
    team = select(Technician.team_id).where(
        Technician.user_id == user_id, Technician.site_id == site_id, Technician.team_id.is_not(None)
    )
    led = select(Team.id).where(Team.leader_id == user_id, Team.site_id == site_id)
    helps = select(Job.service_order_id).where(Job.technician_id == user_id, Job.voided_at.is_(None))
    return and_(
        ServiceOrder.site_id == site_id,
        ServiceOrder.closed_at.is_(None),
        ServiceOrder.state.in_(IN_WORKSHOP),
        or_(
            ServiceOrder.technician_id == user_id,
            ServiceOrder.team_id.in_(team),
            ServiceOrder.team_id.in_(led),
            ServiceOrder.id.in_(helps),
        ),
    )


# --- one order at work ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Running:
    """The job that a person is clocked on to."""

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

    @property
    def is_authorised(self) -> bool:
        return self.authorised > 0


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
    return at_work(order_id, None)[0]


def at_work(order_id: int, user_id: int | None) -> tuple[list[WorkJob], Running | None]:
    """The order's live jobs, and what the person is clocked on to, here or elsewhere; in two queries."""
    jobs, mine = _jobs_of(order_id), None
    clockings = db.session.execute(
        select(
            Clocking.service_order_id,
            Clocking.job_id,
            Clocking.started_at,
            Clocking.ended_at,
            User.id.label("user_id"),
            User.name,
            Job.title,
        )
        .join(User, User.id == Clocking.user_id)
        .join(Job, Job.id == Clocking.job_id)
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
            mine = Running(row.job_id, row.service_order_id, row.title, row.started_at)
        if (job := jobs.get(row.job_id)) is None:
            continue
        if row.ended_at is None:
            job.running.append((row.user_id, row.name, row.started_at))
        else:
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
    return [PhotoRow(*row) for row in db.session.execute(query)]


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
