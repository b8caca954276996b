"""Public holidays of a site's country, from the library ``holidays``."""

from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=64)
def of_year(country: str, region: str, year: int) -> dict[date, str]:
    """The country's public holidays of a year with their names; with ``region`` those of that part of it too.

    Empty for a country that the library does not know; a region it does not know is left out.
    """
    try:
        return dict(holidays.country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError:
        return of_year(country, "", year) if region else {}


def between(country: str, region: str, first: date, last: date) -> dict[date, str]:
    """The public holidays from ``first`` to ``last``, both included."""
    return {
        day: name
        for year in range(first.year, last.year + 1)
        for day, name in of_year(country, region, year).items()
        if first <= day <= last
    }
