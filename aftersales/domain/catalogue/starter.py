"""A catalogue to begin with: labour rates, standard times and the canned jobs that every workshop sells.

``stock`` puts what is missing into the database and leaves what is there alone, so it can be done again.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.actors import Actor
from aftersales.domain.catalogue import operations, queries
from aftersales.domain.catalogue.kinds import LineKind
from aftersales.domain.catalogue.models import CannedJob, LabourTime
from aftersales.domain.catalogue.operations import CannedLine, CannedSpec
from aftersales.domain.catalogue.starter_jobs import JOBS, Starter
from aftersales.domain.catalogue.starter_labour import HOUR_PRICES, TIMES
from aftersales.domain.catalogue.starter_specs import SPECS


def stock(*, actor: Actor, now: datetime) -> None:
    """Add the operations and canned jobs that are missing."""
    known_times = set(db.session.scalars(select(LabourTime.code)))
    for code, name, hours, skill in TIMES:
        if code not in known_times:
            operations.save_labour_time(
                None, code=code, name=name, hours=Decimal(hours), skill=skill, actor=actor, now=now
            )
    known_jobs = set(db.session.scalars(select(CannedJob.code)))
    for job in JOBS:
        if job.code not in known_jobs:
            operations.save_canned_job(
                None,
                code=job.code,
                name=job.name,
                explanation=job.explanation,
                model_filter=job.model_filter,
                lines=lines_of(job),
                specs=specs_of(job),
                actor=actor,
                now=now,
            )


def price_hours(site_id: int, currency: str, *, actor: Actor, now: datetime) -> None:
    """Give a site the usual labour rates of its currency, where it has none yet."""
    if queries.list_rates(site_id):
        return
    for (skill, pay_type), price in HOUR_PRICES.get(currency, {}).items():
        operations.set_labour_rate(site_id, skill=skill, pay_type=pay_type, price=price, actor=actor, now=now)


def lines_of(job: Starter) -> list[CannedLine]:
    """The labour of its operations, then its articles."""
    times = {code: (name, Decimal(hours), skill) for code, name, hours, skill in TIMES}
    labour = [
        CannedLine(LineKind.LABOUR, times[code][0], times[code][1], times[code][2], labour_time_code=code)
        for code in job.times
    ]
    articles = [
        CannedLine(kind, name, Decimal(quantity), article_number=number)
        for kind, number, name, quantity in job.articles
    ]
    return [*labour, *articles]


def specs_of(job: Starter) -> list[CannedSpec]:
    """The torques and fluids of the job."""
    return [
        CannedSpec(kind, name, unit, Decimal(nominal), Decimal(low), Decimal(high))
        for kind, name, unit, nominal, low, high in SPECS.get(job.code, ())
    ]
