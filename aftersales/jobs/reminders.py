"""Reminders to customers: car not fetched, next service due, appointment tomorrow. The database knows what is due."""

from datetime import datetime

from aftersales.db import transaction
from aftersales.domain.followups import operations as followups


def sweep(now: datetime) -> None:
    """Send what falls due, once per occasion; fired twice or started anew, the second one finds nothing left."""
    for remind in followups.sweep_reminders(now):
        with transaction():
            remind()
