"""What closed orders have to tell: complaints that were mended, gathered by model and work, for a team leader to accept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, select

from aftersales.db import db, one_at_a_time
from aftersales.domain.errors import NotFound
from aftersales.domain.inspections.diagnosis_models import FaultCode
from aftersales.domain.knowledge import rules
from aftersales.domain.knowledge.models import KnowledgeCase
from aftersales.domain.service_orders.models import Job, Line, LineKind, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.vehicles.models import Vehicle
from aftersales.domain.workshop.models import FaultCheck
from aftersales.i18n import gettext

LOOKS_BACK = timedelta(days=180)
SHOWN = 30


@dataclass(frozen=True, slots=True)
class Case:
    """One job of a closed order."""

    job_id: int
    order_id: int
    order_number: str
    concern: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """Jobs of one kind on one model: ``job_id`` is the newest, ``orders`` how many orders had it; ``is_confirmed`` says
    that a technician found the fault on one of them."""

    job_id: int
    title: str
    make: str
    model: str
    concern: str
    orders: int
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form of a common fault begins with, taken from the orders themselves."""

    title: str
    symptom: str
    cause: str
    remedy: str
    models: str
    codes: str
    cases: list[Case]


def list_proposals(site_id: int, *, now: datetime) -> list[Proposal]:
    """What the site's orders of the last half year propose: what a technician confirmed first, then the most frequent,
    then the newest. A service that was due is no fault; nobody confirms it, and so it stands last."""
    newest = func.max(Job.id)
    confirmed = func.max(case((FaultCheck.is_found, 1), else_=0))
    grouped = _undecided(
        select(
            newest.label("job_id"), Job.title, Vehicle.make, Vehicle.model,
            func.count(func.distinct(Job.service_order_id)).label("orders"), confirmed.label("confirmed"),
        ),
        site_id, now,
    ).outerjoin(FaultCheck, FaultCheck.job_id == Job.id).group_by(Job.title, Vehicle.make, Vehicle.model)  # fmt: skip
    rows = db.session.execute(
        grouped.order_by(
            confirmed.desc(), func.count(func.distinct(Job.service_order_id)).desc(), newest.desc()
        ).limit(SHOWN)
    ).all()
    concerns = {
        row.id: row.concern
        for row in db.session.execute(
            select(Job.id, Job.concern).where(Job.id.in_([row.job_id for row in rows]))
        )
    }
    return [
        Proposal(
            row.job_id, row.title, row.make, row.model, concerns[row.job_id], row.orders, bool(row.confirmed)
        )
        for row in rows
    ]


def list_like(job_id: int, *, site_id: int, now: datetime) -> list[Case]:
    """This job and the undecided ones like it (same work, make and model), the newest first. Raises :class:`NotFound`
    where it is no proposal of the site, or not any more. Whoever decides, decides one after the other."""
    one_at_a_time("knowledge")
    return _like(job_id, site_id, now)


def draft(job_id: int, *, site_id: int, now: datetime) -> Draft:
    """The proposal in words: the customer's, what was found, what was done."""
    cases = _like(job_id, site_id, now)
    job = db.session.get_one(Job, job_id)
    car = db.session.execute(
        select(Vehicle.make, Vehicle.model)
        .join(ServiceOrder, ServiceOrder.vehicle_id == Vehicle.id)
        .where(ServiceOrder.id == job.service_order_id)
    ).one()
    ids = [one.job_id for one in cases]
    notes = db.session.scalars(
        select(FaultCheck.note).where(FaultCheck.job_id.in_(ids), FaultCheck.is_found, FaultCheck.note != "")
    ).all()
    done = db.session.scalars(
        select(Line.description)
        .where(
            Line.job_id == job_id,
            Line.kind.in_([LineKind.LABOUR, LineKind.PART]),
            Line.voided_at.is_(None),
        )
        .order_by(Line.kind == LineKind.PART, Line.id)
    ).all()
    read_out = db.session.scalars(
        select(FaultCode.code).where(
            FaultCode.service_order_id.in_([one.order_id for one in cases]), FaultCode.removed_at.is_(None)
        )
    ).all()
    concerns = list(dict.fromkeys(one.concern for one in cases))
    cause = notes[0] if notes else job.explanation
    return Draft(
        title=job.title,
        symptom="\n".join(concerns[:3]),
        cause=cause,
        remedy="\n".join(done or [job.title]),
        models=f"{car.make} {car.model}".strip(),
        codes=", ".join(dict.fromkeys([*read_out, *rules.codes_in(*concerns, *notes, job.explanation)])),
        cases=cases,
    )


def _like(job_id: int, site_id: int, now: datetime) -> list[Case]:
    one = db.session.execute(
        _undecided(select(Job.title, Vehicle.make, Vehicle.model), site_id, now).where(Job.id == job_id)
    ).one_or_none()
    if one is None:
        raise NotFound(gettext("This is no proposal, or somebody has decided on it already."))
    rows = db.session.execute(
        _undecided(
            select(Job.id, ServiceOrder.id, ServiceOrder.number, Job.concern, ServiceOrder.closed_at),
            site_id,
            now,
        )
        .where(Job.title == one.title, Vehicle.make == one.make, Vehicle.model == one.model)
        .order_by(Job.id.desc())
    )
    return [Case(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def _undecided(query: Select[*tuple[Any, ...]], site_id: int, now: datetime) -> Select[*tuple[Any, ...]]:
    """Finished jobs with a complaint, of orders that were completed lately, on which nobody has decided."""
    return (
        query.select_from(Job)
        .join(ServiceOrder, ServiceOrder.id == Job.service_order_id)
        .join(Vehicle, Vehicle.id == ServiceOrder.vehicle_id)
        .outerjoin(KnowledgeCase, KnowledgeCase.job_id == Job.id)
        .where(
            ServiceOrder.site_id == site_id,
            ServiceOrder.state == OrderState.COMPLETED,
            ServiceOrder.closed_at > now - LOOKS_BACK,
            Job.concern != "",
            Job.done_at.is_not(None),
            Job.voided_at.is_(None),
            KnowledgeCase.id.is_(None),
        )
    )
