"""A visit that ends without a repair: the agreed fee is settled, the car leaves with a gate pass (CHK-12)."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from aftersales.db import db, transaction
from aftersales.domain.billing import credit_notes, payments
from aftersales.domain.billing import operations as billing
from aftersales.domain.billing.models import Invoice, PaymentMethod, RevenueEntry
from aftersales.domain.checkins import operations as checkins
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.delivery import short_visits
from aftersales.domain.delivery.models import FeeDecision, HandedOver
from aftersales.domain.errors import Invalid, Refused
from aftersales.domain.messaging.models import Message
from aftersales.domain.quotations.models import Quotation
from aftersales.domain.reports import queries as reports
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import DIAGNOSIS, Authorisation, Line, LineKind, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.tasks.models import Task
from tests import factories
from tests.cast import Cast
from tests.factories import NOW

LATER = NOW + timedelta(hours=2)
ALL_GIVEN = dict.fromkeys(HandedOver, True)


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def agree_fee(cast: Cast, order: ServiceOrder, fee: str = "123.00") -> ServiceOrder:
    """The customer agreed at check-in to a fee of 123.00 gross: 100.00 net and 23.00 tax."""
    order = service_orders.lock_order(order.id)
    job = work.add_job(
        order.id, title="Technical diagnosis", canned_job_code=DIAGNOSIS, actor=cast.advisor.actor(), now=NOW
    )
    line = work.add_line(
        job.id, kind=LineKind.FEE, description="Diagnosis fee", quantity=Decimal(1), unit_price=Decimal(fee),
        actor=cast.advisor.actor(), now=NOW,
    )  # fmt: skip
    work.authorise(order, {line.id}, Authorisation.AUTHORISED)
    return order


def decide(cast: Cast, order: ServiceOrder, **values: object) -> None:
    given = {"reason": "The customer wants to think about it.", "waives_fee": False, **values}
    short_visits.decide(order.id, actor=cast.advisor.actor(), now=LATER, **given)  # type: ignore[arg-type]


def invoice_fee(cast: Cast, order: ServiceOrder) -> Invoice:
    return billing.issue(
        order.id, shown_gross=Decimal("123.00"), only_fee=True, actor=cast.cashier.actor(), now=LATER
    )


def pay(cast: Cast, invoice: Invoice) -> None:
    payments.take_payment(
        invoice.id, amount=Decimal("123.00"), method=PaymentMethod.CARD, submission_id="pay-fee",
        actor=cast.cashier.actor(), now=LATER,
    )  # fmt: skip


def close(cast: Cast, order: ServiceOrder, **values: object) -> ServiceOrder:
    short_visits.issue_gate_pass(order.id, actor=cast.advisor.actor(), now=LATER)
    given = {"ticks": ALL_GIVEN, "notes": {}, **values}
    return short_visits.close(order.id, actor=cast.advisor.actor(), now=LATER, **given)  # type: ignore[arg-type]


def test_the_agreed_fee_alone_is_invoiced_paid_and_counted_as_revenue(
    cast: Cast, checked_in_order: ServiceOrder
) -> None:
    """CHK-12, REP-1: of 369.00 of ordered work and a fee of 123.00 the customer owes 123.00; the month of the closing
    has its 100.00 net, and nothing of the work that was not done."""
    with transaction():
        order = agree_fee(cast, checked_in_order)
        decide(cast, order)
        bill = invoice_fee(cast, order)
        assert (bill.net, bill.tax, bill.gross) == (Decimal("100.00"), Decimal("23.00"), Decimal("123.00"))
        pay(cast, bill)
        order = close(cast, order)
    assert order.state is OrderState.CLOSED_WITHOUT_REPAIR and order.closed_at == LATER
    rows = reports.revenue(cast.site.id, LATER.date().replace(day=1))
    assert [(row.kind, row.net) for row in rows] == [(LineKind.FEE, Decimal("100.00"))]
    (behind,) = reports.list_revenue_orders(cast.site.id, LATER.date().replace(day=1))
    assert (behind.id, behind.net) == (order.id, Decimal("100.00"))
    lines = db.session.execute(
        select(Line.kind, Line.authorisation).where(Line.service_order_id == order.id)
    ).all()
    assert sorted((kind.value, word.value) for kind, word in lines) == [
        ("fee", "authorised"), ("labour", "declined"), ("part", "declined"),
    ]  # fmt: skip


def test_a_credit_note_over_the_fee_takes_it_off_the_revenue_again(
    cast: Cast, checked_in_order: ServiceOrder
) -> None:
    """REP-1: 100.00 net in May, less 100.00 net in the credit note's own month."""
    with transaction():
        order = agree_fee(cast, checked_in_order)
        decide(cast, order)
        bill = invoice_fee(cast, order)
        pay(cast, bill)
        close(cast, order)
        credit_notes.credit(
            bill.id, quantities={bill.lines[0].id: Decimal(1)}, reason="goodwill",
            actor=cast.service_manager.actor(), now=NOW + timedelta(days=25),
        )  # fmt: skip
    months = db.session.execute(select(RevenueEntry.month, RevenueEntry.net).order_by(RevenueEntry.id)).all()
    assert [(month.month, net) for month, net in months] == [(5, Decimal("100.00")), (6, Decimal("-100.00"))]


