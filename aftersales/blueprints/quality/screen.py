"""What the final inspection and its parts are drawn from."""

from dataclasses import dataclass, field

from aftersales.domain.documents import queries as documents
from aftersales.domain.documents.models import Document, DocumentKind, Signature
from aftersales.domain.quality import queries
from aftersales.domain.quality.models import (
    BEFORE_IT_LEAVES,
    ROAD_TEST,
    CheckResult,
    FaultReason,
    QualityCheck,
)
from aftersales.domain.service_orders import queries as orders
from aftersales.domain.service_orders.guards import NOT_THE_REPAIRER
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.service_orders.states import OrderState
from aftersales.i18n import gettext, label
from aftersales.web import session


@dataclass
class Screen:
    """Everything that the final inspection and its parts are drawn from."""

    order: ServiceOrder
    check: QualityCheck
    can_check: bool
    why_not: str
    repairers: list[str]
    people: list[tuple[int, str]]
    road_test: bool
    sentences: dict[int, str] = field(default_factory=dict)
    photos: dict[int, list[int]] = field(default_factory=dict)
    record: Document | None = None
    """The customer's copy, once the car is released, and the signature under it."""
    signature: Signature | None = None
    refusal: str = ""
    signature_name: str = ""

    road_test_ticks = ROAD_TEST
    leaving_ticks = BEFORE_IT_LEAVES

    @property
    def fault_reasons(self) -> list[tuple[str, str]]:
        return [(reason.value, label(reason)) for reason in FaultReason]

    @property
    def groups(self) -> list[queries.Group]:
        return queries.groups_of(self.check)

    @property
    def checked(self) -> int:
        return sum(item.result is not None for item in self.check.items)

    @property
    def failed(self) -> int:
        return queries.count_of(self.check, CheckResult.NOT_OK)


def of_order(order_id: int) -> Screen:
    """The screen for the signed-in person."""
    person = session.person()
    order = orders.get_order(order_id, site_id=person.site_id)
    check = queries.get_final_check(order_id)
    why_not = ""
    if check.checked_at or order.state is not OrderState.QUALITY_CHECK:
        why_not = gettext("This final inspection is over.")
    elif not person.may("quality.final_check"):
        why_not = gettext("The quality supervisor inspects this car. You can read the points.")
    elif not NOT_THE_REPAIRER.holds(order, session.actor()):
        why_not = str(NOT_THE_REPAIRER.sentence)
    return Screen(
        order=order,
        check=check,
        record=documents.find_latest(order_id, DocumentKind.QC_RECORD, check.id)
        if check.signature_id
        else None,
        signature=documents.find_signature(order_id, "quality") if check.signature_id else None,
        can_check=not why_not,
        why_not=why_not,
        repairers=queries.names_of(order.repairer_ids),
        people=queries.list_repairers(
            order.site_id, {*order.repairer_ids, *([order.technician_id] if order.technician_id else [])}
        ),
        road_test=person.setting("quality.road_test"),
        photos=queries.photos_of(check.items),
    )
