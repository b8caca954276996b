"""The checks of a car's work, the rework between them, and the figures."""

from aftersales.blueprints.quality import figures, final_check, rework, work_checks
from aftersales.blueprints.quality.blueprint import blueprint

__all__ = ["blueprint", "figures", "final_check", "rework", "work_checks"]
