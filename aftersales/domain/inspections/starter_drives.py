"""The inspections that a new workshop has for petrol, diesel, hybrid and electric cars: the common points without those
that the drive does not have, and with its own.

The isolation limits follow UN Regulation No. 100 (100 ohm per volt for direct, 500 ohm per volt for alternating
current, so 0.2 megohm at 400 V and 0.4 at 800 V); the other figures are usual ones, for the workshop to change.
"""

from dataclasses import dataclass
from decimal import Decimal

from aftersales.domain.inspections.rules import AnswerKind, ModelLimits
from aftersales.domain.inspections.starter import BONNET, POINTS, ROAD, UNDER, Point, measure
from aftersales.domain.vehicles.models import Fuel
from aftersales.i18n import N_

HIGH_VOLTAGE = N_("High voltage")
_EIGHT_HUNDRED_VOLT = ModelLimits(
    "Taycan, e-tron GT, Ioniq 5, Ioniq 6, EV6, EV9, G9, Avatr, Zeekr",
    soon_below=Decimal("2"),
    urgent_below=Decimal("0.4"),
)


@dataclass(frozen=True, slots=True)
class Template:
    """A template as a new workshop is given it."""

    code: str
    name: str
    fuels: tuple[Fuel, ...]
    points: tuple[Point, ...]


def _without(*codes: str) -> tuple[Point, ...]:
    return tuple(point for point in POINTS if point.code not in codes)


def _with(points: tuple[Point, ...], *more: Point) -> tuple[Point, ...]:
    """The points with ``more`` at the end of their areas; areas that are new come before the road test."""
    areas: dict[str, list[Point]] = {}
    for point in (*(point for point in points if point.area != ROAD), *more):
        areas.setdefault(point.area, []).append(point)
    driven = tuple(point for point in points if point.area == ROAD)
    return (*(point for area in areas.values() for point in area), *driven)


_SAFE_CHECK = Point(
    HIGH_VOLTAGE, "hv-made-safe", N_("Made safe before work"), N_("Switched off, locked, no voltage measured")
)
_ISOLATION = Point(
    HIGH_VOLTAGE, "hv-isolation", N_("Isolation of the high voltage"), N_("Each pole against the body, at 500 V"),
    kind=AnswerKind.VALUE,
    measures=tuple(
        measure(code, name, "MΩ", 0, 2000, "0.1", required=True, soon_below="1", urgent_below="0.2",
                own=(_EIGHT_HUNDRED_VOLT,))
        for code, name in (("plus", N_("Plus pole")), ("minus", N_("Minus pole")))
    ),
    canned_job_code="HV-CHECK",
)  # fmt: skip
_CABLES = Point(
    HIGH_VOLTAGE,
    "hv-cables",
    N_("Orange cables and plugs"),
    N_("Chafing, damage, corrosion"),
    canned_job_code="HV-CHECK",
)
_CIRCUIT = Point(
    HIGH_VOLTAGE, "hv-coolant", N_("Coolant of battery and inverter"), N_("Level, leaks, frost protection"),
    measures=(measure("frost", N_("Frost protection"), "°C", -60, 0, "1", soon_above="-25", urgent_above="-15"),),
    canned_job_code="COOLANT",
)  # fmt: skip
_CHARGING = (
    Point(
        HIGH_VOLTAGE, "charging-port", N_("Charging port"), N_("Contacts, lock, flap, heat marks"), needs_photo=True,
        canned_job_code="HV-CHECK",
    ),
    Point(HIGH_VOLTAGE, "charging-cable", N_("Charging cable"), N_("Plug, insulation, box on the cable"), is_mandatory=False),
    Point(
        HIGH_VOLTAGE, "charging-test", N_("Charges"), N_("Starts to charge, no fault shown"),
        measures=(measure("power", N_("Power"), "kW", 0, 400, "0.1"),),
    ),
)  # fmt: skip


def _battery_health(soon: str, urgent: str) -> Point:
    return Point(
        HIGH_VOLTAGE, "hv-battery-health", N_("Health of the drive battery"), N_("As the tester reads it"),
        kind=AnswerKind.VALUE,
        measures=(
            measure("health", N_("State of health"), "%", 0, 110, "1", required=True, wears=True,
                    soon_below=soon, urgent_below=urgent),
            measure("spread", N_("Spread of the cells"), "mV", 0, 1000, "1", soon_above="50", urgent_above="120"),
        ),
        canned_job_code="HV-CHECK",
    )  # fmt: skip


_BURNS = ("engine-oil", "belts", "air-filter", "engine-leaks", "exhaust")

TEMPLATES: tuple[Template, ...] = (
    Template(
        "MPI-PETROL", N_("Inspection, petrol"), (Fuel.PETROL,),
        _with(
            POINTS,
            Point(BONNET, "ignition", N_("Ignition"), N_("Plugs, coils, misfires stored"), canned_job_code="SPARK-PLUGS"),
        ),
    ),
    Template(
        "MPI-DIESEL", N_("Inspection, diesel"), (Fuel.DIESEL,),
        _with(
            tuple(
                point if point.code != "engine-oil" else Point(point.area, point.code, point.name, point.hint, canned_job_code="OIL-DIESEL")
                for point in POINTS
            ),
            Point(BONNET, "glow-plugs", N_("Glow plugs and cold start")),
            Point(
                UNDER, "particle-filter", N_("Particle filter"), N_("Soot load as the tester reads it"), is_mandatory=False,
                measures=(measure("load", N_("Soot load"), "%", 0, 200, "1", soon_above="70", urgent_above="100"),),
                canned_job_code="DIAGNOSIS",
            ),
        ),
    ),
    Template(
        "MPI-HYBRID", N_("Inspection, hybrid"), (Fuel.HYBRID,),
        _with(POINTS, _SAFE_CHECK, _battery_health("75", "65"), _ISOLATION, _CABLES, _CIRCUIT, *_CHARGING[:1]),
    ),
    Template(
        "MPI-EV", N_("Inspection, electric"), (Fuel.ELECTRIC,),
        _with(
            _without(*_BURNS, "gearbox"),
            Point(UNDER, "drive-unit", N_("Drive unit and axles"), N_("Leaks, noise, mounts")),
            Point(UNDER, "battery-housing", N_("Housing of the drive battery"), N_("Dents, cracks, seal"), needs_photo=True),
            _SAFE_CHECK, _battery_health("80", "70"), _ISOLATION, _CABLES, _CIRCUIT, *_CHARGING,
        ),
    ),
)  # fmt: skip
