"""What a check-in needs, and when a car can be promised, answered from values alone."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from aftersales.clock import from_local, local
from aftersales.domain.checkins.kinds import SkipReason, Station, Zone
from aftersales.domain.checkins.models import CheckIn
from aftersales.domain.sites.models import OpeningHours
from aftersales.i18n import gettext, label

MIDDLES: dict[Zone, tuple[int, int]] = {
    Zone.FRONT: (340, 79),
    Zone.HOOD: (340, 200),
    Zone.WINDSCREEN: (340, 325),
    Zone.ROOF: (340, 460),
    Zone.REAR_WINDOW: (340, 578),
    Zone.BOOT: (340, 653),
    Zone.REAR: (340, 733),
    Zone.FENDER_FL: (129, 232),
    Zone.DOOR_FL: (101, 360),
    Zone.DOOR_RL: (101, 470),
    Zone.FENDER_RL: (106, 640),
    Zone.WHEEL_FL: (69, 232),
    Zone.WHEEL_RL: (69, 569),
    Zone.FENDER_FR: (551, 232),
    Zone.DOOR_FR: (579, 360),
    Zone.DOOR_RR: (579, 470),
    Zone.FENDER_RR: (574, 640),
    Zone.WHEEL_FR: (611, 232),
    Zone.WHEEL_RR: (611, 569),
}
"""The middle of each zone on the car map."""

_STEP = timedelta(minutes=15)
_LONGEST_SEARCH = 60
"""Days ahead in which a site has to open again for a time to be proposed."""


def required_stations(setting: Collection[str]) -> list[Station]:
    """The stations whose photo the site requires, in the order of the walk."""
    return [station for station in Station if station.value in setting]


def missing_photos(dealt_with: Collection[Station], setting: Collection[str]) -> list[Station]:
    """The required stations that have neither a photo nor a reason for being left out."""
    return [station for station in required_stations(setting) if station not in dealt_with]


def skip_words(reason: str) -> str:
    """Why a station was left out, in the reader's language where it is one of the usual reasons."""
    return label(SkipReason(reason)) if reason in set(SkipReason) else reason


def place_words(checkin: CheckIn | None) -> str:
    """Where the car stands, in words (CHK-7)."""
    if checkin is None or not (checkin.parking_zone or checkin.parking_place):
        return gettext("No place written down")
    zone = label(checkin.parking_zone) if checkin.parking_zone else ""
    return ", ".join(part for part in (zone, checkin.parking_place) if part)


def key_words(checkin: CheckIn | None) -> str:
    """Where the key is, in words (CHK-7)."""
    if checkin is None or checkin.key_returned_at:
        return gettext("No key is here")
    if checkin.key_slot:
        return gettext("Key in slot %(slot)s", slot=checkin.key_slot)
    return (
        gettext("Key with %(name)s", name=checkin.key_holder)
        if checkin.key_holder
        else gettext("Key not placed yet")
    )


def is_over_limit(checkin: CheckIn | None, name: str, amount: Decimal) -> bool:
    """Whether ``name`` is the person who may approve besides the customer, and ``amount`` is more than they may
    (CHK-9)."""
    if checkin is None or checkin.approver_limit is None:
        return False
    return amount > checkin.approver_limit and _folded(name) == _folded(checkin.approver_name)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def what_is_missing(
    checkin: CheckIn | None, dealt_with: Collection[Station], required: Collection[str], *, has_jobs: bool, is_priced: bool,
    is_promised: bool,
) -> list[str]:  # fmt: skip
    """What has to be done before the customer can sign, one sentence each; empty when all is there."""
    missing = []
    if checkin is None or checkin.covers_fitted_at is None:
        missing.append(gettext("Fit the protective covers and tick it."))
    missing += [
        gettext("Take the photo “%(station)s”.", station=label(station))
        for station in missing_photos(dealt_with, required)
    ]
    if checkin is None or checkin.odometer is None:
        missing.append(gettext("Enter the odometer."))
    if checkin is not None and checkin.open_conflicts:
        missing.append(gettext("Two tablets set a field differently. Choose which value is right."))
    if not has_jobs:
        missing.append(gettext("Write down what the customer wants done."))
    elif not is_priced and not (checkin and checkin.diagnosis_consented):
        missing.append(gettext("Price at least one item, or record the customer's consent to a diagnosis."))
    if not is_promised:
        missing.append(gettext("Promise a time."))
    if checkin is not None and checkin.approver_limit is not None and not checkin.approver_name.strip():
        missing.append(gettext("Say who may approve up to this amount."))
    return missing


def proposed_promise(
    now: datetime,
    *,
    work_minutes: int,
    reserve_minutes: int,
    parts_expected_at: datetime | None,
    timezone: str,
    hours: Iterable[OpeningHours],
    closed_days: Collection[date] = (),
) -> datetime:
    """When the car can be ready: work time counted in opening hours, from now or from when the parts come, and the
    site's reserve; at a quarter of an hour (ORD-3). A site without opening hours counts around the clock."""
    opening = {day.weekday: (day.opens_at, day.closes_at) for day in hours}
    start = max(now, parts_expected_at or now)
    left = timedelta(minutes=work_minutes + reserve_minutes)
    if not opening:
        return _rounded_up(start + left)
    day = local(start, timezone).date()
    for _ in range(_LONGEST_SEARCH):
        if day.weekday() in opening and day not in closed_days:
            opens, closes = (_instant(day, at, timezone) for at in opening[day.weekday()])
            begin = max(start, opens)
            if begin < closes:
                if _rounded_up(begin + left) <= closes:
                    return _rounded_up(begin + left)
                left -= closes - begin
        day += timedelta(days=1)
    return _rounded_up(start + left)


def _instant(day: date, at: time, timezone: str) -> datetime:
    return from_local(datetime.combine(day, at), timezone)


def _rounded_up(at: datetime) -> datetime:
    over = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at if not over else at - over + _STEP
