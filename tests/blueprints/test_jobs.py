"""The technician's tablet: /jobs and /orders/<id>/work."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.staffing.models import Attendance
from aftersales.domain.workshop import clocking
from aftersales.domain.workshop.models import PAUSES, Clocking, EndReason, HandoverItem
from tests import factories
from tests.cast import Cast
from tests.conftest import CountQueries, SignIn
from tests.factories import NOW, fresh
from tests.html import CheckingClient, parse, text_of

EVERYTHING = {"acknowledged": [item.value for item in HandoverItem]}


def order_now(app: Flask, order: ServiceOrder) -> ServiceOrder:
    with app.app_context():
        return fresh(order)


def first_job(app: Flask, order: ServiceOrder) -> int:
    with app.app_context():
        return fresh(order).jobs[0].id


def start_repair(app: Flask, cast: Cast, order: ServiceOrder) -> None:
    with app.app_context(), transaction():
        service_orders.move(
            service_orders.lock_order(order.id), "start_repair", actor=cast.advisor.actor(), now=NOW
        )


def test_my_jobs_shows_car_concern_and_promise(
    cast: Cast, sign_in: SignIn, assigned_order: ServiceOrder
) -> None:
    """TEC-1: my jobs, in the customer's words, with the promised time."""
    html = parse(sign_in(cast.technician.id).get("/jobs").get_data(as_text=True))
    (ticket,) = [link for link in html.all("a") if link.get("class") == "ticket"]
    assert "“Front brakes squeal”" in text_of(ticket)
    assert ticket.get("href") == f"/orders/{assigned_order.id}/work"


def test_a_colleagues_car_is_not_in_my_list(
    cast: Cast, sign_in: SignIn, assigned_order: ServiceOrder
) -> None:
    assert "No car for you yet" in sign_in(cast.second_technician.id).get("/jobs").get_data(as_text=True)


def test_my_jobs_cost_six_queries_however_many_cars(
    cast: Cast, sign_in: SignIn, assigned_order: ServiceOrder, count_queries: CountQueries
) -> None:
    client = sign_in(cast.technician.id)
    with count_queries() as seen:
        client.get("/jobs")
    assert (
        len(seen) == 6
    )  # who asks, working times, the day and its cars, the board's cars, notes of the check-ins, stopped clocks


def test_the_day_begins_and_ends_at_the_top(app: Flask, cast: Cast, sign_in: SignIn) -> None:
    """DSP-4: clock on and off for the day."""
    client = sign_in(cast.technician.id)
    for _ in range(2):  # a double tap begins one day
        assert client.post("/attendance").status_code == 303
    assert "At work since" in client.get("/jobs").get_data(as_text=True)
    client.post("/attendance/end")
    with app.app_context():
        (day,) = db.session.scalars(select(Attendance))
    assert day.ended_at is not None


