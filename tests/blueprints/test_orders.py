"""/orders: the list, one order's page, its jobs and lines, promised time, hold, early end, reopening."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from aftersales import clock
from aftersales.db import db, transaction
from aftersales.domain import audit
from aftersales.domain.documents import operations as documents
from aftersales.domain.messaging.models import Message
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import (
    Authorisation,
    EventKind,
    Job,
    Line,
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


# --- promised time ---


def promise(client: CheckingClient, order: ServiceOrder, **fields: str) -> tuple[int, str]:
    form = form_of(client, f"/orders/{order.id}/promise")
    answer = client.post(f"/orders/{order.id}/promise", data={**form, **fields})
    return answer.status_code, answer.text


def test_a_new_promise_has_a_reason_and_the_customer_is_told_at_once(
    app: Flask, cast: Cast, advisor: CheckingClient, accepted_order: ServiceOrder
) -> None:
    """ORD-3: 17:00 becomes 18:30 in the site's zone; the first promise is kept beside it."""
    status, _ = promise(
        advisor, accepted_order, promised_at="2026-05-12T18:30", reason="The disc comes late."
    )
    assert status == 303
    with app.app_context():
        order = fresh(accepted_order)
        assert order.promised_at == NOW + timedelta(hours=9, minutes=30)
        assert order.first_promised_at == NOW + timedelta(hours=8)
        told = db.session.scalars(select(Message).where(Message.purpose == "promise_changed")).all()
        assert sorted(one.channel for one in told) == ["email", "sms"]
        email = next(one.body for one in told if one.channel == "email")
        for word in ("18:30", "The disc comes late.", "sorry"):
            assert word in email
    assert "first today 17:00" in see(advisor, f"/orders/{accepted_order.id}")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"promised_at": "2026-05-12T18:30", "reason": ""}, "Give a reason for the new promised time."),
        ({"promised_at": "2026-05-12T08:30", "reason": "sooner"}, "has to be in the future"),
        ({"promised_at": "tomorrow", "reason": "later"}, "Not a valid datetime value"),
        ({"promised_at": "", "reason": "later"}, "Enter the day and time."),
    ],
)
def test_a_promise_that_cannot_be_is_refused_and_what_was_typed_stays(
    app: Flask, advisor: CheckingClient, accepted_order: ServiceOrder, fields: dict[str, str], sentence: str
) -> None:
    status, text = promise(advisor, accepted_order, **fields)
    assert status == 422
    assert sentence in text_of(parse(text).root)
    assert {name: values(parse(text))[name] for name in fields} == fields
    with app.app_context():
        assert fresh(accepted_order).promised_at == NOW + timedelta(hours=8)
        assert db.session.query(Message).filter_by(purpose="promise_changed").count() == 0


def test_the_same_promise_again_is_no_news(
    app: Flask, advisor: CheckingClient, accepted_order: ServiceOrder
) -> None:
    before = events(app, accepted_order)
    assert promise(advisor, accepted_order)[0] == 303
    assert events(app, accepted_order) == before


# --- hold ---


def test_a_car_on_hold_says_why_and_goes_on_when_the_hold_is_taken_away(
    app: Flask, advisor: CheckingClient, accepted_order: ServiceOrder
) -> None:
    path = f"/orders/{accepted_order.id}/hold"
    data = {**form_of(advisor, path), "reason": "sublet", "note": "At the painter's"}
    assert advisor.post(path, data=data).status_code == 303
    assert "At the painter's" in see(advisor, f"/orders/{accepted_order.id}")
    with app.app_context():
        assert fresh(accepted_order).state is OrderState.IN_PROGRESS
    assert advisor.post(path, data={"release": "1"}).status_code == 303
    assert "No longer on hold" in see(advisor, f"/orders/{accepted_order.id}")


def test_a_hold_without_a_known_reason_is_refused(
    advisor: CheckingClient, accepted_order: ServiceOrder
) -> None:
    path = f"/orders/{accepted_order.id}/hold"
    answer = advisor.post(path, data={**form_of(advisor, path), "reason": "weather", "note": "Rain"})
    assert answer.status_code == 422
    assert values(parse(answer.text))["note"] == "Rain"


def test_a_closed_order_is_neither_held_nor_promised(
    app: Flask, advisor: CheckingClient, completed_order: ServiceOrder
) -> None:
    for path, data in (
        ("hold", {"reason": "other", "note": "x"}),
        ("promise", {"promised_at": "2026-06-01T10:00", "reason": "later"}),
    ):
        address = f"/orders/{completed_order.id}/{path}"
        assert advisor.post(address, data={**form_of(advisor, address), **data}).status_code == 409


