"""The order's states: every state, every move, every role. What the table does not allow changes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, inspect, select

from aftersales.db import db, transaction
from aftersales.domain.accounts.permissions import PERMISSIONS, Role
from aftersales.domain.actors import SYSTEM, Actor
from aftersales.domain.errors import DomainError, Invalid, NotPermitted, Refused
from aftersales.domain.service_orders import operations as service_orders
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.models import OrderEvent, ServiceOrder
from aftersales.domain.service_orders.states import CLOSED, LANES, MOVES, STANDING_TASKS, OrderState
from aftersales.domain.tasks.models import Task
from tests import factories, states_doc
from tests.cast import Cast
from tests.factories import NOW

S = OrderState
LATER = NOW + timedelta(hours=3)

# The trade's own table, written down independently of the code: from, transition, to.
TRADE: set[tuple[str, str, str]] = {
    ("–", "book", "booked"),
    ("–", "arrive", "arrived"),
    ("booked", "arrive", "arrived"),
    ("arrived", "sign_checkin", "checked_in"),
    ("checked_in", "assign", "assigned"),
    ("assigned", "accept", "in_progress"),
    ("in_progress", "send_quotation", "awaiting_approval"),
    ("in_progress", "start_repair", "repairing"),
    ("in_progress", "start_repair", "awaiting_parts"),
    ("awaiting_approval", "answer", "repairing"),
    ("awaiting_approval", "answer", "awaiting_parts"),
    ("awaiting_approval", "revise", "in_progress"),
    ("awaiting_parts", "parts_complete", "repairing"),
    ("repairing", "ask_again", "awaiting_approval"),
    ("repairing", "finish_work", "quality_check"),
    ("quality_check", "fail", "repairing"),
    ("quality_check", "pass", "preparing"),
    ("quality_check", "pass", "ready_for_pickup"),
    ("preparing", "prepared", "ready_for_pickup"),
    ("preparing", "reopen", "repairing"),
    ("ready_for_pickup", "reopen", "repairing"),
    ("ready_for_pickup", "hand_over", "completed"),
    ("booked", "cancel", "cancelled"),
    ("arrived", "cancel", "cancelled"),
    ("checked_in", "close_without_repair", "closed_without_repair"),
    ("assigned", "close_without_repair", "closed_without_repair"),
    ("in_progress", "close_without_repair", "closed_without_repair"),
    ("awaiting_approval", "close_without_repair", "closed_without_repair"),
    ("awaiting_parts", "close_without_repair", "closed_without_repair"),
}

# For each guard the facts that make it hold, and those that break it. “me” is the person who moves.
GUARDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "check-in signed": ({"checkin_signed_at": NOW}, {"checkin_signed_at": None}),
    "check-in not signed": ({"checkin_signed_at": None}, {"checkin_signed_at": NOW}),
    "technician or team and bay set": ({"technician_id": "me", "bay_id": "bay"}, {"bay_id": None}),
    "assigned to the actor": ({"technician_id": "me"}, {"technician_id": "somebody else"}),
    "authorised work or consent to a diagnosis": (
        {"diagnosis_consent_at": NOW},
        {"authorised_lines": 0, "diagnosis_consent_at": None},
    ),
    "mandatory checklist complete": ({"inspection_is_open": False}, {"inspection_is_open": True}),
    "a sent quotation waits": ({"waiting_quotations": 1}, {"waiting_quotations": 0}),
    "no quotation waits": ({"waiting_quotations": 0}, {"waiting_quotations": 1}),
    "authorised work": ({"authorised_lines": 1}, {"authorised_lines": 0}),
    "no part missing": ({"parts_missing": 0}, {"parts_missing": 1}),
    "no open clocking": ({"open_clockings": 0}, {"open_clockings": 1}),
    "all parts settled": ({"unsettled_parts": 0}, {"unsettled_parts": 1}),
    "issued parts returned": ({"issued_parts": 0}, {"issued_parts": 1}),
    "nothing done": ({"done_jobs": 0}, {"done_jobs": 1}),
    "self-check done": ({"self_checked_at": NOW}, {"self_checked_at": None}),
    "team leader's check done": (
        {"needs_leader_check": True, "leader_checked_at": NOW},
        {"needs_leader_check": True, "leader_checked_at": None},
    ),
    "no rework open": ({"open_rework": 0}, {"open_rework": 1}),
    "a reason per failed item": ({"open_rework": 1}, {"open_rework": 0}),
    "inspector is not the repairer": ({"repairer_ids": ["somebody else"]}, {"repairer_ids": ["me"]}),
    "every item and line verified": ({"qc_passed_at": NOW}, {"qc_passed_at": None}),
    "preparation done": ({"preparation_open": 0}, {"preparation_open": 1}),
    "not invoiced": ({"invoiced_at": None}, {"invoiced_at": NOW}),
    "invoice issued": ({"invoiced_at": NOW}, {"invoiced_at": None}),
    "settled or credit allowed": ({"settled_at": NOW}, {"settled_at": None, "credit_allowed_at": None}),
    "fee settled, credit allowed or none agreed": (
        {"agreed_fee": Decimal(123), "invoiced_at": NOW, "settled_at": NOW},
        {"agreed_fee": Decimal(123), "invoiced_at": NOW, "settled_at": None, "credit_allowed_at": None},
    ),
    "delivery signed": ({"delivery_signed_at": NOW}, {"delivery_signed_at": None}),
}  # fmt: skip


class Undo(Exception):
    """Takes back everything that a walk did."""


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that leaves nothing behind."""
    try:
        with transaction():
            yield
            raise Undo
    except Undo:
        pass


