"""What the map of the car shows: the stations with how far they are, the pins of the damage."""

from dataclasses import dataclass

from flask import url_for

from aftersales.domain.checkins import rules
from aftersales.domain.checkins.kinds import Station
from aftersales.domain.checkins.models import Damage, DamageSighting
from aftersales.domain.checkins.queries import Walkaround
from aftersales.domain.service_orders.models import ServiceOrder
from aftersales.i18n import gettext, label
from aftersales.web.checkin_document import letters

_TONES = {"light": "", "medium": "soon", "heavy": "urgent"}


@dataclass(frozen=True, slots=True)
class Stop:
    """A station on the car map."""

    number: int
    label: str
    state: str
    is_next: bool
    href: str


@dataclass(frozen=True, slots=True)
class Pin:
    """A damage on the car map and in the list; ``href`` only where it can be changed."""

    letter: str
    damage: Damage
    x: int
    y: int
    tone: str
    label: str
    href: str | None
    seen: DamageSighting | None = None
    """Who looked again at damage of an earlier visit."""


def stops(around: Walkaround, missing: list[Station]) -> list[Stop]:
    """Every station in its fixed order; the next one is the first that is required and not dealt with."""
    return [
        Stop(
            number=station.number,
            label=gettext("Photo %(n)s: %(station)s", n=station.number, station=label(station))
            + _standing(station, around),
            state="done" if station in around.dealt_with else "",
            is_next=bool(missing) and station is missing[0],
            href=f"#photo-{station}",
        )
        for station in Station
    ]


def _standing(station: Station, around: Walkaround) -> str:
    if station in around.photos:
        return ", " + gettext("taken")
    if skip := around.skips.get(station):
        return ", " + gettext("skipped: %(reason)s", reason=rules.skip_words(skip.reason))
    return ""


def pins(order: ServiceOrder, around: Walkaround, *, can_edit: bool) -> list[Pin]:
    """New damage with letters and its tone; known damage with numbers, grey."""

    def words(letter: str, pin: Damage) -> str:
        return f"{letter}: {label(pin.kind)}, {label(pin.severity)}, {label(pin.zone)}"

    new = [
        Pin(
            letter, pin, pin.x, pin.y, _TONES[pin.severity], words(letter, pin),
            url_for("walkaround.damage", order_id=order.id, damage_id=pin.id) if can_edit else None,
        )
        for letter, pin in zip(letters(), around.damages, strict=False)
    ]  # fmt: skip
    earlier = [
        Pin(
            str(n),
            pin,
            pin.x,
            pin.y,
            "known",
            words(str(n), pin) + ", " + gettext("known"),
            None,
            around.seen.get(pin.id),
        )
        for n, pin in enumerate(around.known, 1)
    ]
    return new + earlier
