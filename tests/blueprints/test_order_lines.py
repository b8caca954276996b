"""/orders: the jobs and lines of an order, and what happens when two people edit the same one."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from aftersales import clock
from aftersales.db import db
from aftersales.domain import audit
from aftersales.domain.service_orders.models import (
    Authorisation,
    Line,
    ServiceOrder,
)
from tests.blueprints.test_orders import AN_HOUR_LATER, first_job, form_of, see, values
from tests.cast import Cast
from tests.conftest import SignIn
from tests.factories import fresh
from tests.html import CheckingClient, parse, text_of


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 10:00 in Kraków."""
    monkeypatch.setattr(clock, "now", lambda: AN_HOUR_LATER)


@pytest.fixture
def advisor(cast: Cast, sign_in: SignIn) -> CheckingClient:
    return sign_in(cast.advisor.id)


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
