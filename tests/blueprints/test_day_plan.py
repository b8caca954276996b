"""/plan: the day plan, placing jobs by tap and form, and the planner's proposal."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.planning import planner
from aftersales.domain.planning.models import Booking
from aftersales.domain.service_orders.models import Job, ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.html import CheckingClient, parse, text_of

MORNING = datetime(2026, 5, 12, 6, 0, tzinfo=UTC)  # 08:00 in Kraków
PLACE = "user-{user}~2026-05-12T10:00:00+00:00"  # 12:00


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's clock shows the morning after the situations' day began."""
    monkeypatch.setattr(clock, "now", lambda: MORNING)


def job_of(app: Flask, order: ServiceOrder) -> int:
    with app.app_context():
        return db.session.scalars(select(Job.id).where(Job.service_order_id == order.id)).first() or 0


def bookings(app: Flask) -> list[Booking]:
    with app.app_context():
        return list(
            db.session.scalars(select(Booking).where(Booking.cancelled_at.is_(None)).order_by(Booking.id))
        )


def place(client: CheckingClient, cast: Cast, job: int, **more: object) -> int:
    data = {"job_id": job, "place": PLACE.format(user=cast.technician.id), "day": "2026-05-12", **more}
    return client.post("/plan/bookings", data=data).status_code


def test_an_open_job_stands_beside_the_plan_and_is_placed_by_a_tap(
    app: Flask, cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    """DSP-1: chosen first, then its place: without a drag, and without a script."""
    client, job = sign_in(cast.manager.id), job_of(app, checked_in_order)
    html = parse(client.get(f"/plan?chosen=job-{job}").get_data(as_text=True))
    places = [button.get("value") for button in html.all("button") if button.get("name") == "place"]
    assert PLACE.format(user=cast.technician.id) in places
    assert all("~2026-05-12T" in (value or "") for value in places)
    assert place(client, cast, job) == 303
    (booking,) = bookings(app)
    assert (booking.user_id, booking.starts_at) == (cast.technician.id, MORNING + timedelta(hours=4))
    shown = text_of(parse(client.get("/plan").get_data(as_text=True)).root)
    assert "All work that is here or booked has its place in the plan" in shown


def test_the_same_post_twice_plans_once(
    app: Flask, cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    client, job = sign_in(cast.manager.id), job_of(app, checked_in_order)
    assert [place(client, cast, job, submission_id="one-tap") for _ in range(2)] == [303, 303]
    assert len(bookings(app)) == 1


def test_what_another_screen_changed_is_said_and_the_plan_is_fresh(
    app: Flask, cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    """DSP-1: 409 with who and when; nothing is overwritten."""
    client = sign_in(cast.manager.id)
    place(client, cast, job_of(app, checked_in_order))
    (booking,) = bookings(app)
    data = {"version": booking.version, "day": "2026-05-12", "time": "14:00"}
    assert client.post(f"/plan/bookings/{booking.id}", data=data).status_code == 303
    answer = client.post(f"/plan/bookings/{booking.id}", data={**data, "time": "16:00"})
    assert answer.status_code == 409
    assert "Paweł Król changed this at 08:00" in answer.get_data(as_text=True)
    assert "14:00–15:30" in answer.get_data(as_text=True)
    assert bookings(app)[0].starts_at == MORNING + timedelta(hours=6)


def test_kept_taken_off_and_wrong_entries(
    app: Flask, cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    client, job = sign_in(cast.manager.id), job_of(app, checked_in_order)
    for wrong in ({"place": "user-x~soon"}, {"place": "", "time": "25:00"}, {"place": "", "time": ""}):
        assert place(client, cast, job, **wrong) == 422
    place(client, cast, job)
    (booking,) = bookings(app)
    client.post(f"/plan/bookings/{booking.id}/fixed", data={"is_fixed": "1", "version": booking.version})
    (kept,) = bookings(app)
    assert kept.is_fixed
    assert client.post(f"/plan/bookings/{kept.id}/removal", data={"version": kept.version}).status_code == 303
    assert bookings(app) == []


def test_the_day_is_planned_and_accepted(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """DSP-1: the proposed plan with late minutes before and after; all or single steps are accepted."""
    with app.app_context(), transaction():
        for _ in range(3):
            factories.check_in(cast, factories.open_order(cast))
    client = sign_in(cast.manager.id)
    answer = client.post("/plan/proposal", data={"day": "2026-05-12"})
    html = parse(answer.get_data(as_text=True))
    steps = [field.get("value") or "" for field in html.all("input") if field.get("name") == "step"]
    assert len(steps) == 3
    assert "Late minutes as proposed" in text_of(html.root)
    assert client.post("/plan/acceptance", data={"only": steps[0], "step": steps}).status_code == 303
    assert len(bookings(app)) == 1
    assert client.post("/plan/acceptance", data={"step": steps[1:]}).status_code == 303
    assert len(bookings(app)) == 3
    again = client.post("/plan/acceptance", data={"step": steps[:1]})
    assert again.status_code == 409
    assert client.post("/plan/acceptance", data={"step": ["nonsense"]}).status_code == 422
    assert client.post("/plan/acceptance", data={}).status_code == 422


def test_the_page_says_when_the_solver_gave_no_answer(
    cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planner, "_ask", lambda *_asked, **_by: (None, "missing"))
    answer = sign_in(cast.manager.id).post("/plan/proposal", data={"day": "2026-05-12"})
    assert "the solver gave no answer (not installed)" in answer.get_data(as_text=True)


def test_who_may_look_and_who_may_plan(
    app: Flask, cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    technician, job = sign_in(cast.technician.id), job_of(app, checked_in_order)
    seen = technician.get(f"/plan?chosen=job-{job}")
    assert seen.status_code == 200
    assert 'name="place"' not in seen.get_data(as_text=True)
    assert place(technician, cast, job) == 403
    assert sign_in(cast.parts.id).get("/plan").status_code == 403
    assert place(sign_in(cast.other_manager.id), cast, job) == 404


def test_other_days_nonsense_and_an_unchanged_plan(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.manager.id)
    assert "Sunday 17 May" in client.get("/plan?day=2026-05-17").get_data(as_text=True)
    assert "Tuesday 12 May" in client.get("/plan?day=9999-99-99&chosen=job-x").get_data(as_text=True)
    first = client.get("/plan")
    assert client.get("/plan", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_queries_do_not_grow_with_the_jobs(
    app: Flask, cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder, count_queries: CountQueries
) -> None:
    client = sign_in(cast.manager.id)
    with count_queries() as one:
        client.get("/plan")
    with app.app_context(), transaction():
        for _ in range(5):
            factories.check_in(cast, factories.open_order(cast))
    with count_queries() as many:
        client.get("/plan")
    assert len(many) == len(one) <= 18
