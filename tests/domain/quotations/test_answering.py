"""Answering a quotation: in person and by phone, what follows for lines, order, promise, workshop and customer."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from aftersales.db import db, transaction
from aftersales.domain.documents.models import Signature
from aftersales.domain.documents.signatures import Evidence
from aftersales.domain.errors import Invalid, NotFound, NotPermitted, Refused, Stale
from aftersales.domain.fulfilment import operations as fulfilment
from aftersales.domain.messaging.models import Message
from aftersales.domain.quotations import answers, deferred, operations, queries
from aftersales.domain.quotations.models import AnsweredBy, DeferredWork, Quotation
from aftersales.domain.service_orders import operations as orders
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import Authorisation, LineKind, OrderEvent, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.tasks.models import Task, TaskType
from tests import factories
from tests import stockroom as shelf
from tests.cast import Cast
from tests.stockroom import Stockroom

LATER = factories.NOW + timedelta(hours=2)


def decide(quotation: Quotation, *words: bool) -> dict[int, bool]:
    found = queries.get_quotation(quotation.id)
    return {job.id: word for job, word in zip(found.asked_jobs, words, strict=True)}


def answer(cast: Cast, quotation: Quotation, *words: bool, **values: object) -> Quotation:
    with transaction():
        return answers.answer(
            quotation.id,
            **{  # type: ignore[arg-type]
                "decisions": decide(quotation, *words),
                "name": "Katarzyna Mazur",
                "by": AnsweredBy.PHONE,
                "note": "Called +48 601 234 567, agreed to both",
                "actor": cast.advisor.actor(),
                "now": LATER,
                **values,
            },
        )


def order_of(quotation: Quotation) -> ServiceOrder:
    return db.session.get_one(ServiceOrder, quotation.service_order_id, populate_existing=True)


def open_tasks(order_id: int) -> dict[TaskType, Task]:
    rows = db.session.scalars(select(Task).where(Task.service_order_id == order_id, Task.closed_at.is_(None)))
    return {task.type: task for task in rows}


def test_an_answer_by_phone_is_recorded_with_who_and_how(cast: Cast, sent_quotation: Quotation) -> None:
    """QUO-4: who answered, how, who noted it and what was said."""
    done = answer(cast, sent_quotation, True, True)

    assert (done.answered_by, done.answered_name, done.recorded_by_name) == (
        AnsweredBy.PHONE, "Katarzyna Mazur", "Marta Zielińska",
    )  # fmt: skip
    assert done.answer_note == "Called +48 601 234 567, agreed to both"
    assert done.approved_gross == Decimal("1317.00")


def test_an_answer_in_person_can_be_signed(cast: Cast, sent_quotation: Quotation) -> None:
    """QUO-4: the signature names the document that was shown."""
    answer(
        cast, sent_quotation, True, False, by=AnsweredBy.IN_PERSON, note="",
        evidence=Evidence(typed_name="Katarzyna Mazur"), consent_text="I order what is marked.",
    )  # fmt: skip

    signature = db.session.scalars(select(Signature)).one()
    assert signature.document_id == sent_quotation.document_id
    assert signature.totals["approved"] == "1128.00"
    assert [row["title"] for row in signature.declined] == ["Brake fluid"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": " "}, "full name"),
        ({"note": ""}, "number called"),
        ({"decisions": {}}, "each item"),
    ],
)
def test_an_answer_without_a_name_a_call_or_a_decision_is_refused(
    cast: Cast, sent_quotation: Quotation, values: dict[str, object], words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        answer(cast, sent_quotation, True, True, **values)
    assert queries.get_quotation(sent_quotation.id).is_waiting


def test_a_technician_cannot_record_an_answer(cast: Cast, sent_quotation: Quotation) -> None:
    with pytest.raises(NotPermitted):
        answer(cast, sent_quotation, True, True, actor=cast.technician.actor())


def test_approved_lines_become_work_and_declined_ones_deferred_work_with_a_date(
    cast: Cast, sent_quotation: Quotation
) -> None:
    """QUO-5"""
    fluid = queries.get_quotation(sent_quotation.id).asked_jobs[1].id
    done = answer(cast, sent_quotation, True, False, reasons={fluid: "Too expensive"})

    order = order_of(done)
    assert {line.authorisation for line in order.jobs[1].lines} == {Authorisation.AUTHORISED}
    assert {line.authorisation for line in order.jobs[2].lines} == {Authorisation.DECLINED}
    deferred = db.session.scalars(select(DeferredWork)).one()
    assert (deferred.vehicle_id, deferred.title, deferred.severity, deferred.reason, deferred.due_on) == (
        order.vehicle_id, "Brake fluid", "soon", "Too expensive", date(2026, 8, 10),
    )  # fmt: skip
    assert queries.list_deferred(order.vehicle_id) == [deferred]


def test_a_yes_moves_the_order_to_repair_and_makes_the_quoted_time_the_promise(
    cast: Cast, sent_quotation: Quotation
) -> None:
    """STEP-12, QUO-1: amount and time are approved together."""
    done = answer(cast, sent_quotation, True, False)

    order = order_of(done)
    assert (order.state, order.waiting_quotations) == (OrderState.REPAIRING, 0)
    assert order.promised_at == done.promised_at
    assert order.first_promised_at == factories.NOW + timedelta(hours=8)


def test_a_yes_to_work_whose_part_is_not_there_waits_for_the_part(
    cast: Cast, accepted_order: ServiceOrder, stockroom: Stockroom
) -> None:
    """QUO-1, STEP-11, STEP-12: asked of the parts desk before sending; after the yes it is to be ordered."""
    arrival = factories.NOW + timedelta(days=1)
    with transaction():
        disc = shelf.article(cast, stockroom, name="Brake disc")
        job = factories.propose(cast, accepted_order)
        line = work.add_line(
            job.id, kind=LineKind.PART, description="Brake disc", quantity=Decimal(2), unit_price=Decimal("356.00"),
            article_id=disc.id, actor=cast.advisor.actor(), now=LATER,
        )  # fmt: skip
        operations.ask_parts_desk(
            accepted_order.id, site_id=cast.site.id, actor=cast.advisor.actor(), now=LATER
        )
    assert TaskType.CONFIRM_PARTS in open_tasks(accepted_order.id)
    with transaction():
        demand = shelf.demand_of(accepted_order, disc)
        fulfilment.confirm_arrival(
            demand.id, expected_at=arrival, actor=cast.parts.actor(), now=LATER, site_id=cast.site.id
        )
    with transaction():
        sent = factories.send_quotation(
            cast, accepted_order, now=LATER, promised_at=arrival + timedelta(hours=4)
        )
    asked = next(one for one in sent.asked_jobs[0].lines if one.line_id == line.id)
    assert (asked.is_in_stock, asked.arrives_at, sent.asked_jobs[0].arrives_at) == (False, arrival, arrival)

    answer(cast, sent, True)

    order = order_of(sent)
    assert (order.state, order.parts_missing) == (OrderState.AWAITING_PARTS, 1)
    assert TaskType.ORDER_PARTS in open_tasks(order.id)


def test_declining_everything_leaves_the_signed_work_to_do(cast: Cast, sent_quotation: Quotation) -> None:
    """ORD-4: answered or declined, back to repairing for what was authorised at check-in."""
    done = answer(cast, sent_quotation, False, False)

    order = order_of(done)
    assert (order.state, done.approved_gross) == (OrderState.REPAIRING, Decimal("0.00"))
    assert order.promised_at == factories.NOW + timedelta(hours=8)


def test_when_nothing_at_all_is_authorised_the_order_stays_with_a_task(
    cast: Cast, accepted_order: ServiceOrder
) -> None:
    with transaction():
        order = orders.lock_order(accepted_order.id)
        for line in order.jobs[0].lines:
            work.void_line(line.id, reason="Not wanted", actor=cast.advisor.actor(), now=LATER)
        factories.propose(cast, order)
        sent = factories.send_quotation(cast, order)
    answer(cast, sent, False)

    assert order_of(sent).state is OrderState.AWAITING_APPROVAL
    assert "Everything was declined" in open_tasks(accepted_order.id)[TaskType.CALL_ABOUT_QUOTATION].note


def test_the_technician_is_told_at_once_and_reading_it_is_kept_with_its_time(
    cast: Cast, sent_quotation: Quotation
) -> None:
    """ORD-8: a no with the time and the person told, a yes as a slip with the time it was handed over."""
    done = answer(cast, sent_quotation, True, False)
    task = open_tasks(done.service_order_id)[TaskType.READ_ANSWER]
    assert (task.person_id, task.note) == (
        cast.technician.id,
        "Do: Front brake discs and pads. Leave: Brake fluid",
    )

    for minutes in (3, 9):
        with transaction():
            read = answers.take_note(
                done.id,
                site_id=cast.site.id,
                actor=cast.technician.actor(),
                now=LATER + timedelta(minutes=minutes),
            )

    assert (read.told_name, read.told_at) == ("Tomasz Lis", LATER + timedelta(minutes=3))
    assert TaskType.READ_ANSWER not in open_tasks(done.service_order_id)


def test_the_answer_closes_the_call_and_is_confirmed_to_the_customer(
    cast: Cast, sent_quotation: Quotation
) -> None:
    done = answer(cast, sent_quotation, True, False)

    assert TaskType.CALL_ABOUT_QUOTATION not in open_tasks(done.service_order_id)
    bodies = db.session.scalars(select(Message.body).where(Message.purpose == "approval_received")).all()
    assert len(bodies) == 2
    assert any("Brake fluid: not now" in body for body in bodies)


def test_the_timeline_says_who_approved_what_for_how_much(cast: Cast, sent_quotation: Quotation) -> None:
    """ORD-5"""
    done = answer(cast, sent_quotation, True, False)
    rows = db.session.scalars(
        select(OrderEvent).where(OrderEvent.service_order_id == done.service_order_id)
    ).all()
    approved = next(row for row in rows if "approved" in row.text and "amount" in row.params)

    assert approved.params == {
        "name": "Katarzyna Mazur", "amount": "1128.00", "currency": "PLN", "titles": "Front brake discs and pads",
    }  # fmt: skip


def test_an_answer_after_the_validity_is_refused_even_before_the_sweep(
    cast: Cast, sent_quotation: Quotation
) -> None:
    """QUO-3"""
    with pytest.raises(Refused, match="expired"):
        answer(cast, sent_quotation, True, True, now=sent_quotation.valid_until + timedelta(seconds=1))


@pytest.mark.parametrize("change", ["price", "void", "payer"])
def test_a_line_that_changed_since_makes_the_version_out_of_date(
    cast: Cast, sent_quotation: Quotation, change: str
) -> None:
    """QUO-3: a stale version cannot be approved."""
    line_id = queries.get_quotation(sent_quotation.id).asked_jobs[0].lines[1].line_id
    with transaction():
        if change == "price":
            values = {"unit_price": Decimal("712.01")}
            work.edit_line(line_id, values=values, actor=cast.advisor.actor(), now=LATER)
        elif change == "payer":
            work.edit_line(line_id, values={"pay_type": "warranty"}, actor=cast.advisor.actor(), now=LATER)
        else:
            work.void_line(line_id, reason="Wrong part", actor=cast.advisor.actor(), now=LATER)
    with pytest.raises(Stale, match="is changing this quote"):
        answer(cast, sent_quotation, True, True)


def test_a_shown_total_that_is_a_cent_off_is_refused(cast: Cast, sent_quotation: Quotation) -> None:
    with pytest.raises(Stale, match="total has changed"):
        answer(cast, sent_quotation, True, False, shown_total=Decimal("1128.01"))


def test_the_supplements_answer_reserves_its_parts_and_the_repair_goes_on(
    cast: Cast, accepted_order: ServiceOrder
) -> None:
    """ORD-4: the renewed authorisation is recorded; work already approved goes on."""
    with transaction():
        order = orders.lock_order(accepted_order.id)
        orders.move(order, "start_repair", actor=cast.advisor.actor(), now=LATER)
        factories.propose(cast, order, title="Track rod end")
        sent = factories.send_quotation(cast, order, now=LATER)
    answer(cast, sent, True, now=LATER + timedelta(minutes=20))

    order = order_of(sent)
    assert order.state is OrderState.REPAIRING
    assert order.authorised_gross == Decimal("369.00") + Decimal("1128.00")


def test_put_off_work_is_proposed_again_on_the_next_visit(cast: Cast, sent_quotation: Quotation) -> None:
    """QUO-5, DIA-6: with its lines and prices of then; it is taken up once."""
    done = answer(cast, sent_quotation, True, False)
    (put_off,) = queries.list_deferred(order_of(done).vehicle_id)
    with transaction():
        car = order_of(done).vehicle
        visit = factories.open_order(cast, car=car, concern="Service")
        job = deferred.take_up(
            put_off.id, visit.id, site_id=cast.site.id, actor=cast.advisor.actor(), now=LATER
        )

    assert (job.title, sum(line.gross for line in job.lines)) == ("Brake fluid", Decimal("189.00"))
    assert {line.authorisation for line in job.lines} == {Authorisation.PROPOSED}
    assert queries.list_deferred(visit.vehicle_id) == []
    with pytest.raises(Refused, match="taken up already"), transaction():
        deferred.take_up(put_off.id, visit.id, site_id=cast.site.id, actor=cast.advisor.actor(), now=LATER)


def test_put_off_work_of_another_vehicle_cannot_be_taken_up(cast: Cast, sent_quotation: Quotation) -> None:
    done = answer(cast, sent_quotation, True, False)
    (put_off,) = queries.list_deferred(order_of(done).vehicle_id)
    with pytest.raises(NotFound), transaction():
        visit = factories.open_order(cast)
        deferred.take_up(put_off.id, visit.id, site_id=cast.site.id, actor=cast.advisor.actor(), now=LATER)


def test_put_off_work_is_set_aside_with_a_reason(cast: Cast, sent_quotation: Quotation) -> None:
    done = answer(cast, sent_quotation, True, False)
    (put_off,) = queries.list_deferred(order_of(done).vehicle_id)
    values = {
        "order_id": done.service_order_id,
        "site_id": cast.site.id,
        "actor": cast.advisor.actor(),
        "now": LATER,
    }
    with pytest.raises(Invalid), transaction():
        deferred.set_aside(put_off.id, reason=" ", **values)
    with transaction():
        deferred.set_aside(put_off.id, reason="Done elsewhere", **values)

    assert queries.list_deferred(put_off.vehicle_id) == []
    assert put_off.closed_reason == "Done elsewhere"
