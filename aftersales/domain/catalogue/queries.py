"""Reading the catalogue."""

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from aftersales.db import db
from aftersales.domain.catalogue import rules
from aftersales.domain.catalogue.models import CannedJob, LabourRate, LabourTime
from aftersales.domain.errors import NotFound
from aftersales.i18n import gettext


def list_rates(site_id: int) -> list[LabourRate]:
    """The site's labour rates: by skill, the one for all first."""
    return list(
        db.session.scalars(
            select(LabourRate)
            .where(LabourRate.site_id == site_id)
            .order_by(LabourRate.skill, LabourRate.pay_type.is_not(None), LabourRate.pay_type)
        )
    )


def rates_by_key(site_id: int) -> dict[rules.RateKey, Decimal]:
    """The site's rates as :func:`aftersales.domain.catalogue.rules.rate_for` takes them."""
    return {(rate.skill, rate.pay_type): rate.price for rate in list_rates(site_id)}


def list_labour_times(query: str = "", *, only_active: bool = False, limit: int = 200) -> list[LabourTime]:
    """Operations by code; ``query`` looks through code and name."""
    found = select(LabourTime).order_by(LabourTime.code)
    if only_active:
        found = found.where(LabourTime.is_active)
    matching = (time for time in db.session.scalars(found) if rules.is_found_by(query, time.code, time.name))
    return list(matching)[:limit]


def get_labour_time(labour_time_id: int) -> LabourTime:
    """The operation. Raises :class:`NotFound`."""
    found = db.session.get(LabourTime, labour_time_id)
    if found is None:
        raise NotFound(gettext("There is no such operation."))
    return found


def list_canned_jobs(
    query: str = "", *, vehicle: str | None = None, only_active: bool = False
) -> list[CannedJob]:
    """Canned jobs by name, without their lines. With ``vehicle`` (its words) only those that fit it.

    The catalogue holds some hundred jobs, so it is read whole and sifted here: that finds words without their
    diacritics on both databases alike.
    """
    found = select(CannedJob).order_by(CannedJob.name)
    if only_active:
        found = found.where(CannedJob.is_active)
    return [
        job
        for job in db.session.scalars(found)
        if rules.is_found_by(query, job.code, job.name, job.explanation)
        and (vehicle is None or rules.fits_vehicle(job.model_filter, vehicle))
    ]


def get_canned_job(canned_job_id: int) -> CannedJob:
    """The canned job. Raises :class:`NotFound`."""
    job = db.session.get(CannedJob, canned_job_id)
    if job is None:
        raise NotFound(gettext("There is no such canned job."))
    return job


def find_canned_job_by_code(code: str) -> CannedJob | None:
    """The canned job with its lines, torques and fluids."""
    return db.session.scalar(
        select(CannedJob)
        .where(CannedJob.code == code)
        .options(selectinload(CannedJob.lines), selectinload(CannedJob.specs))
    )


def list_canned_jobs_by_codes(codes: set[str]) -> dict[str, CannedJob]:
    """Active canned jobs with these codes, without their lines."""
    if not codes:
        return {}
    return {
        job.code: job
        for job in db.session.scalars(select(CannedJob).where(CannedJob.code.in_(codes), CannedJob.is_active))
    }
