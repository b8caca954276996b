"""What an inspection point's values say: the colour by its limits, and what is still missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class Rating(StrEnum):
    OK = "ok"
    SOON = "soon"
    URGENT = "urgent"
    NOT_APPLICABLE = "na"


class Missing(StrEnum):
    """Why a point is not finished yet."""

    RATING = "rating"
    VALUES = "values"
    EVIDENCE = "evidence"


words_for(
    Rating,
    {
        Rating.OK: _l("OK"),
        Rating.SOON: _l("Soon"),
        Rating.URGENT: _l("Urgent"),
        Rating.NOT_APPLICABLE: _l("N/A"),
    },
)
words_for(
    Missing,
    {
        Missing.RATING: _l("Not rated yet"),
        Missing.VALUES: _l("Enter the measured values"),
        Missing.EVIDENCE: _l("Urgent needs a photo or a note"),
    },
)

_WEIGHT = {Rating.NOT_APPLICABLE: -1, Rating.OK: 0, Rating.SOON: 1, Rating.URGENT: 2}
FINDINGS = frozenset({Rating.SOON, Rating.URGENT})


@dataclass(frozen=True, slots=True)
class Measure:
    """One value to measure. ``low`` to ``high`` is what can be true; beyond the other limits the colour changes.

    A value on a limit still counts as the better side: 1.6 mm of tread with a limit of 1.6 is not urgent.
    """

    code: str
    name: str
    unit: str
    low: Decimal
    high: Decimal
    step: Decimal = Decimal("0.1")
    soon_below: Decimal | None = None
    urgent_below: Decimal | None = None
    soon_above: Decimal | None = None
    urgent_above: Decimal | None = None
    is_required: bool = False

    def rating(self, value: Decimal) -> Rating:
        """The colour that this value alone asks for."""
        if _beyond(value, self.urgent_below, self.urgent_above):
            return Rating.URGENT
        return Rating.SOON if _beyond(value, self.soon_below, self.soon_above) else Rating.OK

    def limit_for(self, value: Decimal) -> Decimal | None:
        """The limit that the value is beyond, the hard one first; for a value within all, none."""
        for below, above in ((self.urgent_below, self.urgent_above), (self.soon_below, self.soon_above)):
            if below is not None and value < below:
                return self.urgent_below if self.urgent_below is not None else below
            if above is not None and value > above:
                return self.urgent_above if self.urgent_above is not None else above
        return None

    def to_json(self) -> dict[str, Any]:
        return {
            name: str(value) if isinstance(value, Decimal) else value
            for name in self.__slots__
            if (value := getattr(self, name)) is not None
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Measure":
        decimals = {
            name: Decimal(value)
            for name, value in data.items()
            if name not in ("code", "name", "unit", "is_required")
        }
        return cls(data["code"], data["name"], data["unit"], is_required=data["is_required"], **decimals)


def _beyond(value: Decimal, below: Decimal | None, above: Decimal | None) -> bool:
    return (below is not None and value < below) or (above is not None and value > above)


def worse(one: Rating | None, other: Rating | None) -> Rating | None:
    """The worse of two ratings; None counts as nothing said."""
    said = [rating for rating in (one, other) if rating is not None]
    return max(said, key=lambda rating: _WEIGHT[rating]) if said else None


def is_better(one: Rating, other: Rating) -> bool:
    return _WEIGHT[one] < _WEIGHT[other]


def measured_rating(measures: Iterable[Measure], values: Mapping[str, Decimal]) -> Rating | None:
    """The worst colour that the measured values ask for; None while nothing is measured, or nothing has limits."""
    found: Rating | None = None
    for measure in measures:
        if measure.code in values and has_limits(measure):
            found = worse(found, measure.rating(values[measure.code]))
    return found


def has_limits(measure: Measure) -> bool:
    return any(
        limit is not None
        for limit in (measure.soon_below, measure.urgent_below, measure.soon_above, measure.urgent_above)
    )


def combined_rating(
    *,
    chosen: Rating | None,
    before: Rating | None,
    measured: Rating | None,
    measured_before: Rating | None,
) -> Rating | None:
    """The rating after a change of the verdict or the values.

    The values set the colour; a person may only make it worse. A colour that the earlier values had set follows the
    new values, so that a mistyped value leaves no trace.
    """
    if measured is None:
        return chosen
    follows = chosen == before and before == measured_before
    return measured if chosen is None or follows else worse(chosen, measured)


def what_is_missing(
    *,
    rating: Rating | None,
    measures: Iterable[Measure],
    values: Mapping[str, Decimal],
    note: str,
    photos: int,
) -> Missing | None:
    """What a point needs before it is finished: a rating, its required values, a photo or note when it is urgent."""
    if rating is None:
        return Missing.RATING
    if rating is Rating.NOT_APPLICABLE:
        return None
    if any(measure.is_required and measure.code not in values for measure in measures):
        return Missing.VALUES
    if rating is Rating.URGENT and not note.strip() and not photos:
        return Missing.EVIDENCE
    return None
