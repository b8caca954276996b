"""How much a test does: short in daily use, the full counts of the quality goals by ``bin/test --long``."""

import os

IS_LONG = os.environ.get("AFTERSALES_TEST_LONG") == "1"


def rounds(short: int, long: int) -> int:
    """How often a race or fault is tried: ``rounds(20, 1000)``."""
    return long if IS_LONG else short
