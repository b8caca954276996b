"""Inspecting a vehicle: rated point by point, complete when nothing mandatory is left (TEC-2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from aftersales.db import db, locked
from aftersales.domain import audit
from aftersales.domain.accounts.permissions import Role
from aftersales.domain.actors import Actor
from aftersales.domain.attachments import operations as attachments
from aftersales.domain.attachments.operations import StoredPhoto
from aftersales.domain.errors import Invalid, NotFound, Refused, Stale
from aftersales.domain.inspections import flags, rules
from aftersales.domain.inspections.models import Inspection, InspectionItem, InspectionPhoto
from aftersales.domain.inspections.rules import Measure, Rating
from aftersales.domain.service_orders import timeline
from aftersales.domain.service_orders.models import EventKind, ServiceOrder
from aftersales.domain.service_orders.operations import lock_order
from aftersales.domain.tasks import operations as tasks
from aftersales.domain.tasks.models import TaskType
from aftersales.i18n import N_, gettext, label

SEND_QUOTATION_DUE = timedelta(minutes=30)
START_REPAIR_DUE = timedelta(minutes=15)


class Incomplete(Refused):
    """Points that have to be finished before the inspection is complete. ``items`` are these points."""

    def __init__(self, items: Sequence[InspectionItem]) -> None:
        self.items = list(items)
        names = ", ".join(item.shown("name") for item in self.items[:3])
        more = len(self.items) - 3
        if more > 0:
            names = gettext("%(names)s and %(more)s more", names=names, more=more)
        super().__init__(gettext("The inspection is not complete. Left: %(names)s.", names=names))


@dataclass(frozen=True, slots=True)
class Ruling:
    """What somebody entered for one point. ``values`` has every measure of the point, None where it is empty."""

    rating: Rating | None
    values: Mapping[str, Decimal | None]
    note: str
    version: int | None = None


def rate(item_id: int, ruling: Ruling, *, actor: Actor, now: datetime, tablet: str = "") -> InspectionItem:
    """Rate a point, enter its measured values and its note.

    Values set the colour by their limits; a person may only make it worse. Refuses a value that cannot be true, and
    a change that was made from an older version on another tablet (nothing is overwritten silently).
    """
    actor.need("inspections.rate")
    item, inspection, order = _lock_open(item_id)
    measures = item.measure_list
    values = _checked_values(measures, ruling.values)
    note = ruling.note.strip()
    stored = {code: str(value) for code, value in values.items()}
    if (ruling.rating, stored, note) == (item.rating, item.values, item.note):
        return item
    _expect_current(item, ruling.version, tablet)
    measured = rules.measured_rating(measures, values)
    _refuse_better(item, ruling.rating, measures, values, measured)
    combined = rules.combined_rating(
        chosen=ruling.rating,
        before=item.rating,
        measured=measured,
        measured_before=rules.measured_rating(measures, item.measured),
    )
    item.rating = rules.rating_by_kind(item.kind, combined, has_values=bool(values), note=note)
    item.values, item.note, item.swept_by = stored, note, ""
    _note_who(item, actor, now, tablet)
    db.session.flush()
    flags.notice_pace(inspection, order, item.area, actor=actor, now=now)
    return item


def rest_is_ok(
    inspection_id: int, area: str, *, sweep_id: str, actor: Actor, now: datetime, tablet: str = ""
) -> tuple[int, list[InspectionItem]]:
    """Rate every point of the area that has no rating yet as OK: one act, also in the audit.

    Points stay open that need more than a glance: required values, a photo, words, or another look after the last
    visit. Returns how many were rated, and those that stay open. ``sweep_id`` is for :func:`undo_rest`; the same one
    again changes nothing.
    """
    actor.need("inspections.rate")
    inspection, order = _lock_inspection(inspection_id)
    left = [item for item in _list_items(inspection.id, area) if item.rating is None]
    open_ = [item for item in left if item.must_be_looked_at()]
    swept = [item for item in left if item not in open_]
    for item in swept:
        item.rating, item.swept_by = Rating.OK, sweep_id
        _note_who(item, actor, now, tablet)
    db.session.flush()
    if swept:
        audit.record(
            "inspections.rest_is_ok", inspection, actor=actor, now=now, site_id=order.site_id,
            details={"area": area, "points": [item.code for item in swept]},
        )  # fmt: skip
        flags.notice_pace(inspection, order, area, actor=actor, now=now)
    return len(swept), open_


def undo_rest(inspection_id: int, *, sweep_id: str, actor: Actor, now: datetime) -> int:
    """Take back one "The rest is OK". Points that somebody rated since keep their rating. Returns how many."""
    actor.need("inspections.rate")
    inspection, _ = _lock_inspection(inspection_id)
    swept = list(
        db.session.scalars(
            select(InspectionItem).where(
                InspectionItem.inspection_id == inspection.id, InspectionItem.swept_by == sweep_id
            )
        )
    ) if sweep_id else []  # fmt: skip
    for item in swept:
        item.rating, item.swept_by, item.rated_at = None, "", None
        item.rated_by_id, item.rated_by_name = None, ""
    db.session.flush()
    flags.withdraw_pace(inspection, {item.area for item in swept}, actor=actor, now=now)
    return len(swept)


def add_photo(item_id: int, photo: StoredPhoto, *, actor: Actor, now: datetime) -> InspectionItem:
    """Put a photo to a point, as evidence that the customer sees too. The same photo again changes nothing; a picture
    that stood elsewhere before is flagged to the team leader."""
    actor.need("inspections.rate")
    item, inspection, order = _lock_open(item_id)
    kept = attachments.keep(
        photo,
        site_id=order.site_id,
        service_order_id=order.id,
        actor=actor,
        now=now,
        caption=item.name,
        is_shared=True,
    )
    if kept.id not in [known.attachment_id for known in item.photos]:
        item.photos.append(InspectionPhoto(attachment_id=kept.id))
        db.session.flush()
        timeline.note(order, EventKind.PHOTO, N_("Photo: %(what)s"), actor=actor, now=now, what=item.name)
        flags.notice_photo(inspection, order, item, kept, actor=actor, now=now)
    return item


def complete(inspection_id: int, *, actor: Actor, now: datetime) -> Inspection:
    """Finish the inspection: findings become the advisor's task to quote them. Twice is harmless.

    Refuses with :class:`Incomplete` while a mandatory point has no rating, required values are missing, or
    something urgent has neither photo nor note.
    """
    actor.need("inspections.rate")
    inspection = _get_inspection(inspection_id)
    order = lock_order(inspection.service_order_id)
    locked(Inspection, inspection_id)
    if inspection.completed_at:
        return inspection
    items = _list_items(inspection_id)
    left = [item for item in items if _blocks(item)]
    if left:
        raise Incomplete(left)
    inspection.completed_at, inspection.completed_by_id = now, actor.user_id
    inspection.completed_by_name = actor.name
    order.inspection_is_open, order.inspection_completed_at = False, now
    db.session.flush()
    findings = [item for item in items if item.is_finding]
    for item in findings:
        assert item.rating is not None
        timeline.note(
            order,
            EventKind.FINDING,
            N_("Found: %(what)s"),
            actor=actor,
            now=now,
            tone=item.rating,
            what=item.name,
        )
    timeline.note(
        order,
        EventKind.QUALITY,
        N_("Inspection complete: %(urgent)s urgent, %(soon)s soon"),
        actor=actor,
        now=now,
        urgent=sum(item.rating is Rating.URGENT for item in findings),
        soon=sum(item.rating is Rating.SOON for item in findings),
    )
    audit.record("inspections.complete", inspection, actor=actor, now=now, site_id=order.site_id)
    if findings:
        tasks.open_task(
            TaskType.SEND_QUOTATION,
            site_id=order.site_id,
            role=Role.ADVISOR,
            person_id=order.advisor_id,
            service_order_id=order.id,
            due_at=now + SEND_QUOTATION_DUE,
            now=now,
        )
    elif order.authorised_lines:
        # Nothing new was found: what the customer signed at check-in can begin.
        tasks.open_task(
            TaskType.START_REPAIR,
            site_id=order.site_id,
            role=Role.TECHNICIAN,
            person_id=order.technician_id,
            service_order_id=order.id,
            due_at=now + START_REPAIR_DUE,
            now=now,
        )
    return inspection


def _blocks(item: InspectionItem) -> bool:
    missing = item.what_is_missing()
    return missing is not None and (item.is_mandatory or item.rating is not None)


def _checked_values(measures: Sequence[Measure], entered: Mapping[str, Decimal | None]) -> dict[str, Decimal]:
    values = {}
    for measure in measures:
        value = entered.get(measure.code)
        if value is None:
            continue
        if not measure.low <= value <= measure.high:
            raise Invalid(
                gettext(
                    "%(name)s: enter a value between %(low)s and %(high)s %(unit)s.",
                    name=measure.shown_name,
                    low=measure.low,
                    high=measure.high,
                    unit=measure.unit,
                ),
                field=measure.code,
            )
        values[measure.code] = value
    return values


def _refuse_better(
    item: InspectionItem,
    chosen: Rating | None,
    measures: Sequence[Measure],
    values: Mapping[str, Decimal],
    measured: Rating | None,
) -> None:
    """A verdict that somebody chose against values that stand already is refused with the value, not corrected."""
    if measured is None or chosen is None or chosen == item.rating or not rules.is_better(chosen, measured):
        return
    if item.measured != values:
        return
    worst = next(
        measure
        for measure in measures
        if measure.code in values
        and rules.has_limits(measure)
        and measure.rating(values[measure.code]) is measured
    )
    raise Invalid(
        gettext(
            "%(name)s is %(value)s %(unit)s: that cannot be rated better than %(rating)s. Correct the value first.",
            name=worst.shown_name,
            value=values[worst.code],
            unit=worst.unit,
            rating=label(measured),
        ),
        field="rating",
    )


def _expect_current(item: InspectionItem, version: int | None, tablet: str) -> None:
    """Refuse a change made from an older version elsewhere. One tablet may follow itself faster than its answers."""
    if version is None or version == item.version or (tablet and tablet == item.tablet):
        return
    said = label(item.rating) if item.rating else gettext("not rated")
    raise Stale(
        gettext(
            "%(name)s changed this meanwhile on another tablet: %(rating)s. Look at it, then rate again.",
            name=item.rated_by_name or gettext("Somebody"),
            rating=said,
        ),
        current=item,
    )


def _note_who(item: InspectionItem, actor: Actor, now: datetime, tablet: str) -> None:
    item.rated_at, item.rated_by_id, item.rated_by_name = now, actor.user_id, actor.name
    item.tablet = tablet


def _lock_open(item_id: int) -> tuple[InspectionItem, Inspection, ServiceOrder]:
    """The point, its inspection and order under the order's lock, while the inspection is open."""
    item = db.session.get(InspectionItem, item_id)
    if item is None:
        raise NotFound(gettext("There is no such inspection point."))
    inspection, order = _lock_inspection(item.inspection_id)
    fresh = locked(InspectionItem, item_id)
    assert fresh is not None
    return fresh, inspection, order


def _lock_inspection(inspection_id: int) -> tuple[Inspection, ServiceOrder]:
    inspection = _get_inspection(inspection_id)
    order = lock_order(inspection.service_order_id)
    fresh = locked(Inspection, inspection_id)
    assert fresh is not None
    if fresh.completed_at:
        raise Refused(
            gettext("This inspection is complete. Report what you find from now on as additional work.")
        )
    if order.is_closed:
        raise Refused(gettext("This order is closed."))
    return fresh, order


def _get_inspection(inspection_id: int) -> Inspection:
    inspection = db.session.get(Inspection, inspection_id)
    if inspection is None:
        raise NotFound(gettext("There is no such inspection."))
    return inspection


def _list_items(inspection_id: int, area: str | None = None) -> list[InspectionItem]:
    query = (
        select(InspectionItem)
        .where(InspectionItem.inspection_id == inspection_id)
        .options(selectinload(InspectionItem.photos))
        .order_by(InspectionItem.position)
        .execution_options(populate_existing=True)
    )
    if area is not None:
        query = query.where(InspectionItem.area == area)
    return list(db.session.scalars(query))
