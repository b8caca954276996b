"""The service order: list, page, its jobs and lines, promised time, hold, early end."""

from aftersales.blueprints.orders import ends, jobs, lines, pages, times
from aftersales.blueprints.orders.blueprint import blueprint

__all__ = ["blueprint", "ends", "jobs", "lines", "pages", "times"]
