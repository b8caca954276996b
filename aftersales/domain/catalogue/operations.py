"""Keeping the catalogue: labour rates, labour times, canned jobs. Orders copy from it and never follow it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from aftersales.db import add, db, locked
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.catalogue.kinds import LineKind, PayType, PriceSource, Skill, SpecKind
from aftersales.domain.catalogue.models import (
    CannedJob,
    CannedJobLine,
    CannedJobSpec,
    LabourRate,
    LabourTime,
)
from aftersales.domain.errors import Invalid, NotFound, expect_version
from aftersales.domain.staffing.models import BayKind
from aftersales.i18n import gettext

_CODE = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,39}")


@dataclass(frozen=True, slots=True)
class CannedLine:
    """One line of a canned job as it is entered. Labour is priced by the site's rate, a part by its article."""

    kind: LineKind
    description: str
    quantity: Decimal
    skill: Skill = Skill.MECHANICAL
    labour_time_code: str = ""
    article_number: str = ""
    unit_price: Decimal | None = None

    @property
    def price_source(self) -> PriceSource:
        """Labour has the site's rate, what has an article its price; everything else a price of its own."""
        if self.kind is LineKind.LABOUR:
            return PriceSource.RATE
        return PriceSource.ARTICLE if self.article_number else PriceSource.FIXED


@dataclass(frozen=True, slots=True)
class CannedSpec:
    """A torque or fluid as it is entered; without ``low`` or ``high`` the nominal value is that limit."""

    kind: SpecKind
    name: str
    unit: str
    nominal: Decimal
    low: Decimal | None = None
    high: Decimal | None = None


