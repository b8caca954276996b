"""One inspection as the checklist, the report and the PDF show it: areas, their points, what was measured."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from aftersales.domain.errors import NotFound
from aftersales.domain.inspections import rules, wear
from aftersales.domain.inspections.rules import AnswerKind, Measure, Missing, Rating
from aftersales.i18n import gettext


@dataclass(frozen=True, slots=True)
class Reading:
    """A measure with what was measured, as its row on the screen needs it, and what the last visit read.

    ``odometer`` is that of this visit, ``odometer_before`` of the last, in km or miles as the site counts.
    """

    measure: Measure
    value: Decimal | None
    before: Decimal | None = None
    odometer: int | None = None
    odometer_before: int | None = None

    @property
    def name(self) -> str:
        return self.measure.shown_name

    @property
    def wear(self) -> Decimal | None:
        """How much it wears per 1,000 km or miles; see :func:`.wear.per_thousand`."""
        if self.value is None or self.before is None or not self.measure.wears:
            return None
        return wear.per_thousand(
            before=self.before,
            now=self.value,
            odometer_before=self.odometer_before,
            odometer_now=self.odometer,
        )

    @property
    def reach(self) -> int | None:
        """How far it still lasts at this wear until the hard limit, in whole thousands."""
        if self.value is None:
            return None
        return wear.reach(now=self.value, limit=self.measure.urgent_below, wear=self.wear)

    @property
    def rating(self) -> Rating | None:
        """The colour that this value asks for; None without a value or without limits."""
        if self.value is None or not rules.has_limits(self.measure):
            return None
        return self.measure.rating(self.value)

    @property
    def limit(self) -> Decimal | None:
        """The hard limit beside the number, where there is one."""
        measure = self.measure
        return measure.urgent_below if measure.urgent_below is not None else measure.urgent_above


@dataclass(frozen=True, slots=True)
class Before:
    """What the last visit found at a point."""

    order_number: str
    at: datetime
    odometer: int | None
    rating: Rating
    note: str
    look_again: bool


@dataclass(frozen=True, slots=True)
class Probe:
    """One point as the checklist, the report and the PDF show it."""

    id: int
    version: int
    code: str
    area: str
    number: int
    name: str
    hint: str
    kind: AnswerKind
    is_mandatory: bool
    needs_photo: bool
    rating: Rating | None
    note: str
    before: Before | None
    readings: tuple[Reading, ...]
    photo_ids: tuple[int, ...]
    clips: int
    missing: Missing | None
    job_id: int | None
    canned_job_code: str
    rated_by_name: str

    @property
    def is_finding(self) -> bool:
        return self.rating in rules.FINDINGS

    @property
    def is_answered(self) -> bool:
        """Whether it says something about the car: a verdict, a value or words, and not that it does not apply."""
        if self.rating is Rating.NOT_APPLICABLE:
            return False
        return self.rating is not None or bool(self.measured) or bool(self.note)

    @property
    def is_done(self) -> bool:
        return self.missing is None

    @property
    def must_be_looked_at(self) -> bool:
        """Whether "The rest is OK" leaves the point open; see the record's method of that name."""
        return rules.must_be_looked_at(
            looks_again=self.before is not None and self.before.look_again,
            kind=self.kind,
            measures=(reading.measure for reading in self.readings),
            lacks_photo=self.needs_photo and not self.photo_ids,
        )

    @property
    def measured(self) -> tuple[Reading, ...]:
        return tuple(reading for reading in self.readings if reading.value is not None)


@dataclass(frozen=True, slots=True)
class Area:
    """A group of points with its counts."""

    key: str
    name: str
    slug: str
    probes: tuple[Probe, ...]

    @property
    def done(self) -> int:
        return sum(probe.is_done for probe in self.probes)

    def count(self, rating: str) -> int:
        return sum(probe.rating == rating for probe in self.probes)

    @property
    def has_open(self) -> bool:
        """Whether a point has no answer yet."""
        return any(probe.rating is None for probe in self.probes)

    @property
    def looks_again(self) -> int:
        """How many open points the last visit left to be looked at again."""
        return sum(
            probe.before is not None and probe.before.look_again and not probe.is_done
            for probe in self.probes
        )

    @property
    def is_normal(self) -> bool | None:
        """Whether the area has no finding; None while something of it is open or nothing of it was there to check."""
        if self.worst:
            return False
        return True if self.done == len(self.probes) and self.count(Rating.OK) else None

    @property
    def worst(self) -> Rating | None:
        """Urgent or soon where the area has one."""
        ratings = {probe.rating for probe in self.probes}
        return next((rating for rating in (Rating.URGENT, Rating.SOON) if rating in ratings), None)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole inspection."""

    id: int
    version: int
    order_id: int
    template_name: str
    template_version: int
    begun_at: datetime
    completed_at: datetime | None
    completed_by_name: str
    fault: str
    cause: str
    advice: str
    areas: tuple[Area, ...]

    @property
    def probes(self) -> list[Probe]:
        return [probe for area in self.areas for probe in area.probes]

    @property
    def is_normal(self) -> bool | None:
        """Whether nothing was found; None while a point is open."""
        if self.findings:
            return False
        return None if self.left else True

    @property
    def total(self) -> int:
        return len(self.probes)

    @property
    def done(self) -> int:
        return sum(area.done for area in self.areas)

    def count(self, rating: str) -> int:
        return sum(area.count(rating) for area in self.areas)

    @property
    def findings(self) -> list[Probe]:
        """Urgent first, then soon, each in the order of the checklist."""
        found = [probe for probe in self.probes if probe.is_finding]
        return sorted(found, key=lambda probe: probe.rating is not Rating.URGENT)

    @property
    def left(self) -> list[Probe]:
        """What keeps the inspection from being complete."""
        return [
            probe
            for probe in self.probes
            if probe.missing is not None and (probe.is_mandatory or probe.rating is not None)
        ]

    def area_of(self, slug: str) -> Area:
        """The area by its part of the address; the first one for anything else."""
        return next((area for area in self.areas if area.slug == slug), self.areas[0])

    def after(self, area: Area) -> Area | None:
        """The next area that has open points, looking on from this one and then from the start."""
        start = self.areas.index(area) + 1
        for other in (*self.areas[start:], *self.areas[: start - 1]):
            if other.done < len(other.probes):
                return other
        return None

    def find(self, item_id: int) -> tuple[Area, Probe]:
        """The point and its area. Raises :class:`NotFound`."""
        for area in self.areas:
            for probe in area.probes:
                if probe.id == item_id:
                    return area, probe
        raise NotFound(gettext("There is no such inspection point."))
