"""Putting canned jobs on an order: lines with the prices of this moment, which then stay (DIA-5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from aftersales.db import db
from aftersales.domain.actors import Actor
from aftersales.domain.catalogue import queries as catalogue
from aftersales.domain.catalogue import rules
from aftersales.domain.catalogue.kinds import LineKind, PayType, PriceSource, Skill
from aftersales.domain.catalogue.models import CannedJob, CannedJobLine
from aftersales.domain.errors import NotFound, Refused
from aftersales.domain.parts.models import Article
from aftersales.domain.parts.rules import normalised_number
from aftersales.domain.service_orders import specs, work
from aftersales.domain.service_orders.models import Job
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.vehicles.models import Vehicle
from aftersales.i18n import gettext
from aftersales.money import rounded


@dataclass(frozen=True, slots=True)
class Offer:
    """A canned job as the picker shows it. ``price`` is what it costs now, as the site's prices are (with or
    without tax); None where a price is missing."""

    code: str
    name: str
    explanation: str
    hours: Decimal
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class _Prices:
    """What the lines of canned jobs are priced from at this moment."""

    rates: Mapping[rules.RateKey, Decimal]
    articles: Mapping[str, Article]

    def of(self, line: CannedJobLine, pay_type: PayType) -> Decimal | None:
        if line.price_source is PriceSource.RATE:
            return rules.rate_for(self.rates, line.skill, pay_type)
        if line.price_source is PriceSource.FIXED:
            return line.unit_price
        article = self.article_of(line)
        return article.price if article else None

    def article_of(self, line: CannedJobLine) -> Article | None:
        return self.articles.get(normalised_number(line.article_number))


def apply_canned_job(
    order_id: int,
    code: str,
    *,
    actor: Actor,
    now: datetime,
    job_id: int | None = None,
    concern: str = "",
    explanation: str | None = None,
    severity: str = "",
    pay_type: PayType = PayType.CUSTOMER,
) -> Job:
    """Put a canned job on the order as a job of its own, or its lines on the job ``job_id``.

    Labour takes the site's rate, a part its article's price of now; both are copied. Refuses when the canned job is
    no longer offered, or when a rate or an article's price is missing: nothing is put on an order for nothing.
    """
    canned = catalogue.find_canned_job_by_code(code)
    if canned is None or not canned.is_active:
        raise NotFound(gettext("There is no such canned job."))
    order = lock_order(order_id)
    job = _get_job(order_id, job_id) if job_id else None
    prices = _prices(order.site_id, canned.lines)
    if job is None:
        job = work.add_job(
            order_id,
            title=canned.name,
            concern=concern,
            explanation=canned.explanation if explanation is None else explanation,
            severity=severity,
            pay_type=pay_type,
            canned_job_code=canned.code,
            actor=actor,
            now=now,
        )
    job.skill, job.bay_kind = job.skill or _skill_of(canned.lines), job.bay_kind or canned.bay_kind
    for line in canned.lines:
        article = prices.article_of(line)
        work.add_line(
            job.id,
            kind=line.kind,
            description=line.description,
            quantity=line.quantity,
            unit_price=_price(prices, line, job.pay_type),
            article_id=article.id if article else None,
            article_number=line.article_number,
            skill=line.skill if line.kind is LineKind.LABOUR else None,
            actor=actor,
            now=now,
        )
    specs.copy(canned, job)
    return job


def list_offers(
    site_id: int, vehicle: Vehicle, query: str = "", *, pay_type: PayType = PayType.CUSTOMER, limit: int = 12
) -> list[Offer]:
    """The canned jobs that fit the vehicle and carry the words of ``query``, with what each costs now."""
    fitting = catalogue.list_canned_jobs(query, vehicle=words_of(vehicle), only_active=True)[:limit]
    lines = _lines_of(fitting)
    prices = _prices(site_id, [line for some in lines.values() for line in some])
    return [_offer(job, lines[job.id], prices, pay_type) for job in fitting]


def words_of(vehicle: Vehicle) -> str:
    """The vehicle's words that a canned job's model filter looks through."""
    return f"{vehicle.title} {vehicle.engine} {vehicle.fuel}"


def _offer(job: CannedJob, lines: list[CannedJobLine], prices: _Prices, pay_type: PayType) -> Offer:
    hours = sum((line.quantity for line in lines if line.kind is LineKind.LABOUR), Decimal(0))
    units = [prices.of(line, pay_type) for line in lines]
    total = None
    if all(unit is not None for unit in units):
        total = sum(
            (
                rounded(line.quantity * unit)
                for line, unit in zip(lines, units, strict=True)
                if unit is not None
            ),
            Decimal(0),
        )
    return Offer(code=job.code, name=job.name, explanation=job.explanation, hours=hours, price=total)


def _price(prices: _Prices, line: CannedJobLine, pay_type: PayType) -> Decimal:
    price = prices.of(line, pay_type)
    if price is not None:
        return price
    if line.price_source is PriceSource.RATE:
        raise Refused(
            gettext("This site has no labour rate yet. The workshop manager sets it in the catalogue.")
        )
    raise Refused(
        gettext(
            "Article %(number)s (%(name)s) is not in the parts catalogue. Add it there first.",
            number=line.article_number,
            name=line.description,
        )
    )


def _skill_of(lines: Iterable[CannedJobLine]) -> Skill | None:
    """What the longest piece of labour asks for; None where it is nothing special."""
    labour = [line for line in lines if line.kind is LineKind.LABOUR]
    longest = max(labour, key=lambda line: line.quantity, default=None)
    return longest.skill if longest and longest.skill is not Skill.MECHANICAL else None


def _prices(site_id: int, lines: Iterable[CannedJobLine]) -> _Prices:
    numbers = {normalised_number(line.article_number) for line in lines if line.article_number}
    query = select(Article).where(Article.number_normalised.in_(numbers), Article.is_active)
    articles = list(db.session.scalars(query)) if numbers else []
    return _Prices(
        catalogue.rates_by_key(site_id), {article.number_normalised: article for article in articles}
    )


def _lines_of(jobs: Sequence[CannedJob]) -> dict[int, list[CannedJobLine]]:
    found: dict[int, list[CannedJobLine]] = {job.id: [] for job in jobs}
    query = (
        select(CannedJobLine).where(CannedJobLine.canned_job_id.in_(found)).order_by(CannedJobLine.position)
    )
    for line in db.session.scalars(query) if found else []:
        found[line.canned_job_id].append(line)
    return found


def _get_job(order_id: int, job_id: int) -> Job:
    job = db.session.scalar(
        select(Job).where(Job.id == job_id, Job.service_order_id == order_id).options(selectinload(Job.lines))
    )
    if job is None or job.voided_at:
        raise NotFound(gettext("There is no such job."))
    return job
