"""Two at once on one quotation. Each race is first run against a twin that looks before the lock and acts after it;
there it must show the damage."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from aftersales.db import db, transaction
from aftersales.domain.errors import DomainError, Refused
from aftersales.domain.messaging.models import Message
from aftersales.domain.quotations import answers, queries
from aftersales.domain.quotations import operations as quotations
from aftersales.domain.quotations.models import AnsweredBy, Quotation
from aftersales.domain.quotations.rules import QuotationState
from aftersales.domain.service_orders import work
from aftersales.domain.service_orders.models import Authorisation, Line, OrderEvent, ServiceOrder
from tests import factories
from tests.cast import Cast
from tests.effort import rounds
from tests.races import Act, at_once, in_transaction

LATER = factories.NOW + timedelta(hours=2)


def ask(cast: Cast) -> Quotation:
    with transaction():
        order = factories.accept(
            cast, factories.assign(cast, factories.check_in(cast, factories.open_order(cast)))
        )
        factories.propose(cast, order)
        factories.propose(cast, order, title="Brake fluid", part="59.00", hours="0.5")
        sent = factories.send_quotation(cast, order)
    found = queries.get_quotation(sent.id)
    db.session.remove()
    return found


def approve_all(cast: Cast, sent: Quotation, name: str = "Katarzyna Mazur") -> Act:
    decisions = {job.id: True for job in sent.asked_jobs}
    return in_transaction(
        lambda: answers.answer(
            sent.id, decisions=decisions, name=name, by=AnsweredBy.LINK, shown_total=Decimal("1317.00"),
            actor=cast.advisor.actor(), now=LATER,
        )
    )  # fmt: skip


def effects(sent: Quotation) -> tuple[int, int]:
    """How often the approval stands in the timeline, and how many confirmations were queued."""
    approvals = db.session.scalar(
        select(func.count())
        .select_from(OrderEvent)
        .where(
            OrderEvent.service_order_id == sent.service_order_id,
            OrderEvent.text.startswith("%(name)s approved"),
        )
    )
    messages = db.session.scalar(
        select(func.count())
        .select_from(Message)
        .where(Message.service_order_id == sent.service_order_id, Message.purpose == "approval_received")
    )
    db.session.rollback()
    return approvals or 0, messages or 0


@pytest.mark.parametrize("taps", [2, 10])
def test_taps_at_once_on_approve_are_one_approval_with_the_same_answer(
    app: Flask, cast: Cast, taps: int
) -> None:
    """QUO-3: approving twice is once."""
    for _round in range(rounds(20 if taps == 2 else 5, 500)):
        sent = ask(cast)
        given = at_once(app, *[approve_all(cast, sent)] * taps)
        assert {(one.id, one.approved_gross) for one in given} == {  # type: ignore[attr-defined]
            (sent.id, Decimal("1317.00"))
        }
        assert effects(sent) == (1, 2)


def test_the_race_sees_an_answer_that_looked_before_the_lock(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken twin: both taps found the version waiting before either held the lock."""
    sent = ask(cast)
    monkeypatch.setattr(Quotation, "state", property(lambda quotation: QuotationState.WAITING))
    monkeypatch.setattr(answers, "_expect_unchanged", lambda quotation: None)
    at_once(app, *[approve_all(cast, sent)] * 2)
    assert effects(sent)[0] == 2


def change_price(cast: Cast, line_id: int) -> Act:
    values = {"unit_price": Decimal("812.00")}
    return in_transaction(
        lambda: work.edit_line(line_id, values=values, actor=cast.advisor.actor(), now=LATER)
    )


def wrongly_authorised(sent: Quotation) -> list[int]:
    """Lines that count as authorised although they cost something else than what was approved."""
    asked = {line.line_id: line.gross for job in sent.asked_jobs for line in job.lines}
    lines = db.session.scalars(
        select(Line).where(Line.id.in_(asked), Line.authorisation == Authorisation.AUTHORISED)
    ).all()
    wrong = [line.id for line in lines if line.gross != asked[line.id]]
    db.session.rollback()
    return wrong


def test_a_price_that_changes_while_the_customer_approves_never_counts_as_approved(
    app: Flask, cast: Cast
) -> None:
    """QUO-3: approved total = shown total, else a refusal and nothing is approved."""
    outcomes = set()
    for number in range(rounds(20, 500)):
        sent = ask(cast)
        line_id = sent.asked_jobs[0].lines[1].line_id
        acts = [approve_all(cast, sent), change_price(cast, line_id)]
        given = at_once(app, *(acts if number % 2 else acts[::-1]))
        refused = any(isinstance(one, DomainError) for one in given)
        after = queries.get_quotation(sent.id)
        outcomes.add(refused)
        assert after.approved_gross == (Decimal("0.00") if refused else Decimal("1317.00"))
        assert (after.answered_at is None) is refused
        db.session.rollback()
        assert wrongly_authorised(sent) == []
    print(f"answered first or refused: {outcomes}")


def test_the_race_sees_a_price_that_changed_unseen(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken twin compares the lines before the lock: an edit in between counts as approved."""
    sent = ask(cast)
    line_id = sent.asked_jobs[0].lines[1].line_id
    monkeypatch.setattr(answers, "_expect_unchanged", lambda quotation: None)
    at_once(app, change_price(cast, line_id))
    at_once(app, approve_all(cast, sent))
    assert wrongly_authorised(sent) == [line_id]


def send_again(cast: Cast, order_id: int) -> Act:
    return in_transaction(
        lambda: factories.send_quotation(cast, db.session.get_one(ServiceOrder, order_id), now=LATER)
    )


def test_an_answer_and_a_newer_version_at_once_end_in_one_of_both(app: Flask, cast: Cast) -> None:
    """QUO-3: either the old version is answered, or the new one waits and the old one is refused."""
    for _round in range(rounds(20, 500)):
        sent = ask(cast)
        given = at_once(app, approve_all(cast, sent), send_again(cast, sent.service_order_id))
        states = [one.state for one in queries.list_versions(sent.service_order_id)]
        db.session.rollback()
        assert states in (
            [QuotationState.ANSWERED],
            [QuotationState.WAITING, QuotationState.REPLACED],
        ), given  # fmt: skip
        assert sum(isinstance(one, Refused) for one in given) == 1


def test_two_advisors_who_send_at_once_leave_one_version_waiting(app: Flask, cast: Cast) -> None:
    for _round in range(rounds(10, 200)):
        with transaction():
            order = factories.accept(
                cast, factories.assign(cast, factories.check_in(cast, factories.open_order(cast)))
            )
            factories.propose(cast, order)
        order_id = order.id
        db.session.remove()
        at_once(app, send_again(cast, order_id), send_again(cast, order_id))
        versions = queries.list_versions(order_id)
        db.session.rollback()
        assert [(one.version_no, one.state) for one in versions] == [
            (2, QuotationState.WAITING), (1, QuotationState.REPLACED),
        ]  # fmt: skip


def test_the_sweep_run_twice_at_once_reminds_and_expires_once(app: Flask, cast: Cast) -> None:
    """QUO-3: one reminder per occasion, though two machines sweep."""
    sent = ask(cast)
    at_once(app, *[in_transaction(lambda: quotations.remind(sent.id, now=LATER))] * 3)
    late = sent.valid_until + timedelta(minutes=1)
    expired = at_once(app, *[in_transaction(lambda: quotations.expire(sent.id, now=late))] * 3)

    assert sorted(map(bool, expired)) == [False, False, True]
    rows = db.session.scalars(select(Message.channel).where(Message.purpose == "quotation_reminder")).all()
    assert len(rows) == 2