def test_accepting_needs_every_tick(
    app: Flask, cast: Cast, sign_in: SignIn, assigned_order: ServiceOrder
) -> None:
    """DSP-2: car, key, order and check-in sheet are acknowledged one by one."""
    answer = sign_in(cast.technician.id).post(
        f"/orders/{assigned_order.id}/acceptance", data={"acknowledged": ["car", "key"]}
    )
    html = parse(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "Missing: Service order, Check-in sheet" in text_of(html.root)
    ticked = [
        f.get("value")
        for f in html.all("input")
        if f.get("name") == "acknowledged" and f.get("checked") is not None
    ]
    assert ticked == ["car", "key"]
    assert order_now(app, assigned_order).state is OrderState.ASSIGNED


def test_accepting_begins_the_work(
    app: Flask, cast: Cast, sign_in: SignIn, assigned_order: ServiceOrder
) -> None:
    """STEP-5: the technician accepts on the tablet, In Progress."""
    client = sign_in(cast.technician.id)
    assert "Accept the car" in client.get(f"/orders/{assigned_order.id}/work").get_data(as_text=True)
    for _ in range(2):  # a double tap is one acceptance
        assert client.post(f"/orders/{assigned_order.id}/acceptance", data=EVERYTHING).status_code == 303
    order = order_now(app, assigned_order)
    assert order.state is OrderState.IN_PROGRESS
    assert order.workshop_received_at is not None


def test_clocking_on_pausing_and_going_on(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """DSP-4: the clock runs on the tablet, a pause asks for its reason."""
    client, job = sign_in(cast.technician.id), first_job(app, accepted_order)
    assert client.post(f"/jobs/{job}/clocking").location == f"/orders/{accepted_order.id}/work"
    running = client.get(f"/orders/{accepted_order.id}/work").get_data(as_text=True)
    assert "Your clock runs since" in running
    assert (
        client.post("/clocking/end", data={"reason": "finished"}).status_code == 422
    )  # not a reason for a pause
    assert client.post("/clocking/end", data={"reason": "parts"}).status_code == 303
    assert order_now(app, accepted_order).open_clockings == 0
    client.post(f"/jobs/{job}/clocking")
    assert order_now(app, accepted_order).open_clockings == 1


def test_a_pause_without_a_reason_is_refused(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    client = sign_in(cast.technician.id)
    client.post(f"/jobs/{first_job(app, accepted_order)}/clocking")
    answer = client.post("/clocking/end", data={})
    assert (answer.status_code, "Choose why you pause" in answer.get_data(as_text=True)) == (422, True)


def test_a_second_job_offers_to_switch(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    with app.app_context(), transaction():
        second = work.add_job(accepted_order.id, title="Air filter", actor=cast.advisor.actor(), now=NOW).id
    client = sign_in(cast.technician.id)
    client.post(f"/jobs/{first_job(app, accepted_order)}/clocking")
    refused = client.post(f"/jobs/{second}/clocking")
    assert (refused.status_code, "switch to this one" in refused.get_data(as_text=True)) == (409, True)
    client.post(f"/jobs/{second}/clocking", data={"switch": "1"})
    with app.app_context():
        (running,) = db.session.scalars(select(Clocking).where(Clocking.ended_at.is_(None)))
    assert running.job_id == second


def test_a_page_that_is_out_of_date_pauses_no_other_job(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """DSP-4: two tablets of one person: the pause says which job it is meant for, and is not done to another one."""
    with app.app_context(), transaction():
        second = work.add_job(accepted_order.id, title="Air filter", actor=cast.advisor.actor(), now=NOW).id
    client, job = sign_in(cast.technician.id), first_job(app, accepted_order)
    client.post(f"/jobs/{second}/clocking")
    answer = client.post("/clocking/end", data={"reason": "break", "job_id": job})
    assert answer.status_code == 409 and "clocked on to another job: “Air filter”" in answer.text
    assert client.post("/clocking/end", data={"reason": "break", "job_id": second}).status_code == 303


def test_a_job_is_finished_in_repair(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    client, job = sign_in(cast.technician.id), first_job(app, accepted_order)
    early = client.post(f"/jobs/{job}/completion")
    assert (early.status_code, "during the repair" in early.get_data(as_text=True)) == (409, True)
    start_repair(app, cast, accepted_order)
    assert client.post(f"/jobs/{job}/completion").status_code == 303
    assert order_now(app, accepted_order).done_jobs == 1


def test_a_colleague_may_look_but_not_work(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    client = sign_in(cast.second_technician.id)
    seen = client.get(f"/orders/{accepted_order.id}/work").get_data(as_text=True)
    assert "Clock on" not in seen
    assert client.post(f"/jobs/{first_job(app, accepted_order)}/clocking").status_code == 403
    assert client.post(f"/orders/{accepted_order.id}/acceptance", data=EVERYTHING).status_code == 403


@pytest.mark.parametrize("path", ["/jobs", "/orders/{id}/work"])
def test_no_price_is_shown_in_the_workshop(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder, path: str
) -> None:
    """The job costs 369.00: neither that nor the currency stands on the technician's screens."""
    answer = sign_in(cast.technician.id).get(path.format(id=accepted_order.id))
    seen = text_of(parse(answer.get_data(as_text=True)).root)  # not the markup: ids may have any digits
    for word in ("369", "120.00", "189", "PLN"):
        assert word not in seen


def test_others_and_other_sites_stay_out(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    for who in (cast.advisor, cast.parts, cast.cashier):
        assert sign_in(who.id).get("/jobs").status_code == 403
    stranger = sign_in(cast.other_manager.id)
    assert stranger.get(f"/orders/{accepted_order.id}/work").status_code == 404
    assert stranger.post(f"/jobs/{first_job(app, accepted_order)}/clocking").status_code == 404


def test_the_order_at_work_costs_at_most_fourteen_queries(
    app: Flask,
    cast: Cast,
    sign_in: SignIn,
    accepted_order: ServiceOrder,
    count_queries: CountQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On the day itself: whether a clock of an earlier day is a forgotten one or a night shift's asks for more."""
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=2))
    with app.app_context(), transaction():
        for number in range(6):
            work.add_job(accepted_order.id, title=f"Job {number}", actor=cast.advisor.actor(), now=NOW)
        clocking.clock_on(
            fresh(accepted_order).jobs[0].id, site_id=cast.site.id, actor=cast.technician.actor(),
            now=NOW + timedelta(hours=1),
        )  # fmt: skip
    client = sign_in(cast.technician.id)
    with count_queries() as seen:
        client.get(f"/orders/{accepted_order.id}/work")
    assert (
        len(seen) <= 14
    )  # working times, the cars of the board, questions, comparison, belongings are five of them


def test_the_technician_says_whether_the_fault_is_there(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """TEC-1: confirm the fault, on the tablet."""
    client, job = sign_in(cast.technician.id), first_job(app, accepted_order)
    refused = client.post(f"/jobs/{job}/fault", data={"is_found": "no", "note": ""})
    assert (refused.status_code, "Say what you tried" in refused.get_data(as_text=True)) == (422, True)
    client.post(f"/jobs/{job}/fault", data={"is_found": "no", "note": "Road test, warm"})
    page = client.get(f"/orders/{accepted_order.id}/work").get_data(as_text=True)
    assert "Fault not found" in page
    assert "Road test, warm" in page


def test_the_repair_is_begun_on_the_tablet(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """STEP-12: approved work begins; what is missing first is said in place."""
    client = sign_in(cast.technician.id)
    assert "Front brakes squeal" in client.get(f"/orders/{accepted_order.id}/repair").get_data(as_text=True)
    with app.app_context(), transaction():
        service_orders.lock_order(accepted_order.id).inspection_is_open = True
    refused = client.post(f"/orders/{accepted_order.id}/repair")
    assert (refused.status_code, "inspection is not complete" in refused.get_data(as_text=True)) == (
        409,
        True,
    )
    with app.app_context(), transaction():
        service_orders.lock_order(accepted_order.id).inspection_is_open = False
    for _ in range(2):
        assert client.post(f"/orders/{accepted_order.id}/repair").status_code == 303
    assert order_now(app, accepted_order).state in (OrderState.REPAIRING, OrderState.AWAITING_PARTS)


def test_a_tap_that_is_sent_again_counts_once(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """DSP-4: the answer got lost and the tablet sends the tap again, after the clock was ended or begun elsewhere."""
    client, job = sign_in(cast.technician.id), first_job(app, accepted_order)
    on, off = {"submission_id": "tap-on-1"}, {"submission_id": "tap-off-1", "reason": "parts"}
    for data, url in ((on, f"/jobs/{job}/clocking"), (off, "/clocking/end"), (on, f"/jobs/{job}/clocking")):
        assert client.post(url, data=data).location == f"/orders/{accepted_order.id}/work"
    assert order_now(app, accepted_order).open_clockings == 0, "begun once, ended, and not begun again"
    client.post(f"/jobs/{job}/clocking", data={"submission_id": "tap-on-2"})
    client.post("/clocking/end", data=off)
    assert order_now(app, accepted_order).open_clockings == 1, (
        "the pause of before does not end the new clock"
    )


def test_the_work_page_opens_without_network_for_whoever_works_on_the_car(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """TEC-1, TEC-5: with the checks that belong to it now; a colleague who only looks keeps nothing."""
    path = f"/orders/{accepted_order.id}/work"

    def kept(client: CheckingClient) -> list[str]:
        (screen,) = [one for one in parse(client.get(path).text).all("div") if one.get("data-keep-pages")]
        pages: list[str] = json.loads(screen.get("data-keep-pages") or "[]")
        return pages

    own = sign_in(cast.technician.id)
    assert kept(own) == [path, f"/orders/{accepted_order.id}/comparison"]
    start_repair(app, cast, accepted_order)
    assert kept(own) == [path, f"/orders/{accepted_order.id}/self-check"]
    assert "data-keep-pages" not in sign_in(cast.second_technician.id).get(path).text


def buttons(client: CheckingClient, path: str) -> list[tuple[str, str | None, str | None]]:
    """The buttons of a page that are to be seen: words, the form they belong to by id, and the value they send."""
    page = parse(client.get(path).text)
    unseen = {each for part in page.root.iter() if part.get("hidden") is not None for each in part.iter()}
    seen = [each for each in page.all("button") if each not in unseen]
    return [(text_of(each), each.get("form"), each.get("value")) for each in seen]


def test_the_next_tap_stands_in_the_bar(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """TEC-7, big targets: clocking on and finishing need no scrolling, on the work page and on My jobs."""
    client, path, job = (
        sign_in(cast.technician.id),
        f"/orders/{accepted_order.id}/work",
        first_job(app, accepted_order),
    )
    forms = [form for _, form, _ in buttons(client, path)]
    assert f"clock-on-{job}" in forms
    client.post(f"/jobs/{job}/clocking")
    forms = [form for _, form, _ in buttons(client, path)]
    assert f"clock-on-{job}" not in forms and f"finish-{job}" not in forms, "not in repair yet"
    start_repair(app, cast, accepted_order)
    assert f"finish-{job}" in [form for _, form, _ in buttons(client, path)]
    assert "Job is done" in [words for words, _, _ in buttons(client, "/jobs")]
    assert client.post(f"/jobs/{job}/completion").location == path
    assert "Job is done" not in [words for words, _, _ in buttons(client, "/jobs")]


def test_a_second_car_in_repair_offers_to_switch_to_it(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """DSP-4: whoever is clocked on to one car opens another one that is in repair."""
    with app.app_context(), transaction():
        other = factories.check_in(cast, factories.open_order(cast, concern="Oil is lost"))
        factories.accept(cast, factories.assign(cast, other))
        oil = other.jobs[0].id
    start_repair(app, cast, accepted_order)
    client = sign_in(cast.technician.id)
    client.post(f"/jobs/{oil}/clocking")
    offered = buttons(client, f"/orders/{accepted_order.id}/work")
    assert "Switch to this job" in [words for words, _, _ in offered]
    forms, job = [form for _, form, _ in offered], first_job(app, accepted_order)
    assert f"switch-to-{job}" in forms and f"clock-on-{job}" not in forms, "in the bar"


def test_a_pause_is_two_taps_and_each_reason_a_button(
    app: Flask, cast: Cast, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """DSP-4: Pause, then the reason; only another reason is typed."""
    client, job = sign_in(cast.technician.id), first_job(app, accepted_order)
    client.post(f"/jobs/{job}/clocking")
    offered = [value for _, _, value in buttons(client, "/jobs") if value]
    assert offered == [reason.value for reason in PAUSES if reason is not EndReason.OTHER]
    answer = client.post("/clocking/end", data={"reason": "other", "note": " "})
    assert answer.status_code == 422 and "Say in a few words why you pause" in answer.text
    assert client.post("/clocking/end", data={"reason": "bay"}).status_code == 303


def test_a_new_car_comes_by_itself(
    app: Flask, cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    """TEC-1: the list is asked for again with its tag: 304 until a car is given, then the car stands in it."""
    client = sign_in(cast.technician.id)
    part = {"HX-Request": "true", "HX-Target": "my-orders"}
    first = client.get("/jobs", headers=part)
    assert "No car for you yet" in first.get_data(as_text=True)
    again = part | {"If-None-Match": first.headers["ETag"]}
    assert client.get("/jobs", headers=again).status_code == 304
    with app.app_context(), transaction():
        factories.assign(cast, fresh(checked_in_order), now=NOW)
    answer = client.get("/jobs", headers=again)
    assert answer.status_code == 200
    assert "Front brakes squeal" in answer.get_data(as_text=True)
    assert "<html" not in answer.get_data(as_text=True)
