"""Stock that became free goes to the orders that wait for it, wherever nobody could give it on at once."""

from datetime import datetime

from aftersales.db import db, transaction
from aftersales.domain.fulfilment import arrivals
from aftersales.domain.sites import queries as sites


def sweep(now: datetime) -> None:
    """Serve each site's waiting orders from what lies free, for example after a line was voided. Running twice finds
    nothing the second time."""
    site_ids = [site.id for site in sites.list_sites()]
    for site_id in site_ids:
        if arrivals.is_anyone_to_serve(site_id):
            with transaction():
                arrivals.serve_waiting(site_id, now=now)
        db.session.rollback()
