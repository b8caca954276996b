"""What the quality record says: the checks, every line and point as verified, road test, torque, fluids (QCS-4)."""

from datetime import datetime

from aftersales.domain.documents.models import Signature
from aftersales.domain.quality import queries
from aftersales.domain.quality.models import (
    BEFORE_IT_LEAVES,
    ROAD_TEST,
    CheckResult,
    CheckStage,
    QualityCheck,
    QualityCheckItem,
)
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.domain.sites import queries as sites
from aftersales.gateways import document_data as data
from aftersales.i18n import gettext, label
from aftersales.web import documents, filters


def statement() -> str:
    """What the inspector signs."""
    return gettext(
        "I did not work on this vehicle. I verified every line of the order and every point listed here."
    )


def record_of(
    order: ServiceOrder,
    check: QualityCheck,
    *,
    checker: str,
    now: datetime,
    signature: Signature | None = None,
) -> data.QcRecord:
    """The record of the final inspection, with what came before it and what had been mended."""
    site = sites.get_site(order.site_id)
    at = check.checked_at or now
    lines = [item for item in check.items if item.line_id is not None]
    apart: dict[str, list[QualityCheckItem]] = {}
    for item in check.items:
        if item.line_id is None:
            apart.setdefault(item.heading, []).append(item)
    areas = tuple(
        data.Area(name=heading, points=tuple(_point(item) for item in some))
        for heading, some in apart.items()
    )
    return data.QcRecord(
        **documents.common(order, site, number=order.number, at=at),
        checks=(
            *(_check(earlier) for earlier in queries.list_checks(order.id) if earlier.id != check.id),
            data.Check(
                stage=label(CheckStage.FINAL),
                person=checker,
                checked_at=filters.datetime_(at),
                is_passed=True,
                result=gettext("Passed"),
                note=check.note,
            ),
        ),
        lines=tuple(_point(item) for item in lines),
        areas=areas,
        road_test=_road_test(check),
        measurements=tuple(
            data.Fact(label=words, value=value)
            for words, value in (
                (gettext("Torque"), check.torque),
                (gettext("Fluids"), check.fluids),
            )
            if value
        ),
        ticked=tuple(
            data.Fact(label=words, value=" · ".join(label(tick) for tick in ticks if tick in check.ticks))
            for words, ticks in (
                (gettext("On the road test"), ROAD_TEST),
                (gettext("Before it leaves"), BEFORE_IT_LEAVES),
            )
            if set(ticks) & set(check.ticks)
        ),
        rework=tuple(
            f"{rework.title}: {rework.instruction}"
            for rework in queries.list_reworks(order.id)
            if rework.done_at
        ),
        statement=statement(),
        signature=documents.signature(signature, role=gettext("Quality supervisor")),
    )


def _point(item: QualityCheckItem) -> data.Point:
    return data.Point(
        number=str(item.position),
        text=f"{item.heading}: {item.title}" if item.line_id else item.title,
        light="urgent" if item.result is CheckResult.NOT_OK else "ok",
        value=f"{filters.number(item.value)} {item.unit}" if item.value is not None else "",
        limit=filters.limits(item),
        note=_outside(item) if item.is_outside else item.detail,
    )


def _outside(item: QualityCheckItem) -> str:
    """Said openly, with the technician's reason."""
    return f"{gettext('Outside its limits')}: {item.detail}"


def _check(check: QualityCheck) -> data.Check:
    return data.Check(
        stage=label(check.stage),
        person=check.checker_name,
        checked_at=filters.datetime_(check.checked_at),
        is_passed=bool(check.is_passed),
        result=gettext("Passed") if check.is_passed else gettext("Failed"),
        note=check.note,
    )


def _road_test(check: QualityCheck) -> str:
    if check.road_test_start is None or check.road_test_end is None:
        return ""
    return gettext(
        "%(km)s km, odometer %(start)s to %(end)s",
        km=filters.number(check.road_test_end - check.road_test_start),
        start=filters.number(check.road_test_start),
        end=filters.number(check.road_test_end),
    )
