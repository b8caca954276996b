"""Marks on photos: what may be drawn, and how it is drawn, from values alone."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from aftersales.domain.errors import Invalid
from aftersales.i18n import gettext

MOST_MARKS = 50
LONGEST_TEXT = 80


class MarkKind(StrEnum):
    ARROW = "arrow"
    CIRCLE = "circle"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark in units of the stored picture. An arrow goes from ``x, y`` to ``x2, y2``, its tip; a circle lies
    around ``x, y`` with the radius ``r``; a text begins at ``x, y``, its upper left corner."""

    kind: MarkKind
    x: int
    y: int
    x2: int = 0
    y2: int = 0
    r: int = 0
    text: str = ""

    def as_json(self) -> dict[str, Any]:
        """The mark as it is stored and as the drawing screen reads it."""
        own = {"kind": self.kind.value, "x": self.x, "y": self.y}
        match self.kind:
            case MarkKind.ARROW:
                return {**own, "x2": self.x2, "y2": self.y2}
            case MarkKind.CIRCLE:
                return {**own, "r": self.r}
            case MarkKind.TEXT:
                return {**own, "text": self.text}


def read_marks(values: object, *, width: int, height: int) -> list[Mark]:
    """The marks that ``values`` (parsed JSON) describes. Refuses with :class:`Invalid` what is no mark, lies outside
    the picture, or is too much."""
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise _damaged()
    if len(values) > MOST_MARKS:
        raise _invalid(gettext("A photo holds at most %(n)s marks. Take some away.", n=MOST_MARKS))
    return [_read(value, width=width, height=height) for value in values]


def _read(value: object, *, width: int, height: int) -> Mark:
    if not isinstance(value, Mapping) or value.get("kind") not in set(MarkKind):
        raise _damaged()
    kind = MarkKind(value["kind"])
    x, y = _place(value, "x", "y", width=width, height=height)
    match kind:
        case MarkKind.ARROW:
            x2, y2 = _place(value, "x2", "y2", width=width, height=height)
            if (x, y) == (x2, y2):
                raise _invalid(gettext("An arrow needs a length: draw from its end to its tip."))
            return Mark(kind, x, y, x2=x2, y2=y2)
        case MarkKind.CIRCLE:
            radius = _number(value.get("r"))
            if not 0 < radius <= max(width, height):
                raise _invalid(gettext("A circle has to fit the picture. Draw it again."))
            return Mark(kind, x, y, r=radius)
        case MarkKind.TEXT:
            text = value.get("text")
            words = " ".join(text.split()) if isinstance(text, str) else ""
            if not words:
                raise _invalid(gettext("Write the words of each text mark, or take the mark away."))
            if len(words) > LONGEST_TEXT:
                raise _invalid(gettext("A text on a photo has at most %(n)s characters.", n=LONGEST_TEXT))
            return Mark(kind, x, y, text=words)


def _place(value: Mapping[Any, Any], across: str, down: str, *, width: int, height: int) -> tuple[int, int]:
    x, y = _number(value.get(across)), _number(value.get(down))
    if not (0 <= x <= width and 0 <= y <= height):
        raise _invalid(gettext("A mark lies outside the picture. Draw it again."))
    return x, y


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _damaged()
    return round(value)


def _damaged() -> Invalid:
    return _invalid(gettext("The marks arrived damaged. Draw them again."))


def _invalid(sentence: str) -> Invalid:
    return Invalid(sentence, field="marks")


@dataclass(frozen=True, slots=True)
class Shape:
    """A mark ready to be drawn on any surface: lengths in units of the picture, ``head`` the arrow's three corners."""

    kind: str
    x: float
    y: float
    x2: float
    y2: float
    r: float
    text: str
    head: tuple[tuple[float, float], ...]


def stroke_of(width: int, height: int) -> float:
    """How thick lines are drawn, so that they look alike on small and large pictures."""
    return max(width, height) / 150


def shapes(marks: Sequence[Mark], *, width: int, height: int) -> tuple[Shape, ...]:
    """The marks as shapes. An arrow's line ends where its head begins."""
    return tuple(_shape(mark, stroke_of(width, height)) for mark in marks)


def _shape(mark: Mark, stroke: float) -> Shape:
    x2: float = mark.x2
    y2: float = mark.y2
    head: tuple[tuple[float, float], ...] = ()
    if mark.kind is MarkKind.ARROW:
        length = math.hypot(mark.x2 - mark.x, mark.y2 - mark.y)
        reach = min(5 * stroke, length)
        along, across = (mark.x2 - mark.x) / length, (mark.y2 - mark.y) / length
        x2, y2 = mark.x2 - along * reach, mark.y2 - across * reach
        half = reach / 2
        head = (
            (mark.x2, mark.y2),
            (round(x2 - across * half, 1), round(y2 + along * half, 1)),
            (round(x2 + across * half, 1), round(y2 - along * half, 1)),
        )
    return Shape(mark.kind.value, mark.x, mark.y, round(x2, 1), round(y2, 1), mark.r, mark.text, head)
