"""How an order stands against its promise: from values alone."""

from datetime import timedelta

from aftersales.domain.workshop import rules
from tests.factories import NOW


def test_minutes_are_whole_and_never_negative() -> None:
    assert rules.minutes_between(NOW, NOW + timedelta(minutes=1, seconds=59)) == 1
    assert rules.minutes_between(NOW, NOW - timedelta(minutes=1)) == 0
    assert rules.work_left(60, 90) == 0