def guards_of(name: str) -> list[str]:
    step = MOVES[name]
    return [guard.name for guard in step.guards] + ([step.detour[1].name] if step.detour else [])


def put(order: ServiceOrder, cast: Cast, actor: Actor, facts: dict[str, Any]) -> None:
    """Set facts on the order; the words stand for people and a bay of the cast."""
    names = {
        "me": actor.user_id or cast.technician.id,
        "somebody else": cast.finance.id,
        "bay": cast.site.bay_ids[0],
    }
    for name, value in facts.items():
        if isinstance(value, list):
            setattr(order, name, [names[each] for each in value])
        else:
            setattr(order, name, names[value] if isinstance(value, str) else value)


def make_ready(order: ServiceOrder, name: str, cast: Cast, actor: Actor) -> None:
    """Everything holds that the move asks for."""
    for guard in guards_of(name):
        put(order, cast, actor, GUARDS[guard][0])


def seen(order: ServiceOrder) -> dict[str, Any]:
    return {column.key: getattr(order, column.key) for column in inspect(ServiceOrder).column_attrs}


def rows() -> tuple[int, int]:
    """How many timeline rows and tasks there are."""
    return tuple(db.session.scalar(select(func.count(model.id))) or 0 for model in (OrderEvent, Task))  # type: ignore[return-value]


def try_move(order: ServiceOrder, name: str, actor: Actor) -> OrderState | DomainError:
    """The state that the move leads to, or the refusal. Everything is put back."""
    savepoint = db.session.begin_nested()
    try:
        return service_orders.move(order, name, actor=actor, now=LATER, reason="because").state
    except DomainError as refusal:
        return refusal
    finally:
        savepoint.rollback()


def test_the_code_allows_what_the_trade_allows() -> None:
    """ORD-2: named transitions, as the trade has them."""
    coded = {
        (source.value if source else "–", move.name, target.value)
        for move in MOVES.values()
        for source in move.sources
        for target in move.targets
    }
    assert coded == TRADE


@pytest.mark.parametrize("state", list(OrderState))
def test_only_the_table_moves_an_order(cast: Cast, arrived_order: ServiceOrder, state: OrderState) -> None:
    """ORD-2: from this state, each move by each role. A wrong one says why and changes nothing."""
    surprises = []
    with undone():
        order = service_orders.lock_order(arrived_order.id)
        for name, step in MOVES.items():
            for role in Role:
                actor = cast.with_role(role).actor()
                order.state = state
                make_ready(order, name, cast, actor)
                db.session.flush()
                before, count = seen(order), rows()
                result = try_move(order, name, actor)
                allowed = state in step.sources and role in PERMISSIONS[step.verb]
                if allowed != (result == step.target):
                    surprises.append(f"{name} by {role}: {result}")
                if isinstance(result, DomainError):
                    expected = Refused if role in PERMISSIONS[step.verb] else NotPermitted
                    assert isinstance(result, expected) and str(result), (name, role, result)
                assert (seen(order), rows()) == (before, count), (name, role)
    assert surprises == []


