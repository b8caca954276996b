"""The parts desk: requests, articles, purchase orders."""

from aftersales.blueprints.parts import articles, desk, purchasing
from aftersales.blueprints.parts.blueprint import blueprint

__all__ = ["articles", "blueprint", "desk", "purchasing"]
