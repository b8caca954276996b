"""The quality supervisor's page: what waits, what is in rework, how often work holds (QCS-2)."""

from datetime import timedelta

from flask import Flask

from aftersales.domain.quality import figures
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.domain.quality.test_walk import NOW, SPAN, fail, finish, in_repair, mend, self_check, verify_all


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
