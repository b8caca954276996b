"""Marks on photos between the form and the page: what a person drew or typed, and how a template draws it again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aftersales.domain.attachments import queries as attachments
from aftersales.domain.attachments.models import Attachment, PhotoMarks
from aftersales.domain.attachments.rules import Mark, MarkKind, Shape, read_marks, shapes, stroke_of
from aftersales.domain.errors import Invalid
from aftersales.i18n import gettext

PLACES = {"upper_left": (0.05, 0.05), "middle": (0.35, 0.47), "lower_left": (0.05, 0.88)}
"""Where a text goes that is typed and not drawn: shares of the picture's width and height."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """The marks of one photo, ready for the component ``marked``."""

    marks: list[Mark]
    shapes: tuple[Shape, ...]
    stroke: float

    @property
    def as_json(self) -> str:
        """The marks as the drawing screen's script reads them."""
        return json.dumps([mark.as_json() for mark in self.marks])


def drawn(photo: Attachment, kept: PhotoMarks | None) -> Drawing:
    """What is drawn over the photo; ``kept`` is None where nothing is."""
    return drawing(photo, read_marks(kept.marks, width=photo.width, height=photo.height) if kept else [])


def drawings(photos: Sequence[Attachment]) -> dict[int, Drawing]:
    """The drawings of those of these photos that have any, in one query."""
    kept = attachments.marks_of([photo.id for photo in photos])
    return {photo.id: drawn(photo, kept[photo.id]) for photo in photos if photo.id in kept}


def drawing(photo: Attachment, marks: list[Mark]) -> Drawing:
    """These marks over the photo, whether they are kept or not."""
    return Drawing(
        marks,
        shapes(marks, width=photo.width, height=photo.height),
        round(stroke_of(photo.width, photo.height), 1),
    )


def read_form(photo: Attachment, form: Mapping[str, str]) -> list[Mark]:
    """The set of marks that a form asks for: what was drawn (``marks``, JSON), then the typed changes: ``remove-N``
    takes the Nth away, ``text-N`` rewords it, ``new_text`` with ``new_place`` adds one. Refuses with
    :class:`Invalid`."""
    try:
        values = json.loads(form.get("marks") or "[]")
    except ValueError as error:
        raise Invalid(
            gettext("The marks arrived damaged. Load the page again and draw them anew."), field="marks"
        ) from error
    size = {"width": photo.width, "height": photo.height}
    marks = [
        replace(mark, text=form.get(f"text-{n}", mark.text)) if mark.kind is MarkKind.TEXT else mark
        for n, mark in enumerate(read_marks(values, **size))
        if f"remove-{n}" not in form
    ]
    if words := form.get("new_text", "").strip():
        across, down = PLACES.get(form.get("new_place", ""), PLACES["upper_left"])
        place = (round(across * photo.width), round(down * photo.height))
        marks.append(Mark(MarkKind.TEXT, *place, text=words))
    return read_marks([mark.as_json() for mark in marks], **size)
