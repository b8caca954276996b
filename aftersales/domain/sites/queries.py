"""Reading sites."""

from datetime import date

from sqlalchemy import select

from aftersales.db import db
from aftersales.domain.errors import NotFound
from aftersales.domain.sites.models import ClosedDay, Site, SiteChange
from aftersales.i18n import gettext


def get_site(site_id: int) -> Site:
    """The site. Raises :class:`NotFound`."""
    site = db.session.get(Site, site_id)
    if site is None:
        raise NotFound(gettext("There is no such site."))
    return site


def list_sites() -> list[Site]:
    """All sites by name."""
    return list(db.session.scalars(select(Site).order_by(Site.name)))


def has_any() -> bool:
    """Whether the first-run page has been done."""
    return db.session.scalar(select(Site.id).limit(1)) is not None


def change_counter(site_id: int) -> int:
    """How many changes the site's board has seen; 0 before the first."""
    return db.session.scalar(select(SiteChange.counter).where(SiteChange.site_id == site_id)) or 0


def list_closed_days(site_id: int) -> set[date]:
    """The days on which the site is closed in spite of its opening hours."""
    return set(db.session.scalars(select(ClosedDay.day).where(ClosedDay.site_id == site_id)))