# --- jobs and lines ---


def test_a_job_and_its_lines_are_added_and_priced(
    app: Flask, advisor: CheckingClient, arrived_order: ServiceOrder
) -> None:
    """ORD-1: labour with a discount inside the advisor's limit, prices with tax: 2 h at 240.00 less 5 % are 456.00."""
    jobs = f"/orders/{arrived_order.id}/jobs"
    form = form_of(advisor, f"{jobs}/new")
    for _ in range(2):  # a double tap
        answer = advisor.post(jobs, data={**form, "title": "Air conditioning", "pay_type": "warranty"})
        assert answer.status_code == 303
    job_path = answer.location
    lines = f"{job_path}/lines"
    form = form_of(advisor, f"{lines}/new")
    line = {"kind": "labour", "description": "Find the leak", "quantity": "2,0", "unit_price": "240",
            "discount_percent": "5"}  # fmt: skip
    for _ in range(2):
        assert advisor.post(lines, data={**form, **line}).status_code == 303
    words = see(advisor, job_path)
    assert "Find the leak" in words
    with app.app_context():
        (added,) = db.session.scalars(select(Line))
        assert (added.gross, added.net, added.tax, added.pay_type.value) == (
            Decimal("456.00"), Decimal("370.73"), Decimal("85.27"), "warranty",
        )  # fmt: skip
        assert fresh(arrived_order).planned_minutes == 120


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"description": ""}, "Say what the line is for."),
        ({"quantity": "0"}, "above 0"),
        ({"quantity": "-1"}, "is not a number"),
        ({"quantity": "1.2345"}, "at most 3 places"),
        ({"quantity": "NaN"}, "is not a number"),
        ({"unit_price": "12.345"}, "at most 2 places"),
        ({"unit_price": "1e400"}, "is not a number"),
        ({"unit_price": "99999999999999999999"}, "is not a number"),
        ({"discount_percent": "101"}, "at most 100"),
        ({"discount_percent": "33.333"}, "at most 2 places"),
        ({"kind": "magic"}, "Not a valid choice"),
        ({"description": "x" * 201}, "longer than 200"),
    ],
)
def test_a_line_that_cannot_be_is_refused_and_what_was_typed_stays(
    app: Flask, advisor: CheckingClient, arrived_order: ServiceOrder, fields: dict[str, str], sentence: str
) -> None:
    job = first_job(app, arrived_order)
    good = {
        "kind": "part",
        "description": "Pads",
        "quantity": "1",
        "unit_price": "189.00",
        "discount_percent": "0",
    }
    answer = advisor.post(f"/orders/{arrived_order.id}/jobs/{job.id}/lines", data={**good, **fields})
    assert answer.status_code == 422
    assert sentence in text_of(parse(answer.text).root)
    typed = {**good, **fields}
    assert {name: values(parse(answer.text))[name] for name in typed if name != "kind"} == {
        name: value for name, value in typed.items() if name != "kind"
    }
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Line)) == 0


