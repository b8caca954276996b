"""The quality supervisor's page: what waits, what is in rework, how often work holds (QCS-2)."""

from datetime import timedelta

import pytest
from flask import Flask

from aftersales import clock
from aftersales.domain.quality import figures
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.domain.quality.test_walk import (
    NOW,
    SPAN,
    fail,
    finish,
    in_repair,
    mend,
    order_of,
    self_check,
    verify_all,
)


def test_figures_count_the_first_inspection_and_the_rework_clock(cast: Cast) -> None:
    """QCS-2: of two cars one passes at once; rework minutes are the clock's."""
    good, bad = in_repair(cast), in_repair(cast)
    for order_id in (good, bad):
        self_check(order_id, cast)
        finish(order_id, cast)
    assert [car.order_id for car in figures.list_waiting(cast.site.id)] == [good, bad]
    fail(bad, cast)
    assert [(car.order_id, car.open_rework) for car in figures.list_in_rework(cast.site.id)] == [(bad, 1)]
    mend(cast, bad)
    found = figures.figures_of(cast.site.id, **SPAN)
    assert (found.inspected, found.passed_first, found.sent_back, found.rework_minutes) == (1, 0, 1, 7)
    (inspected,), (sent_back,), (watch,) = (
        listed(cast.site.id, **SPAN)
        for listed in (figures.list_inspected, figures.list_sent_back, figures.list_rework_clocks)
    )
    assert (inspected.order_id, inspected.who, inspected.is_passed) == (bad, cast.qc.name, False)
    assert (sent_back.order_id, sent_back.who, sent_back.what) == (bad, cast.qc.name, watch.what)
    assert (watch.order_id, watch.who, watch.minutes) == (bad, cast.technician.name, 7)
    verify_all(good, cast)
    assert figures.list_in_rework(cast.site.id) == []
    later = {"from_at": NOW + timedelta(days=2), "until_at": NOW + timedelta(days=3)}
    assert figures.figures_of(cast.site.id, **later).first_time_share is None


def test_the_page_shows_what_waits_and_costs_few_queries(
    app: Flask, cast: Cast, sign_in: SignIn, count_queries: CountQueries
) -> None:
    for _ in range(3):
        order_id = in_repair(cast)
        self_check(order_id, cast)
        finish(order_id, cast)
    client = sign_in(cast.qc.id)
    with count_queries() as seen:
        page = client.get("/quality").get_data(as_text=True)
    assert page.count('class="ticket"') == 3 and f"/orders/{order_id}/quality-check" in page
    assert len(seen) <= 8


def test_each_figure_opens_what_is_behind_it(
    app: Flask, cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REP-4: the orders, whose parts sum to the figure; for the days that one chose, here twenty days later."""
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=20))
    with app.app_context():
        order_id = in_repair(cast)
        self_check(order_id, cast)
        finish(order_id, cast)
        fail(order_id, cast)
        mend(cast, order_id)
        number = order_of(order_id).number
    client = sign_in(cast.qc.id)
    page = client.get("/quality?days=30").text
    assert "0\u00a0%" in page
    for figure, total in (("passed", "0 of 1"), ("sent-back", "1 point"), ("rework", "0:07 h")):
        assert f'href="/quality/figures/{figure}?days=30"' in page
        behind = client.get(f"/quality/figures/{figure}?days=30").text
        assert number in behind and total in behind
        assert number not in client.get(f"/quality/figures/{figure}?days=7").text
    assert client.get("/quality/figures/nothing").status_code == 404
