"""The order's progress as steps: for the order page, and shorter for the customer."""

from dataclasses import dataclass

from flask_babel.speaklater import LazyString

from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState as S
from aftersales.i18n import lazy_gettext as _l

_STEPS: list[tuple[LazyString | str, frozenset[S]]] = [
    (_l("Booked"), frozenset({S.BOOKED})),
    (_l("Check-in"), frozenset({S.ARRIVED, S.CHECKED_IN, S.ASSIGNED})),
    (_l("Diagnosis"), frozenset({S.IN_PROGRESS})),
    (_l("Quote"), frozenset({S.AWAITING_APPROVAL})),
    (_l("In work"), frozenset({S.AWAITING_PARTS, S.REPAIRING})),
    (_l("Quality check"), frozenset({S.QUALITY_CHECK})),
    (_l("Ready"), frozenset({S.PREPARING, S.READY_FOR_PICKUP})),
    (_l("Handed over"), frozenset({S.COMPLETED})),
]


@dataclass(frozen=True, slots=True)
class Steps:
    """The words of all steps and which one is now (counted from 0); one past the end when all is done."""

    words: list[str]
    current: int


def steps_of(order: ServiceOrder) -> Steps | None:
    """Where the order stands; None for one that ended early."""
    if order.state is S.COMPLETED:
        return Steps([str(words) for words, _ in _STEPS], len(_STEPS))
    current = next((number for number, (_, states) in enumerate(_STEPS) if order.state in states), None)
    return None if current is None else Steps([str(words) for words, _ in _STEPS], current)
