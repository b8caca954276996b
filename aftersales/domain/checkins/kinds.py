"""The kinds of what is wished for, handed over and kept while a car is here, with their words."""

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
