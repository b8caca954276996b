"""The kinds of what is seen, wished for, handed over and kept while a car is here, with their words."""

from enum import StrEnum

from aftersales.i18n import lazy_gettext as _l
from aftersales.i18n import words_for


class SkipReason(StrEnum):
    """The usual reasons for leaving a station out; others are written down (CHK-2)."""

    DOES_NOT_OPEN = "does_not_open"
    DECLINED = "declined"
    TOO_DARK = "too_dark"
    NO_ROOM = "no_room"
    COVERED = "covered"


class Transport(StrEnum):
    """How the customer gets away without the car (CHK-9)."""

    NONE = "none"
    TAXI = "taxi"
    SHUTTLE = "shuttle"
    REPLACEMENT_CAR = "replacement_car"
    PUBLIC = "public"
    OTHER = "other"


class PaperKind(StrEnum):
    """Vehicle papers that a customer leaves with the car (CHK-6)."""

    REGISTRATION = "registration"
    INSURANCE = "insurance"
    WARRANTY_BOOKLET = "warranty_booklet"
    SERVICE_BOOK = "service_book"
    STATUTORY_WARRANTY = "statutory_warranty"
    OTHER = "other"


class Custody(StrEnum):
    """What is moved about while the car is with us (CHK-7)."""

    KEY = "key"
    CAR = "car"


class ParkingZone(StrEnum):
    """Where on the premises a car stands: before, during and after the work."""

    WAITING = "waiting"
    WORKSHOP = "workshop"
    FINISHED = "finished"


class Station(StrEnum):
    """The places of the walkaround in their fixed order (CHK-2)."""

    ENGINE_BAY = "engine_bay"
    VIN = "vin"
    LEFT = "left"
    FRONT_LEFT = "front_left"
    FRONT = "front"
    FRONT_RIGHT = "front_right"
    RIGHT = "right"
    REAR_RIGHT = "rear_right"
    REAR = "rear"
    REAR_LEFT = "rear_left"
    ROOF = "roof"
    BOOT = "boot"
    DASHBOARD = "dashboard"
    INTERIOR = "interior"

    @property
    def number(self) -> int:
        """The station's place in the walk, counted from 1."""
        return list(Station).index(self) + 1


class DamageKind(StrEnum):
    SCRATCH = "scratch"
    DENT = "dent"
    CRACK = "crack"
    CHIP = "chip"
    RUST = "rust"
    KERB = "kerb"
    MISSING = "missing"
    OTHER = "other"


class Severity(StrEnum):
    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"


class Zone(StrEnum):
    """The zones of the car map."""

    FRONT = "front"
    HOOD = "hood"
    WINDSCREEN = "windscreen"
    ROOF = "roof"
    REAR_WINDOW = "rear-window"
    BOOT = "boot"
    REAR = "rear"
    FENDER_FL = "fender-fl"
    DOOR_FL = "door-fl"
    DOOR_RL = "door-rl"
    FENDER_RL = "fender-rl"
    WHEEL_FL = "wheel-fl"
    WHEEL_RL = "wheel-rl"
    FENDER_FR = "fender-fr"
    DOOR_FR = "door-fr"
    DOOR_RR = "door-rr"
    FENDER_RR = "fender-rr"
    WHEEL_FR = "wheel-fr"
    WHEEL_RR = "wheel-rr"


class OldParts(StrEnum):
    """What happens to replaced parts (CHK-9)."""

    GIVE_BACK = "give_back"
    DISPOSE = "dispose"
    SHOW = "show"


class PaymentWay(StrEnum):
    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"
    ACCOUNT = "account"


class ContactWay(StrEnum):
    """How the customer wants to hear from us during the visit."""

    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"


