"""Dates, times and shares as each language and each figure wants them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask, g
from flask_babel import force_locale

from aftersales import dates
from aftersales.i18n import WRITTEN
from aftersales.web import filters

LATE = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
"""In Warsaw it is the 23rd already, a Monday."""


@pytest.mark.parametrize(
    ("language", "day", "instant", "weekday", "month", "moment"),
    [
        ("en", "22 Nov 2026", "23 Nov 2026, 00:30", "Monday 23 November", "November 2026", "Mon 23 Nov 00:30"),
        ("pl", "22 lis 2026", "23 lis 2026, 00:30", "poniedziałek, 23 listopada", "listopad 2026", "pon., 23 lis 00:30"),
        ("de", "22. Nov. 2026", "23. Nov. 2026, 00:30", "Montag, 23. November", "November 2026", "Mo., 23. Nov. 00:30"),
        ("zh_Hans", "2026年11月22日", "2026年11月23日 00:30", "11月23日星期一", "2026年11月", "11月23日周一 00:30"),
        ("zh_Hant", "2026年11月22日", "2026年11月23日 00:30", "11月23日 星期一", "2026年11月", "11月23日 週一 00:30"),
    ],
)  # fmt: skip
def test_dates_stand_in_the_order_of_the_language(
    app: Flask, language: str, day: str, instant: str, weekday: str, month: str, moment: str
) -> None:
    """PLT-4: and instants stand on the day of the site's clock."""
    with app.test_request_context(), force_locale(language):
        g.timezone = "Europe/Warsaw"
        assert filters.date_(date(2026, 11, 22)) == day
        assert filters.datetime_(LATE) == instant
        assert filters.date_(LATE) == instant.removesuffix(" 00:30").removesuffix(",")
        assert filters.weekday_date(LATE) == weekday
        assert filters.month_name(date(2026, 11, 1)) == month
        assert filters.moment(LATE) == moment


def test_a_ticket_says_a_moment_as_short_as_it_can(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aftersales.clock.now", lambda: LATE)
    for language, wanted in {
        "en": ["00:30", "Wed 00:30", "3 Dec 00:30"],
        "pl": ["00:30", "śr. 00:30", "3 gru 00:30"],
        "zh_Hans": ["00:30", "周三 00:30", "12月3日 00:30"],
    }.items():
        with app.test_request_context(), force_locale(language):
            g.timezone = "Europe/Warsaw"
            assert [filters.short_moment(LATE + timedelta(days=days)) for days in (0, 2, 10)] == wanted


def test_every_language_has_a_shape_for_every_date(app: Flask) -> None:
    """PLT-4: those that workshops write in, and some that may come; none borrows another's order or signs."""
    shapes = (
        dates.day, dates.short_day, dates.short_weekday, dates.weekday_and_short_day, dates.weekday_and_day,
        dates.month, dates.short_month,
    )  # fmt: skip
    for language in (*WRITTEN, "fr", "it", "cs", "ja", "uk", "es", "tr"):
        with app.test_request_context(), force_locale(language):
            written = [shape(date(2026, 11, 22)) for shape in shapes]
            assert all(written), language
            assert language[:2] in ("zh", "ja") or not any("月" in text for text in written), (
                language,
                written,
            )


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        ("0", "0"), ("0.6667", "67"), ("0.125", "13"), ("1", "100"), ("1.0432", "104"), ("0.0345", "3.5"),
        ("0.05", "5"), ("0.9963", "99.6"), ("0.99999", "99.9"), ("0.00001", "0.1"), ("-0.0345", "-3.5"),
    ],
)  # fmt: skip
def test_a_share_is_as_exact_as_anybody_reads_it(app: Flask, share: str, shown: str) -> None:
    """REP-2: one that is not whole never reads as 100 %, one that is something never as 0 %."""
    with app.test_request_context():
        assert filters.percent(Decimal(share)) == f"{shown}\u00a0%"


def test_an_agreed_rate_is_shown_exactly(app: Flask) -> None:
    """QUO-1"""
    with app.test_request_context():
        assert [filters.rate(Decimal(rate)) for rate in ("0.23", "0.0775", "0.0510")] == [
            "23\u00a0%", "7.75\u00a0%", "5.1\u00a0%",
        ]  # fmt: skip
    with app.test_request_context(), force_locale("pl"):
        assert filters.rate(Decimal("0.0775")) == "7,75\u00a0%"
