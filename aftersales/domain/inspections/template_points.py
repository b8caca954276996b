"""Editing the points of a template's draft: added, changed, taken out, moved; areas moved and renamed."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from aftersales.db import db
from aftersales.domain.actors import Actor
from aftersales.domain.errors import Invalid, NotFound
from aftersales.domain.folding import folded
from aftersales.domain.inspections import rules
from aftersales.domain.inspections.models import InspectionTemplate, TemplateItem
from aftersales.domain.inspections.rules import AnswerKind, Measure, ModelLimits
from aftersales.domain.inspections.starter import Point
from aftersales.domain.inspections.templates import lock_draft, touch
from aftersales.i18n import gettext

T = TypeVar("T")
MOST_POINTS = 150
"""More on one sheet nobody fills in with care."""


def save_point(
    draft_id: int, point: Point, *, item_id: int | None, version: int | None, actor: Actor, now: datetime
) -> TemplateItem:
    """Add a point to the draft, at the end of its area, or change one. Its code stays, so that its history does.

    Refuses limits that cannot be: outside what can be true, or a hard limit on the wrong side of the soft one.
    """
    draft = lock_draft(draft_id, version=version, actor=actor)
    _check(point)
    known = _find(draft, item_id) if item_id is not None else None
    if known is None and len(draft.items) >= MOST_POINTS:
        raise Invalid(gettext("A template has at most %(n)s points.", n=MOST_POINTS), field="name")
    codes = {item.code for item in draft.items if item is not known}
    code = known.code if known else new_code(point.name, codes, "point")
    made = point.with_code(code).as_item(0)
    if known is None:
        draft.items.append(made)
        known = made
    else:
        for name in (
            "area",
            "name",
            "hint",
            "words",
            "kind",
            "is_mandatory",
            "needs_photo",
            "measures",
            "canned_job_code",
        ):
            setattr(known, name, getattr(made, name))
    _number(draft, _by_area(draft))
    touch(draft, actor=actor, now=now)
    return known


def remove_point(
    draft_id: int, item_id: int, *, version: int | None, actor: Actor, now: datetime
) -> TemplateItem:
    """Take a point out of the draft. Inspections that have it keep it; later ones are not asked."""
    draft = lock_draft(draft_id, version=version, actor=actor)
    item = _find(draft, item_id)
    draft.items.remove(item)
    _number(draft, _by_area(draft))
    touch(draft, actor=actor, now=now)
    return item


def move_point(
    draft_id: int, item_id: int, *, by: int, version: int | None, actor: Actor, now: datetime
) -> InspectionTemplate:
    """Move a point up (``by=-1``) or down (``by=1``) within its area; at the end of the area nothing happens."""
    draft = lock_draft(draft_id, version=version, actor=actor)
    areas = _by_area(draft)
    area = areas[_find(draft, item_id).area]
    _shift(area, next(at for at, item in enumerate(area) if item.id == item_id), by)
    _number(draft, areas)
    return touch(draft, actor=actor, now=now)


def move_area(
    draft_id: int, area: str, *, by: int, version: int | None, actor: Actor, now: datetime
) -> InspectionTemplate:
    """Move an area with its points up or down among the areas."""
    draft = lock_draft(draft_id, version=version, actor=actor)
    areas = _by_area(draft)
    names = list(areas)
    if area not in names:
        raise NotFound(gettext("There is no such area."))
    _shift(names, names.index(area), by)
    _number(draft, {name: areas[name] for name in names})
    return touch(draft, actor=actor, now=now)


def rename_area(
    draft_id: int,
    area: str,
    *,
    name: str,
    words: dict[str, str],
    version: int | None,
    actor: Actor,
    now: datetime,
) -> InspectionTemplate:
    """Give an area another name, also by language; with the name of another area the two become one."""
    draft = lock_draft(draft_id, version=version, actor=actor)
    name = name.strip()[:80]
    if not name:
        raise Invalid(gettext("Name the area."), field="area")
    own = {language: text.strip()[:80] for language, text in words.items() if text.strip()}
    for item in draft.items:
        if item.area == area:
            item.area = name
            item.words = {
                **{key: value for key, value in item.words.items() if key != "area"},
                **({"area": own} if own else {}),
            }
    _number(draft, _by_area(draft))
    return touch(draft, actor=actor, now=now)


def new_code(name: str, taken: Iterable[str], otherwise: str) -> str:
    """A short word for a point or measure, made of its name's Latin letters; a number where that is nothing or taken."""
    taken = set(taken)
    base = re.sub(r"[^a-z0-9]+", "-", folded(name)).strip("-")[:32] or otherwise
    if base not in taken:
        return base
    return next(code for number in range(2, 10_000) if (code := f"{base}-{number}") not in taken)


