"""What the sample's visits are about: concerns in the customers' words, findings, damage, and how it ended."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from aftersales.domain.checkins.kinds import DamageKind, Severity, Zone
from aftersales.domain.service_orders.models import PayType
from aftersales.sample.cars import Car

BOOKED_AHEAD = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Concern:
    """What the customer said, the canned job that it became, and who pays."""

    words: str
    code: str
    pay_type: PayType = PayType.CUSTOMER


@dataclass(frozen=True, slots=True)
class Finding:
    """A point of the inspection that was not OK. ``values`` set the colour by their limits, else ``rating`` does."""

    point: str
    rating: str = "soon"
    note: str = ""
    values: tuple[tuple[str, str], ...] = ()
    picture: str = ""


class Ending(StrEnum):
    """How far a visit goes."""

    BOOKED = "booked"
    ARRIVED = "arrived"
    CHECKED_IN = "checked_in"
    ASSIGNED = "assigned"
    INSPECTING = "inspecting"
    ASKED = "asked"
    WAITING_FOR_PARTS = "waiting_for_parts"
    REPAIRING = "repairing"
    ASKED_AGAIN = "asked_again"
    REWORK = "rework"
    QUALITY_CHECK = "quality_check"
    PREPARING = "preparing"
    READY = "ready"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    CLOSED_WITHOUT_REPAIR = "closed_without_repair"


class Settlement(StrEnum):
    """How the invoice was settled."""

    CASH = "cash"
    CARD = "card"
    MIXED = "mixed"
    TRANSFER = "transfer"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    ON_ACCOUNT_PAID = "on_account_paid"
    ON_ACCOUNT_PARTLY = "on_account_partly"
    ON_ACCOUNT = "on_account"


@dataclass(slots=True)
class Story:
    """One visit as it is going to happen."""

    car: Car
    technician: str
    arrives_at: datetime
    concerns: tuple[Concern, ...]
    findings: tuple[Finding, ...] = ()
    ending: Ending = Ending.COMPLETED
    declines: bool = False
    """Whether the customer declines what is not urgent."""
    damage: tuple[tuple[Zone, DamageKind, Severity, int], ...] = ()
    missing_part: str = ""
    """A part that no site keeps: the order waits for its delivery."""
    has_rework: bool = False
    additional: str = ""
    """Work found during the repair, which is asked as a supplement."""
    discount: Decimal = Decimal(0)
    settlement: Settlement = Settlement.CARD
    credit_note: bool = False
    speed: Decimal = Decimal("1.0")
    """Worked hours as a share of the standard hours."""
    comes_back_for: "Concern | None" = None
    """After two weeks the customer returns: this did not hold."""
    is_content: bool = True
    is_waiting: bool = False
    hold: str = ""
    at_any_hour: bool = False
    """For the orders of today: the workshop works whenever the sample is made."""
    ends_day: bool = False
    """Whether the technician goes home after it, whatever the hour."""
    works_since: datetime | None = None
    """Since when the clock runs on a car that is under repair now; as soon as may be where nothing is said."""
    promise_hours: int = 8
    tool_report: str = ""
    """What the diagnostic tool says while the car is inspected."""
    asks_warranty: str = ""
    """Why the warranty may pay the first line: the claims officer is asked."""
    calls_specialist: bool = False
    order_id: int = field(default=0)

    @property
    def is_booked_ahead(self) -> bool:
        """Whether the visit begins with the call some days before."""
        return self.ending in (Ending.BOOKED, Ending.CANCELLED)

    @property
    def begins_at(self) -> datetime:
        return self.arrives_at - BOOKED_AHEAD if self.is_booked_ahead else self.arrives_at


SERVICE = (
    Concern("Oil service is due", "OIL-DIESEL"),
    Concern("Inspection service, as the display asks", "INSPECTION"),
    Concern("Change to winter wheels, ours are in storage", "WHEEL-CHANGE"),
    Concern("Air conditioning hardly cools", "AC-SERVICE"),
    Concern("Brake fluid is two years old", "BRAKE-FLUID"),
)
COMPLAINTS = (
    Concern("Front brakes squeal when cold", "BRAKE-DISCS-F"),
    Concern("Grinding noise from the rear wheels", "BRAKE-DISCS-R"),
    Concern("Pulls to the right on the motorway", "ALIGNMENT"),
    Concern("Knocks over speed bumps, front left", "STABILISER-LINKS"),
    Concern("Starts badly in the morning", "BATTERY-AGM"),
    Concern("Whistling noise from the engine", "POLY-V-BELT"),
    Concern("Wipers leave streaks", "WIPERS-F"),
    Concern("Left headlight does not work", "BULB-H7"),
    Concern("Timing belt is due by mileage", "TIMING-BELT"),
    Concern("Loud exhaust since last week", "EXHAUST-REAR"),
    Concern("Smells musty when the fan runs", "POLLEN-FILTER"),
    Concern("Jerks when changing gear", "DSG-OIL"),
)
WARRANTY = Concern("Warning lamp came back after a week", "DIAGNOSIS", PayType.WARRANTY)
INTERNAL = Concern("Prepare the courtesy car", "INSPECTION", PayType.INTERNAL)

FINDINGS = (
    Finding("brakes-front", values=(("pad-left", "2.6"), ("pad-right", "2.9")), picture="disc-worn"),
    Finding("brakes-rear", values=(("pad-left", "3.6"), ("pad-right", "3.4"))),
    Finding("tread", values=(("fl", "2.6"), ("fr", "2.8"), ("rl", "4.1"), ("rr", "4.0")), picture="tread"),
    Finding("wipers-front", note="Streaks, the rubber is torn"),
    Finding("brake-fluid", values=(("boiling", "171"),)),
    Finding("pollen-filter", note="Dark grey, leaves in the housing", picture="filter-old"),
    Finding("suspension-front", "urgent", note="Stabiliser link on the left has play"),
    Finding("battery", note="62 % of its cold start current"),
)

ADDITIONAL = (
    ("The drive shaft boot is torn, grease is coming out", "DRIVE-SHAFT-BOOT"),
    ("A track rod end has play", "TRACK-ROD-L"),
    ("The poly-V belt is cracked", "POLY-V-BELT"),
)
DAMAGE = (
    (Zone.DOOR_FL, DamageKind.SCRATCH, Severity.LIGHT, 12),
    (Zone.REAR, DamageKind.DENT, Severity.MEDIUM, 6),
    (Zone.WINDSCREEN, DamageKind.CHIP, Severity.LIGHT, 1),
    (Zone.WHEEL_FR, DamageKind.KERB, Severity.MEDIUM, 9),
    (Zone.FENDER_RR, DamageKind.RUST, Severity.LIGHT, 3),
)