@pytest.mark.parametrize("name", [name for name in MOVES if None not in MOVES[name].sources])
def test_a_new_order_only_books_or_arrives(cast: Cast, name: str) -> None:
    with undone(), pytest.raises(Refused, match="new"):
        service_orders.move(ServiceOrder(site_id=cast.site.id), name, actor=SYSTEM, now=NOW, reason="because")


@pytest.mark.parametrize(
    ("name", "guard"), [(name, guard.name) for name, step in MOVES.items() for guard in step.guards]
)
def test_each_guard_holds_its_move_back(
    cast: Cast, arrived_order: ServiceOrder, name: str, guard: str
) -> None:
    """ORD-2: a guard that does not hold refuses with its own sentence, and nothing changes."""
    step = MOVES[name]
    actor = cast.with_role(next(role for role in Role if role in PERMISSIONS[step.verb])).actor()
    (sentence,) = [each.sentence for each in step.guards if each.name == guard]
    for source in step.sources:
        if source is None:
            continue
        with undone():
            order = service_orders.lock_order(arrived_order.id)
            order.state = source
            make_ready(order, name, cast, actor)
            assert try_move(order, name, actor) == step.target
            order.state = source
            make_ready(order, name, cast, actor)
            put(order, cast, actor, GUARDS[guard][1])
            db.session.flush()
            before, count = seen(order), rows()
            refusal = try_move(order, name, actor)
            assert isinstance(refusal, Refused)
            assert str(refusal) == str(sentence)
            assert (seen(order), rows()) == (before, count)


@pytest.mark.parametrize("name", [name for name, step in MOVES.items() if step.detour])
def test_a_detour_is_taken_while_its_guard_does_not_hold(
    cast: Cast, arrived_order: ServiceOrder, name: str
) -> None:
    """STEP-12: approved but parts missing waits for them; QC passed but not prepared is prepared first."""
    step = MOVES[name]
    assert step.detour is not None
    with undone():
        order = service_orders.lock_order(arrived_order.id)
        order.state = step.sources[0]  # type: ignore[assignment]
        make_ready(order, name, cast, SYSTEM)
        put(order, cast, SYSTEM, GUARDS[step.detour[1].name][1])
        assert try_move(order, name, SYSTEM) == step.detour[0]


def test_a_site_without_teams_needs_no_leaders_check(cast: Cast, arrived_order: ServiceOrder) -> None:
    with undone():
        order = service_orders.lock_order(arrived_order.id)
        make_ready(order, "finish_work", cast, SYSTEM)
        order.state, order.needs_leader_check, order.leader_checked_at = S.REPAIRING, False, None
        assert try_move(order, "finish_work", SYSTEM) is S.QUALITY_CHECK


def test_credit_allowed_is_as_good_as_paid(cast: Cast, arrived_order: ServiceOrder) -> None:
    with undone():
        order = service_orders.lock_order(arrived_order.id)
        make_ready(order, "hand_over", cast, SYSTEM)
        order.state, order.settled_at, order.credit_allowed_at = S.READY_FOR_PICKUP, None, NOW
        assert try_move(order, "hand_over", SYSTEM) is S.COMPLETED


@pytest.mark.parametrize("name", [name for name, step in MOVES.items() if step.needs_reason])
def test_some_moves_need_a_reason(cast: Cast, arrived_order: ServiceOrder, name: str) -> None:
    """ORD-7: cancelled, reopened, failed or closed early only with a reason."""
    with undone():
        order = service_orders.lock_order(arrived_order.id)
        order.state = MOVES[name].sources[0]  # type: ignore[assignment]
        make_ready(order, name, cast, SYSTEM)
        with pytest.raises(Invalid, match="reason"):
            service_orders.move(order, name, actor=SYSTEM, now=LATER, reason="  ")