def _check(point: Point) -> None:
    if not point.area.strip():
        raise Invalid(gettext("Name the area."), field="area")
    if not point.name.strip():
        raise Invalid(gettext("Name the point."), field="name")
    if point.kind is AnswerKind.VALUE and not point.measures:
        raise Invalid(gettext("Say what is measured, or choose another kind of answer."), field="kind")
    if len({measure.code for measure in point.measures}) != len(point.measures):
        raise Invalid(gettext("Two values have the same name."), field="measures")
    for measure in point.measures:
        _check_measure(measure)


def _check_measure(measure: Measure) -> None:
    if not measure.name.strip():
        raise Invalid(gettext("Name each value: pad left, front right …"), field="measures")
    if measure.low >= measure.high:
        raise Invalid(
            gettext("%(name)s: the lowest value must be below the highest.", name=measure.name),
            field="measures",
        )
    if measure.step <= 0:
        raise Invalid(gettext("%(name)s: the step must be above 0.", name=measure.name), field="measures")
    every: tuple[Measure | ModelLimits, ...] = (measure, *measure.model_limits)
    for limits in every:
        _check_limits(measure, limits)


def _check_limits(measure: Measure, limits: Measure | ModelLimits) -> None:
    given = [value for name in rules.LIMITS if (value := getattr(limits, name)) is not None]
    if any(not measure.low <= value <= measure.high for value in given):
        raise Invalid(
            gettext(
                "%(name)s: each limit must lie between %(low)s and %(high)s %(unit)s.",
                name=measure.name, low=measure.low, high=measure.high, unit=measure.unit,
            ),
            field="measures",
        )  # fmt: skip
    below = (limits.urgent_below, limits.soon_below)
    above = (limits.soon_above, limits.urgent_above)
    if any(one is not None and two is not None and one > two for one, two in (below, above)):
        raise Invalid(
            gettext("%(name)s: the urgent limit must lie beyond the soon limit.", name=measure.name),
            field="measures",
        )


def _find(draft: InspectionTemplate, item_id: int) -> TemplateItem:
    found = next((item for item in draft.items if item.id == item_id), None)
    if found is None:
        raise NotFound(gettext("There is no such point. Somebody took it out."))
    return found


def _by_area(draft: InspectionTemplate) -> dict[str, list[TemplateItem]]:
    """The points by area, both in their order; new points come last."""
    areas: dict[str, list[TemplateItem]] = {}
    for item in sorted(draft.items, key=lambda item: item.position or MOST_POINTS + 1):
        areas.setdefault(item.area, []).append(item)
    return areas


def _number(draft: InspectionTemplate, areas: dict[str, list[TemplateItem]]) -> None:
    ordered = [item for area in areas.values() for item in area]
    for position, item in enumerate(ordered, 1):
        item.position = position
    db.session.flush()


def _shift(items: list[T], at: int, by: int) -> None:
    to = at + (1 if by > 0 else -1)
    if 0 <= to < len(items):
        items[at], items[to] = items[to], items[at]
