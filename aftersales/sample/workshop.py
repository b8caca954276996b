"""The sample workshop: two sites whose story of thirteen months was made by the operations themselves.

The same day always makes the same sample: what is chosen is chosen by a seeded generator.
"""

from datetime import datetime, timedelta
from random import Random

from aftersales.clock import from_local, local
from aftersales.db import transaction
from aftersales.domain.actors import SYSTEM
from aftersales.domain.catalogue import starter
from aftersales.domain.inspections import templates
from aftersales.sample import cars, people, shelves
from aftersales.sample.people import sign_ins as sign_ins

MONTHS_OF_HISTORY = 13
_SEED = 20_26


def load(*, now: datetime) -> None:
    """Fill an empty database. Called once, by ``bin/run`` and ``aftersales sample-data``."""
    random = Random(_SEED)
    begin = begin_of_history(now)
    with transaction():
        staff = people.open_sites(begin)
        starter.stock(actor=SYSTEM, now=begin)
        for site in staff.values():
            starter.price_hours(site.site_id, site.currency, actor=SYSTEM, now=begin)
        templates.stock(actor=SYSTEM, now=begin)
        shelves.fill(staff, now=begin, random=random)
    with transaction():
        today = local(now, "Europe/Warsaw").date()
        cars.add_cars(staff, today=today, now=begin, random=random)


def begin_of_history(now: datetime) -> datetime:
    """Six in the morning on the first day of the month twelve months ago, in Kraków: with the running month that
    makes thirteen."""
    here = local(now, "Europe/Warsaw").replace(tzinfo=None)
    first = here.replace(day=1, hour=6, minute=0, second=0, microsecond=0)
    for _ in range(MONTHS_OF_HISTORY - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return from_local(first, "Europe/Warsaw")
