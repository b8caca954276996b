"""Quotations that wait: reminding the customer, and ending what has expired. The database knows what is due."""

from datetime import datetime, timedelta

from aftersales.db import transaction
from aftersales.domain.quotations import operations as quotations
from aftersales.domain.quotations import queries
from aftersales.domain.sites import queries as sites


def sweep(now: datetime) -> None:
    """Expire versions whose time is over; remind of those that wait longer than their site's hours. Each once."""
    for quotation_id in queries.list_expired(now):
        with transaction():
            quotations.expire(quotation_id, now=now)
    hours = {site.id: site.setting("quotation.reminder_hours") for site in sites.list_sites()}
    if not hours:
        return
    for quotation_id, site_id, sent_at in queries.list_to_remind(now - timedelta(hours=min(hours.values()))):
        if sent_at <= now - timedelta(hours=hours[site_id]):
            with transaction():
                quotations.remind(quotation_id, now=now)
