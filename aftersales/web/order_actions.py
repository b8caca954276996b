"""The next steps of an order: which button the order page offers in which state to whom.

The first primary action that fits stands bottom right; the others beside it. Areas append their rows here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import url_for
from flask_babel.speaklater import LazyString

from aftersales.domain.accounts.queries import SignedIn
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState as S
from aftersales.i18n import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class OrderAction:
    """A screen that people of a permission may go to from an order in one of ``states`` (all open ones when empty).

    ``primary_in`` are the states in which it is the next real step. ``endpoint`` takes ``order_id``. ``fits`` asks
    the order's own facts where its state says too little.
    """

    endpoint: str
    verb: str
    words: LazyString | str
    icon: str
    states: frozenset[S] = field(default_factory=frozenset)
    primary_in: frozenset[S] = field(default_factory=frozenset)
    fits: Callable[[ServiceOrder], bool] = lambda order: True
    setting: str = ""
    """A setting that has to be on at the site."""


_WORKSHOP = frozenset({S.IN_PROGRESS, S.AWAITING_APPROVAL, S.AWAITING_PARTS, S.REPAIRING})
_OPEN = frozenset(S) - {S.COMPLETED, S.CANCELLED, S.CLOSED_WITHOUT_REPAIR}

ACTIONS: list[OrderAction] = [
    OrderAction(
        "checkins.car",
        "checkins.write",
        _l("Check in"),
        "arrow-right",
        frozenset({S.BOOKED, S.ARRIVED}),
        frozenset({S.BOOKED, S.ARRIVED}),
    ),
    OrderAction(
        "checkin_signing.page",
        "checkins.write",
        _l("Check-in and signature"),
        "pen-line",
        _OPEN - {S.BOOKED, S.ARRIVED},
    ),
    OrderAction(
        "quotations.builder",
        "quotations.read",
        _l("Quote"),
        "file-text",
        _WORKSHOP,
        frozenset({S.IN_PROGRESS}),
    ),
    OrderAction(
        "quotation_answers.answer_waiting",
        "quotations.record_answer",
        _l("Record answer"),
        "check",
        frozenset({S.AWAITING_APPROVAL}),
        frozenset({S.AWAITING_APPROVAL}),
    ),
    OrderAction(
        "inspections.page",
        "inspections.rate",
        _l("Vehicle check"),
        "clipboard-check",
        frozenset({S.IN_PROGRESS}),
        frozenset({S.IN_PROGRESS}),
    ),
    OrderAction(
        "quality.rework",
        "quality.self_check",
        _l("Rework"),
        "rotate-ccw",
        frozenset({S.REPAIRING}),
        frozenset({S.REPAIRING}),
        fits=lambda order: order.open_rework > 0,
    ),
    OrderAction(
        "quality.leader_check",
        "quality.leader_check",
        _l("Team leader's check"),
        "clipboard-check",
        frozenset({S.REPAIRING}),
        frozenset({S.REPAIRING}),
        fits=lambda order: order.needs_leader_check and order.self_checked_at is not None,
    ),
    OrderAction(
        "quality.self_check",
        "quality.self_check",
        _l("Self-check"),
        "clipboard-check",
        frozenset({S.REPAIRING}),
        frozenset({S.REPAIRING}),
        fits=lambda order: order.self_checked_at is None,
    ),
    OrderAction(
        "quality.page",
        "quality.read",
        _l("Final check"),
        "shield-check",
        frozenset({S.QUALITY_CHECK, S.PREPARING, S.READY_FOR_PICKUP, S.COMPLETED}),
        frozenset({S.QUALITY_CHECK}),
    ),
    OrderAction(
        "diagnosis.report",
        "inspections.read",
        _l("Inspection report"),
        "file-text",
        _OPEN - {S.BOOKED, S.ARRIVED, S.CHECKED_IN, S.ASSIGNED} | {S.COMPLETED},
    ),
    OrderAction("diagnosis.codes", "inspections.read", _l("Fault codes and plan"), "gauge", _WORKSHOP),
    OrderAction(
        "line_warranty.page", "warranty.ask", _l("Does the warranty pay?"), "shield-check", _OPEN - {S.BOOKED}
    ),
    OrderAction("specialists.calls", "specialists.call", _l("Call a specialist"), "bell", _OPEN - {S.BOOKED}),
    OrderAction(
        "delivery.preparation",
        "delivery.prepare",
        _l("Prepare the car"),
        "sparkles",
        frozenset({S.PREPARING}),
        frozenset({S.PREPARING}),
    ),
    OrderAction(
        "delivery.pickup",
        "invoices.read",
        _l("Pickup"),
        "key-round",
        frozenset({S.READY_FOR_PICKUP, S.COMPLETED}),
        frozenset({S.READY_FOR_PICKUP}),
    ),
    OrderAction(
        "dispatch.page",
        "dispatch.assign",
        _l("Assign technician"),
        "user-check",
        frozenset({S.CHECKED_IN, S.ASSIGNED}) | _WORKSHOP,
        primary_in=frozenset({S.CHECKED_IN}),
    ),
    OrderAction(
        "dispatch.team",
        "dispatch.give",
        _l("Give to a team"),
        "users",
        frozenset({S.CHECKED_IN}),
        primary_in=frozenset({S.CHECKED_IN}),
        setting="dispatch.advisor_gives",
    ),
    OrderAction(
        "jobs.order",
        "jobs.clock",
        _l("Work on this car"),
        "wrench",
        frozenset({S.ASSIGNED, S.QUALITY_CHECK}) | _WORKSHOP,
        primary_in=frozenset({S.ASSIGNED, S.IN_PROGRESS, S.REPAIRING}),
    ),
    OrderAction(
        "followups.calls",
        "followups.write",
        _l("Log a call"),
        "phone",
        frozenset({S.READY_FOR_PICKUP, S.COMPLETED}),
        frozenset({S.COMPLETED}),
    ),
    OrderAction(
        "problems.new", "jobs.report_additional", _l("Report a problem"), "triangle-alert", _WORKSHOP
    ),
    OrderAction("order_parts.page", "parts.read", _l("Parts"), "package", _OPEN - {S.BOOKED}),
    OrderAction(
        "warranty.watch",
        "warranty.read",
        _l("Warranty watch"),
        "shield-check",
        fits=lambda order: order.warranty_warned,
    ),
    OrderAction(
        "comebacks.page",
        "comebacks.decide",
        _l("Our earlier work: a comeback?"),
        "undo-2",
        _OPEN - {S.BOOKED},
    ),
    OrderAction("orders.edit_promise", "orders.promise", _l("Promised time"), "clock", _OPEN - {S.BOOKED}),
    OrderAction("orders.edit_hold", "orders.hold", _l("On hold"), "pause", _OPEN - {S.BOOKED}),
    OrderAction(
        "orders.end_early", "orders.cancel", _l("Cancel the order"), "x", frozenset({S.BOOKED, S.ARRIVED})
    ),
    OrderAction(
        "short_visits.page",
        "orders.close_without_repair",
        _l("Close without repair"),
        "x",
        frozenset({S.CHECKED_IN, S.ASSIGNED, S.IN_PROGRESS, S.AWAITING_APPROVAL, S.AWAITING_PARTS}),
    ),
    OrderAction(
        "orders.reopen_form",
        "orders.reopen",
        _l("Reopen"),
        "rotate-ccw",
        frozenset({S.PREPARING, S.READY_FOR_PICKUP}),
    ),
]


@dataclass(frozen=True, slots=True)
class OfferedAction:
    url: str
    words: str
    icon: str
    is_primary: bool


def offered(order: ServiceOrder, person: SignedIn) -> list[OfferedAction]:
    """What the person may do next with the order; exactly one is primary where any is."""
    fitting = [
        action
        for action in ACTIONS
        if order.state in (action.states or _OPEN)
        and person.may(action.verb)
        and action.fits(order)
        and (not action.setting or person.setting(action.setting))
    ]
    primary = next((action for action in fitting if order.state in action.primary_in), None)
    return [
        OfferedAction(
            url_for(action.endpoint, order_id=order.id), str(action.words), action.icon, action is primary
        )
        for action in sorted(fitting, key=lambda action: action is primary)
    ]