words_for(
    SkipReason,
    {
        SkipReason.DOES_NOT_OPEN: _l("It does not open"),
        SkipReason.DECLINED: _l("The customer declines"),
        SkipReason.TOO_DARK: _l("Too dark"),
        SkipReason.NO_ROOM: _l("No room around the car"),
        SkipReason.COVERED: _l("Snow or dirt covers it"),
    },
)
words_for(
    Transport,
    {
        Transport.NONE: _l("Needs nothing"),
        Transport.TAXI: _l("Taxi"),
        Transport.SHUTTLE: _l("Our shuttle"),
        Transport.REPLACEMENT_CAR: _l("Replacement car"),
        Transport.PUBLIC: _l("Public transport"),
        Transport.OTHER: _l("Other"),
    },
)
words_for(
    PaperKind,
    {
        PaperKind.REGISTRATION: _l("Registration certificate"),
        PaperKind.INSURANCE: _l("Insurance"),
        PaperKind.WARRANTY_BOOKLET: _l("Warranty booklet"),
        PaperKind.SERVICE_BOOK: _l("Service book"),
        PaperKind.STATUTORY_WARRANTY: _l("Statutory-warranty certificate"),
        PaperKind.OTHER: _l("Other paper"),
    },
)
words_for(Custody, {Custody.KEY: _l("Key"), Custody.CAR: _l("Car")})
words_for(
    ParkingZone,
    {
        ParkingZone.WAITING: _l("Waiting cars"),
        ParkingZone.WORKSHOP: _l("Workshop"),
        ParkingZone.FINISHED: _l("Finished cars"),
    },
)
words_for(
    Station,
    {
        Station.ENGINE_BAY: _l("Engine bay"),
        Station.VIN: _l("VIN"),
        Station.LEFT: _l("Left side"),
        Station.FRONT_LEFT: _l("Front left"),
        Station.FRONT: _l("Front"),
        Station.FRONT_RIGHT: _l("Front right"),
        Station.RIGHT: _l("Right side"),
        Station.REAR_RIGHT: _l("Rear right"),
        Station.REAR: _l("Rear"),
        Station.REAR_LEFT: _l("Rear left"),
        Station.ROOF: _l("Windscreen and roof"),
        Station.BOOT: _l("Boot and spare wheel"),
        Station.DASHBOARD: _l("Dashboard"),
        Station.INTERIOR: _l("Interior"),
    },
)
words_for(
    DamageKind,
    {
        DamageKind.SCRATCH: _l("Scratch"),
        DamageKind.DENT: _l("Dent"),
        DamageKind.CRACK: _l("Crack"),
        DamageKind.CHIP: _l("Stone chip"),
        DamageKind.RUST: _l("Rust"),
        DamageKind.KERB: _l("Kerb damage"),
        DamageKind.MISSING: _l("Missing part"),
        DamageKind.OTHER: _l("Other"),
    },
)
words_for(Severity, {Severity.LIGHT: _l("Light"), Severity.MEDIUM: _l("Medium"), Severity.HEAVY: _l("Heavy")})
words_for(
    Zone,
    {
        Zone.FRONT: _l("Front"),
        Zone.HOOD: _l("Bonnet"),
        Zone.WINDSCREEN: _l("Windscreen"),
        Zone.ROOF: _l("Roof"),
        Zone.REAR_WINDOW: _l("Rear window"),
        Zone.BOOT: _l("Boot lid"),
        Zone.REAR: _l("Rear"),
        Zone.FENDER_FL: _l("Front wing, left"),
        Zone.DOOR_FL: _l("Front door, left"),
        Zone.DOOR_RL: _l("Rear door, left"),
        Zone.FENDER_RL: _l("Rear wing, left"),
        Zone.WHEEL_FL: _l("Front wheel, left"),
        Zone.WHEEL_RL: _l("Rear wheel, left"),
        Zone.FENDER_FR: _l("Front wing, right"),
        Zone.DOOR_FR: _l("Front door, right"),
        Zone.DOOR_RR: _l("Rear door, right"),
        Zone.FENDER_RR: _l("Rear wing, right"),
        Zone.WHEEL_FR: _l("Front wheel, right"),
        Zone.WHEEL_RR: _l("Rear wheel, right"),
    },
)
words_for(
    OldParts,
    {
        OldParts.GIVE_BACK: _l("Give back"),
        OldParts.DISPOSE: _l("Dispose of"),
        OldParts.SHOW: _l("Show, then dispose of"),
    },
)
words_for(
    PaymentWay,
    {
        PaymentWay.CASH: _l("Cash"),
        PaymentWay.CARD: _l("Card"),
        PaymentWay.TRANSFER: _l("Bank transfer"),
        PaymentWay.ACCOUNT: _l("On account"),
    },
)
words_for(
    ContactWay, {ContactWay.PHONE: _l("Call"), ContactWay.SMS: _l("SMS"), ContactWay.EMAIL: _l("E-mail")}
)
