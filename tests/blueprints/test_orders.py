"""/orders: the list, one order's page, early end, reopening, who sees what, the timeline."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain.documents import operations as documents
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import (
    EventKind,
    Job,
    OrderEvent,
    ServiceOrder,
)
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.tasks.models import Task, TaskType
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.factories import NOW, fresh
from tests.html import CheckingClient, Html, parse, text_of

AN_HOUR_LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 10:00 in Kraków."""
    monkeypatch.setattr(clock, "now", lambda: AN_HOUR_LATER)


@pytest.fixture
def advisor(cast: Cast, sign_in: SignIn) -> CheckingClient:
    return sign_in(cast.advisor.id)


def see(client: CheckingClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return text_of(parse(answer.text).root)


def values(html: Html) -> dict[str, str]:
    """What stands in the fields of a page's main form."""
    (form,) = [one for one in html.all("form") if one.get("id") == "form"]
    found = {
        one.get("name", ""): one.get("value", "")
        for one in form.iter("input")
        if one.get("type") != "checkbox" or one.get("checked") is not None
    }
    found |= {one.get("name", ""): (one.text or "").strip() for one in form.iter("textarea")}
    for one in form.iter("select"):
        chosen = [
            option.get("value", "") for option in one.iter("option") if option.get("selected") is not None
        ]
        found[one.get("name", "")] = chosen[0] if chosen else ""
    return found


def form_of(client: CheckingClient, path: str) -> dict[str, str]:
    """The form as the browser got it, to be sent back with changes."""
    answer = client.get(path)
    assert answer.status_code == 200
    return values(parse(answer.text))


def events(app: Flask, order: ServiceOrder) -> list[tuple[str, str]]:
    with app.app_context():
        rows = db.session.scalars(
            select(OrderEvent).where(OrderEvent.service_order_id == order.id).order_by(OrderEvent.id)
        )
        return [(row.text, row.reason) for row in rows]


def first_job(app: Flask, order: ServiceOrder) -> Job:
    with app.app_context():
        job: Job = fresh(order).jobs[0]
        assert job.lines is not None
        return job


# --- the list ---


def test_the_list_has_open_orders_newest_first_and_closed_ones_apart(
    app: Flask, cast: Cast, advisor: CheckingClient, arrived_order: ServiceOrder, accepted_order: ServiceOrder,
    completed_order: ServiceOrder,
) -> None:  # fmt: skip
    shown = parse(advisor.get("/orders").text)
    assert [a.get("href") for a in shown.all("a") if a.get("class") == "item"] == [
        f"/orders/{accepted_order.id}", f"/orders/{arrived_order.id}",
    ]  # fmt: skip
    closed = parse(advisor.get("/orders?show=closed").text)
    assert [a.get("href") for a in closed.all("a") if a.get("class") == "item"] == [
        f"/orders/{completed_order.id}"
    ]


def test_a_long_list_goes_on_where_it_stopped(
    app: Flask, cast: Cast, advisor: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), transaction():
        ids = [factories.open_order(cast).id for _ in range(45)]
    seen: list[str] = []
    address = "/orders"
    while address:
        html = parse(advisor.get(address).text)
        seen += [a.get("href", "") for a in html.all("a") if a.get("class") == "item"]
        address = next((a.get("href", "") for a in html.all("a") if a.get("href", "").startswith("/orders?") and
                        "before" in a.get("href", "")), "")  # fmt: skip
    assert seen == [f"/orders/{ident}" for ident in reversed(ids)]


@pytest.mark.parametrize("show", ["open", "closed"])
def test_an_empty_list_says_what_will_stand_there(advisor: CheckingClient, show: str) -> None:
    assert "stand" in see(advisor, f"/orders?show={show}")


# --- the page ---


def test_the_page_tells_the_whole_order(
    app: Flask, cast: Cast, advisor: CheckingClient, accepted_order: ServiceOrder
) -> None:
    """ORD-1, ORD-5: number, plate, state, promise, jobs with prices, and one timeline of what happened."""
    words = see(advisor, f"/orders/{accepted_order.id}")
    for word in (accepted_order.number, "VW Passat", "Katarzyna Mazur", "In Progress", "Front brakes squeal",
                 "369.00", "Approved", "Arrived", "Checked in", "Assigned", "Tomasz Lis"):  # fmt: skip
        assert word in words


def test_one_order_is_one_visit_with_a_number_per_site_and_year(app: Flask, cast: Cast) -> None:
    """ORD-1: the number runs per site and per year of the site's zone."""
    new_year = NOW.replace(year=2027, month=1, day=1, hour=0, minute=30)
    with app.app_context(), transaction():
        numbers = [factories.open_order(cast).number for _ in range(2)]
        abroad = factories.open_order(cast, site_id=cast.other_site.id).number
        last_minutes = factories.open_order(cast, now=new_year - timedelta(hours=2)).number
        first_minutes = factories.open_order(cast, now=new_year - timedelta(hours=1)).number
    assert numbers == ["26-0001", "26-0002"]
    assert abroad == "26-0001"
    assert (last_minutes, first_minutes) == ("26-0003", "27-0001")  # 23:30 and 00:30 in Kraków


def test_each_state_change_leaves_who_when_from_to_and_why(
    app: Flask, cast: Cast, advisor: CheckingClient, arrived_order: ServiceOrder
) -> None:
    """ORD-2, ORD-7: a cancelled order keeps its row with the reason; nothing is deleted."""
    answer = advisor.post(f"/orders/{arrived_order.id}/early-end", data={"reason": "The customer drove on."})
    assert answer.status_code == 303
    with app.app_context():
        row = db.session.scalars(select(OrderEvent).where(OrderEvent.to_state == OrderState.CANCELLED)).one()
        assert (row.from_state, row.actor_id, row.at, row.reason) == (
            OrderState.ARRIVED, cast.advisor.id, AN_HOUR_LATER, "The customer drove on.",
        )  # fmt: skip
        assert fresh(arrived_order).closed_at == AN_HOUR_LATER
        assert db.session.query(Task).filter(Task.closed_at.is_(None)).count() == 0
    assert "The customer drove on." in see(advisor, f"/orders/{arrived_order.id}")


def test_a_wrong_move_says_why_and_changes_nothing(
    app: Flask, advisor: CheckingClient, accepted_order: ServiceOrder
) -> None:
    """ORD-2: an order at work cannot be reopened; the reason that was typed stays on the page."""
    before = events(app, accepted_order)
    answer = advisor.post(f"/orders/{accepted_order.id}/reopening", data={"reason": "It squeals again."})
    assert answer.status_code == 409
    words = text_of(parse(answer.text).root)
    assert "the order is in state “In Progress”" in words
    assert values(parse(answer.text))["reason"] == "It squeals again."
    assert events(app, accepted_order) == before


def test_a_signed_order_is_closed_without_repair_and_not_cancelled(
    app: Flask, advisor: CheckingClient, checked_in_order: ServiceOrder
) -> None:
    """ORD-7."""
    refused = advisor.post(f"/orders/{checked_in_order.id}/early-end", data={"reason": "Too dear."})
    assert refused.status_code == 409
    assert f"/orders/{checked_in_order.id}/short-visit" in advisor.get(f"/orders/{checked_in_order.id}").text
    with app.app_context():
        assert fresh(checked_in_order).state is OrderState.CHECKED_IN


def test_an_order_that_is_ready_is_reopened_with_a_reason_before_the_invoice(
    app: Flask, advisor: CheckingClient, ready_order: ServiceOrder
) -> None:
    """ORD-7: the checks no longer hold; the car is checked again."""
    path = f"/orders/{ready_order.id}/reopening"
    assert advisor.post(path, data={"reason": ""}).status_code == 422
    assert advisor.post(path, data={"reason": "It squeals again."}).status_code == 303
    with app.app_context():
        order = fresh(ready_order)
        assert (order.state, order.qc_passed_at, order.self_checked_at) == (OrderState.REPAIRING, None, None)


def test_an_invoiced_order_is_not_reopened(
    app: Flask, advisor: CheckingClient, invoiced_order: ServiceOrder
) -> None:
    """ORD-7: after the invoice never; a comeback is a new order."""
    answer = advisor.post(f"/orders/{invoiced_order.id}/reopening", data={"reason": "It squeals again."})
    assert answer.status_code == 409
    with app.app_context():
        assert fresh(invoiced_order).state is OrderState.READY_FOR_PICKUP


# --- who sees what ---


def money_in(words: str) -> list[str]:
    return [word for word in ("369", "300.00", "189", "120.00", "180.00") if word in words]


@pytest.mark.parametrize("role", ["technician", "leader", "qc", "parts"])
def test_the_workshop_sees_no_price_anywhere_on_the_order(
    app: Flask, cast: Cast, sign_in: SignIn, completed_order: ServiceOrder, role: str
) -> None:
    """PLT-3: field by field: not in the table, not in the timeline of payments, not as a document, not on the job."""
    with app.app_context(), transaction():
        documents.record(
            factories.stored_pdf(),
            site_id=cast.site.id,
            service_order_id=completed_order.id,
            now=NOW,
        )
    job = first_job(app, completed_order)
    paths = [f"/orders/{completed_order.id}", f"/orders/{completed_order.id}/jobs/{job.id}"]
    advisor, other = sign_in(cast.advisor.id), sign_in(getattr(cast, role).id)
    for path in paths:
        assert money_in(see(advisor, path)) != []
        assert money_in(see(other, path)) == []
    assert "Paid ••• PLN" in see(other, paths[0])
    assert "Quote 26-0001" in see(advisor, paths[0])
    assert "Quote 26-0001" not in see(other, paths[0])


@pytest.mark.parametrize("role", ["technician", "qc", "parts", "cashier", "manager"])
def test_only_the_desk_edits(
    app: Flask, cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder, role: str
) -> None:
    """PLT-3."""
    client, job = sign_in(getattr(cast, role).id), first_job(app, checked_in_order)
    base = f"/orders/{checked_in_order.id}"
    assert "Add job" not in see(client, base)
    for path in (f"{base}/jobs/new", f"{base}/jobs/{job.id}/lines/new", f"{base}/lines/{job.lines[0].id}"):
        assert client.get(path).status_code == 403
    for path in (f"{base}/jobs", f"{base}/jobs/{job.id}", f"{base}/jobs/{job.id}/void"):
        assert client.post(path, data={"title": "Other", "reason": "x"}).status_code == 403


def test_a_stranger_finds_neither_the_order_nor_its_parts(
    app: Flask, cast: Cast, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    """PLT-3: another site's order does not exist here, also by a path that names one's own order."""
    stranger, job = sign_in(cast.stranger.id), first_job(app, checked_in_order)
    with app.app_context(), transaction():
        own = factories.open_order(cast, site_id=cast.other_site.id)
    for base in (f"/orders/{checked_in_order.id}", f"/orders/{own.id}"):
        for path in (f"{base}/jobs/{job.id}", f"{base}/lines/{job.lines[0].id}"):
            assert stranger.get(path).status_code == 404
            assert stranger.post(path, data={"title": "Mine"}).status_code == 404
    assert stranger.get(f"/orders/{checked_in_order.id}").status_code == 404


def test_an_unknown_order_has_a_page_that_says_so(advisor: CheckingClient) -> None:
    for number in ("999999", "9" * 30):
        answer = advisor.get(f"/orders/{number}")
        assert answer.status_code == 404
        assert 'class="rail"' in answer.text


# --- the timeline ---


def test_the_timeline_tells_status_edit_approval_payment_and_document(
    app: Flask, cast: Cast, advisor: CheckingClient, completed_order: ServiceOrder
) -> None:
    """ORD-5: everything is in one timeline, newest first, with who and when."""
    with app.app_context():
        kinds = set(db.session.scalars(select(OrderEvent.kind)))
    assert {
        EventKind.STATE,
        EventKind.EDIT,
        EventKind.APPROVAL,
        EventKind.PAYMENT,
        EventKind.DOCUMENT,
    } <= kinds
    html = parse(advisor.get(f"/orders/{completed_order.id}").text)
    entries = [text_of(item) for log in html.all("ol") if log.get("class") == "log" for item in log]
    assert len(entries) == len(events(app, completed_order))
    assert entries[0].startswith("Completed")
    assert entries[-1].startswith("Arrived")
    assert any("Paid 369.00 PLN" in entry and "Kasia Mazur" in entry for entry in entries)


def test_a_line_added_after_the_signature_stands_in_the_timeline(
    app: Flask, cast: Cast, advisor: CheckingClient, checked_in_order: ServiceOrder
) -> None:
    """ORD-5, ORD-4: additional work is seen by everybody."""
    job = first_job(app, checked_in_order)
    with app.app_context(), transaction():
        work.add_line(
            job.id, kind="fee", description="Express fee", quantity=Decimal(1), unit_price=Decimal(50),  # type: ignore[arg-type]
            actor=cast.advisor.actor(), now=NOW,
        )  # fmt: skip
    assert "Line added: Express fee" in see(advisor, f"/orders/{checked_in_order.id}")


def test_the_next_step_is_offered_to_who_may_do_it(
    app: Flask, cast: Cast, advisor: CheckingClient, sign_in: SignIn, ready_order: ServiceOrder
) -> None:
    def primary(client: CheckingClient) -> list[str]:
        html = parse(client.get(f"/orders/{ready_order.id}").text)
        return [text_of(a) for a in html.all("a") if a.get("data-kind") == "primary"]

    assert primary(advisor) == ["Pickup"]
    assert primary(sign_in(cast.technician.id)) == []


def test_the_task_of_a_state_closes_with_the_move(
    app: Flask, cast: Cast, advisor: CheckingClient, arrived_order: ServiceOrder
) -> None:
    with app.app_context():
        task = db.session.scalars(select(Task).where(Task.service_order_id == arrived_order.id)).one()
        assert (task.type, task.closed_at) == (TaskType.CHECK_IN, None)
    assert advisor.post(f"/orders/{arrived_order.id}/early-end", data={"reason": "gone"}).status_code == 303
    with app.app_context():
        assert fresh(task).closed_at == AN_HOUR_LATER
