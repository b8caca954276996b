"""Sending a quotation: what is frozen, what is queued, where the order goes, what is refused."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from aftersales.db import db, transaction
from aftersales.domain.customers.models import Channel
from aftersales.domain.errors import DomainError, Invalid, NotPermitted, Refused, Stale
from aftersales.domain.links import operations as links
from aftersales.domain.links import queries as link_queries
from aftersales.domain.links.rules import Standing
from aftersales.domain.messaging.models import Message, MessageState
from aftersales.domain.parts.models import Article
from aftersales.domain.quotations import operations as quotations
from aftersales.domain.quotations import other_payers, queries, signed_orders
from aftersales.domain.quotations.drafts import draft
from aftersales.domain.quotations.models import Quotation, QuotationKind, QuotationLine
from aftersales.domain.quotations.rules import QuotationState
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import Authorisation, LineKind, PayType, ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.domain.tasks.models import Task, TaskType
from tests import factories
from tests.cast import Cast

NOW = factories.NOW + timedelta(hours=1)
PROMISE = factories.NOW + timedelta(hours=9)


def messages_of(order_id: int, purpose: str) -> list[Message]:
    return list(
        db.session.scalars(
            select(Message)
            .where(Message.service_order_id == order_id, Message.purpose == purpose)
            .order_by(Message.id)
        )
    )


def open_tasks(order_id: int) -> set[TaskType]:
    return set(
        db.session.scalars(
            select(Task.type).where(Task.service_order_id == order_id, Task.closed_at.is_(None))
        )
    )


def test_a_version_holds_a_copy_of_each_proposed_line_with_its_amounts(
    cast: Cast, sent_quotation: Quotation, app_context: Flask
) -> None:
    """QUO-1, STEP-8: labour, parts, tax per line and in sum, and the promised time, numbered per order."""
    sent = queries.get_quotation(sent_quotation.id)

    assert (sent.number, sent.version_no, sent.kind) == ("26-0001", 1, QuotationKind.QUOTATION)
    assert [(job.title, job.gross) for job in sent.asked_jobs] == [
        ("Front brake discs and pads", Decimal("1128.00")),
        ("Brake fluid", Decimal("189.00")),
    ]
    labour, part = sent.asked_jobs[0].lines
    assert (labour.kind, labour.quantity, labour.net, labour.tax, labour.gross) == (
        LineKind.LABOUR, Decimal("1.600"), Decimal("338.21"), Decimal("77.79"), Decimal("416.00"),
    )  # fmt: skip
    assert (part.net, part.tax, part.gross) == (Decimal("578.86"), Decimal("133.14"), Decimal("712.00"))
    assert (sent.net, sent.tax, sent.gross) == (Decimal("1070.73"), Decimal("246.27"), Decimal("1317.00"))
    assert sent.promised_at == PROMISE
    assert sent.authorised_before_gross == Decimal("369.00")


def test_sending_asks_for_the_lines_and_moves_the_order_to_awaiting_approval(
    cast: Cast, sent_quotation: Quotation, app_context: Flask
) -> None:
    """STEP-10: status Awaiting Approval, by the sending itself."""
    order = db.session.get_one(ServiceOrder, sent_quotation.service_order_id)

    assert (order.state, order.waiting_quotations) == (OrderState.AWAITING_APPROVAL, 1)
    standings = {line.authorisation for job in order.jobs[1:] for line in job.lines}
    assert standings == {Authorisation.ASKED}
    assert TaskType.CALL_ABOUT_QUOTATION in open_tasks(order.id)


def test_sending_queues_one_e_mail_and_one_sms_whose_link_can_be_rebuilt_and_is_stored_nowhere(
    cast: Cast, sent_quotation: Quotation, app_context: Flask
) -> None:
    """STEP-9: e-mail and SMS with the details and an approval link."""
    email, sms = messages_of(sent_quotation.service_order_id, "quotation_sent")
    link = link_queries.find_quotation_link(sent_quotation.id)
    assert link is not None
    token = links.token_for(link)

    assert (email.channel, email.recipient, email.state) == (
        Channel.EMAIL,
        "katarzyna@example.org",
        MessageState.QUEUED,
    )
    assert (sms.channel, sms.recipient) == (Channel.SMS, "+48601234567")
    assert "Front brake discs and pads" in email.body
    assert "1,317.00" in email.body.replace("\xa0", " ")
    assert "{link}" in email.body and "{link}" in sms.body
    stored = [str(value) for row in (email, sms, link) for value in vars(row).values()]
    assert not any(token in value for value in stored)
    found, standing = link_queries.find_link(token, NOW)
    assert (found and found.subject_id, standing) == (sent_quotation.id, Standing.GOOD)
    assert email.document_id == sent_quotation.document_id
    assert sms.document_id is None


def test_a_customer_who_wants_no_sms_gets_the_e_mail_only(
    cast: Cast, accepted_order: ServiceOrder, app_context: Flask
) -> None:
    with transaction():
        order = db.session.get_one(ServiceOrder, accepted_order.id)
        order.customer.may_sms = False
        factories.propose(cast, order)
        factories.send_quotation(cast, order)

    assert [message.channel for message in messages_of(accepted_order.id, "quotation_sent")] == [
        Channel.EMAIL
    ]


def test_lines_of_another_payer_are_told_but_not_asked(
    cast: Cast, accepted_order: ServiceOrder, app_context: Flask
) -> None:
    with transaction():
        factories.propose(cast, accepted_order)
        recall = factories.propose(cast, accepted_order, title="Recall, airbag", pay_type=PayType.WARRANTY)
        sent = factories.send_quotation(cast, accepted_order)

    assert [(job.title, job.is_asked, job.gross) for job in sent.jobs] == [
        ("Front brake discs and pads", True, Decimal("1128.00")),
        ("Recall, airbag", False, Decimal("0.00")),
    ]
    assert sent.gross == Decimal("1128.00")
    assert {line.authorisation for line in recall.lines} == {Authorisation.PROPOSED}


def test_prices_without_tax_get_the_tax_of_each_rate_once_on_the_sum(
    cast: Cast, accepted_order: ServiceOrder, app_context: Flask
) -> None:
    """QUO-1: three lines of 0.10 net at 23 % are 0.30 net and 0.07 tax; per line it would be 0.06."""
    with transaction():
        site = db.session.get_one(type(factories.fresh(accepted_order)), accepted_order.id)
        place = db.session.get_one(_site_class(), site.site_id)
        place.prices_include_tax = False
        job = work.add_job(accepted_order.id, title="Small parts", actor=cast.advisor.actor(), now=NOW)
        for _ in range(3):
            work.add_line(
                job.id, kind=LineKind.FEE, description="Washer", quantity=Decimal(1), unit_price=Decimal("0.10"),
                actor=cast.advisor.actor(), now=NOW,
            )  # fmt: skip
        sent = factories.send_quotation(cast, accepted_order)

    assert (sent.net, sent.tax, sent.gross) == (Decimal("0.30"), Decimal("0.07"), Decimal("0.37"))
    assert sent.asked_jobs[0].shown == Decimal("0.30")


def _site_class() -> type:
    from aftersales.domain.sites.models import Site

    return Site


@dataclass(frozen=True)
class Refusal:
    """What is wrong, and the words that say so."""

    values: dict[str, object]
    kind: type[DomainError]
    words: str


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal({"promised_at": NOW - timedelta(minutes=1)}, Invalid, "in the future"),
        Refusal({"expected_digest": "0" * 64}, Stale, "changed meanwhile"),
    ],
    ids=["promise in the past", "lines changed since the document was made"],
)
def test_what_is_wrong_is_refused_and_changes_nothing(
    cast: Cast, accepted_order: ServiceOrder, app_context: Flask, refusal: Refusal
) -> None:
    with transaction():
        factories.propose(cast, accepted_order)
    with pytest.raises(refusal.kind, match=refusal.words), transaction():
        factories.send_quotation(cast, accepted_order, **refusal.values)

    db.session.expire_all()
    assert db.session.scalar(select(func.count()).select_from(Quotation)) == 0
    assert db.session.scalar(select(func.count()).select_from(Message)) == 0
    assert factories.fresh(accepted_order).state is OrderState.IN_PROGRESS


def test_nothing_proposed_cannot_be_sent(
    cast: Cast, accepted_order: ServiceOrder, app_context: Flask
) -> None:
    with pytest.raises(Refused, match="nothing to ask"), transaction():
        factories.send_quotation(cast, accepted_order)


def test_an_open_inspection_is_completed_before_a_quotation(
    cast: Cast, accepted_order: ServiceOrder, app_context: Flask
) -> None:
    with transaction():
        factories.propose(cast, accepted_order)
        factories.fresh(accepted_order).inspection_is_open = True
    with pytest.raises(Refused, match="inspection is not complete"), transaction():
        factories.send_quotation(cast, accepted_order)


def test_a_technician_cannot_send_a_quotation(
    cast: Cast, accepted_order: ServiceOrder, app_context: Flask
) -> None:
    with transaction():
        factories.propose(cast, accepted_order)
    with pytest.raises(NotPermitted), transaction():
        factories.send_quotation(cast, accepted_order, actor=cast.technician.actor())


def test_a_part_that_is_not_in_stock_needs_the_parts_desks_word_first(
    cast: Cast, accepted_order: ServiceOrder, app_context: Flask
) -> None:
    """QUO-1: the arrival of parts not in stock is asked of the parts desk before sending."""
    with transaction():
        job = factories.propose(cast, accepted_order)
        article = Article(
            number="5Q0615301H",
            number_normalised="5Q0615301H",
            name="Brake disc",
            price=Decimal("356.00"),
            cost=Decimal("200.00"),
        )
        db.session.add(article)
        db.session.flush()
        work.add_line(
            job.id, kind=LineKind.PART, description="Brake disc", quantity=Decimal(2), unit_price=Decimal("356.00"),
            article_id=article.id, actor=cast.advisor.actor(), now=NOW,
        )  # fmt: skip
    with pytest.raises(Refused, match="Nobody has confirmed when “Brake disc” arrives"), transaction():
        factories.send_quotation(cast, accepted_order)
    with transaction():
        quotations.ask_parts_desk(
            accepted_order.id, site_id=cast.site.id, actor=cast.advisor.actor(), now=NOW
        )

    assert TaskType.CONFIRM_PARTS in open_tasks(accepted_order.id)


def test_a_version_cannot_be_changed(cast: Cast, sent_quotation: Quotation, app_context: Flask) -> None:
    """QUO-1: versions are immutable."""
    line = db.session.scalars(select(QuotationLine)).first()
    assert line is not None
    with pytest.raises(RuntimeError, match="immutable"), transaction():
        db.session.get_one(QuotationLine, line.id).gross = Decimal("1.00")


def test_sending_again_replaces_the_version_that_waits_and_says_what_changed(
    cast: Cast, sent_quotation: Quotation, app_context: Flask
) -> None:
    """QUO-3: the old link says so; the new version holds what the old one asked and what came since."""
    order_id = sent_quotation.service_order_id
    old_link = link_queries.find_quotation_link(sent_quotation.id)
    assert old_link is not None
    old_token = links.token_for(old_link)
    with transaction():
        order = db.session.get_one(ServiceOrder, order_id)
        fluid = order.jobs[2].lines[1]
        work.edit_line(fluid.id, values={"unit_price": Decimal("69.00")}, actor=cast.advisor.actor(), now=NOW)
        factories.propose(cast, order, title="Wiper blades", part="40.00", hours="0.1")
        second = factories.send_quotation(cast, order, now=NOW + timedelta(minutes=10))

    first = queries.get_quotation(sent_quotation.id)
    assert (first.state, second.state, second.version_no) == (
        QuotationState.REPLACED,
        QuotationState.WAITING,
        2,
    )
    assert link_queries.find_link(old_token, NOW + timedelta(minutes=11))[1] is Standing.REPLACED
    assert [
        (change.title, change.before, change.after) for change in queries.changes_since_previous(second)
    ] == [
        ("Brake fluid", Decimal("189.00"), Decimal("199.00")),
        ("Wiper blades", None, Decimal("66.00")),
    ]
    order = factories.fresh(db.session.get_one(ServiceOrder, order_id))
    assert (order.waiting_quotations, order.state) == (1, OrderState.AWAITING_APPROVAL)


def test_withdrawing_makes_the_lines_proposals_again_and_takes_the_order_back(
    cast: Cast, sent_quotation: Quotation, app_context: Flask
) -> None:
    with transaction():
        quotations.withdraw(
            sent_quotation.id, site_id=cast.site.id, reason="Wrong disc", actor=cast.advisor.actor(), now=NOW
        )

    order = factories.fresh(db.session.get_one(ServiceOrder, sent_quotation.service_order_id))
    assert (order.state, order.waiting_quotations) == (OrderState.IN_PROGRESS, 0)
    assert {line.authorisation for line in order.jobs[1].lines} == {Authorisation.PROPOSED}
    link = link_queries.find_quotation_link(sent_quotation.id)
    assert link is not None and link.replaced_at is not None
    assert {m.state for m in messages_of(order.id, "quotation_sent")} == {MessageState.CANCELLED}
    assert TaskType.CALL_ABOUT_QUOTATION not in open_tasks(order.id)


def test_an_expired_version_leaves_the_order_waiting_with_a_task(
    cast: Cast, sent_quotation: Quotation, app_context: Flask
) -> None:
    """QUO-3: expiry; the order stays in Awaiting Approval."""
    late = sent_quotation.valid_until + timedelta(minutes=1)
    assert queries.list_expired(late) == [sent_quotation.id]
    with transaction():
        assert quotations.expire(sent_quotation.id, now=late)
    with transaction():
        assert not quotations.expire(sent_quotation.id, now=late)

    order = factories.fresh(db.session.get_one(ServiceOrder, sent_quotation.service_order_id))
    assert queries.get_quotation(sent_quotation.id).state is QuotationState.EXPIRED
    assert (order.state, order.waiting_quotations) == (OrderState.AWAITING_APPROVAL, 0)
    assert TaskType.CALL_ABOUT_QUOTATION in open_tasks(order.id)


def test_a_reminder_is_sent_once(cast: Cast, sent_quotation: Quotation, app_context: Flask) -> None:
    """QUO-3: reminders when unanswered."""
    for _ in range(3):
        with transaction():
            quotations.remind(sent_quotation.id, now=NOW + timedelta(hours=5))

    reminders = messages_of(sent_quotation.service_order_id, "quotation_reminder")
    assert [message.channel for message in reminders] == [Channel.EMAIL, Channel.SMS]


def test_work_found_during_repair_is_asked_beside_it_and_the_repair_goes_on(
    cast: Cast, accepted_order: ServiceOrder, app_context: Flask
) -> None:
    """ORD-4: additional work needs its own approval; what is authorised goes on."""
    from aftersales.domain.service_orders import operations as orders

    with transaction():
        order = orders.lock_order(accepted_order.id)
        orders.move(order, "start_repair", actor=cast.advisor.actor(), now=NOW)
        factories.propose(cast, order, title="Track rod end")
        sent = factories.send_quotation(cast, order)

    assert sent.kind is QuotationKind.SUPPLEMENT
    order = factories.fresh(accepted_order)
    assert (order.state, order.waiting_quotations) == (OrderState.REPAIRING, 1)
    assert "something more" in messages_of(order.id, "quotation_sent")[0].body


def test_when_nothing_else_can_be_done_the_order_waits_for_the_answer(
    cast: Cast, accepted_order: ServiceOrder, app_context: Flask
) -> None:
    """ORD-4: ask again."""
    from aftersales.domain.service_orders import operations as orders

    with transaction():
        order = orders.lock_order(accepted_order.id)
        orders.move(order, "start_repair", actor=cast.advisor.actor(), now=NOW)
        factories.propose(cast, order, title="Track rod end")
        factories.send_quotation(cast, order, asks_again=True)

    assert factories.fresh(accepted_order).state is OrderState.AWAITING_APPROVAL


def test_the_same_lines_give_the_same_digest_and_a_changed_cent_another(
    cast: Cast, accepted_order: ServiceOrder, app_context: Flask
) -> None:
    with transaction():
        job = factories.propose(cast, accepted_order)
    first = draft(factories.fresh(accepted_order), promised_at=PROMISE, now=NOW)
    again = draft(factories.fresh(accepted_order), promised_at=PROMISE, now=NOW + timedelta(minutes=5))
    with transaction():
        work.edit_line(
            job.lines[1].id, values={"unit_price": Decimal("712.01")}, actor=cast.advisor.actor(), now=NOW
        )
    changed = draft(factories.fresh(accepted_order), promised_at=PROMISE, now=NOW)

    assert first.digest == again.digest != changed.digest


def test_the_check_in_signature_is_version_1_and_authorises_its_items(
    cast: Cast, arrived_order: ServiceOrder, app_context: Flask
) -> None:
    """CHK-13: the signed items go to repair without a second approval."""
    with transaction():
        order = db.session.get_one(ServiceOrder, arrived_order.id)
        order.promised_at = PROMISE
        factories.price(cast, order)
        signed = signed_orders.record_version(
            order, signature=None, name="Katarzyna Mazur", actor=cast.advisor.actor(), now=NOW
        )

    assert signed is not None
    assert (signed.version_no, signed.kind, signed.state) == (
        1,
        QuotationKind.CHECKIN,
        QuotationState.ANSWERED,
    )
    assert (signed.gross, signed.approved_gross) == (Decimal("369.00"), Decimal("369.00"))
    order = factories.fresh(order)
    assert (order.authorised_lines, order.authorised_gross) == (2, Decimal("369.00"))
    assert order.waiting_quotations == 0


def test_an_order_without_prices_has_nothing_to_approve_at_check_in(
    cast: Cast, arrived_order: ServiceOrder, app_context: Flask
) -> None:
    """CHK-13: where the cause is not known, costs follow after diagnosis."""
    with transaction():
        order = db.session.get_one(ServiceOrder, arrived_order.id)
        order.promised_at = PROMISE
        assert signed_orders.record_version(
            order, signature=None, name="Katarzyna Mazur", actor=cast.advisor.actor(), now=NOW
        ) is None  # fmt: skip


def test_the_claims_officer_authorises_warranty_work_on_a_named_ground(
    cast: Cast, accepted_order: ServiceOrder, app_context: Flask
) -> None:
    with transaction():
        job = factories.propose(cast, accepted_order, title="Recall, airbag", pay_type=PayType.WARRANTY)
    with pytest.raises(NotPermitted), transaction():
        other_payers.authorise(
            accepted_order.id, site_id=cast.site.id, job_ids=[job.id], reason="Recall 97FK",
            actor=cast.technician.actor(), now=NOW,
        )  # fmt: skip
    with transaction():
        count = other_payers.authorise(
            accepted_order.id, site_id=cast.site.id, job_ids=[job.id], reason="Recall 97FK",
            actor=cast.claims.actor(), now=NOW,
        )  # fmt: skip

    assert count == 2
    assert {line.authorisation for line in factories.fresh(job).lines} == {Authorisation.AUTHORISED}
