"""What the sample's month may lack of inspections, diagnosis and calls: for the tests that walk the URL map."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select

from aftersales.db import add, db
from aftersales.domain.actors import SYSTEM
from aftersales.domain.attachments.models import Attachment
from aftersales.domain.inspections import fault_codes, repair_plan, starter, template_points, templates
from aftersales.domain.inspections.diagnosis_models import FaultCode, RepairRule, ToolReport
from aftersales.domain.inspections.models import (
    FlagKind,
    Inspection,
    InspectionClip,
    InspectionFlag,
    InspectionItem,
    InspectionTemplate,
    TemplateItem,
)
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.workshop import specialists
from aftersales.domain.workshop.call_models import CallPlace, SpecialistCall

_SITE = bindparam("site_id")
_DRAFT = InspectionTemplate.published_at.is_(None)


def _of_order(*columns: Any, on: Any) -> Select[Any]:
    return select(*columns).where(ServiceOrder.id == columns[-1], ServiceOrder.site_id == _SITE, on)


RECORDS: dict[str, Select[Any]] = {
    "flag_id": _of_order(
        InspectionFlag.id, Inspection.service_order_id, on=Inspection.id == InspectionFlag.inspection_id
    ),
    "code_id": _of_order(FaultCode.id, FaultCode.service_order_id, on=FaultCode.removed_at.is_(None)),
    "tool_report_id": _of_order(ToolReport.id, ToolReport.service_order_id, on=ToolReport.text != ""),
    "call_id": _of_order(
        SpecialistCall.id, SpecialistCall.service_order_id, on=SpecialistCall.withdrawn_at.is_(None)
    ),
    "inspection_clip_id": _of_order(
        InspectionClip.id,
        Inspection.service_order_id,
        on=(InspectionItem.id == InspectionClip.inspection_item_id)
        & (InspectionItem.inspection_id == Inspection.id),
    ),
    "rule_id": select(RepairRule.id),
    "template_id": select(InspectionTemplate.id),  # the newest, the draft, until a test drops it
    "point_id": select(TemplateItem.id),
}
COMPANY_WIDE = {"rule_id", "template_id", "point_id"}
"""Arguments whose records belong to no site."""


def populate(site_id: int, now: datetime) -> None:
    """A draft with a point, a flag, a fault code, a tool's report, a call, a recording and a rule."""
    by: dict[str, Any] = {"actor": SYSTEM, "now": now}
    inspection = db.session.scalars(
        select(Inspection)
        .join(ServiceOrder, ServiceOrder.id == Inspection.service_order_id)
        .where(ServiceOrder.site_id == site_id, ServiceOrder.closed_at.is_(None))
        .order_by(Inspection.id.desc())
        .limit(1)
    ).first()
    repair_plan.stock_rules(**by)
    if db.session.scalar(select(InspectionTemplate.id).where(_DRAFT).limit(1)) is None:
        draft = templates.start(code="DRAFT", name="Draft", **by)
        template_points.save_point(draft.id, starter.POINTS[0], item_id=None, version=None, **by)
    if inspection is None:
        return
    order_id = inspection.service_order_id
    add(
        InspectionFlag(
            inspection_id=inspection.id, kind=FlagKind.TOO_FAST, subject="tests", raised_at=now, about_name="Tests",
            details={"area": "Brakes", "points": 5, "seconds": 2, "least": 15},
        )
    )  # fmt: skip
    fault_codes.note(order_id, code="P0300", site_id=site_id, **by)
    fault_codes.take_in(order_id, text="P0301 Misfire", site_id=site_id, **by)
    specialists.call(order_id, CallPlace.BAY, site_id=site_id, **by)
    item_id = db.session.scalars(
        select(InspectionItem.id).where(InspectionItem.inspection_id == inspection.id).limit(1)
    ).one()
    sound = add(
        Attachment(
            client_id=f"inspection-clip-{site_id}", site_id=site_id, service_order_id=order_id,
            media_type="audio/ogg", sha256="0" * 64, storage_key="none.ogg", thumb_key="none.ogg", width=0, height=0,
            size=1, taken_at=now, created_at=now, author_name="The tests",
        )
    )  # fmt: skip
    add(InspectionClip(inspection_item_id=item_id, attachment_id=sound.id, seconds=1))
