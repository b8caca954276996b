"""What happens to a site as a whole."""

from typing import Any

from sqlalchemy import update

from aftersales.db import at_closing, db
from aftersales.domain.sites.models import SiteChange


def note_change(site_id: int) -> None:
    """Tell the polling screens of the site that something they show has changed, once per transaction."""
    at_closing(f"site-change-{site_id}", lambda: _count_change(site_id))


def _count_change(site_id: int) -> None:
    counted: Any = db.session.execute(
        update(SiteChange).where(SiteChange.site_id == site_id).values(counter=SiteChange.counter + 1)
    )
    if not counted.rowcount:
        db.session.add(SiteChange(site_id=site_id, counter=1))