@pytest.mark.parametrize("name", [name for name, step in MOVES.items() if step.clears])
def test_what_goes_back_to_repair_is_checked_anew(cast: Cast, arrived_order: ServiceOrder, name: str) -> None:
    """ORD-7: after rework or reopening none of the earlier checks counts."""
    with undone():
        order = service_orders.lock_order(arrived_order.id)
        order.self_checked_at = order.leader_checked_at = NOW
        make_ready(order, name, cast, SYSTEM)
        order.state = MOVES[name].sources[0]  # type: ignore[assignment]
        service_orders.move(order, name, actor=SYSTEM, now=LATER, reason="squeals again")
        assert (order.self_checked_at, order.leader_checked_at, order.qc_passed_at) == (None, None, None)


def test_a_move_leaves_who_when_from_to_and_why(cast: Cast, arrived_order: ServiceOrder) -> None:
    """ORD-2: a history row with who, when, from, to and why."""
    with transaction():
        service_orders.move(
            service_orders.lock_order(arrived_order.id),
            "cancel",
            actor=cast.advisor.actor(),
            now=LATER,
            reason="Sold",
        )
    event = orders.list_events(arrived_order.id)[0]
    assert (event.actor_id, event.actor_name, event.at) == (cast.advisor.id, cast.advisor.name, LATER)
    assert (event.from_state, event.to_state, event.reason) == ("arrived", "cancelled", "Sold")


def test_closing_an_order_closes_its_tasks(cast: Cast, arrived_order: ServiceOrder) -> None:
    with transaction():
        service_orders.move(
            service_orders.lock_order(arrived_order.id),
            "cancel",
            actor=cast.advisor.actor(),
            now=LATER,
            reason="Sold",
        )
    assert db.session.scalars(select(Task).where(Task.closed_at.is_(None))).all() == []


@pytest.mark.parametrize("state", list(STANDING_TASKS))
def test_the_task_of_a_state_stands_until_the_order_leaves_it(
    cast: Cast, arrived_order: ServiceOrder, state: OrderState
) -> None:
    """STEP-3: tasks are there by themselves and close by the act."""
    wanted = STANDING_TASKS[state].type
    into = next(step for step in MOVES.values() if state in step.targets)
    out = next(step for step in MOVES.values() if state in step.sources and state not in step.targets)

    def is_open() -> bool:
        return (
            db.session.scalar(select(Task.id).where(Task.type == wanted, Task.closed_at.is_(None)))
            is not None
        )

    with undone():
        order = service_orders.lock_order(arrived_order.id)
        order.state = next(source for source in into.sources if source)
        make_ready(order, into.name, cast, SYSTEM)
        if into.detour and into.detour[0] is state:
            put(order, cast, SYSTEM, GUARDS[into.detour[1].name][1])
        service_orders.move(order, into.name, actor=SYSTEM, now=LATER, reason="because")
        assert is_open()
        make_ready(order, out.name, cast, SYSTEM)
        service_orders.move(order, out.name, actor=SYSTEM, now=LATER, reason="because")
        assert not is_open()


def test_every_guard_has_its_test() -> None:
    coded = {guard for name in MOVES for guard in guards_of(name)}
    assert coded == set(GUARDS)


def test_every_open_state_but_booked_has_a_lane() -> None:
    assert set(LANES) == set(OrderState) - CLOSED - {S.BOOKED}


def test_the_document_of_the_states_is_current() -> None:
    """``python -m tests.states_doc`` writes it anew."""
    assert states_doc.PATH.read_text(encoding="utf-8") == states_doc.draw()


def test_an_order_on_hold_keeps_its_state(cast: Cast, accepted_order: ServiceOrder) -> None:
    with transaction():
        service_orders.hold(
            accepted_order.id,
            reason=service_orders.HoldReason.BAY,
            note="",
            actor=cast.manager.actor(),
            now=LATER,
        )
    order = factories.fresh(accepted_order)
    assert (order.state, order.lane) == (S.IN_PROGRESS, "waiting")
