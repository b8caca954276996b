"""A part's whole way on one order: proposed, arrival confirmed, quoted, approved, ordered, received, handed out."""

from datetime import timedelta
from decimal import Decimal

import pytest

from aftersales.db import transaction
from aftersales.domain.errors import Refused
from aftersales.domain.fulfilment import operations as fulfilment
from aftersales.domain.parts.models import Article
from aftersales.domain.quotations import answers, queries
from aftersales.domain.quotations import operations as quotations
from aftersales.domain.quotations.models import AnsweredBy, Quotation
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import LineKind, ServiceOrder
from aftersales.domain.tasks.models import TaskType
from tests import factories
from tests import stockroom as shelf
from tests.cast import Cast
from tests.domain.parts.test_demand import open_tasks
from tests.factories import NOW, fresh
from tests.stockroom import Stockroom, demand_of

LATER = NOW + timedelta(hours=2)
ARRIVAL = NOW + timedelta(hours=26)


def propose(cast: Cast, order: ServiceOrder, article: Article, quantity: int) -> int:
    """A job that was found in the inspection, with labour and a part. Returns the part's line."""
    job = work.add_job(order.id, title="Clutch", actor=cast.advisor.actor(), now=NOW)
    work.add_line(
        job.id, kind=LineKind.LABOUR, description="Replace the clutch", quantity=Decimal(4), unit_price=Decimal(120),
        actor=cast.advisor.actor(), now=NOW,
    )  # fmt: skip
    return work.add_line(
        job.id, kind=LineKind.PART, description=article.name, quantity=Decimal(quantity),
        unit_price=article.price, article_id=article.id, actor=cast.advisor.actor(), now=NOW,
    ).id  # fmt: skip


def answer(cast: Cast, quotation: Quotation, *, yes: bool) -> None:
    answers.answer(
        quotation.id,
        decisions={job.id: yes for job in quotation.asked_jobs},
        name="Katarzyna Mazur", by=AnsweredBy.PHONE, note="+48 601 234 567, agreed", actor=cast.advisor.actor(),
        now=LATER, site_id=cast.site.id,
    )  # fmt: skip


def test_a_part_from_the_finding_to_the_technicians_hands(
    cast: Cast, stockroom: Stockroom, accepted_order: ServiceOrder
) -> None:
    """QUO-1, STEP-11, STEP-12, PRT-3, PRT-8: each area leaves the order right for the next."""
    order_id, actor = accepted_order.id, cast.advisor.actor()
    with transaction():
        clutch = shelf.article(cast, stockroom, name="Clutch kit")
        order = fresh(accepted_order)
        line_id = propose(cast, order, clutch, 1)
    with pytest.raises(Refused, match="Clutch kit"), transaction():
        factories.send_quotation(cast, order)
    with transaction():
        quotations.ask_parts_desk(order_id, site_id=cast.site.id, actor=actor, now=LATER)
    (task,) = open_tasks(TaskType.CONFIRM_PARTS)
    assert task.note == f"1 × {clutch.number} Clutch kit, Inter Parts"
    with transaction():
        fulfilment.confirm_arrival(
            task.subject_id or 0,
            expected_at=ARRIVAL,
            actor=cast.parts.actor(),
            now=LATER,
            site_id=cast.site.id,
        )
    assert open_tasks(TaskType.CONFIRM_PARTS) == []
    with transaction():
        sent = factories.send_quotation(cast, fresh(order))
    quotation = queries.get_quotation(sent.id)
    (asked,) = [line for job in quotation.asked_jobs for line in job.lines if line.line_id == line_id]
    assert (asked.is_in_stock, asked.arrives_at) == (False, ARRIVAL)

    with transaction():
        answer(cast, quotation, yes=True)
    found = fresh(order)
    assert (found.state, found.parts_missing, found.parts_expected_at) == ("awaiting_parts", 1, ARRIVAL)
    assert len(open_tasks(TaskType.ORDER_PARTS)) == 1
    with transaction():
        purchase = shelf.purchase(cast, stockroom, (clutch, 1))
    assert open_tasks(TaskType.ORDER_PARTS) == []
    with transaction():
        shelf.receive(cast, purchase, 1)
    assert fresh(order).state == "repairing"
    with transaction():
        fulfilment.hand_out(
            order_id, {demand_of(order, clutch).id: Decimal(1)}, receiver_id=cast.technician.id,
            actor=cast.parts.actor(), now=LATER, site_id=cast.site.id,
        )  # fmt: skip
    found = fresh(order)
    assert (found.parts_missing, found.unsettled_parts, found.issued_parts) == (0, 0, 1)
    assert demand_of(order, clutch).with_workshop == 1


def test_a_declined_part_is_neither_reserved_nor_ordered(
    cast: Cast, stockroom: Stockroom, accepted_order: ServiceOrder
) -> None:
    with transaction():
        clutch = shelf.article(cast, stockroom, on_hand=2, name="Clutch kit")
        order = fresh(accepted_order)
        propose(cast, order, clutch, 1)
        sent = factories.send_quotation(cast, order)
    with transaction():
        answer(cast, queries.get_quotation(sent.id), yes=False)
    assert shelf.balance(stockroom.main, clutch) == (2, 0)
    assert fresh(order).parts_missing == fresh(order).unsettled_parts == 0
    assert demand_of(order, clutch).settled_at is not None
