"""Times on the floor: /clocks, /attendance/<id>, /clock-corrections, and “On time?”: /jobs/<id>/progress, /orders/<id>/delays."""

from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.messaging.models import Message
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.staffing import queries as people
from aftersales.domain.staffing import times
from aftersales.domain.workshop import clocking, progress
from aftersales.domain.workshop.models import Clocking
from aftersales.domain.workshop.time_models import ClockCorrection, ProgressCheck
from aftersales.jobs import floor
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.factories import NOW, fresh
from tests.html import parse, text_of

START = NOW + timedelta(hours=1)
MORNING = NOW + timedelta(days=1)


@pytest.fixture
def running(app: Flask, cast: Cast, accepted_order: ServiceOrder) -> int:
    """The technician's clock, begun at ten."""
    with app.app_context(), transaction():
        return clocking.clock_on(
            fresh(accepted_order).jobs[0].id, site_id=cast.site.id, actor=cast.technician.actor(), now=START
        ).id


@pytest.fixture
def _next_morning(app: Flask, running: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        floor.sweep(NOW + timedelta(hours=10))
    monkeypatch.setattr(clock, "now", lambda: MORNING)


def at(monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    """So many minutes after the clock began."""
    monkeypatch.setattr(clock, "now", lambda: START + timedelta(minutes=minutes))


@pytest.mark.usefixtures("_next_morning")
def test_my_jobs_asks_when_i_stopped_and_the_leader_agrees(
    app: Flask, cast: Cast, sign_in: SignIn, running: int
) -> None:
    """DSP-4: noticed, corrected with a reason and a trace."""
    technician, leader = sign_in(cast.technician.id), sign_in(cast.leader.id)
    page = technician.get("/jobs").text
    assert "This clock was forgotten" in page and f"/clocks/{running}" in page
    form = technician.get(f"/clocks/{running}").text
    assert 'value="2026-05-12T18:00"' in form  # the end of the shift is proposed
    answer = technician.post(
        f"/clocks/{running}/correction",
        data={"started_at": "2026-05-12T10:00", "ended_at": "2026-05-12T17:30", "reason": "Forgot", "ends_day": "1"},
    )  # fmt: skip
    assert answer.location == "/jobs"
    assert "Your team leader is asked to agree." in technician.get("/jobs").text
    waiting = leader.get("/clocks/team").text
    assert "Forgot" in waiting
    with app.app_context():
        first = db.session.scalars(
            select(ClockCorrection).where(ClockCorrection.clocking_id.is_not(None))
        ).one()
    assert "17:30" in leader.get(f"/clock-corrections/{first.id}").text
    assert (
        leader.post(f"/clock-corrections/{first.id}/decision", data={"is_accepted": "yes"}).status_code == 303
    )
    trace = technician.get(f"/clocks/{running}").text
    assert "Agreed, Leon Wójcik" in trace and "Was" in trace and "still running" in trace


@pytest.mark.usefixtures("_next_morning")
def test_pausing_a_forgotten_clock_says_what_to_do(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.technician.id).post("/clocking/end", data={"reason": "break"})
    assert answer.status_code == 409
    assert "Say first when you stopped" in answer.text


def test_work_that_no_clock_has_is_entered_and_agreed_to(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DSP-4: a tap that waited too long on a tablet begins no clock; its time is said, once, and counts with the leader's
    yes. What cannot be is refused with the field that is wrong."""
    at(monkeypatch, 300)
    with app.app_context():
        job = fresh(accepted_order).jobs[0].id
    technician, leader = sign_in(cast.technician.id), sign_in(cast.leader.id)
    assert "/clocks/missing" in technician.get("/clocks").text
    assert "Front brakes squeal" in technician.get(f"/clocks/missing?job={job}").text
    data = {"job_id": job, "started_at": "2026-05-12T10:00", "ended_at": "2026-05-12T11:30", "reason": "No network", "submission_id": "once"}  # fmt: skip
    for wrong, words in (
        ({"job_id": "0"}, "Choose the job."),
        ({"started_at": "2026-05-12T07:00"}, "The car was not in the workshop then"),
        ({"ended_at": "2026-05-12T09:00"}, "The end has to be after the begin"),
        ({"reason": ""}, "Say why no clock ran"),
    ):
        answer = technician.post("/clocks/missing", data=data | wrong | {"submission_id": words[:9]})
        assert answer.status_code == 422 and words in answer.text
    for _ in range(2):
        assert technician.post("/clocks/missing", data=data).location == "/clocks"
    again = technician.post("/clocks/missing", data=data | {"submission_id": "other"})
    assert again.status_code == 409 and "waits for the team leader already" in again.text
    with app.app_context():
        waiting = db.session.scalars(select(ClockCorrection)).one()
        assert fresh(accepted_order).worked_minutes == 0, "it counts when the leader has agreed"
    assert "No network" in leader.get("/clocks/team").text
    leader.post(f"/clock-corrections/{waiting.id}/decision", data={"is_accepted": "yes"})
    with app.app_context():
        assert fresh(accepted_order).worked_minutes == 90
    overlap = technician.post("/clocks/missing", data=data | {"submission_id": "third"})
    assert overlap.status_code == 422 and "At that time the clock ran on another job" in overlap.text
    stranger = sign_in(cast.second_technician.id).post("/clocks/missing", data=data | {"submission_id": "s"})
    assert stranger.status_code == 422 and "No car of yours" in stranger.text


@pytest.mark.usefixtures("_next_morning")
def test_the_work_page_of_a_forgotten_clock_offers_its_end_and_nothing_that_is_refused(
    cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, running: int
) -> None:
    """DSP-4: no pause and no “done” by what the clock says now, on either page."""
    for path in (f"/orders/{accepted_order.id}/work", "/jobs"):
        page = sign_in(cast.technician.id).get(path).text
        assert "This clock was forgotten" in page and f"/clocks/{running}" in page
        assert 'action="/clocking/end"' not in page


def test_a_colleagues_clock_has_two_forms_whose_labels_lead_to_their_own_fields(
    cast: Cast, sign_in: SignIn, running: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DSP-4: stopping it now and saying when it stopped both ask for a reason."""
    at(monkeypatch, 30)
    page = parse(sign_in(cast.leader.id).get(f"/clocks/{running}").text)
    targets = [label.get("for") for label in page.all("label") if label.get("for")]
    assert len(targets) == len(set(targets)) and {"stop-reason", "reason"} <= set(targets)


@pytest.mark.usefixtures("_next_morning")
def test_a_forgotten_clock_counts_no_minutes_on_its_car(
    cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """DSP-4: the page of the car says that somebody's end is not known, and reckons without the night."""
    page = sign_in(cast.leader.id).get(f"/orders/{accepted_order.id}/work").text
    assert "clocked 0:00 h" in page and "1:30 left" in page
    assert f"{cast.technician.name} since Tue 10:00: forgotten, counts once the end is said" in page


def test_a_night_shift_is_not_called_forgotten_after_midnight(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DSP-4, DSP-6: ten in the evening to six; at a quarter to five the screens offer the pause as ever."""
    late, early = NOW + timedelta(hours=14), NOW + timedelta(hours=20, minutes=45)
    with app.app_context(), transaction():
        technician = people.find_technician(cast.technician.id, cast.site.id)
        assert technician
        times.set_week(
            technician.id, {1: times.WorkingDay(time(22), time(6))}, site_id=cast.site.id,
            actor=cast.manager.actor(), now=NOW,
        )  # fmt: skip
        begun = clocking.clock_on(
            fresh(accepted_order).jobs[0].id, site_id=cast.site.id, actor=cast.technician.actor(), now=late
        ).id
    monkeypatch.setattr(clock, "now", lambda: early)
    technician_page = sign_in(cast.technician.id)
    for path in (f"/orders/{accepted_order.id}/work", "/jobs"):
        page = technician_page.get(path).text
        assert "This clock was forgotten" not in page and 'action="/clocking/end"' in page
    assert "I still work on it" not in technician_page.get(f"/clocks/{begun}").text
    assert technician_page.post("/clocking/end", data={"reason": "break"}).status_code == 303


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"started_at": "", "ended_at": "2026-05-12T17:30", "reason": "x"}, "Enter day and time"),
        ({"started_at": "2026-05-12T10:00", "ended_at": "2026-05-12T17:30", "reason": ""}, "Say why"),
        ({"started_at": "2026-05-12T10:00", "ended_at": "2026-05-14T10:00", "reason": "x"}, "future"),
    ],
)
@pytest.mark.usefixtures("_next_morning")
def test_bad_times_keep_what_was_typed(
    cast: Cast, sign_in: SignIn, running: int, data: dict[str, str], words: str
) -> None:
    answer = sign_in(cast.technician.id).post(f"/clocks/{running}/correction", data=data)
    assert answer.status_code == 422
    assert words in answer.text
    assert all(value in answer.text for value in data.values())


def test_a_colleagues_times_are_theirs(cast: Cast, sign_in: SignIn, running: int) -> None:
    """PLT-3: the person and who leads them, nobody else; another site's are not there."""
    assert sign_in(cast.second_technician.id).get(f"/clocks/{running}").status_code == 403
    assert sign_in(cast.leader.id).get(f"/clocks/{running}").status_code == 200
    assert sign_in(cast.other_manager.id).get(f"/clocks/{running}").status_code == 404
    assert sign_in(cast.technician.id).get("/clocks/team").status_code == 403


def test_the_leader_stops_a_colleagues_clock_and_the_colleague_reads_why(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, running: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    at(monkeypatch, 60)
    leader = sign_in(cast.leader.id)
    assert "Stop this clock now" in leader.get(f"/clocks/{running}").text
    assert leader.post(f"/clocks/{running}/stop", data={"reason": ""}).status_code == 422
    assert leader.post(f"/clocks/{running}/stop", data={"reason": "Went home ill"}).status_code == 303
    assert "Leon Wójcik stopped your clock" in sign_in(cast.technician.id).get("/jobs").text
    with app.app_context():
        assert fresh(accepted_order).worked_minutes == 60


def test_my_times_lists_the_fortnight_in_a_fixed_number_of_queries(
    cast: Cast, sign_in: SignIn, running: int, count_queries: CountQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, 30)
    client = sign_in(cast.technician.id)
    with count_queries() as seen:
        page = client.get("/clocks").text
    assert "0:30 h" in page
    assert len(seen) <= 3


def test_somebody_who_works_on_no_job_has_times_too(cast: Cast, sign_in: SignIn) -> None:
    cashier = sign_in(cast.cashier.id)
    assert "No days" in cashier.get("/clocks").text


def test_the_running_job_shows_plan_and_rest(
    cast: Cast, sign_in: SignIn, running: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DSP-4: planned time, clocked so far, rest; the promise with its running difference."""
    at(monkeypatch, 30)
    page = parse(sign_in(cast.technician.id).get("/jobs").text)
    card = page.by_id("running")
    assert card is not None
    assert "0:30 of 1:30 h" in text_of(card) and "1:00 left" in text_of(card)
    (promise,) = [
        span for span in page.all("span") if span.get("data-until") and span not in list(card.iter())
    ]
    assert (promise.get("data-left"), text_of(promise)) == ("{time} left", "6:30 left")


def test_a_stale_second_tablet_asks_before_it_switches(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, running: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Two tablets for one person: never two running, and none paused unseen."""
    at(monkeypatch, 10)
    with app.app_context(), transaction():
        other = work.add_job(accepted_order.id, title="Wipers", actor=cast.advisor.actor(), now=NOW).id
    answer = sign_in(cast.technician.id).post(
        f"/jobs/{other}/clocking", data={"switch": "1", "instead_of": "999999"}
    )
    assert answer.status_code == 409
    assert "still clocked on" in answer.text
    with app.app_context():
        assert db.session.scalars(select(Clocking).where(Clocking.ended_at.is_(None))).one().id == running


# --- on time? ---


def test_the_technician_answers_with_three_touches_and_the_advisor_tells_the_customer(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, running: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """DSP-5: from the question to the message in one go."""
    at(monkeypatch, 70)
    with app.app_context():
        floor.sweep(clock.now())
        job_id = fresh(accepted_order).jobs[0].id
    technician, advisor = sign_in(cast.technician.id), sign_in(cast.advisor.id)
    assert f"/jobs/{job_id}/progress" in technician.get("/jobs").text
    assert "1:10 of 1:30 h are used" in technician.get(f"/jobs/{job_id}/progress").text
    answer = technician.post(
        f"/jobs/{job_id}/progress",
        data={"is_on_time": "no", "more_minutes": "60", "abnormal": "A bolt broke"},
    )
    assert answer.status_code == 303
    with app.app_context():
        check = db.session.scalars(select(ProgressCheck)).one()
        assert check.ready_by_at == START + timedelta(minutes=70 + 20 + 60)  # 12:30 in Kraków
    address = f"/orders/{accepted_order.id}/delays/{check.id}"
    assert address in advisor.get("/tasks").text
    page = advisor.get(address).text
    assert (
        "A bolt broke" in page and "will be ready by 12 May 2026, 17:00" in page
    )  # the message, ready to send
    shown = advisor.post(
        f"{address}/promise",
        data={"promised_at": "2026-05-12T18:15", "reason": "A bolt broke", "preview": "1"},
    ).text
    assert "will be ready by 12 May 2026, 18:15" in shown and "The reason: A bolt broke" in shown
    with app.app_context():
        version = fresh(accepted_order).version
        assert db.session.scalars(select(Message)).all() == []
    stale = advisor.post(
        f"{address}/promise",
        data={"promised_at": "2026-05-12T18:15", "reason": "x", "version": str(version - 1)},
    )
    assert stale.status_code == 409
    sent = advisor.post(
        f"{address}/promise",
        data={"promised_at": "2026-05-12T18:15", "reason": "A bolt broke", "version": str(version)},
    )
    assert sent.status_code == 303
    with app.app_context():
        assert fresh(accepted_order).promised_at == NOW + timedelta(hours=9, minutes=15)
        assert {message.purpose for message in db.session.scalars(select(Message))} == {"promise_changed"}
    manager = sign_in(cast.manager.id)
    assert manager.post(f"{address}/measure", data={"measure": "Jan helps"}).status_code == 303
    assert "Jan helps" in technician.get(address).text


@pytest.mark.parametrize(
    ("data", "words"),
    [({}, "Choose yes or no"), ({"is_on_time": "no"}, "Say when the job will be ready")],
)
def test_a_half_answer_is_asked_again(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, running: int, data: dict[str, str],
    words: str, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    at(monkeypatch, 70)
    with app.app_context():
        job_id = fresh(accepted_order).jobs[0].id
    answer = sign_in(cast.technician.id).post(f"/jobs/{job_id}/progress", data=data)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_customer_without_a_channel_is_called(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, running: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    at(monkeypatch, 70)
    with app.app_context(), transaction():
        order = fresh(accepted_order)
        order.customer.may_email = order.customer.may_sms = False
        check = progress.answer(
            order.jobs[0].id, is_on_time=True, abnormal="Metal in the oil", site_id=cast.site.id,
            actor=cast.technician.actor(), now=clock.now(),
        )  # fmt: skip
    advisor, address = sign_in(cast.advisor.id), f"/orders/{accepted_order.id}/delays/{check.id}"
    assert "No message can be sent: call Katarzyna Mazur" in advisor.get(address).text
    assert advisor.post(f"{address}/told", data={"how": ""}).status_code == 422
    assert advisor.post(f"{address}/told", data={"how": "Called"}).status_code == 303
    assert "Called" in advisor.get(address).text


def test_another_sites_delay_is_not_there(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, running: int
) -> None:
    with app.app_context(), transaction():
        order = fresh(accepted_order)
        check = progress.answer(
            order.jobs[0].id, is_on_time=True, abnormal="x", site_id=cast.site.id,
            actor=cast.technician.actor(), now=START,
        )  # fmt: skip
    stranger = sign_in(cast.other_manager.id)
    assert stranger.get(f"/orders/{accepted_order.id}/delays/{check.id}").status_code == 404
    assert stranger.get(f"/jobs/{check.job_id}/progress").status_code == 404


def test_when_the_plan_is_used_up_the_question_is_the_promise(
    cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, running: int, monkeypatch: pytest.MonkeyPatch,
    app: Flask,
) -> None:  # fmt: skip
    """DSP-5: "ready as planned" would be no honest answer any more, and no time is named that is only now."""
    with app.app_context():
        job = db.session.get_one(Clocking, running).job_id
    client = sign_in(cast.technician.id)
    at(monkeypatch, 60)
    assert "Will it be ready as planned?" in client.get(f"/jobs/{job}/progress").text
    at(monkeypatch, 200)
    page = client.get(f"/jobs/{job}/progress").text
    assert "The plan is over by 1:50." in page and "Will the car be ready as promised?" in page
    assert "As planned it is ready" not in page
