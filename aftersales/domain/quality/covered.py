"""Earlier work of ours on a vehicle that our guarantee still covers: what is asked about at check-in (ORD-9)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.accounts.models import User
from aftersales.domain.folding import folded
from aftersales.domain.guarantees import rules
from aftersales.domain.guarantees.models import GuaranteeKind, WorkGuarantee
from aftersales.domain.guarantees.rules import Standing
from aftersales.domain.quality.comeback_models import Comeback
from aftersales.domain.quality.models import CheckStage, QualityCheck
from aftersales.domain.service_orders.models import Job, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.workshop.models import Clocking, JobPhoto

_MOST_PHOTOS = 4
_WORTH_COMPARING = 4
"""Letters of a word that says something: "left" and "noise", not "the"."""


@dataclass(frozen=True, slots=True)
class Term:
    """One kind of work of the job and how long it is covered; ``days_left`` and ``km_left`` (None: unknown or without
    limit) count the last day and km in."""

    kind: GuaranteeKind
    until_on: date
    until_odometer: int | None
    days_left: int
    km_left: int | None
    is_distance_unknown: bool


@dataclass(slots=True)
class Covered:
    """An earlier job that is still covered, with who did and inspected it."""

    order_id: int
    order_number: str
    site_id: int
    job_id: int
    title: str
    concern: str
    code: str
    handed_over_on: date
    terms: list[Term]
    technicians: list[str] = field(default_factory=list)
    inspector: str = ""
    photo_ids: list[int] = field(default_factory=list)
    answer: Comeback | None = None
    is_likely: bool = False
    """Whether a concern of this visit has to do with it: the same canned job, or words in common."""


def list_covered(
    vehicle_id: int,
    *,
    on: date,
    odometer: int | None,
    order_id: int | None = None,
    jobs: Collection[Job] = (),
) -> list[Covered]:
    """The vehicle's earlier jobs that are covered on this day at this odometer reading (km), the likely ones first, then
    the newest. ``order_id`` is the visit that asks, ``jobs`` its concerns.

    One query where nothing is covered, else five, however much it is.
    """
    rows = db.session.execute(
        select(
            WorkGuarantee,
            ServiceOrder.number,
            ServiceOrder.site_id,
            Job.title,
            Job.concern,
            Job.canned_job_code,
        )
        .join(ServiceOrder, ServiceOrder.id == WorkGuarantee.service_order_id)
        .join(Job, Job.id == WorkGuarantee.job_id)
        .where(
            WorkGuarantee.vehicle_id == vehicle_id,
            WorkGuarantee.until_on >= on,
            ServiceOrder.state == OrderState.COMPLETED,
            ServiceOrder.id != (order_id or 0),
        )
        .order_by(WorkGuarantee.from_on.desc(), WorkGuarantee.job_id, WorkGuarantee.id)
    )
    found: dict[int, Covered] = {}
    for granted, number, site_id, title, concern, code in rows:
        stands = rules.standing(
            until_on=granted.until_on,
            distance=granted.distance,
            until_odometer=granted.until_odometer,
            on=on,
            odometer=odometer,
        )
        if stands is Standing.OVER:
            continue
        one = found.setdefault(
            granted.job_id,
            Covered(
                order_id=granted.service_order_id,
                order_number=number,
                site_id=site_id,
                job_id=granted.job_id,
                title=title,
                concern=concern,
                code=code,
                handed_over_on=granted.from_on,
                terms=[],
            ),
        )
        one.terms.append(_term(granted, on, odometer, stands))
    if found:
        _add_people(found)
        _add_photos(found)
        if order_id is not None:
            _add_answers(found, order_id)
    words = _words(text for job in jobs for text in (job.title, job.concern))
    codes = {job.canned_job_code for job in jobs if job.canned_job_code}
    for one in found.values():
        one.is_likely = one.code in codes or bool(words & _words((one.title, one.concern)))
    return sorted(found.values(), key=lambda one: not one.is_likely)


def _term(granted: WorkGuarantee, on: date, odometer: int | None, stands: Standing) -> Term:
    limit = granted.until_odometer
    return Term(
        kind=granted.kind,
        until_on=granted.until_on,
        until_odometer=limit,
        days_left=(granted.until_on - on).days,
        km_left=None if limit is None or odometer is None else limit - odometer,
        is_distance_unknown=stands is Standing.DISTANCE_UNKNOWN,
    )


def _words(texts: Iterable[str]) -> set[str]:
    """What texts are compared by: their longer words, and pairs of letters where a language sets no blanks."""
    found = set()
    for word in (word for text in texts for word in folded(text).replace(",", " ").split()):
        if any("\u4e00" <= letter <= "\u9fff" for letter in word):
            found |= {word[at : at + 2] for at in range(len(word) - 1)}
        elif len(word) >= _WORTH_COMPARING:
            found.add(word)
    return found


def _add_people(found: dict[int, Covered]) -> None:
    """Who worked on each job, by clock or because they finished it; and who passed its order."""
    clocked = (
        select(Clocking.job_id, User.name)
        .join(User, User.id == Clocking.user_id)
        .where(Clocking.job_id.in_(found), Clocking.is_rework.is_(False))
    )
    finished = select(Job.id, User.name).join(User, User.id == Job.done_by_id).where(Job.id.in_(found))
    for job_id, name in db.session.execute(clocked.union(finished).order_by("name")):
        found[job_id].technicians.append(name)
    orders = {one.order_id for one in found.values()}
    inspectors = dict(
        db.session.execute(
            select(QualityCheck.service_order_id, QualityCheck.checker_name)
            .where(
                QualityCheck.service_order_id.in_(orders),
                QualityCheck.stage == CheckStage.FINAL,
                QualityCheck.is_passed.is_(True),
            )
            .order_by(QualityCheck.round)
        ).all()
    )
    for one in found.values():
        one.inspector = inspectors.get(one.order_id, "")


def _add_photos(found: dict[int, Covered]) -> None:
    rows = db.session.execute(
        select(JobPhoto.job_id, JobPhoto.attachment_id)
        .where(JobPhoto.job_id.in_(found))
        .order_by(JobPhoto.id.desc())
    )
    for job_id, attachment_id in rows:
        if job_id is not None and len(found[job_id].photo_ids) < _MOST_PHOTOS:
            found[job_id].photo_ids.append(attachment_id)


def _add_answers(found: dict[int, Covered], order_id: int) -> None:
    for answer in db.session.scalars(select(Comeback).where(Comeback.service_order_id == order_id)):
        if answer.first_job_id in found:
            found[answer.first_job_id].answer = answer