def test_nothing_leaves_before_the_fee_is_settled(cast: Cast, checked_in_order: ServiceOrder) -> None:
    """CHK-12: no gate pass and no closing, neither here nor by the bare move; credit allowed settles it too."""
    with transaction():
        order = agree_fee(cast, checked_in_order)
        decide(cast, order)
        with pytest.raises(Refused, match="fee is not paid"):
            short_visits.issue_gate_pass(order.id, actor=cast.advisor.actor(), now=LATER)
        with pytest.raises(Refused, match="fee is not paid"):
            service_orders.move(
                order, "close_without_repair", reason="Too dear", actor=cast.advisor.actor(), now=LATER
            )
        invoice_fee(cast, order)
        with pytest.raises(Refused, match="fee is not paid"):
            short_visits.issue_gate_pass(order.id, actor=cast.advisor.actor(), now=LATER)
        payments.allow_credit(order.id, reason="Fleet", actor=cast.service_manager.actor(), now=LATER)
        assert close(cast, order).state is OrderState.CLOSED_WITHOUT_REPAIR


def test_a_waived_fee_needs_its_reason_and_leaves_the_order(
    cast: Cast, checked_in_order: ServiceOrder
) -> None:
    with transaction():
        order = agree_fee(cast, checked_in_order)
        with pytest.raises(Invalid) as refused:
            decide(cast, order, waives_fee=True)
        assert refused.value.field == "waiver_reason"
        decide(cast, order, waives_fee=True, waiver_reason="Our estimate came a day late")
        assert order.agreed_fee == 0
        decide(cast, order)  # looking at it again does not bring the fee back
        visit = short_visits.queries.find_short_visit(order.id)
        assert visit is not None
        assert (visit.fee, visit.fee_gross) == (FeeDecision.WAIVED, Decimal("123.00"))
        close(cast, order)
    assert db.session.scalar(select(func.count()).select_from(Invoice)) == 0
    assert db.session.scalar(select(func.count()).select_from(RevenueEntry)) == 0


def test_without_an_agreed_fee_nothing_can_be_charged(cast: Cast, checked_in_order: ServiceOrder) -> None:
    with transaction():
        decide(cast, checked_in_order)
        with pytest.raises(Refused, match="No fee was agreed"):
            billing.issue(
                checked_in_order.id, shown_gross=None, only_fee=True, actor=cast.cashier.actor(), now=LATER
            )
        assert close(cast, checked_in_order).state is OrderState.CLOSED_WITHOUT_REPAIR


@pytest.mark.parametrize(
    "state", ["checked_in", "assigned", "in_progress", "awaiting_approval", "awaiting_parts"]
)
def test_it_may_end_from_check_in_until_the_parts_are_here(
    cast: Cast, checked_in_order: ServiceOrder, state: str
) -> None:
    """CHK-12: and its tasks are gone with it."""
    with transaction():
        order = service_orders.lock_order(checked_in_order.id)
        order.state = OrderState(state)
        decide(cast, order)
        close(cast, order)
        assert not db.session.scalars(select(Task).where(Task.closed_at.is_(None))).all()


def test_work_that_was_done_or_a_part_that_is_out_keeps_the_visit_open(
    cast: Cast, checked_in_order: ServiceOrder
) -> None:
    """CHK-12: a finished diagnosis alone does not; it is what the fee is for."""
    with transaction():
        order = agree_fee(cast, checked_in_order)
        work.finish_job(order.jobs[-1].id, actor=cast.technician.actor(), now=LATER)
        assert order.jobs[-1].canned_job_code == DIAGNOSIS
        decide(cast, order)
        order.issued_parts = 1
        with pytest.raises(Refused, match="Return them first"):
            decide(cast, order)
        order.issued_parts = 0
        work.finish_job(order.jobs[0].id, actor=cast.technician.actor(), now=LATER)
        with pytest.raises(Refused, match="already done"):
            decide(cast, order)


def test_a_waiting_quote_is_taken_back_without_the_promise_of_a_new_one(
    cast: Cast, sent_quotation: Quotation
) -> None:
    with transaction():
        order = service_orders.lock_order(sent_quotation.service_order_id)
        decide(cast, order)
        assert order.waiting_quotations == 0
        close(cast, order)
    purposes = set(db.session.scalars(select(Message.purpose)))
    assert "closed_without_repair" in purposes and "quotation_withdrawn" not in purposes


def test_the_invoiced_fee_keeps_the_repair_from_starting(cast: Cast, accepted_order: ServiceOrder) -> None:
    with transaction():
        order = agree_fee(cast, accepted_order)
        decide(cast, order)
        pay(cast, invoice_fee(cast, order))
        with pytest.raises(Refused, match="invoiced"):
            service_orders.move(order, "start_repair", actor=cast.advisor.actor(), now=LATER)
        with pytest.raises(Refused, match="credit note"):
            decide(cast, order)


def test_key_papers_and_belongings_go_back_and_the_key_tag_is_free_again(
    cast: Cast, arrived_order: ServiceOrder
) -> None:
    """CHK-12: what is not given back needs a note; a second tap changes nothing."""
    with transaction():
        checkins.edit(arrived_order.id, values={"key_tag": "17"}, actor=cast.advisor.actor(), now=NOW)
        order = factories.check_in(cast, service_orders.lock_order(arrived_order.id))
        decide(cast, order)
        with pytest.raises(Invalid, match="Vehicle papers"):
            close(cast, order, ticks={**ALL_GIVEN, HandedOver.PAPERS: False})
        close(
            cast, order, ticks={**ALL_GIVEN, HandedOver.PAPERS: False},
            notes={HandedOver.PAPERS: "None were handed in"},
        )  # fmt: skip
        short_visits.close(order.id, ticks={}, notes={}, actor=cast.advisor.actor(), now=LATER)
    assert db.session.scalars(select(CheckIn.key_returned_at)).one() == LATER
    assert db.session.scalar(
        select(func.count()).select_from(Message).where(Message.purpose == "closed_without_repair")
    ) == 2  # one e-mail, one SMS  # fmt: skip
