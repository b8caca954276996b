"""What cars wait for: on the board now, in the figures afterwards (DSP-3, REP-2)."""

from enum import StrEnum

from aftersales.domain.service_orders.models import HoldReason
from aftersales.domain.service_orders.states import OrderState
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class Wait(StrEnum):
    """What a car waits for: because of the state it is in, or of the reason for which it is on hold."""

    TECHNICIAN = "technician"
    ACCEPTANCE = "acceptance"
    APPROVAL = "approval"
    PARTS = "parts"
    BAY = "bay"
    SUBLET = "sublet"
    INSURER = "insurer"
    CUSTOMER = "customer"
    OTHER = "other"


words_for(
    Wait,
    {
        Wait.TECHNICIAN: _l("No technician yet"),
        Wait.ACCEPTANCE: _l("Not accepted yet"),
        Wait.APPROVAL: _l("Approval"),
        Wait.PARTS: _l("Parts"),
        Wait.BAY: _l("Bay"),
        Wait.SUBLET: _l("Another workshop"),
        Wait.INSURER: _l("Insurer"),
        Wait.CUSTOMER: _l("Customer"),
        Wait.OTHER: _l("On hold"),
    },
)

BY_STATE = {
    OrderState.CHECKED_IN: Wait.TECHNICIAN,
    OrderState.ASSIGNED: Wait.ACCEPTANCE,
    OrderState.AWAITING_APPROVAL: Wait.APPROVAL,
    OrderState.AWAITING_PARTS: Wait.PARTS,
}
BY_HOLD = {reason: Wait(reason.value) for reason in HoldReason}
