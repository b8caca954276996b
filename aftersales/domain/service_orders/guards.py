"""What must be true before an order moves, each with the sentence that says what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel.speaklater import LazyString

from aftersales.domain.actors import Actor
from aftersales.i18n import lazy_gettext as _l

if TYPE_CHECKING:
    from aftersales.domain.service_orders.models import ServiceOrder


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that must be true before a move; ``sentence`` tells the person what to do about it."""

    name: str
    holds: Callable[["ServiceOrder", Actor], bool]
    sentence: LazyString | str


CHECKIN_SIGNED = Guard(
    "check-in signed",
    lambda order, actor: order.checkin_signed_at is not None,
    _l("The check-in is not signed yet. Let the customer sign it first."),
)
CHECKIN_UNSIGNED = Guard(
    "check-in not signed",
    lambda order, actor: order.checkin_signed_at is None,
    _l("The check-in is signed. Close the order without repair instead."),
)
TECHNICIAN_SET = Guard(
    "technician or team and bay set",
    lambda order, actor: (order.technician_id or order.team_id) is not None and order.bay_id is not None,
    _l("Choose a technician or team and a bay first."),
)
IS_ASSIGNED = Guard(
    "assigned to the actor",
    lambda order, actor: actor.is_system or order.technician_id in (None, actor.user_id),
    _l("This order is assigned to somebody else. The workshop manager can assign it to you."),
)
DIAGNOSIS_AGREED = Guard(
    "authorised work or consent to a diagnosis",
    lambda order, actor: order.authorised_lines > 0 or order.diagnosis_consent_at is not None,
    _l("Nothing is authorised, and the customer has not consented to a diagnosis. Ask reception first."),
)
INSPECTION_COMPLETE = Guard(
    "mandatory checklist complete",
    lambda order, actor: not order.inspection_is_open,
    _l("The inspection is not complete. Rate the points that are left first."),
)
QUOTATION_WAITS = Guard(
    "a sent quotation waits",
    lambda order, actor: order.waiting_quotations > 0,
    _l("No quote waits for an answer. Send one first."),
)
NO_QUOTATION_WAITS = Guard(
    "no quotation waits",
    lambda order, actor: order.waiting_quotations == 0,
    _l("A quote waits for the customer's answer. Record the answer or withdraw the quote first."),
)
WORK_AUTHORISED = Guard(
    "authorised work",
    lambda order, actor: order.authorised_lines > 0,
    _l("Nothing is authorised yet. The customer has to approve the work first."),
)
PARTS_HERE = Guard(
    "no part missing",
    lambda order, actor: order.parts_missing == 0,
    _l("Parts are still to come. Wait for them, or move their lines to a new order."),
)
NO_CLOCK_RUNS = Guard(
    "no open clocking",
    lambda order, actor: order.open_clockings == 0,
    _l("Somebody is still clocked on. They clock off first, or their team leader stops the clock for them."),
)
PARTS_SETTLED = Guard(
    "all parts settled",
    lambda order, actor: order.unsettled_parts == 0,
    _l("Parts of this order are neither handed out nor given back. Settle them with the parts desk first."),
)
NOTHING_ISSUED = Guard(
    "issued parts returned",
    lambda order, actor: order.issued_parts == 0,
    _l("Parts were handed out for this order. Return them first."),
)
NOTHING_DONE = Guard(
    "nothing done",
    lambda order, actor: order.done_jobs == 0,
    _l("Work was already done on this order. Finish and invoice it instead."),
)
SELF_CHECKED = Guard(
    "self-check done",
    lambda order, actor: order.self_checked_at is not None,
    _l("The technician's self-check is missing. Do it first."),
)
LEADER_CHECKED = Guard(
    "team leader's check done",
    lambda order, actor: order.leader_checked_at is not None or not order.needs_leader_check,
    _l("The team leader's check is missing. Ask the team leader first."),
)
NO_REWORK_OPEN = Guard(
    "no rework open",
    lambda order, actor: order.open_rework == 0,
    _l("Rework is still open. Finish it first."),
)
REWORK_OPEN = Guard(
    "a reason per failed item",
    lambda order, actor: order.open_rework > 0,
    _l("Say for at least one item what is wrong and what to do."),
)
NOT_THE_REPAIRER = Guard(
    "inspector is not the repairer",
    lambda order, actor: actor.is_system or actor.user_id not in order.repairer_ids,
    _l("You worked on this car. Somebody else has to do the final inspection."),
)
QC_PASSED = Guard(
    "every item and line verified",
    lambda order, actor: order.qc_passed_at is not None,
    _l("Not every item and line is verified. Verify the ones that are left first."),
)
PREPARED = Guard(
    "preparation done",
    lambda order, actor: order.preparation_open == 0,
    _l("The car is not prepared yet. Tick the points that are left first."),
)
NOT_INVOICED = Guard(
    "not invoiced",
    lambda order, actor: order.invoiced_at is None,
    _l("This order is invoiced. Open a new order that is linked to it instead."),
)
INVOICED = Guard(
    "invoice issued",
    lambda order, actor: order.invoiced_at is not None,
    _l("The invoice is missing. Issue it first."),
)
SETTLED = Guard(
    "settled or credit allowed",
    lambda order, actor: order.settled_at is not None or order.credit_allowed_at is not None,
    _l("The invoice is not paid. Take the payment, or let the service manager allow credit."),
)
FEE_SETTLED = Guard(
    "fee settled, credit allowed or none agreed",
    lambda order, actor: (
        not order.agreed_fee
        or (
            order.invoiced_at is not None
            and (order.settled_at is not None or order.credit_allowed_at is not None)
        )
    ),
    _l("The agreed fee is not paid. Invoice it and take the payment, or waive it with a reason."),
)
DELIVERY_SIGNED = Guard(
    "delivery signed",
    lambda order, actor: order.delivery_signed_at is not None,
    _l("The delivery note is not signed yet. Let the customer sign it first."),
)