def set_labour_rate(
    site_id: int,
    *,
    skill: Skill,
    pay_type: PayType | None,
    price: Decimal,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> LabourRate:
    """Set the price of an hour at the site. Orders that have copied the old one keep it."""
    actor.need("catalogue.manage")
    if price < 0:
        raise Invalid(gettext("Enter a price of 0 or more."), field="price")
    rate = db.session.scalar(
        select(LabourRate)
        .where(LabourRate.site_id == site_id, LabourRate.skill == skill, LabourRate.pay_type == pay_type)
        .with_for_update()
    )
    before = rate.price if rate else None
    if rate is None:
        rate = add(LabourRate(site_id=site_id, skill=skill, pay_type=pay_type, price=price))
    else:
        expect_version(rate, version)
        rate.price = price
        db.session.flush()
    audit.record(
        "catalogue.labour_rate",
        rate,
        actor=actor,
        now=now,
        site_id=site_id,
        details={"skill": skill, "pay_type": pay_type, "from": str(before or ""), "to": str(price)},
    )
    return rate


def save_labour_time(
    labour_time_id: int | None,
    *,
    code: str,
    name: str,
    hours: Decimal,
    skill: Skill,
    is_active: bool = True,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> LabourTime:
    """Add an operation with its standard hours, or change one. Work on orders keeps the hours it was given."""
    actor.need("catalogue.manage")
    code = _valid_code(code)
    if not name.strip():
        raise Invalid(gettext("Name the operation."), field="name")
    if hours <= 0:
        raise Invalid(gettext("Enter hours above 0."), field="hours")
    same = db.session.scalar(select(LabourTime.id).where(LabourTime.code == code))
    if same is not None and same != labour_time_id:
        raise Invalid(gettext("Another operation has this code."), field="code")
    if labour_time_id is None:
        time = add(LabourTime(code=code, name=name.strip(), hours=hours, skill=skill, is_active=is_active))
    else:
        found = locked(LabourTime, labour_time_id)
        if found is None:
            raise NotFound(gettext("There is no such operation."))
        time = found
        expect_version(time, version)
        time.code, time.name, time.hours, time.skill = code, name.strip(), hours, skill
        time.is_active = is_active
        db.session.flush()
    audit.record(
        "catalogue.labour_time", time, actor=actor, now=now, details={"code": code, "hours": str(hours)}
    )
    return time


def save_canned_job(
    canned_job_id: int | None,
    *,
    code: str,
    name: str,
    explanation: str,
    model_filter: str,
    lines: Sequence[CannedLine],
    actor: Actor,
    now: datetime,
    specs: Sequence[CannedSpec] = (),
    bay_kind: BayKind | None = None,
    version: int | None = None,
) -> CannedJob:
    """Add a canned job, or change one with all its lines, torques and fluids (DIA-5, QCS-1) and the bay that it needs
    (DSP-6). Jobs already on orders stay as they are."""
    actor.need("catalogue.manage")
    code = _valid_code(code)
    if not name.strip():
        raise Invalid(gettext("Name the canned job."), field="name")
    if not lines:
        raise Invalid(gettext("Add at least one line."), field="lines")
    for line in lines:
        _check_line(line)
    for spec in specs:
        _check_spec(spec)
    same = db.session.scalar(select(CannedJob.id).where(CannedJob.code == code))
    if same is not None and same != canned_job_id:
        raise Invalid(gettext("Another canned job has this code."), field="code")
    if canned_job_id is None:
        job = CannedJob(code=code)
    else:
        job = _lock_canned_job(canned_job_id)
        expect_version(job, version)
    job.code, job.name, job.explanation = code, name.strip()[:200], explanation.strip()
    job.model_filter, job.bay_kind = model_filter.strip(), bay_kind
    job.lines = [_line(line, position) for position, line in enumerate(lines, 1)]
    job.specs = [_spec(spec, position) for position, spec in enumerate(specs, 1)]
    # Lines are rows of their own: this makes the job's version rise even when only they changed.
    job.changed_at = now
    add(job)
    audit.record(
        "catalogue.canned_job", job, actor=actor, now=now, details={"code": code, "lines": len(job.lines)}
    )
    return job


def offer_canned_job(canned_job_id: int, *, is_active: bool, actor: Actor, now: datetime) -> CannedJob:
    """Offer a canned job again, or no longer. It stays on record, since orders name its code."""
    actor.need("catalogue.manage")
    job = _lock_canned_job(canned_job_id)
    job.is_active = is_active
    db.session.flush()
    audit.record("catalogue.canned_job_offered", job, actor=actor, now=now, details={"is_active": is_active})
    return job


def _line(line: CannedLine, position: int) -> CannedJobLine:
    return CannedJobLine(
        position=position,
        kind=line.kind,
        description=line.description.strip()[:200],
        skill=line.skill,
        labour_time_code=line.labour_time_code,
        article_number=line.article_number.strip(),
        quantity=line.quantity,
        price_source=line.price_source,
        unit_price=line.unit_price if line.price_source is PriceSource.FIXED else None,
    )


def _spec(spec: CannedSpec, position: int) -> CannedJobSpec:
    return CannedJobSpec(
        position=position,
        kind=spec.kind,
        name=spec.name.strip()[:120],
        unit=spec.unit.strip()[:12],
        nominal=spec.nominal,
        low=spec.nominal if spec.low is None else spec.low,
        high=spec.nominal if spec.high is None else spec.high,
    )


def _check_spec(spec: CannedSpec) -> None:
    if not spec.name.strip() or not spec.unit.strip():
        raise Invalid(gettext("Say what each torque or fluid is for, and its unit."), field="specs")
    if spec.nominal <= 0:
        raise Invalid(gettext("“%(spec)s”: enter a value above 0.", spec=spec.name), field="specs")
    low, high = (spec.nominal if limit is None else limit for limit in (spec.low, spec.high))
    if not low <= spec.nominal <= high:
        raise Invalid(
            gettext("“%(spec)s”: the value has to lie between its limits.", spec=spec.name), field="specs"
        )


def _check_line(line: CannedLine) -> None:
    if not line.description.strip():
        raise Invalid(gettext("Say what each line is for."), field="lines")
    if line.quantity <= 0:
        raise Invalid(gettext("“%(line)s”: enter a quantity above 0.", line=line.description), field="lines")
    if line.kind is LineKind.PART and not line.article_number.strip():
        raise Invalid(gettext("“%(line)s”: enter its article number.", line=line.description), field="lines")
    if line.price_source is PriceSource.FIXED and (line.unit_price is None or line.unit_price < 0):
        raise Invalid(
            gettext("“%(line)s”: enter a price, or an article number.", line=line.description), field="lines"
        )


def _valid_code(code: str) -> str:
    code = code.strip().upper()
    if not _CODE.fullmatch(code):
        raise Invalid(
            gettext("Enter a code of letters, digits, dots and dashes, for example BRAKE-PADS-F."),
            field="code",
        )
    return code


def _lock_canned_job(canned_job_id: int) -> CannedJob:
    job = locked(CannedJob, canned_job_id)
    if job is None:
        raise NotFound(gettext("There is no such canned job."))
    return job
