"""Fault codes and measured values of diagnostic tools: by hand, or from a report that is kept as it came (DIA-7)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from aftersales.db import add, db
from aftersales.domain import audit
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound, Refused
from aftersales.domain.inspections import tool_files, trouble_codes
from aftersales.domain.inspections.diagnosis_models import CodeStatus, FaultCode, ToolReport, ToolValue
from aftersales.domain.inspections.tool_files import ReadCode
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.i18n import N_, gettext

VERB = "diagnosis.write"


def note(
    order_id: int,
    *,
    code: str,
    text: str = "",
    unit: str = "",
    status: CodeStatus = CodeStatus.UNKNOWN,
    site_id: int,
    actor: Actor,
    now: datetime,
) -> FaultCode:
    """Put a fault code on the order by hand. The same code of the same control unit is one; what is said of it last
    stands. Without words a standard code is given its usual meaning."""
    order = _lock(order_id, site_id=site_id, actor=actor)
    known = trouble_codes.normalised(code)
    read = ReadCode(known, text.strip() or trouble_codes.meaning(known), status, unit.strip())
    found = _keep(order, read, report=None, actor=actor, now=now)
    timeline.note(order, EventKind.FINDING, N_("Fault code: %(code)s"), actor=actor, now=now, code=found.code)
    return found


def take_in(
    order_id: int, *, text: str, file_name: str = "", site_id: int, actor: Actor, now: datetime
) -> ToolReport:
    """Read a tool's report: its codes and values come onto the order, its text is kept as it came. The same text again
    is the same report."""
    order = _lock(order_id, site_id=site_id, actor=actor)
    digest = hashlib.sha256(text.encode()).hexdigest()
    known = db.session.scalar(
        select(ToolReport).where(ToolReport.service_order_id == order_id, ToolReport.sha256 == digest)
    )
    if known is not None:
        return known
    found = tool_files.read(text)
    report = add(
        ToolReport(
            service_order_id=order_id,
            file_name=file_name.strip()[:120] or gettext("Pasted text"),
            text=text,
            sha256=digest,
            lines_not_read=found.lines_not_read,
            taken_in_at=now,
            taken_in_by_name=actor.name,
            values=[
                ToolValue(position=at, name=one.name, value=one.value, unit=one.unit)
                for at, one in enumerate(found.values, 1)
            ],
        )
    )
    for code in found.codes:
        _keep(order, code, report=report, actor=actor, now=now)
    timeline.note(
        order, EventKind.FINDING, N_("Report of a diagnostic tool: %(name)s"), actor=actor, now=now,
        name=report.file_name,
    )  # fmt: skip
    return report


def remove(code_id: int, *, reason: str, site_id: int, actor: Actor, now: datetime) -> FaultCode:
    """Take a code off that does not belong here; it stays on record with the reason. Twice is harmless."""
    found = get(code_id, site_id=site_id)
    order = _lock(found.service_order_id, site_id=site_id, actor=actor)
    db.session.refresh(found)
    if found.removed_at is not None:
        return found
    if not reason.strip():
        raise Invalid(gettext("Give a reason."), field="reason")
    found.removed_at, found.remove_reason = now, reason.strip()[:200]
    db.session.flush()
    audit.record(
        "diagnosis.remove_code", found, actor=actor, now=now, site_id=order.site_id,
        details={"code": found.code, "reason": found.remove_reason},
    )  # fmt: skip
    return found


def list_codes(order_id: int) -> Sequence[FaultCode]:
    """The order's codes, by control unit."""
    return db.session.scalars(
        select(FaultCode)
        .where(FaultCode.service_order_id == order_id, FaultCode.removed_at.is_(None))
        .order_by(FaultCode.unit, FaultCode.code)
    ).all()


def list_reports(order_id: int) -> Sequence[ToolReport]:
    """The reports of tools with their values, the newest first."""
    return db.session.scalars(
        select(ToolReport)
        .where(ToolReport.service_order_id == order_id)
        .options(selectinload(ToolReport.values))
        .order_by(ToolReport.id.desc())
    ).all()


def get(code_id: int, *, site_id: int) -> FaultCode:
    """The code, if its order is the site's. Raises :class:`NotFound`."""
    found = db.session.scalar(
        select(FaultCode)
        .join(ServiceOrder, ServiceOrder.id == FaultCode.service_order_id)
        .where(FaultCode.id == code_id, ServiceOrder.site_id == site_id)
    )
    if found is None:
        raise NotFound(gettext("There is no such fault code."))
    return found


def get_report(report_id: int, *, site_id: int) -> ToolReport:
    """The report, if its order is the site's. Raises :class:`NotFound`."""
    found = db.session.scalar(
        select(ToolReport)
        .join(ServiceOrder, ServiceOrder.id == ToolReport.service_order_id)
        .where(ToolReport.id == report_id, ServiceOrder.site_id == site_id)
    )
    if found is None:
        raise NotFound(gettext("There is no such report."))
    return found


def _keep(
    order: ServiceOrder, read: ReadCode, *, report: ToolReport | None, actor: Actor, now: datetime
) -> FaultCode:
    found = db.session.scalar(
        select(FaultCode).where(
            FaultCode.service_order_id == order.id, FaultCode.code == read.code, FaultCode.unit == read.unit
        )
    )
    if found is None:
        found = FaultCode(service_order_id=order.id, code=read.code, unit=read.unit[:60])
        db.session.add(found)
    found.text = (read.text or found.text or trouble_codes.meaning(read.code))[:300]
    found.status = found.status or CodeStatus.UNKNOWN if read.status is CodeStatus.UNKNOWN else read.status
    found.report_id = report.id if report else found.report_id
    found.noted_at, found.noted_by_name = now, actor.name
    found.removed_at, found.remove_reason = None, ""
    db.session.flush()
    return found


def _lock(order_id: int, *, site_id: int, actor: Actor) -> ServiceOrder:
    actor.need(VERB)
    order = lock_order(order_id, site_id=site_id)
    if order.is_closed:
        raise Refused(gettext("This order is closed."))
    return order
