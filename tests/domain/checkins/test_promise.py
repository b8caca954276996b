"""ORD-3: the promised time comes from workload, parts and the site's reserve."""

from datetime import UTC, datetime, time

from aftersales.domain.checkins.rules import proposed_promise
from aftersales.domain.sites.models import OpeningHours

HOURS = [OpeningHours(weekday=day, opens_at=time(8), closes_at=time(18)) for day in range(6)]
TUESDAY_9 = datetime(2026, 5, 12, 7, 0, tzinfo=UTC)  # 09:00 in Kraków


def propose(
    now: datetime = TUESDAY_9,
    work: int = 90,
    reserve: int = 60,
    parts: datetime | None = None,
    **more: object,
) -> str:
    proposed = proposed_promise(
        now, work_minutes=work, reserve_minutes=reserve, parts_expected_at=parts,
        timezone="Europe/Warsaw", hours=more.get("hours", HOURS), closed_days=more.get("closed", ()),  # type: ignore[arg-type]
    )  # fmt: skip
    return proposed.strftime("%d %H:%M")


def test_work_and_reserve_from_now() -> None:
    """ORD-3"""
    assert propose() == "12 09:30"


def test_at_a_quarter_of_an_hour() -> None:
    assert propose(work=91) == "12 09:45"


def test_work_that_does_not_fit_into_the_day_goes_on_in_the_next() -> None:
    """09:00 to 18:00 are 9 hours; one hour is left for Wednesday at 8."""
    assert propose(work=9 * 60, reserve=60) == "13 07:00"


def test_parts_that_come_later_move_the_start() -> None:
    """ORD-3: from parts supply too."""
    assert propose(parts=datetime(2026, 5, 13, 8, 0, tzinfo=UTC)) == "13 10:30"


def test_closed_days_do_not_count() -> None:
    wednesday = datetime(2026, 5, 13).date()  # noqa: DTZ001 (a calendar day)
    assert propose(work=9 * 60, closed=[wednesday]) == "14 07:00"


def test_a_car_that_comes_on_sunday_is_begun_on_monday() -> None:
    assert propose(now=datetime(2026, 5, 17, 10, 0, tzinfo=UTC)) == "18 08:30"


def test_a_site_without_hours_counts_around_the_clock() -> None:
    assert propose(hours=[]) == "12 09:30"
