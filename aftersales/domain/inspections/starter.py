"""The multi-point inspection that a new workshop begins with: 38 points in seven areas.

Names are marked for translation and stored as they are; screens translate them when they show them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from aftersales.domain.inspections.models import TemplateItem
from aftersales.domain.inspections.rules import AnswerKind, Measure, ModelLimits
from aftersales.i18n import N_

CODE = "MPI-38"
NAME = N_("Multi-point inspection")


@dataclass(frozen=True, slots=True)
class Point:
    """One point as a template is given it. ``words`` are name, hint and area by language."""

    area: str
    code: str
    name: str
    hint: str = ""
    is_mandatory: bool = True
    measures: tuple[Measure, ...] = ()
    canned_job_code: str = ""
    kind: AnswerKind = AnswerKind.RATING
    needs_photo: bool = False
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def with_code(self, code: str) -> "Point":
        return replace(self, code=code)

    def as_item(self, position: int) -> TemplateItem:
        """The point as the row of a template."""
        return TemplateItem(
            position=position,
            area=self.area.strip()[:80],
            code=self.code,
            name=self.name.strip()[:120],
            hint=self.hint.strip()[:200],
            words={what: dict(own) for what, own in self.words.items() if own},
            kind=self.kind,
            is_mandatory=self.is_mandatory,
            needs_photo=self.needs_photo,
            measures=[measure.to_json() for measure in self.measures],
            canned_job_code=self.canned_job_code,
        )

    @classmethod
    def of(cls, item: TemplateItem) -> "Point":
        """The point that a row of a template holds."""
        return cls(
            area=item.area,
            code=item.code,
            name=item.name,
            hint=item.hint,
            is_mandatory=item.is_mandatory,
            measures=tuple(item.measure_list),
            canned_job_code=item.canned_job_code,
            kind=item.kind,
            needs_photo=item.needs_photo,
            words=item.words,
        )


def measure(
    code: str,
    name: str,
    unit: str,
    low: int,
    high: int,
    step: str = "0.1",
    *,
    required: bool = False,
    wears: bool = False,
    own: tuple[ModelLimits, ...] = (),
    **limits: str,
) -> Measure:
    """A measure with its limits as text, so that they stay exact."""
    exact: dict[str, Any] = {limit: Decimal(value) for limit, value in limits.items()}
    return Measure(
        code,
        name,
        unit,
        Decimal(low),
        Decimal(high),
        Decimal(step),
        is_required=required,
        wears=wears,
        model_limits=own,
        **exact,
    )


def _pad(code: str, name: str) -> Measure:
    return measure(code, name, "mm", 0, 14, required=True, wears=True, soon_below="4", urgent_below="3")


def _disc(code: str, name: str) -> Measure:
    # The minimum stands on each disc, so the eye sets the colour here, not a number of ours.
    return measure(code, name, "mm", 5, 40, wears=True)


def _tread(code: str, name: str) -> Measure:
    return measure(code, name, "mm", 0, 10, required=True, wears=True, soon_below="3", urgent_below="1.6")


def _pressure(code: str, name: str) -> Measure:
    return measure(
        code, name, "bar", 0, 5, soon_below="2.0", urgent_below="1.5", soon_above="3.3", urgent_above="3.8"
    )


_FOUR = (
    ("fl", N_("Front left")),
    ("fr", N_("Front right")),
    ("rl", N_("Rear left")),
    ("rr", N_("Rear right")),
)
LIGHTS, BONNET, BRAKES, TYRES = (
    N_("Lights, wipers"),
    N_("Under the bonnet"),
    N_("Brakes"),
    N_("Tyres, wheels"),
)
UNDER, INSIDE, ROAD = N_("Under the car"), N_("Inside"), N_("Road test")

POINTS: tuple[Point, ...] = (
    Point(LIGHTS, "headlights", N_("Headlights"), N_("Low and high beam, aim"), canned_job_code="BULB-H7"),
    Point(LIGHTS, "rear-lights", N_("Rear and brake lights"), N_("Reversing light and number plate too")),
    Point(LIGHTS, "indicators", N_("Indicators and hazard lights")),
    Point(LIGHTS, "wipers-front", N_("Front wipers"), canned_job_code="WIPERS-F"),
    Point(LIGHTS, "wiper-rear", N_("Rear wiper"), canned_job_code="WIPER-R"),
    Point(LIGHTS, "horn-washers", N_("Horn and washers"), is_mandatory=False),
    Point(BONNET, "engine-oil", N_("Engine oil"), N_("Level and look"), canned_job_code="OIL-PETROL"),
    Point(
        BONNET, "coolant", N_("Coolant"), N_("Level and frost protection"),
        measures=(
            measure("frost", N_("Frost protection"), "°C", -60, 0, "1", soon_above="-25", urgent_above="-15"),
        ),
        canned_job_code="COOLANT",
    ),
    Point(
        BONNET, "battery", N_("Battery"), N_("Resting voltage"),
        measures=(
            measure("voltage", N_("Voltage"), "V", 8, 15, soon_below="12.4", urgent_below="12.0"),
        ),
        canned_job_code="BATTERY",
    ),
    Point(BONNET, "belts", N_("Drive belts"), N_("Cracks, noise, tension"), canned_job_code="POLY-V-BELT"),
    Point(BONNET, "air-filter", N_("Air filter"), canned_job_code="AIR-FILTER"),
    Point(BONNET, "engine-leaks", N_("Engine and hoses"), N_("Oil, coolant, fuel: dry everywhere")),
    Point(BONNET, "washer-fluid", N_("Washer fluid"), is_mandatory=False),
    Point(
        BRAKES, "brakes-front", N_("Front pads and discs"), N_("Limit 3 mm, advise from 4 mm"),
        measures=(
            _pad("pad-left", N_("Pad left")), _pad("pad-right", N_("Pad right")),
            _disc("disc-left", N_("Disc left")), _disc("disc-right", N_("Disc right")),
        ),
        canned_job_code="BRAKE-DISCS-F",
    ),
    Point(
        BRAKES, "brakes-rear", N_("Rear pads and discs"), N_("Limit 3 mm, advise from 4 mm"),
        measures=(
            _pad("pad-left", N_("Pad left")), _pad("pad-right", N_("Pad right")),
            _disc("disc-left", N_("Disc left")), _disc("disc-right", N_("Disc right")),
        ),
        canned_job_code="BRAKE-DISCS-R",
    ),
    Point(
        BRAKES, "brake-fluid", N_("Brake fluid"), N_("Boiling point"),
        measures=(
            measure("boiling", N_("Boiling point"), "°C", 100, 320, "1", soon_below="180", urgent_below="165"),
        ),
        canned_job_code="BRAKE-FLUID",
    ),
    Point(BRAKES, "brake-hoses", N_("Hoses and lines"), N_("Cracks, chafing, rust"), canned_job_code="BRAKE-HOSES"),
    Point(BRAKES, "parking-brake", N_("Parking brake")),
    Point(
        TYRES, "tread", N_("Tread depth"), N_("Lowest point. Limit 1.6 mm, advise from 3 mm"),
        measures=tuple(_tread(code, name) for code, name in _FOUR),
        canned_job_code="TYRES-4",
    ),
    Point(
        TYRES, "pressure", N_("Tyre pressure"), N_("As found, before it is set"),
        measures=tuple(_pressure(code, name) for code, name in _FOUR),
        canned_job_code="PUNCTURE",
    ),
    Point(TYRES, "tyre-condition", N_("Tyre condition"), N_("Age, cuts, uneven wear"), canned_job_code="ALIGNMENT"),
    Point(
        TYRES, "wheels", N_("Wheels and bolts"), N_("Torque checked"),
        measures=(measure("torque", N_("Torque"), "Nm", 0, 250, "5"),),
    ),
    Point(TYRES, "spare", N_("Spare wheel or repair kit"), is_mandatory=False),
    Point(UNDER, "suspension-front", N_("Front suspension"), N_("Joints, links, bushes"), canned_job_code="STABILISER-LINKS"),
    Point(UNDER, "suspension-rear", N_("Rear suspension"), N_("Joints, springs, bushes")),
    Point(UNDER, "shock-absorbers", N_("Shock absorbers"), N_("Leaks, mounts"), canned_job_code="SHOCKS-R"),
    Point(UNDER, "steering", N_("Steering"), N_("Play, boots, track rods"), canned_job_code="TRACK-ROD-L"),
    Point(UNDER, "drive-shafts", N_("Drive shafts and boots"), canned_job_code="DRIVE-SHAFT-BOOT"),
    Point(UNDER, "exhaust", N_("Exhaust"), canned_job_code="EXHAUST-REAR"),
    Point(UNDER, "gearbox", N_("Gearbox and axles"), N_("Leaks, noise")),
    Point(UNDER, "underbody", N_("Underbody"), N_("Rust, lines, shields")),
    Point(INSIDE, "belts-airbags", N_("Seat belts"), N_("Locks, webbing")),
    Point(INSIDE, "warning-lamps", N_("Warning lamps"), N_("None stays on"), canned_job_code="DIAGNOSIS"),
    Point(
        INSIDE, "air-conditioning", N_("Air conditioning"), N_("Air at the vent"),
        measures=(measure("vent", N_("Air at the vent"), "°C", 0, 40, "1", soon_above="10", urgent_above="18"),),
        canned_job_code="AC-SERVICE",
    ),
    Point(INSIDE, "pollen-filter", N_("Pollen filter"), canned_job_code="POLLEN-FILTER"),
    Point(ROAD, "road-brakes", N_("Brakes on the road"), N_("Straight, no pulsing")),
    Point(ROAD, "road-steering", N_("Steering and running"), N_("Straight, no vibration"), canned_job_code="ALIGNMENT"),
    Point(ROAD, "road-engine", N_("Engine and gearbox"), N_("Pull, shifting, noise")),
)  # fmt: skip