def test_a_discount_above_the_limit_is_the_service_managers(
    app: Flask, cast: Cast, advisor: CheckingClient, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    """PAY-3: refused for the advisor with the sentence at the field; the service manager may."""
    line = first_job(app, checked_in_order).lines[1]
    path = f"/orders/{checked_in_order.id}/lines/{line.id}"
    answer = advisor.post(path, data={**form_of(advisor, path), "discount_percent": "50"})
    assert answer.status_code == 422
    assert "decided by the service manager" in text_of(parse(answer.text).root)
    boss = sign_in(cast.service_manager.id)
    assert boss.post(path, data={**form_of(boss, path), "discount_percent": "50"}).status_code == 303
    with app.app_context():
        assert fresh(line).gross == Decimal("94.50")
    # What the service manager decided stands when the advisor corrects the words.
    words = {**form_of(advisor, path), "description": "Brake pads, front"}
    assert advisor.post(path, data=words).status_code == 303
    with app.app_context():
        assert (fresh(line).gross, fresh(line).description) == (Decimal("94.50"), "Brake pads, front")


def test_labour_hours_change_only_with_a_reason(
    app: Flask, advisor: CheckingClient, checked_in_order: ServiceOrder
) -> None:
    """PAY-8: the standard is charged; other hours need to say why, and the change asks for a new approval."""
    line = first_job(app, checked_in_order).lines[0]
    path = f"/orders/{checked_in_order.id}/lines/{line.id}"
    answer = advisor.post(path, data={**form_of(advisor, path), "quantity": "2.5"})
    assert answer.status_code == 422
    assert "Say why the hours differ" in text_of(parse(answer.text).root)
    form = {**form_of(advisor, path), "quantity": "2.5", "standard_change_reason": "Seized bolts"}
    assert advisor.post(path, data=form).status_code == 303
    with app.app_context():
        changed = fresh(line)
        assert (changed.quantity, changed.standard_change_reason) == (Decimal("2.5"), "Seized bolts")
        assert changed.authorisation is Authorisation.PROPOSED
        entry = db.session.scalars(
            select(audit.AuditEntry).where(audit.AuditEntry.action == "lines.edit")
        ).one()
        assert entry.details["quantity"] == ["1.500", "2.5"]


def test_saving_a_line_without_a_change_keeps_its_approval(
    app: Flask, advisor: CheckingClient, checked_in_order: ServiceOrder
) -> None:
    line = first_job(app, checked_in_order).lines[1]
    path = f"/orders/{checked_in_order.id}/lines/{line.id}"
    assert advisor.post(path, data=form_of(advisor, path)).status_code == 303
    with app.app_context():
        assert (fresh(line).authorisation, fresh(line).version) == (Authorisation.AUTHORISED, line.version)


def test_a_line_or_job_is_voided_with_a_reason_and_stays_on_record(
    app: Flask, advisor: CheckingClient, checked_in_order: ServiceOrder
) -> None:
    """ORD-7."""
    job = first_job(app, checked_in_order)
    base = f"/orders/{checked_in_order.id}"
    for path, version in (
        (f"{base}/lines/{job.lines[1].id}", job.lines[1].version),
        (f"{base}/jobs/{job.id}", 1),
    ):
        refused = advisor.post(f"{path}/void", data={"reason": " ", "version": str(version)})
        assert refused.status_code == 422
        assert "Give a reason." in text_of(parse(refused.text).root)
        with app.app_context():
            version = fresh(job).version if "jobs" in path else version
        assert (
            advisor.post(f"{path}/void", data={"reason": "not wanted", "version": str(version)}).status_code
            == 303
        )
    with app.app_context():
        assert fresh(job).void_reason == "not wanted"
        assert [line.void_reason for line in db.session.scalars(select(Line))] == ["not wanted"] * 2
        assert fresh(checked_in_order).authorised_gross == 0
    assert "No jobs yet" in see(advisor, base)
    assert advisor.get(f"{base}/jobs/{job.id}").status_code == 404


def test_an_invoiced_order_takes_no_more_changes(
    app: Flask, advisor: CheckingClient, invoiced_order: ServiceOrder
) -> None:
    """PAY-1: what was invoiced stays as it was; the page offers no form and the server refuses one."""
    job = first_job(app, invoiced_order)
    base = f"/orders/{invoiced_order.id}"
    assert "Save the job" not in see(advisor, f"{base}/jobs/{job.id}")
    form = {"title": "Other", "version": str(job.version), "pay_type": "customer"}
    assert advisor.post(f"{base}/jobs/{job.id}", data=form).status_code == 409
    line = {"kind": "fee", "description": "More", "quantity": "1", "unit_price": "1"}
    assert advisor.post(f"{base}/jobs/{job.id}/lines", data=line).status_code == 409


# --- two people edit one order ---


def test_of_two_advisors_who_change_one_job_the_second_sees_both_values(
    app: Flask, cast: Cast, advisor: CheckingClient, sign_in: SignIn, arrived_order: ServiceOrder
) -> None:
    """ORD-6: never overwritten silently. What was typed stays, what is saved stands beside it, and saving again is a
    decision that works."""
    second, job = sign_in(cast.second_advisor.id), first_job(app, arrived_order)
    path = f"/orders/{arrived_order.id}/jobs/{job.id}"
    mine, theirs = form_of(advisor, path), form_of(second, path)
    assert second.post(path, data={**theirs, "title": "Brakes, rear"}).status_code == 303
    answer = advisor.post(path, data={**mine, "title": "Brakes, front", "explanation": "Worn."})
    assert answer.status_code == 409
    html = parse(answer.text)
    both = html.by_id("differences")
    assert both is not None
    rows = [[text_of(cell) for cell in row] for row in both.iter("tr")][1:]
    assert ["What is to be done", "Brakes, front", "Brakes, rear"] in rows
    assert ["Explanation for the customer", "Worn.", "nothing"] in rows
    assert (values(html)["title"], values(html)["explanation"]) == ("Brakes, front", "Worn.")
    with app.app_context():
        assert fresh(job).title == "Brakes, rear"
    assert advisor.post(path, data=values(html)).status_code == 303
    with app.app_context():
        assert fresh(job).title == "Brakes, front"


def test_of_two_advisors_who_change_one_line_the_second_sees_both_values(
    app: Flask, cast: Cast, advisor: CheckingClient, sign_in: SignIn, checked_in_order: ServiceOrder
) -> None:
    """ORD-6: prices as well as words."""
    second, line = sign_in(cast.second_advisor.id), first_job(app, checked_in_order).lines[1]
    path = f"/orders/{checked_in_order.id}/lines/{line.id}"
    mine, theirs = form_of(advisor, path), form_of(second, path)
    assert second.post(path, data={**theirs, "unit_price": "199.00"}).status_code == 303
    answer = advisor.post(path, data={**mine, "unit_price": "179.00"})
    assert answer.status_code == 409
    both = parse(answer.text).by_id("differences")
    assert both is not None
    assert [[text_of(cell) for cell in row] for row in both.iter("tr")][1:] == [
        ["Price of one", "179.00", "199.00"]
    ]
    assert advisor.post(path, data=values(parse(answer.text))).status_code == 303
    with app.app_context():
        assert fresh(line).unit_price == Decimal("179.00")


def test_of_two_advisors_who_promise_a_time_the_second_sees_both(
    app: Flask, cast: Cast, advisor: CheckingClient, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """ORD-6: the order itself."""
    second, path = sign_in(cast.second_advisor.id), f"/orders/{accepted_order.id}/promise"
    mine = form_of(advisor, path)
    assert promise(second, accepted_order, promised_at="2026-05-12T19:00", reason="part late")[0] == 303
    answer = advisor.post(path, data={**mine, "promised_at": "2026-05-12T18:00", "reason": "lift broken"})
    assert answer.status_code == 409
    both = parse(answer.text).by_id("differences")
    assert both is not None
    words = text_of(both)
    assert "2026-05-12T18:00" in words
    assert "2026-05-12T19:00" in words
    assert advisor.post(path, data=values(parse(answer.text))).status_code == 303
    with app.app_context():
        assert fresh(accepted_order).promised_at == NOW + timedelta(hours=9)


def test_a_hold_over_somebody_elses_hold_shows_both(
    app: Flask, cast: Cast, advisor: CheckingClient, sign_in: SignIn, accepted_order: ServiceOrder
) -> None:
    """ORD-6."""
    second, path = sign_in(cast.second_advisor.id), f"/orders/{accepted_order.id}/hold"
    mine, theirs = form_of(advisor, path), form_of(second, path)
    assert (
        second.post(path, data={**theirs, "reason": "insurer", "note": "expert on Monday"}).status_code == 303
    )
    answer = advisor.post(path, data={**mine, "reason": "bay", "note": ""})
    assert answer.status_code == 409
    both = parse(answer.text).by_id("differences")
    assert both is not None
    assert "expert on Monday" in text_of(both)
    assert "Waits for the insurer" in text_of(both)


@pytest.mark.parametrize("version", ["", "0", "abc", "1" * 40])
def test_a_form_without_its_version_counts_as_an_old_one(
    app: Flask, advisor: CheckingClient, arrived_order: ServiceOrder, version: str
) -> None:
    """ORD-6: leaving the field out is no way around."""
    job = first_job(app, arrived_order)
    data = {"title": "Other", "pay_type": "customer", "version": version}
    assert advisor.post(f"/orders/{arrived_order.id}/jobs/{job.id}", data=data).status_code == 409
    with app.app_context():
        assert fresh(job).title == "Front brakes squeal"


def test_a_line_that_somebody_changed_meanwhile_is_not_voided_unseen(
    app: Flask, advisor: CheckingClient, checked_in_order: ServiceOrder
) -> None:
    """ORD-6."""
    line = first_job(app, checked_in_order).lines[1]
    path = f"/orders/{checked_in_order.id}/lines/{line.id}"
    assert advisor.post(path, data={**form_of(advisor, path), "unit_price": "99.00"}).status_code == 303
    answer = advisor.post(f"{path}/void", data={"reason": "not wanted", "version": str(line.version)})
    assert answer.status_code == 409
    assert "99.00" in answer.text
    with app.app_context():
        assert fresh(line).voided_at is None


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
