"""What an inspection point's values say: the colour by its limits, and what is still missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from aftersales.domain.catalogue.rules import fits_vehicle
from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import worded, words_for


class Rating(StrEnum):
    OK = "ok"
    SOON = "soon"
    URGENT = "urgent"
    NOT_APPLICABLE = "na"


class AnswerKind(StrEnum):
    """How a point is answered: by a verdict, by what was measured alone, or by words."""

    RATING = "rating"
    VALUE = "value"
    TEXT = "text"


class Missing(StrEnum):
    """Why a point is not finished yet."""

    RATING = "rating"
    VALUES = "values"
    EVIDENCE = "evidence"
    PHOTO = "photo"
    WORDS = "words"


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
    AnswerKind,
    {
        AnswerKind.RATING: _l("Verdict: OK, soon, urgent"),
        AnswerKind.VALUE: _l("Measured value alone"),
        AnswerKind.TEXT: _l("Words"),
    },
)
words_for(
    Missing,
    {
        Missing.RATING: _l("Not rated yet"),
        Missing.VALUES: _l("Enter the measured values"),
        Missing.EVIDENCE: _l("Urgent needs a photo or a note"),
        Missing.PHOTO: _l("Take the photo that belongs here"),
        Missing.WORDS: _l("Write the answer"),
    },
)

_WEIGHT = {Rating.NOT_APPLICABLE: -1, Rating.OK: 0, Rating.SOON: 1, Rating.URGENT: 2}
FINDINGS = frozenset({Rating.SOON, Rating.URGENT})


LIMITS = ("soon_below", "urgent_below", "soon_above", "urgent_above")
_DECIMALS = ("low", "high", "step", *LIMITS)


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """Limits that hold for some vehicles in place of the measure's own. ``models`` are words of which the vehicle has
    to carry one, as with canned jobs."""

    models: str
    soon_below: Decimal | None = None
    urgent_below: Decimal | None = None
    soon_above: Decimal | None = None
    urgent_above: Decimal | None = None

    def to_json(self) -> dict[str, str]:
        return {
            "models": self.models,
            **{name: str(value) for name in LIMITS if (value := getattr(self, name)) is not None},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> "ModelLimits":
        return cls(data["models"], **{name: Decimal(data[name]) for name in LIMITS if name in data})


@dataclass(frozen=True, slots=True)
class Measure:
    """A value to measure, of one position of the car (pad front left). ``low`` to ``high`` is what can be true; beyond
    the other limits the colour changes.

    A value on a limit still counts as the better side: 1.6 mm of tread with a limit of 1.6 is not urgent.
    ``model_limits`` are those of a template; the copy in an inspection has the limits of its vehicle in place, and
    ``limits_of`` names the models whose limits they are. ``wears`` says that the value falls with the distance.
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
    wears: bool = False
    model_limits: tuple[ModelLimits, ...] = ()
    limits_of: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    """The name by language."""

    @property
    def shown_name(self) -> str:
        return worded(self.name, self.words)

    @property
    def limit_numbers(self) -> dict[str, str]:
        """The limits for a script that colours what is typed; the server decides."""
        return {name: str(value) for name in LIMITS if (value := getattr(self, name)) is not None}

    def for_vehicle(self, vehicle: str) -> "Measure":
        """The measure with the limits that hold for a vehicle of these words; the first that fits."""
        own = next((own for own in self.model_limits if fits_vehicle(own.models, vehicle)), None)
        if own is None:
            return replace(self, model_limits=())
        limits = {name: getattr(own, name) for name in LIMITS}
        return replace(self, model_limits=(), limits_of=own.models, **limits)

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
        """As it is stored: exact decimals as text, and nothing that says nothing."""
        data: dict[str, Any] = {
            name: str(value) for name in _DECIMALS if (value := getattr(self, name)) is not None
        }
        data |= {"code": self.code, "name": self.name, "unit": self.unit, "is_required": self.is_required}
        if self.wears:
            data["wears"] = True
        if self.model_limits:
            data["model_limits"] = [own.to_json() for own in self.model_limits]
        if self.limits_of:
            data["limits_of"] = self.limits_of
        if self.words:
            data["words"] = dict(self.words)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Measure":
        decimals = {name: Decimal(data[name]) for name in _DECIMALS if name in data}
        return cls(
            data["code"],
            data["name"],
            data["unit"],
            is_required=data["is_required"],
            wears=data.get("wears", False),
            model_limits=tuple(ModelLimits.from_json(own) for own in data.get("model_limits", ())),
            limits_of=data.get("limits_of", ""),
            words=data.get("words", {}),
            **decimals,
        )


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


def rating_by_kind(kind: AnswerKind, rating: Rating | None, *, has_values: bool, note: str) -> Rating | None:
    """The rating of a point that is not answered by a verdict: its value or its words are the answer, and without a
    limit they are OK. "N/A" and what a person made worse stay."""
    if kind is AnswerKind.RATING or rating is Rating.NOT_APPLICABLE:
        return rating
    is_answered = has_values if kind is AnswerKind.VALUE else bool(note.strip())
    return (rating or Rating.OK) if is_answered else None


def what_is_missing(
    *,
    rating: Rating | None,
    measures: Iterable[Measure],
    values: Mapping[str, Decimal],
    note: str,
    photos: int,
    kind: AnswerKind = AnswerKind.RATING,
    needs_photo: bool = False,
) -> Missing | None:
    """What a point needs before it is finished: its answer, its required values, the photo that belongs to it, a photo
    or note when it is urgent."""
    if rating is Rating.NOT_APPLICABLE:
        return None
    if rating is None:
        unanswered = {AnswerKind.VALUE: Missing.VALUES, AnswerKind.TEXT: Missing.WORDS}
        return unanswered.get(kind, Missing.RATING)
    if any(measure.is_required and measure.code not in values for measure in measures):
        return Missing.VALUES
    if needs_photo and not photos:
        return Missing.PHOTO
    if rating is Rating.URGENT and not note.strip() and not photos:
        return Missing.EVIDENCE
    return None


def must_be_looked_at(
    *, looks_again: bool, kind: AnswerKind, measures: Iterable[Measure], lacks_photo: bool
) -> bool:
    """Whether a point needs more than a glance, so that "The rest is OK" leaves it open: it was not well at the last
    visit, its answer is a value or words, a value has to be measured, or its photo is not taken."""
    is_measured = any(measure.is_required for measure in measures)
    return looks_again or lacks_photo or is_measured or kind is not AnswerKind.RATING
